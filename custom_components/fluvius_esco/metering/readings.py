"""From one answer to the readings of its EANs: meters told apart, double slices resolved."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ..api.models import Channel, EnergyType, Granularity, Headpoint, Register, Series
from .measures import Measure, SeriesKey, measure_of

type Values = dict[int, float | None]
"""Values by the start of their slice (UTC seconds since the epoch), in the order of time.

None is an explicit null.
"""

_PARTS: Final = (Register.DAY, Register.NIGHT)
_NOTHING: Final[Values] = {}


@dataclass(frozen=True, slots=True)
class MeasureReadings:
    """The readings of one measure: `fine` quarter-hours (gas: hours) and `daily` ones."""

    fine: Values = field(default_factory=dict)
    daily: Values = field(default_factory=dict)


type Readings = dict[SeriesKey, list[MeasureReadings]]
"""The readings of an answer by series, one item for each meter that has any."""

type Source = tuple[str, str]
"""A place where energy is measured: its EAN, and what tells it from others of that EAN."""


def combine(headpoint: Headpoint) -> Readings:
    """Return the readings of an answer, in the units of their measures.

    Physical meters, one after the other or side by side, stay apart, for each is to be judged by
    itself. Where the headpoint itself has a value for a slice it already is the whole and counts
    alone (OpenAPI V3); the EAN then is one meter. A sub-headpoint has series of its own EAN, never
    those of the headpoint. Of a slice that occurs twice in a series the later one counts.
    """
    combined: Readings = {}
    for meter in headpoint.meters:
        _append(combined, headpoint.ean, _by_measure(meter.series, headpoint.energy_type))
    for measure, readings in _by_measure(headpoint.series, headpoint.energy_type).items():
        key = SeriesKey(headpoint.ean, measure)
        meters = combined.get(key, [])
        combined[key] = [
            MeasureReadings(
                overlaid([meter.fine for meter in meters], readings.fine),
                overlaid([meter.daily for meter in meters], readings.daily),
            )
        ]
    for sub in headpoint.sub_headpoints:
        if sub.ean is not None and sub.ean != headpoint.ean:
            _append(combined, sub.ean, _by_measure(sub.series, headpoint.energy_type))
    return combined


def sources(headpoint: Headpoint) -> frozenset[Source]:
    """Return the places that the energy of an answer is measured at."""
    ean = headpoint.ean
    places = [(ean, f"meter {meter.sequence_number} {meter.serial}") for meter in headpoint.meters]
    if headpoint.series:
        places.append((ean, "headpoint"))
    places += [
        (sub.ean, f"sub-headpoint {sub.sequence_number}")
        for sub in headpoint.sub_headpoints
        if sub.ean is not None
    ]
    # Nothing demands that the places of one EAN have names of their own.
    return frozenset(
        (of, f"{name} #{places[:number].count((of, name))}")
        for number, (of, name) in enumerate(places)
    )


def is_single(known: Iterable[Source]) -> bool:
    """Whether no EAN is measured at several places, side by side or in turn."""
    eans = [ean for ean, _ in known]
    return len(eans) == len(set(eans))


def _append(combined: Readings, ean: str, readings: dict[Measure, MeasureReadings]) -> None:
    for measure, of_meter in readings.items():
        combined.setdefault(SeriesKey(ean, measure), []).append(of_meter)


def overlaid(meters: Sequence[Values], headpoint: Values = _NOTHING) -> Values:
    """Add meters up per slice, and let the headpoint's values count where it has them."""
    if len(meters) == 1 and not headpoint:
        return meters[0]
    whole: Values = {}
    for values in meters:
        _add(whole, values)
    for start, value in headpoint.items():
        if value is not None or start not in whole:
            whole[start] = value
    return _in_order(whole)


def _by_measure(
    series: Iterable[Series], energy_type: EnergyType
) -> dict[Measure, MeasureReadings]:
    by_channel: dict[Channel, MeasureReadings] = {}
    series = list(series)
    by_quarter_hour = {one.channel for one in series if one.granularity is Granularity.QUARTER_HOUR}
    for one in series:
        if one.granularity is Granularity.HOUR and one.channel in by_quarter_hour:
            continue
        readings = by_channel.setdefault(one.channel, MeasureReadings())
        values = readings.daily if one.granularity is Granularity.DAY else readings.fine
        values.update(zip(one.starts, one.values, strict=True))
    for total in {replace(channel, register=Register.TOTAL) for channel in by_channel}:
        _complete_total(by_channel, total)
    return {
        measure: MeasureReadings(_in_order(readings.fine), _in_order(readings.daily))
        for channel, readings in by_channel.items()
        if (measure := measure_of(channel, energy_type)) is not None
    }


def _in_order(values: Values) -> Values:
    starts = list(values)
    in_order = sorted(starts)
    return values if starts == in_order else {start: values[start] for start in in_order}


def _complete_total(by_channel: dict[Channel, MeasureReadings], total: Channel) -> None:
    """Add up the registers where a meter gives no total.

    A register that is left out is not relevant (OpenAPI V3), a null one makes the total unknown.
    """
    registers = (replace(total, register=register) for register in _PARTS)
    parts = [by_channel[register].daily for register in registers if register in by_channel]
    if not parts:
        return
    whole = by_channel.setdefault(total, MeasureReadings()).daily
    for start in set().union(*parts) - whole.keys():
        whole[start] = _sum_if_known([part[start] for part in parts if start in part])


def _sum_if_known(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _add(whole: Values, part: Values) -> None:
    """Add one meter's values to the EAN's; a null counts only where no other meter has a value."""
    for start, value in part.items():
        known = whole.get(start)
        if known is None:
            whole[start] = value
        elif value is not None:
            whole[start] = known + value
