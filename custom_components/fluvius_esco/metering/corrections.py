"""Days whose amounts changed after they had been told."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import chain
from typing import Final

from .calendar import DayKind, day_at_second, day_of
from .gaps import Coverage, Gap
from .measures import TOTAL_OF, Measure, SeriesKey
from .running_sum import Plan, Row

type Corrections = Mapping[date, Mapping[Measure, float]]
"""By how much the local days of readings of one EAN changed, new minus old, in each measure's unit."""

# The ones that a meter is looked at by; what lies behind a headpoint is shown by statistics alone.
_MEASURES: Final = (
    Measure.OFFTAKE,
    Measure.INJECTION,
    *TOTAL_OF,
    Measure.GAS_ENERGY,
    Measure.GAS_VOLUME,
)

# Half a watt-hour: a daily value and its quarter-hours are rounded each by themselves.
_SAME: Final = 0.0005
# Far below a watt-hour, far above what adding floats in another order can differ by.
_UNTOUCHED: Final = 1e-6
_NOTHING_KNOWN: Final = Coverage()


def changed_days(held: Mapping[int, Row], needed: Plan, kind: DayKind) -> dict[date, float]:
    """Return by how much each local day changes that has an hour which is stored otherwise.

    `held` are the stored rows by their start. Where a day only moves to other hours, as from a daily
    value to its quarter-hours, nothing changes.
    """
    if not held:
        return {}
    amounts: dict[date, float] = {}
    corrected: set[date] = set()
    for row in chain(needed.rows, needed.withdrawn):
        before = held.get(row.start)
        if before is not None and abs(before.state - row.state) < _UNTOUCHED:
            continue
        day = day_at_second(row.start, kind).date
        amounts[day] = amounts.get(day, 0.0) + row.state - (before.state if before else 0.0)
        if before is not None:
            corrected.add(day)
    return {day: amounts[day] for day in sorted(corrected) if abs(amounts[day]) >= _SAME}


def corrections(
    changed: Mapping[SeriesKey, Mapping[date, float]],
    known: Mapping[SeriesKey, Coverage],
    ean: str,
) -> Corrections:
    """Return what of the changes of stored days are corrections of one EAN.

    `known` is how complete the totals were before: a day that lacked readings grows by those that
    arrive, and nothing of it was wrong.
    """
    found: dict[date, dict[Measure, float]] = {}
    for measure in _MEASURES:
        total = SeriesKey(ean, TOTAL_OF.get(measure, measure))
        gaps = known.get(total, _NOTHING_KNOWN).gaps
        for day, amount in changed.get(SeriesKey(ean, measure), {}).items():
            if amount < 0 or not _lacked_readings(day, measure.day_kind, gaps):
                found.setdefault(day, {})[measure] = amount
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


def _lacked_readings(day: date, kind: DayKind, gaps: Iterable[Gap]) -> bool:
    span = day_of(day, kind)
    return any(gap.start < span.end and span.start < gap.end for gap in gaps if not gap.counted)


def _amount(of: Corrections, day: date, measure: Measure) -> float:
    return of.get(day, {}).get(measure, 0.0)
