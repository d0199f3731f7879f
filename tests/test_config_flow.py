"""Setting up a contract as a user does, form by form, against the local Fluvius."""

from datetime import datetime, timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.json import json_dumps
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.fluvius_esco.const import DOMAIN

from .certificates import IssuedCertificate
from .flows import Flow, Upload
from .helpers import (
    ACCESS,
    DAILY_EAN,
    GAS_EAN,
    QUARTER_HOUR_EAN,
    contract_entry,
    days_ago,
    imported,
    is_loaded,
)
from .sandbox import Sandbox
from .sandbox.accounts import CLIENT_SECRET, CONTRACT_NUMBER, TENANT_ID


def entry_of(hass: HomeAssistant) -> ConfigEntry:
    return hass.config_entries.async_entries(DOMAIN)[0]


@pytest.mark.usefixtures("three_meters")
async def test_a_contract_is_set_up_with_a_certificate_and_the_chosen_meters(
    hass: HomeAssistant, flow: Flow, upload: Upload, certificate: IssuedCertificate
) -> None:
    await flow.up_to_certificate()
    await flow.enter(
        certificate=await upload(certificate.certificate_pem),
        private_key=await upload(certificate.key_pem),
    )
    await flow.confirm()
    assert flow.result["step_id"] == "meters"
    await flow.enter(meters=[QUARTER_HOUR_EAN, GAS_EAN], energy_dashboard=True)
    assert flow.result["type"] is FlowResultType.CREATE_ENTRY
    assert json_dumps(flow.result["subentries"]), "the frontend gets the result as JSON"
    await imported(hass)
    entry = entry_of(hass)
    assert is_loaded(entry)
    assert entry.unique_id == f"own_{CONTRACT_NUMBER}"
    assert {meter.unique_id for meter in entry.subentries.values()} == {QUARTER_HOUR_EAN, GAS_EAN}
    assert {meter.title for meter in entry.subentries.values()} == {
        f"Electricity …{QUARTER_HOUR_EAN[-5:]}",
        f"Gas …{GAS_EAN[-5:]}",
    }


@pytest.mark.usefixtures("three_meters")
async def test_a_secret_and_blanks_around_what_was_pasted_are_taken(
    hass: HomeAssistant, flow: Flow
) -> None:
    await flow.up_to_secret(client_id=f"  {ACCESS['client_id']}\n")
    await flow.enter(client_secret=f" {CLIENT_SECRET} ")
    await flow.enter(meters=[DAILY_EAN], energy_dashboard=False)
    assert flow.result["type"] is FlowResultType.CREATE_ENTRY
    assert entry_of(hass).data["client_secret"] == CLIENT_SECRET
    await imported(hass)


async def test_a_contract_without_mandates_is_set_up_and_follows_the_first_ones(
    hass: HomeAssistant, flow: Flow, sandbox: Sandbox, now: datetime, freezer: Any
) -> None:
    await flow.up_to_secret()
    await flow.enter(client_secret=CLIENT_SECRET)
    assert flow.result["step_id"] == "waiting"
    await flow.enter(energy_dashboard=True)
    assert flow.result["type"] is FlowResultType.CREATE_ENTRY
    await imported(hass)
    entry = entry_of(hass)
    assert is_loaded(entry)
    assert not entry.subentries
    for ean in (QUARTER_HOUR_EAN, GAS_EAN):
        sandbox.add_mandate(ean, data_period_from=days_ago(now, 5))
    freezer.tick(timedelta(hours=1, minutes=1))
    async_fire_time_changed(hass)
    await imported(hass)
    assert is_loaded(entry)
    meters = {meter.unique_id: meter for meter in entry.subentries.values()}
    assert meters.keys() == {QUARTER_HOUR_EAN, GAS_EAN}
    assert entry.options == {
        "energy_dashboard": True,
        "follow_new": True,
        "registers": "total",
    }
    for meter in meters.values():
        hass.config_entries.async_remove_subentry(entry, meter.subentry_id)
        await imported(hass)
    assert not entry.subentries
    assert is_loaded(entry)


async def test_a_contract_is_set_up_once_per_environment(
    hass: HomeAssistant, flow: Flow, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    contract_entry(sandbox, certificate).add_to_hass(hass)
    await flow.start()
    assert flow.result["type"] is FlowResultType.ABORT
    assert flow.result["reason"] == "already_configured"


@pytest.mark.usefixtures("three_meters")
@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("client_id", "00000000-0000-0000-0000-000000000000"),
        ("scope", "not-a-scope"),
        ("subscription_key", "ffffffffffffffffffffffffffffffff"),
    ],
)
async def test_a_refused_access_is_named_in_its_field_and_can_be_mended(
    flow: Flow, field: str, wrong: str
) -> None:
    await flow.up_to_secret(**{field: wrong})
    await flow.enter(client_secret=CLIENT_SECRET)
    assert (flow.result["step_id"], flow.errors) == ("user", {field: f"{field}_refused"})
    await flow.enter(environment="own", contract_number=CONTRACT_NUMBER, **ACCESS)
    await flow.addresses()
    assert flow.result["step_id"] == "meters"


