"""Days whose amounts changed after they had been told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Final

from .access import Access
from .calendar import HOUR, Day, DayKind, Span, day_at_second, day_of
from .gaps import Coverage, Gap
from .measures import SHOWN_MEASURES, TOTAL_OF, Measure, SeriesKey
from .running_sum import Plan, Row

type Corrections = Mapping[date, Mapping[Measure, float]]
"""By how much the local days of readings of one EAN changed, new minus old, in each measure's unit."""

# The ones that a meter is looked at by; what lies behind a headpoint is shown by statistics alone.
_MEASURES: Final = (*SHOWN_MEASURES, *TOTAL_OF)

# Half a watt-hour: a daily value and its quarter-hours are rounded each by themselves.
_SAME: Final = 0.0005
# Far below a watt-hour, far above what adding floats in another order can differ by.
_UNTOUCHED: Final = 1e-6
_NOTHING_KNOWN: Final = Coverage()


@dataclass(frozen=True, slots=True)
class Change:
    """By how much a stored day changed, and whether it had amounted to nothing at all."""

    amount: float
    was_nothing: bool = False


def changed_days(held: Mapping[int, Row], needed: Plan, kind: DayKind) -> dict[date, Change]:
    """Return by how much each local day changes that has an hour which is stored otherwise.

    `held` are the stored rows by their start. Where a day only moves to other hours, as from a daily
    value to its quarter-hours, nothing changes.
    """
    if not held:
        return {}
    amounts: dict[Day, float] = {}
    corrected: set[Day] = set()
    for row in chain(needed.rows, needed.withdrawn):
        before = held.get(row.start)
        if before is not None and abs(before.state - row.state) < _UNTOUCHED:
            continue
        day = day_at_second(row.start, kind)
        amounts[day] = amounts.get(day, 0.0) + row.state - (before.state if before else 0.0)
        if before is not None:
            corrected.add(day)
    return {
        day.date: Change(amounts[day], _is_nothing(held, day))
        for day in sorted(corrected, key=lambda day: day.start)
        if abs(amounts[day]) >= _SAME
    }


def corrections(
    changed: Mapping[SeriesKey, Mapping[date, Change]],
    known: Mapping[SeriesKey, Coverage],
    read: Iterable[Access],
    ean: str,
) -> Corrections:
    """Return what of the changes of stored days are corrections of one EAN.

    `known` is how complete the totals were before: a day that lacked readings grows by those that
    arrive, and nothing of it was wrong. `read` is what had been read before: a day without amounts
    that had not may have been deleted, where its rows had to stay.
    """
    read = tuple(read)
    found: dict[date, dict[Measure, float]] = {}
    for measure in _MEASURES:
        total = SeriesKey(ean, TOTAL_OF.get(measure, measure))
        gaps = known.get(total, _NOTHING_KNOWN).gaps
        for day, change in changed.get(SeriesKey(ean, measure), {}).items():
            of_day = day_of(day, measure.day_kind)
            if change.was_nothing and not _was_read(of_day, read):
                continue
            if change.amount < 0 or not _lacked_readings(of_day, gaps):
                found.setdefault(day, {})[measure] = change.amount
    return found


def added_up(first: Corrections, second: Corrections) -> Corrections:
    """Return what corrections after each other amount to; what was taken back is none."""
    whole = {
        day: {
            measure: amount
            for measure in first.get(day, {}).keys() | second.get(day, {}).keys()
            if abs(amount := _amount(first, day, measure) + _amount(second, day, measure)) >= _SAME
        }
        for day in first.keys() | second.keys()
    }
    return {day: whole[day] for day in sorted(whole) if whole[day]}


def corrections_outside(known: Corrections, gone: Span, kind: DayKind) -> Corrections:
    """Return the corrections of the days that no part of a span falls in."""
    return {day: of for day, of in known.items() if not day_of(day, kind).span.overlaps(gone)}


def _is_nothing(held: Mapping[int, Row], day: Day) -> bool:
    hours = (held.get(start) for start in range(day.start, day.end, HOUR))
    return not any(row.state for row in hours if row)


def _was_read(day: Day, read: Iterable[Access]) -> bool:
    return any(
        part.period.start.timestamp() < day.end and day.start < part.period.end.timestamp()
        for part in read
    )


def _lacked_readings(day: Day, gaps: Iterable[Gap]) -> bool:
    return any(gap.span.overlaps(day.span) for gap in gaps if not gap.counted)


def _amount(of: Corrections, day: date, measure: Measure) -> float:
    return of.get(day, {}).get(measure, 0.0)
