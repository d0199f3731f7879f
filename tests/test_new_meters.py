"""Meters that get a mandate elsewhere: offered, or followed by themselves."""

from datetime import datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .certificates import IssuedCertificate
from .flows import MeterForm
from .helpers import (
    GAS_EAN,
    QUARTER_HOUR_EAN,
    assert_all_there,
    contract_entry,
    days_ago,
    imported,
    is_loaded,
    issues,
    later,
    notifications,
    set_up,
)
from .repairs import Repairs
from .sandbox import Sandbox

HOUR = timedelta(hours=1, minutes=1)
OTHER_EAN = "541440110000000777"


@pytest.fixture
def entry(sandbox: Sandbox, certificate: IssuedCertificate, now: datetime) -> MockConfigEntry:
    """A contract of which the user follows one meter and has declined another."""
    granted(sandbox, now, QUARTER_HOUR_EAN)
    granted(sandbox, now, OTHER_EAN)
    return contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN])


def granted(sandbox: Sandbox, now: datetime, ean: str) -> None:
    sandbox.add_mandate(ean, data_period_from=days_ago(now, 4), reference_number=f"R-{ean[-3:]}")


def followed(entry: MockConfigEntry) -> set[str | None]:
    return {meter.unique_id for meter in entry.subentries.values()}


async def polled(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Look at the mandates now."""
    await entry.runtime_data.contract.async_refresh()
    await imported(hass)


async def test_a_new_meter_is_offered_and_followed_when_it_is_chosen(
    repairs: Repairs,
    hass: HomeAssistant,
    entry: MockConfigEntry,
    sandbox: Sandbox,
    now: datetime,
) -> None:
    await set_up(hass, entry)
    assert not issues(hass)
    granted(sandbox, now, GAS_EAN)
    await polled(hass, entry)
    issue = issues(hass)["new_meters"]
    assert (issue.translation_placeholders or {})["count"] == "1"
    form = await repairs.open(issue.issue_id)
    assert GAS_EAN in str(form["data_schema"])
    assert OTHER_EAN not in str(form["data_schema"]), "it was declined at the set-up"
    done = await repairs.enter(form, meters=[GAS_EAN])
    assert done["type"] == FlowResultType.CREATE_ENTRY
    await imported(hass)
    assert followed(entry) == {QUARTER_HOUR_EAN, GAS_EAN}
    await assert_all_there(hass, sandbox, GAS_EAN)
    assert not issues(hass)


async def test_a_declined_meter_is_not_offered_again_but_can_be_added(
    repairs: Repairs,
    hass: HomeAssistant,
    entry: MockConfigEntry,
    sandbox: Sandbox,
    now: datetime,
) -> None:
    await set_up(hass, entry)
    granted(sandbox, now, GAS_EAN)
    await polled(hass, entry)
    form = await repairs.open(issues(hass)["new_meters"].issue_id)
    await repairs.enter(form, meters=[])
    await polled(hass, entry)
    assert not issues(hass)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await imported(hass)
    assert not issues(hass)
    add = MeterForm(hass, entry)
    await add.add()
    await add.enter(next_step_id="choose")
    await add.enter(meters=[GAS_EAN, OTHER_EAN])
    await imported(hass)
    assert followed(entry) == {QUARTER_HOUR_EAN, GAS_EAN, OTHER_EAN}


async def test_new_meters_are_followed_by_themselves_where_the_user_wants_that(
    hass: HomeAssistant, entry: MockConfigEntry, sandbox: Sandbox, now: datetime, freezer: Any
) -> None:
    await set_up(hass, entry)
    form = await hass.config_entries.options.async_init(entry.entry_id)
    await hass.config_entries.options.async_configure(
        form["flow_id"], {"follow_new": True, "energy_dashboard": False}
    )
    await imported(hass)
    assert is_loaded(entry)
    assert followed(entry) == {QUARTER_HOUR_EAN}, "what was declined stays so"
    granted(sandbox, now, GAS_EAN)
    await later(hass, freezer, HOUR)
    assert followed(entry) == {QUARTER_HOUR_EAN, GAS_EAN}
    gas = next(one for one in entry.subentries.values() if one.unique_id == GAS_EAN)
    hass.config_entries.async_remove_subentry(entry, gas.subentry_id)
    await imported(hass)
    await later(hass, freezer, HOUR)
    assert followed(entry) == {QUARTER_HOUR_EAN}, "a removed meter does not come back by itself"
    assert not notifications(hass)


async def test_the_offer_goes_when_its_meter_does(
    hass: HomeAssistant, entry: MockConfigEntry, sandbox: Sandbox, now: datetime
) -> None:
    await set_up(hass, entry)
    granted(sandbox, now, GAS_EAN)
    await polled(hass, entry)
    assert "new_meters" in issues(hass)
    sandbox.change_mandate(GAS_EAN, at=now, status="Finished", reference_number=f"R-{GAS_EAN[-3:]}")
    await polled(hass, entry)
    assert "new_meters" not in issues(hass)


async def test_a_thousand_mandates_are_one_request_and_a_list_to_search(
    hass: HomeAssistant, entry: MockConfigEntry, sandbox: Sandbox, now: datetime
) -> None:
    await set_up(hass, entry)
    for number in range(1000):
        granted(sandbox, now, f"541440110000{number:06}")
    sandbox.state.journal.clear()
    await polled(hass, entry)
    assert sandbox.counts == {"mandate": 1}
    assert (issues(hass)["new_meters"].translation_placeholders or {})["count"] == "998"
    form = MeterForm(hass, entry)
    await form.add()
    await form.enter(next_step_id="choose")
    schema = form.result["data_schema"]
    assert schema is not None
    (selector,) = schema.schema.values()
    assert selector.config["mode"] == "dropdown"
    assert len(selector.config["options"]) == 999
    await form.enter(meters=["541440110000000500"])
    await imported(hass)
    assert followed(entry) == {QUARTER_HOUR_EAN, "541440110000000500"}
