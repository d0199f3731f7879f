"""What is new of a meter's readings since it was last told, each thing once.

The history that is read first is no news, and neither is older data that a mandate newly allows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from .calendar import Span
from .corrections import Corrections
from .peaks import MonthPeak, Peaks, month_span
from .summary import DayTotals


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a meter: `fine_since` is its oldest quarter-hour, in UTC seconds.

    `corrected` is what changed since it was last told, and peaks of months before `oldest_month` (its
    first day) are told no more.
    """

    last_day: DayTotals | None = None
    peaks: Peaks | None = None
    fine_since: int | None = None
    corrected: Corrections = field(default_factory=dict)
    oldest_month: date = date.min


@dataclass(frozen=True, slots=True)
class Announced:
    """What was told of a meter: the newest complete day, and the peaks by month (its first day).

    Quarter-hours before `fine_since` (UTC seconds) were not known then, and those before
    `forgotten_until` may have been told and deleted since.
    """

    day: date | None = None
    peaks: Mapping[date, float] = field(default_factory=dict)
    fine_since: int | None = None
    forgotten_until: int = 0


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
    return replace(
        announced,
        day=day,
        peaks={month: power for month, power in peaks.items() if month >= known.oldest_month},
        fine_since=announced.fine_since if known.fine_since is None else known.fine_since,
    )


def announced_outside(announced: Announced, gone: Span, read_until: int) -> Announced:
    """Return what was told without the amounts of the months that a deleted span touches.

    All of them that was read so far, up to `read_until` (UTC seconds), is no news when it is read
    again.
    """
    peaks = {
        month: power
        for month, power in announced.peaks.items()
        if not month_span(month).overlaps(gone)
    }
    if len(peaks) == len(announced.peaks):
        return announced
    until = max(read_until, announced.forgotten_until)
    return replace(announced, peaks=peaks, forgotten_until=until)


def _recent_months(known: Known) -> tuple[MonthPeak, ...]:
    """Return the peak of the month under way, and of the one before: its last day comes after it."""
    return (known.peaks.last_month, known.peaks.this_month) if known.peaks else ()


def _arrived_since(month: MonthPeak, announced: Announced) -> bool:
    """Whether a peak is not in older quarter-hours that a mandate allowed anew."""
    if announced.fine_since is None or month.start is None:
        return False
    return month.start.timestamp() >= max(announced.fine_since, announced.forgotten_until)
