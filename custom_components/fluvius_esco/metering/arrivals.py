"""What arrived at Fluvius: days that the answer holds whole, and days to be read again.

An answer by time of arrival has what is new, which of a corrected day may be a single slice. A day
can be taken from it only where nothing of the day can be missing.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ..api.models import Granularity, Headpoint
from .access import Access, clip, union
from .amounts import with_doubts
from .answer import Evaluation, Question, evaluated, period_of
from .calendar import Day, Span, day_at_second
from .gaps import Coverage
from .hourly import by_day, is_whole
from .measures import TOTAL_OF, SeriesKey
from .readings import MeasureReadings, Readings, Source, Values, combine, is_single, sources
from .summary import DayTotals


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The whole days of an answer, evaluated, and what has to be read again by reading time."""

    whole: tuple[Evaluation, ...]
    again: tuple[Access, ...]


@dataclass(frozen=True, slots=True)
class Followed:
    """What is known of a meter before an answer: see `storage.Progress`."""

    coverage: Mapping[SeriesKey, Coverage]
    last_day: DayTotals | None
    sources: frozenset[Source]
    series: Collection[SeriesKey]


@dataclass(frozen=True, slots=True)
class _Touched:
    """The days in which a series has any slice, all quarter-hours, and a daily value."""

    any: frozenset[Day]
    fine: frozenset[Day]
    daily: frozenset[Day]


type _Alike = tuple[tuple[Granularity, ...], frozenset[SeriesKey]]
"""What may be read of a day, and the series that the answer has something of it."""


def arrived(headpoint: Headpoint, allowed: Iterable[Access], followed: Followed) -> Arrivals:
    """Return what an answer by time of arrival amounts to within what mandates allow.

    Where an EAN is or was measured at several places, one of them may be absent from the answer, so
    that all touched days have to be read again.
    """
    readings = combine(with_doubts(headpoint))
    touched = {key: _touched(key, meters) for key, meters in readings.items()}
    days = sorted(set().union(*(of.any for of in touched.values())), key=lambda day: day.start)
    may_be_whole = is_single(sources(headpoint) | followed.sources)
    # Days of the same series together, so that none is asked of a series that it is not about.
    whole: dict[_Alike, list[Day]] = {}
    again: list[Access] = []
    for day in days:
        parts = clip(allowed, period_of(Span(day.start, day.end)))
        granularities = _granularities_of_whole(day, parts)
        here = frozenset(key for key, of in touched.items() if day in of.any)
        if (
            may_be_whole
            and granularities
            and _is_usable(day, {key: touched[key] for key in here}, granularities, followed)
        ):
            whole.setdefault((granularities, here), []).append(day)
        else:
            again += parts
    return Arrivals(
        tuple(
            _evaluated(headpoint, readings, granularities, of_days, followed)
            for (granularities, _), of_days in whole.items()
        ),
        tuple(union(again)),
    )


def _touched(key: SeriesKey, meters: Iterable[MeasureReadings]) -> _Touched:
    kind, length = key.measure.day_kind, key.measure.fine_length
    fine = [found for meter in meters for found in by_day(meter.fine, kind)]
    daily = [found for meter in meters for found in by_day(meter.daily, kind)]
    return _Touched(
        frozenset(day for day, _ in (*fine, *daily)),
        frozenset(day for day, slices in fine if is_whole(day, slices, length)),
        frozenset(day for day, slices in daily if None not in slices.values),
    )


def _granularities_of_whole(day: Day, parts: list[Access]) -> tuple[Granularity, ...]:
    """Return what may be read of a day, nothing unless all of it may be."""
    if len(parts) == 1 and parts[0].period == period_of(Span(day.start, day.end)):
        return parts[0].granularities
    return ()


def _is_usable(
    day: Day,
    here: Mapping[SeriesKey, _Touched],
    granularities: tuple[Granularity, ...],
    followed: Followed,
) -> bool:
    """Whether all that a day consists of is in the answer; `here` are the series it touches."""
    if followed.last_day and day.date >= followed.last_day.date:
        measures = {key.measure for key in here}
        if not measures.issuperset(followed.last_day.totals):
            return False
    is_fine = not {Granularity.HOUR, Granularity.QUARTER_HOUR}.isdisjoint(granularities)
    for key, of in here.items():
        total = TOTAL_OF.get(key.measure)
        if total is not None:
            if day not in of.daily or SeriesKey(key.ean, total) not in here:
                return False
        elif day not in (of.fine if is_fine else of.daily):
            return False
    return is_fine or here.keys() >= _registers(here, followed.series)


def _registers(totals: Collection[SeriesKey], known: Collection[SeriesKey]) -> set[SeriesKey]:
    """Return the known registers of some totals, which these may be made of."""
    return {
        key
        for key in known
        if (total := TOTAL_OF.get(key.measure)) and SeriesKey(key.ean, total) in totals
    }


def _evaluated(
    headpoint: Headpoint,
    readings: Readings,
    granularities: tuple[Granularity, ...],
    days: list[Day],
    followed: Followed,
) -> Evaluation:
    starts = {day.start for day in days}
    chosen: Readings = {}
    for key, meters in readings.items():
        of_days = [
            MeasureReadings(_within(meter.fine, key, starts), _within(meter.daily, key, starts))
            for meter in meters
        ]
        if any(meter.fine or meter.daily for meter in of_days):
            chosen[key] = of_days
    question = Question(tuple(Span(day.start, day.end) for day in days), granularities)
    return evaluated(headpoint, chosen, question, followed.coverage)


def _within(values: Values, key: SeriesKey, day_starts: set[int]) -> Values:
    return {
        start: value
        for start, value in values.items()
        if day_at_second(start, key.measure.day_kind).start in day_starts
    }
