"""Asking for access: from "Add meter" through Fluvius' consent page to the meter, and back."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
import jwt
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from yarl import URL

from custom_components.fluvius_esco import access_store, consent_flow
from custom_components.fluvius_esco.const import DOMAIN

from .certificates import IssuedCertificate
from .flows import MeterForm
from .helpers import (
    assert_all_there,
    contract_entry,
    hourly_rows,
    imported,
    is_loaded,
    issues,
    later,
    notifications,
    set_up,
)
from .sandbox import Sandbox
from .sandbox.customer import Customer

ELECTRICITY = "541440110000000101"
GAS = "541441010000000102"
GARAGE = "541440100000000103"
"""Of which the portal user is not the grid user."""
HOME = "http://homeassistant.local:8123"


@pytest.fixture(params=["v3", "v2"])
async def entry(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    request: pytest.FixtureRequest,
) -> AsyncIterator[MockConfigEntry]:
    """A contract without mandates, set up for a version of the API."""
    hass.config.internal_url = HOME
    entry = contract_entry(sandbox, certificate, api_version=request.param)
    await set_up(hass, entry)
    yield entry
    for open_form in hass.config_entries.subentries.async_progress():
        hass.config_entries.subentries.async_abort(open_form["flow_id"])
    await imported(hass)


@pytest.fixture
async def browser(hass: HomeAssistant, hass_client_no_auth: Any) -> Any:
    """A browser that is not logged in to Home Assistant, which serves before anything is set up."""
    assert await async_setup_component(hass, DOMAIN, {})
    return await hass_client_no_auth()


@pytest.fixture
def unwatched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Notice nothing by looking, so that only the browser's way back counts."""
    monkeypatch.setattr(consent_flow, "LOOKS", ())
    monkeypatch.setattr(consent_flow, "LOOKS_THEN", 3600)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look all the time."""
    monkeypatch.setattr(consent_flow, "LOOKS", ())
    monkeypatch.setattr(consent_flow, "LOOKS_THEN", 0)


@pytest.fixture(autouse=True)
def short_arrival(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait long for mandates that do not come."""
    monkeypatch.setattr(consent_flow, "ARRIVAL_LOOKS", (0, 0))


async def asked(hass: HomeAssistant, entry: MockConfigEntry, **values: Any) -> MeterForm:
    """Return the form once it waits for the customer."""
    form = MeterForm(hass, entry)
    await form.add()
    assert form.result["step_id"] == "ask"
    await form.ask(**({"data_period_from": "2026-11-01"} | values))
    assert form.result["type"] is FlowResultType.EXTERNAL_STEP, form.result
    return form


async def come_back(browser: Any, customer: Customer) -> int:
    """Press the button that leads back; return the status of the page behind it."""
    assert customer.return_url is not None
    address = URL(customer.return_url)
    assert str(address.origin()) == HOME
    return int((await browser.get(address.relative())).status)


def meters(entry: MockConfigEntry) -> set[str | None]:
    return {meter.unique_id for meter in entry.subentries.values()}


