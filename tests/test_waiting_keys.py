"""A key that is made here, and the certificate that is issued for it later."""

from datetime import datetime
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.fluvius_esco.const import DOMAIN

from .certificates import IssuedCertificate, issue_certificate, issue_for_request
from .flows import Flow, Upload
from .helpers import ACCESS, contract_entry, imported, is_loaded, set_up
from .sandbox import Sandbox
from .sandbox.accounts import CLIENT_SECRET, CONTRACT_NUMBER

SUBJECT = {
    "organization": "Energie Café bv",
    "locality": "Gent",
    "country": "BE",
    "domain": "meters.example.be",
}
KEYS_FILE = f"{DOMAIN}.waiting_keys"


async def ask_for_a_key(flow: Flow) -> str:
    """Make a key in a flow that is at the credentials, and return the request for a certificate."""
    await flow.enter(next_step_id="new_key")
    assert flow.result["step_id"] == "new_key"
    await flow.enter(**SUBJECT)
    request = shown_request(flow)
    await flow.enter()
    assert flow.result["reason"] == "key_waits"
    return request


def shown_request(flow: Flow) -> str:
    assert flow.result["step_id"] == "request"
    schema = flow.result["data_schema"]
    assert schema is not None
    (field,) = schema.schema
    request: str = field.description["suggested_value"]
    assert request.startswith("-----BEGIN CERTIFICATE REQUEST-----")
    return request


async def up_to_credentials(flow: Flow) -> None:
    await flow.start()
    await flow.addresses()
    assert "new_key" in flow.result["menu_options"]


async def up_to_credentials_of(hass: HomeAssistant, flow: Flow, entry: MockConfigEntry) -> None:
    flow.result = await entry.start_reconfigure_flow(hass)
    await flow.enter(**ACCESS)
    await flow.addresses()


async def test_a_contract_is_set_up_with_a_key_that_was_made_here(
    hass: HomeAssistant,
    flow: Flow,
    sandbox: Sandbox,
    upload: Upload,
    hass_storage: dict[str, Any],
) -> None:
    await up_to_credentials(flow)
    request = await ask_for_a_key(flow)
    kept = hass_storage[KEYS_FILE]["data"][f"own_{CONTRACT_NUMBER}"]["private_key"]

    issued = issue_for_request(request)
    sandbox.register_certificate(issued)
    await up_to_credentials(flow)
    await flow.enter(next_step_id="certificate")
    await flow.enter(certificate=await upload(issued))
    assert "CN=meters.example.be,O=Energie Café bv" in flow.found["subject"]
    await flow.confirm()
    await flow.enter(energy_dashboard=False)
    await imported(hass)
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert is_loaded(entry)
    assert entry.data["private_key"] == kept
    assert "waiting_key" not in entry.data
    assert KEYS_FILE not in hass_storage, "the key is kept in the entry only"


async def test_the_key_is_never_shown(flow: Flow, hass_storage: dict[str, Any]) -> None:
    await up_to_credentials(flow)
    await flow.enter(next_step_id="new_key")
    await flow.enter(**SUBJECT)
    key = hass_storage[KEYS_FILE]["data"][f"own_{CONTRACT_NUMBER}"]["private_key"]
    shown = flow.shown + str(flow.result)
    assert "PRIVATE KEY" not in shown
    assert not [line for line in key.splitlines() if len(line) > 40 and line in shown]


async def test_a_waiting_key_is_offered_again_and_replaced_only_on_demand(flow: Flow) -> None:
    await up_to_credentials(flow)
    request = await ask_for_a_key(flow)
    await up_to_credentials(flow)
    await flow.enter(next_step_id="new_key")
    assert flow.result["step_id"] == "waiting_key"
    assert flow.result["menu_options"] == ["certificate", "request", "another_key"]
    await flow.enter(next_step_id="request")
    assert shown_request(flow) == request
    await flow.enter()
    await up_to_credentials(flow)
    await flow.enter(next_step_id="new_key")
    await flow.enter(next_step_id="another_key")
    await flow.enter(**SUBJECT)
    assert shown_request(flow) != request


async def test_a_renewal_s_key_waits_in_the_entry_across_restarts(
    hass: HomeAssistant,
    flow: Flow,
    sandbox: Sandbox,
    upload: Upload,
    certificate: IssuedCertificate,
    hass_storage: dict[str, Any],
    now: datetime,
) -> None:
    entry = contract_entry(sandbox, certificate)
    await set_up(hass, entry)
    await up_to_credentials_of(hass, flow, entry)
    request = await ask_for_a_key(flow)
    await imported(hass)
    assert is_loaded(entry)
    assert KEYS_FILE not in hass_storage
    assert await hass.config_entries.async_reload(entry.entry_id)

    issued = issue_for_request(request, not_before=now)
    sandbox.register_certificate(issued)
    await up_to_credentials_of(hass, flow, entry)
    await flow.enter(next_step_id="certificate")
    await flow.enter(certificate=await upload(issued))
    await flow.confirm()
    assert flow.result["reason"] == "reconfigure_successful"
    await imported(hass)
    assert is_loaded(entry)
    assert entry.data["certificate"] == issued.decode()
    assert entry.data["previous_certificate"] == certificate.certificate_pem.decode()
    assert "waiting_key" not in entry.data


async def test_a_key_goes_on_waiting_while_the_access_is_changed(
    hass: HomeAssistant, flow: Flow, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    entry = contract_entry(sandbox, certificate)
    await set_up(hass, entry)
    await up_to_credentials_of(hass, flow, entry)
    await ask_for_a_key(flow)
    await imported(hass)
    waiting = entry.data["waiting_key"]
    await up_to_credentials_of(hass, flow, entry)
    await flow.enter(next_step_id="keep")
    assert flow.result["reason"] == "reconfigure_successful"
    await imported(hass)
    assert entry.data["waiting_key"] == waiting


async def test_a_key_moves_into_an_entry_that_is_set_up_with_a_secret_meanwhile(
    hass: HomeAssistant, flow: Flow, hass_storage: dict[str, Any]
) -> None:
    await up_to_credentials(flow)
    request = await ask_for_a_key(flow)
    await up_to_credentials(flow)
    await flow.enter(next_step_id="secret")
    await flow.enter(client_secret=CLIENT_SECRET)
    await flow.enter(energy_dashboard=False)
    await imported(hass)
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert entry.data["waiting_key"]["request"] == request
    assert KEYS_FILE not in hass_storage


async def test_a_certificate_of_another_request_is_told_from_one_without_a_key(
    flow: Flow, upload: Upload
) -> None:
    await up_to_credentials(flow)
    await ask_for_a_key(flow)
    await up_to_credentials(flow)
    await flow.enter(next_step_id="certificate")
    other = await upload(issue_certificate().certificate_pem)
    await flow.enter(certificate=other)
    assert flow.errors == {"private_key": "no_kept_key"}


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("organization", "  ", "blank"),
        ("organization", "x" * 65, "too_long"),
        ("locality", "", "blank"),
        ("locality", "x" * 129, "too_long"),
        ("country", "Belgium", "invalid_country"),
        ("domain", "https://example.be", "invalid_domain"),
    ],
)
async def test_who_the_request_is_for_is_checked(
    flow: Flow, field: str, value: str, error: str
) -> None:
    await up_to_credentials(flow)
    await flow.enter(next_step_id="new_key")
    await flow.enter(**(SUBJECT | {field: value}))
    assert (flow.result["step_id"], flow.errors) == ("new_key", {field: error})
    await flow.enter(**SUBJECT)
    assert shown_request(flow)
