"""Answers that the contract does not allow, or that it allows and few expect.

Works on the JSON of V2 and V3. What concerns a slice changes the middle one of the longest list,
and leaves an answer without slices as it is.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import orjson

from .localtime import parse_wire, to_wire

type Json = dict[str, Any]

_LISTS = ("dailyEnergy", "hourlyEnergy", "quarterHourlyEnergy")
_EDGES = ("start", "end", "timestampStart", "timestampEnd")
_MEASUREMENTS = ("measurements", "measurement")
_OTHER_EAN = "541449999999999990"
_FAR = timedelta(days=400)
_TOKEN = "the token to put here"


def distorted(kind: str, body: bytes) -> bytes:
    """Return an answer's body with what a kind of strangeness does to it."""
    answer = orjson.loads(body)
    if kind in _TOKENS:
        _set_value(answer, _TOKEN)
        return orjson.dumps(answer).replace(orjson.dumps(_TOKEN), _TOKENS[kind])
    _DISTORTIONS[kind](answer)
    return orjson.dumps(answer)


def pascal_case(value: Any) -> Any:
    """Return JSON with a capital at the beginning of every key."""
    if isinstance(value, dict):
        return {name[:1].upper() + name[1:]: pascal_case(part) for name, part in value.items()}
    return [pascal_case(part) for part in value] if isinstance(value, list) else value


def _objects(value: Any) -> Iterator[Json]:
    """Go through every object of a JSON value."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value:
        if isinstance(part, dict | list):
            yield from _objects(part)


def _slices(answer: Json) -> list[Json]:
    """Return the longest list of slices, the last of several."""
    lists = [found[name] for found in _objects(answer) for name in _LISTS if found.get(name)]
    return max(reversed(lists), key=len, default=[])


def _middle(answer: Json) -> Json:
    """Return the slice to change; an object without effect when there is none."""
    slices = _slices(answer)
    found: Json = slices[len(slices) // 2] if slices else {}
    return found


def _measurements(part: Json) -> list[Json]:
    return next((part[name] for name in _MEASUREMENTS if part.get(name)), [])


def _set_value(answer: Json, value: Any) -> None:
    for found in _objects(_measurements(_middle(answer))):
        for name in found:
            if name == "value" or name.endswith("Value"):
                found[name] = value
                return


def _wrong_ean(answer: Json) -> None:
    for found in _objects(answer):
        if "physicalMeters" in found or "subHeadpoints" in found:
            found["ean"] = _OTHER_EAN


def _no_data(answer: Json) -> None:
    answer.pop("data", None)


def _null_data(answer: Json) -> None:
    answer["data"] = None


def _unknown_type(answer: Json) -> None:
    for found in _objects(answer):
        if "physicalMeters" in found or "subHeadpoints" in found:
            found["$type"] = "metering-on-neighbourhood"


def _unknown_sub_type(answer: Json) -> None:
    """Add a sub-headpoint of an unknown type with the slices of the headpoint."""
    for found in [*_objects(answer)]:
        if "physicalMeters" in found or "subHeadpoints" in found:
            slices = {"quarterHourlyEnergy": list(_slices(answer))}
            sub = {"$type": "submetering-storage", "ean": _OTHER_EAN, "seqNumber": "99"}
            found["subHeadpoints"] = [*(found.get("subHeadpoints") or ()), sub | slices]


def _unknown_enum(answer: Json) -> None:
    """Use an unknown state and conversion factor, and add a value in an unknown unit."""
    for found in _objects(_measurements(_middle(answer))):
        for name in found:
            if name.lower().endswith("validationstate"):
                found[name] = "CALC"
            if name == "gasConversionFactor" or name.endswith("UsedGCF"):
                found[name] = "X"
    for measurements in [_measurements(_middle(answer))]:
        if measurements and "unit" in measurements[0]:
            measurements.append({"unit": "MWh", "offtakeValue": 1.5})
        elif measurements:
            measurements.append({"offtake": {"total": {"value": 1.5, "unit": "MWh"}}})
    mandates = (answer.get("data") or {}).get("mandates")
    if mandates:
        mandates.append(
            mandates[0] | {"status": "Paused", "dataServiceType": "VH_week", "energyType": "H"}
        )


def _extra_fields(answer: Json) -> None:
    """Add a property to every object, and an unknown direction and register to a slice."""
    for measurement in _measurements(_middle(answer)):
        reading = {"value": 1.5, "unit": "kWh", "validationState": "READ"}
        for direction in [part for part in measurement.values() if isinstance(part, dict)]:
            direction["peak"] = dict(reading)
        if "unit" not in measurement:
            measurement["losses"] = {"total": reading}
    for found in [*_objects(answer)]:
        if not found.keys() & {"offtake", "injection", "production", "auxiliary", "total", "day"}:
            found["remark"] = "new"


def _null_objects(answer: Json) -> None:
    """Add null where the contract lets an object or a list be null."""
    for found in [*_objects(answer)]:
        if found.keys() & {"offtake", "injection", "production", "auxiliary"}:
            for name in ("offtake", "injection", "production", "auxiliary"):
                found.setdefault(name, None)
        if found.keys() & {"total", "day", "night"}:
            for name in ("total", "day", "night", "reactive"):
                found.setdefault(name, None)
        if "meterID" in found:
            for name in _LISTS:
                found.setdefault(name, None)


def _no_measurements(answer: Json) -> None:
    part = _middle(answer)
    for name in _MEASUREMENTS:
        if name in part:
            part[name] = None


def _outside(answer: Json) -> None:
    """Add a copy of a slice 400 days earlier: no request reaches that far back from it."""
    slices = _slices(answer)
    if slices:
        slices.insert(0, _moved(slices[0]))


def _moved(part: Json) -> Json:
    moved = dict(part)
    for name in _EDGES:
        moment = parse_wire(part.get(name, ""))
        if moment is not None:
            moved[name] = to_wire(moment - _FAR)
    return moved


def _wrong_length(answer: Json) -> None:
    part = _middle(answer)
    for name in ("end", "timestampEnd"):
        moment = parse_wire(part.get(name, ""))
        if moment is not None:
            part[name] = to_wire(moment + timedelta(minutes=5))


def _negative(answer: Json) -> None:
    _set_value(answer, -1.5)


def _absurd(answer: Json) -> None:
    _set_value(answer, 1e12)


def _text(answer: Json) -> None:
    _set_value(answer, "NaN")


_TOKENS = {"nan": b"NaN", "infinite": b"1e999"}
_DISTORTIONS: dict[str, Callable[[Json], None]] = {
    "wrongEan": _wrong_ean,
    "noData": _no_data,
    "nullData": _null_data,
    "unknownType": _unknown_type,
    "unknownSubType": _unknown_sub_type,
    "unknownEnum": _unknown_enum,
    "extraFields": _extra_fields,
    "nullObjects": _null_objects,
    "noMeasurements": _no_measurements,
    "outside": _outside,
    "wrongLength": _wrong_length,
    "negative": _negative,
    "absurd": _absurd,
    "text": _text,
}
STRANGE_KINDS = (*_DISTORTIONS, *_TOKENS)
