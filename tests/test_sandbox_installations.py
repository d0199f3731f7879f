"""The sandbox's installations: several meters, AMR headpoints, sub-headpoints."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.visitor import Visitor, visiting

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
EAN = "541440110000000001"
GAS = "541441010000000001"
DAY = datetime(2026, 6, 9, 22, tzinfo=UTC)
NEXT_DAY = DAY + timedelta(days=1)
NOON = DAY + timedelta(hours=12)
QUARTERS = "quarterHourlyEnergy"
SUBS = (
    {"ean": "541440000000000801", "kind": "production", "vregId": "PVZ-1", "type": "PV"},
    {"ean": "541440000000000802", "kind": "auxiliary", "type": "WKKA"},
    {"ean": "541440000000000803", "kind": "offtake", "seqNumber": "7", "type": "BAT"},
)


@pytest.fixture
async def visitor(socket_enabled: None) -> AsyncIterator[Visitor]:
    async with visiting(lambda: NOW) as visitor:
        for ean in (EAN, GAS):
            visitor.sandbox.add_mandate(ean, data_period_from=datetime(2026, 1, 1, tzinfo=UTC))
        yield visitor


async def headpoint(
    visitor: Visitor,
    start: datetime = DAY,
    end: datetime = NEXT_DAY,
    ean: str = EAN,
    **others: str,
) -> dict[str, Any]:
    bounds = [moment.strftime("%Y-%m-%dT%H:%M:%SZ") for moment in (start, end)]
    reply = await visitor.energy(ean, *bounds, **others)
    assert reply.status == 200, reply.json
    found = reply.json["data"]["headpoint"]
    assert isinstance(found, dict)
    return found


def column(slices: list[dict[str, Any]], direction: str, register: str) -> dict[str, float | None]:
    return {part["start"]: part["measurements"][0][direction][register]["value"] for part in slices}


def total(values: dict[str, float | None]) -> float:
    return round(sum(value or 0 for value in values.values()), 3)


async def test_a_replaced_meter_hands_over_in_the_middle_of_a_day(visitor: Visitor) -> None:
    (whole,) = (await headpoint(visitor))["physicalMeters"]
    visitor.sandbox.install(EAN, "replaced", at=NOON)

    found = await headpoint(visitor)

    old, new = found["physicalMeters"]
    assert found["$type"] == "metering-on-meter"
    assert [meter["seqNumber"] for meter in (old, new)] == ["1", "2"]
    assert old["meterID"] != new["meterID"]
    assert old[QUARTERS] + new[QUARTERS] == whole[QUARTERS]
    assert new[QUARTERS][0]["start"] == NOON.strftime("%Y-%m-%dT%H:%M:%SZ")
    for register in ("day", "night"):
        parts = [column(meter["dailyEnergy"], "offtake", register) for meter in (old, new)]
        assert round(sum(map(total, parts)), 3) == total(
            column(whole["dailyEnergy"], "offtake", register)
        )


async def test_a_replaced_meter_can_go_on_without_values(visitor: Visitor) -> None:
    before = visitor.sandbox.totals(EAN)
    until = NOON + timedelta(days=2)
    visitor.sandbox.install(EAN, "replaced", at=NOON, until=until)

    found = await headpoint(visitor, DAY, DAY + timedelta(days=3))

    old, new = found["physicalMeters"]
    values = column(old[QUARTERS], "offtake", "total")
    assert len(values) == 48 + 2 * 96
    assert [*values.values()].count(None) == 2 * 96
    assert len(new[QUARTERS]) == 48 + 2 * 96
    assert [*column(old["dailyEnergy"], "offtake", "night").values()].count(None) == 2
    assert visitor.sandbox.totals(EAN) == before


async def test_a_gas_meter_can_be_replaced_too(visitor: Visitor) -> None:
    before = visitor.sandbox.totals(GAS)
    visitor.sandbox.install(GAS, "replaced", at=NOON)

    old, new = (await headpoint(visitor, ean=GAS))["physicalMeters"]

    assert (len(old["hourlyEnergy"]), len(new["hourlyEnergy"])) == (12, 12)
    assert visitor.sandbox.totals(GAS) == before


async def test_an_exclusive_night_meter_adds_to_the_other(visitor: Visitor) -> None:
    before = visitor.sandbox.totals(EAN, DAY, NEXT_DAY)
    visitor.sandbox.install(EAN, "exclusiveNight")

    _, night = (await headpoint(visitor))["physicalMeters"]

    values = column(night[QUARTERS], "offtake", "total")
    assert [value == 0 for value in values.values()].count(True) == 60
    assert night["dailyEnergy"][0]["measurements"][0].keys() == {"offtake"}
    assert column(night["dailyEnergy"], "offtake", "night") == {
        night["dailyEnergy"][0]["start"]: total(values)
    }
    after = visitor.sandbox.totals(EAN, DAY, NEXT_DAY)
    for name in ("offtake", "offtake_night"):
        assert round(after[name]["2026-06"] - before[name]["2026-06"], 3) == total(values)
    assert after["offtake_day"] == before["offtake_day"]


async def test_an_amr_headpoint_has_its_series_itself(visitor: Visitor) -> None:
    (meter,) = (await headpoint(visitor))["physicalMeters"]
    visitor.sandbox.install(EAN, "headpoint")

    found = await headpoint(visitor)

    assert found.keys() == {
        "$type",
        "ean",
        "energyType",
        "dailyEnergy",
        QUARTERS,
        "subHeadpoints",
    }
    assert (found["$type"], found["subHeadpoints"]) == ("metering-on-headpoint", [])
    for direction in ("offtake", "injection"):
        assert column(found[QUARTERS], direction, "total") == column(
            meter[QUARTERS], direction, "total"
        )


async def test_amr_readings_are_validated_later(visitor: Visitor) -> None:
    visitor.sandbox.install(EAN, "headpoint")
    states = []
    for days in (1.5, 7):
        visitor.sandbox.clock.set(DAY + timedelta(days=days))
        part = (await headpoint(visitor))[QUARTERS][0]
        states.append(part["measurements"][0]["offtake"]["total"]["validationState"])
    visitor.sandbox.clock.set(NOW)
    validated = await headpoint(
        visitor, DAY + timedelta(days=6), DAY + timedelta(days=6, hours=4), periodType="insertTime"
    )

    assert states == ["NVAL", "VAL"]
    assert len(validated[QUARTERS]) == 96


async def test_reactive_energy_is_there_for_who_asks(visitor: Visitor) -> None:
    visitor.sandbox.install(EAN, "headpoint", reactive=True)

    async def registers(**asked: str) -> set[tuple[str, str]]:
        found = await headpoint(visitor, DAY, NEXT_DAY, EAN, **asked)
        return {
            (register, value["unit"])
            for name in ("dailyEnergy", QUARTERS)
            for part in found[name]
            for register, value in part["measurements"][0]["offtake"].items()
        }

    active = {("total", "kWh"), ("day", "kWh"), ("night", "kWh")}
    reactive = {(name, "kVArh") for name in ("reactive", "inductive", "capacitive")}
    assert await registers(complexEnergyTypes="active") == active
    assert await registers(complexEnergyTypes="reactive") == reactive
    assert await registers(complexEnergyTypes="active,reactive") == active | reactive
    assert await registers() == active | reactive
    sums = visitor.sandbox.totals(EAN, DAY, NEXT_DAY)
    assert sums["offtake_inductive"]["2026-06"] > sums["offtake_capacitive"]["2026-06"] > 0
    assert (
        round(sums["offtake_inductive"]["2026-06"] + sums["offtake_capacitive"]["2026-06"], 3)
        == (sums["offtake_reactive"]["2026-06"])
    )


async def test_amr_gas_is_in_kilowatt_hours_only(visitor: Visitor) -> None:
    visitor.sandbox.install(GAS, "headpoint")

    found = await headpoint(visitor, ean=GAS, complexEnergyTypes="reactive")

    assert len(found["hourlyEnergy"]) == 24
    for part in found["hourlyEnergy"]:
        (measurement,) = part["measurements"]
        assert measurement["offtake"]["total"].keys() == {"value", "unit", "validationState"}
        assert measurement["offtake"]["total"]["unit"] == "kWh"
    assert visitor.sandbox.totals(GAS).keys() == {"gas_energy"}


async def test_a_meter_gives_way_to_a_headpoint(visitor: Visitor) -> None:
    visitor.sandbox.install(EAN, "headpointAndMeter", at=NEXT_DAY)

    found = await headpoint(visitor, DAY, DAY + timedelta(days=2))

    (meter,) = found["physicalMeters"]
    assert found["$type"] == "metering-on-headpoint-and-meter"
    assert len(meter[QUARTERS]) == len(found[QUARTERS]) == 96
    assert meter[QUARTERS][-1]["end"] == found[QUARTERS][0]["start"]


async def test_where_headpoint_and_meter_overlap_the_headpoint_is_the_whole(
    visitor: Visitor,
) -> None:
    whole = visitor.sandbox.totals(EAN, NEXT_DAY, NOW)
    after = DAY + timedelta(days=2)
    visitor.sandbox.install(EAN, "headpointAndMeter", at=NEXT_DAY, until=after)

    found = await headpoint(visitor, NEXT_DAY, after)

    (meter,) = found["physicalMeters"]
    assert total(column(meter[QUARTERS], "offtake", "total")) > 0
    assert total(column(meter[QUARTERS], "offtake", "total")) < total(
        column(found[QUARTERS], "offtake", "total")
    )
    assert visitor.sandbox.totals(EAN, NEXT_DAY, NOW) == whole


async def test_sub_headpoints_have_an_ean_and_totals_of_their_own(visitor: Visitor) -> None:
    visitor.sandbox.install(EAN, "headpoint", sub_headpoints=SUBS)

    subs = (await headpoint(visitor))["subHeadpoints"]

    fields = ("$type", "ean", "seqNumber", "vregId", "type")
    assert [tuple(sub[name] for name in fields) for sub in subs] == [
        ("submetering-production", SUBS[0]["ean"], "1", "PVZ-1", "PV"),
        ("submetering-auxiliary", SUBS[1]["ean"], "2", "PVZ-0000002", "WKKA"),
        ("submetering-offtake", SUBS[2]["ean"], "7", "PVZ-0000003", "BAT"),
    ]
    for sub in subs:
        direction = sub["$type"].removeprefix("submetering-")
        values = column(sub[QUARTERS], direction, "total")
        assert len(values) == 96
        assert total(values) == total(column(sub["dailyEnergy"], direction, "total"))
        assert visitor.sandbox.totals(sub["ean"], DAY, NEXT_DAY) == {
            direction: {"2026-06": total(values)}
        }


async def test_a_sub_headpoint_is_corrected_under_its_own_ean(visitor: Visitor) -> None:
    sub = SUBS[2]["ean"]
    visitor.sandbox.install(EAN, "headpoint", sub_headpoints=SUBS)
    before = await headpoint(visitor)
    visitor.sandbox.correct(sub, "offtake", DAY, NEXT_DAY, 0.5, inserted=NOW)

    after = await headpoint(visitor)

    assert after[QUARTERS] == before[QUARTERS]
    assert total(column(after["subHeadpoints"][2][QUARTERS], "offtake", "total")) == 48
    assert visitor.sandbox.totals(sub, DAY, NEXT_DAY)["offtake"] == {"2026-06": 48}


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "windmill"},
        {"kind": "replaced"},
        {"kind": "replaced", "at": "2026-06-10T10:05:00Z"},
        {"kind": "headpointAndMeter", "at": "2026-06-10T10:00:00Z"},
        {"kind": "replaced", "at": "2026-06-10T10:00:00Z", "until": "2026-06-09T10:00:00Z"},
        {"kind": "meter", "subHeadpoints": [SUBS[0]]},
        {"kind": "headpoint", "subHeadpoints": "all"},
        {"kind": "headpoint", "subHeadpoints": [{"ean": "1", "kind": "production"}]},
        {"kind": "headpoint", "reactive": "yes"},
    ],
)
async def test_an_installation_that_makes_no_sense_is_refused(
    visitor: Visitor, change: dict[str, Any]
) -> None:
    reply = await visitor.admin("PUT", "installations", {"ean": EAN} | change)

    assert reply.status == 400


async def test_an_installation_can_be_set_by_the_admin(visitor: Visitor) -> None:
    body = {"ean": EAN, "kind": "headpoint", "reactive": True, "subHeadpoints": [SUBS[0]]}

    assert (await visitor.admin("PUT", "installations", body)).status == 201
    assert (await headpoint(visitor))["$type"] == "metering-on-headpoint"
    assert (
        await visitor.admin("PUT", "installations", {"ean": EAN, "kind": "meter"})
    ).status == 201
    assert (await headpoint(visitor))["$type"] == "metering-on-meter"
