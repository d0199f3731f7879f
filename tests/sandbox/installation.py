"""Where the energy of an EAN is measured: physical meters, the headpoint, sub-headpoints.

Periods are instants in seconds UTC, `start` inclusive and `end` exclusive.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from .ean import EnergyType

FOREVER = 1 << 62


class Place(StrEnum):
    """What a series of an answer hangs on; for a sub-headpoint its `$type`."""

    METER = "meter"
    HEADPOINT = "headpoint"
    PRODUCTION = "submetering-production"
    AUXILIARY = "submetering-auxiliary"
    OFFTAKE = "submetering-offtake"


SUB_PLACES = (Place.PRODUCTION, Place.AUXILIARY, Place.OFFTAKE)


class Profile(StrEnum):
    """How much of the installation a source measures."""

    WHOLE = "whole"
    PART = "part"
    EXCLUSIVE_NIGHT = "exclusive night"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One place where energy is measured.

    `name` is a meter's seqNumber, `headpoint`, or a sub-headpoint's EAN; `ean` is what the
    generators make its readings of. From `end` to `nulls_until` its slices are there without a
    value. `identity` holds its own fields in an answer.
    """

    name: str
    place: Place
    ean: str
    energy_type: EnergyType
    profile: Profile = Profile.WHOLE
    start: int = -FOREVER
    end: int = FOREVER
    nulls_until: int = -FOREVER
    reactive: bool = False
    identity: dict[str, str] = field(default_factory=dict)

    @property
    def is_sub(self) -> bool:
        """Whether this is a sub-headpoint."""
        return self.place in SUB_PLACES

    def measures(self, start: int, end: int) -> bool:
        """Tell whether energy of any part of a period is measured here."""
        return start < self.end and self.start < end

    def answers(self, start: int, end: int) -> bool:
        """Tell whether there can be slices here in a period, with or without a value."""
        return start < max(self.end, self.nulls_until) and self.start < end

    def is_null(self, instant: int) -> bool:
        """Tell whether a slice that starts at an instant has no value here."""
        return self.end <= instant < self.nulls_until


@dataclass(frozen=True, slots=True, kw_only=True)
class SubHeadpoint:
    """A sub-headpoint as a scene asks for it."""

    ean: str
    place: Place
    sequence_number: str = "1"
    vreg_id: str = "PVZ-0000001"
    kind: str = "PV"


@dataclass(frozen=True, slots=True)
class Installation:
    """Every source of an EAN; of two that measure the same slice the first one leads."""

    sources: tuple[Source, ...]

    @property
    def wire_type(self) -> str:
        """The headpoint's `$type`."""
        places = {source.place for source in self.sources}
        if Place.HEADPOINT not in places:
            return "metering-on-meter"
        if Place.METER in places:
            return "metering-on-headpoint-and-meter"
        return "metering-on-headpoint"

    def leading(self, start: int, end: int) -> str | None:
        """Return the name of the source that leads for a slice, sub-headpoints aside."""
        for source in self.sources:
            if not source.is_sub and source.measures(start, end):
                return source.name
        return None


def one_meter(ean: str, energy_type: EnergyType) -> Installation:
    """Return what a household has: one digital meter."""
    return Installation((_meter(ean, energy_type, 1),))


def replaced_meter(
    ean: str, energy_type: EnergyType, *, at: int, nulls_until: int | None = None
) -> Installation:
    """Return two meters, the second in place of the first from an instant on."""
    end = at if nulls_until is None else nulls_until
    return Installation(
        (
            _meter(ean, energy_type, 1, end=at, nulls_until=end),
            _meter(ean, energy_type, 2, start=at),
        )
    )


def exclusive_night(ean: str) -> Installation:
    """Return two electricity meters side by side, the second one for exclusive night."""
    return Installation((_meter(ean, "E", 1), _meter(ean, "E", 2, profile=Profile.EXCLUSIVE_NIGHT)))


def on_headpoint(
    ean: str, energy_type: EnergyType, subs: Iterable[SubHeadpoint] = (), *, reactive: bool = False
) -> Installation:
    """Return an AMR installation."""
    return Installation(
        (_headpoint(ean, energy_type, reactive=reactive), *map(_sub_headpoint, subs))
    )


def on_headpoint_and_meter(
    ean: str,
    energy_type: EnergyType,
    subs: Iterable[SubHeadpoint] = (),
    *,
    at: int,
    meter_until: int,
    reactive: bool = False,
) -> Installation:
    """Return an installation that became AMR at an instant.

    The meter measured three quarters of it and went on until `meter_until`.
    """
    return Installation(
        (
            _headpoint(ean, energy_type, start=at, reactive=reactive),
            _meter(ean, energy_type, 1, end=meter_until, profile=Profile.PART),
            *map(_sub_headpoint, subs),
        )
    )


def _meter(
    ean: str,
    energy_type: EnergyType,
    number: int,
    *,
    start: int = -FOREVER,
    end: int = FOREVER,
    nulls_until: int = -FOREVER,
    profile: Profile = Profile.WHOLE,
) -> Source:
    make = "FLO11" if energy_type == "G" else "SAG11"
    return Source(
        name=str(number),
        place=Place.METER,
        ean=ean,
        energy_type=energy_type,
        profile=profile,
        start=start,
        end=end,
        nulls_until=nulls_until,
        identity={"seqNumber": str(number), "meterID": f"{number}{make}{ean[-8:]}"},
    )


def _headpoint(
    ean: str, energy_type: EnergyType, *, reactive: bool, start: int = -FOREVER
) -> Source:
    return Source(
        name="headpoint",
        place=Place.HEADPOINT,
        ean=ean,
        energy_type=energy_type,
        start=start,
        reactive=reactive and energy_type == "E",
    )


def _sub_headpoint(sub: SubHeadpoint) -> Source:
    return Source(
        name=sub.ean,
        place=sub.place,
        ean=sub.ean,
        energy_type="E",
        identity={
            "$type": sub.place.value,
            "ean": sub.ean,
            "seqNumber": sub.sequence_number,
            "vregId": sub.vreg_id,
            "type": sub.kind,
        },
    )
