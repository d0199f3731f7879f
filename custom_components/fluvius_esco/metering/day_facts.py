"""What a day of readings says besides its amount: its highest slice, its newest, how sure it is.

Hourly statistics do not tell these; they are kept by day, so that a day that is read again, because
it was corrected, replaces what was known of it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from ..api.models import (
    EnergyType,
    GasConversionFactor,
    Granularity,
    Headpoint,
    Series,
    ValidationState,
)
from .calendar import Day, DayKind, Span, day_of
from .hourly import DayHours, Slices, by_day
from .measures import TOTAL_OF, Measure, SeriesKey, measure_of
from .readings import MeasureReadings, Readings, Values

type Facts = Mapping[Measure, Mapping[date, DayFacts]]
"""What is known of the days of one EAN, by measure and local date."""

# The ones that a meter is looked at by; what lies behind a headpoint is shown by statistics alone.
_MEASURES: Final = frozenset(
    {Measure.OFFTAKE, Measure.INJECTION, Measure.GAS_ENERGY, Measure.GAS_VOLUME}
)
_SURE: Final = frozenset({ValidationState.READ, ValidationState.VALIDATED})


@dataclass(frozen=True, slots=True)
class DayFacts:
    """One measure on one day of readings; instants in UTC seconds, amounts in the measure's unit.

    `slices` are the quarter-hours (gas: hours) with a value, of which `peak` is the highest and
    `newest` the last one. `readings` are those slices, or else the daily value, and `unsure` those of
    them that are estimated, not validated, or of a state that is not known. Of a `provisional` day
    the kWh of gas still change. A `partial` day may lack slices that were there before.
    """

    slices: int = 0
    peak: float | None = None
    peak_start: int | None = None
    newest: float | None = None
    newest_start: int | None = None
    readings: int = 0
    unsure: int = 0
    provisional: bool = False
    partial: bool = False


@dataclass(slots=True)
class _Marks:
    """The starts of slices whose value is not sure, and of those whose kWh are provisional."""

    unsure: set[int] = field(default_factory=set)
    provisional: set[int] = field(default_factory=set)

    def add(self, other: _Marks) -> None:
        """Take over what is marked elsewhere."""
        self.unsure |= other.unsure
        self.provisional |= other.provisional

    def drop(self, starts: Iterable[int]) -> None:
        """Take marks away."""
        self.unsure.difference_update(starts)
        self.provisional.difference_update(starts)


@dataclass(slots=True)
class _MeasureMarks:
    """The marks of one measure: of its quarter-hours (gas: hours) and of its daily values."""

    fine: _Marks = field(default_factory=_Marks)
    daily: _Marks = field(default_factory=_Marks)


def day_facts(
    headpoint: Headpoint,
    readings: Readings,
    days: Mapping[SeriesKey, Iterable[DayHours]],
) -> Facts:
    """Return what readings say of the days that they are in, for the EAN of the headpoint itself."""
    marks = _marks_by_measure(headpoint)
    return {
        key.measure: dict(
            _of_measure(key.measure, meters, marks.get(key.measure, _MeasureMarks()), days[key])
        )
        for key, meters in readings.items()
        if key.ean == headpoint.ean and key.measure in _MEASURES
    }


def updated_facts(known: Facts, read: Facts) -> Facts:
    """Return what is known of the days once an answer was read.

    A slice that is absent from an answer was not withdrawn, so that a peak outlives its absence.
    """
    return {
        measure: {
            **known.get(measure, {}),
            **{
                day: _over(known.get(measure, {}).get(day), facts)
                for day, facts in read.get(measure, {}).items()
            },
        }
        for measure in known.keys() | read.keys()
    }


def facts_outside(known: Facts, gone: Span, kind: DayKind) -> Facts:
    """Return what is known of the days that no part of a span falls in."""
    return {
        measure: {day: facts for day, facts in of.items() if not _touches(gone, day_of(day, kind))}
        for measure, of in known.items()
    }


def facts_since(known: Facts, first: date) -> Facts:
    """Return what is known of the days from a local date on."""
    return {
        measure: {day: facts for day, facts in of.items() if day >= first}
        for measure, of in known.items()
    }


def unsure_share(facts: Facts, days: int) -> float | None:
    """Return which share of the readings of the newest days is not sure, in percent.

    The days are counted back from the newest one that has a reading; None without any.
    """
    with_readings = {day for of in facts.values() for day, known in of.items() if known.readings}
    if not with_readings:
        return None
    first = max(with_readings) - timedelta(days=days - 1)
    counted = [known for of in facts_since(facts, first).values() for known in of.values()]
    return 100.0 * sum(of.unsure for of in counted) / sum(of.readings for of in counted)


def provisional_since(facts: Facts) -> date | None:
    """Return the oldest local gas day whose kWh still change, None where all are final."""
    return min(
        (day for of in facts.values() for day, known in of.items() if known.provisional),
        default=None,
    )


def newest_slice(of_measure: Mapping[date, DayFacts]) -> DayFacts | None:
    """Return the facts of the newest day that has a quarter-hour (gas: an hour) with a value."""
    return next(
        (of_measure[day] for day in sorted(of_measure, reverse=True) if of_measure[day].slices),
        None,
    )


def _touches(span: Span, day: Day) -> bool:
    return span.start < day.end and day.start < span.end


def _over(known: DayFacts | None, read: DayFacts) -> DayFacts:
    """Return what counts of a day that was read again."""
    if known is None or not read.partial or known.peak is None:
        return read
    if read.peak is not None and read.peak >= known.peak:
        return read
    return replace(read, peak=known.peak, peak_start=known.peak_start)


def _of_measure(
    measure: Measure,
    meters: Iterable[MeasureReadings],
    marks: _MeasureMarks,
    days: Iterable[DayHours],
) -> Iterator[tuple[date, DayFacts]]:
    meters = list(meters)
    kind = measure.day_kind
    fine = dict(by_day(_added_up([meter.fine for meter in meters]), kind))
    daily = dict(by_day(_added_up([meter.daily for meter in meters]), kind))
    partial = {of.day for of in days if of.is_partial}
    for day in fine.keys() | daily.keys():
        facts = _of_slices(fine[day], marks.fine) if day in fine else DayFacts()
        if not facts.slices and day in daily:
            facts = _of_daily_value(daily[day], marks.daily)
        yield day.date, replace(facts, partial=True) if day in partial else facts


def _of_slices(slices: Slices, marks: _Marks) -> DayFacts:
    known = [
        (value, start)
        for start, value in zip(slices.starts, slices.values, strict=True)
        if value is not None
    ]
    if not known:
        return DayFacts()
    # Of equal ones the first: that is when the peak was set.
    peak, peak_start = max(known, key=lambda one: one[0])
    newest, newest_start = known[-1]
    starts = {start for _, start in known}
    return DayFacts(
        slices=len(known),
        peak=peak,
        peak_start=peak_start,
        newest=newest,
        newest_start=newest_start,
        readings=len(known),
        unsure=len(marks.unsure & starts) if marks.unsure else 0,
        provisional=not marks.provisional.isdisjoint(starts),
    )


def _of_daily_value(slices: Slices, marks: _Marks) -> DayFacts:
    starts = {
        start
        for start, value in zip(slices.starts, slices.values, strict=True)
        if value is not None
    }
    return DayFacts(
        readings=len(starts),
        unsure=len(marks.unsure & starts),
        provisional=not marks.provisional.isdisjoint(starts),
    )


def _added_up(meters: list[Values]) -> Values:
    """Return the values of an EAN per slice, of the meters that have one."""
    if len(meters) == 1:
        return meters[0]
    whole: Values = {}
    for values in meters:
        for start, value in values.items():
            known = whole.get(start)
            whole[start] = value if known is None else known + (value or 0.0)
    return {start: whole[start] for start in sorted(whole)}


def _marks_by_measure(headpoint: Headpoint) -> dict[Measure, _MeasureMarks]:
    """Return the marks of an EAN's slices; where the headpoint has a value, its own alone count."""
    marks: dict[Measure, _MeasureMarks] = {}
    for meter in headpoint.meters:
        _mark(marks, meter.series, headpoint.energy_type)
    for one in headpoint.series:
        if (measure := _total_of(one, headpoint.energy_type)) and measure in marks:
            known = zip(one.starts, one.values, strict=True)
            starts = [start for start, value in known if value is not None]
            _marks_of(marks[measure], one).drop(starts)
    _mark(marks, headpoint.series, headpoint.energy_type)
    return marks


