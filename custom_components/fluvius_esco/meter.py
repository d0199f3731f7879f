"""A followed meter, as the user set it up."""

from dataclasses import dataclass

from .api.models import ComplexEnergyType, EnergyType
from .metering.calendar import DayKind
from .metering.measures import day_kind_of


@dataclass(frozen=True, slots=True)
class Meter:
    """A followed EAN, as the user named it, and whether its reactive energy is wanted."""

    ean: str
    energy_type: EnergyType
    title: str
    reactive: bool

    @property
    def day_kind(self) -> DayKind:
        """Which days its readings come in."""
        return day_kind_of(self.energy_type)

    @property
    def is_gas(self) -> bool:
        """Whether it measures gas, whose finest readings are hours."""
        return self.energy_type is EnergyType.GAS

    @property
    def complex_energy_types(self) -> tuple[ComplexEnergyType, ...]:
        """The kinds of power to ask for; gas has none."""
        if self.is_gas:
            return ()
        if self.reactive:
            return (ComplexEnergyType.ACTIVE, ComplexEnergyType.REACTIVE)
        return (ComplexEnergyType.ACTIVE,)
