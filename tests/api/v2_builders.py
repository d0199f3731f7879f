"""Readable pieces of V2's answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from custom_components.fluvius_esco.api.models import Granularity

from .builders import LENGTHS, START, answer, instant


def flat(value: object = 0.25, unit: object = "kWh", **extra: object) -> dict[str, Any]:
    """A measurement with the total offtake of a quarter-hour or of gas."""
    return {"unit": unit, "offtakeValue": value, "offtakeValidationState": "VAL", **extra}


def time_slice(
    start: datetime, *measurement: dict[str, Any], granularity: Granularity
) -> dict[str, Any]:
    return {
        "timestampStart": instant(start),
        "timestampEnd": instant(start + LENGTHS[granularity]),
        "measurement": list(measurement),
    }


def quarter(start: datetime, *measurement: dict[str, Any]) -> dict[str, Any]:
    return time_slice(start, *measurement, granularity=Granularity.QUARTER_HOUR)


def hour(start: datetime, *measurement: dict[str, Any]) -> dict[str, Any]:
    return time_slice(start, *measurement, granularity=Granularity.HOUR)


def day(start: datetime, *measurement: dict[str, Any]) -> dict[str, Any]:
    return time_slice(start, *measurement, granularity=Granularity.DAY)


def quarters(values: Sequence[object], start: datetime = START) -> list[dict[str, Any]]:
    return [
        quarter(start + number * LENGTHS[Granularity.QUARTER_HOUR], flat(value))
        for number, value in enumerate(values)
    ]


def meter(**fields: object) -> dict[str, object]:
    return {"seqNumber": 1, "meterID": "1SAG1100000001", **fields}


def electricity(*meters: dict[str, object], **others: object) -> dict[str, object]:
    """The `data` of an answer about electricity."""
    return {
        "fetchTime": "2026-03-04T08:00:00Z",
        "gasMeters": [],
        "electricityMeters": list(meters),
        **others,
    }


def gas(*meters: dict[str, object]) -> dict[str, object]:
    """The `data` of an answer about gas."""
    return electricity(gasMeters=list(meters), electricityMeters=None)


def energy_answer(data: object) -> bytes:
    return answer(data)
