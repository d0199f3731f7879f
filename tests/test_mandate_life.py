"""How the mandate of a followed meter lives: what the user sees of it, and how it is renewed."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.fluvius_esco import consent_flow
from custom_components.fluvius_esco.const import DOMAIN

from .certificates import IssuedCertificate
from .flows import MeterForm
from .helpers import (
    GAS_EAN,
    QUARTER_HOUR_EAN,
    assert_all_there,
    contract_entry,
    days_ago,
    hourly_rows,
    imported,
    issues,
    later,
    notifications,
    sensor_state,
    set_up,
)
from .observing import energy_requests
from .repairs import Repairs
from .sandbox import Sandbox
from .sandbox.customer import Customer
from .sandbox.portal import GRID_USER

EAN = "541440110000000101"
OFFTAKE = f"{DOMAIN}:{EAN}_offtake"
HOUR = timedelta(hours=1, minutes=1)
SOON = datetime(2027, 1, 5, 23, tzinfo=UTC)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for answers all the time, and do not wait for those that do not come."""
    monkeypatch.setattr(consent_flow, "LOOKS", ())
    monkeypatch.setattr(consent_flow, "LOOKS_THEN", 0)
    monkeypatch.setattr(consent_flow, "ARRIVAL_LOOKS", (0, 0))


@pytest.fixture(params=["v3", "v2"])
async def entry(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    request: pytest.FixtureRequest,
    now: datetime,
) -> MockConfigEntry:
    """A contract with one meter that is read since ten days, for a version of the API."""
    sandbox.add_mandate(EAN, data_period_from=days_ago(now, 10), reference_number="REF-1")
    entry = contract_entry(sandbox, certificate, [EAN], api_version=request.param)
    await set_up(hass, entry)
    return entry


def of_contract(hass: HomeAssistant, entry: MockConfigEntry, key: str) -> str:
    registry = er.async_get(hass)
    entity_id = registry.async_get_entity_id("sensor", DOMAIN, f"{entry.unique_id}_{key}")
    state = hass.states.get(entity_id or "")
    assert state is not None
    return state.state


def data_until(hass: HomeAssistant) -> Mapping[str, Any]:
    """Return the attributes of the sensor that tells how far the readings reach."""
    entity_id = er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"{EAN}_data_until")
    state = hass.states.get(entity_id or "")
    assert state is not None
    return state.attributes


async def test_an_approved_mandate_is_shown_as_it_is(
    hass: HomeAssistant, entry: MockConfigEntry, now: datetime
) -> None:
    assert sensor_state(hass, EAN, "mandate_status") == "approved"
    assert sensor_state(hass, EAN, "renewal_status") == "not_due"
    assert sensor_state(hass, EAN, "mandate_expires") == "2029-11-10T09:30:00+00:00"
    assert sensor_state(hass, EAN, "data_period_from") == days_ago(now, 10).isoformat()
    assert sensor_state(hass, EAN, "data_period_to") == "unknown"
    assert data_until(hass)["no_new_data"] is None
    assert of_contract(hass, entry, "mandates_approved") == "1"
    assert not issues(hass)


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize(
    ("status", "issue", "counted"),
    [
        ("Finished", "mandate_ended", "mandates_finished"),
        ("Rejected", "mandate_rejected", "mandates_rejected"),
        ("Requested", None, "mandates_requested"),
    ],
)
async def test_a_mandate_that_gives_nothing_more_says_so_and_is_not_asked_again(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    sandbox: Sandbox,
    freezer: Any,
    status: str,
    issue: str | None,
    counted: str,
) -> None:
    before = await hourly_rows(hass, OFFTAKE)
    sandbox.change_mandate(EAN, at=freezer(), status=status)
    await later(hass, freezer, HOUR)
    assert sensor_state(hass, EAN, "mandate_status") == status.lower()
    assert data_until(hass)["no_new_data"] == status.lower()
    assert set(issues(hass)) == ({issue} if issue else set())
    assert of_contract(hass, entry, counted) == "1"
    assert of_contract(hass, entry, "mandates_approved") == "0"
    sandbox.state.journal.clear()
    for _ in range(4):
        await later(hass, freezer, timedelta(hours=6))
    assert not energy_requests(sandbox)
    assert await hourly_rows(hass, OFFTAKE) == before


