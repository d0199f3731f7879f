"""From one answer to the readings of one EAN: meters added up, double slices resolved."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..api.models import EnergyType, Granularity, Headpoint, Series
from .measures import REGISTERS_OF, Measure, measure_of

type Values = dict[int, float | None]
"""Values by the start of their slice (UTC seconds since the epoch); None is an explicit null."""


@dataclass(frozen=True, slots=True)
class MeasureReadings:
    """The readings of one measure: `fine` quarter-hours (gas: hours) and `daily` ones."""

    fine: Values = field(default_factory=dict)
    daily: Values = field(default_factory=dict)


type Readings = dict[Measure, MeasureReadings]


def combine(headpoint: Headpoint) -> Readings:
    """Return the readings of an EAN, in the units of their measures.

    Physical meters, one after the other or side by side, add up per slice; where the headpoint
    itself has a slice it already is the whole and counts alone (OpenAPI V3). Of a slice that occurs
    twice in a series the later one counts.
    """
    combined: Readings = {}
    for meter in headpoint.meters:
        for measure, readings in _by_measure(meter.series, headpoint.energy_type).items():
            whole = combined.setdefault(measure, MeasureReadings())
            _add(whole.fine, readings.fine)
            _add(whole.daily, readings.daily)
    for measure, readings in _by_measure(headpoint.series, headpoint.energy_type).items():
        whole = combined.setdefault(measure, MeasureReadings())
        whole.fine.update(readings.fine)
        whole.daily.update(readings.daily)
    return combined


def _by_measure(series: Iterable[Series], energy_type: EnergyType) -> Readings:
    readings: Readings = {}
    for one in series:
        if (measure := measure_of(one.channel, energy_type)) is None:
            continue
        of_measure = readings.setdefault(measure, MeasureReadings())
        values = of_measure.daily if one.granularity is Granularity.DAY else of_measure.fine
        values.update(zip(one.starts, one.values, strict=True))
    for total, registers in REGISTERS_OF.items():
        _complete_total(readings, total, registers)
    return readings


def _complete_total(readings: Readings, total: Measure, registers: Iterable[Measure]) -> None:
    """Add up the registers where a meter gives no total; a null register leaves it unknown."""
    parts = [readings[register] for register in registers if register in readings]
    if not parts:
        return
    whole = readings.setdefault(total, MeasureReadings())
    for start in sorted({start for part in parts for start in part.daily}):
        if start in whole.daily:
            continue
        values = [part.daily[start] for part in parts if start in part.daily]
        known = [value for value in values if value is not None]
        whole.daily[start] = sum(known) if len(known) == len(values) else None


def _add(whole: Values, part: Values) -> None:
    """Add one meter's values to the EAN's; a null counts only where no other meter has a value."""
    if not whole:
        whole.update(part)
        return
    for start, value in part.items():
        known = whole.get(start)
        if known is None:
            whole[start] = value
        elif value is not None:
            whole[start] = known + value
