"""What a user can send along with a question, of a contract, of its device and of a meter."""

from datetime import datetime
import json
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceEntry
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)

from custom_components.fluvius_esco.const import DOMAIN

from .certificates import IssuedCertificate
from .helpers import GAS_EAN, QUARTER_HOUR_EAN, contract_entry, days_ago, set_up
from .sandbox import Sandbox
from .sandbox.accounts import CLIENT_SECRET, CONTRACT_NUMBER, SUBSCRIPTION_KEY

EANS = [QUARTER_HOUR_EAN, GAS_EAN]
NAME = "Meter of Mrs Peeters"


@pytest.fixture(params=["v3", "v2"])
async def entry(
    request: pytest.FixtureRequest,
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
) -> MockConfigEntry:
    """A contract with two meters, of which one has a person's name."""
    for ean in EANS:
        sandbox.add_mandate(ean, data_period_from=days_ago(now, 5))
    entry = contract_entry(
        sandbox, certificate, EANS, request.param, energy_dashboard=False, later_option="planted"
    )
    entry.add_to_hass(hass)
    first = next(iter(entry.subentries.values()))
    hass.config_entries.async_update_subentry(entry, first, title=NAME)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


def device(hass: HomeAssistant, entry: MockConfigEntry, identifier: str) -> DeviceEntry:
    """Return the device with an identifier of ours."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return next(one for one in devices if (DOMAIN, identifier) in one.identifiers)


def contract_device(hass: HomeAssistant, entry: MockConfigEntry) -> DeviceEntry:
    return device(hass, entry, f"contract_{entry.unique_id}")


def assert_tells_nothing_private(entry: MockConfigEntry, diagnostics: Any) -> None:
    text = json.dumps(diagnostics)
    private = [SUBSCRIPTION_KEY, CLIENT_SECRET, CONTRACT_NUMBER, NAME, "planted", *EANS]
    private += [entry.data["tenant_id"], entry.data["client_id"], entry.data["api_url"]]
    private += [entry.data["private_key"][100:160], entry.title, str(entry.unique_id)]
    assert [one for one in private if one in text] == []


async def test_a_contract_tells_how_it_and_the_api_get_on(
    hass: HomeAssistant, entry: MockConfigEntry, hass_client: Any, now: datetime
) -> None:
    diagnostics: Any = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    contract = diagnostics["contract"]
    assert diagnostics["state"] == "loaded"
    assert diagnostics["options"] == {"energy_dashboard": False}
    assert contract["trouble"] is None
    assert contract["last_error"] is None
    assert contract["last_successful_poll"] == now.isoformat()
    assert contract["requests_today"] == contract["requests_sent"] > 0
    assert list(diagnostics["meters"]) == ["meter 1", "meter 2"]
    assert_tells_nothing_private(entry, diagnostics)


async def test_a_failure_is_told_by_its_name(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, hass_client: Any
) -> None:
    sandbox.add_fault("*", "status", status=500, times=99)
    await entry.runtime_data.contract.async_refresh()
    for meter in entry.runtime_data.meters.values():
        await meter.async_refresh()
    diagnostics: Any = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert diagnostics["contract"]["trouble"] == "server_error"
    assert diagnostics["contract"]["last_error"] == "cannot_connect"
    assert diagnostics["meters"]["meter 1"]["last_error"] == "cannot_connect"
    assert_tells_nothing_private(entry, diagnostics)


async def test_the_device_of_a_contract_tells_of_the_contract_alone(
    hass: HomeAssistant, entry: MockConfigEntry, hass_client: Any
) -> None:
    whole: Any = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    own: Any = await get_diagnostics_for_device(
        hass, hass_client, entry, contract_device(hass, entry)
    )
    assert own == {key: of for key, of in whole.items() if key != "meters"}


@pytest.mark.parametrize(("ean", "number"), [(QUARTER_HOUR_EAN, "meter 1"), (GAS_EAN, "meter 2")])
async def test_the_device_of_a_meter_tells_of_this_meter_under_its_number(
    hass: HomeAssistant, entry: MockConfigEntry, hass_client: Any, ean: str, number: str
) -> None:
    whole: Any = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    own: Any = await get_diagnostics_for_device(hass, hass_client, entry, device(hass, entry, ean))
    mandates = own["meters"][number].pop("mandates")
    assert own["meters"] == {number: whole["meters"][number]}
    assert [mandate["meter"] for mandate in mandates] == [number]
    assert own["api"]["requests_sent"] == whole["contract"]["requests_sent"]
    assert_tells_nothing_private(entry, own)


async def test_a_contract_that_cannot_be_set_up_tells_why(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, hass_client: Any
) -> None:
    owned = contract_device(hass, entry)
    sandbox.add_fault("mandate", "status", status=503, times=99)
    assert not await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    diagnostics: Any = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert diagnostics["state"] == "setup_retry"
    assert diagnostics["set_up_error"] == "cannot_connect"
    assert diagnostics["credential"]["kind"] == "certificate"
    assert await get_diagnostics_for_device(hass, hass_client, entry, owned) == diagnostics
    assert_tells_nothing_private(entry, diagnostics)


async def test_a_secret_is_told_by_its_kind_only(
    hass: HomeAssistant, sandbox: Sandbox, hass_client: Any
) -> None:
    entry = contract_entry(sandbox, None)
    await set_up(hass, entry)
    diagnostics: Any = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert diagnostics["credential"] == {"kind": "secret"}
    assert CLIENT_SECRET not in json.dumps(diagnostics)
