"""V2's readings: every shape that the contract allows."""

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
    Register,
    Series,
    Unit,
    ValidationState,
)
from custom_components.fluvius_esco.api.v2_readings import parse_energy

from .builders import EAN, START, energy_request, instant, seconds, starts_of
from .v2_builders import day, electricity, energy_answer, flat, gas, hour, meter, quarter, quarters

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
OFFTAKE = Channel(Direction.OFFTAKE, Register.TOTAL, Unit.KILOWATT_HOUR)
INJECTION = Channel(Direction.INJECTION, Register.TOTAL, Unit.KILOWATT_HOUR)
VOLUME = Channel(Direction.OFFTAKE, Register.TOTAL, Unit.CUBIC_METER)


def parse(data: object) -> Headpoint:
    return parse_energy(energy_answer(data), energy_request())


def quarters_of(*slices: dict[str, Any]) -> Headpoint:
    return parse(electricity(meter(quarterHourlyEnergy=list(slices))))


def series_by_channel(found: Headpoint) -> dict[Channel, Series]:
    (only_meter,) = found.meters
    by_channel = {one.channel: one for one in only_meter.series}
    assert len(by_channel) == len(only_meter.series)
    return by_channel


def columns(series: Series) -> list[tuple[int, int, float | None, ValidationState | None]]:
    return list(zip(series.starts, series.ends, series.values, series.states, strict=True))


def both(offtake: object, injection: object, state: str = "VAL") -> dict[str, object]:
    return flat(offtake, injectionValue=injection, injectionValidationState=state)


def test_quarter_hours_with_offtake_and_injection() -> None:
    found = quarters_of(quarter(START, both(0.1, 0.0, "EST")), quarter(START + QUARTER, both(2, 3)))
    assert (found.ean, found.energy_type) == (EAN, EnergyType.ELECTRICITY)
    assert found.kind is HeadpointKind.ON_METER
    assert (found.series, found.sub_headpoints, found.skipped) == ((), (), {})
    assert (found.meters[0].sequence_number, found.meters[0].serial) == ("1", "1SAG1100000001")
    series = series_by_channel(found)
    first, second, third = starts_of(START + number * QUARTER for number in range(3))
    assert columns(series[OFFTAKE]) == [
        (first, second, 0.1, ValidationState.VALIDATED),
        (second, third, 2, ValidationState.VALIDATED),
    ]
    assert columns(series[INJECTION]) == [
        (first, second, 0.0, ValidationState.ESTIMATED),
        (second, third, 3, ValidationState.VALIDATED),
    ]
    assert {one.granularity for one in series.values()} == {Granularity.QUARTER_HOUR}
    assert all(one.factors == () for one in series.values())


def test_daily_electricity_has_day_and_night() -> None:
    registers = {
        "unit": "kWh",
        "offtakeDayValue": 5.5,
        "offtakeDayValidationState": "VAL",
        "offtakeNightValue": 3.25,
        "offtakeNightValidationState": "EST",
        "injectionDayValue": 0.5,
        "injectionDayValidationState": "VAL",
        "injectionNightValue": 0,
        "injectionNightValidationState": "VAL",
    }
    series = series_by_channel(parse(electricity(meter(dailyEnergy=[day(START, registers)]))))
    assert {
        (channel.direction, channel.register): (one.values, one.states, one.granularity)
        for channel, one in series.items()
    } == {
        (direction, register): ([value], [state], Granularity.DAY)
        for direction, register, value, state in (
            (Direction.OFFTAKE, Register.DAY, 5.5, ValidationState.VALIDATED),
            (Direction.OFFTAKE, Register.NIGHT, 3.25, ValidationState.ESTIMATED),
            (Direction.INJECTION, Register.DAY, 0.5, ValidationState.VALIDATED),
            (Direction.INJECTION, Register.NIGHT, 0, ValidationState.VALIDATED),
        )
    }


