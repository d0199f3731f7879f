"""Which days can be taken from an answer by time of arrival, and which are read again."""

from dataclasses import replace
from datetime import date

from custom_components.fluvius_esco.api.models import Granularity, Headpoint, Series
from custom_components.fluvius_esco.metering.access import FAR_FUTURE, FAR_PAST, Access
from custom_components.fluvius_esco.metering.answer import period_of
from custom_components.fluvius_esco.metering.arrivals import Arrivals, Followed, arrived
from custom_components.fluvius_esco.metering.calendar import Day, Period, Span
from custom_components.fluvius_esco.metering.measures import Measure, SeriesKey
from custom_components.fluvius_esco.metering.readings import Values, sources
from custom_components.fluvius_esco.metering.summary import DayTotals

from .builders import (
    EAN,
    INJECTION,
    OFFTAKE,
    OFFTAKE_DAY,
    OFFTAKE_NIGHT,
    electricity_day,
    headpoint,
    meter,
    quarters,
    series,
)

QUARTER = Granularity.QUARTER_HOUR
DAILY = Granularity.DAY
FINE = (DAILY, QUARTER)
FRIDAY = electricity_day("2026-10-23")
SUNDAY = electricity_day("2026-10-25")
ALWAYS = [Access(Period(FAR_PAST, FAR_FUTURE), FINE)]
BY_THE_DAY = [Access(Period(FAR_PAST, FAR_FUTURE), (DAILY,))]
NOTHING = Followed({}, None, frozenset(), ())


def whole(day: Day, value: float = 0.25) -> Series:
    return series(OFFTAKE, QUARTER, quarters(day, value))


def taken(arrivals: Arrivals) -> list[Span]:
    return [span for evaluation in arrivals.whole for span in evaluation.question.spans]


def again(arrivals: Arrivals) -> list[Period]:
    return [access.period for access in arrivals.again]


def of(day: Day) -> Period:
    return period_of(Span(day.start, day.end))


def registers(day: Day) -> tuple[Series, ...]:
    return (
        series(OFFTAKE_DAY, DAILY, {day.start: 10.0}),
        series(OFFTAKE_NIGHT, DAILY, {day.start: 15.0}),
    )


def test_a_whole_day_is_taken_with_its_registers() -> None:
    answer = headpoint(meter(whole(SUNDAY), *registers(SUNDAY)))
    arrivals = arrived(answer, ALWAYS, NOTHING)
    assert taken(arrivals) == [Span(SUNDAY.start, SUNDAY.end)]
    assert again(arrivals) == []
    (evaluation,) = arrivals.whole
    assert sum(evaluation.hours[SeriesKey(EAN, Measure.OFFTAKE)].values.values()) == 25.0
    night = evaluation.hours[SeriesKey(EAN, Measure.OFFTAKE_NIGHT)]
    assert night.values == {SUNDAY.start: 15.0}
    assert evaluation.last_day == DayTotals(
        date(2026, 10, 25),
        {Measure.OFFTAKE: 25.0},
        {Measure.OFFTAKE_DAY: 10.0, Measure.OFFTAKE_NIGHT: 15.0},
    )


def test_a_part_of_a_day_is_read_again() -> None:
    some: Values = {SUNDAY.start: 0.25}
    null: Values = quarters(FRIDAY, 0.25) | {FRIDAY.start: None}
    answer = headpoint(meter(series(OFFTAKE, QUARTER, null | some)))
    arrivals = arrived(answer, ALWAYS, NOTHING)
    assert arrivals.whole == ()
    assert again(arrivals) == [of(FRIDAY), of(SUNDAY)]


def test_a_daily_value_alone_is_enough_only_where_no_more_may_be_read() -> None:
    answer = headpoint(meter(*registers(SUNDAY)))
    assert again(arrived(answer, ALWAYS, NOTHING)) == [of(SUNDAY)]
    arrivals = arrived(answer, BY_THE_DAY, NOTHING)
    assert taken(arrivals) == [Span(SUNDAY.start, SUNDAY.end)]


