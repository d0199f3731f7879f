"""The end of a certificate: how it is told, ever more urgently, and renewed from Repairs."""

from datetime import datetime, timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.helpers.issue_registry import IssueSeverity
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.fluvius_esco.const import DOMAIN

from .certificates import IssuedCertificate, issue_certificate, rsa_key
from .flows import Flow, Upload
from .helpers import (
    ACCESS,
    contract_entry,
    contract_state,
    imported,
    is_loaded,
    issue_about,
    later,
    set_up,
)
from .sandbox import Sandbox
from .sandbox.accounts import CLIENT_SECRET, CONTRACT_NUMBER

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
async def fix_flow(hass: HomeAssistant, sandbox: Sandbox, hass_client: Any) -> Any:
    """What a press on an issue does, and on the button of its form."""
    assert await async_setup_component(hass, DOMAIN, {})
    assert await async_setup_component(hass, "repairs", {})
    client = await hass_client()

    async def post(path: str, content: dict[str, Any]) -> dict[str, Any]:
        answer = await client.post(f"/api/repairs/issues/fix{path}", json=content)
        assert answer.status == 200, await answer.text()
        result: dict[str, Any] = await answer.json()
        return result

    return post


def ending(at: datetime, **options: Any) -> IssuedCertificate:
    return issue_certificate(not_before=at - 300 * DAY, not_after=at, **options)


async def entry_with(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> MockConfigEntry:
    """Set up a contract with a certificate that Fluvius knows."""
    sandbox.register_certificate(certificate.certificate_pem)
    entry = contract_entry(sandbox, certificate)
    await set_up(hass, entry)
    return entry


def told(hass: HomeAssistant) -> tuple[str, str] | None:
    """Return how urgent the end of the certificate is, and with which text it is told."""
    issue = issue_about(hass, "certificate_expiry")
    return (str(issue.severity), str(issue.translation_key)) if issue else None


async def test_sensors_tell_the_end_and_the_days_left(
    hass: HomeAssistant, sandbox: Sandbox, now: datetime, freezer: Any
) -> None:
    await entry_with(hass, sandbox, ending(now + 100 * DAY + HOUR))
    end = (now + 100 * DAY + HOUR).isoformat()
    assert contract_state(hass, "certificate_expiry") == end
    assert contract_state(hass, "certificate_days_left") == "100"
    assert contract_state(hass, "certificate_renewal") == "none"
    sandbox.add_fault("*", "status", status=503, times=999)
    await later(hass, freezer, timedelta(hours=1, minutes=1))
    assert contract_state(hass, "certificate_days_left") == "99"
    assert contract_state(hass, "certificate_expiry") == end
    assert told(hass) is None


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (45 * DAY + HOUR, None),
        (45 * DAY, (IssueSeverity.WARNING, "certificate_expires")),
        (14 * DAY + HOUR, (IssueSeverity.WARNING, "certificate_expires")),
        (14 * DAY, (IssueSeverity.ERROR, "certificate_expires_soon")),
        (3 * DAY + HOUR, (IssueSeverity.ERROR, "certificate_expires_soon")),
        (3 * DAY, (IssueSeverity.CRITICAL, "certificate_expires_now")),
        (HOUR, (IssueSeverity.CRITICAL, "certificate_expires_now")),
    ],
)
async def test_the_end_becomes_more_urgent(
    hass: HomeAssistant,
    sandbox: Sandbox,
    now: datetime,
    left: timedelta,
    expected: tuple[str, str] | None,
) -> None:
    await entry_with(hass, sandbox, ending(now + left))
    assert told(hass) == expected


async def test_one_issue_changes_as_time_goes_by_without_a_restart(
    hass: HomeAssistant, sandbox: Sandbox, now: datetime, freezer: Any
) -> None:
    await entry_with(hass, sandbox, ending(now + 47 * DAY))
    seen = {}
    for day in range(1, 49):
        await later(hass, freezer, DAY)
        seen[day] = told(hass)
        if issue := issue_about(hass, "certificate_expiry"):
            assert (issue.translation_placeholders or {})["days"] == str(max(0, 47 - day))
    changes = [day for day in seen if day == 1 or seen[day] != seen[day - 1]]
    assert {day: seen[day] for day in changes} == {
        1: None,
        2: (IssueSeverity.WARNING, "certificate_expires"),
        33: (IssueSeverity.ERROR, "certificate_expires_soon"),
        44: (IssueSeverity.CRITICAL, "certificate_expires_now"),
        47: (IssueSeverity.CRITICAL, "certificate_expired"),
    }


async def test_an_issue_that_was_ignored_is_shown_again_when_it_becomes_more_urgent(
    hass: HomeAssistant, sandbox: Sandbox, now: datetime, freezer: Any
) -> None:
    entry = await entry_with(hass, sandbox, ending(now + 17 * DAY))
    ir.async_ignore_issue(hass, DOMAIN, f"certificate_expiry_{entry.entry_id}", True)
    await later(hass, freezer, DAY)
    issue = issue_about(hass, "certificate_expiry")
    assert issue is not None
    assert issue.dismissed_version is not None
    await later(hass, freezer, 2 * DAY)
    issue = issue_about(hass, "certificate_expiry")
    assert issue is not None
    assert issue.dismissed_version is None


