"""What becomes of the statistics of meters that are no longer followed."""

from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from homeassistant.components.recorder.statistics import list_statistic_ids
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.recorder import get_instance
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.fluvius_esco.const import DOMAIN

from .dashboard import GAS, PANELS, configure, sources
from .helpers import (
    DAILY_EAN,
    GAS_EAN,
    QUARTER_HOUR_EAN,
    assert_all_there,
    contract_entry,
    hourly_rows,
    imported,
    later,
    set_up,
)
from .repairs import Repairs
from .sandbox import Sandbox

pytestmark = pytest.mark.usefixtures("three_meters")

OFFTAKE = f"{DOMAIN}:{QUARTER_HOUR_EAN}_offtake"


def questions(hass: HomeAssistant) -> dict[str, ir.IssueEntry]:
    """Return the open questions about removed meters and contracts, by issue."""
    return {
        issue.issue_id: issue
        for issue in ir.async_get(hass).issues.values()
        if issue.active and issue.translation_key in {"meter_removed", "contract_removed"}
    }


def meter_question(entry: MockConfigEntry, ean: str) -> str:
    return f"removed_{entry.entry_id}_{ean}"


async def statistics_of(hass: HomeAssistant, ean: str) -> list[str]:
    """Return the ids of the stored statistics of a meter."""
    listed = await get_instance(hass).async_add_executor_job(list_statistic_ids, hass)
    ids = (one["statistic_id"] for one in listed)
    return sorted(one for one in ids if one.startswith(f"{DOMAIN}:{ean}_"))


async def remove(hass: HomeAssistant, entry: MockConfigEntry, ean: str) -> ConfigSubentry:
    """Remove a meter from its entry, and return what it was."""
    subentry = next(one for one in entry.subentries.values() if one.unique_id == ean)
    assert hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
    await imported(hass)
    return subentry


async def add(hass: HomeAssistant, entry: MockConfigEntry, subentry: ConfigSubentry) -> None:
    """Add a meter that was removed as a new one."""
    again = ConfigSubentry(
        data=subentry.data,
        subentry_type=subentry.subentry_type,
        title=subentry.title,
        unique_id=subentry.unique_id,
    )
    assert hass.config_entries.async_add_subentry(entry, again)
    await imported(hass)


