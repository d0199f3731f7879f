"""The repair that offers to add meters to the Energy dashboard."""

from datetime import datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.fluvius_esco import energy_watch
from custom_components.fluvius_esco.const import DOMAIN

from .certificates import IssuedCertificate
from .dashboard import (
    BY_REGISTER,
    GAS,
    INJECTION,
    OFFTAKE,
    P1,
    configure,
    restarted,
    shown,
    sources,
    without_injection,
)
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
from .reading_actions import act, device_of
from .repairs import Repairs
from .sandbox import Sandbox

PRODUCER = "541440000000000801"


@pytest.fixture(autouse=True)
def mandates(sandbox: Sandbox, now: datetime) -> None:
    for ean in (QUARTER_HOUR_EAN, GAS_EAN):
        sandbox.add_mandate(ean, data_period_from=days_ago(now, 3))


@pytest.fixture
async def entry(sandbox: Sandbox, certificate: IssuedCertificate) -> MockConfigEntry:
    """A contract with an electricity and a gas meter that are not to be added by themselves."""
    return contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN, GAS_EAN])


def offer(hass: HomeAssistant) -> ir.IssueEntry | None:
    return issue_about(hass, "energy_offer")


def offered_meters(hass: HomeAssistant) -> str:
    """Return what the title of the offer names."""
    issue = offer(hass)
    assert issue
    assert issue.translation_placeholders
    return issue.translation_placeholders["meters"]


def fields(form: dict[str, Any]) -> list[str]:
    return [field["name"] for field in form["data_schema"]]


async def test_one_issue_of_a_contract_offers_its_meters(
    hass: HomeAssistant, entry: MockConfigEntry, repairs: Repairs
) -> None:
    await set_up(hass, entry)
    issue = offer(hass)
    assert issue
    assert offered_meters(hass) == f"Meter {QUARTER_HOUR_EAN}, Meter {GAS_EAN}"
    form = await repairs.open(issue.issue_id)
    assert fields(form) == ["meters", "registers"]
    await repairs.enter(form, meters=[QUARTER_HOUR_EAN, GAS_EAN], registers="total")
    assert sorted(await shown(hass)) == [("gas", GAS, None), ("grid", OFFTAKE, INJECTION)]
    assert offer(hass) is None


@pytest.mark.parametrize("api_version", ["v3", "v2"])
async def test_day_and_night_can_be_chosen(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    repairs: Repairs,
    api_version: str,
) -> None:
    await set_up(hass, contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN], api_version))
    issue = offer(hass)
    assert issue
    form = await repairs.open(issue.issue_id)
    await repairs.enter(form, meters=[QUARTER_HOUR_EAN], registers="day_night")
    assert await shown(hass) == BY_REGISTER


async def test_nothing_is_to_be_chosen_for_meters_without_registers(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, repairs: Repairs
) -> None:
    await set_up(hass, contract_entry(sandbox, certificate, [GAS_EAN]))
    issue = offer(hass)
    assert issue
    form = await repairs.open(issue.issue_id)
    assert fields(form) == ["meters"]
    await repairs.enter(form, meters=[GAS_EAN])
    assert await shown(hass) == [("gas", GAS, None)]


async def test_what_is_produced_behind_a_headpoint_comes_along(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, repairs: Repairs
) -> None:
    sub_headpoints = [{"ean": PRODUCER, "kind": "production"}]
    sandbox.install(QUARTER_HOUR_EAN, "headpoint", sub_headpoints=sub_headpoints)
    await set_up(hass, contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN]))
    issue = offer(hass)
    assert issue
    form = await repairs.open(issue.issue_id)
    await repairs.enter(form, meters=[QUARTER_HOUR_EAN], registers="total")
    assert sorted(await shown(hass)) == [
        ("grid", OFFTAKE, INJECTION),
        ("solar", f"{DOMAIN}:{PRODUCER}_production", None),
    ]


