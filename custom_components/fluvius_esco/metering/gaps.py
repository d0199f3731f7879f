"""Which slices Fluvius should have by now and does not have.

A digital meter has quarter-hours only from the day that the grid user switched them on (guide), so
what counts as missing begins with the first reading.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from ..api.models import Granularity
from .calendar import Day, DayKind, Span, day_at, day_at_second, day_of
from .measures import Measure
from .readings import MeasureReadings, Values

# Readings of a day come in the course of the next day, those of gas within three days (guide).
_LATENESS: Final = {
    DayKind.ELECTRICITY: timedelta(days=1),
    DayKind.GAS: timedelta(days=3),
}


@dataclass(frozen=True, slots=True)
class Gap:
    """Adjoining slices without a value, UTC seconds since the epoch, `end` exclusive.

    A `counted` gap costs no energy: daily values stand in for its slices.
    """

    start: int
    end: int
    counted: bool

    @property
    def span(self) -> Span:
        """The time that is missing."""
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is known of how complete a series is.

    `gaps` are all slices that were asked for and have no value, in order; `first` and `first_fine`
    are the starts of the oldest reading and the oldest quarter-hour (gas: hour).
    """

    gaps: tuple[Gap, ...] = ()
    first: int | None = None
    first_fine: int | None = None

    def missing(self, now: datetime, kind: DayKind) -> list[Gap]:
        """Return the gaps in days that should be complete at an instant, oldest first."""
        end = expected_until(now, kind)
        found = []
        for gap in self.gaps:
            first = self.first_fine if gap.counted else self.first
            if first is not None and max(gap.start, first) < min(gap.end, end):
                found.append(Gap(max(gap.start, first), min(gap.end, end), gap.counted))
        return found


@dataclass(frozen=True, slots=True)
class IncompleteDay:
    """A day (local date) that lacks slices; `counted` if its daily value stands in for them."""

    date: date
    missing: tuple[Span, ...]
    counted: bool


def expected_until(now: datetime, kind: DayKind) -> int:
    """Return the end of the last day that should be complete at an instant (UTC seconds)."""
    return day_of(day_at(now, kind).date - _LATENESS[kind], kind).start


def coverage(
    measure: Measure,
    meters: Sequence[MeasureReadings],
    asked: Iterable[Span],
    granularities: Iterable[Granularity],
) -> Coverage:
    """Return how complete an answer is for the spans that were asked for.

    A slice is missing where no meter has a value for it, and where one meter of several lacks it
    between its own first and last reading.
    """
    fine = [_known(meter.fine) for meter in meters]
    daily = [_known(meter.daily) for meter in meters]
    gaps: list[Gap] = []
    for span in asked:
        if {Granularity.HOUR, Granularity.QUARTER_HOUR}.isdisjoint(granularities):
            gaps += _days_without_value(measure.day_kind, daily, span)
        else:
            gaps += _judged(_holes(fine, span, measure.fine_length), measure.day_kind, daily)
    return Coverage(
        tuple(gaps),
        min((starts[0] for starts in (*fine, *daily) if starts), default=None),
        min((starts[0] for starts in fine if starts), default=None),
    )


def updated(known: Coverage, answered: Coverage, asked: Iterable[Span]) -> Coverage:
    """Return what is known after an answer about some spans."""
    gaps = list(known.gaps)
    for span in asked:
        gaps = [*_outside(gaps, span)]
    joined = _joined(sorted([*gaps, *answered.gaps], key=lambda gap: gap.start))
    return Coverage(
        tuple(joined),
        _earlier(known.first, answered.first),
        _earlier(known.first_fine, answered.first_fine),
    )


def forgotten(known: Coverage, gone: Span) -> Coverage:
    """Return what is known once all in a span is forgotten."""
    return Coverage(
        tuple(_outside(known.gaps, gone)),
        _unless_within(known.first, gone),
        _unless_within(known.first_fine, gone),
    )


def incomplete_days(gaps: Iterable[Gap], kind: DayKind) -> list[IncompleteDay]:
    """Return the days that gaps lie in, oldest first; a day is counted if all its gaps are."""
    days: dict[Day, list[Gap]] = {}
    for gap in gaps:
        start = gap.start
        while start < gap.end:
            day = day_at_second(start, kind)
            part = Gap(start, min(gap.end, day.end), gap.counted)
            days.setdefault(day, []).append(part)
            start = part.end
    return [
        IncompleteDay(
            day.date, tuple(gap.span for gap in days[day]), all(gap.counted for gap in days[day])
        )
        for day in sorted(days, key=lambda day: day.start)
    ]


def _known(values: Values) -> list[int]:
    """Return the starts of the slices with a value, in order."""
    if None in values.values():
        return [start for start, value in values.items() if value is not None]
    return list(values)


def _holes(meters: Sequence[list[int]], asked: Span, length: int) -> list[Span]:
    """Return the spans in which slices are missing; they may overlap."""
    if len(meters) == 1:
        return list(_between(meters[0], asked, length))
    known = sorted(set().union(*meters))
    holes = [*_between(known, asked, length)]
    for starts in meters:
        if starts:
            own = Span(max(starts[0], asked.start), min(starts[-1] + length, asked.end))
            holes += _between(starts, own, length)
    return holes


def _between(starts: list[int], asked: Span, length: int) -> Iterator[Span]:
    """Return the spans that slices in order leave open within a period."""
    if len(starts) * length == asked.end - asked.start and starts[0] == asked.start:
        return
    reached = asked.start
    for start in starts:
        if reached < start < asked.end:
            yield Span(reached, start)
        reached = max(reached, start + length)
    if reached < asked.end:
        yield Span(reached, asked.end)


def _judged(holes: Iterable[Span], kind: DayKind, daily: Sequence[list[int]]) -> list[Gap]:
    """Cut holes by day and tell for each whether a daily value stands in for it."""
    with_value = {day_at_second(start, kind).start for starts in daily for start in starts}
    found = set()
    for hole in holes:
        start = hole.start
        while start < hole.end:
            day = day_at_second(start, kind)
            end = min(hole.end, day.end)
            found.add(Gap(start, end, day.start in with_value))
            start = end
    return _joined(sorted(found, key=lambda gap: gap.start))


def _days_without_value(kind: DayKind, daily: Sequence[list[int]], asked: Span) -> list[Gap]:
    with_value = {day_at_second(start, kind).start for starts in daily for start in starts}
    found = []
    start = asked.start
    while start < asked.end:
        day = day_at_second(start, kind)
        if day.start not in with_value:
            found.append(Gap(start, min(day.end, asked.end), counted=False))
        start = day.end
    return _joined(found)


def _joined(gaps: Iterable[Gap]) -> list[Gap]:
    """Join gaps in order that adjoin or overlap and are alike."""
    joined: list[Gap] = []
    for gap in gaps:
        last = joined[-1] if joined else None
        if last and last.counted is gap.counted and gap.start <= last.end:
            joined[-1] = Gap(last.start, max(last.end, gap.end), gap.counted)
        else:
            joined.append(gap)
    return joined


def _outside(gaps: Iterable[Gap], span: Span) -> Iterator[Gap]:
    """Return the parts of gaps that lie outside a span."""
    for gap in gaps:
        if gap.start < span.start:
            yield Gap(gap.start, min(gap.end, span.start), gap.counted)
        if gap.end > span.end:
            yield Gap(max(gap.start, span.end), gap.end, gap.counted)


def _unless_within(start: int | None, span: Span) -> int | None:
    return None if start is not None and span.start <= start < span.end else start


def _earlier(first: int | None, second: int | None) -> int | None:
    return min(filter(None, (first, second)), default=None)
