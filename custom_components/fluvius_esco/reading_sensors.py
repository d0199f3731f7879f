"""Sensors of a meter's readings: the last day, the newest slice, month and year, how sure they are."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfEnergy, UnitOfPower, UnitOfVolume
from homeassistant.util import dt as dt_util

from .api.models import Unit
from .coordinator import MeterData
from .meter_sensors import MeterSensorDescription
from .metering.calendar import BRUSSELS, HOUR
from .metering.measures import SHOWN_MEASURES, TOTAL_OF, Measure
from .metering.periods import ToDate, periods_until

_UNITS: Final = {
    Unit.KILOWATT_HOUR: (UnitOfEnergy.KILO_WATT_HOUR, SensorDeviceClass.ENERGY),
    Unit.CUBIC_METER: (UnitOfVolume.CUBIC_METERS, SensorDeviceClass.GAS),
}
_WITH_POWER: Final = (Measure.OFFTAKE, Measure.INJECTION, Measure.GAS_ENERGY)
# What few people look at: parts of what they inject, and gas as a volume over months.
_RARE: Final = {Measure.INJECTION_DAY, Measure.INJECTION_NIGHT}


def _last_day(measure: Measure) -> MeterSensorDescription:
    """Return the sensor of a measure on the last day whose readings are complete."""
    unit, device_class = _UNITS[measure.unit]
    return MeterSensorDescription(
        key=f"last_day_{measure}",
        translation_key=f"last_day_{measure}",
        device_class=device_class,
        native_unit_of_measurement=unit,
        suggested_display_precision=2,
        entity_registry_enabled_default=measure not in _RARE,
        value_fn=lambda data: _of_last_day(data).get(measure),
        attributes_fn=_date_of_last_day,
        exists_fn=lambda data: measure in data.measures,
    )


def _of_last_day(data: MeterData) -> dict[Measure, float]:
    return {**data.last_day.totals, **data.last_day.registers} if data.last_day else {}


def _date_of_last_day(data: MeterData) -> dict[str, Any] | None:
    return {"date": data.last_day.date.isoformat()} if data.last_day else None


def _newest_power(measure: Measure) -> MeterSensorDescription:
    """Return the sensor of the mean power in the newest quarter-hour, for gas the newest hour."""
    return MeterSensorDescription(
        key=f"newest_{measure}_power",
        translation_key=f"newest_{measure}_power",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.KILO_WATT,
        suggested_display_precision=3,
        value_fn=lambda data: _mean_power(data, measure),
        attributes_fn=lambda data: _slice(data, measure),
        exists_fn=lambda data: measure in data.facts.newest,
    )


def _mean_power(data: MeterData, measure: Measure) -> float | None:
    newest = data.facts.newest.get(measure)
    if newest is None or newest.newest is None:
        return None
    return newest.newest * (HOUR / measure.fine_length)


def _slice(data: MeterData, measure: Measure) -> dict[str, Any] | None:
    newest = data.facts.newest.get(measure)
    if newest is None or newest.newest_start is None:
        return None
    start = datetime.fromtimestamp(newest.newest_start, UTC)
    return {
        "start": start.isoformat(),
        "end": (start + timedelta(seconds=measure.fine_length)).isoformat(),
        "energy": newest.newest,
    }


def _to_date(measure: Measure, period: ToDate) -> MeterSensorDescription:
    """Return the sensor of a measure in the month or year under way, or a year before."""
    unit, device_class = _UNITS[measure.unit]
    is_about_now = period in {ToDate.MONTH, ToDate.YEAR}
    is_rare = measure is Measure.GAS_VOLUME and not is_about_now
    return MeterSensorDescription(
        key=f"{period}_{measure}",
        translation_key=f"{period}_{measure}",
        device_class=device_class,
        native_unit_of_measurement=unit,
        suggested_display_precision=1,
        entity_registry_enabled_default=not is_rare,
        value_fn=lambda data: data.sums.get((measure, period)),
        attributes_fn=lambda data: _about_period(data, measure, period),
        exists_fn=lambda data: measure in data.measures,
    )


def _about_period(data: MeterData, measure: Measure, period: ToDate) -> dict[str, Any] | None:
    """Return which stretch an amount is of, and how many days of it lack readings."""
    if data.data_until is None or (measure, period) not in data.sums:
        return None
    span = periods_until(dt_util.utcnow(), data.data_until)[period]
    first, until = (datetime.fromtimestamp(second, BRUSSELS) for second in (span.start, span.end))
    return {
        "start": first.isoformat(),
        "until": until.isoformat(),
        "missing_days": len(
            {
                day.date
                for key, days in data.incomplete.items()
                if key.measure is measure
                for day in days
                if not day.counted and first.date() <= day.date < until.date()
            }
        ),
    }


def _provisional_since(data: MeterData) -> date | None:
    return data.facts.provisional_since


READING_SENSORS: Final = (
    *(_last_day(measure) for measure in (*SHOWN_MEASURES, *TOTAL_OF)),
    *(_newest_power(measure) for measure in _WITH_POWER),
    *(_to_date(measure, period) for measure in SHOWN_MEASURES for period in ToDate),
    MeterSensorDescription(
        key="estimated_share",
        translation_key="estimated_share",
        native_unit_of_measurement=PERCENTAGE,
        entity_category=EntityCategory.DIAGNOSTIC,
        suggested_display_precision=1,
        value_fn=lambda data: data.facts.unsure_share,
    ),
    MeterSensorDescription(
        key="gas_provisional_since",
        translation_key="gas_provisional_since",
        device_class=SensorDeviceClass.DATE,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=_provisional_since,
        exists_fn=lambda data: Measure.GAS_ENERGY in data.measures,
    ),
)
