"""What the device of a contract tells: whether the API can be used, and what was asked of it."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.fluvius_esco.const import DOMAIN

from .certificates import IssuedCertificate
from .helpers import (
    BRUSSELS,
    GAS_EAN,
    QUARTER_HOUR_EAN,
    contract_entry,
    contract_state,
    days_ago,
    imported,
    later,
    set_up,
)
from .observing import POLL
from .sandbox import Sandbox
from .sandbox.accounts import CONTRACT_NUMBER

HOUR = timedelta(hours=1, seconds=1)
ALWAYS = 999
# What goes wrong, where (endpoint, kind, more), and what the user is told of it.
TROUBLES: dict[str, tuple[str, str, dict[str, float], str]] = {
    "connection lost": ("mandate", "drop", {}, "unreachable"),
    "no connection to the token endpoint": ("token", "drop", {}, "unreachable"),
    "API failing": ("mandate", "status", {"status": 503}, "server_error"),
    "token endpoint failing": ("token", "status", {"status": 503}, "server_error"),
    "too many requests": ("mandate", "status", {"status": 429, "retryAfter": 600}, "rate_limited"),
    "page instead of an answer": ("mandate", "garbage", {}, "server_error"),
    "no right to mandates": ("mandate", "status", {"status": 403}, "refused"),
    "access refused": ("mandate", "status", {"status": 401}, "refused"),
}


def reachable(hass: HomeAssistant) -> State:
    """Return the state of what tells whether the API can be reached."""
    unique_id = f"own_{CONTRACT_NUMBER}_api_reachable"
    entity_id = er.async_get(hass).async_get_entity_id("binary_sensor", DOMAIN, unique_id)
    state = hass.states.get(entity_id or "")
    assert state is not None
    return state


def told(hass: HomeAssistant) -> tuple[str, str]:
    """Return whether the API can be reached, and the reason why not."""
    state = reachable(hass)
    return state.state, state.attributes["reason"]


def answered_since(sandbox: Sandbox) -> int:
    """Return how many requests the API got since the journal was cleared; tokens are none."""
    return sum(entry.endpoint != "token" for entry in sandbox.state.journal.entries)


def belgian_midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), tzinfo=BRUSSELS).astimezone(UTC)


@pytest.fixture(params=["v3", "v2"])
async def followed(
    request: pytest.FixtureRequest,
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
) -> MockConfigEntry:
    """A contract whose meter is followed, at either version of the API."""
    sandbox.add_mandate(QUARTER_HOUR_EAN, data_period_from=days_ago(now, 5))
    entry = contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN], api_version=request.param)
    await set_up(hass, entry)
    return entry


@pytest.mark.usefixtures("followed")
async def test_a_contract_that_works_is_reachable_for_no_reason(hass: HomeAssistant) -> None:
    assert told(hass) == ("on", "none")
    assert reachable(hass).attributes["device_class"] == "connectivity"


@pytest.mark.usefixtures("followed")
@pytest.mark.parametrize("cause", TROUBLES)
async def test_a_failing_poll_of_the_mandates_is_told_with_its_reason(
    hass: HomeAssistant, sandbox: Sandbox, freezer: Any, cause: str
) -> None:
    endpoint, kind, more, reason = TROUBLES[cause]
    # A token is good for an hour.
    freezer.tick(timedelta(hours=1))
    sandbox.add_fault(endpoint, kind, times=ALWAYS, **more)
    await later(hass, freezer, HOUR)
    assert told(hass) == ("off", reason)
    assert contract_state(hass, "mandates_approved") == "unavailable"
    assert contract_state(hass, "last_successful_poll") != "unavailable"
    assert contract_state(hass, "requests_today") != "unavailable"


@pytest.mark.usefixtures("followed")
async def test_a_meter_whose_poll_fails_keeps_the_api_in_trouble_until_it_is_read(
    hass: HomeAssistant, sandbox: Sandbox, freezer: Any
) -> None:
    sandbox.add_fault("energy", "status", status=500, times=ALWAYS)
    await later(hass, freezer, POLL)
    assert told(hass) == ("off", "server_error")
    assert contract_state(hass, "mandates_approved") == "1"
    await later(hass, freezer, HOUR)
    assert told(hass) == ("off", "server_error")
    sandbox.state.faults.clear()
    await later(hass, freezer, POLL)
    assert told(hass) == ("on", "none")


@pytest.mark.usefixtures("followed")
async def test_an_answer_about_the_mandates_shows_that_there_is_a_connection_again(
    hass: HomeAssistant, sandbox: Sandbox, freezer: Any
) -> None:
    sandbox.add_fault("*", "drop", times=ALWAYS)
    await later(hass, freezer, POLL)
    await later(hass, freezer, POLL)
    assert told(hass) == ("off", "unreachable")
    sandbox.state.faults.clear()
    entry = hass.config_entries.async_entries(DOMAIN)[0]
    await entry.runtime_data.contract.async_refresh()
    assert told(hass) == ("on", "none")


@pytest.mark.usefixtures("followed")
async def test_a_reason_that_changes_is_told(
    hass: HomeAssistant, sandbox: Sandbox, freezer: Any
) -> None:
    sandbox.add_fault("mandate", "status", status=500, times=ALWAYS)
    await later(hass, freezer, HOUR)
    sandbox.state.faults.clear()
    sandbox.add_fault("mandate", "status", status=403, times=ALWAYS)
    await later(hass, freezer, HOUR)
    assert told(hass) == ("off", "refused")


@pytest.mark.usefixtures("followed")
async def test_a_refused_reading_says_nothing_about_the_api(
    hass: HomeAssistant, sandbox: Sandbox, freezer: Any
) -> None:
    sandbox.add_fault("energy", "negative", times=ALWAYS)
    await later(hass, freezer, POLL)
    assert told(hass) == ("on", "none")


@pytest.mark.usefixtures("followed")
async def test_the_last_successful_poll_is_the_last_that_fluvius_answered(
    hass: HomeAssistant, sandbox: Sandbox, now: datetime, freezer: Any
) -> None:
    assert contract_state(hass, "last_successful_poll") == now.isoformat()
    await later(hass, freezer, HOUR)
    polled = (now + HOUR).isoformat()
    assert contract_state(hass, "last_successful_poll") == polled
    sandbox.add_fault("*", "drop", times=ALWAYS)
    await later(hass, freezer, HOUR)
    assert contract_state(hass, "last_successful_poll") == polled


async def test_every_request_of_the_day_counts_with_every_try(
    hass: HomeAssistant, sandbox: Sandbox, followed: MockConfigEntry, freezer: Any
) -> None:
    sent = answered_since(sandbox)
    assert contract_state(hass, "requests_today") == str(sent)
    sandbox.add_fault("mandate", "status", status=500, times=2)
    sandbox.add_fault("energy", "status", status=500, times=1)
    await later(hass, freezer, POLL)
    assert answered_since(sandbox) >= sent + 5
    assert contract_state(hass, "requests_today") == str(answered_since(sandbox))
    assert followed.runtime_data.contract.client.requests_sent == answered_since(sandbox)


async def test_requests_of_the_day_outlive_a_reload_and_a_restart(
    hass: HomeAssistant, sandbox: Sandbox, followed: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    assert await hass.config_entries.async_reload(followed.entry_id)
    await imported(hass)
    count = contract_state(hass, "requests_today")
    assert count == str(answered_since(sandbox))
    assert await hass.config_entries.async_unload(followed.entry_id)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()
    kept = hass_storage[f"{DOMAIN}.{followed.entry_id}.requests"]["data"]
    assert str(kept["requests"]) == count
    hass.data.pop(f"{DOMAIN}_request_logs")
    sandbox.state.journal.clear()
    assert await hass.config_entries.async_setup(followed.entry_id)
    await imported(hass)
    assert contract_state(hass, "requests_today") == str(int(count) + answered_since(sandbox))


async def test_requests_of_the_day_outlive_a_start_that_failed(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, freezer: Any
) -> None:
    sandbox.add_fault("mandate", "status", status=503, times=9)
    entry = contract_entry(sandbox, certificate)
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    sandbox.state.faults.clear()
    await later(hass, freezer, timedelta(minutes=5))
    assert contract_state(hass, "requests_today") == str(answered_since(sandbox))
    assert told(hass) == ("on", "none")


@pytest.mark.parametrize("time_zone", ["Europe/Brussels", "UTC", "America/New_York"])
async def test_requests_of_the_day_end_at_the_belgian_midnight_without_a_poll(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
    time_zone: str,
) -> None:
    await hass.config.async_set_time_zone(time_zone)
    entry = contract_entry(sandbox, certificate)
    await set_up(hass, entry)
    midnight = belgian_midnight(now.astimezone(BRUSSELS).date() + timedelta(days=1))
    while datetime.now(UTC) < midnight - timedelta(hours=1):
        await later(hass, freezer, HOUR)
    freezer.move_to(midnight - timedelta(seconds=30))
    await entry.runtime_data.contract.async_refresh()
    assert int(contract_state(hass, "requests_today")) > 10
    sandbox.state.journal.clear()
    await later(hass, freezer, timedelta(seconds=31))
    assert answered_since(sandbox) == 0
    assert contract_state(hass, "requests_today") == "0"
    await entry.runtime_data.contract.async_refresh()
    assert contract_state(hass, "requests_today") == "1"


async def test_what_is_kept_of_requests_goes_with_the_contract(
    hass: HomeAssistant, followed: MockConfigEntry, hass_storage: dict[str, Any], freezer: Any
) -> None:
    await later(hass, freezer, timedelta(minutes=1))
    assert f"{DOMAIN}.{followed.entry_id}.requests" in hass_storage
    client = followed.runtime_data.contract.client
    assert await hass.config_entries.async_remove(followed.entry_id)
    await imported(hass)
    await client.mandates()
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()
    assert f"{DOMAIN}.{followed.entry_id}.requests" not in hass_storage


@pytest.mark.usefixtures("followed")
async def test_sensors_that_few_need_are_disabled_by_default(hass: HomeAssistant) -> None:
    registry = er.async_get(hass)
    disabled = {one.translation_key for one in registry.entities.values() if one.disabled}
    assert {"mandates_rejected", "mandates_finished"} <= disabled
    assert "mandates_approved" not in disabled


async def test_only_a_device_that_stands_for_nothing_can_be_removed(
    hass: HomeAssistant, followed: MockConfigEntry, hass_ws_client: Any
) -> None:
    assert await async_setup_component(hass, "config", {})
    client = await hass_ws_client(hass)
    registry = dr.async_get(hass)
    stale = registry.async_get_or_create(
        config_entry_id=followed.entry_id, identifiers={(DOMAIN, GAS_EAN)}
    )
    devices = dr.async_entries_for_config_entry(registry, followed.entry_id)
    answers = {one.id: await client.remove_device(one.id) for one in devices}
    assert [one for one, answer in answers.items() if answer["success"]] == [stale.id]


@pytest.mark.usefixtures("followed")
async def test_a_service_that_is_lost_is_logged_once_and_once_when_it_is_back(
    hass: HomeAssistant, sandbox: Sandbox, freezer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.add_fault("*", "drop", times=ALWAYS)
    for _ in range(6):
        await later(hass, freezer, HOUR)
    lost = [one for one in caplog.messages if "Error fetching Fluvius" in one]
    assert len(lost) == 2
    caplog.clear()
    sandbox.state.faults.clear()
    for _ in range(4):
        await later(hass, freezer, HOUR)
    assert len([one for one in caplog.messages if one.endswith("data recovered")]) == 2