async def test_a_sub_headpoint_that_is_followed_too_is_not_counted_again(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    repairs: Repairs,
) -> None:
    sub_headpoints = [{"ean": DAILY_EAN, "kind": "offtake"}]
    sandbox.install(QUARTER_HOUR_EAN, "headpoint", sub_headpoints=sub_headpoints)
    sandbox.add_mandate(DAILY_EAN, data_period_from=days_ago(now, 3))
    await set_up(hass, contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN, DAILY_EAN]))
    assert offered_meters(hass) == f"Meter {QUARTER_HOUR_EAN}"


async def test_nothing_is_offered_before_there_is_anything_to_count(
    hass: HomeAssistant, entry: MockConfigEntry, sandbox: Sandbox, freezer: Any
) -> None:
    sandbox.add_fault("energy", "status", times=10_000)
    await set_up(hass, entry)
    assert offer(hass) is None
    sandbox.state.faults.clear()
    await later(hass, freezer, POLL)
    assert offer(hass)


async def test_a_meter_that_is_left_out_is_not_offered_again(
    hass: HomeAssistant, entry: MockConfigEntry, repairs: Repairs, freezer: Any
) -> None:
    await set_up(hass, entry)
    issue = offer(hass)
    assert issue
    await repairs.enter(await repairs.open(issue.issue_id), meters=[GAS_EAN], registers="total")
    assert await shown(hass) == [("gas", GAS, None)]
    for _ in range(2):
        assert offer(hass) is None
        await later(hass, freezer, POLL)
        await restarted(hass, entry)


async def test_what_was_added_and_then_removed_is_not_offered_again(
    hass: HomeAssistant, entry: MockConfigEntry, repairs: Repairs
) -> None:
    await set_up(hass, entry)
    issue = offer(hass)
    assert issue
    form = await repairs.open(issue.issue_id)
    await repairs.enter(form, meters=[QUARTER_HOUR_EAN, GAS_EAN], registers="total")
    await configure(hass)
    await restarted(hass, entry)
    assert offer(hass) is None


