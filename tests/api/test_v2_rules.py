"""V2's readings: every rule that an answer can break, and what is no breach of it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from custom_components.fluvius_esco.api.exceptions import FluviusMalformedAnswerError
from custom_components.fluvius_esco.api.models import Headpoint, PeriodType
from custom_components.fluvius_esco.api.v2_readings import parse_energy

from .builders import EAN, END, START, energy_request, headpoint, instant, seconds
from .v2_builders import day, electricity, energy_answer, flat, gas, hour, meter, quarter, quarters

QUARTER = timedelta(minutes=15)


def parse(data: object, period_type: PeriodType = PeriodType.READ_TIME) -> Headpoint:
    return parse_energy(energy_answer(data), energy_request(period_type=period_type))


def refused(data: object, reason: str) -> None:
    with pytest.raises(FluviusMalformedAnswerError, match=reason) as caught:
        parse(data)
    assert EAN not in str(caught.value)


@pytest.mark.parametrize(
    "data", [None, [], {}, {"fetchTime": "2026-03-04T08:00:00Z"}, {"headpoint": headpoint()}]
)
def test_answer_without_lists_of_meters_is_refused(data: object) -> None:
    with pytest.raises(FluviusMalformedAnswerError):
        parse(data)


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"[]", b'{"data": {"gasMeters": ['])
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    with pytest.raises(FluviusMalformedAnswerError):
        parse_energy(body, energy_request())


def test_electricity_and_gas_at_once_are_refused() -> None:
    refused(electricity(meter(), gasMeters=[meter()]), "electricity and gas")


@pytest.mark.parametrize("meters", [{}, "none", [1], [None]])
def test_meters_of_another_type_are_refused(meters: object) -> None:
    refused(electricity(electricityMeters=meters), "list of objects")


@pytest.mark.parametrize("number", ["1", 1.5, True, []])
def test_sequence_number_that_is_not_whole_is_refused(number: object) -> None:
    refused(electricity(meter(seqNumber=number)), "whole number")


def test_meter_number_of_another_type_is_refused() -> None:
    refused(electricity(meter(meterID=5)), "not a text")


@pytest.mark.parametrize("value", [-0.001, 1_000_001, True, "0.25", [], {}])
def test_implausible_value_refuses_the_answer(value: object) -> None:
    refused(electricity(meter(quarterHourlyEnergy=quarters([0.1, value]))), "value")


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"1e999"])
def test_number_without_end_refuses_the_answer(number: bytes) -> None:
    body = energy_answer(electricity(meter(quarterHourlyEnergy=quarters([0.125]))))
    with pytest.raises(FluviusMalformedAnswerError):
        parse_energy(body.replace(b"0.125", number), energy_request())


@pytest.mark.parametrize("measurement", [{}, "none", [1], [["offtakeValue"]]])
def test_measurements_of_another_type_are_refused(measurement: object) -> None:
    piece = {**quarter(START), "measurement": measurement}
    refused(electricity(meter(quarterHourlyEnergy=[piece])), "measurement")


@pytest.mark.parametrize("field", ["unit", "offtakeValidationState", "offtakeUsedGCF"])
def test_objects_for_words_are_refused(field: str) -> None:
    measurement = {**flat(), field: {}}
    refused(electricity(meter(quarterHourlyEnergy=[quarter(START, measurement)])), "word")


@pytest.mark.parametrize("field", ["timestampStart", "timestampEnd"])
@pytest.mark.parametrize("text", [None, 5, "", "2026-03-02T00:00:00"])
def test_slice_without_instant_is_refused(field: str, text: object) -> None:
    piece = {**quarter(START, flat()), field: text}
    refused(electricity(meter(quarterHourlyEnergy=[piece])), "slice")


@pytest.mark.parametrize("name", ["dailyEnergy", "hourlyEnergy", "quarterHourlyEnergy"])
@pytest.mark.parametrize("length", [timedelta(0), -QUARTER, timedelta(minutes=30)])
def test_slice_of_the_wrong_length_is_refused(name: str, length: timedelta) -> None:
    piece = {**quarter(START, flat()), "timestampEnd": instant(START + length)}
    refused(electricity(meter(**{name: [piece]})), "wrong length")


@pytest.mark.parametrize("start", [START - QUARTER, END])
def test_slice_outside_the_requested_period_is_refused(start: datetime) -> None:
    data = electricity(meter(quarterHourlyEnergy=[quarter(start, flat())]))
    refused(data, "outside the requested")


def test_arrivals_may_have_been_measured_at_any_time() -> None:
    long_ago = START - timedelta(days=500)
    data = electricity(meter(quarterHourlyEnergy=[quarter(long_ago, flat(1))]))
    found = parse(data, PeriodType.INSERT_TIME)
    assert found.meters[0].series[0].starts == [seconds(long_ago)]


def test_gas_days_may_overlap_the_edges_of_the_requested_period() -> None:
    before, within = START - timedelta(hours=18), START + timedelta(hours=6)
    days = [day(before, flat(1)), day(within, flat(2))]
    assert parse(gas(meter(dailyEnergy=days))).meters[0].series[0].values == [1, 2]
    refused(electricity(meter(dailyEnergy=days)), "outside the requested")


@pytest.mark.parametrize("start", [START - timedelta(hours=1), END])
def test_gas_hour_beyond_the_requested_period_is_refused(start: datetime) -> None:
    refused(gas(meter(hourlyEnergy=[hour(start, flat())])), "outside the requested")


def test_gas_hour_that_begins_between_two_others_is_refused() -> None:
    between = hour(END - timedelta(minutes=30), flat())
    refused(gas(meter(hourlyEnergy=[between])), "begins between two others")


@pytest.mark.parametrize("hours", [23, 25])
def test_days_of_clock_changes_are_an_hour_shorter_or_longer(hours: int) -> None:
    end = START + timedelta(hours=hours)
    registers = {"unit": "kWh", "offtakeDayValue": 7, "offtakeDayValidationState": "VAL"}
    piece = {**day(START, registers), "timestampEnd": instant(end)}
    body = energy_answer(electricity(meter(dailyEnergy=[piece])))
    found = parse_energy(body, replace(energy_request(), end=end))
    assert found.meters[0].series[0].ends == [seconds(end)]