async def test_a_mandate_that_is_not_listed_any_more_says_so(
    hass: HomeAssistant, entry: MockConfigEntry, sandbox: Sandbox, freezer: Any
) -> None:
    sandbox.state.mandates["sbx"].clear()
    await later(hass, freezer, HOUR)
    assert sensor_state(hass, EAN, "mandate_status") == "none"
    assert sensor_state(hass, EAN, "renewal_status") == "unknown"
    assert data_until(hass)["no_new_data"] == "no_mandate"
    assert set(issues(hass)) == {"mandate_ended"}


async def test_an_ended_mandate_leaves_the_other_meters_alone(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
) -> None:
    for ean in (QUARTER_HOUR_EAN, GAS_EAN):
        sandbox.add_mandate(ean, data_period_from=days_ago(now, 5), reference_number="REF-1")
    await set_up(hass, contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN, GAS_EAN]))
    sandbox.change_mandate(GAS_EAN, at=now, status="Finished")
    await later(hass, freezer, timedelta(days=1))
    assert sensor_state(hass, GAS_EAN, "mandate_status") == "finished"
    assert sensor_state(hass, QUARTER_HOUR_EAN, "mandate_status") == "approved"
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


async def test_a_customer_who_moved_is_told(
    hass: HomeAssistant, entry: MockConfigEntry, sandbox: Sandbox, now: datetime, freezer: Any
) -> None:
    moved = days_ago(now, 3)
    sandbox.change_mandate(EAN, at=now, dataPeriodTo=moved)
    await later(hass, freezer, HOUR)
    assert sensor_state(hass, EAN, "mandate_status") == "approved"
    assert sensor_state(hass, EAN, "data_period_to") == moved.isoformat()
    assert data_until(hass)["no_new_data"] == "period_ended"
    (issue,) = issues(hass).values()
    assert issue.translation_key == "data_period_ended"
    assert (issue.translation_placeholders or {})["period_end"] == "2026-11-07"


async def test_an_expired_mandate_is_not_asked_again_and_keeps_what_was_read(
    hass: HomeAssistant, entry: MockConfigEntry, sandbox: Sandbox, now: datetime, freezer: Any
) -> None:
    sandbox.change_mandate(EAN, at=now, mandateExpirationDate=days_ago(now, 0) + timedelta(days=2))
    await later(hass, freezer, timedelta(days=3))
    assert sensor_state(hass, EAN, "mandate_status") == "approved"
    assert sensor_state(hass, EAN, "renewal_status") == "expired"
    assert data_until(hass)["no_new_data"] == "expired"
    assert issues(hass)["mandate_expired"].severity is ir.IssueSeverity.ERROR
    assert of_contract(hass, entry, "mandates_expired") == "1"
    before = await hourly_rows(hass, OFFTAKE)
    assert before
    await later(hass, freezer, HOUR)
    sandbox.state.journal.clear()
    for _ in range(40):
        await later(hass, freezer, timedelta(days=5))
    assert not energy_requests(sandbox)
    assert await hourly_rows(hass, OFFTAKE) == before


async def test_a_history_of_an_expired_mandate_is_read_once(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
) -> None:
    sandbox.add_mandate(
        EAN,
        data_period_from=days_ago(now, 40),
        mandateExpirationDate=days_ago(now, 20),
    )
    entry = contract_entry(sandbox, certificate, [EAN])
    await set_up(hass, entry)
    rows = await hourly_rows(hass, OFFTAKE)
    assert rows[0]["start"] == days_ago(now, 40).timestamp()
    assert rows[-1]["start"] < days_ago(now, 20).timestamp()
    assert sensor_state(hass, EAN, "import_progress") == "100.0"
    assert sensor_state(hass, EAN, "missing_days") == "1", "the last day arrived after the expiry"
    sandbox.state.journal.clear()
    await later(hass, freezer, timedelta(days=1))
    assert not energy_requests(sandbox)


async def test_a_renewed_mandate_catches_up_with_what_arrived_meanwhile(
    hass: HomeAssistant, entry: MockConfigEntry, sandbox: Sandbox, now: datetime, freezer: Any
) -> None:
    sandbox.change_mandate(EAN, at=now, mandateExpirationDate=now + timedelta(hours=1))
    await later(hass, freezer, timedelta(days=20))
    assert sensor_state(hass, EAN, "renewal_status") == "expired"
    sandbox.change_mandate(EAN, at=freezer(), mandateExpirationDate=now + timedelta(days=1000))
    await later(hass, freezer, HOUR)
    assert sensor_state(hass, EAN, "renewal_status") == "not_due"
    assert "mandate_expired" not in issues(hass)
    await assert_all_there(hass, sandbox, EAN)
    rows = await hourly_rows(hass, OFFTAKE)
    assert rows[-1]["start"] > (now + timedelta(days=18)).timestamp()