@pytest.mark.usefixtures("three_meters")
async def test_an_unknown_tenant_is_named_in_its_field(flow: Flow, sandbox: Sandbox) -> None:
    unknown = "99999999-0c4d-4e0b-9a53-2f7d1c8e4a10"
    await flow.start(tenant_id=unknown)
    await flow.addresses(token_url=sandbox.token_url.replace(TENANT_ID, unknown))
    await flow.enter(next_step_id="secret")
    await flow.enter(client_secret=CLIENT_SECRET)
    assert (flow.result["step_id"], flow.errors) == ("user", {"tenant_id": "tenant_id_refused"})


@pytest.mark.usefixtures("three_meters")
async def test_a_wrong_secret_is_named_and_the_right_one_goes_on(flow: Flow) -> None:
    await flow.up_to_secret()
    await flow.enter(client_secret="wrong")
    assert flow.result["step_id"] == "secret"
    assert flow.errors == {"client_secret": "client_secret_refused"}
    await flow.enter(client_secret=CLIENT_SECRET)
    assert flow.result["step_id"] == "meters"


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("http://proxy.example/esco-live/v3", "insecure_address"),
        ("proxy.example", "invalid_address"),
        ("ftp://proxy.example", "invalid_address"),
        ("https://user:password@proxy.example", "invalid_address"),
        ("https://[", "invalid_address"),
    ],
)
async def test_own_addresses_must_keep_secrets_safe(flow: Flow, address: str, error: str) -> None:
    await flow.start()
    await flow.addresses(api_url=address)
    assert (flow.result["step_id"], flow.errors) == ("addresses", {"api_url": error})
    await flow.addresses()
    assert flow.result["step_id"] == "credentials"


@pytest.mark.parametrize(
    ("fault", "step_id", "error"),
    [
        ({"kind": "drop", "times": 9}, "addresses", "cannot_connect"),
        ({"kind": "status", "status": 503, "times": 9}, "addresses", "cannot_connect"),
        ({"kind": "status", "status": 429, "retryAfter": 300}, "secret", "rate_limited"),
        ({"kind": "status", "status": 403}, "user", "no_permission"),
        ({"kind": "status", "status": 400}, "user", "refused"),
        ({"kind": "truncate", "times": 9}, "secret", "malformed_answer"),
        ({"kind": "garbage", "times": 9}, "secret", "malformed_answer"),
    ],
)
@pytest.mark.usefixtures("three_meters")
async def test_a_failing_fluvius_is_told_where_it_can_be_mended_or_tried_again(
    flow: Flow, sandbox: Sandbox, fault: dict[str, Any], step_id: str, error: str
) -> None:
    sandbox.add_fault("mandate", **fault)
    await flow.up_to_secret()
    await flow.enter(client_secret=CLIENT_SECRET)
    assert (flow.result["step_id"], flow.errors) == (step_id, {"base": error})
    sandbox.state.faults.clear()
    match step_id:
        case "secret":
            await flow.enter(client_secret=CLIENT_SECRET)
        case "user":
            await flow.enter(environment="own", contract_number=CONTRACT_NUMBER, **ACCESS)
            await flow.addresses()
        case "addresses":
            await flow.addresses()
    assert flow.result["step_id"] == "meters"


async def test_an_address_without_the_api_is_told(flow: Flow, sandbox: Sandbox) -> None:
    await flow.start()
    await flow.addresses(api_url=f"{sandbox.url}/elsewhere")
    await flow.enter(next_step_id="secret")
    await flow.enter(client_secret=CLIENT_SECRET)
    assert (flow.result["step_id"], flow.errors) == ("addresses", {"base": "not_found"})
    await flow.addresses()
    assert flow.result["step_id"] == "waiting"


async def test_a_key_that_was_typed_in_is_kept_but_not_shown_again(flow: Flow) -> None:
    await flow.up_to_secret(client_id="00000000-0000-0000-0000-000000000000")
    await flow.enter(client_secret=CLIENT_SECRET)
    assert flow.result["step_id"] == "user"
    assert ACCESS["tenant_id"] in flow.shown
    assert ACCESS["subscription_key"] not in flow.shown
    again = {key: value for key, value in ACCESS.items() if key != "subscription_key"}
    await flow.enter(environment="own", contract_number=CONTRACT_NUMBER, **again)
    await flow.addresses()
    assert flow.result["step_id"] == "waiting"


@pytest.mark.parametrize("blank", ["contract_number", "scope", "subscription_key"])
async def test_a_blank_field_is_named(flow: Flow, blank: str) -> None:
    await flow.up_to_user()
    values = {"environment": "own", "contract_number": CONTRACT_NUMBER, **ACCESS}
    await flow.enter(**(values | {blank: "  "}))
    assert (flow.result["step_id"], flow.errors) == ("user", {blank: "blank"})
    await flow.enter(**values)
    assert flow.result["step_id"] == "addresses"
