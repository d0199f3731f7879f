"""The quantities that a meter is followed by; each one is one long-term statistic."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..api.models import Channel, Direction, EnergyType, Register, Unit
from .calendar import HOUR, QUARTER_HOUR, DayKind


class Measure(StrEnum):
    """What is followed of an EAN; the value is the last part of its statistic's id."""

    OFFTAKE = "offtake"
    INJECTION = "injection"
    OFFTAKE_DAY = "offtake_day"
    OFFTAKE_NIGHT = "offtake_night"
    INJECTION_DAY = "injection_day"
    INJECTION_NIGHT = "injection_night"
    PRODUCTION = "production"
    AUXILIARY = "auxiliary"
    OFFTAKE_REACTIVE = "offtake_reactive"
    OFFTAKE_INDUCTIVE = "offtake_inductive"
    OFFTAKE_CAPACITIVE = "offtake_capacitive"
    INJECTION_REACTIVE = "injection_reactive"
    INJECTION_INDUCTIVE = "injection_inductive"
    INJECTION_CAPACITIVE = "injection_capacitive"
    GAS_ENERGY = "gas_energy"
    GAS_VOLUME = "gas_volume"

    @property
    def unit(self) -> Unit:
        """The unit of all values of this measure."""
        if self is Measure.GAS_VOLUME:
            return Unit.CUBIC_METER
        if self in _REACTIVE:
            return Unit.KILOVOLT_AMPERE_REACTIVE_HOUR
        return Unit.KILOWATT_HOUR

    @property
    def day_kind(self) -> DayKind:
        """Which days the daily values of this measure cover."""
        return DayKind.GAS if self in GAS_MEASURES else DayKind.ELECTRICITY

    @property
    def fine_length(self) -> int:
        """The length in seconds of the finest slices of this measure."""
        return HOUR if self in GAS_MEASURES else QUARTER_HOUR


@dataclass(frozen=True, slots=True)
class SeriesKey:
    """One series: what is measured, and of which EAN; sub-headpoints have EANs of their own."""

    ean: str
    measure: Measure


GAS_MEASURES: Final = frozenset({Measure.GAS_ENERGY, Measure.GAS_VOLUME})

# What a meter is looked at by, in the order in which it is shown.
SHOWN_MEASURES: Final = (
    Measure.OFFTAKE,
    Measure.INJECTION,
    Measure.GAS_ENERGY,
    Measure.GAS_VOLUME,
)

# The registers split a total; these are the totals themselves, and what makes a day complete.
TOTAL_MEASURES: Final = frozenset(
    {
        Measure.OFFTAKE,
        Measure.INJECTION,
        Measure.PRODUCTION,
        Measure.AUXILIARY,
        *GAS_MEASURES,
    }
)

# The total that a register is a part of.
TOTAL_OF: Final = {
    Measure.OFFTAKE_DAY: Measure.OFFTAKE,
    Measure.OFFTAKE_NIGHT: Measure.OFFTAKE,
    Measure.INJECTION_DAY: Measure.INJECTION,
    Measure.INJECTION_NIGHT: Measure.INJECTION,
}

_KILOWATT_HOURS: Final = {
    Channel(direction, register, Unit.KILOWATT_HOUR): measure
    for direction, register, measure in (
        (Direction.OFFTAKE, Register.TOTAL, Measure.OFFTAKE),
        (Direction.OFFTAKE, Register.DAY, Measure.OFFTAKE_DAY),
        (Direction.OFFTAKE, Register.NIGHT, Measure.OFFTAKE_NIGHT),
        (Direction.INJECTION, Register.TOTAL, Measure.INJECTION),
        (Direction.INJECTION, Register.DAY, Measure.INJECTION_DAY),
        (Direction.INJECTION, Register.NIGHT, Measure.INJECTION_NIGHT),
        (Direction.PRODUCTION, Register.TOTAL, Measure.PRODUCTION),
        (Direction.AUXILIARY, Register.TOTAL, Measure.AUXILIARY),
    )
}
_REACTIVE_HOURS: Final = {
    Channel(direction, register, Unit.KILOVOLT_AMPERE_REACTIVE_HOUR): measure
    for direction, register, measure in (
        (Direction.OFFTAKE, Register.REACTIVE, Measure.OFFTAKE_REACTIVE),
        (Direction.OFFTAKE, Register.INDUCTIVE, Measure.OFFTAKE_INDUCTIVE),
        (Direction.OFFTAKE, Register.CAPACITIVE, Measure.OFFTAKE_CAPACITIVE),
        (Direction.INJECTION, Register.REACTIVE, Measure.INJECTION_REACTIVE),
        (Direction.INJECTION, Register.INDUCTIVE, Measure.INJECTION_INDUCTIVE),
        (Direction.INJECTION, Register.CAPACITIVE, Measure.INJECTION_CAPACITIVE),
    )
}
_REACTIVE: Final = frozenset(_REACTIVE_HOURS.values())
_ELECTRICITY: Final = _KILOWATT_HOURS | _REACTIVE_HOURS
_GAS: Final = {
    Channel(Direction.OFFTAKE, Register.TOTAL, Unit.KILOWATT_HOUR): Measure.GAS_ENERGY,
    Channel(Direction.OFFTAKE, Register.TOTAL, Unit.CUBIC_METER): Measure.GAS_VOLUME,
}


def measure_of(channel: Channel, energy_type: EnergyType) -> Measure | None:
    """Return what a channel of a meter measures, or None if nothing that is followed."""
    return (_GAS if energy_type is EnergyType.GAS else _ELECTRICITY).get(channel)


def day_kind_of(energy_type: EnergyType) -> DayKind:
    """Return which days the readings of an energy type come in."""
    return DayKind.GAS if energy_type is EnergyType.GAS else DayKind.ELECTRICITY
