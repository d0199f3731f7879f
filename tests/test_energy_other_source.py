"""Another source that counts the same kind of energy is asked about, not counted double."""

from datetime import datetime
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.fluvius_esco.const import DOMAIN

from .certificates import IssuedCertificate
from .dashboard import (
    GAS,
    INJECTION,
    OFFTAKE,
    OTHER_GAS,
    P1,
    PANELS,
    POWER_ONLY,
    configure,
    restarted,
    shown,
    sources,
)
from .helpers import (
    GAS_EAN,
    QUARTER_HOUR_EAN,
    contract_entry,
    days_ago,
    imported,
    issue_about,
    later,
    set_up,
)
from .observing import POLL
from .repairs import Repairs
from .sandbox import Sandbox

PRODUCER = "541440000000000801"
SUBJECT = "energy_other_source"


@pytest.fixture
async def entry(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, now: datetime
) -> MockConfigEntry:
    """A contract whose user wants an electricity and a gas meter on the dashboard."""
    for ean in (QUARTER_HOUR_EAN, GAS_EAN):
        sandbox.add_mandate(ean, data_period_from=days_ago(now, 3))
    return contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN, GAS_EAN], energy_dashboard=True)


async def test_a_p1_meter_takes_the_place_of_the_electricity_meter(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await configure(hass, P1)
    hass.states.async_set("sensor.p1_import", "1", {"friendly_name": "P1 import"})
    await set_up(hass, entry)
    assert (await sources(hass))[0] == P1
    assert (await shown_of_ours(hass)) == [("gas", GAS, None)]
    issue = issue_about(hass, SUBJECT)
    assert issue
    assert issue.translation_placeholders == {
        "contract": entry.title,
        "meters": f"Meter {QUARTER_HOUR_EAN}",
        "sources": "P1 import, sensor.p1_export",
    }


async def test_another_gas_source_takes_the_place_of_the_gas_meter(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await configure(hass, OTHER_GAS)
    await set_up(hass, entry)
    assert await shown_of_ours(hass) == [("grid", OFFTAKE, INJECTION)]
    issue = issue_about(hass, SUBJECT)
    assert issue
    assert issue.translation_placeholders
    assert issue.translation_placeholders["meters"] == f"Meter {GAS_EAN}"


async def test_panels_take_the_place_of_what_is_produced_behind_a_headpoint(
    hass: HomeAssistant, entry: MockConfigEntry, sandbox: Sandbox, repairs: Repairs
) -> None:
    sub_headpoints = [{"ean": PRODUCER, "kind": "production"}]
    sandbox.install(QUARTER_HOUR_EAN, "headpoint", sub_headpoints=sub_headpoints)
    await configure(hass, PANELS)
    await set_up(hass, entry)
    before = [("gas", GAS, None), ("grid", OFFTAKE, INJECTION)]
    assert sorted(await shown_of_ours(hass)) == before
    issue = issue_about(hass, SUBJECT)
    assert issue
    await repairs.settle(issue.issue_id, "add")
    solar = ("solar", f"{DOMAIN}:{PRODUCER}_production", None)
    assert sorted(await shown_of_ours(hass)) == [*before, solar]


async def test_a_source_that_counts_no_energy_is_no_other_source(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await configure(hass, POWER_ONLY)
    await set_up(hass, entry)
    assert ("grid", OFFTAKE, INJECTION) in await shown_of_ours(hass)
    assert issue_about(hass, SUBJECT) is None


async def test_the_user_can_add_the_meter_all_the_same(
    hass: HomeAssistant, entry: MockConfigEntry, repairs: Repairs
) -> None:
    await configure(hass, P1)
    await set_up(hass, entry)
    issue = issue_about(hass, SUBJECT)
    assert issue
    menu = await repairs.open(issue.issue_id)
    assert menu["menu_options"] == ["leave", "add"]
    assert menu["description_placeholders"]["sources"] == "sensor.p1_export, sensor.p1_import"
    await repairs.choose(menu, "add")
    await imported(hass)
    assert (await sources(hass))[0] == P1
    assert ("grid", OFFTAKE, INJECTION) in await shown_of_ours(hass)
    assert issue_about(hass, SUBJECT) is None


async def test_a_meter_that_is_left_off_is_not_asked_about_again(
    hass: HomeAssistant, entry: MockConfigEntry, repairs: Repairs, freezer: Any
) -> None:
    await configure(hass, P1)
    await set_up(hass, entry)
    issue = issue_about(hass, SUBJECT)
    assert issue
    await repairs.settle(issue.issue_id, "leave")
    await restarted(hass, entry)
    await later(hass, freezer, POLL)
    assert issue_about(hass, SUBJECT) is None
    await configure(hass)
    await later(hass, freezer, POLL)
    assert await sources(hass) == [], "the user wants nothing added"


async def test_the_meter_is_added_once_the_other_source_is_gone(
    hass: HomeAssistant, entry: MockConfigEntry, freezer: Any
) -> None:
    await configure(hass, P1)
    await set_up(hass, entry)
    await configure(hass)
    assert issue_about(hass, SUBJECT) is None
    assert await sources(hass) == [], "an open page of the dashboard would undo it"
    await later(hass, freezer, POLL)
    assert await shown(hass) == [("grid", OFFTAKE, INJECTION)]


@pytest.mark.parametrize("option", [True, False])
async def test_the_question_goes_with_the_meter_or_the_wish(
    hass: HomeAssistant, entry: MockConfigEntry, option: bool
) -> None:
    await configure(hass, P1)
    await set_up(hass, entry)
    assert issue_about(hass, SUBJECT)
    if option:
        hass.config_entries.async_update_entry(entry, options={"energy_dashboard": False})
    else:
        meter = next(one for one in entry.subentries.values() if one.unique_id == QUARTER_HOUR_EAN)
        hass.config_entries.async_remove_subentry(entry, meter.subentry_id)
    await imported(hass)
    assert issue_about(hass, SUBJECT) is None


async def test_the_question_goes_with_the_contract(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await configure(hass, P1)
    await set_up(hass, entry)
    await hass.config_entries.async_remove(entry.entry_id)
    await imported(hass)
    assert issue_about(hass, SUBJECT) is None


async def test_nothing_is_added_to_a_dashboard_that_is_not_in_order(
    hass: HomeAssistant, entry: MockConfigEntry, repairs: Repairs
) -> None:
    await configure(hass, P1, {"type": "unknown"})
    await set_up(hass, entry)
    issue = issue_about(hass, SUBJECT)
    assert issue
    result = await repairs.settle(issue.issue_id, "add")
    assert (result["type"], result["reason"]) == ("abort", "not_in_order")
    assert await sources(hass) == [P1, {"type": "unknown"}]


async def test_a_contract_that_is_not_working_cannot_settle_it(
    hass: HomeAssistant, entry: MockConfigEntry, repairs: Repairs
) -> None:
    await configure(hass, P1)
    await set_up(hass, entry)
    issue = issue_about(hass, SUBJECT)
    assert issue
    await hass.config_entries.async_unload(entry.entry_id)
    for choice in ("add", "leave"):
        result = await repairs.settle(issue.issue_id, choice)
        assert (result["type"], result["reason"]) == ("abort", "entry_not_loaded")


async def shown_of_ours(hass: HomeAssistant) -> list[Any]:
    """Return what the sources of the integration count."""
    found = await sources(hass)
    return [
        (source["type"], source["stat_energy_from"], source.get("stat_energy_to"))
        for source in found
        if str(source.get("stat_energy_from")).startswith(DOMAIN)
    ]
