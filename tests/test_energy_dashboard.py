"""What is added to the user's Energy dashboard, and what never is."""

from datetime import datetime
from typing import Any

from homeassistant.components.energy.data import async_get_manager
from homeassistant.core import HomeAssistant
import pytest

from .certificates import IssuedCertificate
from .helpers import (
    DAILY_EAN,
    GAS_EAN,
    QUARTER_HOUR_EAN,
    contract_entry,
    days_ago,
    imported,
    set_up,
)
from .sandbox import Sandbox

EANS = [QUARTER_HOUR_EAN, DAILY_EAN, GAS_EAN]
SOLAR = {"type": "solar", "stat_energy_from": "sensor.panels", "config_entry_solar_forecast": None}


@pytest.fixture(autouse=True)
def mandates(sandbox: Sandbox, now: datetime) -> None:
    for ean in EANS:
        service = "VH_dag" if ean == DAILY_EAN else "VH_kwartier_uur"
        sandbox.add_mandate(ean, data_period_from=days_ago(now, 3), data_service_type=service)


async def sources(hass: HomeAssistant) -> list[dict[str, Any]]:
    data = (await async_get_manager(hass)).data
    return [dict(source) for source in data["energy_sources"]] if data else []


async def configure(hass: HomeAssistant, *own: dict[str, Any]) -> None:
    """Store sources as the user's own."""
    manager: Any = await async_get_manager(hass)
    await manager.async_update({"energy_sources": list(own)})


async def test_meters_are_appended_behind_what_the_user_has(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    await configure(hass, SOLAR)
    await set_up(hass, contract_entry(sandbox, certificate, EANS, energy_dashboard=True))
    found = await sources(hass)
    assert found[0] == SOLAR
    assert {
        (source["type"], source["stat_energy_from"], source.get("stat_energy_to"))
        for source in found[1:]
    } == {
        (
            "grid",
            f"fluvius_esco:{QUARTER_HOUR_EAN}_offtake",
            f"fluvius_esco:{QUARTER_HOUR_EAN}_injection",
        ),
        ("grid", f"fluvius_esco:{DAILY_EAN}_offtake", None),
        ("gas", f"fluvius_esco:{GAS_EAN}_gas_energy", None),
    }


async def test_nothing_is_added_without_the_users_tick(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    await set_up(hass, contract_entry(sandbox, certificate, EANS, energy_dashboard=False))
    assert await sources(hass) == []


async def test_what_the_user_removed_stays_removed(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    entry = contract_entry(sandbox, certificate, EANS, energy_dashboard=True)
    await set_up(hass, entry)
    await configure(hass)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await imported(hass)
    assert await sources(hass) == []


async def test_a_meter_that_is_there_already_is_not_added_twice(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    first = contract_entry(sandbox, certificate, EANS, energy_dashboard=True)
    await set_up(hass, first)
    before = await sources(hass)
    await hass.config_entries.async_remove(first.entry_id)
    await set_up(hass, contract_entry(sandbox, certificate, EANS, energy_dashboard=True))
    assert await sources(hass) == before


async def test_a_dashboard_that_is_not_in_order_is_left_alone(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    broken = {"type": "unknown"}
    await configure(hass, broken)
    await set_up(hass, contract_entry(sandbox, certificate, EANS, energy_dashboard=True))
    assert await sources(hass) == [broken]
