"""How far readings reach, and the last complete day."""

from datetime import UTC, date, datetime

from custom_components.fluvius_esco.metering.calendar import Span
from custom_components.fluvius_esco.metering.hourly import day_hours
from custom_components.fluvius_esco.metering.measures import Measure, SeriesKey
from custom_components.fluvius_esco.metering.readings import MeasureReadings
from custom_components.fluvius_esco.metering.summary import DayTotals, data_until, last_complete_day

from .builders import EAN, electricity_day, gas_day, quarters

ALWAYS = Span(0, 2**40)
SATURDAY = electricity_day("2026-10-24")
SUNDAY = electricity_day("2026-10-25")


type OfMeasures = dict[Measure, list[MeasureReadings]]


def until(readings: OfMeasures) -> datetime | None:
    return data_until({SeriesKey(EAN, measure): of for measure, of in readings.items()})


def last_day_of(readings: OfMeasures) -> DayTotals | None:
    return last_complete_day(
        {measure: day_hours(measure, of, ALWAYS) for measure, of in readings.items()}
    )


def test_data_reach_to_the_end_of_the_newest_value() -> None:
    fine = quarters(SATURDAY, 0.1) | {SUNDAY.start: None}
    readings = {Measure.OFFTAKE: [MeasureReadings(fine)]}
    assert until(readings) == datetime.fromtimestamp(SATURDAY.end, UTC)
    assert until({Measure.OFFTAKE: [MeasureReadings({SUNDAY.start: None})]}) is None
    assert until({}) is None


def test_a_daily_value_reaches_to_the_end_of_its_day() -> None:
    readings = {Measure.GAS_ENERGY: [MeasureReadings(daily={gas_day("2026-10-24").start: 1.0})]}
    assert until(readings) == datetime(2026, 10, 25, 5, tzinfo=UTC)


def test_the_last_complete_day_is_the_newest_whose_quarter_hours_are_all_there() -> None:
    partial = quarters(SUNDAY, 0.1)
    del partial[SUNDAY.start + 900 * 50]
    readings = {Measure.OFFTAKE: [MeasureReadings(quarters(SATURDAY, 0.5) | partial)]}
    last = last_day_of(readings)
    assert last is not None
    assert last.date == date(2026, 10, 24)
    assert last.totals == {Measure.OFFTAKE: 48.0}


def test_a_day_is_complete_only_when_injection_is_too() -> None:
    both = quarters(SATURDAY, 0.5) | quarters(SUNDAY, 0.5)
    readings = {
        Measure.OFFTAKE: [MeasureReadings(both)],
        Measure.INJECTION: [MeasureReadings(quarters(SATURDAY, 0.25))],
    }
    last = last_day_of(readings)
    assert last is not None
    assert last.totals == {Measure.OFFTAKE: 48.0, Measure.INJECTION: 24.0}


def test_the_daily_value_completes_a_day_of_25_hours() -> None:
    readings = {Measure.OFFTAKE: [MeasureReadings(daily={SUNDAY.start: 12.5})]}
    last = last_day_of(readings)
    assert last is not None
    assert (last.date, last.totals) == (date(2026, 10, 25), {Measure.OFFTAKE: 12.5})


def test_registers_alone_make_no_complete_day() -> None:
    readings = {Measure.OFFTAKE_DAY: [MeasureReadings(daily={SUNDAY.start: 12.5})]}
    assert last_day_of(readings) is None
    assert last_day_of({Measure.OFFTAKE: [MeasureReadings()]}) is None


def test_no_day_is_complete_for_both_where_they_know_different_ones() -> None:
    readings = {
        Measure.OFFTAKE: [MeasureReadings(quarters(SATURDAY, 0.5))],
        Measure.INJECTION: [MeasureReadings(quarters(SUNDAY, 0.25))],
    }
    assert last_day_of(readings) is None