async def restart(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Lose what is only in memory, and set the entry up again."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    for flow in hass.config_entries.subentries.async_progress():
        hass.config_entries.subentries.async_abort(flow["flow_id"])
    hass.data.pop(access_store._STORES)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await imported(hass)


@pytest.mark.usefixtures("unwatched")
async def test_a_grid_user_s_meters_are_followed_as_soon_as_the_browser_is_back(
    browser: Any, hass: HomeAssistant, entry: MockConfigEntry, customer: Customer, sandbox: Sandbox
) -> None:
    form = await asked(hass, entry)
    await customer.share(form.link, "Netgebruiker", ELECTRICITY, GAS)
    assert await come_back(browser, customer) == 200
    assert form.step == "arriving"
    await form.go_on()
    assert form.result["type"] is FlowResultType.CREATE_ENTRY
    await imported(hass)
    assert meters(entry) == {ELECTRICITY, GAS}
    for ean in meters(entry):
        await assert_all_there(hass, sandbox, str(ean))
    assert not notifications(hass)


@pytest.mark.usefixtures("watched")
async def test_an_answer_is_noticed_where_the_browser_does_not_come_back(
    hass: HomeAssistant, entry: MockConfigEntry, customer: Customer
) -> None:
    form = await asked(hass, entry)
    await customer.share(form.link, "Netgebruiker", ELECTRICITY)
    await noticed(form)
    await form.go_on()
    assert form.result["type"] is FlowResultType.CREATE_ENTRY
    await imported(hass)
    assert meters(entry) == {ELECTRICITY}


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize("follow_new", [False, True])
async def test_what_an_open_form_waits_for_is_not_offered_besides(
    hass: HomeAssistant, entry: MockConfigEntry, customer: Customer, follow_new: bool
) -> None:
    hass.config_entries.async_update_entry(entry, options={"follow_new": follow_new})
    await imported(hass)
    form = await asked(hass, entry)
    await customer.share(form.link, "Netgebruiker", ELECTRICITY)
    await noticed(form)
    await entry.runtime_data.contract.async_refresh()
    await imported(hass)
    assert not issues(hass)
    assert not meters(entry)
    await form.go_on()
    assert form.result["type"] is FlowResultType.CREATE_ENTRY
    await imported(hass)
    assert meters(entry) == {ELECTRICITY}


async def noticed(form: MeterForm) -> None:
    """Let time pass until the form goes on by itself."""
    for _ in range(100_000):
        if form.step != "consent":
            return
        await asyncio.sleep(0)
    raise AssertionError("the form still waits")


@pytest.mark.usefixtures("watched")
async def test_a_home_assistant_without_an_address_gives_no_way_back_and_notices_all_the_same(
    hass: HomeAssistant, entry: MockConfigEntry, customer: Customer
) -> None:
    hass.config.internal_url = None
    hass.config.api = None
    form = await asked(hass, entry)
    await customer.share(form.link, "Netgebruiker", ELECTRICITY)
    assert customer.return_url is None
    await noticed(form)
    await form.go_on()
    assert form.result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("watched")
async def test_a_return_address_that_fluvius_does_not_take_costs_only_the_way_back(
    hass: HomeAssistant, entry: MockConfigEntry, customer: Customer, sandbox: Sandbox
) -> None:
    sandbox.add_fault("shortUrl", "status", status=400, times=1)
    form = await asked(hass, entry)
    await customer.share(form.link, "Netgebruiker", ELECTRICITY)
    assert customer.return_url is None
    await noticed(form)
    await form.go_on()
    assert form.result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("unwatched")
@pytest.mark.parametrize(
    ("approve", "told", "followed"),
    [(True, "Fluvius: access granted", {GARAGE}), (False, "Fluvius: access refused", set())],
)
async def test_another_grid_user_answers_weeks_later(
    browser: Any,
    hass: HomeAssistant,
    entry: MockConfigEntry,
    customer: Customer,
    sandbox: Sandbox,
    freezer: Any,
    approve: bool,
    told: str,
    followed: set[str],
) -> None:
    form = await asked(hass, entry, data_service_type="vh_dag")
    await customer.share(form.link, "Netgebruiker", GARAGE)
    await come_back(browser, customer)
    await form.go_on()
    assert (form.result["type"], form.result["reason"]) == (FlowResultType.ABORT, "consent_waits")
    await later(hass, freezer, timedelta(days=12))
    assert not meters(entry)
    (waiting,) = sandbox.waiting_consents()
    sandbox.decide_consent(waiting.id, approve=approve)
    await later(hass, freezer, timedelta(hours=1, minutes=1))
    assert meters(entry) == followed
    assert notifications(hass) == [told]
    await later(hass, freezer, timedelta(hours=1, minutes=1))
    assert not entry.runtime_data.access.consents


@pytest.mark.usefixtures("unwatched")
async def test_a_request_that_nobody_answers_is_told_after_a_month(
    browser: Any,
    hass: HomeAssistant,
    entry: MockConfigEntry,
    customer: Customer,
    freezer: Any,
) -> None:
    form = await asked(hass, entry, data_service_type="vh_dag")
    await customer.share(form.link, "Netgebruiker", GARAGE)
    await come_back(browser, customer)
    await form.go_on()
    await later(hass, freezer, timedelta(days=33))
    assert notifications(hass) == ["Fluvius: access refused"]
    assert not meters(entry)


@pytest.mark.usefixtures("unwatched")
async def test_a_customer_who_comes_back_too_early_gets_a_new_link(
    browser: Any, hass: HomeAssistant, entry: MockConfigEntry, customer: Customer
) -> None:
    form = await asked(hass, entry)
    await customer.open(form.link)
    assert await come_back(browser, customer) == 200
    await form.go_on()
    assert (form.result["type"], form.result["step_id"]) == (FlowResultType.MENU, "unfinished")
    first = form.result
    await form.enter(next_step_id="new_link")
    await customer.share(form.link, "Netgebruiker", ELECTRICITY)
    assert await come_back(browser, customer) == 200
    await form.go_on()
    assert form.result["type"] is FlowResultType.CREATE_ENTRY
    assert first["description_placeholders"]


@pytest.mark.usefixtures("unwatched")
async def test_a_link_that_is_used_after_the_form_was_closed_is_followed_all_the_same(
    browser: Any, hass: HomeAssistant, entry: MockConfigEntry, customer: Customer, freezer: Any
) -> None:
    form = await asked(hass, entry)
    link = form.link
    await customer.open(link)
    await come_back(browser, customer)
    await form.go_on()
    await form.enter(next_step_id="stop")
    assert form.result["reason"] == "consent_stopped"
    await customer.share(link, "Netgebruiker", ELECTRICITY)
    await later(hass, freezer, timedelta(hours=1, minutes=1))
    assert meters(entry) == {ELECTRICITY}
    assert notifications(hass) == ["Fluvius: access granted"]


@pytest.mark.usefixtures("watched")
async def test_a_link_that_ends_unused_is_told_in_the_form(
    hass: HomeAssistant, entry: MockConfigEntry, freezer: Any
) -> None:
    form = await asked(hass, entry)
    freezer.tick(timedelta(hours=24, minutes=1))
    await noticed(form)
    await form.go_on()
    assert (form.result["type"], form.result["step_id"]) == (FlowResultType.MENU, "link_expired")
    await form.enter(next_step_id="new_link")
    assert form.result["type"] is FlowResultType.EXTERNAL_STEP


@pytest.mark.usefixtures("unwatched")
async def test_a_link_that_ends_unused_after_the_form_was_closed_is_told_too(
    hass: HomeAssistant, entry: MockConfigEntry, freezer: Any
) -> None:
    form = await asked(hass, entry)
    hass.config_entries.subentries.async_abort(form.result["flow_id"])
    await later(hass, freezer, timedelta(hours=24, minutes=1))
    assert notifications(hass) == ["Fluvius: link not used"]
    assert not entry.runtime_data.access.consents


@pytest.mark.usefixtures("unwatched")
async def test_a_reference_of_another_customer_gives_nothing(
    browser: Any, hass: HomeAssistant, entry: MockConfigEntry, customer: Customer
) -> None:
    first = await asked(hass, entry, reference_number="HUIS-1")
    await customer.share(first.link, "Netgebruiker", ELECTRICITY)
    await come_back(browser, customer)
    await first.go_on()
    await imported(hass)
    second = await asked(hass, entry, reference_number="HUIS-1")
    await customer.open(second.link)
    await customer.log_in("Huisgenoot")
    await customer.choose(customer.eans[:1])
    await customer.confirm()
    assert customer.status == 409, customer.text
    await customer.open(second.link)
    await come_back(browser, customer)
    await second.go_on()
    assert second.result["step_id"] == "unfinished"
    assert meters(entry) == {ELECTRICITY}


@pytest.mark.usefixtures("unwatched")
async def test_a_way_back_is_good_once(
    browser: Any,
    hass: HomeAssistant,
    entry: MockConfigEntry,
    customer: Customer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    form = await asked(hass, entry)
    await customer.share(form.link, "Netgebruiker", ELECTRICITY)
    assert await come_back(browser, customer) == 200
    assert await come_back(browser, customer) == 403
    assert "forged, used or too old" in caplog.text
    assert str(customer.return_url) not in caplog.text
    assert form.step == "arriving"


@pytest.mark.usefixtures("unwatched")
async def test_a_forged_way_back_changes_nothing(
    browser: Any, hass: HomeAssistant, entry: MockConfigEntry, customer: Customer, freezer: Any
) -> None:
    form = await asked(hass, entry)
    await customer.open(form.link)
    genuine = URL(str(customer.return_url)).query["state"]
    claims = jwt.decode(genuine, options={"verify_signature": False})
    forged = [
        "",
        "nonsense",
        genuine[:-4] + "AAAA",
        jwt.encode(claims, "another secret of more than thirty-two bytes", algorithm="HS256"),
        jwt.encode(claims, "", algorithm="none"),
        "x" * 100_000,
    ]
    for state in forged:
        answer = await browser.get(f"/api/{DOMAIN}/consent", params={"state": state[:4000]})
        assert answer.status == 403, state
    assert form.step == "consent"
    assert (await browser.get(f"/api/{DOMAIN}/consent")).status == 403
    freezer.tick(timedelta(hours=24, minutes=1))
    assert await come_back(browser, customer) == 403
    assert form.step == "consent"


@pytest.mark.usefixtures("unwatched")
async def test_a_consent_outlives_a_restart(
    browser: Any, hass: HomeAssistant, entry: MockConfigEntry, customer: Customer
) -> None:
    form = await asked(hass, entry)
    link = form.link
    await customer.open(link)
    await restart(hass, entry)
    await customer.share(link, "Netgebruiker", ELECTRICITY)
    assert await come_back(browser, customer) == 200
    await imported(hass)
    assert is_loaded(entry)
    assert meters(entry) == {ELECTRICITY}
    assert notifications(hass) == ["Fluvius: access granted"]
    assert await come_back(browser, customer) == 403


@pytest.mark.usefixtures("unwatched")
async def test_the_same_consent_finished_twice_adds_a_meter_once(
    browser: Any,
    hass: HomeAssistant,
    entry: MockConfigEntry,
    customer: Customer,
    freezer: Any,
) -> None:
    form = await asked(hass, entry)
    link = form.link
    await customer.share(link, "Netgebruiker", ELECTRICITY)
    await come_back(browser, customer)
    await form.go_on()
    await customer.open(link)
    await later(hass, freezer, timedelta(hours=25))
    assert meters(entry) == {ELECTRICITY}
    assert len(entry.subentries) == 1
    assert not notifications(hass)


@pytest.mark.usefixtures("unwatched")
async def test_meters_that_the_reference_had_before_are_not_what_came_of_the_link(
    browser: Any,
    hass: HomeAssistant,
    entry: MockConfigEntry,
    customer: Customer,
    sandbox: Sandbox,
    now: datetime,
) -> None:
    sandbox.add_mandate(
        "541440110000000222",
        data_period_from=now - timedelta(days=9),
        reference_number="HUIS-1",
    )
    form = MeterForm(hass, entry)
    await form.add()
    assert form.result["menu_options"] == ["choose", "ask"]
    await form.enter(next_step_id="ask")
    await form.ask(reference_number="HUIS-1", data_period_from="2026-11-01")
    await customer.share(form.link, "Netgebruiker", GAS)
    await come_back(browser, customer)
    await form.go_on()
    assert form.result["type"] is FlowResultType.CREATE_ENTRY
    await imported(hass)
    assert meters(entry) == {GAS}


@pytest.mark.usefixtures("unwatched")
async def test_a_followed_meter_gets_quarter_hours_besides_its_days(
    browser: Any,
    hass: HomeAssistant,
    entry: MockConfigEntry,
    customer: Customer,
    sandbox: Sandbox,
) -> None:
    days = await asked(hass, entry, reference_number="HUIS-1", data_service_type="vh_dag")
    await customer.share(days.link, "Netgebruiker", ELECTRICITY)
    await come_back(browser, customer)
    await days.go_on()
    await imported(hass)
    quarters = await asked(hass, entry, reference_number="HUIS-1")
    await customer.share(quarters.link, "Netgebruiker", ELECTRICITY)
    await come_back(browser, customer)
    await quarters.go_on()
    assert quarters.result["reason"] == "already_configured"
    await imported(hass)
    assert len(entry.subentries) == 1
    await assert_all_there(hass, sandbox, ELECTRICITY)
    assert len(await hourly_rows(hass, f"{DOMAIN}:{ELECTRICITY}_offtake")) > 24
