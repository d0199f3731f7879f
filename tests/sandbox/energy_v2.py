"""V2 energy answers: a V3 headpoint with its measurements laid flat.

V2 has physical meters, offtake and injection, and the registers total, day and night; the rest of a
V3 answer has no place in it. READ is called VAL.
"""

from typing import Any

type Json = dict[str, Any]

_LISTS = ("dailyEnergy", "hourlyEnergy", "quarterHourlyEnergy")
_DIRECTIONS = ("offtake", "injection")
_REGISTERS = {"total": "", "day": "Day", "night": "Night"}
_STATES = {"READ": "VAL"}


def meters(headpoint: Json) -> Json:
    """Return the two lists of meters of an answer, of which one is empty."""
    found = [_meter(meter) for meter in headpoint.get("physicalMeters") or ()]
    gas = headpoint["energyType"] == "G"
    return {"gasMeters": found if gas else [], "electricityMeters": [] if gas else found}


def _meter(meter: Json) -> Json:
    lists = {name: [_slice(part) for part in meter[name]] for name in _LISTS if name in meter}
    return {"seqNumber": int(meter["seqNumber"]), "meterID": meter["meterID"], **lists}


def _slice(part: Json) -> Json:
    measurements = part["measurements"]
    return {
        "timestampStart": part["start"],
        "timestampEnd": part["end"],
        "measurement": None
        if measurements is None
        else [flat for measurement in measurements for flat in _flat(measurement)],
    }


def _flat(measurement: Json) -> list[Json]:
    """Return one flat measurement for each unit; a register without a unit is in kWh."""
    by_unit: dict[str, Json] = {}
    for direction in _DIRECTIONS:
        for register, infix in _REGISTERS.items():
            reading = (measurement.get(direction) or {}).get(register)
            if reading is None:
                continue
            unit = reading.get("unit") or "kWh"
            fields = by_unit.setdefault(unit, {"unit": unit})
            state = reading.get("validationState")
            fields[f"{direction}{infix}Value"] = reading["value"]
            fields[f"{direction}{infix}ValidationState"] = _STATES.get(state, state)
            if "gasConversionFactor" in reading:
                fields[f"{direction}{infix}UsedGCF"] = reading["gasConversionFactor"]
    return list(by_unit.values())
