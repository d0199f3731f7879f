"""The meters of a contract: one subentry of its entry per EAN."""

from collections.abc import Iterable
from types import MappingProxyType

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant

from .api.models import EnergyType, Mandate
from .const import CONF_EAN, CONF_ENERGY_TYPE, SUBENTRY_METER
from .translation import async_energy_type_names


async def async_meter_names(hass: HomeAssistant, mandates: Iterable[Mandate]) -> dict[str, str]:
    """Return the names of the meters that readable mandates give access to, by EAN."""
    kinds = await async_energy_type_names(hass)
    names = {
        mandate.ean: f"{kinds[mandate.energy_type or EnergyType.UNKNOWN]} {mandate.ean}"
        for mandate in mandates
        if mandate.ean
    }
    return dict(sorted(names.items()))


async def async_meters(hass: HomeAssistant, mandates: Iterable[Mandate]) -> list[ConfigSubentry]:
    """Return the subentries that follow the meters of these mandates."""
    mandates = list(mandates)
    names = await async_meter_names(hass, mandates)
    energy_types = {mandate.ean: mandate.energy_type for mandate in mandates}
    return [
        ConfigSubentry(
            data=MappingProxyType(
                {CONF_EAN: ean, CONF_ENERGY_TYPE: (energy_types[ean] or EnergyType.UNKNOWN).value}
            ),
            subentry_type=SUBENTRY_METER,
            title=name,
            unique_id=ean,
        )
        for ean, name in names.items()
    ]
