"""Actions that put meters on the Energy dashboard, and take off what was put there."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.service import async_register_admin_service
import probatio

from .const import CONF_REGISTERS, DOMAIN
from .coordinator import FluviusConfigEntry
from .energy_dashboard import Outcome
from .energy_sources import Counted, Counting, SourceKind
from .energy_watch import EnergyWatch
from .meters import followed_eans

ADD_TO_ENERGY_DASHBOARD: Final = "add_to_energy_dashboard"
REMOVE_FROM_ENERGY_DASHBOARD: Final = "remove_from_energy_dashboard"

_EVEN_WITH_OTHER_SOURCE: Final = "even_with_other_source"
_NOT_READ_YET: Final = "not_read_yet"
_NOTHING_TO_COUNT: Final = "nothing_to_count"

_METERS: Final = {
    probatio.Required(ATTR_DEVICE_ID): probatio.All(cv.ensure_list, [cv.string]),
}
_ADD_SCHEMA: Final = probatio.Schema(
    {
        **_METERS,
        probatio.Optional(CONF_REGISTERS): probatio.Coerce(Counting),
        probatio.Optional(_EVEN_WITH_OTHER_SOURCE, default=False): cv.boolean,
    }
)
_REMOVE_SCHEMA: Final = probatio.Schema(_METERS)


@callback
def async_set_up_energy_actions(hass: HomeAssistant) -> None:
    """Register the actions; as the dashboard is everybody's, a user needs to be an administrator."""
    for name, handler, schema in (
        (ADD_TO_ENERGY_DASHBOARD, _async_add, _ADD_SCHEMA),
        (REMOVE_FROM_ENERGY_DASHBOARD, _async_remove, _REMOVE_SCHEMA),
    ):
        async_register_admin_service(
            hass, DOMAIN, name, handler, schema, supports_response=SupportsResponse.OPTIONAL
        )


async def _async_add(call: ServiceCall) -> ServiceResponse:
    """Add meters, also those that were declined or removed; tell what was added, and what not."""
    beside_others = frozenset(SourceKind if call.data[_EVEN_WITH_OTHER_SOURCE] else ())
    added: list[Any] = []
    skipped: list[Any] = []
    for device_id, ean, energy in list(_meters(call)):
        feeds = energy.feeds().get(ean, ())
        if not feeds:
            reason = _NOTHING_TO_COUNT if energy.was_read(ean) else _NOT_READ_YET
            skipped.append({ATTR_DEVICE_ID: device_id, "reason": reason})
            continue
        counting = call.data.get(CONF_REGISTERS, energy.counting)
        appended = await energy.async_add({ean: feeds}, counting, beside_others)
        for feed, of in appended.items():
            told = {ATTR_DEVICE_ID: device_id, "type": feed.kind.value}
            if of.outcome is Outcome.ADDED:
                added.append(told | {"statistics": _statistics(of.added)})
            else:
                skipped.append(told | {"reason": of.outcome.value})
    return {"added": added, "skipped": skipped}


async def _async_remove(call: ServiceCall) -> ServiceResponse:
    """Remove what was added for meters; tell it whole, so that nothing the user gave it is lost."""
    removed: list[Any] = []
    left: list[Any] = []
    for device_id, ean, energy in list(_meters(call)):
        taken_off = await energy.async_undo(ean)
        removed += [{ATTR_DEVICE_ID: device_id, "source": one} for one in taken_off.removed]
        left += [
            {
                ATTR_DEVICE_ID: device_id,
                "type": one.kind.value,
                "statistics": sorted(one.statistics),
                "reason": "changed",
            }
            for one in taken_off.left
        ]
    return {"removed": removed, "left": left}


def _statistics(counted: Iterable[Counted]) -> list[str]:
    return sorted(statistic for one in counted for statistic in one.statistics)


def _meters(call: ServiceCall) -> Iterator[tuple[str, str, EnergyWatch]]:
    """Go through the meters that are meant: each one's device, EAN and contract's watch.

    Raises ServiceValidationError.
    """
    for device_id in dict.fromkeys(call.data[ATTR_DEVICE_ID]):
        if (meter := _meter(call.hass, device_id)) is None:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="energy_no_such_meter",
                translation_placeholders={"device": device_id},
            )
        entry, ean = meter
        if entry.state is not ConfigEntryState.LOADED:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="energy_contract_not_loaded",
                translation_placeholders={"contract": entry.title},
            )
        yield device_id, ean, entry.runtime_data.energy


def _meter(hass: HomeAssistant, device_id: str) -> tuple[FluviusConfigEntry, str] | None:
    """Return the contract and the EAN of the meter that a device stands for."""
    if (device := dr.async_get(hass).async_get(device_id)) is None:
        return None
    entry: FluviusConfigEntry | None = hass.config_entries.async_get_entry(device.config_entry_id)
    if entry is None:
        return None
    names = {name for domain, name in device.identifiers if domain == DOMAIN}
    return next(((entry, ean) for ean in names & followed_eans(entry)), None)
