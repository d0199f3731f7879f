"""The sandbox's energy answers, over HTTP."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

from freezegun import freeze_time
import pytest

from tests.sandbox.visitor import Visitor, visiting

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PERIOD_START = datetime(2023, 12, 31, 23, tzinfo=UTC)
PROSUMER = "541440110000000001"
CONSUMER = "541440010000000001"
DAILY_CONSUMER = "541440000000000001"
GAS = "541441010000000001"
DAILY_GAS = "541441000000000001"

HEADPOINT_FIELDS = {"$type", "ean", "energyType", "physicalMeters"}
METER_FIELDS = {"seqNumber", "meterID", "dailyEnergy", "hourlyEnergy", "quarterHourlyEnergy"}
SLICE_FIELDS = {"start", "end", "measurements"}
VALUE_FIELDS = {"value", "unit", "validationState", "gasConversionFactor"}


@pytest.fixture
async def visitor(socket_enabled: None) -> AsyncIterator[Visitor]:
    async with visiting(lambda: NOW) as visitor:
        for ean in (PROSUMER, CONSUMER, GAS):
            visitor.sandbox.add_mandate(ean, data_period_from=PERIOD_START)
        for ean in (DAILY_CONSUMER, DAILY_GAS):
            visitor.sandbox.add_mandate(
                ean, data_service_type="VH_dag", data_period_from=PERIOD_START
            )
        yield visitor


async def meter(visitor: Visitor, ean: str, start: str, end: str, **others: str) -> dict[str, Any]:
    """Ask for energy and return the one physical meter of the answer."""
    reply = await visitor.energy(ean, start, end, **others)
    assert reply.status == 200, reply.json
    assert reply.json.keys() == {"_meta", "data"}
    headpoint = reply.json["data"]["headpoint"]
    assert headpoint.keys() == HEADPOINT_FIELDS
    assert headpoint["$type"] == "metering-on-meter"
    assert headpoint["ean"] == ean
    (found,) = headpoint["physicalMeters"]
    assert found.keys() <= METER_FIELDS
    assert isinstance(found, dict)
    return found


def values(slices: list[dict[str, Any]], direction: str, register: str, item: int = 0) -> list[int]:
    """Return one register of every slice in thousandths, and check the slice's fields."""
    found = []
    for part in slices:
        assert part.keys() == SLICE_FIELDS
        value = part["measurements"][item][direction][register]
        assert value.keys() <= VALUE_FIELDS
        assert value["validationState"] == "READ"
        thousandths = round(value["value"] * 1000)
        assert value["value"] == thousandths / 1000
        assert thousandths >= 0
        found.append(thousandths)
    return found


def starts(slices: list[dict[str, Any]]) -> list[str]:
    return [part["start"] for part in slices]


async def test_a_day_of_a_prosumer_has_registers_and_96_quarter_hours(visitor: Visitor) -> None:
    found = await meter(visitor, PROSUMER, "2026-06-09T22:00:00Z", "2026-06-10T22:00:00Z")

    assert found.keys() == {"seqNumber", "meterID", "dailyEnergy", "quarterHourlyEnergy"}
    assert (found["seqNumber"], found["meterID"]) == ("1", "1SAG1100000001")
    quarters = found["quarterHourlyEnergy"]
    assert len(quarters) == 96
    assert quarters[1]["start"] == quarters[0]["end"] == "2026-06-09T22:15:00Z"
    (day,) = found["dailyEnergy"]
    assert (day["start"], day["end"]) == ("2026-06-09T22:00:00Z", "2026-06-10T22:00:00Z")
    assert day["measurements"][0].keys() == {"offtake", "injection"}
    for direction in ("offtake", "injection"):
        registers = values([day], direction, "day") + values([day], direction, "night")
        assert sum(registers) == sum(values(quarters, direction, "total"))
        assert day["measurements"][0][direction].keys() == {"day", "night"}
    assert quarters[0]["measurements"][0]["offtake"]["total"]["unit"] == "kWh"