def test_gas_has_volume_and_energy_side_by_side() -> None:
    slices = [
        hour(START + number * HOUR, flat(1.5 + number, "m3"), flat(17.25, offtakeUsedGCF=factor))
        for number, factor in enumerate(["P", "D", "C", "Q", None])
    ]
    found = parse(gas(meter(hourlyEnergy=slices)))
    assert found.energy_type is EnergyType.GAS
    series = series_by_channel(found)
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
    hours = starts_of(START + number * HOUR for number in range(5))
    assert series[VOLUME].starts == series[OFFTAKE].starts == hours
    assert {one.granularity for one in series.values()} == {Granularity.HOUR}


def test_meters_stay_apart_and_keep_their_numbers() -> None:
    second = meter(seqNumber=2, meterID=None, quarterHourlyEnergy=quarters([2]))
    found = parse(electricity(meter(quarterHourlyEnergy=quarters([1])), second, {"meterID": "x"}))
    assert [(one.sequence_number, one.serial) for one in found.meters] == [
        ("1", "1SAG1100000001"),
        ("2", None),
        (None, "x"),
    ]
    assert [[one.values for one in meter.series] for meter in found.meters] == [[[1]], [[2]], []]


@pytest.mark.parametrize(
    "lists",
    [
        {"electricityMeters": [], "gasMeters": []},
        {"electricityMeters": None, "gasMeters": None},
        {"electricityMeters": []},
        {"gasMeters": []},
    ],
)
def test_without_meters_there_is_nothing_to_tell_the_energy_type_from(
    lists: dict[str, object],
) -> None:
    found = parse({"fetchTime": "2026-03-04T08:00:00Z", **lists})
    assert (found.meters, found.energy_type) == ((), EnergyType.UNKNOWN)


@pytest.mark.parametrize("lists", [{}, {"quarterHourlyEnergy": None}, {"dailyEnergy": []}])
def test_meter_without_readings(lists: dict[str, Any]) -> None:
    assert parse(electricity(meter(**lists))).meters[0].series == ()


def test_empty_measurements_are_no_readings() -> None:
    bounds = {"timestampStart": instant(START), "timestampEnd": instant(START + QUARTER)}
    found = quarters_of(
        {**bounds, "measurement": None},
        bounds,
        quarter(START),
        quarter(START, {}),
        quarter(START, {"unit": None}),
        quarter(START, {"unit": "kWh"}),
        quarter(START + QUARTER, flat(0.5)),
    )
    (series,) = series_by_channel(found).values()
    assert columns(series) == [
        (seconds(START + QUARTER), seconds(START + 2 * QUARTER), 0.5, ValidationState.VALIDATED)
    ]
    assert found.skipped == {}


def test_a_value_may_be_null_or_left_out() -> None:
    found = quarters_of(
        quarter(START, {"unit": "kWh", "offtakeValue": None, "offtakeValidationState": None}),
        quarter(START + QUARTER, {"unit": "kWh", "offtakeValidationState": "EST"}),
        quarter(START + 2 * QUARTER, {"unit": "kWh", "offtakeValue": 1}),
    )
    series = series_by_channel(found)[OFFTAKE]
    assert list(series.values) == [None, None, 1]
    assert list(series.states) == [None, ValidationState.ESTIMATED, None]


def test_a_reading_that_is_null_throughout_is_one_that_the_meter_does_not_have() -> None:
    no_injection = {"injectionValue": None, "injectionValidationState": None}
    slices = [quarter(START + number * QUARTER, flat(number, **no_injection)) for number in (0, 1)]
    assert set(series_by_channel(quarters_of(*slices))) == {OFFTAKE}


def test_an_answer_of_nothing_but_nulls_takes_values_away() -> None:
    nothing = {"unit": "kWh", "offtakeValue": None, "offtakeValidationState": None}
    series = series_by_channel(quarters_of(quarter(START, nothing)))
    assert columns(series[OFFTAKE]) == [(seconds(START), seconds(START + QUARTER), None, None)]


