"""Meters of one EAN added up, double slices resolved, totals made of registers."""

from custom_components.fluvius_esco.api.models import EnergyType, Granularity
from custom_components.fluvius_esco.metering.measures import Measure
from custom_components.fluvius_esco.metering.readings import combine

from .builders import (
    INJECTION,
    OFFTAKE,
    OFFTAKE_DAY,
    OFFTAKE_NIGHT,
    VOLUME,
    headpoint,
    meter,
    series,
)

QUARTER = Granularity.QUARTER_HOUR
DAY = Granularity.DAY


def test_meters_side_by_side_stay_apart() -> None:
    readings = combine(
        headpoint(
            meter(series(OFFTAKE, QUARTER, {0: 0.25, 900: 0.5})),
            meter(series(OFFTAKE, QUARTER, {900: 1.0, 1800: 2.0}), number="2"),
        )
    )
    assert [of_meter.fine for of_meter in readings[Measure.OFFTAKE]] == [
        {0: 0.25, 900: 0.5},
        {900: 1.0, 1800: 2.0},
    ]


def test_where_the_headpoint_has_a_slice_its_value_is_the_whole() -> None:
    readings = combine(
        headpoint(
            meter(series(OFFTAKE, QUARTER, {0: 0.25, 900: 0.5, 1800: None})),
            meter(series(OFFTAKE, QUARTER, {0: None, 1800: 0.5}), number="2"),
            own=(series(OFFTAKE, QUARTER, {900: 0.75}),),
        )
    )
    (whole,) = readings[Measure.OFFTAKE]
    assert whole.fine == {0: 0.25, 900: 0.75, 1800: 0.5}


def test_a_null_of_the_headpoint_hides_no_meter() -> None:
    readings = combine(
        headpoint(
            meter(series(OFFTAKE, QUARTER, {0: 0.25})),
            own=(series(OFFTAKE, QUARTER, {0: None, 900: None}),),
        )
    )
    (whole,) = readings[Measure.OFFTAKE]
    assert whole.fine == {0: 0.25, 900: None}


def test_of_a_double_slice_the_later_one_counts() -> None:
    first = series(OFFTAKE, QUARTER, {0: 1.0})
    second = series(OFFTAKE, QUARTER, {0: 3.0})
    readings = combine(headpoint(meter(first, second)))
    assert readings[Measure.OFFTAKE][0].fine == {0: 3.0}


def test_a_day_without_total_is_the_sum_of_its_registers() -> None:
    readings = combine(
        headpoint(meter(series(OFFTAKE_DAY, DAY, {0: 1.5}), series(OFFTAKE_NIGHT, DAY, {0: 2.0})))
    )
    assert readings[Measure.OFFTAKE][0].daily == {0: 3.5}
    assert readings[Measure.OFFTAKE_DAY][0].daily == {0: 1.5}
    assert Measure.INJECTION not in readings


def test_a_total_is_unknown_while_one_of_its_registers_is() -> None:
    readings = combine(
        headpoint(meter(series(OFFTAKE_DAY, DAY, {0: None}), series(OFFTAKE_NIGHT, DAY, {0: 2.0})))
    )
    assert readings[Measure.OFFTAKE][0].daily == {0: None}


def test_a_total_is_absent_where_one_of_its_registers_is() -> None:
    registers = (
        series(OFFTAKE_DAY, DAY, {0: 1.0, 86400: 1.0}),
        series(OFFTAKE_NIGHT, DAY, {0: 2.0}),
    )
    readings = combine(headpoint(meter(*registers)))
    assert readings[Measure.OFFTAKE][0].daily == {0: 3.0}


def test_a_meter_with_one_register_has_it_as_its_total() -> None:
    readings = combine(headpoint(meter(series(OFFTAKE_NIGHT, DAY, {0: 2.0}))))
    assert readings[Measure.OFFTAKE][0].daily == {0: 2.0}


def test_a_total_that_is_given_is_not_made_of_registers() -> None:
    readings = combine(
        headpoint(meter(series(OFFTAKE, DAY, {0: 9.0}), series(OFFTAKE_NIGHT, DAY, {0: 2.0})))
    )
    assert readings[Measure.OFFTAKE][0].daily == {0: 9.0}


def test_gas_is_told_apart_by_its_unit_and_has_no_injection() -> None:
    readings = combine(
        headpoint(
            meter(
                series(OFFTAKE, Granularity.HOUR, {0: 11.2}),
                series(VOLUME, Granularity.HOUR, {0: 1.0}),
                series(INJECTION, Granularity.HOUR, {0: 5.0}),
            ),
            energy_type=EnergyType.GAS,
        )
    )
    assert readings.keys() == {Measure.GAS_ENERGY, Measure.GAS_VOLUME}
    assert readings[Measure.GAS_VOLUME][0].fine == {0: 1.0}
