"""A correction is a day that was told and amounts to something else now."""

from datetime import date

from hypothesis import given, strategies as st
import pytest

from custom_components.fluvius_esco.api.models import Granularity
from custom_components.fluvius_esco.metering.access import Access
from custom_components.fluvius_esco.metering.answer import period_of
from custom_components.fluvius_esco.metering.calendar import HOUR, DayKind, Span
from custom_components.fluvius_esco.metering.corrections import (
    Change,
    added_up,
    changed_days,
    corrections,
)
from custom_components.fluvius_esco.metering.gaps import Coverage, Gap
from custom_components.fluvius_esco.metering.hourly import HourlySums
from custom_components.fluvius_esco.metering.measures import Measure, SeriesKey
from custom_components.fluvius_esco.metering.running_sum import Row, plan

from .builders import EAN, electricity_day

DAYS = [electricity_day(f"2026-11-0{day}") for day in (1, 2, 3)]
FIRST, SECOND, _ = DAYS
OFFTAKE = SeriesKey(EAN, Measure.OFFTAKE)
NIGHT = SeriesKey(EAN, Measure.OFFTAKE_NIGHT)
READ = (Access(period_of(Span(FIRST.start, DAYS[-1].end)), (Granularity.DAY,)),)

hours = st.integers(0, 71).map(lambda hour: FIRST.start + hour * HOUR)
amounts = st.integers(0, 9000).map(lambda watt_hours: watt_hours / 1000)
series = st.dictionaries(hours, amounts)


def changed(
    stored: dict[int, float], wanted: dict[int, float], void: frozenset[int] = frozenset()
) -> dict[date, float]:
    """Return which days change when something is wanted of what is stored."""
    table: dict[int, Row] = {}
    total = 0.0
    for start in sorted(stored):
        total += stored[start]
        table[start] = Row(start, stored[start], total)
    found = changed_days(table, plan(0.0, table, HourlySums(wanted, void)), DayKind.ELECTRICITY)
    return {day: change.amount for day, change in found.items()}


def of_day(values: dict[int, float], span: Span) -> float:
    return sum(value for start, value in values.items() if span.start <= start < span.end)


@given(series, series, st.sets(hours))
def test_a_day_changes_by_what_it_amounts_to_afterwards(
    stored: dict[int, float], wanted: dict[int, float], gone: set[int]
) -> None:
    void = frozenset(gone - wanted.keys())
    after = {start: value for start, value in stored.items() if start not in void} | wanted
    found = changed(stored, wanted, void)
    for day in DAYS:
        span = Span(day.start, day.end)
        difference = of_day(after, span) - of_day(stored, span)
        is_touched = any(
            span.start <= start < span.end and after.get(start, 0.0) != value
            for start, value in stored.items()
        )
        expected = difference if is_touched else 0.0
        assert found.get(day.date, 0.0) == pytest.approx(expected, abs=0.0005)


def test_nothing_changes_where_nothing_was_stored() -> None:
    assert changed({}, {FIRST.start: 1.0}) == {}
    assert changed({FIRST.start: 1.0}, {SECOND.start: 1.0}) == {}


def test_a_daily_value_that_becomes_its_quarter_hours_changes_nothing() -> None:
    by_hour = {FIRST.start + hour * HOUR: 0.5 for hour in range(24)}
    assert changed({FIRST.start: 12.0}, by_hour) == {}
    assert changed(by_hour, {FIRST.start: 12.0}, frozenset(by_hour) - {FIRST.start}) == {}
    assert changed({FIRST.start: 13.0}, by_hour) == {FIRST.date: -1.0}


def test_a_day_that_lacked_readings_is_not_corrected_by_those_that_arrive() -> None:
    lacking = {OFFTAKE: Coverage((Gap(FIRST.start, FIRST.start + 900, counted=False),))}
    for key in (OFFTAKE, NIGHT):
        change = {key: {FIRST.date: Change(0.25), SECOND.date: Change(0.5)}}
        assert corrections(change, lacking, READ, EAN) == {SECOND.date: {key.measure: 0.5}}


def test_a_day_that_lacked_readings_is_corrected_where_it_amounts_to_less() -> None:
    lacking = {OFFTAKE: Coverage((Gap(FIRST.start, FIRST.start + 900, counted=False),))}
    change = {OFFTAKE: {FIRST.date: Change(-0.25)}}
    assert corrections(change, lacking, READ, EAN) == {FIRST.date: {Measure.OFFTAKE: -0.25}}


def test_a_day_that_a_daily_value_stood_in_for_is_corrected_by_its_quarter_hours() -> None:
    counted = {OFFTAKE: Coverage((Gap(FIRST.start, FIRST.start + 900, counted=True),))}
    change = {OFFTAKE: {FIRST.date: Change(0.25)}}
    assert corrections(change, counted, READ, EAN) == {FIRST.date: {Measure.OFFTAKE: 0.25}}


def test_a_day_of_nothing_is_corrected_only_if_it_had_been_read() -> None:
    table = {FIRST.start: Row(FIRST.start, 0.0, 0.0)}
    needed = plan(0.0, table, HourlySums({FIRST.start: 1.5}))
    change = {OFFTAKE: changed_days(table, needed, DayKind.ELECTRICITY)}
    assert corrections(change, {}, READ, EAN) == {FIRST.date: {Measure.OFFTAKE: 1.5}}
    assert corrections(change, {}, (), EAN) == {}


def test_a_day_that_is_to_be_read_again_is_corrected() -> None:
    change = {OFFTAKE: {FIRST.date: Change(1.5)}}
    assert corrections(change, {}, (), EAN) == {FIRST.date: {Measure.OFFTAKE: 1.5}}


def test_another_connection_s_days_are_none_of_a_meter_s_corrections() -> None:
    other = SeriesKey("541440110000000009", Measure.OFFTAKE)
    assert corrections({other: {FIRST.date: Change(1.0)}}, {}, READ, EAN) == {}


def test_corrections_add_up_and_what_was_taken_back_is_none() -> None:
    first = {FIRST.date: {Measure.OFFTAKE: 1.0, Measure.INJECTION: 2.0}}
    second = {FIRST.date: {Measure.OFFTAKE: -1.0}, SECOND.date: {Measure.OFFTAKE: 3.0}}
    assert added_up(first, second) == {
        FIRST.date: {Measure.INJECTION: 2.0},
        SECOND.date: {Measure.OFFTAKE: 3.0},
    }
    back = {FIRST.date: {Measure.OFFTAKE: -1.0, Measure.INJECTION: -2.0}}
    assert added_up(first, back) == {}
