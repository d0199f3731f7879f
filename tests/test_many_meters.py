"""Contracts with very many meters, and meters that come and go while something else goes on."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.fluvius_esco import sensor
from custom_components.fluvius_esco.api.client import FluviusClient
from custom_components.fluvius_esco.importer import MeterImporter
from custom_components.fluvius_esco.meter_sensors import METER_SENSORS

from .certificates import IssuedCertificate
from .flows import MeterForm
from .helpers import (
    DAILY_EAN,
    GAS_EAN,
    QUARTER_HOUR_EAN,
    assert_all_there,
    contract_entry,
    days_ago,
    imported,
    is_loaded,
    set_up,
)
from .loop_hold import watched_loop
from .sandbox import Sandbox

LAST_EAN = "541441010000000777"
LONGEST_HOLD = 0.05


@pytest.fixture
def entry(sandbox: Sandbox, certificate: IssuedCertificate, now: datetime) -> MockConfigEntry:
    """A contract of which one meter is followed, and new ones are by themselves."""
    granted(sandbox, now, QUARTER_HOUR_EAN)
    return contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN], follow_new=True)


def granted(sandbox: Sandbox, now: datetime, ean: str) -> None:
    sandbox.add_mandate(ean, data_period_from=days_ago(now, 4), reference_number=f"R-{ean[-6:]}")


def followed(entry: MockConfigEntry) -> Counter[str | None]:
    return Counter(meter.unique_id for meter in entry.subentries.values())


def meter_of(entry: MockConfigEntry, ean: str) -> ConfigSubentry:
    return next(meter for meter in entry.subentries.values() if meter.unique_id == ean)


@pytest.fixture
def on_next_answer(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], None]:
    """Do something once, just when Fluvius has told the mandates."""
    ask = FluviusClient.mandates
    to_do: list[Callable[[], Any]] = []

    async def asking(client: FluviusClient, *wanted: Any) -> Any:
        answer = await ask(client, *wanted)
        while to_do:
            to_do.pop()()
        return answer

    monkeypatch.setattr(FluviusClient, "mandates", asking)
    return to_do.append


async def test_a_thousand_mandates_become_a_thousand_meters_without_holding_up_home_assistant(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    sandbox: Sandbox,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def read_nothing(*_: Any) -> None:
        """Leave out the import, which is the same for each meter."""

    monkeypatch.setattr(MeterImporter, "async_run", read_nothing)
    # One sensor of each meter stands for all; the others would only take Home Assistant's time.
    monkeypatch.setattr(sensor, "METER_SENSORS", METER_SENSORS[:1])
    await set_up(hass, entry)
    eans = [f"541440110001{number:06}" for number in range(1000)]
    for ean in eans:
        granted(sandbox, now, ean)
    sandbox.state.journal.clear()
    with watched_loop() as hold:
        await entry.runtime_data.contract.async_refresh()
        await imported(hass)
    assert is_loaded(entry)
    assert followed(entry) == Counter([QUARTER_HOUR_EAN, *eans])
    assert {meter.ean for meter in entry.runtime_data.meters.values()} == {QUARTER_HOUR_EAN, *eans}
    # One that shows them, and one of the reload that takes over all of them.
    assert sandbox.counts["mandate"] == 2
    assert hold.longest < LONGEST_HOLD
    with watched_loop() as hold:
        await entry.runtime_data.contract.async_refresh()
        await imported(hass)
    assert sandbox.counts["mandate"] == 3
    assert hold.longest < LONGEST_HOLD


async def test_a_meter_that_is_added_by_hand_and_by_itself_at_once_is_added_once(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    sandbox: Sandbox,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await set_up(hass, entry)
    is_written = asyncio.Event()
    write = Store.async_save

    async def write_slowly(store: Store[Any], data: Any) -> None:
        if store.key.endswith(".access"):
            await is_written.wait()
        await write(store, data)

    monkeypatch.setattr(Store, "async_save", write_slowly)
    granted(sandbox, now, GAS_EAN)
    granted(sandbox, now, LAST_EAN)
    form = MeterForm(hass, entry)
    await form.add()
    await form.enter(next_step_id="choose")
    await form.enter(meters=[GAS_EAN])
    assert followed(entry) == {QUARTER_HOUR_EAN: 1, GAS_EAN: 1}
    is_written.set()
    await imported(hass)
    assert followed(entry) == {QUARTER_HOUR_EAN: 1, GAS_EAN: 1, LAST_EAN: 1}
    assert is_loaded(entry)
    for ean in (GAS_EAN, LAST_EAN):
        await assert_all_there(hass, sandbox, ean)


async def test_two_forms_that_add_the_same_meters_at_once_add_all_of_them_once(
    hass: HomeAssistant, entry: MockConfigEntry, sandbox: Sandbox, now: datetime
) -> None:
    await set_up(hass, entry)
    hass.config_entries.async_update_entry(entry, options={"follow_new": False})
    await imported(hass)
    eans = [f"5414401100010000{number:02}" for number in range(8)]
    for ean in eans:
        granted(sandbox, now, ean)
    forms = [MeterForm(hass, entry), MeterForm(hass, entry)]
    for form in forms:
        await form.add()
        await form.enter(next_step_id="choose")
    await asyncio.gather(forms[0].enter(meters=eans), forms[1].enter(meters=eans[:-1]))
    await imported(hass)
    assert followed(entry) == Counter([QUARTER_HOUR_EAN, *eans])
    assert sorted(str(form.result["type"]) for form in forms) == ["abort", "create_entry"]
    assert is_loaded(entry)


async def test_a_meter_that_is_removed_while_its_contract_is_loaded_hinders_nothing(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    sandbox: Sandbox,
    now: datetime,
    on_next_answer: Callable[[Callable[[], Any]], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    for ean in (DAILY_EAN, GAS_EAN):
        granted(sandbox, now, ean)
    await set_up(hass, entry)
    assert followed(entry) == {QUARTER_HOUR_EAN: 1, DAILY_EAN: 1, GAS_EAN: 1}
    daily, gas = (meter_of(entry, ean).subentry_id for ean in (DAILY_EAN, GAS_EAN))
    on_next_answer(lambda: hass.config_entries.async_remove_subentry(entry, gas))
    hass.config_entries.async_remove_subentry(entry, daily)
    await imported(hass)
    assert is_loaded(entry)
    assert followed(entry) == {QUARTER_HOUR_EAN: 1}
    assert [meter.ean for meter in entry.runtime_data.meters.values()] == [QUARTER_HOUR_EAN]
    assert "unknown subentry" not in caplog.text


async def test_a_meter_that_is_added_while_its_contract_is_loaded_is_followed(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    sandbox: Sandbox,
    now: datetime,
    on_next_answer: Callable[[Callable[[], Any]], None],
) -> None:
    await set_up(hass, entry)
    granted(sandbox, now, GAS_EAN)
    gas = ConfigSubentry(
        data=MappingProxyType({"ean": GAS_EAN, "energy_type": "G"}),
        subentry_type="meter",
        title="Gas",
        unique_id=GAS_EAN,
    )
    on_next_answer(lambda: hass.config_entries.async_add_subentry(entry, gas))
    assert await hass.config_entries.async_reload(entry.entry_id)
    await imported(hass)
    assert is_loaded(entry)
    assert {meter.ean for meter in entry.runtime_data.meters.values()} == {
        QUARTER_HOUR_EAN,
        GAS_EAN,
    }
    await assert_all_there(hass, sandbox, GAS_EAN)
