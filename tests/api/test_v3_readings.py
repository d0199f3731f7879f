"""V3's readings: every shape that the contract allows."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.fluvius_esco.api.models import (
    Channel,
    Direction,
    EnergyType,
    GasConversionFactor,
    Granularity,
    Headpoint,
    HeadpointKind,
    PeriodType,
    Register,
    Series,
    SubHeadpointKind,
    Unit,
    ValidationState,
)
from custom_components.fluvius_esco.api.v3_readings import parse_energy

from .builders import (
    EAN,
    START,
    day,
    energy_answer,
    energy_request,
    headpoint,
    hour,
    instant,
    meter,
    offtake,
    quarter,
    quarters,
    reading,
    seconds,
    starts_of,
)

QUARTER = timedelta(minutes=15)
OFFTAKE = Channel(Direction.OFFTAKE, Register.TOTAL, Unit.KILOWATT_HOUR)
INJECTION = Channel(Direction.INJECTION, Register.TOTAL, Unit.KILOWATT_HOUR)
VOLUME = Channel(Direction.OFFTAKE, Register.TOTAL, Unit.CUBIC_METER)


def parse(content: object, period_type: PeriodType = PeriodType.READ_TIME) -> Headpoint:
    return parse_energy(energy_answer(content), energy_request(period_type=period_type))


def quarters_of(*slices: dict[str, Any]) -> Headpoint:
    return parse(headpoint(meter(quarterHourlyEnergy=list(slices))))


def series_by_channel(series: Sequence[Series]) -> dict[Channel, Series]:
    found = {one.channel: one for one in series}
    assert len(found) == len(series)
    return found


def columns(series: Series) -> list[tuple[int, int, float | None, ValidationState | None]]:
    return list(zip(series.starts, series.ends, series.values, series.states, strict=True))


def test_quarter_hours_with_offtake_and_injection() -> None:
    both = [
        {"offtake": {"total": reading(0.1)}, "injection": {"total": reading(0.0, state="EST")}},
        {"offtake": {"total": reading(0.2)}, "injection": {"total": reading(3, state="READ")}},
    ]
    found = quarters_of(quarter(START, both[0]), quarter(START + QUARTER, both[1]))
    assert found.ean == EAN
    assert found.energy_type is EnergyType.ELECTRICITY
    assert found.kind is HeadpointKind.ON_METER
    assert found.skipped == {}
    assert found.series == ()
    (only_meter,) = found.meters
    assert (only_meter.sequence_number, only_meter.serial) == ("1", "1SAG1100000001")
    series = series_by_channel(only_meter.series)
    first, second, third = starts_of(START + number * QUARTER for number in range(3))
    assert columns(series[OFFTAKE]) == [
        (first, second, 0.1, ValidationState.READ),
        (second, third, 0.2, ValidationState.READ),
    ]
    assert columns(series[INJECTION]) == [
        (first, second, 0.0, ValidationState.ESTIMATED),
        (second, third, 3, ValidationState.READ),
    ]
    assert {one.granularity for one in only_meter.series} == {Granularity.QUARTER_HOUR}
    assert all(one.factors == () for one in only_meter.series)


def test_daily_electricity_has_day_and_night() -> None:
    registers = {"offtake": {"day": reading(5.5), "night": reading(3.25), "total": None}}
    found = parse(headpoint(meter(dailyEnergy=[day(START, registers)])))
    series = series_by_channel(found.meters[0].series)
    assert {channel.register: one.values for channel, one in series.items()} == {
        Register.DAY: [5.5],
        Register.NIGHT: [3.25],
    }
    assert {one.granularity for one in series.values()} == {Granularity.DAY}


def test_gas_has_volume_and_energy_side_by_side() -> None:
    slices = [
        hour(
            START + number * timedelta(hours=1),
            offtake(1.5 + number, unit="m3"),
            offtake(17.25, gasConversionFactor=factor),
        )
        for number, factor in enumerate(["P", "D", "C", "Q", None])
    ]
    found = parse(headpoint(meter(hourlyEnergy=slices), energyType="G"))
    series = series_by_channel(found.meters[0].series)
    assert series[VOLUME].values == [1.5, 2.5, 3.5, 4.5, 5.5]
    assert series[VOLUME].factors == ()
    assert series[OFFTAKE].values == [17.25] * 5
    assert list(series[OFFTAKE].factors) == [
        GasConversionFactor.PROVISIONAL,
        GasConversionFactor.DEFINITIVE,
        GasConversionFactor.CONSTANT,
        GasConversionFactor.UNKNOWN,
        None,
    ]
    hours = starts_of(START + number * timedelta(hours=1) for number in range(5))
    assert series[VOLUME].starts == series[OFFTAKE].starts == hours
    assert {one.granularity for one in series.values()} == {Granularity.HOUR}


def test_installation_metered_on_headpoint_and_meter_with_its_parts() -> None:
    reactive = {"offtake": {"inductive": reading(0.5, "kVArh", "VAL")}}
    found = parse(
        headpoint(
            meter(quarterHourlyEnergy=quarters([0.1])),
            type_="metering-on-headpoint-and-meter",
            quarterHourlyEnergy=[quarter(START, reactive)],
            dailyEnergy=None,
            subHeadpoints=[
                {
                    "$type": "submetering-production",
                    "ean": "541448800000000024",
                    "seqNumber": "2",
                    "vregId": "V1",
                    "type": "PV",
                    "quarterHourlyEnergy": [
                        quarter(START, {"production": {"total": reading(2.5, state="NVAL")}})
                    ],
                },
                {"$type": "submetering-auxiliary", "ean": None},
            ],
        )
    )
    assert found.kind is HeadpointKind.ON_HEADPOINT_AND_METER
    assert found.meters[0].series[0].channel == OFFTAKE
    (own,) = found.series
    assert own.channel == Channel(
        Direction.OFFTAKE, Register.INDUCTIVE, Unit.KILOVOLT_AMPERE_REACTIVE_HOUR
    )
    assert own.states == [ValidationState.VALIDATED]
    production, auxiliary = found.sub_headpoints
    assert production.kind is SubHeadpointKind.PRODUCTION
    assert (production.ean, production.sequence_number) == ("541448800000000024", "2")
    assert (production.vreg_id, production.installation_type) == ("V1", "PV")
    assert production.series[0].states == [ValidationState.NOT_VALIDATED]
    assert auxiliary.kind is SubHeadpointKind.AUXILIARY
    assert auxiliary.series == ()
    assert found.skipped == {}


@pytest.mark.parametrize("lists", [{}, {"quarterHourlyEnergy": None}, {"dailyEnergy": []}])
def test_meter_without_readings(lists: dict[str, Any]) -> None:
    assert parse(headpoint(meter(**lists))).meters[0].series == ()


@pytest.mark.parametrize("meters", [{}, {"physicalMeters": None}, {"physicalMeters": []}])
def test_headpoint_without_meters(meters: dict[str, Any]) -> None:
    bare = {"$type": "metering-on-meter", "ean": EAN, "energyType": "E"}
    assert parse({**bare, **meters}).meters == ()


def test_nulls_at_every_level_are_no_readings() -> None:
    found = quarters_of(
        {"start": instant(START), "end": instant(START + QUARTER), "measurements": None},
        {"start": instant(START), "end": instant(START + QUARTER)},
        quarter(START),
        quarter(START, {}),
        quarter(START, {"offtake": None, "injection": None}),
        quarter(START, {"offtake": {}}),
        quarter(START, {"offtake": {"total": None}}),
        quarter(START + QUARTER, offtake(0.5)),
    )
    (series,) = found.meters[0].series
    assert columns(series) == [
        (seconds(START + QUARTER), seconds(START + 2 * QUARTER), 0.5, ValidationState.READ)
    ]
    assert found.skipped == {}


def test_slices_may_alternate_between_directions() -> None:
    found = quarters_of(
        quarter(START, {"offtake": {"total": reading(1)}}),
        quarter(START + QUARTER, {"injection": {"total": reading(2)}}),
    )
    series = series_by_channel(found.meters[0].series)
    assert (series[OFFTAKE].starts, series[OFFTAKE].values) == ([seconds(START)], [1])
    assert (series[INJECTION].starts, series[INJECTION].values) == ([seconds(START + QUARTER)], [2])


def test_value_may_be_null_or_left_out() -> None:
    (series,) = (
        quarters_of(
            quarter(START, offtake(None, state=None)),
            quarter(START + QUARTER, {"offtake": {"total": {"unit": "kWh"}}}),
            quarter(START + 2 * QUARTER, offtake(1)),
        )
        .meters[0]
        .series
    )
    assert list(series.values) == [None, None, 1]
    assert list(series.states) == [None, None, ValidationState.READ]


def test_double_slices_stay_in_the_order_of_the_answer() -> None:
    (series,) = (
        quarters_of(
            quarter(START + QUARTER, offtake(1)),
            quarter(START, offtake(2)),
            quarter(START + QUARTER, offtake(3), offtake(4)),
        )
        .meters[0]
        .series
    )
    later, first = seconds(START + QUARTER), seconds(START)
    assert series.starts == [later, first, later, later]
    assert series.values == [1, 2, 3, 4]


def test_unknown_words_are_skipped_and_counted() -> None:
    found = quarters_of(
        quarter(
            START,
            {
                "offtake": {
                    "total": reading(1, state="GUESS"),
                    "average": reading(2),
                    "day": reading(3, "MWh"),
                    "night": reading(4, None),
                    "reactive": reading(5, "?"),
                },
                "storage": {"total": reading(6)},
            },
        ),
        quarter(START + QUARTER, {"storage": {"total": reading(7)}}),
    )
    (series,) = found.meters[0].series
    assert series.channel == OFFTAKE
    assert series.values == [1]
    assert series.states == [ValidationState.UNKNOWN]
    assert found.skipped == {"unknown_register": 1, "unknown_unit": 3, "unknown_direction": 2}


def test_unknown_headpoint_type_gives_no_readings_but_is_told() -> None:
    found = parse(headpoint(meter(quarterHourlyEnergy=quarters([1])), type_="metering-on-cloud"))
    assert found.kind is HeadpointKind.UNKNOWN
    assert (found.meters, found.series) == ((), ())
    assert found.skipped == {"unknown_headpoint_type": 1}


def test_unknown_sub_headpoint_type_does_not_fail_the_rest() -> None:
    found = parse(
        headpoint(
            type_="metering-on-headpoint",
            quarterHourlyEnergy=quarters([1]),
            subHeadpoints=[{"$type": "submetering-storage", "quarterHourlyEnergy": quarters([2])}],
        )
    )
    assert found.series[0].values == [1]
    (part,) = found.sub_headpoints
    assert part.kind is SubHeadpointKind.UNKNOWN
    assert part.series == ()
    assert found.skipped == {"unknown_sub_headpoint_type": 1}


def test_unknown_energy_type_is_kept_as_unknown() -> None:
    assert parse(headpoint(energyType="H")).energy_type is EnergyType.UNKNOWN


VALUES = st.none() | st.integers(0, 1_000_000_000).map(lambda watt_hours: watt_hours / 1000)
READINGS = st.none() | st.builds(
    reading,
    VALUES,
    st.sampled_from(["kWh", "m3"]),
    st.sampled_from(["READ", "EST", "VAL", "NVAL", None]),
)
MEASUREMENTS = st.dictionaries(
    st.sampled_from(["offtake", "injection"]),
    st.none() | st.dictionaries(st.sampled_from(["total", "day", "night"]), READINGS),
)
SLICES = st.lists(
    st.tuples(st.integers(0, 95), st.none() | st.lists(MEASUREMENTS, max_size=3)), max_size=12
)


@given(slices=SLICES)
def test_readings_of_any_shape_come_out_as_a_naive_walk_gives_them(
    slices: list[tuple[int, list[dict[str, Any]] | None]],
) -> None:
    expected: dict[tuple[str, str, str], list[tuple[int, float | None, str | None]]] = {}
    for number, measurements in slices:
        for measurement in measurements or []:
            for direction, registers in measurement.items():
                for register, found in (registers or {}).items():
                    if found is not None:
                        channel = (direction, register, found["unit"])
                        row = (
                            seconds(START + number * QUARTER),
                            found["value"],
                            found["validationState"],
                        )
                        expected.setdefault(channel, []).append(row)
    pieces = [
        {**quarter(START + number * QUARTER), "measurements": measurements}
        for number, measurements in slices
    ]
    (only_meter,) = quarters_of(*pieces).meters
    assert {
        (one.channel.direction, one.channel.register, one.channel.unit): [
            (start, value, state) for start, end, value, state in columns(one) if end == start + 900
        ]
        for one in only_meter.series
    } == expected
