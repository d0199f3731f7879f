"""Sensors of a meter: the access to it, how far its readings reach, what is missing of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.const import PERCENTAGE, EntityCategory

from .api.models import MandateStatus, RenewalStatus
from .coordinator import MeterData
from .entity import MeterEntity
from .metering.calendar import BRUSSELS, Span


@dataclass(frozen=True, kw_only=True)
class MeterSensorDescription(SensorEntityDescription):
    """A sensor of what is known of a meter, added as soon as there is something for it to tell.

    Amounts have no state class: Home Assistant would book them on the day that they arrived.
    """

    value_fn: Callable[[MeterData], float | date | str | None]
    attributes_fn: Callable[[MeterData], dict[str, Any] | None] | None = None
    exists_fn: Callable[[MeterData], bool] = lambda _data: True


# A state is no place for years of days; diagnostics have all of them.
_SHOWN_DAYS: Final = 31

_STATUSES: Final = {
    MandateStatus.APPROVED: "approved",
    MandateStatus.REQUESTED: "requested",
    MandateStatus.REJECTED: "rejected",
    MandateStatus.FINISHED: "finished",
}
_RENEWAL_STATUSES: Final = {
    RenewalStatus.TO_BE_RENEWED: "to_be_renewed",
    RenewalStatus.RENEWAL_REQUESTED: "renewal_requested",
    RenewalStatus.EXPIRED: "expired",
}


def _newest_incomplete_days(data: MeterData) -> list[dict[str, Any]]:
    """Return the newest days that lack readings, with the local times that are missing."""
    days = [
        {
            "date": day.date.isoformat(),
            "series": key.measure,
            "missing": [_local_times(span) for span in day.missing],
            "daily_value_counts": day.counted,
        }
        for key, of_series in data.incomplete.items()
        for day in of_series
    ]
    return sorted(days, key=lambda day: str(day["date"]), reverse=True)[:_SHOWN_DAYS]


def _local_times(span: Span) -> str:
    start, end = (
        datetime.fromtimestamp(second, BRUSSELS).strftime("%H:%M")
        for second in (span.start, span.end)
    )
    return f"{start}-{end}"


def _status(data: MeterData) -> str | None:
    """Return the status of the mandate that counts, or that there is none."""
    mandate = data.life.mandate
    return _STATUSES.get(mandate.status) if mandate else "none"


def _renewal_status(data: MeterData) -> str | None:
    mandate = data.life.mandate
    if mandate is None:
        return None
    renewal = mandate.renewal_status
    return _RENEWAL_STATUSES.get(renewal) if renewal else "not_due"


METER_SENSORS: Final = (
    MeterSensorDescription(
        key="mandate_status",
        translation_key="mandate_status",
        device_class=SensorDeviceClass.ENUM,
        options=[*_STATUSES.values(), "none"],
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=_status,
    ),
    MeterSensorDescription(
        key="renewal_status",
        translation_key="renewal_status",
        device_class=SensorDeviceClass.ENUM,
        options=["not_due", *_RENEWAL_STATUSES.values()],
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=_renewal_status,
    ),
    MeterSensorDescription(
        key="mandate_expires",
        translation_key="mandate_expires",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda data: data.life.mandate.expires if data.life.mandate else None,
    ),
    MeterSensorDescription(
        key="data_period_from",
        translation_key="data_period_from",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda data: data.life.mandate.data_period_from if data.life.mandate else None,
    ),
    MeterSensorDescription(
        key="data_period_to",
        translation_key="data_period_to",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda data: data.life.mandate.data_period_to if data.life.mandate else None,
    ),
    MeterSensorDescription(
        key="import_progress",
        translation_key="import_progress",
        native_unit_of_measurement=PERCENTAGE,
        entity_category=EntityCategory.DIAGNOSTIC,
        suggested_display_precision=0,
        value_fn=lambda data: data.import_progress,
    ),
    MeterSensorDescription(
        key="data_until",
        translation_key="data_until",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda data: data.data_until,
        attributes_fn=lambda data: {"no_new_data": data.life.silence},
    ),
    MeterSensorDescription(
        key="missing_days",
        translation_key="missing_days",
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda data: len({day.date for days in data.incomplete.values() for day in days}),
        attributes_fn=lambda data: {"days": _newest_incomplete_days(data)},
    ),
)


class MeterSensor(MeterEntity, SensorEntity):
    """Something that is known of a meter, also while Fluvius cannot be reached."""

    entity_description: MeterSensorDescription
    _unrecorded_attributes = frozenset({"days", "months"})

    @property
    @override
    def available(self) -> bool:
        return True

    @property
    @override
    def native_value(self) -> float | date | str | None:
        return self.entity_description.value_fn(self.coordinator.data)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        attributes_fn = self.entity_description.attributes_fn
        return attributes_fn(self.coordinator.data) if attributes_fn else None
