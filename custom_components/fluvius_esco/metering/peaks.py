"""The peak power of months, which the Flemish capacity tariff is worked out from.

The month peak is the highest quarter-hour of offtake of a calendar month (local time) times four; it
is final once every quarter-hour of the month is there and validated (guide: peak power). The tariff
takes the mean of twelve month peaks, each counted as at least 2.5 kW; where a connection has fewer,
of those that it has.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from .calendar import BRUSSELS, HOUR, QUARTER_HOUR, DayKind, Span, day_of
from .day_facts import DayFacts
from .gaps import Coverage

LEAST_PEAK: Final = 2.5
MONTHS: Final = 12

_PER_HOUR: Final = HOUR // QUARTER_HOUR


@dataclass(frozen=True, slots=True)
class MonthPeak:
    """The highest mean power of offtake in a quarter-hour of a month, in kW.

    `month` is the first local day of the month; `start` is when that quarter-hour began (UTC). Both
    it and `power` are None in a month without quarter-hours. `is_final` tells that nothing is to
    come: the month is over, and every quarter-hour of it is there and validated.
    """

    month: date
    power: float | None = None
    start: datetime | None = None
    is_final: bool = False

    @property
    def counted(self) -> float | None:
        """What the tariff counts for the month, in kW."""
        return None if self.power is None else max(self.power, LEAST_PEAK)


@dataclass(frozen=True, slots=True)
class Peaks:
    """The peak of the month that is under way, and those of the twelve months before, oldest first."""

    this_month: MonthPeak
    before: tuple[MonthPeak, ...]

    @property
    def last_month(self) -> MonthPeak:
        """The peak of the newest month that is over."""
        return self.before[-1]

    @property
    def mean(self) -> float | None:
        """The mean of what the tariff counts for the months that are over, in kW."""
        return mean_of(self.before)


def mean_of(months: Iterable[MonthPeak]) -> float | None:
    """Return the mean, in kW, of what the tariff counts for months that have a peak."""
    counted = [month.counted for month in months if month.counted is not None]
    return sum(counted) / len(counted) if counted else None


def peaks(days: Mapping[date, DayFacts], coverage: Coverage, now: datetime) -> Peaks | None:
    """Return the peaks from what is known of the offtake's days; None without any quarter-hour."""
    if not any(facts.slices for facts in days.values()):
        return None
    by_month: dict[date, list[DayFacts]] = {}
    for day, facts in days.items():
        by_month.setdefault(day.replace(day=1), []).append(facts)
    *before, this_month = (
        _month_peak(month, by_month.get(month, []), coverage)
        for month in months_until(now, MONTHS + 1)
    )
    return Peaks(this_month, tuple(before))


def months_until(now: datetime, count: int) -> list[date]:
    """Return the first days of the last months, oldest first; the last is under way."""
    month = now.astimezone(BRUSSELS).date().replace(day=1)
    months = [month]
    while len(months) < count:
        month = (month - timedelta(days=1)).replace(day=1)
        months.append(month)
    return months[::-1]


def _month_peak(month: date, of_month: Sequence[DayFacts], coverage: Coverage) -> MonthPeak:
    span = month_span(month)
    peaks_of_days = [
        (facts.peak, facts.peak_start)
        for facts in of_month
        if facts.peak is not None and facts.peak_start is not None
    ]
    if not peaks_of_days:
        return MonthPeak(month)
    # Of equal ones the first: that is when the peak was set.
    energy, start = max(peaks_of_days, key=lambda one: (one[0], -one[1]))
    is_whole = sum(facts.slices for facts in of_month) * QUARTER_HOUR == span.end - span.start
    is_sure = not any(facts.unsure for facts in of_month)
    # Where several meters are added up, one of them may lack what another one has.
    has_gap = any(gap.span.overlaps(span) for gap in coverage.gaps)
    return MonthPeak(
        month,
        energy * _PER_HOUR,
        datetime.fromtimestamp(start, UTC),
        is_whole and is_sure and not has_gap,
    )


def month_span(month: date) -> Span:
    """Return the span of a calendar month, by its first local day."""
    following = (month + timedelta(days=31)).replace(day=1)
    return Span(
        day_of(month, DayKind.ELECTRICITY).start, day_of(following, DayKind.ELECTRICITY).start
    )
