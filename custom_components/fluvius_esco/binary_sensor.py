"""The binary sensor platform: whether a contract's API can be used."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api_entities import API_REACHABLE, ApiReachable
from .coordinator import FluviusConfigEntry

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: FluviusConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the one binary sensor of the contract."""
    async_add_entities([ApiReachable(entry.runtime_data.contract, API_REACHABLE)])
