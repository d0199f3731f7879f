"""The files about how far meters were read, from one set-up of their contract to the next."""

from datetime import datetime
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.storage import Store
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.fluvius_esco.const import DOMAIN

from .certificates import IssuedCertificate
from .helpers import DAILY_EAN, QUARTER_HOUR_EAN, contract_entry, days_ago, imported, set_up
from .observing import period_types
from .sandbox import Sandbox


@pytest.fixture
async def followed(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, now: datetime
) -> MockConfigEntry:
    """An entry with two meters that were read to the end."""
    for ean in (QUARTER_HOUR_EAN, DAILY_EAN):
        sandbox.add_mandate(ean, data_period_from=days_ago(now, 3))
    entry = contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN, DAILY_EAN])
    await set_up(hass, entry)
    return entry


def files_about(hass_storage: dict[str, Any], ean: str) -> set[str]:
    """Return the files of a meter, by what tells them apart."""
    return {name.partition(ean)[2] for name in hass_storage if ean in name}


async def test_nothing_is_read_twice_after_the_change_of_version(
    hass: HomeAssistant,
    sandbox: Sandbox,
    followed: MockConfigEntry,
    hass_storage: dict[str, Any],
) -> None:
    assert await hass.config_entries.async_unload(followed.entry_id)
    index = f"{DOMAIN}.{followed.entry_id}"
    kept = {
        ean: hass_storage.pop(f"{index}.{ean}.progress")["data"]
        for ean in (QUARTER_HOUR_EAN, DAILY_EAN)
    }
    hass_storage[index] |= {"version": 3, "data": kept}
    sandbox.state.journal.clear()
    assert await hass.config_entries.async_setup(followed.entry_id)
    await imported(hass)
    assert period_types(sandbox) == ["insertTime", "insertTime"]


@pytest.mark.parametrize(
    ("ends_before", "left"),
    [(f".{DAILY_EAN}", {"", ".progress"}), (f".{DAILY_EAN}.progress", {".progress"})],
)
async def test_a_removal_that_was_interrupted_is_finished_by_the_next_set_up(
    hass: HomeAssistant,
    followed: MockConfigEntry,
    hass_storage: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    ends_before: str,
    left: set[str],
) -> None:
    (meter,) = [one for one in followed.subentries.values() if one.unique_id == DAILY_EAN]
    assert files_about(hass_storage, DAILY_EAN) == {"", ".progress"}
    remove = Store.async_remove

    async def remove_or_end(store: Store[Any]) -> None:
        if store.key.endswith(ends_before):
            raise OSError
        await remove(store)

    with monkeypatch.context() as interrupted:
        interrupted.setattr(Store, "async_remove", remove_or_end)
        hass.config_entries.async_remove_subentry(followed, meter.subentry_id)
        await imported(hass)
    assert files_about(hass_storage, DAILY_EAN) == left
    await hass.config_entries.async_reload(followed.entry_id)
    await imported(hass)
    assert files_about(hass_storage, DAILY_EAN) == set()
    assert files_about(hass_storage, QUARTER_HOUR_EAN) == {"", ".progress"}
    issue_id = f"removed_{followed.entry_id}_{DAILY_EAN}"
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue_id)


async def test_nothing_is_left_of_a_removed_contract(
    hass: HomeAssistant, followed: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    assert any(followed.entry_id in name for name in hass_storage)
    await hass.config_entries.async_remove(followed.entry_id)
    await imported(hass)
    assert {name for name in hass_storage if followed.entry_id in name} == set()