async def test_a_consumer_injects_nothing(visitor: Visitor) -> None:
    found = await meter(visitor, CONSUMER, "2026-06-09T22:00:00Z", "2026-06-10T22:00:00Z")

    for name in ("dailyEnergy", "quarterHourlyEnergy"):
        assert all(part["measurements"][0].keys() == {"offtake"} for part in found[name])


async def test_gas_has_cubic_metres_and_kilowatt_hours_that_add_up(visitor: Visitor) -> None:
    found = await meter(visitor, GAS, "2026-01-10T05:00:00Z", "2026-01-11T05:00:00Z")

    assert found.keys() == {"seqNumber", "meterID", "dailyEnergy", "hourlyEnergy"}
    assert found["meterID"] == "1FLO1100000001"
    hours = found["hourlyEnergy"]
    assert len(hours) == 24
    (day,) = found["dailyEnergy"]
    assert (day["start"], day["end"]) == ("2026-01-10T05:00:00Z", "2026-01-11T05:00:00Z")
    for item in (0, 1):
        assert sum(values(hours, "offtake", "total", item)) == sum(
            values([day], "offtake", "total", item)
        )
    volume, energy = (part["offtake"]["total"] for part in day["measurements"])
    assert (volume["unit"], "gasConversionFactor" in volume) == ("m3", False)
    assert (energy["unit"], energy["gasConversionFactor"]) == ("kWh", "D")
    assert 10.2 < energy["value"] / volume["value"] < 11.6


async def test_a_gas_day_counts_only_when_it_lies_wholly_in_the_period(visitor: Visitor) -> None:
    found = await meter(visitor, GAS, "2026-01-09T23:00:00Z", "2026-01-11T23:00:00Z")

    assert starts(found["dailyEnergy"]) == ["2026-01-10T05:00:00Z"]
    assert len(found["hourlyEnergy"]) == 48


