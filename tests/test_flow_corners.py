"""Forms that are left open while the world goes on, and what else happens seldom."""

from datetime import datetime, timedelta

from homeassistant.config_entries import SOURCE_RECONFIGURE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.fluvius_esco import connection, consent_flow
from custom_components.fluvius_esco.api.dialect import ApiVersion
from custom_components.fluvius_esco.consent_callback import Return
from custom_components.fluvius_esco.const import DOMAIN, Environment
from custom_components.fluvius_esco.meters import async_meters

from .certificates import IssuedCertificate
from .flows import Flow, MeterForm, Upload
from .helpers import (
    ACCESS,
    DAILY_EAN,
    GAS_EAN,
    QUARTER_HOUR_EAN,
    contract_entry,
    days_ago,
    imported,
    issues,
    set_up,
)
from .repairs import Repairs
from .sandbox import Sandbox
from .sandbox.accounts import CLIENT_SECRET, CONTRACT_NUMBER

ALWAYS = 99


@pytest.fixture
async def entry(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, three_meters: None
) -> MockConfigEntry:
    """A contract that follows two of three meters."""
    entry = contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN, GAS_EAN])
    await set_up(hass, entry)
    return entry


def subentry_id(entry: MockConfigEntry, ean: str) -> str:
    return next(one.subentry_id for one in entry.subentries.values() if one.unique_id == ean)


async def to_be_renewed(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, now: datetime
) -> None:
    """Let the mandate of the first meter come to the months in which it is renewed."""
    sandbox.change_mandate(QUARTER_HOUR_EAN, at=now, mandateExpirationDate=now + timedelta(days=60))
    await entry.runtime_data.contract.async_refresh()
    await imported(hass)