async def test_the_offer_goes_when_the_user_adds_the_meters_by_hand(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await set_up(hass, entry)
    by_hand = {"type": "grid", "stat_energy_from": OFFTAKE, "cost_adjustment_day": 0.0}
    await configure(hass, by_hand)
    assert offered_meters(hass) == f"Meter {GAS_EAN}"
    await configure(hass, by_hand, {"type": "gas", "stat_energy_from": GAS})
    assert offer(hass) is None
    await configure(hass)
    assert offer(hass) is None, "who removes it again does not want it"


async def test_who_has_another_source_is_not_asked(
    hass: HomeAssistant, entry: MockConfigEntry, repairs: Repairs
) -> None:
    await configure(hass, P1)
    await set_up(hass, entry)
    assert offered_meters(hass) == f"Meter {GAS_EAN}"
    assert issue_about(hass, "energy_other_source") is None
    await configure(hass)
    assert offered_meters(hass) == f"Meter {QUARTER_HOUR_EAN}, Meter {GAS_EAN}"
    issue = offer(hass)
    assert issue
    form = await repairs.open(issue.issue_id)
    await configure(hass, P1)
    await repairs.enter(form, meters=[QUARTER_HOUR_EAN, GAS_EAN], registers="total")
    assert [one["type"] for one in await sources(hass)] == ["grid", "gas"]


async def test_the_offer_goes_with_its_meters(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    await set_up(hass, entry)
    for meter in list(entry.subentries.values()):
        assert offer(hass)
        hass.config_entries.async_remove_subentry(entry, meter.subentry_id)
        await imported(hass)
    assert offer(hass) is None


async def test_the_offer_goes_with_its_contract(
    hass: HomeAssistant, entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    await set_up(hass, entry)
    assert f"{DOMAIN}.{entry.entry_id}.energy" in hass_storage
    await hass.config_entries.async_remove(entry.entry_id)
    await imported(hass)
    assert offer(hass) is None
    assert f"{DOMAIN}.{entry.entry_id}.energy" not in hass_storage


async def test_the_offer_is_there_at_once_after_a_restart(
    hass: HomeAssistant, entry: MockConfigEntry, sandbox: Sandbox
) -> None:
    await set_up(hass, entry)
    ir.async_delete_issue(hass, DOMAIN, f"energy_offer_{entry.entry_id}")
    sandbox.add_fault("energy", "status", times=10_000)
    await restarted(hass, entry)
    assert offered_meters(hass) == f"Meter {QUARTER_HOUR_EAN}, Meter {GAS_EAN}"


async def test_a_provider_is_offered_nothing(
    hass: HomeAssistant, entry: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(energy_watch, "MOST_METERS_OF_A_HOUSEHOLD", 1)
    await set_up(hass, entry)
    assert offer(hass) is None


async def test_a_form_that_came_too_late_adds_nothing(
    hass: HomeAssistant, entry: MockConfigEntry, repairs: Repairs
) -> None:
    await set_up(hass, entry)
    issue = offer(hass)
    assert issue
    form = await repairs.open(issue.issue_id)
    by_hand = {"type": "gas", "stat_energy_from": GAS}
    await configure(hass, by_hand)
    await repairs.enter(form, meters=[GAS_EAN], registers="total")
    assert await sources(hass) == [by_hand]


@pytest.mark.parametrize("reason", ["entry_not_loaded", "nothing_to_add"])
async def test_the_repair_says_why_nothing_can_be_added(
    hass: HomeAssistant, entry: MockConfigEntry, repairs: Repairs, reason: str
) -> None:
    await set_up(hass, entry)
    issue = offer(hass)
    assert issue
    if reason == "entry_not_loaded":
        await hass.config_entries.async_unload(entry.entry_id)
    else:
        # The page was opened before the issue went.
        await configure(hass, P1, {"type": "gas", "stat_energy_from": "sensor.gas"})
        ir.async_create_issue(
            hass,
            DOMAIN,
            issue.issue_id,
            data=issue.data,
            is_fixable=True,
            severity=ir.IssueSeverity.WARNING,
            translation_key="energy_offer",
            translation_placeholders=issue.translation_placeholders,
        )
    result = await repairs.open(issue.issue_id)
    assert (result["type"], result["reason"]) == ("abort", reason)


async def test_nothing_is_added_to_a_dashboard_that_is_not_in_order(
    hass: HomeAssistant, entry: MockConfigEntry, repairs: Repairs
) -> None:
    await configure(hass, {"type": "unknown"})
    await set_up(hass, entry)
    issue = offer(hass)
    assert issue
    form = await repairs.open(issue.issue_id)
    result = await repairs.enter(form, meters=[GAS_EAN], registers="total")
    assert (result["type"], result["reason"]) == ("abort", "not_in_order")
    assert offer(hass), "nothing was declined by it"


async def test_injection_that_came_later_is_offered_where_the_offtake_was_added(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    repairs: Repairs,
    freezer: Any,
) -> None:
    without_injection(sandbox)
    await set_up(hass, contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN]))
    issue = offer(hass)
    assert issue
    await repairs.enter(await repairs.open(issue.issue_id), meters=[QUARTER_HOUR_EAN])
    assert offer(hass) is None
    await later(hass, freezer, timedelta(days=2))
    assert await shown(hass) == [("grid", OFFTAKE, None)]
    assert offered_meters(hass) == f"Meter {QUARTER_HOUR_EAN}"
    added = await act(hass, "add_to_energy_dashboard", device_id=device_of(hass, QUARTER_HOUR_EAN))
    assert [one["statistics"] for one in added["added"]] == [[INJECTION]]
    await imported(hass)
    assert await shown(hass) == [("grid", OFFTAKE, None), ("grid", None, INJECTION)]
    assert offer(hass) is None
