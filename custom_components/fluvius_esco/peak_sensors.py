"""Sensors of a meter's peak power, by which the Flemish capacity tariff is charged."""

from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import UnitOfPower

from .coordinator import MeterData
from .meter_sensors import MeterSensorDescription
from .metering.peaks import LEAST_PEAK, MonthPeak


def _of_month(peak: MonthPeak) -> dict[str, Any]:
    """Return which month a peak is of, when it was, and whether it may still change."""
    return {
        "month": f"{peak.month:%Y-%m}",
        "start": peak.start and peak.start.isoformat(),
        "provisional": not peak.is_final,
    }


def _of_twelve_months(data: MeterData) -> dict[str, Any] | None:
    if data.facts.peaks is None:
        return None
    with_peak = [month for month in data.facts.peaks.before if month.power is not None]
    return {
        "months": [
            {
                **_of_month(month),
                "peak": month.power,
                "counted": month.counted,
                "missing": month.power is None,
            }
            for month in data.facts.peaks.before
        ],
        "months_counted": len(with_peak),
        "least_counted": LEAST_PEAK,
        "provisional": not all(month.is_final for month in with_peak),
    }


def _has_peaks(data: MeterData) -> bool:
    return data.facts.peaks is not None


PEAK_SENSORS: Final = (
    MeterSensorDescription(
        key="month_peak",
        translation_key="month_peak",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.KILO_WATT,
        suggested_display_precision=3,
        value_fn=lambda data: data.facts.peaks.this_month.power if data.facts.peaks else None,
        attributes_fn=lambda data: (
            _of_month(data.facts.peaks.this_month) if data.facts.peaks else None
        ),
        exists_fn=_has_peaks,
    ),
    MeterSensorDescription(
        key="last_month_peak",
        translation_key="last_month_peak",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.KILO_WATT,
        suggested_display_precision=3,
        value_fn=lambda data: data.facts.peaks.last_month.power if data.facts.peaks else None,
        attributes_fn=lambda data: (
            _of_month(data.facts.peaks.last_month) if data.facts.peaks else None
        ),
        exists_fn=_has_peaks,
    ),
    MeterSensorDescription(
        key="peak_mean",
        translation_key="peak_mean",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.KILO_WATT,
        suggested_display_precision=3,
        value_fn=lambda data: data.facts.peaks.mean if data.facts.peaks else None,
        attributes_fn=_of_twelve_months,
        exists_fn=_has_peaks,
    ),
)
