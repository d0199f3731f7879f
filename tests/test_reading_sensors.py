"""What the sensors of a meter tell of its readings."""

from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.fluvius_esco.const import DOMAIN

from .certificates import IssuedCertificate
from .helpers import (
    BRUSSELS,
    DAILY_EAN,
    GAS_EAN,
    QUARTER_HOUR_EAN,
    contract_entry,
    days_ago,
    later,
    set_up,
)
from .observing import POLL
from .sandbox import Sandbox

EAN = QUARTER_HOUR_EAN
FINE = "hourly_quarterhourly"
QUARTER = timedelta(minutes=15)
BY_NOW = datetime(2026, 11, 10, 9, 20, tzinfo=UTC)


def shown(hass: HomeAssistant, key: str, ean: str = EAN) -> State:
    entity_id = er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"{ean}_{key}")
    assert entity_id, key
    state = hass.states.get(entity_id)
    assert state
    return state


def told(sandbox: Sandbox, series: str, first: str, last: str, ean: str = EAN) -> float:
    """Return what Fluvius has of a series from one local day to another."""
    days = sandbox.totals(ean, by_day=True)[series]
    return sum(amount for day, amount in days.items() if first <= day <= last)


@pytest.mark.parametrize("version", ["v3", "v2"])
async def test_the_last_complete_day_is_told_by_register(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    version: str,
) -> None:
    sandbox.add_mandate(EAN, data_period_from=days_ago(now, 3))
    await set_up(hass, contract_entry(sandbox, certificate, [EAN], api_version=version))
    for series in ("offtake", "injection", "offtake_day", "offtake_night"):
        state = shown(hass, f"last_day_{series}")
        expected = told(sandbox, series, "2026-11-09", "2026-11-09")
        assert float(state.state) == pytest.approx(expected), series
        assert state.attributes["date"] == "2026-11-09"


async def test_what_few_people_look_at_is_disabled(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, now: datetime
) -> None:
    sandbox.add_mandate(EAN, data_period_from=days_ago(now, 3))
    await set_up(hass, contract_entry(sandbox, certificate, [EAN]))
    registry = er.async_get(hass)
    entity_id = registry.async_get_entity_id("sensor", DOMAIN, f"{EAN}_last_day_injection_night")
    assert entity_id
    entity = registry.async_get(entity_id)
    assert entity
    assert entity.disabled_by is er.RegistryEntryDisabler.INTEGRATION


async def test_the_newest_quarter_hour_is_shown_as_its_mean_power(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, now: datetime
) -> None:
    sandbox.add_mandate(EAN, data_period_from=days_ago(now, 3))
    end = days_ago(now, 0)
    sandbox.correct(EAN, "offtake", end - QUARTER, end, 0.45, inserted=BY_NOW, granularity=FINE)
    await set_up(hass, contract_entry(sandbox, certificate, [EAN]))
    state = shown(hass, "newest_offtake_power")
    assert float(state.state) == pytest.approx(1.8)
    assert datetime.fromisoformat(state.attributes["start"]) == end - QUARTER
    assert datetime.fromisoformat(state.attributes["end"]) == end
    assert state.attributes["energy"] == 0.45
    assert state.attributes["unit_of_measurement"] == "kW"


async def test_the_newest_hour_of_gas_is_shown_as_its_mean_power(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, now: datetime
) -> None:
    sandbox.add_mandate(GAS_EAN, data_period_from=days_ago(now, 6))
    await set_up(hass, contract_entry(sandbox, certificate, [GAS_EAN]))
    state = shown(hass, "newest_gas_energy_power", GAS_EAN)
    assert float(state.state) == pytest.approx(state.attributes["energy"])
    length = datetime.fromisoformat(state.attributes["end"]) - datetime.fromisoformat(
        state.attributes["start"]
    )
    assert length == timedelta(hours=1)