async def restart(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Lose what is only in memory, questions and issues, and set the entry up again."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    hass.data.pop(f"{DOMAIN}_questions", None)
    for issue_id in questions(hass):
        ir.async_delete_issue(hass, DOMAIN, issue_id)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await imported(hass)


async def test_a_removed_meter_asks_by_name_and_nothing_is_deleted_before_the_answer(
    hass: HomeAssistant, sandbox: Sandbox
) -> None:
    entry = contract_entry(sandbox, None, [QUARTER_HOUR_EAN, GAS_EAN])
    await set_up(hass, entry)
    rows = await hourly_rows(hass, OFFTAKE)
    await remove(hass, entry, QUARTER_HOUR_EAN)
    asked = questions(hass)
    assert list(asked) == [meter_question(entry, QUARTER_HOUR_EAN)]
    (issue,) = asked.values()
    assert issue.translation_placeholders == {"meter": f"Meter {QUARTER_HOUR_EAN}"}
    assert issue.is_fixable
    assert await hourly_rows(hass, OFFTAKE) == rows


async def test_kept_statistics_stay_and_nobody_asks_again(
    hass: HomeAssistant, sandbox: Sandbox, repairs: Repairs
) -> None:
    entry = contract_entry(sandbox, None, [QUARTER_HOUR_EAN])
    await set_up(hass, entry)
    rows = await hourly_rows(hass, OFFTAKE)
    await remove(hass, entry, QUARTER_HOUR_EAN)
    flow = await repairs.open(meter_question(entry, QUARTER_HOUR_EAN))
    assert flow["type"] == "menu"
    assert flow["menu_options"] == ["keep", "delete"]
    assert flow["description_placeholders"] == {"meter": f"Meter {QUARTER_HOUR_EAN}"}
    assert (await repairs.choose(flow, "keep"))["type"] == "create_entry"
    assert questions(hass) == {}
    await restart(hass, entry)
    assert questions(hass) == {}
    assert await hourly_rows(hass, OFFTAKE) == rows


async def test_deleted_are_all_statistics_of_the_meter_and_no_others(
    hass: HomeAssistant, sandbox: Sandbox, repairs: Repairs
) -> None:
    entry = contract_entry(sandbox, None, [QUARTER_HOUR_EAN, GAS_EAN])
    await set_up(hass, entry)
    of_gas = await statistics_of(hass, GAS_EAN)
    assert len(await statistics_of(hass, QUARTER_HOUR_EAN)) == 6
    await remove(hass, entry, QUARTER_HOUR_EAN)
    done = await repairs.settle(meter_question(entry, QUARTER_HOUR_EAN), "delete")
    assert done["type"] == "create_entry"
    assert await statistics_of(hass, QUARTER_HOUR_EAN) == []
    assert await statistics_of(hass, GAS_EAN) == of_gas
    await assert_all_there(hass, sandbox, GAS_EAN)
    await restart(hass, entry)
    assert questions(hass) == {}


async def test_the_question_outlives_a_restart(
    hass: HomeAssistant, sandbox: Sandbox, repairs: Repairs
) -> None:
    entry = contract_entry(sandbox, None, [QUARTER_HOUR_EAN, DAILY_EAN])
    await set_up(hass, entry)
    await remove(hass, entry, QUARTER_HOUR_EAN)
    await restart(hass, entry)
    issue_id = meter_question(entry, QUARTER_HOUR_EAN)
    assert list(questions(hass)) == [issue_id]
    await repairs.settle(issue_id, "delete")
    assert await statistics_of(hass, QUARTER_HOUR_EAN) == []


async def test_a_meter_that_is_added_again_continues_its_series(
    hass: HomeAssistant, sandbox: Sandbox, freezer: Any
) -> None:
    entry = contract_entry(sandbox, None, [QUARTER_HOUR_EAN])
    await set_up(hass, entry)
    series = await statistics_of(hass, QUARTER_HOUR_EAN)
    before = await hourly_rows(hass, OFFTAKE)
    subentry = await remove(hass, entry, QUARTER_HOUR_EAN)
    await later(hass, freezer, timedelta(days=3))
    await add(hass, entry, subentry)
    assert questions(hass) == {}
    assert await statistics_of(hass, QUARTER_HOUR_EAN) == series
    after = await hourly_rows(hass, OFFTAKE)
    assert after[: len(before)] == before
    assert len(after) == len(before) + 3 * 24
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


@pytest.mark.parametrize("choice", ["keep", "delete"])
async def test_a_meter_that_is_added_after_the_answer_is_complete(
    hass: HomeAssistant, sandbox: Sandbox, repairs: Repairs, choice: str
) -> None:
    entry = contract_entry(sandbox, None, [QUARTER_HOUR_EAN, GAS_EAN])
    await set_up(hass, entry)
    series = await statistics_of(hass, GAS_EAN)
    subentry = await remove(hass, entry, GAS_EAN)
    await repairs.settle(meter_question(entry, GAS_EAN), choice)
    await add(hass, entry, subentry)
    assert await statistics_of(hass, GAS_EAN) == series
    await assert_all_there(hass, sandbox, GAS_EAN)


async def test_an_answer_that_comes_too_late_deletes_nothing(
    hass: HomeAssistant, sandbox: Sandbox, repairs: Repairs
) -> None:
    entry = contract_entry(sandbox, None, [QUARTER_HOUR_EAN])
    await set_up(hass, entry)
    subentry = await remove(hass, entry, QUARTER_HOUR_EAN)
    flow = await repairs.open(meter_question(entry, QUARTER_HOUR_EAN))
    await add(hass, entry, subentry)
    result = await repairs.choose(flow, "delete")
    assert (result["type"], result["reason"]) == ("abort", "followed_again")
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


async def test_a_recorder_that_does_not_delete_leaves_the_question_open(
    hass: HomeAssistant, sandbox: Sandbox, repairs: Repairs, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = contract_entry(sandbox, None, [QUARTER_HOUR_EAN])
    await set_up(hass, entry)
    await remove(hass, entry, QUARTER_HOUR_EAN)
    issue_id = meter_question(entry, QUARTER_HOUR_EAN)
    with monkeypatch.context() as patch:
        patch.setattr(f"custom_components.{DOMAIN}.statistics._COMMIT_TIMEOUT", 0)
        result = await repairs.settle(issue_id, "delete")
    assert (result["type"], result["reason"]) == ("abort", "not_deleted")
    assert list(questions(hass)) == [issue_id]
    assert (await repairs.settle(issue_id, "delete"))["type"] == "create_entry"
    assert await statistics_of(hass, QUARTER_HOUR_EAN) == []


async def test_nothing_is_asked_about_a_meter_that_left_no_statistics(
    hass: HomeAssistant, sandbox: Sandbox
) -> None:
    never_allowed = "541440110000000099"
    entry = contract_entry(sandbox, None, [GAS_EAN, never_allowed])
    await set_up(hass, entry)
    await remove(hass, entry, never_allowed)
    assert questions(hass) == {}


async def test_nothing_is_asked_about_a_meter_that_another_entry_follows(
    hass: HomeAssistant, sandbox: Sandbox
) -> None:
    entry = contract_entry(sandbox, None, [DAILY_EAN, GAS_EAN])
    other = contract_entry(sandbox, None, [DAILY_EAN])
    other.add_to_hass(hass)
    hass.config_entries.async_update_entry(other, unique_id="own_other")
    await set_up(hass, entry)
    await imported(hass)
    await remove(hass, entry, DAILY_EAN)
    assert questions(hass) == {}


async def test_a_removed_contract_asks_once_about_all_its_meters(
    hass: HomeAssistant, sandbox: Sandbox, repairs: Repairs
) -> None:
    entry = contract_entry(sandbox, None, [QUARTER_HOUR_EAN, DAILY_EAN, GAS_EAN])
    await set_up(hass, entry)
    await remove(hass, entry, GAS_EAN)
    await hass.config_entries.async_remove(entry.entry_id)
    await imported(hass)
    assert list(questions(hass)) == [f"removed_{entry.entry_id}"]
    (issue,) = questions(hass).values()
    assert issue.translation_placeholders == {
        "contract": entry.title,
        "meters": f"Meter {DAILY_EAN}, Meter {QUARTER_HOUR_EAN}, Meter {GAS_EAN}",
    }
    assert (await repairs.settle(issue.issue_id, "delete"))["type"] == "create_entry"
    for ean in (QUARTER_HOUR_EAN, DAILY_EAN, GAS_EAN):
        assert await statistics_of(hass, ean) == []


async def test_a_contract_that_is_set_up_again_takes_its_meters_out_of_the_question(
    hass: HomeAssistant, sandbox: Sandbox, now: datetime, repairs: Repairs
) -> None:
    entry = contract_entry(sandbox, None, [QUARTER_HOUR_EAN, GAS_EAN])
    await set_up(hass, entry)
    await hass.config_entries.async_remove(entry.entry_id)
    await set_up(hass, contract_entry(sandbox, None, [QUARTER_HOUR_EAN]))
    (issue,) = questions(hass).values()
    assert issue.translation_placeholders == {
        "contract": entry.title,
        "meters": f"Meter {GAS_EAN}",
    }
    await repairs.settle(issue.issue_id, "delete")
    assert await statistics_of(hass, GAS_EAN) == []
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


async def test_what_is_kept_of_a_removed_meter_s_days_goes_though_its_removal_was_cut_off(
    hass: HomeAssistant, sandbox: Sandbox, hass_storage: dict[str, Any]
) -> None:
    entry = contract_entry(sandbox, None, [QUARTER_HOUR_EAN, GAS_EAN])
    await set_up(hass, entry)
    facts = f"{DOMAIN}.{entry.entry_id}.{GAS_EAN}"
    assert facts in hass_storage
    with patch(f"custom_components.{DOMAIN}.async_remove_facts", side_effect=OSError):
        await remove(hass, entry, GAS_EAN)
    assert facts in hass_storage
    assert await hass.config_entries.async_reload(entry.entry_id)
    await imported(hass)
    assert facts not in hass_storage


def contract_on_the_dashboard(sandbox: Sandbox) -> MockConfigEntry:
    return contract_entry(sandbox, None, [QUARTER_HOUR_EAN, GAS_EAN], energy_dashboard=True)


@pytest.mark.parametrize("choice", ["keep", "delete"])
async def test_what_was_put_on_the_energy_dashboard_goes_with_the_statistics_of_the_meter(
    hass: HomeAssistant, sandbox: Sandbox, repairs: Repairs, choice: str
) -> None:
    await configure(hass, PANELS)
    entry = contract_on_the_dashboard(sandbox)
    await set_up(hass, entry)
    before = await sources(hass)
    await remove(hass, entry, GAS_EAN)
    await restart(hass, entry)
    assert await sources(hass) == before
    await repairs.settle(meter_question(entry, GAS_EAN), choice)
    gone = [one for one in before if choice == "delete" and one["stat_energy_from"] == GAS]
    assert await sources(hass) == [one for one in before if one not in gone]


@pytest.mark.parametrize("choice", ["keep", "delete"])
async def test_what_was_put_on_the_energy_dashboard_goes_with_the_statistics_of_the_contract(
    hass: HomeAssistant,
    sandbox: Sandbox,
    repairs: Repairs,
    hass_storage: dict[str, Any],
    choice: str,
) -> None:
    await configure(hass, PANELS)
    entry = contract_on_the_dashboard(sandbox)
    await set_up(hass, entry)
    await remove(hass, entry, GAS_EAN)
    grid = next(one for one in await sources(hass) if one["type"] == "grid")
    changed = grid | {"stat_rate": "sensor.power"}
    await configure(hass, *[changed if one == grid else one for one in await sources(hass)])
    before = await sources(hass)
    await hass.config_entries.async_remove(entry.entry_id)
    await imported(hass)
    assert await sources(hass) == before
    await repairs.settle(f"removed_{entry.entry_id}", choice)
    kept = [PANELS, changed]
    assert await sources(hass) == (before if choice == "keep" else kept)
    assert f"{DOMAIN}.{entry.entry_id}.energy" not in hass_storage


async def test_what_another_contract_follows_stays_on_the_energy_dashboard(
    hass: HomeAssistant, sandbox: Sandbox, repairs: Repairs
) -> None:
    entry = contract_on_the_dashboard(sandbox)
    await set_up(hass, entry)
    await hass.config_entries.async_remove(entry.entry_id)
    await set_up(hass, contract_entry(sandbox, None, [GAS_EAN]))
    await repairs.settle(f"removed_{entry.entry_id}", "delete")
    assert [one["stat_energy_from"] for one in await sources(hass)] == [GAS]
