"""Reactive energy is read only for those who want it, at any time."""

from datetime import datetime
from typing import Any

from homeassistant.components.recorder.statistics import list_statistic_ids
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.fluvius_esco.const import DOMAIN

from .certificates import IssuedCertificate
from .helpers import (
    GAS_EAN,
    QUARTER_HOUR_EAN,
    assert_all_there,
    assert_consistent,
    contract_entry,
    days_ago,
    hourly_rows,
    imported,
    is_loaded,
    later,
    set_up,
)
from .observing import POLL, energy_requests, watch_recorder
from .sandbox import Sandbox

# Since the clock change, so that every day has 24 hours.
DAYS = 14
KINDS = ("reactive", "inductive", "capacitive")
REACTIVE = [f"{direction}_{kind}" for direction in ("offtake", "injection") for kind in KINDS]
OFFTAKE = f"{DOMAIN}:{QUARTER_HOUR_EAN}_offtake"
INJECTION = f"{DOMAIN}:{QUARTER_HOUR_EAN}_injection"


async def statistic_units(hass: HomeAssistant) -> dict[str, str | None]:
    """Return the units of all statistics of the integration, by the end of their ids."""
    listed = await get_instance(hass).async_add_executor_job(list_statistic_ids, hass)
    return {
        one["statistic_id"].split("_", 2)[2]: one["statistics_unit_of_measurement"]
        for one in listed
        if one["statistic_id"].startswith(f"{DOMAIN}:")
    }


def want_reactive(hass: HomeAssistant, entry: MockConfigEntry, wanted: bool) -> None:
    """Change the setting of the only meter of an entry."""
    (subentry,) = entry.subentries.values()
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, "reactive": wanted}
    )


def kinds_asked_for(sandbox: Sandbox) -> set[str | None]:
    return {asked.complex_energy_types for asked in energy_requests(sandbox)}


@pytest.fixture
def amr(sandbox: Sandbox, now: datetime) -> None:
    """Approve an AMR installation that measures reactive energy."""
    sandbox.add_mandate(QUARTER_HOUR_EAN, data_period_from=days_ago(now, DAYS))
    sandbox.install(QUARTER_HOUR_EAN, "headpoint", reactive=True)


@pytest.fixture
def entry(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, amr: None
) -> MockConfigEntry:
    return contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN])


async def set_up_with_reactive(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    entry.add_to_hass(hass)
    want_reactive(hass, entry, True)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await imported(hass)


@pytest.mark.parametrize("setting", [None, False])
async def test_it_is_not_asked_for_unless_wanted(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, setting: bool | None
) -> None:
    entry.add_to_hass(hass)
    if setting is not None:
        want_reactive(hass, entry, setting)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await imported(hass)
    assert kinds_asked_for(sandbox) == {"active"}
    units = await statistic_units(hass)
    assert set(units.values()) == {"kWh"}
    assert {"offtake", "injection"} <= units.keys()


async def test_it_is_there_in_its_own_unit_when_wanted(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry
) -> None:
    await set_up_with_reactive(hass, entry)
    assert kinds_asked_for(sandbox) == {"active,reactive"}
    units = await statistic_units(hass)
    assert {name for name, unit in units.items() if unit == "kvarh"} == set(REACTIVE)
    assert set(REACTIVE) <= sandbox.totals(QUARTER_HOUR_EAN).keys()
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)
    for name in REACTIVE:
        assert len(await hourly_rows(hass, f"{DOMAIN}:{QUARTER_HOUR_EAN}_{name}")) == DAYS * 24


async def test_switching_it_on_later_reads_the_history_again(
    hass: HomeAssistant,
    sandbox: Sandbox,
    entry: MockConfigEntry,
    freezer: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await set_up(hass, entry)
    active = [await hourly_rows(hass, statistic) for statistic in (OFFTAKE, INJECTION)]
    work = watch_recorder(monkeypatch)
    sandbox.state.journal.clear()
    want_reactive(hass, entry, True)
    await imported(hass)
    assert is_loaded(entry)
    (asked,) = energy_requests(sandbox)
    assert (asked.period_type, asked.length.days) == ("readTime", DAYS)
    assert asked.complex_energy_types == "active,reactive"
    assert {statistic.split("_", 2)[2] for statistic, _ in work.rows} == set(REACTIVE)
    assert [await hourly_rows(hass, statistic) for statistic in (OFFTAKE, INJECTION)] == active
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)
    sandbox.state.journal.clear()
    await later(hass, freezer, POLL)
    assert [asked.period_type for asked in energy_requests(sandbox)] == ["insertTime"]


async def test_switching_it_off_keeps_what_was_read_and_asks_no_more(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, freezer: Any
) -> None:
    await set_up_with_reactive(hass, entry)
    statistic = f"{DOMAIN}:{QUARTER_HOUR_EAN}_offtake_reactive"
    before = await hourly_rows(hass, statistic)
    want_reactive(hass, entry, False)
    await imported(hass)
    sandbox.state.journal.clear()
    await later(hass, freezer, POLL)
    await later(hass, freezer, POLL * 8)
    assert kinds_asked_for(sandbox) == {"active"}
    assert before
    assert await hourly_rows(hass, statistic) == before
    assert len(await hourly_rows(hass, OFFTAKE)) > DAYS * 24


async def test_switching_it_on_again_fills_what_was_not_read_meanwhile(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, freezer: Any
) -> None:
    await set_up_with_reactive(hass, entry)
    want_reactive(hass, entry, False)
    await imported(hass)
    for _ in range(3):
        await later(hass, freezer, POLL * 8)
    want_reactive(hass, entry, True)
    await imported(hass)
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)
    for name in REACTIVE:
        await assert_consistent(hass, f"{DOMAIN}:{QUARTER_HOUR_EAN}_{name}")


async def test_a_meter_without_it_loses_nothing_by_wanting_it(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry
) -> None:
    sandbox.install(QUARTER_HOUR_EAN, "meter")
    await set_up_with_reactive(hass, entry)
    assert set((await statistic_units(hass)).values()) == {"kWh"}
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


async def test_v2_has_none(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, now: datetime
) -> None:
    sandbox.add_mandate(QUARTER_HOUR_EAN, data_period_from=days_ago(now, DAYS))
    entry = contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN], api_version="v2")
    await set_up_with_reactive(hass, entry)
    assert set((await statistic_units(hass)).values()) == {"kWh"}
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


async def test_gas_is_never_asked_for_a_kind_of_power(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, now: datetime
) -> None:
    sandbox.add_mandate(GAS_EAN, data_period_from=days_ago(now, DAYS))
    await set_up_with_reactive(hass, contract_entry(sandbox, certificate, [GAS_EAN]))
    assert kinds_asked_for(sandbox) == {None}
    await assert_all_there(hass, sandbox, GAS_EAN)
