"""What one answer of Fluvius amounts to."""

from dataclasses import dataclass
from datetime import datetime

from ..api.models import Headpoint
from .calendar import Day, DayKind, day_at_second
from .hourly import HourlySums, Span, hourly_sums
from .measures import Measure
from .readings import combine
from .summary import DayTotals, data_until, last_complete_day


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The hours of every measure in an answer, how far it reaches, and its last complete day."""

    hours: dict[Measure, HourlySums]
    data_until: datetime | None
    last_day: DayTotals | None


def evaluate(headpoint: Headpoint, asked: Span) -> Evaluation:
    """Return what an answer amounts to; takes a while for a long one."""
    readings = combine(headpoint)
    return Evaluation(
        hours={measure: hourly_sums(measure, of, asked) for measure, of in readings.items()},
        data_until=data_until(readings),
        last_day=last_complete_day(readings, asked),
    )


def days_in(headpoint: Headpoint, kind: DayKind) -> list[Day]:
    """Return the days of readings that an answer holds anything of, oldest first."""
    starts = {
        start
        for meters in combine(headpoint).values()
        for meter in meters
        for start in (*meter.fine, *meter.daily)
    }
    return sorted({day_at_second(start, kind) for start in starts}, key=lambda day: day.start)


def latest(first: datetime | None, second: datetime | None) -> datetime | None:
    """Return the later of two instants that may be unknown."""
    return max(filter(None, (first, second)), default=None)


def newest_day(known: DayTotals | None, read: DayTotals | None) -> DayTotals | None:
    """Return the later of two days; of the same day, as it was read last."""
    return max(filter(None, (read, known)), key=lambda day: day.date, default=None)