def test_a_null_with_a_state_takes_a_value_away() -> None:
    found = quarters_of(quarter(START, both(0.1, None, "EST")))
    assert series_by_channel(found)[INJECTION].values == [None]


def test_slices_may_alternate_between_directions() -> None:
    injection = {"unit": "kWh", "injectionValue": 2, "injectionValidationState": "VAL"}
    series = series_by_channel(
        quarters_of(quarter(START, flat(1)), quarter(START + QUARTER, injection))
    )
    assert (series[OFFTAKE].starts, series[OFFTAKE].values) == ([seconds(START)], [1])
    assert (series[INJECTION].starts, series[INJECTION].values) == ([seconds(START + QUARTER)], [2])


def test_double_slices_stay_in_the_order_of_the_answer() -> None:
    found = quarters_of(
        quarter(START + QUARTER, flat(1)),
        quarter(START, flat(2)),
        quarter(START + QUARTER, flat(3), flat(4)),
    )
    later, first = seconds(START + QUARTER), seconds(START)
    series = series_by_channel(found)[OFFTAKE]
    assert series.starts == [later, first, later, later]
    assert series.values == [1, 2, 3, 4]


def test_unknown_fields_and_units_are_skipped_and_counted() -> None:
    found = quarters_of(
        quarter(START, flat(1, storageValue=5, storageComment=None)),
        quarter(START + QUARTER, flat(2, "MWh"), flat(3, None), flat(4, "?"), both(5, 6)),
        quarter(START + 2 * QUARTER, flat(7, storageValue=8, unheardOf={})),
    )
    series = series_by_channel(found)
    assert series[OFFTAKE].values == [1, 5, 7]
    assert series[INJECTION].values == [6]
    assert found.skipped == {"unknown_unit": 3, "unknown_field": 3}


def test_an_unknown_validation_state_is_kept_as_unknown() -> None:
    found = quarters_of(quarter(START, flat(1, offtakeValidationState="GUESS")))
    assert series_by_channel(found)[OFFTAKE].states == [ValidationState.UNKNOWN]


VALUES = st.integers(0, 1_000_000_000).map(lambda watt_hours: watt_hours / 1000)
STATES = st.sampled_from(["VAL", "EST"])
NAMES = ("offtake", "injection", "offtakeDay", "offtakeNight")
MEASUREMENTS = st.builds(
    lambda unit, readings: (unit, readings),
    st.sampled_from(["kWh", "m3"]),
    st.dictionaries(st.sampled_from(NAMES), st.tuples(st.none() | VALUES, STATES)),
)
SLICES = st.lists(
    st.tuples(st.integers(0, 95), st.none() | st.lists(MEASUREMENTS, max_size=3)), max_size=12
)
REGISTERS = {"total": "", "day": "Day", "night": "Night"}


def flat_of(unit: str, readings: dict[str, tuple[float | None, str]]) -> dict[str, object]:
    fields: dict[str, object] = {"unit": unit}
    for name, (value, state) in readings.items():
        fields |= {f"{name}Value": value, f"{name}ValidationState": state}
    return fields


@given(slices=SLICES)
def test_readings_of_any_shape_come_out_as_a_naive_walk_gives_them(
    slices: Sequence[tuple[int, list[tuple[str, dict[str, tuple[float | None, str]]]] | None]],
) -> None:
    expected: dict[tuple[str, str], list[tuple[int, float | None, str]]] = {}
    for number, measurements in slices:
        for unit, readings in measurements or []:
            for name, (value, state) in readings.items():
                row = (seconds(START + number * QUARTER), value, state)
                expected.setdefault((name, unit), []).append(row)
    pieces = [
        {
            **quarter(START + number * QUARTER),
            "measurement": None if found is None else [flat_of(*measured) for measured in found],
        }
        for number, found in slices
    ]
    assert {
        (f"{channel.direction}{REGISTERS[channel.register]}", channel.unit): [
            (start, value, state) for start, end, value, state in columns(one) if end == start + 900
        ]
        for channel, one in series_by_channel(quarters_of(*pieces)).items()
    } == expected
