"""Three things that are never confused: a refused access, a lack of rights, and a service down."""

from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers.issue_registry import IssueSeverity
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .certificates import IssuedCertificate, issue_certificate
from .helpers import (
    QUARTER_HOUR_EAN,
    contract_entry,
    days_ago,
    imported,
    is_loaded,
    issue_about,
    later,
    set_up,
)
from .observing import POLL
from .sandbox import Sandbox

# What of the access is wrong, by the field of the entry.
REFUSED = {
    "subscription key": {"subscription_key": "ffffffffffffffffffffffffffffffff"},
    "client": {"client_id": "00000000-0000-0000-0000-000000000000"},
    "scope": {"scope": "not-a-scope"},
    "certificate": {},
}
# What goes wrong on the way: endpoint, kind of fault, and more about it.
DOWN: dict[str, tuple[str, str, dict[str, float]]] = {
    "token endpoint overloaded": ("token", "status", {"status": 503}),
    "token endpoint failing for a while": ("token", "status", {"status": 400}),
    "too many token requests": ("token", "status", {"status": 429, "retryAfter": 600}),
    "page instead of a token": ("token", "garbage", {}),
    "connection to the token endpoint lost": ("token", "drop", {}),
    "API failing": ("mandate", "status", {"status": 500}),
    "API unavailable": ("mandate", "status", {"status": 503}),
    "too many requests": ("mandate", "status", {"status": 429, "retryAfter": 600}),
    "page instead of an answer": ("mandate", "garbage", {}),
    "connection lost": ("mandate", "drop", {}),
    "half an answer": ("mandate", "truncate", {}),
}


def signs_in_again(hass: HomeAssistant) -> bool:
    """Whether the user is asked to mend the access."""
    flows = hass.config_entries.flow.async_progress()
    return [flow["context"]["source"] for flow in flows] == ["reauth"]


async def fail_to_set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


@pytest.mark.parametrize("part", REFUSED)
async def test_a_refused_access_asks_to_sign_in_again(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, part: str
) -> None:
    entry = contract_entry(sandbox, issue_certificate() if part == "certificate" else certificate)
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, data={**entry.data, **REFUSED[part]})
    assert not await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert signs_in_again(hass)
    assert issue_about(hass, "no_permission") is None


@pytest.mark.parametrize("cause", DOWN)
async def test_a_service_that_is_down_at_the_start_is_tried_again_and_nobody_is_asked(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, freezer: Any, cause: str
) -> None:
    endpoint, kind, more = DOWN[cause]
    sandbox.add_fault(endpoint, kind, times=99, **more)
    entry = contract_entry(sandbox, certificate)
    await fail_to_set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert not hass.config_entries.flow.async_progress()
    assert issue_about(hass, "no_permission") is None
    sandbox.state.faults.clear()
    await later(hass, freezer, timedelta(minutes=30))
    assert is_loaded(entry)


@pytest.mark.parametrize("cause", DOWN)
async def test_a_service_that_goes_down_is_tried_again_and_nobody_is_asked(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, freezer: Any, cause: str
) -> None:
    entry = contract_entry(sandbox, certificate)
    await set_up(hass, entry)
    endpoint, kind, more = DOWN[cause]
    sandbox.add_fault(endpoint, kind, times=99, **more)
    await later(hass, freezer, POLL)
    contract = entry.runtime_data.contract
    assert not contract.last_update_success
    assert is_loaded(entry)
    assert not hass.config_entries.flow.async_progress()
    assert issue_about(hass, "no_permission") is None
    sandbox.state.faults.clear()
    await later(hass, freezer, POLL)
    assert contract.last_update_success


async def test_an_address_where_nobody_listens_is_tried_again(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    entry = contract_entry(sandbox, certificate)
    entry.add_to_hass(hass)
    nobody = {"api_url": "http://127.0.0.1:9/esco-sbx/v3", "token_url": "http://127.0.0.1:9/token"}
    hass.config_entries.async_update_entry(entry, data={**entry.data, **nobody})
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert not hass.config_entries.flow.async_progress()


async def test_a_contract_without_rights_is_told_under_repairs_until_it_has_them(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, freezer: Any
) -> None:
    sandbox.add_fault("mandate", "status", status=403, times=99)
    entry = contract_entry(sandbox, certificate)
    await fail_to_set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert not hass.config_entries.flow.async_progress()
    issue = issue_about(hass, "no_permission")
    assert issue is not None
    assert issue.severity is IssueSeverity.ERROR
    assert (issue.translation_placeholders or {})["about"] == entry.title
    sandbox.state.faults.clear()
    await later(hass, freezer, timedelta(minutes=30))
    assert is_loaded(entry)
    assert issue_about(hass, "no_permission") is None


async def test_a_meter_without_rights_is_told_by_its_name(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, now: Any, freezer: Any
) -> None:
    sandbox.add_mandate(QUARTER_HOUR_EAN, data_period_from=days_ago(now, 5))
    entry = contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN])
    await set_up(hass, entry)
    sandbox.add_fault("energy", "status", status=403, times=99)
    await later(hass, freezer, POLL)
    issue = issue_about(hass, "no_permission")
    assert issue is not None
    assert (issue.translation_placeholders or {})["about"] == f"Meter {QUARTER_HOUR_EAN}"
    assert not hass.config_entries.flow.async_progress()
    sandbox.state.faults.clear()
    await later(hass, freezer, POLL)
    assert issue_about(hass, "no_permission") is None


async def test_an_access_that_is_lost_while_running_asks_to_sign_in_again(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, freezer: Any
) -> None:
    entry = contract_entry(sandbox, certificate)
    await set_up(hass, entry)
    sandbox.state.certificates.clear()
    await later(hass, freezer, POLL)
    assert signs_in_again(hass)
    assert issue_about(hass, "no_permission") is None
    await imported(hass)