async def test_month_and_year_to_date_are_what_fluvius_told_also_after_a_correction(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
) -> None:
    sandbox.add_mandate(
        DAILY_EAN,
        data_period_from=datetime(2025, 1, 1, tzinfo=BRUSSELS),
        data_service_type="VH_dag",
    )
    await set_up(hass, contract_entry(sandbox, certificate, [DAILY_EAN]))

    def assert_all_as_told() -> None:
        for key, first, last in (
            ("month_offtake", "2026-11-01", "2026-11-09"),
            ("year_offtake", "2026-01-01", "2026-11-09"),
            ("month_last_year_offtake", "2025-11-01", "2025-11-09"),
            ("year_last_year_offtake", "2025-01-01", "2025-11-09"),
        ):
            expected = told(sandbox, "offtake", first, last, DAILY_EAN)
            assert float(shown(hass, key, DAILY_EAN).state) == pytest.approx(expected), key

    assert_all_as_told()
    before = float(shown(hass, "year_last_year_offtake", DAILY_EAN).state)
    corrected = datetime(2025, 11, 3, tzinfo=BRUSSELS)
    sandbox.correct(
        DAILY_EAN,
        "offtake_day",
        corrected,
        corrected + timedelta(days=1),
        77.0,
        inserted=now + timedelta(hours=1),
        granularity="daily",
    )
    await later(hass, freezer, POLL)
    assert_all_as_told()
    assert float(shown(hass, "year_last_year_offtake", DAILY_EAN).state) != before


async def test_last_year_is_not_told_where_its_beginning_is_missing(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    sandbox.add_mandate(
        DAILY_EAN,
        data_period_from=datetime(2025, 11, 1, tzinfo=BRUSSELS),
        data_service_type="VH_dag",
    )
    await set_up(hass, contract_entry(sandbox, certificate, [DAILY_EAN]))
    assert shown(hass, "year_last_year_offtake", DAILY_EAN).state == "unknown"
    expected = told(sandbox, "offtake", "2025-11-01", "2025-11-09", DAILY_EAN)
    state = shown(hass, "month_last_year_offtake", DAILY_EAN)
    assert float(state.state) == pytest.approx(expected)


async def test_the_share_of_estimated_readings(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
) -> None:
    sandbox.add_mandate(EAN, data_period_from=days_ago(now, 5))
    start, end = days_ago(now, 3), days_ago(now, 2)
    sandbox.restate(EAN, "offtake", start, end, "EST", inserted=BY_NOW, granularity=FINE)
    await set_up(hass, contract_entry(sandbox, certificate, [EAN]))
    # One of five days, of one of two directions.
    assert float(shown(hass, "estimated_share").state) == pytest.approx(10.0)
    arrival = now + timedelta(hours=1)
    sandbox.restate(EAN, "offtake", start, end, "READ", inserted=arrival, granularity=FINE)
    await later(hass, freezer, POLL)
    assert float(shown(hass, "estimated_share").state) == 0.0


async def test_gas_tells_since_when_its_kwh_are_provisional(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, freezer: Any
) -> None:
    sandbox.add_mandate(GAS_EAN, data_period_from=datetime(2026, 10, 29, tzinfo=BRUSSELS))
    await set_up(hass, contract_entry(sandbox, certificate, [GAS_EAN]))
    first = shown(hass, "gas_provisional_since", GAS_EAN).state
    assert first in {"2026-10-29", "2026-11-01"}
    for _ in range(30):
        await later(hass, freezer, timedelta(days=1))
    assert shown(hass, "gas_provisional_since", GAS_EAN).state > first


async def test_the_device_has_the_number_of_the_meter_also_once_it_was_replaced(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
) -> None:
    sandbox.add_mandate(EAN, data_period_from=days_ago(now, 3))
    sandbox.install(EAN, "replaced", at=now + timedelta(days=2))
    entry = contract_entry(sandbox, certificate, [EAN])
    await set_up(hass, entry)

    def serial_number() -> str | None:
        device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, EAN), entry.entry_id)
        assert device
        return device.serial_number

    first = serial_number()
    assert first
    for _ in range(5):
        await later(hass, freezer, timedelta(days=1))
    assert serial_number()
    assert serial_number() != first


async def test_the_device_tells_what_a_meter_measures_before_it_has_readings(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    entry = contract_entry(sandbox, certificate, [EAN, GAS_EAN])
    await set_up(hass, entry)
    registry = dr.async_get(hass)
    for ean, model in ((EAN, ("Electricity", "E")), (GAS_EAN, ("Gas", "G"))):
        device = registry.async_get_device_by_identifier((DOMAIN, ean), entry.entry_id)
        assert device
        assert (device.model, device.model_id) == model


async def test_no_amount_is_booked_by_home_assistant_itself(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, now: datetime
) -> None:
    for ean in (EAN, GAS_EAN):
        sandbox.add_mandate(ean, data_period_from=days_ago(now, 6))
    await set_up(hass, contract_entry(sandbox, certificate, [EAN, GAS_EAN]))
    amounts = [
        state
        for state in hass.states.async_all("sensor")
        if state.attributes.get("device_class") in {"energy", "gas", "power"}
    ]
    assert len(amounts) > 20
    assert not any("state_class" in state.attributes for state in amounts)
