"""Quarter-hours and days become hours, each kWh once."""

import math

from hypothesis import given, strategies as st

from custom_components.fluvius_esco.metering.hourly import hourly_sums
from custom_components.fluvius_esco.metering.measures import Measure
from custom_components.fluvius_esco.metering.readings import MeasureReadings

from .builders import at, electricity_day, gas_day, quarters

SPRING = electricity_day("2026-03-29")
AUTUMN = electricity_day("2026-10-25")
DAYS = [SPRING, AUTUMN, electricity_day("2026-07-01")]


def test_quarter_hours_are_summed_into_their_hour() -> None:
    start = at("2026-07-01T10:00")
    fine: dict[int, float | None] = {start + 900 * n: n + 1.0 for n in range(5)}
    sums = hourly_sums(Measure.OFFTAKE, MeasureReadings(fine))
    assert sums.values == {start: 10.0, start + 3600: 5.0}
    assert not sums.void


def test_a_day_known_only_as_a_day_stands_in_its_first_local_hour() -> None:
    day = electricity_day("2026-07-01")
    sums = hourly_sums(Measure.OFFTAKE, MeasureReadings(daily={day.start: 7.5}))
    assert sums.values == {at("2026-06-30T22:00"): 7.5}
    assert sums.void == frozenset(range(day.start + 3600, day.end, 3600))


def test_a_gas_day_stands_at_six() -> None:
    day = gas_day("2026-01-15")
    sums = hourly_sums(Measure.GAS_ENERGY, MeasureReadings(daily={day.start: 40.0}))
    assert sums.values == {at("2026-01-15T05:00"): 40.0}


def test_complete_quarter_hours_count_instead_of_their_day() -> None:
    for day in DAYS:
        readings = MeasureReadings(quarters(day, 0.25), {day.start: 999.0})
        sums = hourly_sums(Measure.OFFTAKE, readings)
        assert len(sums.values) == (day.end - day.start) / 3600
        assert set(sums.values.values()) == {1.0}
        assert not sums.void


def test_one_missing_quarter_hour_leaves_the_day_to_its_daily_value() -> None:
    for day in DAYS:
        fine = quarters(day, 0.25)
        del fine[day.end - 900]
        sums = hourly_sums(Measure.OFFTAKE, MeasureReadings(fine, {day.start: 30.0}))
        assert sums.values == {day.start: 30.0}
        assert sums.void == frozenset(range(day.start + 3600, day.end, 3600))


def test_known_quarter_hours_count_while_nothing_is_known_of_their_day() -> None:
    fine = quarters(SPRING, 0.25)
    fine[SPRING.start] = None
    sums = hourly_sums(Measure.OFFTAKE, MeasureReadings(fine, {SPRING.start: None}))
    assert sums.values[SPRING.start] == 0.75
    assert math.fsum(sums.values.values()) == 0.25 * 91


def test_hours_whose_values_were_withdrawn_are_void() -> None:
    start = at("2026-07-01T10:00")
    fine: dict[int, float | None] = {start: None, start + 900: None, start + 3600: 1.0}
    sums = hourly_sums(Measure.OFFTAKE, MeasureReadings(fine))
    assert sums.values == {start + 3600: 1.0}
    assert sums.void == {start}


def test_a_withdrawn_daily_value_is_void() -> None:
    sums = hourly_sums(Measure.OFFTAKE, MeasureReadings(daily={SPRING.start: None}))
    assert not sums.values
    assert sums.void == {SPRING.start}


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
    fine = {
        start: None if amount is None else amount / 1000
        for start, amount in zip(starts, watt_hours, strict=False)
    }
    known = [amount for amount in watt_hours[: len(starts)] if amount is not None]
    of_day: dict[int, float | None] = {} if daily is None else {day.start: daily / 1000}
    sums = hourly_sums(Measure.OFFTAKE, MeasureReadings(fine, of_day))
    expected = sum(known) if daily is None or len(known) == len(starts) else daily
    assert math.isclose(math.fsum(sums.values.values()), expected / 1000, abs_tol=1e-9)
    assert not sums.void & sums.values.keys()