async def test_a_form_to_choose_meters_ends_when_the_contract_no_longer_works(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    form = MeterForm(hass, entry)
    await form.add()
    await hass.config_entries.async_unload(entry.entry_id)
    await form.enter(next_step_id="choose")
    assert form.result["reason"] == "entry_not_loaded"


async def test_a_form_to_ask_for_access_ends_when_the_contract_no_longer_works(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    form = MeterForm(hass, entry)
    await form.add()
    await hass.config_entries.async_unload(entry.entry_id)
    await form.enter(next_step_id="ask")
    assert form.result["reason"] == "entry_not_loaded"


async def test_a_form_to_choose_meters_ends_when_all_are_followed_by_now(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    form = MeterForm(hass, entry)
    await form.add()
    mandates = entry.runtime_data.contract.readable_mandates(DAILY_EAN)
    for meter in await async_meters(hass, mandates):
        hass.config_entries.async_add_subentry(entry, meter)
    await imported(hass)
    await form.enter(next_step_id="choose")
    assert form.result["reason"] == "no_new_meters"


async def test_the_settings_of_a_meter_need_a_contract_that_works(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await hass.config_entries.async_unload(entry.entry_id)
    form = MeterForm(hass, entry)
    await form.reconfigure(subentry_id(entry, QUARTER_HOUR_EAN))
    assert form.result["reason"] == "entry_not_loaded"


async def test_a_gas_meter_has_no_settings(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    form = MeterForm(hass, entry)
    await form.reconfigure(subentry_id(entry, GAS_EAN))
    assert form.result["reason"] == "no_settings"


@pytest.mark.parametrize("wanted", [True, False])
async def test_the_settings_of_a_meter_are_kept(
    hass: HomeAssistant, entry: MockConfigEntry, wanted: bool
) -> None:
    form = MeterForm(hass, entry)
    await form.reconfigure(subentry_id(entry, QUARTER_HOUR_EAN))
    await form.enter(reactive=wanted)
    assert form.result["reason"] == "reconfigure_successful"
    kept = entry.subentries[subentry_id(entry, QUARTER_HOUR_EAN)].data.get("reactive", False)
    assert kept is wanted
    await imported(hass)


async def test_a_renewal_ends_when_the_contract_no_longer_works(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, now: datetime
) -> None:
    await to_be_renewed(hass, sandbox, entry, now)
    form = MeterForm(hass, entry)
    await form.reconfigure(subentry_id(entry, QUARTER_HOUR_EAN))
    await hass.config_entries.async_unload(entry.entry_id)
    await form.enter(next_step_id="renew")
    assert form.result["reason"] == "entry_not_loaded"


async def test_a_renewal_ends_when_the_mandate_was_renewed_meanwhile(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, now: datetime
) -> None:
    await to_be_renewed(hass, sandbox, entry, now)
    form = MeterForm(hass, entry)
    await form.reconfigure(subentry_id(entry, QUARTER_HOUR_EAN))
    sandbox.change_mandate(
        QUARTER_HOUR_EAN, at=now, mandateExpirationDate=now + timedelta(days=900)
    )
    await entry.runtime_data.contract.async_refresh()
    await form.enter(next_step_id="renew")
    assert form.result["reason"] == "nothing_to_renew"


async def test_the_repair_of_a_renewal_needs_a_contract_that_works(
    repairs: Repairs, hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, now: datetime
) -> None:
    await to_be_renewed(hass, sandbox, entry, now)
    flow = await repairs.open(issues(hass)["mandate_to_be_renewed"].issue_id)
    await hass.config_entries.async_unload(entry.entry_id)
    assert (await repairs.enter(flow))["reason"] == "entry_not_loaded"


async def test_the_repair_of_a_renewal_ends_when_the_meter_is_removed_meanwhile(
    repairs: Repairs, hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, now: datetime
) -> None:
    await to_be_renewed(hass, sandbox, entry, now)
    flow = await repairs.open(issues(hass)["mandate_to_be_renewed"].issue_id)
    hass.config_entries.async_remove_subentry(entry, subentry_id(entry, QUARTER_HOUR_EAN))
    assert (await repairs.enter(flow))["reason"] == "not_followed"
    await imported(hass)


async def test_an_offer_of_new_meters_needs_a_contract_that_works(
    repairs: Repairs, hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, now: datetime
) -> None:
    sandbox.add_mandate("541440110000000777", data_period_from=days_ago(now, 4))
    await entry.runtime_data.contract.async_refresh()
    await imported(hass)
    flow = await repairs.open(issues(hass)["new_meters"].issue_id)
    await hass.config_entries.async_unload(entry.entry_id)
    assert (await repairs.enter(flow, meters=[]))["reason"] == "entry_not_loaded"


@pytest.mark.parametrize("choice", ["keep", "delete"])
async def test_a_question_about_statistics_that_is_answered_elsewhere_is_over(
    repairs: Repairs, hass: HomeAssistant, entry: MockConfigEntry, choice: str
) -> None:
    hass.config_entries.async_remove_subentry(entry, subentry_id(entry, GAS_EAN))
    await imported(hass)
    issue_id = issues(hass)["meter_removed"].issue_id
    flow = await repairs.open(issue_id)
    hass.data.pop(f"{DOMAIN}_questions")
    assert (await repairs.choose(flow, choice))["reason"] == "followed_again"
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue_id) is not None
    assert (await repairs.open(issue_id))["reason"] == "followed_again"


def set_up_in_the_sandbox(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the addresses of Fluvius' sandbox be those of the local one."""
    addresses = {(Environment.SANDBOX, ApiVersion.V3): sandbox.api_url}
    monkeypatch.setattr(connection, "_API_URLS", addresses)
    monkeypatch.setattr(connection, "token_url_for", lambda _tenant: sandbox.token_url)


async def test_a_contract_in_the_sandbox_is_named_so_and_its_access_changed_without_addresses(
    hass: HomeAssistant, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up_in_the_sandbox(sandbox, monkeypatch)
    flow = Flow(hass, sandbox)
    await flow.up_to_user()
    await flow.enter(environment="sandbox", contract_number=CONTRACT_NUMBER, **ACCESS)
    await flow.enter(next_step_id="secret")
    await flow.enter(client_secret=CLIENT_SECRET)
    await flow.enter(energy_dashboard=False)
    assert flow.result["title"] == f"Fluvius {CONTRACT_NUMBER} (sandbox)"
    await imported(hass)
    flow.result = await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_RECONFIGURE, "entry_id": flow.result["result"].entry_id},
    )
    await flow.enter(**ACCESS)
    await flow.enter(next_step_id="keep")
    assert flow.result["reason"] == "reconfigure_successful"
    await imported(hass)


async def test_a_refusal_without_a_reason_is_shown_above_the_access(
    hass: HomeAssistant, sandbox: Sandbox
) -> None:
    sandbox.add_fault("mandate", "status", status=401, times=ALWAYS)
    flow = Flow(hass, sandbox)
    await flow.up_to_secret()
    await flow.enter(client_secret=CLIENT_SECRET)
    assert flow.result["step_id"] == "user"
    assert flow.errors == {"base": "invalid_auth"}


async def test_an_answer_that_cannot_be_read_leaves_the_certificate_to_be_sent_again(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, upload: Upload
) -> None:
    sandbox.add_fault("mandate", "garbage", times=1)
    flow = Flow(hass, sandbox)
    await flow.up_to_certificate()
    await flow.enter(
        certificate=await upload(certificate.certificate_pem),
        private_key=await upload(certificate.key_pem),
    )
    await flow.confirm()
    assert flow.result["step_id"] == "found"
    assert flow.errors == {"base": "malformed_answer"}
    await flow.confirm()
    assert flow.result["step_id"] == "waiting"


async def test_a_lack_of_rights_is_shown_where_one_signs_in_again(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry
) -> None:
    sandbox.add_fault("mandate", "status", status=403, times=ALWAYS)
    flow = Flow(hass, sandbox)
    flow.result = await entry.start_reauth_flow(hass)
    await flow.enter(**ACCESS)
    await flow.addresses()
    await flow.enter(next_step_id="keep")
    assert flow.result["step_id"] == "reauth_confirm"
    assert flow.errors == {"base": "no_permission"}


async def test_this_very_device_needs_no_https(hass: HomeAssistant, sandbox: Sandbox) -> None:
    flow = Flow(hass, sandbox)
    await flow.start()
    await flow.addresses(api_url="http://localhost:1/v3")
    assert flow.result["type"] is FlowResultType.MENU


async def test_a_file_that_is_far_too_large_is_no_certificate(
    hass: HomeAssistant, sandbox: Sandbox, upload: Upload
) -> None:
    flow = Flow(hass, sandbox)
    await flow.up_to_certificate()
    await flow.enter(certificate=await upload(b"x" * 2_000_000))
    assert flow.errors == {"certificate": "certificate_unreadable"}


@pytest.fixture
async def back_too_early(
    hass: HomeAssistant, entry: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> MeterForm:
    """A form whose customer came back from Mijn Fluvius without a request for access."""
    monkeypatch.setattr(consent_flow, "LOOKS", ())
    monkeypatch.setattr(consent_flow, "LOOKS_THEN", 3600)
    form = MeterForm(hass, entry)
    await form.add()
    await form.enter(next_step_id="ask")
    await form.ask(data_period_from="2026-11-01")
    await form.enter(way=Return.FAILED)
    await form.go_on()
    assert form.result["step_id"] == "unfinished"
    return form


async def test_a_new_link_that_fluvius_does_not_give_is_told(
    sandbox: Sandbox, back_too_early: MeterForm
) -> None:
    sandbox.add_fault("shortUrl", "status", status=500, times=ALWAYS)
    await back_too_early.enter(next_step_id="new_link")
    assert back_too_early.result["reason"] == "link_not_made"


async def test_a_new_link_needs_a_contract_that_works(
    hass: HomeAssistant, entry: MockConfigEntry, back_too_early: MeterForm
) -> None:
    await hass.config_entries.async_unload(entry.entry_id)
    await back_too_early.enter(next_step_id="new_link")
    assert back_too_early.result["reason"] == "entry_not_loaded"
