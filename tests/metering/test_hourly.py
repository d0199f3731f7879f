"""Quarter-hours and days become hours, each kWh once."""

import math

from hypothesis import given, strategies as st

from custom_components.fluvius_esco.metering.calendar import Span
from custom_components.fluvius_esco.metering.hourly import HourlySums, day_hours, hourly_sums
from custom_components.fluvius_esco.metering.measures import Measure
from custom_components.fluvius_esco.metering.readings import MeasureReadings, Values

from .builders import at, electricity_day, gas_day, quarters

SPRING = electricity_day("2026-03-29")
AUTUMN = electricity_day("2026-10-25")
ALWAYS = Span(0, 2**40)
DAYS = [SPRING, AUTUMN, electricity_day("2026-07-01")]


def sums_of(
    *meters: MeasureReadings, measure: Measure = Measure.OFFTAKE, asked: Span = ALWAYS
) -> HourlySums:
    return hourly_sums(day_hours(measure, meters, asked))


def test_quarter_hours_are_summed_into_their_hour() -> None:
    start = at("2026-07-01T10:00")
    fine: Values = {start + 900 * n: n + 1.0 for n in range(5)}
    sums = sums_of(MeasureReadings(fine), asked=Span(start, start + 4500))
    assert sums.values == {start: 10.0, start + 3600: 5.0}
    assert not sums.void
    assert not sums.partial


def test_a_day_known_only_as_a_day_stands_in_its_first_local_hour() -> None:
    day = electricity_day("2026-07-01")
    sums = sums_of(MeasureReadings(daily={day.start: 7.5}))
    assert sums.values == {at("2026-06-30T22:00"): 7.5}
    assert sums.void == frozenset(range(day.start + 3600, day.end, 3600))


def test_a_day_without_any_energy_is_known_to_be_zero() -> None:
    day = electricity_day("2026-07-01")
    assert sums_of(MeasureReadings(daily={day.start: 0.0})).values == {day.start: 0.0}


def test_a_gas_day_stands_at_six() -> None:
    day = gas_day("2026-01-15")
    sums = sums_of(MeasureReadings(daily={day.start: 40.0}), measure=Measure.GAS_ENERGY)
    assert sums.values == {at("2026-01-15T05:00"): 40.0}


def test_complete_quarter_hours_count_instead_of_their_day() -> None:
    for day in DAYS:
        readings = MeasureReadings(quarters(day, 0.25), {day.start: 999.0})
        sums = sums_of(readings)
        assert len(sums.values) == (day.end - day.start) / 3600
        assert set(sums.values.values()) == {1.0}
        assert not sums.void


def test_one_missing_quarter_hour_leaves_the_day_to_its_daily_value() -> None:
    for day in DAYS:
        fine = quarters(day, 0.25)
        del fine[day.end - 900]
        sums = sums_of(MeasureReadings(fine, {day.start: 30.0}))
        assert sums.values == {day.start: 30.0}
        assert sums.void == frozenset(range(day.start + 3600, day.end, 3600))


def test_known_quarter_hours_count_while_nothing_is_known_of_their_day() -> None:
    fine = quarters(SPRING, 0.25)
    fine[SPRING.start] = None
    sums = sums_of(MeasureReadings(fine, {SPRING.start: None}))
    assert sums.values[SPRING.start] == 0.75
    assert math.fsum(sums.values.values()) == 0.25 * 91


def test_hours_whose_values_were_withdrawn_are_void() -> None:
    fine = quarters(SPRING, 0.25)
    fine |= dict.fromkeys(range(SPRING.start, SPRING.start + 3600, 900))
    sums = sums_of(MeasureReadings(fine))
    assert sums.void == {SPRING.start}
    assert SPRING.start not in sums.values
    assert not sums.partial


