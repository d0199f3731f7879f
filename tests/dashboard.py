"""The user's Energy dashboard, as tests read it and fill it in."""

from datetime import timedelta
from typing import Any

from homeassistant.components.energy.data import ENERGY_SOURCE_SCHEMA, async_get_manager
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.fluvius_esco import energy_store
from custom_components.fluvius_esco.const import DOMAIN

from .helpers import GAS_EAN, QUARTER_HOUR_EAN, days_ago, hourly_rows, imported
from .sandbox import Sandbox

OFFTAKE = f"{DOMAIN}:{QUARTER_HOUR_EAN}_offtake"
INJECTION = f"{DOMAIN}:{QUARTER_HOUR_EAN}_injection"
GAS = f"{DOMAIN}:{GAS_EAN}_gas_energy"
BY_REGISTER = [
    ("grid", f"{OFFTAKE}_day", f"{INJECTION}_day"),
    ("grid", f"{OFFTAKE}_night", f"{INJECTION}_night"),
]

P1: dict[str, Any] = {
    "type": "grid",
    "stat_energy_from": "sensor.p1_import",
    "stat_energy_to": "sensor.p1_export",
    "cost_adjustment_day": 0.0,
}
OTHER_GAS: dict[str, Any] = {"type": "gas", "stat_energy_from": "sensor.p1_gas"}
PANELS: dict[str, Any] = {"type": "solar", "stat_energy_from": "sensor.panels"}
POWER_ONLY: dict[str, Any] = {
    "type": "grid",
    "stat_energy_from": None,
    "stat_energy_to": None,
    "stat_rate": "sensor.p1_power",
    "cost_adjustment_day": 0.0,
}

type Shown = tuple[str, str | None, str | None]


async def sources(hass: HomeAssistant) -> list[dict[str, Any]]:
    """Return the sources that are on the dashboard."""
    data = (await async_get_manager(hass)).data
    return [dict(source) for source in data["energy_sources"]] if data else []


async def configure(hass: HomeAssistant, *own: dict[str, Any]) -> None:
    """Store sources as the user does on the dashboard's page."""
    manager: Any = await async_get_manager(hass)
    await manager.async_update({"energy_sources": list(own)})
    await imported(hass)


async def shown(hass: HomeAssistant) -> list[Shown]:
    """Return what the sources count, and see that the dashboard takes them all as they are."""
    found = await sources(hass)
    assert ENERGY_SOURCE_SCHEMA(found) == found, "every field is filled in"
    return [
        (source["type"], source["stat_energy_from"], source.get("stat_energy_to"))
        for source in found
    ]


async def counted(hass: HomeAssistant, field: str) -> float:
    """Return all energy that the grid sources count in a field."""
    amount = 0.0
    for source in await sources(hass):
        if source["type"] == "grid" and source[field] is not None:
            amount += sum(float(row["change"]) for row in await hourly_rows(hass, source[field]))
    return amount


async def restarted(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Load a contract as after a restart: what is known of the dashboard is what was stored."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    hass.data.pop(energy_store._STORES)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await imported(hass)


def without_injection(sandbox: Sandbox) -> None:
    """Let a meter have had no injection up to now."""
    now = dt_util.utcnow()
    for series, granularity in (
        ("injection", None),
        ("injection_day", "daily"),
        ("injection_night", "daily"),
    ):
        sandbox.correct(
            QUARTER_HOUR_EAN,
            series,
            days_ago(now, 4),
            days_ago(now, 0),
            None,
            inserted=now - timedelta(hours=1),
            granularity=granularity,
        )
