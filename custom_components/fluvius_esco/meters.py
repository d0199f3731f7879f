"""The meters of a contract: one subentry of its entry per EAN."""

from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant

from .api.models import EnergyType, Mandate
from .const import CONF_EAN, CONF_ENERGY_TYPE, SUBENTRY_METER
from .translation import async_energy_type_names

# Long names are cut off in the legends of the Energy dashboard, before what tells them apart.
_DIGITS_IN_TITLE: Final = 5


async def async_meter_labels(hass: HomeAssistant, mandates: Iterable[Mandate]) -> dict[str, str]:
    """Return how to name the meters of readable mandates in a form, by EAN."""
    names = await async_energy_type_names(hass)
    labels = {ean: f"{names[kind]} {ean}" for ean, kind in _energy_types(mandates).items()}
    return dict(sorted(labels.items()))


async def async_meters(hass: HomeAssistant, mandates: Iterable[Mandate]) -> list[ConfigSubentry]:
    """Return the subentries that follow the meters of these mandates."""
    names = await async_energy_type_names(hass)
    return [
        ConfigSubentry(
            data=MappingProxyType({CONF_EAN: ean, CONF_ENERGY_TYPE: kind.value}),
            subentry_type=SUBENTRY_METER,
            title=f"{names[kind]} …{ean[-_DIGITS_IN_TITLE:]}",
            unique_id=ean,
        )
        for ean, kind in sorted(_energy_types(mandates).items())
    ]


def followed_eans(entry: ConfigEntry) -> set[str]:
    """Return the EANs of the meters that an entry follows."""
    meters = entry.get_subentries_of_type(SUBENTRY_METER)
    return {meter.unique_id for meter in meters if meter.unique_id is not None}


def meter_titles(entry: ConfigEntry) -> dict[str, str]:
    """Return how the meters are named that an entry follows, by EAN."""
    meters = entry.get_subentries_of_type(SUBENTRY_METER)
    return {meter.data[CONF_EAN]: meter.title for meter in meters}


def not_followed(entry: ConfigEntry, mandates: Iterable[Mandate]) -> list[Mandate]:
    """Return the mandates of meters that an entry does not follow."""
    followed = followed_eans(entry)
    return [mandate for mandate in mandates if mandate.ean not in followed]


def _energy_types(mandates: Iterable[Mandate]) -> dict[str, EnergyType]:
    return {
        mandate.ean: mandate.energy_type or EnergyType.UNKNOWN
        for mandate in mandates
        if mandate.ean
    }
