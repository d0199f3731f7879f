"""What should be there by now and is not."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, strategies as st

from custom_components.fluvius_esco.api.models import Granularity
from custom_components.fluvius_esco.metering.calendar import DayKind, Span
from custom_components.fluvius_esco.metering.gaps import (
    Coverage,
    Gap,
    IncompleteDay,
    coverage,
    forgotten,
    incomplete_days,
    updated,
)
from custom_components.fluvius_esco.metering.measures import Measure
from custom_components.fluvius_esco.metering.readings import MeasureReadings, Values

from .builders import electricity_day, gas_day, quarters

FINE = (Granularity.DAY, Granularity.QUARTER_HOUR)
FRIDAY = electricity_day("2026-10-23")
SATURDAY = electricity_day("2026-10-24")
SUNDAY = electricity_day("2026-10-25")
WEEKEND = Span(FRIDAY.start, SUNDAY.end)
LATER = datetime(2026, 11, 10, tzinfo=UTC)


def covered(
    *meters: MeasureReadings,
    asked: Span = WEEKEND,
    granularities: tuple[Granularity, ...] = FINE,
    measure: Measure = Measure.OFFTAKE,
) -> Coverage:
    return coverage(measure, meters, [asked], granularities)


def missing(found: Coverage, now: datetime = LATER) -> list[IncompleteDay]:
    return incomplete_days(found.missing(now, DayKind.ELECTRICITY), DayKind.ELECTRICITY)


def three_days() -> Values:
    return {**quarters(FRIDAY, 0.1), **quarters(SATURDAY, 0.1), **quarters(SUNDAY, 0.1)}


def test_nothing_is_missing_where_every_quarter_hour_is_there() -> None:
    assert covered(MeasureReadings(three_days())) == Coverage((), FRIDAY.start, FRIDAY.start)


def test_absent_and_null_quarter_hours_are_missing() -> None:
    fine = three_days()
    fine[SATURDAY.start] = None
    del fine[SUNDAY.end - 900]
    assert missing(covered(MeasureReadings(fine))) == [
        IncompleteDay(SATURDAY.date, (Span(SATURDAY.start, SATURDAY.start + 900),), counted=False),
        IncompleteDay(SUNDAY.date, (Span(SUNDAY.end - 900, SUNDAY.end),), counted=False),
    ]


def test_a_daily_value_stands_in_for_missing_quarter_hours() -> None:
    fine = {**quarters(FRIDAY, 0.1), **quarters(SUNDAY, 0.1)}
    daily: Values = {SATURDAY.start: 9.6, SUNDAY.start: 10.0}
    assert missing(covered(MeasureReadings(fine, daily))) == [
        IncompleteDay(SATURDAY.date, (Span(SATURDAY.start, SATURDAY.end),), counted=True)
    ]


def test_before_the_first_quarter_hour_days_are_complete_as_days() -> None:
    daily: Values = {FRIDAY.start: 9.6, SUNDAY.start: 10.0}
    found = covered(MeasureReadings(quarters(SUNDAY, 0.1), daily))
    assert missing(found) == [
        IncompleteDay(SATURDAY.date, (Span(SATURDAY.start, SATURDAY.end),), counted=False)
    ]


def test_nothing_is_missing_before_the_first_reading_or_of_what_never_came() -> None:
    assert missing(covered(MeasureReadings(quarters(SUNDAY, 0.1)))) == []
    assert missing(covered()) == []
    assert missing(covered(MeasureReadings())) == []


def test_a_day_is_missing_once_the_next_day_is_over() -> None:
    found = covered(MeasureReadings(quarters(FRIDAY, 0.1)))
    late_on_sunday = datetime(2026, 10, 25, 22, 59, tzinfo=UTC)
    assert missing(found, late_on_sunday) == []
    days = missing(found, late_on_sunday + timedelta(minutes=1))
    assert [day.date for day in days] == [SATURDAY.date]


def test_gas_has_three_days() -> None:
    day = gas_day("2026-10-20")
    hours: Values = dict.fromkeys(range(day.start, day.end, 3600), 1.0)
    asked = Span(day.start, gas_day("2026-10-21").end)
    found = covered(MeasureReadings(hours), asked=asked, measure=Measure.GAS_ENERGY)
    due = datetime(2026, 10, 25, 5, tzinfo=UTC)
    assert found.missing(due - timedelta(minutes=1), DayKind.GAS) == []
    assert [gap.span for gap in found.missing(due, DayKind.GAS)] == [Span(day.end, asked.end)]


def test_a_meter_that_is_read_by_the_day_lacks_days() -> None:
    daily: Values = {FRIDAY.start: 1.0, SATURDAY.start: None, SUNDAY.start: 1.0}
    found = covered(MeasureReadings(daily=daily), granularities=(Granularity.DAY,))
    assert missing(found) == [
        IncompleteDay(SATURDAY.date, (Span(SATURDAY.start, SATURDAY.end),), counted=False)
    ]


def test_meters_in_turn_leave_no_gap_and_meters_side_by_side_hide_none() -> None:
    fine = three_days()
    noon = SATURDAY.start + 12 * 3600
    old = MeasureReadings({start: value for start, value in fine.items() if start < noon})
    new = MeasureReadings({start: value for start, value in fine.items() if start >= noon})
    assert missing(covered(old, new)) == []
    with_hole = {start: value for start, value in fine.items() if start != noon}
    days = missing(covered(MeasureReadings(fine), MeasureReadings(with_hole)))
    assert [day.missing for day in days] == [(Span(noon, noon + 900),)]


def test_an_answer_replaces_what_was_known_of_its_span_only() -> None:
    known = covered(MeasureReadings(quarters(FRIDAY, 0.1)))
    saturday = Span(SATURDAY.start, SATURDAY.end)
    answered = covered(MeasureReadings(quarters(SATURDAY, 0.1)), asked=saturday)
    after = updated(known, answered, [saturday])
    assert after.gaps == (Gap(SUNDAY.start, SUNDAY.end, counted=False),)
    assert (after.first, after.first_fine) == (FRIDAY.start, FRIDAY.start)


def test_what_is_forgotten_is_no_longer_missing() -> None:
    known = covered(MeasureReadings(quarters(FRIDAY, 0.1)))
    assert forgotten(known, Span(SUNDAY.start, SUNDAY.end)).gaps == (
        Gap(SATURDAY.start, SATURDAY.end, counted=False),
    )
    assert forgotten(known, Span(SATURDAY.start, SATURDAY.end)) == Coverage(
        (Gap(SUNDAY.start, SUNDAY.end, counted=False),), FRIDAY.start, FRIDAY.start
    )
    assert forgotten(known, Span(FRIDAY.start, SUNDAY.end)) == Coverage()


@given(st.sets(st.integers(0, 292 - 1)), st.sets(st.sampled_from([FRIDAY, SATURDAY, SUNDAY])))
def test_every_quarter_hour_is_either_known_or_in_one_gap(
    known: set[int], with_daily: set[object]
) -> None:
    starts = range(WEEKEND.start, WEEKEND.end, 900)
    fine: Values = {starts[number]: 0.25 for number in sorted(known)}
    daily: Values = {day.start: 24.0 for day in (FRIDAY, SATURDAY, SUNDAY) if day in with_daily}
    found = covered(MeasureReadings(fine, daily))
    gaps = [start for gap in found.gaps for start in range(gap.start, gap.end, 900)]
    assert sorted([*gaps, *fine]) == list(starts)
    for gap in found.gaps:
        for day in (FRIDAY, SATURDAY, SUNDAY):
            if gap.start < day.end and day.start < gap.end:
                assert gap.counted is (day.start in daily)


def test_a_day_with_the_clock_change_is_dated_locally() -> None:
    (day,) = incomplete_days(
        [Gap(SUNDAY.end - 900, SUNDAY.end, counted=False)], DayKind.ELECTRICITY
    )
    assert day.date == date(2026, 10, 25)
