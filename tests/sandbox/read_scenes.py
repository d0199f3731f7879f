"""Reading what a scene is told, from an admin request or from a test; raises InvalidRequestError."""

from datetime import datetime
from math import isfinite
from typing import Any, cast

from .checks import Fields
from .ean import EnergyType, energy_type_of
from .installation import (
    Place,
    SubHeadpoint,
    exclusive_night,
    on_headpoint,
    on_headpoint_and_meter,
    one_meter,
    replaced_meter,
)
from .localtime import (
    HOUR,
    QUARTER,
    day_bounds,
    gas_day_bounds,
    local_day,
    seconds,
)
from .mandate import RENEWAL_STATUSES, STATUSES, Detail
from .mandates import MandateChange
from .readings import SERIES, Amount
from .scenes import Correction, Delay, Repeat, SceneBook

_SPAN = frozenset({"ean", "from", "to", "series", "granularity", "source"})
_STATES = ("READ", "EST", "VAL", "NVAL")
_INSTALLATIONS = ("meter", "replaced", "exclusiveNight", "headpoint", "headpointAndMeter")
_SUB_KINDS = {
    "production": Place.PRODUCTION,
    "auxiliary": Place.AUXILIARY,
    "offtake": Place.OFFTAKE,
}
_CHANGEABLE = {
    "dataPeriodFrom": "data_period_from",
    "dataPeriodTo": "data_period_to",
    "mandateExpirationDate": "expires",
    "status": "status",
    "renewalStatus": "renewal_status",
}


def add_correction(fields: Fields, scenes: SceneBook) -> None:
    """Plan a correction: `value` or `values` (null too), or neither to change the state only."""
    fields.only(_SPAN | {"inserted", "value", "values", "state", "wholeDay"})
    span = _span(fields, scenes)
    inserted = fields.required_instant("inserted")
    values = _values(fields, span)
    state = fields.choice("state", _STATES)
    whole_day = _flag(fields, "wholeDay")
    if values is None and state is None:
        fields.refuse("One of 'value', 'values' and 'state' is required.")
    fields.finish()
    assert inserted is not None
    correction = Correction(
        **span, inserted=seconds(inserted), values=values, state=state, whole_day=whole_day
    )
    scenes.around(fields.required("ean")).corrections.append(correction)


def add_delay(fields: Fields, scenes: SceneBook) -> None:
    """Plan that slices arrive at `until`, or never; of two delays of a slice the last counts."""
    fields.only(_SPAN | {"until"})
    span = _span(fields, scenes)
    until = fields.instant("until")
    fields.finish()
    delay = Delay(**span, until=seconds(until) if until else None)
    scenes.around(fields.required("ean")).delays.append(delay)


def add_repeat(fields: Fields, scenes: SceneBook) -> None:
    """Plan that slices occur twice, first with the value `outdated`."""
    fields.only(_SPAN | {"outdated"})
    span = _span(fields, scenes)
    outdated = _amount(fields, fields.raw("outdated"))
    fields.finish()
    scenes.around(fields.required("ean")).repeats.append(Repeat(**span, outdated=outdated))


def set_order(fields: Fields, scenes: SceneBook) -> None:
    """Shuffle the slices of an EAN's answers, or no longer."""
    fields.only({"ean", "shuffled"})
    ean = fields.required_ean("ean")
    shuffled = _flag(fields, "shuffled")
    fields.finish()
    scenes.around(ean).shuffled = shuffled


def set_installation(fields: Fields, scenes: SceneBook) -> None:
    """Say where the energy of an EAN is measured."""
    fields.only({"ean", "kind", "at", "until", "reactive", "energyType", "subHeadpoints"})
    ean = fields.required_ean("ean")
    kind = fields.required_choice("kind", _INSTALLATIONS)
    energy_type = cast("EnergyType", fields.choice("energyType", ("E", "G")) or energy_type_of(ean))
    at = fields.instant("at")
    until = fields.instant("until")
    reactive = _flag(fields, "reactive")
    subs = _sub_headpoints(fields)
    if kind in {"replaced", "headpointAndMeter"} and at is None:
        fields.refuse("'at' is required.")
    if until is not None and at is not None and until < at:
        fields.refuse("'until' must not be before 'at'.")
    if subs and kind not in {"headpoint", "headpointAndMeter"}:
        fields.refuse("Only a headpoint has 'subHeadpoints'.")
    _check_boundaries(fields, kind, energy_type, [moment for moment in (at, until) if moment])
    fields.finish()
    swapped = seconds(at) if at else 0
    stopped = seconds(until) if until else None
    match kind:
        case "replaced":
            found = replaced_meter(ean, energy_type, at=swapped, nulls_until=stopped)
        case "exclusiveNight":
            found = exclusive_night(ean)
        case "headpoint":
            found = on_headpoint(ean, energy_type, subs, reactive=reactive)
        case "headpointAndMeter":
            found = on_headpoint_and_meter(
                *(ean, energy_type, subs),
                at=swapped,
                meter_until=swapped if stopped is None else stopped,
                reactive=reactive,
            )
        case _:
            found = one_meter(ean, energy_type)
    scenes.of(ean).installation = found