async def test_the_end_is_told_while_fluvius_is_down(
    hass: HomeAssistant, sandbox: Sandbox, now: datetime
) -> None:
    sandbox.add_fault("*", "status", status=503, times=999)
    entry = contract_entry(sandbox, ending(now + 10 * DAY))
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert told(hass) == (IssueSeverity.ERROR, "certificate_expires_soon")


async def test_the_issue_takes_the_new_certificate_and_goes(
    hass: HomeAssistant, sandbox: Sandbox, now: datetime, fix_flow: Any, upload: Upload
) -> None:
    entry = await entry_with(hass, sandbox, ending(now + 10 * DAY))
    new = issue_certificate(not_before=now - DAY)
    sandbox.register_certificate(new.certificate_pem)
    issue_id = f"certificate_expiry_{entry.entry_id}"
    form = await fix_flow("", {"handler": DOMAIN, "issue_id": issue_id})
    assert (form["type"], form["step_id"]) == ("form", "renew")
    assert form["description_placeholders"]["days"] == "10"
    handed_over = await fix_flow(f"/{form['flow_id']}", {})
    assert (handed_over["type"], handed_over["reason"]) == ("abort", "certificate_form")
    kind, flow_id = handed_over["next_flow"]
    assert kind == "config_flow"
    flow = Flow(hass, sandbox)
    flow.result = await hass.config_entries.flow.async_configure(flow_id)
    assert flow.result["step_id"] == "certificate"
    await flow.enter(
        certificate=await upload(new.certificate_pem), private_key=await upload(new.key_pem)
    )
    assert flow.found["thumbprint"] == new.thumbprint
    await flow.confirm()
    assert flow.result["reason"] == "reconfigure_successful"
    await imported(hass)
    assert is_loaded(entry)
    assert told(hass) is None
    assert entry.data["certificate"] == new.certificate_pem.decode()
    assert contract_state(hass, "certificate_renewal") == "taken_over"


async def test_a_renewed_certificate_of_the_same_key_is_enough(
    hass: HomeAssistant, sandbox: Sandbox, now: datetime, upload: Upload
) -> None:
    key = rsa_key()
    entry = await entry_with(hass, sandbox, ending(now + 10 * DAY, key=key))
    new = issue_certificate(key=key, not_before=now - DAY)
    sandbox.register_certificate(new.certificate_pem)
    flow = Flow(hass, sandbox)
    flow.result = await entry.start_reconfigure_flow(hass)
    await flow.enter(**ACCESS)
    await flow.addresses()
    await flow.enter(next_step_id="certificate")
    await flow.enter(certificate=await upload(new.certificate_pem))
    await flow.confirm()
    assert flow.result["reason"] == "reconfigure_successful"
    await imported(hass)
    assert told(hass) is None


async def test_a_new_certificate_that_fluvius_does_not_know_changes_the_text(
    hass: HomeAssistant, sandbox: Sandbox, now: datetime, upload: Upload
) -> None:
    entry = await entry_with(hass, sandbox, ending(now + 10 * DAY))
    unknown = issue_certificate(not_before=now - DAY)
    flow = Flow(hass, sandbox)
    flow.result = await entry.start_reconfigure_flow(hass)
    await flow.enter(**ACCESS)
    await flow.addresses()
    await flow.enter(next_step_id="certificate")
    await flow.enter(
        certificate=await upload(unknown.certificate_pem),
        private_key=await upload(unknown.key_pem),
    )
    await flow.confirm()
    assert flow.result["reason"] == "certificate_added"
    await imported(hass)
    assert is_loaded(entry)
    assert told(hass) == (IssueSeverity.ERROR, "certificate_not_accepted")
    assert contract_state(hass, "certificate_renewal") == "waiting"


async def test_a_secret_has_no_end_and_takes_the_certificate_s_place(
    hass: HomeAssistant, sandbox: Sandbox, now: datetime
) -> None:
    entry = await entry_with(hass, sandbox, ending(now + 10 * DAY))
    flow = Flow(hass, sandbox)
    flow.result = await entry.start_reconfigure_flow(hass)
    await flow.enter(**ACCESS)
    await flow.addresses()
    await flow.enter(next_step_id="secret")
    await flow.enter(client_secret=CLIENT_SECRET)
    await imported(hass)
    assert is_loaded(entry)
    assert not {key for key in entry.data if key.endswith(("certificate", "private_key"))}
    assert told(hass) is None
    registry = er.async_get(hass)
    unique_id = f"own_{CONTRACT_NUMBER}_certificate_expiry"
    assert registry.async_get_entity_id("sensor", DOMAIN, unique_id) is None


async def test_an_entry_that_is_disabled_or_removed_warns_no_more(
    hass: HomeAssistant, sandbox: Sandbox, now: datetime
) -> None:
    entry = await entry_with(hass, sandbox, ending(now + 10 * DAY))
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    await imported(hass)
    assert told(hass) is None
    await hass.config_entries.async_set_disabled_by(entry.entry_id, None)
    await imported(hass)
    assert told(hass) is not None
    await hass.config_entries.async_remove(entry.entry_id)
    assert told(hass) is None