def test_one_register_without_the_other_is_read_again() -> None:
    (day, night) = registers(SUNDAY)
    assert again(arrived(headpoint(meter(whole(SUNDAY), day)), ALWAYS, NOTHING)) == []
    null = series(OFFTAKE_NIGHT, DAILY, {SUNDAY.start: None})
    assert again(arrived(headpoint(meter(day, null)), BY_THE_DAY, NOTHING)) == [of(SUNDAY)]
    assert again(arrived(headpoint(meter(day, night)), BY_THE_DAY, NOTHING)) == []


def test_where_the_energy_is_measured_at_two_places_all_is_read_again() -> None:
    answer = headpoint(meter(whole(SUNDAY)))
    second = sources(headpoint(meter(number="2")))
    assert again(arrived(answer, ALWAYS, replace(NOTHING, sources=second))) == [of(SUNDAY)]
    both = headpoint(meter(whole(SUNDAY)), meter(whole(SUNDAY), number="2"))
    assert again(arrived(both, ALWAYS, NOTHING)) == [of(SUNDAY)]


def test_a_new_day_without_its_injection_is_read_again() -> None:
    known = DayTotals(date(2026, 10, 24), {Measure.OFFTAKE: 1.0, Measure.INJECTION: 1.0})
    followed = replace(NOTHING, last_day=known)
    offtake_only = headpoint(meter(whole(SUNDAY)))
    assert again(arrived(offtake_only, ALWAYS, followed)) == [of(SUNDAY)]
    both = headpoint(meter(whole(SUNDAY), series(INJECTION, QUARTER, quarters(SUNDAY, 0.0))))
    assert taken(arrived(both, ALWAYS, followed)) == [Span(SUNDAY.start, SUNDAY.end)]
    older: Headpoint = headpoint(meter(whole(FRIDAY)))
    assert taken(arrived(older, ALWAYS, followed)) == [Span(FRIDAY.start, FRIDAY.end)]


def test_a_day_of_one_series_tells_nothing_of_another() -> None:
    both = (whole(SUNDAY), series(INJECTION, QUARTER, quarters(SUNDAY, 0.0)))
    arrivals = arrived(headpoint(meter(whole(FRIDAY), *both)), ALWAYS, NOTHING)
    assert {
        (key.measure, span.start)
        for evaluation in arrivals.whole
        for key in evaluation.coverage
        for span in evaluation.question.spans
    } == {
        (Measure.OFFTAKE, FRIDAY.start),
        (Measure.OFFTAKE, SUNDAY.start),
        (Measure.INJECTION, SUNDAY.start),
    }
    assert all(not of.gaps for done in arrivals.whole for of in done.coverage.values())


def test_a_register_without_the_other_that_is_known_makes_no_total() -> None:
    followed = replace(
        NOTHING, series=[SeriesKey(EAN, Measure.OFFTAKE_DAY), SeriesKey(EAN, Measure.OFFTAKE_NIGHT)]
    )
    (day, night) = registers(SUNDAY)
    assert again(arrived(headpoint(meter(day)), BY_THE_DAY, followed)) == [of(SUNDAY)]
    assert again(arrived(headpoint(meter(day, night)), BY_THE_DAY, followed)) == []
    assert again(arrived(headpoint(meter(day)), BY_THE_DAY, NOTHING)) == []


def test_what_no_mandate_allows_is_left_alone() -> None:
    answer = headpoint(meter(whole(FRIDAY), whole(SUNDAY)))
    until_noon = Period(FAR_PAST, period_of(Span(SUNDAY.start + 12 * 3600, SUNDAY.end)).start)
    arrivals = arrived(answer, [Access(until_noon, FINE)], NOTHING)
    assert taken(arrivals) == [Span(FRIDAY.start, FRIDAY.end)]
    assert again(arrivals) == [Period(of(SUNDAY).start, until_noon.end)]
    assert arrived(answer, [], NOTHING) == Arrivals((), ())
