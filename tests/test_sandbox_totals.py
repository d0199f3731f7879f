"""The sandbox's own totals: what its answers must add up to."""

from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.sandbox.visitor import Visitor, visiting

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
START = datetime(2026, 8, 31, 22, tzinfo=UTC)
BRUSSELS = ZoneInfo("Europe/Brussels")
PROSUMER = "541440110000000001"
DAILY_PROSUMER = "541440100000000001"
GAS = "541441010000000001"
DAILY_GAS = "541441000000000001"


@pytest.fixture
async def visitor(socket_enabled: None) -> AsyncIterator[Visitor]:
    async with visiting(lambda: NOW) as visitor:
        for ean in (PROSUMER, GAS):
            visitor.sandbox.add_mandate(ean, data_period_from=START)
        for ean in (DAILY_PROSUMER, DAILY_GAS):
            visitor.sandbox.add_mandate(ean, data_service_type="VH_dag", data_period_from=START)
        yield visitor


async def readings(visitor: Visitor, ean: str, name: str) -> list[dict[str, Any]]:
    query = {
        "ean": ean,
        "periodType": "readTime",
        "from": "2026-08-31T22:00:00Z",
        "to": "2026-11-20T12:00:00Z",
    }
    reply = await visitor.get("mandate/energy", **query)
    found: list[dict[str, Any]] = reply.json["data"]["headpoint"]["physicalMeters"][0][name]
    return found


def booked(
    slices: list[dict[str, Any]], direction: str, registers: set[str], unit: str = "kWh"
) -> dict[str, float]:
    """Sum the registers of an answer by the local month of the slice's start."""
    sums: dict[str, int] = defaultdict(int)
    for part in slices:
        month = datetime.fromisoformat(part["start"]).astimezone(BRUSSELS).strftime("%Y-%m")
        for measurement in part["measurements"]:
            for register, value in measurement[direction].items():
                if register in registers and value["unit"] == unit:
                    sums[month] += round(value["value"] * 1000)
    return {month: thousandths / 1000 for month, thousandths in sums.items()}


async def test_totals_are_what_the_answers_add_up_to(visitor: Visitor) -> None:
    quarters = await readings(visitor, PROSUMER, "quarterHourlyEnergy")
    days = await readings(visitor, PROSUMER, "dailyEnergy")

    reply = await visitor.admin("GET", f"totals/{PROSUMER}")

    assert reply.json == {
        "ean": PROSUMER,
        "months": {
            "offtake": booked(quarters, "offtake", {"total"}),
            "offtake_day": booked(days, "offtake", {"day"}),
            "offtake_night": booked(days, "offtake", {"night"}),
            "injection": booked(quarters, "injection", {"total"}),
            "injection_day": booked(days, "injection", {"day"}),
            "injection_night": booked(days, "injection", {"night"}),
        },
    }
    assert list(reply.json["months"]["offtake"]) == ["2026-09", "2026-10", "2026-11"]


async def test_totals_of_a_daily_meter_are_its_days(visitor: Visitor) -> None:
    days = await readings(visitor, DAILY_PROSUMER, "dailyEnergy")

    months = (await visitor.admin("GET", f"totals/{DAILY_PROSUMER}")).json["months"]

    assert months["offtake"] == booked(days, "offtake", {"day", "night"})
    assert months["injection"] == booked(days, "injection", {"day", "night"})


async def test_totals_of_gas_are_its_hours(visitor: Visitor) -> None:
    hours = await readings(visitor, GAS, "hourlyEnergy")

    months = (await visitor.admin("GET", f"totals/{GAS}")).json["months"]

    assert months == {
        "gas_energy": booked(hours, "offtake", {"total"}, "kWh"),
        "gas_volume": booked(hours, "offtake", {"total"}, "m3"),
    }


async def test_totals_of_a_daily_gas_meter_are_its_gas_days(visitor: Visitor) -> None:
    days = await readings(visitor, DAILY_GAS, "dailyEnergy")

    months = visitor.sandbox.totals(DAILY_GAS)

    assert months["gas_energy"] == booked(days, "offtake", {"total"}, "kWh")
    assert months["gas_volume"] == booked(days, "offtake", {"total"}, "m3")


async def test_totals_from_the_middle_of_a_day_count_the_quarter_hours_of_its_rest(
    visitor: Visitor,
) -> None:
    visitor.sandbox.add_mandate(PROSUMER, data_period_from=datetime(2026, 9, 10, 10, tzinfo=UTC))
    quarters = await readings(visitor, PROSUMER, "quarterHourlyEnergy")

    assert quarters[0]["start"] == "2026-09-10T10:00:00Z"
    assert visitor.sandbox.totals(PROSUMER)["offtake"] == booked(quarters, "offtake", {"total"})


async def test_totals_of_an_installation_mandate_are_empty(visitor: Visitor) -> None:
    body = {
        "environment": "sbx",
        "referenceNumber": "REF-1",
        "ean": "541440000000000009",
        "dataServiceType": "IG",
    }
    await visitor.admin("POST", "mandates", body)

    assert visitor.sandbox.totals("541440000000000009")["offtake"] == {}


async def test_totals_can_be_by_day_and_for_a_period(visitor: Visitor) -> None:
    query = {"from": "2026-10-24T22:00:00Z", "to": "2026-10-26T23:00:00Z", "unit": "day"}

    by_day = (await visitor.admin("GET", f"totals/{PROSUMER}", **query)).json["months"]

    assert list(by_day["offtake"]) == ["2026-10-25", "2026-10-26"]
    assert by_day == visitor.sandbox.totals(
        PROSUMER,
        datetime(2026, 10, 24, 22, tzinfo=UTC),
        datetime(2026, 10, 26, 23, tzinfo=UTC),
        by_day=True,
    )
    total = round(sum(by_day["offtake"].values()), 3)
    assert total == round(
        sum(sum(by_day[name].values()) for name in ("offtake_day", "offtake_night")), 3
    )


async def test_totals_of_a_meter_whose_quarter_hours_began_later_use_both(
    visitor: Visitor,
) -> None:
    later = datetime(2026, 10, 15, 22, tzinfo=UTC)
    whole = visitor.sandbox.totals(PROSUMER)["offtake"]
    await visitor.admin("DELETE", "mandates")
    visitor.sandbox.add_mandate(PROSUMER, data_service_type="VH_dag", data_period_from=START)
    visitor.sandbox.add_mandate(PROSUMER, data_period_from=later)

    assert visitor.sandbox.totals(PROSUMER)["offtake"] == whole


async def test_a_meter_without_mandates_has_no_totals(visitor: Visitor) -> None:
    assert (await visitor.admin("GET", "totals/541440000000000123")).status == 404
    refused = await visitor.admin("GET", f"totals/{PROSUMER}", unit="year")
    assert refused.status == 400
