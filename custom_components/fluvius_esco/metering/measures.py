"""The quantities that a meter is followed by; each one is one long-term statistic."""

from enum import StrEnum
from typing import Final

from ..api.models import Channel, Direction, EnergyType, Register, Unit
from .calendar import DayKind


class Measure(StrEnum):
    """What is followed of an EAN; the value is the last part of its statistic's id."""

    OFFTAKE = "offtake"
    INJECTION = "injection"
    OFFTAKE_DAY = "offtake_day"
    OFFTAKE_NIGHT = "offtake_night"
    INJECTION_DAY = "injection_day"
    INJECTION_NIGHT = "injection_night"
    GAS_ENERGY = "gas_energy"
    GAS_VOLUME = "gas_volume"

    @property
    def unit(self) -> Unit:
        """The unit of all values of this measure."""
        return Unit.CUBIC_METER if self is Measure.GAS_VOLUME else Unit.KILOWATT_HOUR

    @property
    def day_kind(self) -> DayKind:
        """Which days the daily values of this measure cover."""
        return DayKind.GAS if self in GAS_MEASURES else DayKind.ELECTRICITY


GAS_MEASURES: Final = frozenset({Measure.GAS_ENERGY, Measure.GAS_VOLUME})

# The registers split a total; these are the totals themselves, and what makes a day complete.
TOTAL_MEASURES: Final = frozenset({Measure.OFFTAKE, Measure.INJECTION, *GAS_MEASURES})

_ELECTRICITY: Final = {
    Channel(direction, register, Unit.KILOWATT_HOUR): measure
    for direction, register, measure in (
        (Direction.OFFTAKE, Register.TOTAL, Measure.OFFTAKE),
        (Direction.OFFTAKE, Register.DAY, Measure.OFFTAKE_DAY),
        (Direction.OFFTAKE, Register.NIGHT, Measure.OFFTAKE_NIGHT),
        (Direction.INJECTION, Register.TOTAL, Measure.INJECTION),
        (Direction.INJECTION, Register.DAY, Measure.INJECTION_DAY),
        (Direction.INJECTION, Register.NIGHT, Measure.INJECTION_NIGHT),
    )
}
_GAS: Final = {
    Channel(Direction.OFFTAKE, Register.TOTAL, Unit.KILOWATT_HOUR): Measure.GAS_ENERGY,
    Channel(Direction.OFFTAKE, Register.TOTAL, Unit.CUBIC_METER): Measure.GAS_VOLUME,
}

# A total that an answer gives by its registers only.
REGISTERS_OF: Final = {
    Measure.OFFTAKE: (Measure.OFFTAKE_DAY, Measure.OFFTAKE_NIGHT),
    Measure.INJECTION: (Measure.INJECTION_DAY, Measure.INJECTION_NIGHT),
}


def measure_of(channel: Channel, energy_type: EnergyType) -> Measure | None:
    """Return what a channel of a meter measures, or None if nothing that is followed."""
    return (_GAS if energy_type is EnergyType.GAS else _ELECTRICITY).get(channel)


def day_kind_of(energy_type: EnergyType) -> DayKind:
    """Return which days the readings of an energy type come in."""
    return DayKind.GAS if energy_type is EnergyType.GAS else DayKind.ELECTRICITY
