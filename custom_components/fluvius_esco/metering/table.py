"""An answer slice by slice: what a quarter-hour, an hour or a day of an EAN amounts to as a whole.

The rules are those of the hourly sums, so that what is shown of a day is what the statistics hold of
it; but where a part of a slice is unknown there is no amount, for half an hour's energy is none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..api.models import Granularity, Headpoint
from .amounts import Amount, added_up, with_states
from .calendar import HOUR, QUARTER_HOUR, Day, DayKind, Span, day_at_second
from .hourly import Slices, by_day, day_hours, is_same, is_whole
from .measures import Measure, SeriesKey
from .readings import MeasureReadings, Values, combine

type Amounts = dict[int, Amount]
"""Known amounts by the start of their slice (UTC seconds since the epoch)."""

type Table = dict[SeriesKey, Amounts]

_LENGTHS: Final = {Granularity.QUARTER_HOUR: QUARTER_HOUR, Granularity.HOUR: HOUR}
_NO_SLICES: Final = Slices((), ())


def slot_count(asked: Span, granularity: Granularity) -> int:
    """Return about how many slots a span has, a clock change aside."""
    return (asked.end - asked.start) // _LENGTHS.get(granularity, 24 * HOUR)


def slots(asked: Span, granularity: Granularity, kind: DayKind) -> list[Span]:
    """Return every slot that a span touches, oldest first."""
    if granularity is Granularity.DAY:
        return _days(asked, kind)
    length = _LENGTHS[granularity]
    first = asked.start - asked.start % length
    return [Span(start, start + length) for start in range(first, asked.end, length)]


def table(headpoint: Headpoint, granularity: Granularity, asked: Span) -> Table:
    """Return the amounts of every series that an answer has slices of, at one granularity.

    Takes a while for a long answer.
    """
    readings = combine(with_states(headpoint))
    if granularity is Granularity.DAY:
        return {key: _daily(key.measure, meters, asked) for key, meters in readings.items()}
    length = _LENGTHS[granularity]
    return {
        key: _of_length(length, key.measure, _fine(key.measure, meters))
        for key, meters in readings.items()
        if any(meter.fine for meter in meters)
    }


def _days(asked: Span, kind: DayKind) -> list[Span]:
    found = []
    start = asked.start
    while start < asked.end:
        day = day_at_second(start, kind)
        found.append(Span(day.start, day.end))
        start = day.end
    return found


def _of_length(length: int, measure: Measure, fine: Amounts) -> Amounts:
    """Return the slices of a length, made of the finest ones if all of these are known."""
    parts = length // measure.fine_length
    if parts == 1:
        return fine
    by_slot: dict[int, list[Amount]] = {}
    for start, amount in fine.items():
        by_slot.setdefault(start - start % length, []).append(amount)
    return {start: added_up(amounts) for start, amounts in by_slot.items() if len(amounts) == parts}


def _fine(measure: Measure, meters: Sequence[MeasureReadings]) -> Amounts:
    """Return the finest slices in which every meter that measures has a value."""
    found: dict[int, list[float]] = {}
    for meter in meters:
        for start, value in meter.fine.items():
            if value is not None:
                found.setdefault(start, []).append(value)
    lacking: set[int] = set()
    if len(meters) > 1:
        lacking = set().union(*(_lacking(measure, meter, found) for meter in meters))
    return {start: added_up(found[start]) for start in sorted(found) if start not in lacking}


def _lacking(measure: Measure, meter: MeasureReadings, found: Mapping[int, object]) -> set[int]:
    """Return the slices that others have a value of, and this meter measured without telling it."""
    own = _known(meter.fine)
    others = found.keys() - own.keys()
    if not others:
        return set()
    lacking: set[int] = set()
    if own:
        first, last = min(own), max(own)
        lacking = {start for start in others if first < start < last}
    by_daily_value = {day.start for day in _days_by_daily_value(measure, meter)}
    if by_daily_value:
        kind = measure.day_kind
        lacking |= {start for start in others if day_at_second(start, kind).start in by_daily_value}
    return lacking


def _days_by_daily_value(measure: Measure, meter: MeasureReadings) -> list[Day]:
    """Return the days that a meter knows as a day only, or more of than its slices amount to."""
    fine = dict(by_day(meter.fine, measure.day_kind))
    found = []
    for day, daily in by_day(_known(meter.daily), measure.day_kind):
        slices = fine.get(day, _NO_SLICES)
        if not is_whole(day, slices, measure.fine_length):
            known = added_up(value for value in slices.values if value is not None)
            if not is_same(known, daily.values[0] or 0.0):
                found.append(day)
    return found


def _daily(measure: Measure, meters: Sequence[MeasureReadings], asked: Span) -> Amounts:
    """Return the days that are known as a whole."""
    fine = _fine(measure, meters)
    told = [_told(measure, meter) for meter in meters]
    return {
        of.day.start: added_up(of.values.values())
        for of in day_hours(measure, meters, asked)
        if of.values
        and (_has_all_slices(of.day, measure, fine) or all(meter.tells(of.day) for meter in told))
    }


def _has_all_slices(day: Day, measure: Measure, fine: Amounts) -> bool:
    return all(start in fine for start in range(day.start, day.end, measure.fine_length))


@dataclass(frozen=True, slots=True)
class _Told:
    """The days (by their start) that a meter knows all of, and the time in which it measured."""

    days: frozenset[int]
    measured: Span

    def tells(self, day: Day) -> bool:
        """Whether nothing that this meter measured on a day is unknown."""
        within = day.start < self.measured.end and self.measured.start < day.end
        return not within or day.start in self.days


def _told(measure: Measure, meter: MeasureReadings) -> _Told:
    fine, daily = _known(meter.fine), _known(meter.daily)
    of_fine = {
        day.start
        for day, slices in by_day(meter.fine, measure.day_kind)
        if is_whole(day, slices, measure.fine_length)
    }
    days = [day for day, _ in by_day(daily, measure.day_kind)]
    starts = [*fine, *(day.start for day in days)]
    ends = [*(start + measure.fine_length for start in fine), *(day.end for day in days)]
    return _Told(
        frozenset(of_fine | {day.start for day in days}),
        Span(min(starts, default=0), max(ends, default=0)),
    )


def _known(values: Values) -> Values:
    return {start: value for start, value in values.items() if value is not None}
