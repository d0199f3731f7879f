"""What a meter's readings say at a glance: how far they reach, and the last complete day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from .calendar import day_at_second
from .hourly import DayHours
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
        for key, meters in readings.items()
        for meter in meters
        if (end := _known_until(key.measure, meter)) is not None
    ]
    return datetime.fromtimestamp(max(ends), UTC) if ends else None


def _known_until(measure: Measure, meter: MeasureReadings) -> int | None:
    ends = []
    if (fine := _last_known(meter.fine)) is not None:
        ends.append(fine + measure.fine_length)
    if (daily := _last_known(meter.daily)) is not None:
        ends.append(day_at_second(daily, measure.day_kind).end)
    return max(ends, default=None)


def _last_known(values: Values) -> int | None:
    return next((start for start in reversed(values) if values[start] is not None), None)


def last_complete_day(days: Mapping[Measure, Iterable[DayHours]]) -> DayTotals | None:
    """Return the newest day that every total measure of one EAN knows as a whole."""
    of_measures = {
        measure: {of.day.date: of for of in of_measure if of.is_complete}
        for measure, of_measure in days.items()
        if measure in TOTAL_MEASURES
    }
    if not of_measures:
        return None
    known = set.intersection(*(set(of_measure) for of_measure in of_measures.values()))
    if not known:
        return None
    newest = max(known)
    return DayTotals(
        newest,
        {measure: sum(of[newest].values.values()) for measure, of in of_measures.items()},
    )