def test_a_day_with_absent_slices_and_no_daily_value_is_partial() -> None:
    fine = quarters(SPRING, 0.25)
    del fine[SPRING.start]
    sums = sums_of(MeasureReadings(fine))
    assert not sums.values
    assert not sums.void
    (day,) = sums.partial
    assert day.day == SPRING
    assert math.fsum(day.values.values()) == 0.25 * 91


def test_slices_that_were_never_there_leave_a_day_to_what_is_known() -> None:
    fine = quarters(SPRING, 0.25)
    del fine[SPRING.start]
    missing = Span(SPRING.start, SPRING.start + 900)
    (day,) = day_hours(Measure.OFFTAKE, [MeasureReadings(fine)], ALWAYS, [missing])
    assert not day.is_partial
    assert not day.is_complete
    assert day.values[SPRING.start] == 0.75


def test_a_day_of_meters_in_turn_is_not_partial() -> None:
    fine = quarters(SPRING, 0.25)
    noon = SPRING.start + 12 * 3600
    old = {start: value for start, value in fine.items() if start < noon}
    new = {start: value for start, value in fine.items() if start >= noon}
    sums = sums_of(MeasureReadings(old), MeasureReadings(new))
    assert not sums.partial
    assert set(sums.values.values()) == {1.0}


def test_a_day_that_was_asked_for_in_part_is_not_partial() -> None:
    half: Values = dict.fromkeys(range(SPRING.start, SPRING.start + 6 * 3600, 900), 0.25)
    sums = sums_of(MeasureReadings(half), asked=Span(SPRING.start, SPRING.start + 6 * 3600))
    assert len(sums.values) == 6
    assert not sums.partial
    assert not sums.void


def test_meters_side_by_side_add_up_each_as_it_is_known() -> None:
    by_quarter = MeasureReadings(quarters(SPRING, 0.25), {SPRING.start: 23.0})
    by_day = MeasureReadings(quarters(SPRING, None), {SPRING.start: 8.0})
    sums = sums_of(by_quarter, by_day)
    assert sums.values[SPRING.start] == 9.0
    assert math.fsum(sums.values.values()) == 31.0
    assert not sums.void


def test_a_meter_replaced_at_noon_keeps_its_quarter_hours() -> None:
    day = electricity_day("2026-07-01")
    noon = day.start + 12 * 3600
    old: Values = dict.fromkeys(range(day.start, noon, 900), 0.25)
    new: Values = dict.fromkeys(range(noon, day.end, 900), 0.5)
    sums = sums_of(MeasureReadings(old, {day.start: 12.0}), MeasureReadings(new, {day.start: 24.0}))
    assert sums.values == {
        hour: 1.0 if hour < noon else 2.0 for hour in range(day.start, day.end, 3600)
    }
    assert not sums.void


def test_a_withdrawn_daily_value_is_void() -> None:
    sums = sums_of(MeasureReadings(daily={SPRING.start: None}))
    assert not sums.values
    assert sums.void == frozenset(range(SPRING.start, SPRING.end, 3600))


@given(
    st.sampled_from(DAYS),
    st.lists(st.none() | st.integers(0, 5000), min_size=100, max_size=100),
    st.none() | st.integers(0, 100_000),
)
def test_a_day_amounts_to_its_quarter_hours_or_its_daily_value_never_both(
    day: object, watt_hours: list[int | None], daily: int | None
) -> None:
    assert isinstance(day, type(SPRING))
    starts = range(day.start, day.end, 900)
    fine: Values = {
        start: None if amount is None else amount / 1000
        for start, amount in zip(starts, watt_hours, strict=False)
    }
    known = [amount for amount in watt_hours[: len(starts)] if amount is not None]
    of_day: Values = {} if daily is None else {day.start: daily / 1000}
    sums = sums_of(MeasureReadings(fine, of_day))
    expected = sum(known) if daily is None or len(known) == len(starts) else daily
    assert math.isclose(math.fsum(sums.values.values()), expected / 1000, abs_tol=1e-9)
    assert not sums.void & sums.values.keys()
