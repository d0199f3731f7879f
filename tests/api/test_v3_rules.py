"""V3's readings: every rule that an answer can break, and what is no breach of it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from custom_components.fluvius_esco.api.exceptions import FluviusMalformedAnswerError
from custom_components.fluvius_esco.api.models import Headpoint, PeriodType
from custom_components.fluvius_esco.api.v3_readings import parse_energy

from .builders import (
    EAN,
    END,
    START,
    answer,
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
)

QUARTER = timedelta(minutes=15)


def parse(content: object, period_type: PeriodType = PeriodType.READ_TIME) -> Headpoint:
    return parse_energy(energy_answer(content), energy_request(period_type=period_type))


def refused(content: object, reason: str) -> None:
    with pytest.raises(FluviusMalformedAnswerError, match=reason) as caught:
        parse(content)
    assert EAN not in str(caught.value)


@pytest.mark.parametrize("data", [None, [], {}, {"headpoint": []}])
def test_answer_without_headpoint_is_refused(data: object) -> None:
    with pytest.raises(FluviusMalformedAnswerError):
        parse_energy(answer(data), energy_request())


def test_headpoint_that_is_null_has_no_readings() -> None:
    found = parse_energy(answer({"headpoint": None}), energy_request())
    assert (found.ean, found.meters, found.series, found.skipped) == (EAN, (), (), {})


@pytest.mark.parametrize("ean", ["541448800000000024", None, 541448800000000017])
def test_another_ean_is_refused(ean: object) -> None:
    refused(headpoint(ean=ean), "another EAN")


@pytest.mark.parametrize("value", [-0.001, 1_000_001, True, "0.25", [], {}])
def test_implausible_value_refuses_the_answer(value: object) -> None:
    refused(headpoint(meter(quarterHourlyEnergy=quarters([0.1, value]))), "value")


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"1e999"])
def test_number_without_end_refuses_the_answer(number: bytes) -> None:
    body = energy_answer(headpoint(meter(quarterHourlyEnergy=quarters([0.125]))))
    with pytest.raises(FluviusMalformedAnswerError):
        parse_energy(body.replace(b"0.125", number), energy_request())


@pytest.mark.parametrize("measurements", [{}, "none", [1], [["offtake"]]])
def test_measurements_of_another_type_are_refused(measurements: object) -> None:
    piece = {**quarter(START), "measurements": measurements}
    refused(headpoint(meter(quarterHourlyEnergy=[piece])), "measurement")


@pytest.mark.parametrize(
    "measurement", [{"offtake": 1}, {"offtake": {"total": 1}}, {"offtake": {"total": [1]}}]
)
def test_registers_of_another_type_are_refused(measurement: dict[str, Any]) -> None:
    refused(headpoint(meter(quarterHourlyEnergy=[quarter(START, measurement)])), "measurement")


@pytest.mark.parametrize("field", ["unit", "validationState", "gasConversionFactor"])
def test_objects_for_words_are_refused(field: str) -> None:
    measurement = {"offtake": {"total": {**reading(), field: {}}}}
    refused(headpoint(meter(quarterHourlyEnergy=[quarter(START, measurement)])), "word")


@pytest.mark.parametrize("field", ["start", "end"])
@pytest.mark.parametrize("text", [None, 5, "", "2026-03-02T00:00:00"])
def test_slice_without_instant_is_refused(field: str, text: object) -> None:
    piece = {**quarter(START, offtake()), field: text}
    refused(headpoint(meter(quarterHourlyEnergy=[piece])), "slice")


@pytest.mark.parametrize("name", ["dailyEnergy", "hourlyEnergy", "quarterHourlyEnergy"])
@pytest.mark.parametrize("length", [timedelta(0), -QUARTER, timedelta(minutes=30)])
def test_slice_of_the_wrong_length_is_refused(name: str, length: timedelta) -> None:
    piece = {**quarter(START, offtake()), "end": instant(START + length)}
    refused(headpoint(meter(**{name: [piece]})), "wrong length")


@pytest.mark.parametrize("start", [START - QUARTER, END])
def test_slice_outside_the_requested_period_is_refused(start: datetime) -> None:
    refused(
        headpoint(meter(quarterHourlyEnergy=[quarter(start, offtake())])), "outside the requested"
    )


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_arrivals_at_the_ends_of_the_calendar_are_refused(day: str) -> None:
    bounds = {"start": f"{day}T12:00:00Z", "end": f"{day}T12:15:00Z"}
    content = headpoint(meter(quarterHourlyEnergy=[quarter(START, offtake()) | bounds]))
    with pytest.raises(FluviusMalformedAnswerError, match="outside"):
        parse(content, PeriodType.INSERT_TIME)


def test_arrivals_may_have_been_measured_at_any_time() -> None:
    long_ago = START - timedelta(days=500)
    content = headpoint(meter(quarterHourlyEnergy=[quarter(long_ago, offtake(1))]))
    found = parse(content, PeriodType.INSERT_TIME)
    assert found.meters[0].series[0].starts == [seconds(long_ago)]


def test_gas_days_may_overlap_the_edges_of_the_requested_period() -> None:
    before, within = START - timedelta(hours=18), START + timedelta(hours=6)
    days = [day(before, offtake(1)), day(within, offtake(2))]
    found = parse(headpoint(meter(dailyEnergy=days), energyType="G"))
    assert found.meters[0].series[0].values == [1, 2]
    refused(headpoint(meter(dailyEnergy=days), energyType="E"), "outside the requested")


@pytest.mark.parametrize("start", [START - timedelta(days=1), END])
def test_gas_day_beyond_the_requested_period_is_refused(start: datetime) -> None:
    content = headpoint(meter(dailyEnergy=[day(start, offtake())]), energyType="G")
    refused(content, "outside the requested")


@pytest.mark.parametrize("start", [START - timedelta(hours=1), END])
def test_gas_hour_beyond_the_requested_period_is_refused(start: datetime) -> None:
    content = headpoint(meter(hourlyEnergy=[hour(start, offtake())]), energyType="G")
    refused(content, "outside the requested")


def test_gas_hour_that_begins_between_two_others_is_refused() -> None:
    between = hour(END - timedelta(minutes=30), offtake())
    content = headpoint(meter(hourlyEnergy=[between]), energyType="G")
    refused(content, "begins between two others")


@pytest.mark.parametrize("hours", [23, 25])
def test_days_of_clock_changes_are_an_hour_shorter_or_longer(hours: int) -> None:
    end = START + timedelta(hours=hours)
    piece = {**day(START, offtake(7)), "end": instant(end)}
    body = energy_answer(headpoint(meter(dailyEnergy=[piece])))
    found = parse_energy(body, replace(energy_request(), end=end))
    assert found.meters[0].series[0].ends == [seconds(end)]