async def test_a_mandate_is_renewed_from_its_repair_under_the_same_reference(
    repairs: Repairs,
    hass: HomeAssistant,
    entry: MockConfigEntry,
    sandbox: Sandbox,
    customer: Customer,
    now: datetime,
    freezer: Any,
) -> None:
    sandbox.change_mandate(EAN, at=now, mandateExpirationDate=SOON)
    await polled(hass, entry)
    assert sensor_state(hass, EAN, "renewal_status") == "to_be_renewed"
    issue = issues(hass)["mandate_to_be_renewed"]
    assert (issue.translation_placeholders or {})["expires"] == "2027-01-06"
    form = await renewal(repairs, hass, entry, issue.issue_id)
    await form.enter(flow="b2c")
    await customer.share(form.link, "Netgebruiker", EAN)
    assert customer.status == 200, customer.text
    await noticed(hass, form)
    await form.go_on()
    assert form.result["reason"] == "mandate_renewed"
    assert not issues(hass)
    assert sensor_state(hass, EAN, "renewal_status") == "not_due"
    assert sensor_state(hass, EAN, "mandate_expires").startswith("2029-11-10")
    (mandate,) = entry.runtime_data.contract.data
    assert mandate.reference_number == "REF-1"
    await later(hass, freezer, HOUR)
    assert not notifications(hass)
    assert not entry.runtime_data.access.consents


async def test_a_renewal_waits_for_another_grid_user_and_is_told_when_done(
    repairs: Repairs,
    hass: HomeAssistant,
    entry: MockConfigEntry,
    sandbox: Sandbox,
    customer: Customer,
    now: datetime,
    freezer: Any,
) -> None:
    sandbox.connect(EAN, grid_user="Verhuurder", seen_by=(GRID_USER,))
    sandbox.change_mandate(EAN, at=now, mandateExpirationDate=SOON)
    await polled(hass, entry)
    form = await renewal(repairs, hass, entry, issues(hass)["mandate_to_be_renewed"].issue_id)
    await form.enter(flow="b2c")
    await customer.share(form.link, "Netgebruiker", EAN)
    await noticed(hass, form)
    await form.go_on()
    assert form.result["reason"] == "renewal_waits"
    assert sensor_state(hass, EAN, "renewal_status") == "renewal_requested"
    assert set(issues(hass)) == {"mandate_renewal_waits"}
    (waiting,) = sandbox.waiting_consents()
    sandbox.decide_consent(waiting.id, approve=True)
    await later(hass, freezer, HOUR)
    assert not issues(hass)
    assert sensor_state(hass, EAN, "renewal_status") == "not_due"
    assert notifications(hass) == ["Fluvius: mandate renewed"]


async def test_the_repair_goes_with_the_meter(
    hass: HomeAssistant, entry: MockConfigEntry, sandbox: Sandbox, now: datetime, freezer: Any
) -> None:
    sandbox.change_mandate(EAN, at=now, mandateExpirationDate=SOON)
    await later(hass, freezer, HOUR)
    assert "mandate_to_be_renewed" in issues(hass)
    (subentry,) = entry.subentries.values()
    hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
    await imported(hass)
    assert set(issues(hass)) == {"meter_removed"}


async def test_nothing_is_renewed_before_it_is_time(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    (subentry,) = entry.subentries.values()
    form = MeterForm(hass, entry)
    await form.reconfigure(subentry.subentry_id)
    assert form.result.get("step_id") != "reconfigure"


async def polled(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Look at the mandates now, while the browser is still logged in."""
    await entry.runtime_data.contract.async_refresh()
    await imported(hass)


async def renewal(
    repairs: Repairs, hass: HomeAssistant, entry: MockConfigEntry, issue_id: str
) -> MeterForm:
    """Open the repair and follow it to the meter's own form."""
    opened = await repairs.open(issue_id)
    assert opened["step_id"] == "confirm"
    led = await repairs.enter(opened)
    assert (led["type"], led["reason"]) == (FlowResultType.ABORT, "renewal_opened")
    kind, flow_id = led["next_flow"]
    assert kind == "config_subentries_flow"
    form = MeterForm(hass, entry)
    form.result = hass.config_entries.subentries.async_get(flow_id)
    assert form.step == "renew"
    return form


async def noticed(hass: HomeAssistant, form: MeterForm) -> None:
    """Let time pass until the form goes on by itself."""
    await imported(hass)
    assert form.step == "arriving"
