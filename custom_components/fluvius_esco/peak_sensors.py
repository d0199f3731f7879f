"""Sensors of a meter's peak power, by which the Flemish capacity tariff is charged."""

from collections.abc import Callable
from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import UnitOfPower

from .meter_sensors import MeterSensorDescription
from .metering.peaks import LEAST_PEAK, MonthPeak, Peaks


def _of_month(peak: MonthPeak) -> dict[str, Any]:
    """Return which month a peak is of, when it was, and whether it may still change."""
    return {
        "month": f"{peak.month:%Y-%m}",
        "start": peak.start and peak.start.isoformat(),
        "provisional": not peak.is_final,
    }


def _of_twelve_months(peaks: Peaks) -> dict[str, Any]:
    with_peak = [month for month in peaks.before if month.power is not None]
    return {
        "months": [
            {
                **_of_month(month),
                "peak": month.power,
                "counted": month.counted,
                "missing": month.power is None,
            }
            for month in peaks.before
        ],
        "months_counted": len(with_peak),
        "least_counted": LEAST_PEAK,
        "provisional": not all(month.is_final for month in with_peak),
    }


def _peak(
    key: str,
    value_fn: Callable[[Peaks], float | None],
    attributes_fn: Callable[[Peaks], dict[str, Any]],
) -> MeterSensorDescription:
    """Return a sensor that is there as soon as a meter has quarter-hours."""
    return MeterSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.KILO_WATT,
        suggested_display_precision=3,
        value_fn=lambda data: value_fn(data.facts.peaks) if data.facts.peaks else None,
        attributes_fn=lambda data: attributes_fn(data.facts.peaks) if data.facts.peaks else None,
        exists_fn=lambda data: data.facts.peaks is not None,
    )


PEAK_SENSORS: Final = (
    _peak(
        "month_peak",
        lambda peaks: peaks.this_month.power,
        lambda peaks: _of_month(peaks.this_month),
    ),
    _peak(
        "last_month_peak",
        lambda peaks: peaks.last_month.power,
        lambda peaks: _of_month(peaks.last_month),
    ),
    _peak("peak_mean", lambda peaks: peaks.mean, _of_twelve_months),
)
