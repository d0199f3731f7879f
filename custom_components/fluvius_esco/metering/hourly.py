"""Hourly sums, the resolution of long-term statistics.

Quarter-hours are summed into their hour. A day that is known only as a day stands in its first
local hour (gas: 06:00). Where a day and all its quarter-hours are known, the quarter-hours count;
where some are missing, the daily value does, so that no kWh is lost or counted twice. Each meter of
an EAN is judged by itself, and then they add up.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from .calendar import HOUR, QUARTER_HOUR, Day, DayKind, day_at_second
from .measures import Measure
from .readings import MeasureReadings, Values

# Half a watt-hour, the resolution of all readings being one.
_SAME: Final = 0.0005


@dataclass(frozen=True, slots=True)
class Span:
    """The span of time that was asked for, in UTC seconds since the epoch, `end` exclusive."""

    start: int
    end: int


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
    """What is known of a measure's hours, by the hour's start (UTC seconds since the epoch).

    `values` are known amounts and `void` hours in which nothing may stand any more. `partial` days
    had slices absent from the answer; they count only where they say more than what is held,
    because absence withdraws nothing.
    """

    values: dict[int, float] = field(default_factory=dict)
    void: frozenset[int] = frozenset()
    partial: tuple[DayHours, ...] = ()

    @property
    def hours(self) -> set[int]:
        """Every hour that these sums say something of."""
        in_partial_days = (
            hour for of in self.partial for hour in range(of.day.start, of.day.end, HOUR)
        )
        return {*self.values, *self.void, *in_partial_days}


def fine_length(measure: Measure) -> int:
    """Return the length in seconds of the finest slices of a measure."""
    return HOUR if measure.day_kind is DayKind.GAS else QUARTER_HOUR


def hourly_sums(measure: Measure, meters: Iterable[MeasureReadings], asked: Span) -> HourlySums:
    """Return the hours that the readings of an EAN's meters amount to, in the measure's unit."""
    values: dict[int, float] = {}
    void: set[int] = set()
    partial = []
    for of in day_hours(measure, meters, asked):
        if of.is_partial:
            partial.append(of)
        else:
            values |= of.values
            void |= of.void
    return HourlySums(values, frozenset(void), tuple(partial))


def day_hours(measure: Measure, meters: Iterable[MeasureReadings], asked: Span) -> list[DayHours]:
    """Return the hours of an EAN day by day, oldest first, all its meters added up."""
    days: dict[Day, DayHours] = {}
    for meter in meters:
        for of_meter in _of_meter(measure, meter, asked):
            known = days.get(of_meter.day)
            days[of_meter.day] = of_meter if known is None else _added_up(known, of_meter)
    return [days[day] for day in sorted(days, key=lambda day: day.start)]


def _of_meter(measure: Measure, meter: MeasureReadings, asked: Span) -> Iterable[DayHours]:
    fine = _by_day(meter.fine, measure.day_kind)
    daily = _by_day(meter.daily, measure.day_kind)
    for day in fine.keys() | daily.keys():
        yield _resolved(day, fine.get(day, {}), daily.get(day, {}), asked, fine_length(measure))


def _resolved(day: Day, fine: Values, daily: Values, asked: Span, length: int) -> DayHours:
    """Choose what represents one meter's day: its slices or its daily value."""
    values = _summed_up(fine)
    if all(fine.get(start) is not None for start in range(day.start, day.end, length)):
        return DayHours(day, values)
    first, end = max(day.start, asked.start), min(day.end, asked.end)
    hours = frozenset(range(first, end, HOUR))
    amount = next((value for value in daily.values() if value is not None), None)
    if amount is None:
        answered = all(start in fine for start in range(first, end, length))
        is_partial = not answered and (bool(fine) or not daily)
        void = hours - values.keys()
        return DayHours(day, values, void, is_complete=False, is_partial=is_partial)
    if values and abs(sum(values.values()) - amount) < _SAME:
        return DayHours(day, values, hours - values.keys())
    stands_at = next(iter(daily))
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


def _summed_up(fine: Values) -> dict[int, float]:
    sums: dict[int, float] = {}
    for start in sorted(fine):
        if (value := fine[start]) is not None:
            hour = start - start % HOUR
            sums[hour] = sums.get(hour, 0.0) + value
    return sums


def _by_day(values: Values, kind: DayKind) -> dict[Day, Values]:
    """Group slices by the day of readings that they begin in."""
    days: dict[Day, Values] = {}
    day: Day | None = None
    for start in sorted(values):
        if day is None or start >= day.end:
            day = day_at_second(start, kind)
            days[day] = {}
        days[day][start] = values[start]
    return days
