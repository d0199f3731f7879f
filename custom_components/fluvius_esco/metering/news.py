"""What is new of a meter's readings since it was last told, each thing once.

The history that is read first is no news, and neither is older data that a mandate newly allows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from .corrections import Corrections
from .peaks import MonthPeak, Peaks
from .summary import DayTotals


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a meter: `fine_since` is its oldest quarter-hour, in UTC seconds.

    `corrected` is what changed since it was last told.
    """

    last_day: DayTotals | None = None
    peaks: Peaks | None = None
    fine_since: int | None = None
    corrected: Corrections = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Announced:
    """What was told of a meter: the newest complete day, and the peaks by month (its first day).

    Quarter-hours before `fine_since` (UTC seconds) were not known then.
    """

    day: date | None = None
    peaks: Mapping[date, float] = field(default_factory=dict)
    fine_since: int | None = None


@dataclass(frozen=True, slots=True)
class NewDay:
    """A newer day is complete; `previous` is the one that was told before it."""

    totals: DayTotals
    previous: date | None


@dataclass(frozen=True, slots=True)
class Corrected:
    """Amounts that had been told before are others now."""

    changes: Corrections


@dataclass(frozen=True, slots=True)
class NewMonthPeak:
    """The peak of a month is higher than it was told before: `previous`, in kW."""

    peak: MonthPeak
    previous: float | None


type News = NewDay | Corrected | NewMonthPeak


def news_since(announced: Announced, known: Known) -> Iterator[News]:
    """Return what was not told yet, what concerns older days first."""
    if known.corrected:
        yield Corrected(known.corrected)
    last_day = known.last_day
    if last_day and (announced.day is None or last_day.date > announced.day):
        yield NewDay(last_day, announced.day)
    for month in _recent_months(known):
        previous = announced.peaks.get(month.month)
        is_higher = month.power is not None and month.power > (previous or 0.0)
        if is_higher and _arrived_since(month, announced):
            yield NewMonthPeak(month, previous)


def announced_with(announced: Announced, known: Known) -> Announced:
    """Return what was told once all that is known was.

    Days and peaks that are not known any more may be read again, and are no news then.
    """
    day = announced.day
    if known.last_day and (day is None or known.last_day.date > day):
        day = known.last_day.date
    recent = _recent_months(known)
    peaks = {**announced.peaks, **{one.month: one.power for one in recent if one.power is not None}}
    oldest = recent[0].month if recent else date.min
    return Announced(
        day,
        {month: power for month, power in peaks.items() if month >= oldest},
        announced.fine_since if known.fine_since is None else known.fine_since,
    )


def _recent_months(known: Known) -> tuple[MonthPeak, ...]:
    """Return the peak of the month under way, and of the one before: its last day comes after it."""
    return (known.peaks.last_month, known.peaks.this_month) if known.peaks else ()


def _arrived_since(month: MonthPeak, announced: Announced) -> bool:
    """Whether a peak is not in older quarter-hours that a mandate newly allowed."""
    if announced.fine_since is None or month.start is None:
        return False
    return month.start.timestamp() >= announced.fine_since
