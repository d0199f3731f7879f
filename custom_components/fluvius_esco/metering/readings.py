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


type Readings = dict[Measure, list[MeasureReadings]]
"""The readings of an EAN by measure, one item for each meter that has any."""


def combine(headpoint: Headpoint) -> Readings:
    """Return the readings of an EAN, in the units of their measures.

    Physical meters, one after the other or side by side, stay apart, for each is to be judged by
    itself. Where the headpoint itself has a value for a slice it already is the whole and counts
    alone (OpenAPI V3); the EAN then is one meter. Of a slice that occurs twice in a series the
    later one counts.
    """
    combined: Readings = {}
    for meter in headpoint.meters:
        for measure, readings in _by_measure(meter.series, headpoint.energy_type).items():
            combined.setdefault(measure, []).append(readings)
    for measure, readings in _by_measure(headpoint.series, headpoint.energy_type).items():
        meters = combined.get(measure, [])
        combined[measure] = [
            MeasureReadings(
                _overlaid([meter.fine for meter in meters], readings.fine),
                _overlaid([meter.daily for meter in meters], readings.daily),
            )
        ]
    return combined


def _overlaid(meters: Iterable[Values], headpoint: Values) -> Values:
    """Add meters up per slice, and let the headpoint's values count where it has them."""
    whole: Values = {}
    for values in meters:
        _add(whole, values)
    for start, value in headpoint.items():
        if value is not None or start not in whole:
            whole[start] = value
    return whole


def _by_measure(
    series: Iterable[Series], energy_type: EnergyType
) -> dict[Measure, MeasureReadings]:
    readings: dict[Measure, MeasureReadings] = {}
    for one in series:
        if (measure := measure_of(one.channel, energy_type)) is None:
            continue
        of_measure = readings.setdefault(measure, MeasureReadings())
        values = of_measure.daily if one.granularity is Granularity.DAY else of_measure.fine
        values.update(zip(one.starts, one.values, strict=True))
    for total, registers in REGISTERS_OF.items():
        _complete_total(readings, total, registers)
    return readings


def _complete_total(
    readings: dict[Measure, MeasureReadings], total: Measure, registers: Iterable[Measure]
) -> None:
    """Add up the registers where a meter gives no total.

    Where it has two registers both are needed: one that is absent leaves the total absent, and a
    null one makes it unknown.
    """
    parts = [readings[register].daily for register in registers if register in readings]
    if not parts:
        return
    whole = readings.setdefault(total, MeasureReadings()).daily
    for start in set(parts[0]).intersection(*parts[1:]) - whole.keys():
        values = [part[start] for part in parts]
        known = [value for value in values if value is not None]
        whole[start] = sum(known) if len(known) == len(values) else None


def _add(whole: Values, part: Values) -> None:
    """Add one meter's values to the EAN's; a null counts only where no other meter has a value."""
    for start, value in part.items():
        known = whole.get(start)
        if known is None:
            whole[start] = value
        elif value is not None:
            whole[start] = known + value
