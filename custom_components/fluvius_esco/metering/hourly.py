"""Hourly sums, the resolution of long-term statistics.

Quarter-hours are summed into their hour. A day that is known only as a day stands in its first
local hour (gas: 06:00). Where a day and all its quarter-hours are known, the quarter-hours count;
where some are missing, the daily value does, so that no kWh is lost or counted twice. Each meter of
an EAN is judged by itself, and then they add up.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import batched
from typing import Final, cast

from .amounts import Amount
from .calendar import HOUR, Day, DayKind, Span, day_at_second
from .measures import Measure
from .readings import MeasureReadings, Values

# Half a watt-hour, the resolution of all readings being one.
_SAME: Final = 0.0005


@dataclass(frozen=True, slots=True)
class DayHours:
    """What the hours of one day amount to, by the hour's start (UTC seconds since the epoch).

    In `void` hours nothing may stand: their values were withdrawn, or the day is represented
    otherwise. A day is complete where every meter knows all of it, and partial where slices were
    absent from the answer and no daily value stands in for them.
    """

    day: Day
    values: dict[int, float] = field(default_factory=dict)
    void: frozenset[int] = frozenset()
    is_complete: bool = True
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class HourlySums:
    """What is known of a series' hours, by the hour's start (UTC seconds since the epoch).

    `values` are known amounts and `void` hours in which nothing may stand any more. `partial` days
    had slices absent from the answer; they count only where they say more than what is held,
    because absence withdraws nothing.
    """

    values: dict[int, float] = field(default_factory=dict)
    void: frozenset[int] = frozenset()
    partial: tuple[DayHours, ...] = ()

    @property
    def touched(self) -> Span | None:
        """The span of all hours that these sums say something of; None for nothing at all."""
        starts = [*self.values, *self.void, *(of.day.start for of in self.partial)]
        if not starts:
            return None
        ends = (max(self.values, default=0), max(self.void, default=0))
        last_days = (of.day.end - HOUR for of in self.partial)
        return Span(min(starts), max(*ends, *last_days) + HOUR)


@dataclass(frozen=True, slots=True)
class Slices:
    """Slices of one meter in one day, in the order of time; they begin at multiples of a length."""

    starts: Sequence[int]
    values: Sequence[float | None]


_NO_SLICES: Final = Slices((), ())


def hourly_sums(days: Iterable[DayHours]) -> HourlySums:
    """Return what the days of a series amount to together, in the measure's unit."""
    values: dict[int, float] = {}
    void: set[int] = set()
    partial: list[DayHours] = []
    for of in days:
        if of.is_partial:
            partial.append(replace(of, values=_plain(of.values)))
        else:
            values |= of.values
            void |= of.void
    return HourlySums(_plain(values), frozenset(void), tuple(partial))


def _plain(values: Mapping[int, float]) -> dict[int, float]:
    """Return amounts that remember no doubts, which the recorder does not know."""
    if Amount not in set(map(type, values.values())):
        return dict(values)
    return {start: float(value) for start, value in values.items()}


def day_hours(
    measure: Measure, meters: Sequence[MeasureReadings], asked: Span, missing: Sequence[Span] = ()
) -> list[DayHours]:
    """Return the hours of an EAN day by day, oldest first, all its meters added up.

    Slices in the `missing` spans were not known before either, so that their absence tells nothing.
    """
    days: dict[int, DayHours] = {}
    for meter in meters:
        others = tuple(other.fine for other in meters if other is not meter)
        expected = _Expected(measure.fine_length, asked, missing, others)
        for of_meter in _of_meter(meter, measure.day_kind, expected):
            known = days.get(of_meter.day.start)
            days[of_meter.day.start] = of_meter if known is None else _added_up(known, of_meter)
    return [days[start] for start in sorted(days)]


