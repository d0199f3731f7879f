"""What changes after the set-up: the access, and the meters that are followed."""

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from .certificates import IssuedCertificate, issue_certificate
from .flows import Flow
from .helpers import (
    ACCESS,
    DAILY_EAN,
    GAS_EAN,
    QUARTER_HOUR_EAN,
    contract_entry,
    imported,
    is_loaded,
    set_up,
)
from .sandbox import Sandbox
from .sandbox.accounts import CLIENT_SECRET


@pytest.mark.usefixtures("three_meters")
async def test_a_refused_access_is_mended_by_signing_in_again(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    entry = contract_entry(sandbox, issue_certificate(), [DAILY_EAN])
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    await imported(hass)
    (progress,) = hass.config_entries.flow.async_progress()
    assert progress["context"]["source"] == "reauth"
    flow = Flow(hass, sandbox)
    flow.result = await hass.config_entries.flow.async_configure(progress["flow_id"])
    assert flow.result["step_id"] == "reauth_confirm"
    await flow.enter(**ACCESS)
    await flow.addresses()
    assert flow.result["menu_options"] == ["keep", "certificate", "new_key", "secret"]
    await flow.enter(next_step_id="secret")
    await flow.enter(client_secret=CLIENT_SECRET)
    assert flow.result["reason"] == "reauth_successful"
    await imported(hass)
    assert is_loaded(entry)
    assert "private_key" not in entry.data


@pytest.mark.usefixtures("three_meters")
async def test_the_access_is_changed_and_the_certificate_kept(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    entry = contract_entry(sandbox, certificate, [DAILY_EAN])
    await set_up(hass, entry)
    flow = Flow(hass, sandbox)
    flow.result = await entry.start_reconfigure_flow(hass)
    assert flow.result["step_id"] == "reconfigure"
    await flow.enter(**(ACCESS | {"subscription_key": "wrong"}))
    await flow.addresses()
    await flow.enter(next_step_id="keep")
    assert flow.result["step_id"] == "reconfigure"
    assert flow.errors == {"subscription_key": "subscription_key_refused"}
    await flow.enter(**ACCESS)
    await flow.addresses()
    assert flow.result["reason"] == "reconfigure_successful"
    await imported(hass)
    assert is_loaded(entry)
    assert entry.data["certificate"] == certificate.certificate_pem.decode()


@pytest.mark.usefixtures("three_meters")
async def test_a_meter_is_added_to_a_contract(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    entry = contract_entry(sandbox, certificate, [DAILY_EAN, GAS_EAN])
    await set_up(hass, entry)
    subentries = hass.config_entries.subentries
    start = await subentries.async_init((entry.entry_id, "meter"), context={"source": "user"})
    assert start["menu_options"] == ["choose", "ask"]
    form = await subentries.async_configure(start["flow_id"], {"next_step_id": "choose"})
    assert form["step_id"] == "choose"
    none = await subentries.async_configure(form["flow_id"], {"meters": []})
    assert none["errors"] == {"meters": "no_meter_chosen"}
    done = await subentries.async_configure(form["flow_id"], {"meters": [QUARTER_HOUR_EAN]})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    await imported(hass)
    assert len(entry.runtime_data.meters) == 3
    again = await subentries.async_init((entry.entry_id, "meter"), context={"source": "user"})
    assert again["step_id"] == "ask"


async def test_no_meter_is_added_while_the_contract_does_not_work(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    entry = contract_entry(sandbox, certificate)
    entry.add_to_hass(hass)
    result = await hass.config_entries.subentries.async_init(
        (entry.entry_id, "meter"), context={"source": "user"}
    )
    assert result["reason"] == "entry_not_loaded"


async def test_a_key_left_empty_stays(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    entry = contract_entry(sandbox, certificate)
    await set_up(hass, entry)
    flow = Flow(hass, sandbox)
    flow.result = await entry.start_reconfigure_flow(hass)
    await flow.enter(**(ACCESS | {"subscription_key": ""}))
    await flow.addresses()
    await flow.enter(next_step_id="keep")
    assert flow.result["reason"] == "reconfigure_successful"
    assert entry.data["subscription_key"] == ACCESS["subscription_key"]
    await imported(hass)
