"""Meters of one EAN added up, double slices resolved, totals made of registers."""

from custom_components.fluvius_esco.api.models import (
    Channel,
    Direction,
    EnergyType,
    Granularity,
    Register,
    Series,
    SubHeadpoint,
    SubHeadpointKind,
    Unit,
)
from custom_components.fluvius_esco.metering.measures import Measure, SeriesKey
from custom_components.fluvius_esco.metering.readings import (
    combine,
    is_single,
    sources,
)

from .builders import (
    EAN,
    INJECTION,
    OFFTAKE,
    OFFTAKE_DAY,
    OFFTAKE_NIGHT,
    VOLUME,
    headpoint,
    meter,
    series,
)


def of(measure: Measure) -> SeriesKey:
    return SeriesKey(EAN, measure)


QUARTER = Granularity.QUARTER_HOUR
DAY = Granularity.DAY


def test_meters_side_by_side_stay_apart() -> None:
    readings = combine(
        headpoint(
            meter(series(OFFTAKE, QUARTER, {0: 0.25, 900: 0.5})),
            meter(series(OFFTAKE, QUARTER, {900: 1.0, 1800: 2.0}), number="2"),
        )
    )
    assert [of_meter.fine for of_meter in readings[of(Measure.OFFTAKE)]] == [
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
    (whole,) = readings[of(Measure.OFFTAKE)]
    assert whole.fine == {0: 0.25, 900: 0.75, 1800: 0.5}


def test_a_null_of_the_headpoint_hides_no_meter() -> None:
    readings = combine(
        headpoint(
            meter(series(OFFTAKE, QUARTER, {0: 0.25})),
            own=(series(OFFTAKE, QUARTER, {0: None, 900: None}),),
        )
    )
    (whole,) = readings[of(Measure.OFFTAKE)]
    assert whole.fine == {0: 0.25, 900: None}


def test_of_a_double_slice_the_later_one_counts() -> None:
    first = series(OFFTAKE, QUARTER, {0: 1.0})
    second = series(OFFTAKE, QUARTER, {0: 3.0})
    readings = combine(headpoint(meter(first, second)))
    assert readings[of(Measure.OFFTAKE)][0].fine == {0: 3.0}


def test_hours_are_no_more_than_their_quarter_hours() -> None:
    by_hour = series(OFFTAKE, Granularity.HOUR, {0: 4.0, 3600: 4.0})
    by_quarter_hour = series(OFFTAKE, QUARTER, {900: 1.0, 1800: 1.0, 2700: 1.0})
    both = combine(headpoint(meter(by_hour, by_quarter_hour)))
    assert both[of(Measure.OFFTAKE)][0].fine == {900: 1.0, 1800: 1.0, 2700: 1.0}
    assert combine(headpoint(meter(by_hour)))[of(Measure.OFFTAKE)][0].fine == {0: 4.0, 3600: 4.0}


def test_a_day_without_total_is_the_sum_of_its_registers() -> None:
    readings = combine(
        headpoint(meter(series(OFFTAKE_DAY, DAY, {0: 1.5}), series(OFFTAKE_NIGHT, DAY, {0: 2.0})))
    )
    assert readings[of(Measure.OFFTAKE)][0].daily == {0: 3.5}
    assert readings[of(Measure.OFFTAKE_DAY)][0].daily == {0: 1.5}
    assert of(Measure.INJECTION) not in readings


def test_a_total_is_unknown_while_one_of_its_registers_is() -> None:
    readings = combine(
        headpoint(meter(series(OFFTAKE_DAY, DAY, {0: None}), series(OFFTAKE_NIGHT, DAY, {0: 2.0})))
    )
    assert readings[of(Measure.OFFTAKE)][0].daily == {0: None}


def test_a_register_that_is_left_out_is_no_part_of_the_total() -> None:
    registers = (
        series(OFFTAKE_DAY, DAY, {0: 1.0, 86400: 1.0}),
        series(OFFTAKE_NIGHT, DAY, {86400: 2.0}),
    )
    readings = combine(headpoint(meter(*registers)))
    assert readings[of(Measure.OFFTAKE)][0].daily == {0: 1.0, 86400: 3.0}


def test_a_meter_with_one_register_has_it_as_its_total() -> None:
    readings = combine(headpoint(meter(series(OFFTAKE_NIGHT, DAY, {0: 2.0}))))
    assert readings[of(Measure.OFFTAKE)][0].daily == {0: 2.0}


def test_a_total_that_is_given_is_not_made_of_registers() -> None:
    readings = combine(
        headpoint(meter(series(OFFTAKE, DAY, {0: 9.0}), series(OFFTAKE_NIGHT, DAY, {0: 2.0})))
    )
    assert readings[of(Measure.OFFTAKE)][0].daily == {0: 9.0}


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
    assert readings.keys() == {of(Measure.GAS_ENERGY), of(Measure.GAS_VOLUME)}
    assert readings[of(Measure.GAS_VOLUME)][0].fine == {0: 1.0}


def sub(kind: SubHeadpointKind, ean: str | None, *of_sub: Series) -> SubHeadpoint:
    return SubHeadpoint(kind, ean, "1", None, "PV", of_sub)


def test_sub_headpoints_have_series_of_their_own_ean() -> None:
    solar, battery = "541448800000000011", "541448800000000022"
    production = Channel(Direction.PRODUCTION, Register.TOTAL, Unit.KILOWATT_HOUR)
    auxiliary = Channel(Direction.AUXILIARY, Register.TOTAL, Unit.KILOWATT_HOUR)
    readings = combine(
        headpoint(
            own=(series(OFFTAKE, QUARTER, {0: 0.25}),),
            subs=(
                sub(SubHeadpointKind.PRODUCTION, solar, series(production, QUARTER, {0: 1.0})),
                sub(SubHeadpointKind.PRODUCTION, solar, series(production, QUARTER, {0: 2.0})),
                sub(SubHeadpointKind.AUXILIARY, battery, series(auxiliary, QUARTER, {0: 3.0})),
                sub(SubHeadpointKind.OFFTAKE, battery, series(OFFTAKE, QUARTER, {0: 4.0})),
            ),
        )
    )
    assert {key: [meter.fine for meter in meters] for key, meters in readings.items()} == {
        of(Measure.OFFTAKE): [{0: 0.25}],
        SeriesKey(solar, Measure.PRODUCTION): [{0: 1.0}, {0: 2.0}],
        SeriesKey(battery, Measure.AUXILIARY): [{0: 3.0}],
        SeriesKey(battery, Measure.OFFTAKE): [{0: 4.0}],
    }


def test_a_sub_headpoint_without_an_ean_of_its_own_is_left_out() -> None:
    readings = combine(
        headpoint(
            own=(series(OFFTAKE, QUARTER, {0: 0.25}),),
            subs=(
                sub(SubHeadpointKind.OFFTAKE, None, series(OFFTAKE, QUARTER, {0: 4.0})),
                sub(SubHeadpointKind.OFFTAKE, EAN, series(OFFTAKE, QUARTER, {0: 4.0})),
            ),
        )
    )
    assert readings.keys() == {of(Measure.OFFTAKE)}


def test_reactive_energy_is_told_apart_by_its_register() -> None:
    channels = {
        Channel(Direction.OFFTAKE, Register.INDUCTIVE, Unit.KILOVOLT_AMPERE_REACTIVE_HOUR): (
            Measure.OFFTAKE_INDUCTIVE
        ),
        Channel(Direction.INJECTION, Register.CAPACITIVE, Unit.KILOVOLT_AMPERE_REACTIVE_HOUR): (
            Measure.INJECTION_CAPACITIVE
        ),
    }
    readings = combine(headpoint(own=tuple(series(one, QUARTER, {0: 1.0}) for one in channels)))
    assert readings.keys() == {of(measure) for measure in channels.values()}
    assert all(m.unit is Unit.KILOVOLT_AMPERE_REACTIVE_HOUR for m in channels.values())


def test_sources_are_the_places_that_an_ean_is_measured_at() -> None:
    one = series(OFFTAKE, QUARTER, {0: 1.0})
    solar = sub(SubHeadpointKind.PRODUCTION, "541448800000000011", one)
    first, second = sources(headpoint(meter(one))), sources(headpoint(meter(one, number="2")))
    assert is_single(sources(headpoint()))
    assert is_single(sources(headpoint(meter(one), subs=(solar,))))
    assert is_single(first | sources(headpoint(meter())))
    assert not is_single(first | second)
    assert not is_single(sources(headpoint(meter(one), meter(one))))
    assert not is_single(sources(headpoint(meter(one), own=(one,))))
    assert not is_single(sources(headpoint(own=(one,), subs=(solar, solar))))
