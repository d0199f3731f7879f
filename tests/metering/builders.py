"""Readings built in the words of a test."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from custom_components.fluvius_esco.api.models import (
    Channel,
    Direction,
    EnergyType,
    Granularity,
    Headpoint,
    HeadpointKind,
    PhysicalMeter,
    Register,
    Series,
    SubHeadpoint,
    Unit,
)
from custom_components.fluvius_esco.metering.calendar import Day, DayKind, day_of

EAN = "541440110000000001"
LENGTHS = {Granularity.HOUR: 3600, Granularity.QUARTER_HOUR: 900}

OFFTAKE = Channel(Direction.OFFTAKE, Register.TOTAL, Unit.KILOWATT_HOUR)
OFFTAKE_DAY = Channel(Direction.OFFTAKE, Register.DAY, Unit.KILOWATT_HOUR)
OFFTAKE_NIGHT = Channel(Direction.OFFTAKE, Register.NIGHT, Unit.KILOWATT_HOUR)
INJECTION = Channel(Direction.INJECTION, Register.TOTAL, Unit.KILOWATT_HOUR)
VOLUME = Channel(Direction.OFFTAKE, Register.TOTAL, Unit.CUBIC_METER)


def at(text: str) -> int:
    """Return an instant, written in UTC, in seconds since the epoch."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def electricity_day(text: str) -> Day:
    return day_of(date.fromisoformat(text), DayKind.ELECTRICITY)


def gas_day(text: str) -> Day:
    return day_of(date.fromisoformat(text), DayKind.GAS)


def quarters(day: Day, value: float | None) -> dict[int, float | None]:
    """Return the same value for every quarter-hour of a day."""
    return dict.fromkeys(range(day.start, day.end, 900), value)


def series(
    channel: Channel, granularity: Granularity, values: Mapping[int, float | None]
) -> Series:
    """Return a series of a channel from values by the start of their slice."""
    ends = [start + LENGTHS.get(granularity, 86400) for start in values]
    states = [None] * len(values)
    return Series(channel, granularity, list(values), ends, list(values.values()), states)


def meter(*of_meter: Series, number: str = "1") -> PhysicalMeter:
    return PhysicalMeter(number, f"1SAG{number}", of_meter)


def headpoint(
    *meters: PhysicalMeter,
    own: tuple[Series, ...] = (),
    subs: tuple[SubHeadpoint, ...] = (),
    energy_type: EnergyType = EnergyType.ELECTRICITY,
) -> Headpoint:
    return Headpoint(EAN, energy_type, HeadpointKind.ON_HEADPOINT_AND_METER, meters, own, subs)
