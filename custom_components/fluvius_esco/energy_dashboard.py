"""The user's Energy dashboard: sources are appended, never changed or removed."""

from collections.abc import Iterable
from typing import Any

from homeassistant.components.energy.data import ENERGY_SOURCE_SCHEMA, async_get_manager
from homeassistant.core import HomeAssistant
import probatio

from .const import LOGGER
from .metering.measures import Measure
from .stored_rows import statistic_id


async def async_add_meter(hass: HomeAssistant, ean: str, measures: Iterable[Measure]) -> bool:
    """Append the source of a meter unless one of its statistics is on the dashboard already.

    Returns whether the meter is on the dashboard now. The statistics must exist.
    """
    if (source := _source(ean, frozenset(measures))) is None:
        return False
    manager = await async_get_manager(hass)
    sources = list(manager.data["energy_sources"]) if manager.data else []
    if _statistics_in(source) & {used for one in sources for used in _statistics_in(one)}:
        return True
    try:
        ENERGY_SOURCE_SCHEMA([*sources, source])
    except probatio.Invalid:
        LOGGER.warning("The Energy dashboard's sources do not allow another one; nothing was added")
        return False
    await manager.async_update({"energy_sources": [*sources, source]})  # type: ignore[typeddict-item]
    return True


def _source(ean: str, measures: frozenset[Measure]) -> dict[str, Any] | None:
    """Return the grid or gas source of a meter; the price fields are the user's to fill."""
    if Measure.OFFTAKE in measures:
        injection = Measure.INJECTION in measures
        return {
            "type": "grid",
            "stat_energy_from": statistic_id(ean, Measure.OFFTAKE),
            "stat_energy_to": statistic_id(ean, Measure.INJECTION) if injection else None,
            "stat_cost": None,
            "entity_energy_price": None,
            "number_energy_price": None,
            "stat_compensation": None,
            "entity_energy_price_export": None,
            "number_energy_price_export": None,
            "cost_adjustment_day": 0.0,
        }
    for measure in (Measure.GAS_ENERGY, Measure.GAS_VOLUME):
        if measure in measures:
            return {
                "type": "gas",
                "stat_energy_from": statistic_id(ean, measure),
                "stat_cost": None,
                "entity_energy_price": None,
                "number_energy_price": None,
            }
    return None


def _statistics_in(source: Any) -> set[str]:
    """Return the statistic ids that a source names in any field."""
    return {value for key, value in source.items() if key.startswith("stat_") and value}
