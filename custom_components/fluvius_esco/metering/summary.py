"""What a meter's readings say at a glance: how far they reach, and the last complete day."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

from ..api.models import Headpoint, Series
from .calendar import HOUR, day_at_second
from .hourly import DayHours
from .measures import TOTAL_MEASURES, TOTAL_OF, Measure
from .readings import MeasureReadings, Readings, Values

_LATE: Final = 24 * HOUR
# Only the end of a long answer is looked at: its slices are in the order of time, or nearly so.
_TAIL: Final = 400


@dataclass(frozen=True, slots=True)
class DayTotals:
    """The amounts of one complete day, in the units of their measures; `date` is local.

    `registers` are the parts of the totals that were counted by day and by night, where known.
    """

    date: date
    totals: dict[Measure, float]
    registers: dict[Measure, float] = field(default_factory=dict)


def serials(headpoint: Headpoint) -> frozenset[str]:
    """Return the numbers of the physical meters that have the newest readings of an answer."""
    newest = {
        meter.serial: max((_last_start(series) for series in meter.series), default=0)
        for meter in headpoint.meters
        if meter.serial
    }
    # Side by side, one may be a day late; in turn, the older one ends for good.
    since = max(newest.values(), default=0) - _LATE
    return frozenset(serial for serial, start in newest.items() if start >= max(since, 1))


def _last_start(series: Series) -> int:
    return max(
        (
            start
            for start, value in zip(series.starts[-_TAIL:], series.values[-_TAIL:], strict=True)
            if value is not None
        ),
        default=0,
    )


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


def last_complete_day(days: Mapping[Measure, Collection[DayHours]]) -> DayTotals | None:
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
        {measure: float(sum(of[newest].values.values())) for measure, of in of_measures.items()},
        {
            measure: float(sum(of.values.values()))
            for measure, of_measure in days.items()
            if measure in TOTAL_OF
            for of in of_measure
            if of.day.date == newest and of.is_complete
        },
    )