def read_mandate_change(fields: Fields, now: datetime) -> MandateChange:
    """Read which fields of a mandate change, and when: now unless told otherwise."""
    fields.only({"environment", "ean", "referenceNumber", "dataServiceType", "at", *_CHANGEABLE})
    at = fields.instant("at") or now
    read: dict[str, Any] = {
        "status": fields.choice("status", STATUSES),
        "renewalStatus": fields.choice("renewalStatus", RENEWAL_STATUSES),
    }
    for name in ("dataPeriodFrom", "dataPeriodTo", "mandateExpirationDate"):
        read[name] = fields.instant(name)
    changed = {_CHANGEABLE[name]: read[name] for name in _CHANGEABLE if fields.has(name)}
    for name in ("status", "mandateExpirationDate"):
        if fields.has(name) and read[name] is None:
            fields.refuse(f"'{name}' must have a value.")
    if not changed:
        fields.refuse("Nothing changes.")
    fields.finish()
    return MandateChange(at, changed)


def _span(fields: Fields, scenes: SceneBook) -> dict[str, Any]:
    """Read the slices that are meant; those of a sub-headpoint's EAN are its own."""
    ean = fields.required_ean("ean")
    start = fields.required_instant("from")
    end = fields.required_instant("to")
    if start is not None and end is not None and start >= end:
        fields.refuse("'to' must be after 'from'.")
    detail = fields.choice("granularity", tuple(Detail))
    is_sub = scenes.headpoint_of(ean) != ean
    return {
        "start": seconds(start) if start else 0,
        "end": seconds(end) if end else 0,
        "series": fields.choice("series", tuple(SERIES)),
        "detail": Detail(detail) if detail else None,
        "source": fields.text("source") or (ean if is_sub else None),
    }


def _values(fields: Fields, span: dict[str, Any]) -> tuple[Amount, ...] | None:
    """Read one value for all slices, or one for each of a granularity."""
    if fields.has("value"):
        return (_amount(fields, fields.raw("value")),)
    given = fields.raw("values")
    if given is None:
        return None
    if not isinstance(given, list) or span["detail"] is None:
        fields.refuse("'values' must be a list and needs a 'granularity'.")
        return None
    start, end = span["start"], span["end"]
    if span["detail"] is Detail.DAILY:
        wanted = (local_day(end) - local_day(start)).days
    else:
        gas = energy_type_of(fields.required("ean")) == "G"
        wanted = (end - start) // (HOUR if gas else QUARTER)
    if len(given) != wanted:
        fields.refuse(f"'values' must have {wanted} values, one for each slice.")
        return None
    return tuple(_amount(fields, value) for value in given)


def _amount(fields: Fields, value: Any) -> Amount:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        fields.refuse("A value must be a number or null.")
        return None
    return round(value * 1000)


def _flag(fields: Fields, name: str) -> bool:
    value = fields.raw(name)
    if value is not None and not isinstance(value, bool):
        fields.refuse(f"'{name}' must be true or false.")
    return value is True


def _check_boundaries(
    fields: Fields, kind: str, energy_type: EnergyType, moments: list[datetime]
) -> None:
    """Refuse instants between two slices, or two days where the headpoint takes over."""
    for moment in map(seconds, moments):
        if kind == "headpointAndMeter":
            bounds = gas_day_bounds if energy_type == "G" else day_bounds
            if bounds(local_day(moment))[0] != moment:
                fields.refuse("'at' and 'until' must be the beginning of a day.")
        elif moment % (HOUR if energy_type == "G" else QUARTER):
            fields.refuse("'at' and 'until' must be the beginning of a slice.")


def _sub_headpoints(fields: Fields) -> list[SubHeadpoint]:
    given = fields.raw("subHeadpoints")
    if given is None:
        return []
    if not isinstance(given, list) or not all(isinstance(part, dict) for part in given):
        fields.refuse("'subHeadpoints' must be a list of objects.")
        return []
    found = []
    for number, part in enumerate(given, 1):
        own = Fields(part)
        own.only({"ean", "kind", "seqNumber", "vregId", "type"})
        ean = own.required_ean("ean")
        place = _SUB_KINDS.get(own.required_choice("kind", tuple(_SUB_KINDS)), Place.OFFTAKE)
        found.append(
            SubHeadpoint(
                ean=ean,
                place=place,
                sequence_number=own.text("seqNumber") or str(number),
                vreg_id=own.text("vregId") or f"PVZ-{number:07}",
                kind=own.text("type") or "PV",
            )
        )
        fields.take_over(own)
    return found
