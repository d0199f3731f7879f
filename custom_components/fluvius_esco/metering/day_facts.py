"""What a day of readings says besides its amount: its highest slice, its newest, how sure it is.

Hourly statistics do not tell these; they are kept by day, so that a day that is read again, because
it was corrected, replaces what was known of it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import cast

from ..api.models import GasConversionFactor
from .amounts import Amount, is_sure
from .calendar import DayKind, Span, day_of
from .hourly import Slices, by_day
from .measures import SHOWN_MEASURES, Measure
from .readings import MeasureReadings, Readings, overlaid

type Facts = Mapping[Measure, Mapping[date, DayFacts]]
"""What is known of the days of one EAN, by measure and local date."""

type ReadFacts = Mapping[Measure, Mapping[date, ReadDay]]
"""What an answer says of the days of one EAN, by measure and local date."""


@dataclass(frozen=True, slots=True)
class DayFacts:
    """One measure on one day of readings; instants in UTC seconds, amounts in the measure's unit.

    `slices` are the quarter-hours (gas: hours) with a value, of which `peak` is the highest and
    `newest` the last one. `readings` are those slices, or else the daily value, and `unsure` those of
    them that are estimated, not validated, or of a state that is not known. Of a `provisional` day
    the kWh of gas still change.
    """

    slices: int = 0
    peak: float | None = None
    peak_start: int | None = None
    newest: float | None = None
    newest_start: int | None = None
    readings: int = 0
    unsure: int = 0
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class ReadDay:
    """What an answer says of a day; `starts` are the slices that it holds, with a value or a null."""

    facts: DayFacts
    starts: Sequence[int] = ()


def day_facts(ean: str, readings: Readings) -> ReadFacts:
    """Return what readings that carry their doubts say of the days that they are in, for one EAN."""
    return {
        key.measure: dict(_of_measure(key.measure, meters))
        for key, meters in readings.items()
        if key.ean == ean and key.measure in SHOWN_MEASURES
    }


def updated_facts(known: Facts, read: ReadFacts) -> Facts:
    """Return what is known of the days once an answer was read.

    A slice that is absent from an answer was not withdrawn, so that a peak outlives its absence.
    """
    return {
        measure: {
            **known.get(measure, {}),
            **{
                day: _over(known.get(measure, {}).get(day), read_day)
                for day, read_day in read.get(measure, {}).items()
            },
        }
        for measure in known.keys() | read.keys()
    }


def facts_outside(known: Facts, gone: Span, kind: DayKind) -> Facts:
    """Return what is known of the days that no part of a span falls in."""
    return {
        measure: {
            day: facts
            for day, facts in of.items()
            if not gone.overlaps(Span(day_of(day, kind).start, day_of(day, kind).end))
        }
        for measure, of in known.items()
    }


def worth_keeping(known: Facts, oldest_month: date, recent: date) -> Facts:
    """Return what is looked back at: peaks since a month, all else of recent days or provisional."""
    return {
        measure: {
            day: facts
            for day, facts in of.items()
            if day >= recent
            or facts.provisional
            or (measure is Measure.OFFTAKE and day >= oldest_month)
        }
        for measure, of in known.items()
    }


def unsure_share(facts: Facts, days: int) -> float | None:
    """Return which share of the readings of the newest days is not sure, in percent.

    The days are counted back from the newest one that has a reading; None without any.
    """
    newest = max(
        (day for of in facts.values() for day, known in of.items() if known.readings),
        default=None,
    )
    if newest is None:
        return None
    first = newest - timedelta(days=days - 1)
    counted = [known for of in facts.values() for day, known in of.items() if day >= first]
    return 100.0 * sum(of.unsure for of in counted) / sum(of.readings for of in counted)


def provisional_since(facts: Facts) -> date | None:
    """Return the oldest local gas day whose kWh still change, None where all are final."""
    return min(
        (day for of in facts.values() for day, known in of.items() if known.provisional),
        default=None,
    )


def newest_slice(of_measure: Mapping[date, DayFacts]) -> DayFacts | None:
    """Return the facts of the newest day that has a quarter-hour (gas: an hour) with a value."""
    newest = max((day for day, facts in of_measure.items() if facts.slices), default=None)
    return None if newest is None else of_measure[newest]


def _over(known: DayFacts | None, read: ReadDay) -> DayFacts:
    """Return what counts of a day that was read again."""
    if known is None or known.peak is None or known.peak_start in read.starts:
        return read.facts
    if read.facts.peak is not None and read.facts.peak >= known.peak:
        return read.facts
    return replace(read.facts, peak=known.peak, peak_start=known.peak_start)


def _of_measure(
    measure: Measure, meters: Iterable[MeasureReadings]
) -> Iterator[tuple[date, ReadDay]]:
    meters = list(meters)
    kind = measure.day_kind
    fine = dict(by_day(overlaid([meter.fine for meter in meters]), kind))
    daily = dict(by_day(overlaid([meter.daily for meter in meters]), kind))
    for day, slices in fine.items():
        facts = _of_slices(slices)
        if not facts.slices and day in daily:
            facts = _of_readings(_known(daily[day])[1])
        yield day.date, ReadDay(facts, slices.starts)
    for day in daily.keys() - fine.keys():
        yield day.date, ReadDay(_of_readings(_known(daily[day])[1]))


def _of_slices(slices: Slices) -> DayFacts:
    """Return what the quarter-hours (gas: hours) of a day say."""
    starts, values = _known(slices)
    if not values:
        return DayFacts()
    peak = max(values)
    of_readings = _of_readings(values)
    return DayFacts(
        slices=len(values),
        peak=float(peak),
        # Of equal ones the first: that is when the peak was set.
        peak_start=starts[values.index(peak)],
        newest=float(values[-1]),
        newest_start=starts[-1],
        readings=of_readings.readings,
        unsure=of_readings.unsure,
        provisional=of_readings.provisional,
    )


def _known(slices: Slices) -> tuple[Sequence[int], Sequence[float]]:
    """Return the starts and the values of the slices that have one."""
    if None not in slices.values:
        return slices.starts, cast("Sequence[float]", slices.values)
    pairs = zip(slices.starts, slices.values, strict=True)
    known = [(start, value) for start, value in pairs if value is not None]
    return [start for start, _ in known], [value for _, value in known]


def _of_readings(values: Sequence[float]) -> DayFacts:
    """Return how many readings there are, and how sure they are."""
    if Amount not in set(map(type, values)):
        return DayFacts(readings=len(values))
    doubted = [value for value in values if isinstance(value, Amount)]
    return DayFacts(
        readings=len(values),
        unsure=sum(not is_sure(value) for value in doubted),
        provisional=any(value.factor is GasConversionFactor.PROVISIONAL for value in doubted),
    )