@dataclass(frozen=True, slots=True)
class _Expected:
    """Which slices an answer should hold of a meter: `others` are its neighbours' slices."""

    length: int
    asked: Span
    missing: Sequence[Span]
    others: Sequence[Values]

    def lacks(self, slices: Slices, day: Day) -> bool:
        """Whether slices of a day are absent that may have been there before."""
        first, end = max(day.start, self.asked.start), min(day.end, self.asked.end)
        absent = set(range(first, end, self.length)).difference(slices.starts)
        return not all(map(self._is_excused, absent))

    def _is_excused(self, start: int) -> bool:
        return any(span.start <= start < span.end for span in self.missing) or any(
            start in slices for slices in self.others
        )


def _of_meter(meter: MeasureReadings, kind: DayKind, expected: _Expected) -> Iterator[DayHours]:
    fine = dict(by_day(meter.fine, kind))
    daily = dict(by_day(meter.daily, kind))
    for day, slices in fine.items():
        if is_whole(day, slices, expected.length):
            yield DayHours(day, _of_whole_day(slices, expected.length))
        else:
            yield _represented(day, slices, daily.get(day, _NO_SLICES), expected)
    for day in daily.keys() - fine.keys():
        yield _represented(day, _NO_SLICES, daily[day], expected)


def is_whole(day: Day, slices: Slices, length: int) -> bool:
    """Whether a day has all its slices, each with a value."""
    return len(slices.starts) == (day.end - day.start) // length and None not in slices.values


def is_same(first: float, second: float) -> bool:
    """Whether two amounts differ by less than can be read."""
    return abs(first - second) < _SAME


def _represented(day: Day, fine: Slices, daily: Slices, expected: _Expected) -> DayHours:
    """Choose what represents a meter's day that lacks slices: the known ones or the daily value."""
    values = _of_known(fine)
    asked = expected.asked
    hours = frozenset(range(max(day.start, asked.start), min(day.end, asked.end), HOUR))
    amount = next((value for value in daily.values if value is not None), None)
    if amount is None:
        is_partial = bool(fine.starts) and expected.lacks(fine, day)
        void = hours - values.keys()
        return DayHours(day, values, void, is_complete=False, is_partial=is_partial)
    if values and is_same(sum(values.values()), amount):
        return DayHours(day, values, hours - values.keys())
    stands_at = daily.starts[0]
    return DayHours(day, {stands_at: amount}, hours - {stands_at})


def _added_up(first: DayHours, second: DayHours) -> DayHours:
    values = dict(first.values)
    for hour, value in second.values.items():
        values[hour] = values.get(hour, 0.0) + value
    return DayHours(
        first.day,
        values,
        (first.void | second.void) - values.keys(),
        first.is_complete and second.is_complete,
        first.is_partial or second.is_partial,
    )


def _of_whole_day(slices: Slices, length: int) -> dict[int, float]:
    """Return the hours of a day that has all its slices."""
    values = cast("Sequence[float]", slices.values)
    per_hour = HOUR // length
    if per_hour == 1:
        return dict(zip(slices.starts, values, strict=True))
    sums = map(sum, batched(values, per_hour, strict=True))
    return dict(zip(slices.starts[::per_hour], sums, strict=True))


def _of_known(slices: Slices) -> dict[int, float]:
    """Return the hours that the slices with a value amount to."""
    by_hour: dict[int, list[float]] = {}
    for start, value in zip(slices.starts, slices.values, strict=True):
        if value is not None:
            by_hour.setdefault(start - start % HOUR, []).append(value)
    return {hour: sum(values) for hour, values in by_hour.items()}


def by_day(values: Values, kind: DayKind) -> Iterator[tuple[Day, Slices]]:
    """Return slices by the day of readings that they begin in, oldest first."""
    starts, amounts = list(values), list(values.values())
    index = 0
    while index < len(starts):
        day = day_at_second(starts[index], kind)
        behind = bisect_left(starts, day.end, index)
        yield day, Slices(starts[index:behind], amounts[index:behind])
        index = behind