def _mark(
    marks: dict[Measure, _MeasureMarks], series: tuple[Series, ...], energy_type: EnergyType
) -> None:
    whole = {(measure_of(one.channel, energy_type), one.granularity) for one in series}
    for one in series:
        total = _total_of(one, energy_type)
        if total is None:
            continue
        is_part = measure_of(one.channel, energy_type) is not total
        if is_part and (total, one.granularity) in whole:
            continue
        _marks_of(marks.setdefault(total, _MeasureMarks()), one).add(_marks_in(one))


def _marks_of(marks: _MeasureMarks, series: Series) -> _Marks:
    return marks.daily if series.granularity is Granularity.DAY else marks.fine


def _total_of(series: Series, energy_type: EnergyType) -> Measure | None:
    """Return the total that a series is or is a part of; a daily total may be the sum of registers."""
    measure = measure_of(series.channel, energy_type)
    return measure and TOTAL_OF.get(measure, measure)


def _marks_in(series: Series) -> _Marks:
    """Return what a series marks; of a slice that occurs twice the later one counts."""
    marks = _Marks()
    if not set(series.states) <= _SURE:
        states = dict(zip(series.starts, series.states, strict=True))
        marks.unsure = {start for start, state in states.items() if state not in _SURE}
    if GasConversionFactor.PROVISIONAL in series.factors:
        factors = dict(zip(series.starts, series.factors, strict=True))
        marks.provisional = {
            start for start, factor in factors.items() if factor is GasConversionFactor.PROVISIONAL
        }
    return marks
