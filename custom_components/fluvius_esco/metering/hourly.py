"""Hourly sums, the resolution of long-term statistics.

Quarter-hours are summed into their hour. A day that is known only as a day stands in its first
local hour (gas: 06:00). Where a day and all its quarter-hours are known, the quarter-hours count;
where some are missing, the daily value does, so that no kWh is lost or counted twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from .calendar import HOUR, QUARTER_HOUR, Day, DayKind, day_at_second
from .measures import Measure
from .readings import MeasureReadings, Values


@dataclass(frozen=True, slots=True)
class HourlySums:
    """What the hours of one measure amount to, by the hour's start (UTC seconds since the epoch).

    `values` are the known amounts. `void` are hours in which nothing may stand any more: their
    values were withdrawn, or their day is represented by its daily value.
    """

    values: dict[int, float] = field(default_factory=dict)
    void: frozenset[int] = frozenset()


def fine_length(measure: Measure) -> int:
    """Return the length in seconds of the finest slices of a measure."""
    return HOUR if measure.day_kind is DayKind.GAS else QUARTER_HOUR


def hourly_sums(measure: Measure, readings: MeasureReadings) -> HourlySums:
    """Return the hours that the readings of whole days amount to, in the measure's unit."""
    if not readings.daily:
        return _sum_up(readings.fine)
    sums: dict[int, float] = {}
    void: set[int] = set()
    slices = _by_day(readings.fine, measure.day_kind)
    days = {day_at_second(start, measure.day_kind): start for start in readings.daily}
    for day in sorted(days.keys() | slices.keys(), key=lambda day: day.start):
        fine = slices.get(day, {})
        daily = readings.daily[days[day]] if day in days else None
        if daily is None or covers(day, fine, fine_length(measure)):
            of_day = _sum_up(fine)
            sums |= of_day.values
            void |= of_day.void
            if daily is None and day in days and days[day] not in of_day.values:
                void.add(days[day])
        else:
            stands_at = days[day]
            sums[stands_at] = daily
            void.update(hour for hour in range(day.start, day.end, HOUR) if hour != stands_at)
    return HourlySums(sums, frozenset(void))


def covers(day: Day, fine: Values, length: int) -> bool:
    """Tell whether known slices of `length` seconds fill the day from its start to its end."""
    return all(fine.get(start) is not None for start in range(day.start, day.end, length))


def _sum_up(fine: Values) -> HourlySums:
    sums: dict[int, float] = {}
    for start in sorted(fine):
        if (value := fine[start]) is not None:
            hour = start - start % HOUR
            sums[hour] = sums.get(hour, 0.0) + value
    withdrawn = {start - start % HOUR for start, value in fine.items() if value is None}
    return HourlySums(sums, frozenset(withdrawn - sums.keys()))


def _by_day(fine: Values, kind: DayKind) -> dict[Day, Values]:
    """Group slices by the day of readings that they fall in."""
    days: dict[Day, Values] = {}
    day: Day | None = None
    for start in sorted(fine):
        if day is None or start >= day.end:
            day = day_at_second(start, kind)
            days[day] = {}
        days[day][start] = fine[start]
    return days


def days_of(starts: Iterable[int], kind: DayKind) -> list[Day]:
    """Return the days of readings that the slices starting at these seconds fall in, in order."""
    return sorted({day_at_second(start, kind) for start in starts}, key=lambda day: day.start)
