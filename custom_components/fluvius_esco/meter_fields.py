"""The fields of actions that are about a meter: which one, and which period of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util

from .action_fields import begin_of
from .const import DOMAIN
from .coordinator import FluviusConfigEntry, MeterCoordinator
from .metering.access import FAR_FUTURE, Access, accesses, clip
from .metering.calendar import BRUSSELS, Period, earliest_readable

DEVICE_ID: Final = "device_id"
START: Final = "start"
END: Final = "end"


@dataclass(frozen=True, slots=True)
class AskedMeter:
    """A followed meter of a loaded contract."""

    entry: FluviusConfigEntry
    coordinator: MeterCoordinator

    @property
    def promised(self) -> list[Access]:
        """What mandates allow to be read, in the future too, oldest first."""
        mandates = self.entry.runtime_data.contract.readable_mandates(self.coordinator.ean)
        within = Period(earliest_readable(dt_util.utcnow()), FAR_FUTURE)
        return accesses(mandates, within, self.coordinator.meter.day_kind)


@callback
def meter_of(hass: HomeAssistant, device_id: str) -> AskedMeter:
    """Return the meter that a device stands for.

    Raises ServiceValidationError if it stands for none, or for one that is not followed now.
    """
    device = dr.async_get(hass).async_get(device_id)
    if device is None:
        raise refused("device_unknown", device=device_id)
    name = device.name_by_user or device.name or device_id
    entry: FluviusConfigEntry | None = hass.config_entries.async_get_entry(device.config_entry_id)
    names = {value for domain, value in device.identifiers if domain == DOMAIN}
    if entry is None or names <= {f"contract_{entry.unique_id}"}:
        raise refused("device_is_no_meter", device=name)
    if entry.state is ConfigEntryState.LOADED:
        for coordinator in entry.runtime_data.meters.values():
            if coordinator.ean in names:
                return AskedMeter(entry, coordinator)
    raise refused("meter_not_loaded", meter=name)


def asked_period(meter: AskedMeter, start: date | datetime, end: date | datetime) -> Period:
    """Return the period that is meant by its first day or instant and its end.

    Raises ServiceValidationError if there cannot be readings of any of it.
    """
    kind = meter.coordinator.meter.day_kind
    period = Period(begin_of(start, kind), begin_of(end, kind))
    if period.end <= period.start:
        raise refused("end_before_start")
    earliest = earliest_readable(dt_util.utcnow())
    if period.start < earliest:
        day = earliest.astimezone(BRUSSELS).date()
        raise refused("start_too_old", first=day.isoformat())
    if not clip(meter.promised, period):
        raise refused("outside_mandates", meter=meter.coordinator.subentry.title)
    return period


def refused(key: str, **placeholders: str) -> ServiceValidationError:
    """Return what is raised for fields that nothing can be done with."""
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders
    )
