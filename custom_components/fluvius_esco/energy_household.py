"""What has to be known of the meters of all contracts, so that no energy is counted twice.

A meter can stand behind a headpoint: what it takes from the grid is in what the headpoint takes.
Only once the headpoint was read is that known, and another contract may follow it.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant

from .api.models import EnergyType
from .const import CONF_ENERGY_TYPE, DOMAIN, SUBENTRY_METER
from .energy_store import EnergyStore, Series, energy_stores

_AT_WORK: Final = {ConfigEntryState.LOADED, ConfigEntryState.SETUP_IN_PROGRESS}


def behind_headpoints(hass: HomeAssistant) -> dict[str, frozenset[str]]:
    """Return which EANs stand behind a headpoint, by the headpoint's."""
    return {
        headpoint: behind
        for store in energy_stores(hass).values()
        for headpoint, behind in _sub_headpoints(store.series).items()
    }


def may_have_headpoints_to_come(hass: HomeAssistant) -> bool:
    """Whether a contract that works follows a meter of electricity that was never read to the end."""
    stores = energy_stores(hass)
    read = {ean for store in stores.values() for ean in store.series}
    return any(
        _electricity_eans(entry) - read
        for entry in hass.config_entries.async_entries(DOMAIN)
        if entry.state in _AT_WORK
    )


def stores_with(hass: HomeAssistant, ean: str) -> list[EnergyStore]:
    """Return the stores that know of something added for a meter."""
    return [store for store in energy_stores(hass).values() if ean in store.added]


def _sub_headpoints(series: Series) -> Mapping[str, frozenset[str]]:
    found = {ean: frozenset(key.ean for key in of) - {ean} for ean, of in series.items()}
    return {ean: behind for ean, behind in found.items() if behind}


def _electricity_eans(entry: ConfigEntry[Any]) -> set[str]:
    return {
        meter.unique_id
        for meter in entry.get_subentries_of_type(SUBENTRY_METER)
        if meter.unique_id and meter.data[CONF_ENERGY_TYPE] != EnergyType.GAS
    }
