"""A meter behind a headpoint is counted by the headpoint, in whatever order they come."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.fluvius_esco.const import DOMAIN

from .dashboard import INJECTION, OFFTAKE, configure, restarted, shown, sources
from .helpers import (
    DAILY_EAN,
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

HEADPOINT = QUARTER_HOUR_EAN
BEHIND = DAILY_EAN
OF_HEADPOINT = ("grid", OFFTAKE, INJECTION)
OF_BEHIND = ("grid", f"{DOMAIN}:{BEHIND}_offtake", None)
SUBJECT = "energy_counted_twice"


@pytest.fixture(autouse=True)
def mandates(sandbox: Sandbox, now: datetime) -> None:
    behind = [{"ean": BEHIND, "kind": "offtake"}]
    sandbox.install(HEADPOINT, "headpoint", sub_headpoints=behind)
    for ean in (HEADPOINT, BEHIND, GAS_EAN):
        sandbox.add_mandate(ean, data_period_from=days_ago(now, 3))


def contract(
    sandbox: Sandbox, eans: Iterable[str], number: int = 0, **options: Any
) -> MockConfigEntry:
    """A contract, of which there can be several, that adds its meters by itself."""
    made = contract_entry(sandbox, None, eans)
    return MockConfigEntry(
        domain=DOMAIN,
        title=f"Contract {number}",
        unique_id=f"own_{number}",
        data=dict(made.data),
        options={"energy_dashboard": True} | options,
        subentries_data=[
            {
                "data": one.data,
                "subentry_type": one.subentry_type,
                "title": one.title,
                "unique_id": one.unique_id,
            }
            for one in made.subentries.values()
        ],
    )


async def follow(hass: HomeAssistant, entry: MockConfigEntry, sandbox: Sandbox, ean: str) -> None:
    """Add a meter to a contract."""
    (made,) = contract_entry(sandbox, None, [ean]).subentries.values()
    subentry = ConfigSubentry(
        data=made.data,
        subentry_type=made.subentry_type,
        title=made.title,
        unique_id=made.unique_id,
    )
    hass.config_entries.async_add_subentry(entry, subentry)
    await imported(hass)


@pytest.fixture
async def sub_came_first(hass: HomeAssistant, sandbox: Sandbox) -> MockConfigEntry:
    """A contract whose meter was added before the headpoint came that it stands behind."""
    entry = contract(sandbox, [BEHIND])
    await set_up(hass, entry)
    assert await shown(hass) == [OF_BEHIND]
    await follow(hass, entry, sandbox, HEADPOINT)
    return entry


@pytest.mark.parametrize("history", [3, 200])
async def test_nothing_behind_a_headpoint_is_added_while_that_is_still_read(
    hass: HomeAssistant, sandbox: Sandbox, now: datetime, history: int
) -> None:
    sandbox.add_mandate(
        HEADPOINT, data_period_from=days_ago(now, history), data_period_to=days_ago(now, 2)
    )
    await set_up(hass, contract(sandbox, [BEHIND, HEADPOINT]))
    assert await shown(hass) == [OF_HEADPOINT]
    assert issue_about(hass, SUBJECT) is None


async def test_only_the_grid_waits_for_meters_that_are_still_to_be_read(
    hass: HomeAssistant, sandbox: Sandbox, freezer: Any
) -> None:
    entry = contract(sandbox, [GAS_EAN, BEHIND], energy_dashboard=False)
    await set_up(hass, entry)
    sandbox.add_fault("energy", "status", times=10_000)
    await follow(hass, entry, sandbox, HEADPOINT)
    hass.config_entries.async_update_entry(entry, options={"energy_dashboard": True})
    await imported(hass)
    assert [kind for kind, *_ in await shown(hass)] == ["gas"]
    sandbox.state.faults.clear()
    await later(hass, freezer, POLL)
    assert [one for one in await shown(hass) if one[0] == "grid"] == [OF_HEADPOINT]


@pytest.mark.parametrize("order", [[HEADPOINT, BEHIND], [BEHIND, HEADPOINT]])
async def test_the_headpoint_can_be_another_contracts(
    hass: HomeAssistant, sandbox: Sandbox, order: list[str], repairs: Repairs
) -> None:
    for number, ean in enumerate(order):
        await set_up(hass, contract(sandbox, [ean], number))
    if order[0] == BEHIND:
        assert await shown(hass) == [OF_BEHIND], "nothing is counted twice meanwhile"
        issue = issue_about(hass, SUBJECT)
        assert issue
        await repairs.settle(issue.issue_id, "take_off")
    assert await shown(hass) == [OF_HEADPOINT]
    assert issue_about(hass, SUBJECT) is None


async def test_a_contract_that_is_not_working_still_knows_its_headpoint(
    hass: HomeAssistant, sandbox: Sandbox
) -> None:
    first = contract(sandbox, [HEADPOINT])
    await set_up(hass, first)
    assert await hass.config_entries.async_unload(first.entry_id)
    await set_up(hass, contract(sandbox, [BEHIND], 1))
    assert await shown(hass) == [OF_HEADPOINT]


async def test_the_headpoint_takes_the_place_of_what_came_before_it(
    hass: HomeAssistant, sub_came_first: MockConfigEntry, repairs: Repairs
) -> None:
    assert await shown(hass) == [OF_BEHIND], "nothing is counted twice meanwhile"
    issue = issue_about(hass, SUBJECT)
    assert issue
    assert issue.translation_placeholders == {
        "contract": sub_came_first.title,
        "meters": f"Meter {BEHIND}",
        "sources": f"Meter {HEADPOINT}",
    }
    result = await repairs.settle(issue.issue_id, "take_off")
    assert result["type"] == "create_entry"
    assert await shown(hass) == [OF_HEADPOINT]
    assert issue_about(hass, SUBJECT) is None


async def test_what_is_left_as_it_is_stays_so(
    hass: HomeAssistant, sub_came_first: MockConfigEntry, repairs: Repairs, freezer: Any
) -> None:
    issue = issue_about(hass, SUBJECT)
    assert issue
    await repairs.settle(issue.issue_id, "leave")
    await restarted(hass, sub_came_first)
    await later(hass, freezer, POLL)
    assert await shown(hass) == [OF_BEHIND]
    assert issue_about(hass, SUBJECT) is None


@pytest.mark.usefixtures("sub_came_first")
async def test_what_the_user_made_of_the_source_is_not_taken_off(
    hass: HomeAssistant, repairs: Repairs
) -> None:
    (source,) = await sources(hass)
    changed = source | {"stat_rate": "sensor.power"}
    await configure(hass, changed)
    issue = issue_about(hass, SUBJECT)
    assert issue
    result = await repairs.settle(issue.issue_id, "take_off")
    assert (result["type"], result["reason"]) == ("abort", "not_ours")
    assert await sources(hass) == [changed]
    await configure(hass)
    assert issue_about(hass, SUBJECT) is None


async def test_a_contract_that_is_not_working_cannot_settle_it(
    hass: HomeAssistant, sub_came_first: MockConfigEntry, repairs: Repairs
) -> None:
    issue = issue_about(hass, SUBJECT)
    assert issue
    await hass.config_entries.async_unload(sub_came_first.entry_id)
    for choice in ("take_off", "leave"):
        result = await repairs.settle(issue.issue_id, choice)
        assert (result["type"], result["reason"]) == ("abort", "entry_not_loaded")


async def test_the_offer_waits_for_what_is_behind_to_be_taken_off(
    hass: HomeAssistant, sandbox: Sandbox, repairs: Repairs
) -> None:
    entry = contract(sandbox, [BEHIND], energy_dashboard=False)
    await set_up(hass, entry)
    offer = issue_about(hass, "energy_offer")
    assert offer
    await repairs.enter(await repairs.open(offer.issue_id), meters=[BEHIND])
    await follow(hass, entry, sandbox, HEADPOINT)
    assert issue_about(hass, "energy_offer") is None
    twice = issue_about(hass, SUBJECT)
    assert twice
    await repairs.settle(twice.issue_id, "take_off")
    assert await shown(hass) == []
    assert issue_about(hass, "energy_offer")