@pytest.mark.parametrize(
    ("ean", "start", "end", "slices"),
    [
        (CONSUMER, "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 92),
        (CONSUMER, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 100),
        (GAS, "2026-03-28T05:00:00Z", "2026-03-29T04:00:00Z", 23),
        (GAS, "2026-10-24T04:00:00Z", "2026-10-25T05:00:00Z", 25),
    ],
)
async def test_clock_change_days_have_their_own_length(
    visitor: Visitor, ean: str, start: str, end: str, slices: int
) -> None:
    found = await meter(visitor, ean, start, end)

    (day,) = found["dailyEnergy"]
    assert (day["start"], day["end"]) == (start, end)
    fine = found["hourlyEnergy" if ean == GAS else "quarterHourlyEnergy"]
    assert len(fine) == slices
    assert sum(values(fine, "offtake", "total")) > 0


@pytest.mark.parametrize(
    ("granularity", "names"),
    [
        ("", {"daily", "fine"}),
        ("daily", {"daily"}),
        ("hourly_quarterhourly", {"fine"}),
        ("daily,hourly_quarterhourly", {"daily", "fine"}),
        ("hourly_quarterhourly;daily", {"daily", "fine"}),
        ("daily|hourly_quarterhourly", {"daily", "fine"}),
    ],
)
@pytest.mark.parametrize(
    ("ean", "fine_name"), [(PROSUMER, "quarterHourlyEnergy"), (GAS, "hourlyEnergy")]
)
async def test_only_the_granularities_asked_for_are_in_the_answer(
    visitor: Visitor, ean: str, fine_name: str, granularity: str, names: set[str]
) -> None:
    period = ("2026-06-01T22:00:00Z", "2026-06-03T22:00:00Z")
    found = await meter(visitor, ean, *period, granularity=granularity)

    series = {"daily": "dailyEnergy", "fine": fine_name}
    assert found.keys() == {"seqNumber", "meterID"} | {series[name] for name in names}


@pytest.mark.parametrize("ean", [DAILY_CONSUMER, DAILY_GAS])
async def test_a_daily_mandate_gives_days_only(visitor: Visitor, ean: str) -> None:
    period = ("2026-06-01T22:00:00Z", "2026-06-03T22:00:00Z")
    for asked in ({}, {"granularity": "daily,hourly_quarterhourly"}):
        found = await meter(visitor, ean, *period, **asked)
        assert found.keys() == {"seqNumber", "meterID", "dailyEnergy"}
        assert found["dailyEnergy"]

    refused = await visitor.energy(ean, *period, granularity="hourly_quarterhourly")
    assert (refused.status, refused.json["code"]) == (404, "Mandates.NotFound")


async def test_a_digital_meter_has_no_reactive_energy(visitor: Visitor) -> None:
    period = ("2026-06-01T22:00:00Z", "2026-06-03T22:00:00Z")

    reactive = await meter(visitor, PROSUMER, *period, complexEnergyTypes="reactive")
    both = await meter(visitor, PROSUMER, *period, complexEnergyTypes="active,reactive")
    gas = await meter(visitor, GAS, *period, complexEnergyTypes="reactive")

    assert (reactive["dailyEnergy"], reactive["quarterHourlyEnergy"]) == ([], [])
    assert len(both["dailyEnergy"]) == 2
    assert gas["hourlyEnergy"]


async def test_an_answer_is_clipped_to_the_data_period(visitor: Visitor) -> None:
    visitor.sandbox.add_mandate(
        PROSUMER,
        data_period_from=datetime(2026, 6, 2, 22, tzinfo=UTC),
        data_period_to=datetime(2026, 6, 3, 22, tzinfo=UTC),
    )

    found = await meter(visitor, PROSUMER, "2026-06-01T22:00:00Z", "2026-06-06T22:00:00Z")

    assert starts(found["dailyEnergy"]) == ["2026-06-02T22:00:00Z"]
    assert len(found["quarterHourlyEnergy"]) == 96


async def test_an_expired_mandate_gives_nothing_that_was_inserted_since(visitor: Visitor) -> None:
    visitor.sandbox.add_mandate(
        PROSUMER,
        data_period_from=PERIOD_START,
        mandateExpirationDate="2026-06-03T22:00:00Z",
        renewalStatus="Expired",
    )

    found = await meter(visitor, PROSUMER, "2026-06-01T22:00:00Z", "2026-06-06T22:00:00Z")

    assert starts(found["dailyEnergy"]) == ["2026-06-01T22:00:00Z"]


async def test_two_mandates_together_give_each_its_own_detail(visitor: Visitor) -> None:
    ean = "541448000000000001"
    visitor.sandbox.add_mandate(ean, data_service_type="VH_dag", data_period_from=PERIOD_START)
    visitor.sandbox.add_mandate(ean, data_period_from=datetime(2026, 6, 2, 22, tzinfo=UTC))

    found = await meter(visitor, ean, "2026-06-01T22:00:00Z", "2026-06-03T22:00:00Z")

    assert len(found["dailyEnergy"]) == 2
    assert len(found["quarterHourlyEnergy"]) == 96


@pytest.mark.parametrize(
    ("moment", "electricity", "gas"),
    [
        ("2026-11-20T12:00:00Z", "2026-11-18T23:00:00Z", "2026-11-19T05:00:00Z"),
        ("2026-11-20T05:56:00Z", "2026-11-18T23:00:00Z", "2026-11-19T05:00:00Z"),
        ("2026-11-20T05:04:00Z", "2026-11-18T23:00:00Z", "2026-11-18T05:00:00Z"),
        ("2026-11-19T23:56:00Z", "2026-11-18T23:00:00Z", "2026-11-18T05:00:00Z"),
        ("2026-11-19T23:04:00Z", "2026-11-17T23:00:00Z", "2026-11-18T05:00:00Z"),
    ],
)
async def test_the_newest_complete_day_is_yesterday(
    visitor: Visitor, moment: str, electricity: str, gas: str
) -> None:
    visitor.sandbox.clock.set(datetime.fromisoformat(moment))
    newest = {}
    for ean in (PROSUMER, GAS):
        found = await meter(visitor, ean, "2026-11-10T00:00:00Z", "2026-11-25T00:00:00Z")
        newest[ean] = found["dailyEnergy"][-1]["start"]
        fine = found.get("quarterHourlyEnergy") or found["hourlyEnergy"]
        assert fine[-1]["end"] == found["dailyEnergy"][-1]["end"]

    assert newest == {PROSUMER: electricity, GAS: gas}


async def test_insert_time_gives_the_days_that_arrived_in_the_period(visitor: Visitor) -> None:
    arrived = {"periodType": "insertTime"}

    electricity = await meter(
        visitor, PROSUMER, "2026-11-09T23:00:00Z", "2026-11-11T23:00:00Z", **arrived
    )
    gas = await meter(visitor, GAS, "2026-11-09T23:00:00Z", "2026-11-11T23:00:00Z", **arrived)

    assert starts(electricity["dailyEnergy"]) == ["2026-11-08T23:00:00Z", "2026-11-09T23:00:00Z"]
    assert len(electricity["quarterHourlyEnergy"]) == 192
    assert starts(gas["dailyEnergy"]) == ["2026-11-09T05:00:00Z", "2026-11-10T05:00:00Z"]
    assert len(gas["hourlyEnergy"]) == 48


async def test_what_arrives_later_is_not_there_yet(visitor: Visitor) -> None:
    visitor.sandbox.clock.set(datetime(2026, 11, 10, 23, 4, tzinfo=UTC))

    found = await meter(
        visitor,
        PROSUMER,
        "2026-11-09T23:00:00Z",
        "2026-11-11T23:00:00Z",
        periodType="insertTime",
    )

    assert starts(found["dailyEnergy"]) == ["2026-11-08T23:00:00Z"]


async def test_definitive_gas_arrives_again_on_the_third_of_the_next_month(
    visitor: Visitor,
) -> None:
    october = ("2026-10-01T04:00:00Z", "2026-11-01T05:00:00Z")
    third = ("2026-11-02T23:00:00Z", "2026-11-03T05:00:00Z")
    visitor.sandbox.clock.set(datetime(2026, 11, 3, 3, 4, tzinfo=UTC))
    before = await meter(visitor, GAS, *october, granularity="daily")
    early = await meter(visitor, GAS, *third, granularity="daily", periodType="insertTime")

    visitor.sandbox.clock.set(datetime(2026, 11, 3, 3, 56, tzinfo=UTC))
    after = await meter(visitor, GAS, *october, granularity="daily")
    late = await meter(visitor, GAS, *third, granularity="daily", periodType="insertTime")

    assert factors(before) == ["P"] * 31
    assert factors(after) == ["D"] * 31
    volume, energy = 0, 1
    for item, same in ((volume, True), (energy, False)):
        old = values(before["dailyEnergy"], "offtake", "total", item)
        new = values(after["dailyEnergy"], "offtake", "total", item)
        assert (old == new) is same
    assert early["dailyEnergy"] == []
    assert late["dailyEnergy"] == after["dailyEnergy"]


def factors(found: dict[str, Any]) -> list[str]:
    return [
        part["measurements"][1]["offtake"]["total"]["gasConversionFactor"]
        for part in found["dailyEnergy"]
    ]


async def test_windows_of_any_size_give_the_same_readings(visitor: Visitor) -> None:
    whole = await meter(visitor, PROSUMER, "2026-03-01T23:00:00Z", "2026-05-01T22:00:00Z")
    edge = "2026-03-29T22:00:00Z"
    first = await meter(visitor, PROSUMER, "2026-03-01T23:00:00Z", edge)
    second = await meter(visitor, PROSUMER, edge, "2026-05-01T22:00:00Z")

    for name in ("dailyEnergy", "quarterHourlyEnergy"):
        assert first[name] + second[name] == whole[name]


async def test_half_a_year_of_quarter_hours_is_quick(visitor: Visitor) -> None:
    started = perf_counter()
    found = await meter(visitor, PROSUMER, "2026-05-01T22:00:00Z", "2026-11-02T22:00:00Z")
    elapsed = perf_counter() - started

    assert len(found["quarterHourlyEnergy"]) == 185 * 96
    assert elapsed < 5


async def test_answers_do_not_change_while_the_clock_of_the_process_stands_still(
    visitor: Visitor,
) -> None:
    period = ("2026-06-01T22:00:00Z", "2026-06-03T22:00:00Z")
    running = await meter(visitor, PROSUMER, *period)
    with freeze_time(NOW + timedelta(days=1)):
        frozen = await meter(visitor, PROSUMER, *period)

    assert frozen == running
