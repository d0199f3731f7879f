"""What a meter's readings say at a glance: how far they reach, and the last complete day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from .calendar import Day
from .hourly import covers, days_of, fine_length
from .measures import TOTAL_MEASURES, Measure
from .readings import MeasureReadings, Readings, Values


@dataclass(frozen=True, slots=True)
class DayTotals:
    """The amounts of one complete day, in the units of their measures; `date` is local."""

    date: date
    totals: dict[Measure, float]


def data_until(readings: Readings) -> datetime | None:
    """Return the end (UTC) of the newest slice that has a value, or None without any."""
    ends = [
        end
        for measure, of_measure in readings.items()
        if (end := _known_until(measure, of_measure)) is not None
    ]
    return datetime.fromtimestamp(max(ends), UTC) if ends else None


def _known_until(measure: Measure, readings: MeasureReadings) -> int | None:
    fine = _last_known(readings.fine)
    daily = _last_known(readings.daily)
    ends = []
    if fine is not None:
        ends.append(fine + fine_length(measure))
    if daily is not None:
        ends.append(days_of([daily], measure.day_kind)[0].end)
    return max(ends, default=None)


def _last_known(values: Values) -> int | None:
    return max((start for start, value in values.items() if value is not None), default=None)


def last_complete_day(readings: Readings) -> DayTotals | None:
    """Return the newest day that every total measure of the meter knows as a whole."""
    totals = {measure: of for measure, of in readings.items() if measure in TOTAL_MEASURES}
    if not totals:
        return None
    starts = {start for of in totals.values() for start in (*of.fine, *of.daily)}
    kind = next(iter(totals)).day_kind
    for day in reversed(days_of(starts, kind)):
        amounts = {measure: _day_total(day, measure, of) for measure, of in totals.items()}
        known = {measure: amount for measure, amount in amounts.items() if amount is not None}
        if len(known) == len(totals):
            return DayTotals(day.date, known)
    return None


def _day_total(day: Day, measure: Measure, readings: MeasureReadings) -> float | None:
    """Return the amount of a day: its quarter-hours where all are known, else its daily value."""
    length = fine_length(measure)
    if covers(day, readings.fine, length):
        slices = range(day.start, day.end, length)
        return sum(value for start in slices if (value := readings.fine[start]) is not None)
    return next(
        (value for start, value in readings.daily.items() if day.start <= start < day.end), None
    )
