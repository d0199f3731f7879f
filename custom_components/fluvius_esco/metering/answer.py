"""What one answer of Fluvius amounts to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from ..api.models import Granularity, Headpoint
from .access import Access
from .amounts import with_doubts
from .calendar import Period, Span
from .day_facts import ReadFacts, day_facts
from .gaps import Coverage, coverage, updated
from .hourly import HourlySums, day_hours, hourly_sums
from .measures import TOTAL_MEASURES, SeriesKey
from .readings import Readings, Source, combine, sources
from .summary import DayTotals, data_until, last_complete_day, serials

_NOTHING_KNOWN: Final = Coverage()


@dataclass(frozen=True, slots=True)
class Question:
    """What readings were asked for: spans of time, all of the same granularities."""

    spans: tuple[Span, ...]
    granularities: tuple[Granularity, ...]

    @classmethod
    def about(cls, access: Access) -> Question:
        """Return the question for the readings of one period."""
        return cls((span_of(access.period),), access.granularities)

    @property
    def hull(self) -> Span:
        """The span from the first to the last instant that was asked for."""
        return Span(self.spans[0].start, self.spans[-1].end)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What an answer says about the spans that were asked for.

    The hours of every series in it, how complete the totals are, how far it reaches, the last
    complete day of its EAN, what else its days say, the places that the energy is measured at, and
    the numbers of the newest meters, and what could not be used, counted by reason.
    """

    question: Question
    hours: dict[SeriesKey, HourlySums]
    coverage: dict[SeriesKey, Coverage]
    data_until: datetime | None
    last_day: DayTotals | None
    facts: ReadFacts
    sources: frozenset[Source]
    serials: frozenset[str]
    skipped: Mapping[str, int]


def evaluate(
    headpoint: Headpoint, question: Question, known: Mapping[SeriesKey, Coverage]
) -> Evaluation:
    """Return what an answer amounts to, given how complete its series were known to be before.

    Takes a while for a long answer.
    """
    return evaluated(headpoint, combine(with_doubts(headpoint)), question, known)


def with_silence(evaluation: Evaluation, known: Iterable[SeriesKey]) -> Evaluation:
    """Return an evaluation in which the known series that the answer is silent about are missing."""
    silent = {
        key: _all_missing(key, evaluation.question)
        for key in known
        if key not in evaluation.coverage
    }
    return replace(evaluation, coverage={**evaluation.coverage, **silent})


def awaited(
    known: Mapping[SeriesKey, Coverage], questions: Iterable[Question]
) -> dict[SeriesKey, Coverage]:
    """Return what is known once there are days whose readings are still to arrive."""
    found = dict(known)
    for question in questions:
        for key, of_series in found.items():
            found[key] = updated(of_series, _all_missing(key, question), question.spans)
    return found


def evaluated(
    headpoint: Headpoint,
    readings: Readings,
    question: Question,
    known: Mapping[SeriesKey, Coverage],
) -> Evaluation:
    """Return what the readings of an answer amount to, or those of them that are of interest."""
    days = {
        key: day_hours(
            key.measure,
            meters,
            question.hull,
            [gap.span for gap in known.get(key, _NOTHING_KNOWN).gaps],
        )
        for key, meters in readings.items()
    }
    return Evaluation(
        question=question,
        hours={key: hourly_sums(of_series) for key, of_series in days.items()},
        coverage={
            key: coverage(key.measure, meters, question.spans, question.granularities)
            for key, meters in readings.items()
            if key.measure in TOTAL_MEASURES
        },
        data_until=data_until(readings),
        last_day=last_complete_day(
            {key.measure: of for key, of in days.items() if key.ean == headpoint.ean}
        ),
        facts=day_facts(headpoint.ean, readings),
        sources=sources(headpoint),
        serials=serials(headpoint),
        skipped=headpoint.skipped,
    )


def _all_missing(key: SeriesKey, question: Question) -> Coverage:
    return coverage(key.measure, (), question.spans, question.granularities)


def span_of(period: Period) -> Span:
    """Return a period in seconds."""
    return Span(int(period.start.timestamp()), int(period.end.timestamp()))


def period_of(span: Span) -> Period:
    """Return a span of seconds as a period in UTC."""
    return Period(datetime.fromtimestamp(span.start, UTC), datetime.fromtimestamp(span.end, UTC))


def latest(first: datetime | None, second: datetime | None) -> datetime | None:
    """Return the later of two instants that may be unknown."""
    return max(filter(None, (first, second)), default=None)


def newest_day(known: DayTotals | None, read: DayTotals | None) -> DayTotals | None:
    """Return the later of two days; of the same day, as it was read last."""
    if known and read and known.date == read.date:
        return DayTotals(
            read.date,
            {**known.totals, **read.totals},
            {**known.registers, **read.registers},
        )
    return max(filter(None, (read, known)), key=lambda day: day.date, default=None)
