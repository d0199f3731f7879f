"""What an action about a meter cannot do is told in translated words, before anything is asked."""

from datetime import datetime, timedelta
import json
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components import fluvius_esco
from custom_components.fluvius_esco.const import DOMAIN

from .certificates import IssuedCertificate
from .helpers import DAILY_EAN, GAS_EAN, QUARTER_HOUR_EAN, contract_entry, set_up
from .observing import energy_requests
from .reading_actions import act, device_of, readings
from .sandbox import Sandbox
from .sandbox.accounts import CONTRACT_NUMBER

TRANSLATIONS = Path(fluvius_esco.__file__).parent / "translations"
EANS = [QUARTER_HOUR_EAN, DAILY_EAN, GAS_EAN]


@pytest.fixture
async def entry(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, three_meters: None
) -> MockConfigEntry:
    """A contract with five days of a meter of each kind."""
    entry = contract_entry(sandbox, certificate, EANS)
    await set_up(hass, entry)
    sandbox.state.journal.clear()
    return entry


def assert_told(refused: pytest.ExceptionInfo[HomeAssistantError], key: str) -> None:
    """The user must be told in every language, with all that the text has a place for."""
    error = refused.value
    assert error.translation_key == key
    for path in TRANSLATIONS.iterdir():
        message = json.loads(path.read_text(encoding="utf-8"))["exceptions"][key]["message"]
        assert message.format(**(error.translation_placeholders or {}))


def device(hass: HomeAssistant, entry: MockConfigEntry, domain: str, name: str) -> str:
    made = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(domain, name)}, name="Something else"
    )
    return str(made.id)


@pytest.mark.parametrize(
    ("ean", "start", "end", "granularity", "key"),
    [
        (QUARTER_HOUR_EAN, "2026-11-08", "2026-11-08", "hour", "end_before_start"),
        (QUARTER_HOUR_EAN, "2026-11-08", "2026-11-07", "hour", "end_before_start"),
        (QUARTER_HOUR_EAN, "2023-11-10", "2026-11-07", "day", "start_too_old"),
        (QUARTER_HOUR_EAN, "2026-10-01", "2026-11-05", "day", "outside_mandates"),
        (QUARTER_HOUR_EAN, "2026-11-06", "2027-05-12", "quarter_hour", "too_many_slots"),
        (QUARTER_HOUR_EAN, "2026-11-06", "2199-01-01", "day", "too_many_slots"),
        (DAILY_EAN, "2026-11-06", "2026-11-08", "quarter_hour", "only_days"),
        (DAILY_EAN, "2026-11-06", "2026-11-08", "hour", "only_days"),
        (GAS_EAN, "2026-11-06", "2026-11-08", "quarter_hour", "gas_has_hours"),
    ],
)
@pytest.mark.usefixtures("entry")
async def test_a_period_that_cannot_be_read(
    hass: HomeAssistant,
    sandbox: Sandbox,
    ean: str,
    start: str,
    end: str,
    granularity: str,
    key: str,
) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await readings(hass, ean, start, end, granularity)
    assert_told(refused, key)
    assert energy_requests(sandbox) == []


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize(
    "wrong",
    [
        {"start": "yesterday"},
        {"start": "0001-01-01"},
        {"end": "9999-12-31T23:59:59Z"},
        {"granularity": "minute"},
        {"format": "xml"},
        {"device_id": None},
    ],
)
async def test_fields_that_make_no_sense(hass: HomeAssistant, wrong: dict[str, Any]) -> None:
    good = {
        "device_id": device_of(hass, GAS_EAN),
        "start": "2026-11-06",
        "end": "2026-11-07",
        "granularity": "day",
    }
    assert await act(hass, "get_readings", **good)
    with pytest.raises(probatio.Invalid):
        await act(hass, "get_readings", **good | wrong)


@pytest.mark.parametrize("action", ["get_readings", "refresh"])
async def test_a_device_that_is_no_followed_meter(
    hass: HomeAssistant, entry: MockConfigEntry, action: str
) -> None:
    other = MockConfigEntry(domain="other")
    other.add_to_hass(hass)
    meter = device_of(hass, QUARTER_HOUR_EAN)
    for device_id, key in (
        ("unknown", "device_unknown"),
        (device(hass, other, "other", "thing"), "device_is_no_meter"),
        (device_of(hass, f"contract_own_{CONTRACT_NUMBER}"), "device_is_no_meter"),
        (device(hass, entry, DOMAIN, "541440110000000009"), "meter_not_loaded"),
    ):
        with pytest.raises(ServiceValidationError) as refused:
            await act(hass, action, device_id=device_id, **period(action))
        assert_told(refused, key)
    await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, action, device_id=meter, **period(action))
    assert_told(refused, "meter_not_loaded")


def period(action: str) -> dict[str, str]:
    asked = {"start": "2026-11-06", "end": "2026-11-07"}
    return asked | {"granularity": "day"} if action == "get_readings" else asked


@pytest.mark.parametrize("action", ["get_readings", "refresh"])
async def test_a_mandate_that_has_ended_gives_nothing(
    hass: HomeAssistant,
    sandbox: Sandbox,
    entry: MockConfigEntry,
    now: datetime,
    action: str,
) -> None:
    sandbox.change_mandate(QUARTER_HOUR_EAN, at=now - timedelta(minutes=1), status="Finished")
    asked = {"device_id": device_of(hass, QUARTER_HOUR_EAN), **period(action)}
    if action == "get_readings":
        with pytest.raises(HomeAssistantError) as failed:
            await act(hass, action, **asked)
        assert_told(failed, "not_found")
    await entry.runtime_data.contract.async_refresh()
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, action, **asked)
    assert_told(refused, "outside_mandates")


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize(
    ("fault", "key"),
    [
        ({"kind": "status", "status": 503}, "action_cannot_connect"),
        ({"kind": "status", "status": 429}, "action_rate_limited"),
        ({"kind": "status", "status": 400}, "refused"),
        ({"kind": "status", "status": 403}, "no_permission"),
        ({"kind": "garbage"}, "action_malformed_answer"),
    ],
)
async def test_a_failure_of_fluvius(
    hass: HomeAssistant, sandbox: Sandbox, fault: dict[str, Any], key: str
) -> None:
    sandbox.add_fault("energy", times=9, **fault)
    with pytest.raises(HomeAssistantError) as failed:
        await readings(hass, QUARTER_HOUR_EAN, "2026-11-06", "2026-11-07", "day")
    assert_told(failed, key)
