"""The sandbox's strange answers."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
import json
from typing import Any

import pytest

from tests.sandbox.strange import STRANGE_KINDS, distorted
from tests.sandbox.visitor import Visitor, visiting

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
EAN = "541440110000000001"
GAS = "541441010000000001"
START, END = "2026-06-09T22:00:00Z", "2026-06-10T22:00:00Z"
MIDDLE = 48


@pytest.fixture
async def visitor(socket_enabled: None) -> AsyncIterator[Visitor]:
    async with visiting(lambda: NOW) as visitor:
        for ean in (EAN, GAS):
            visitor.sandbox.add_mandate(ean, data_period_from=datetime(2026, 1, 1, tzinfo=UTC))
        yield visitor


async def strange(visitor: Visitor, kind: str, ean: str = EAN) -> dict[str, Any]:
    """Ask for a day with a fault and return the whole answer."""
    visitor.sandbox.add_fault("energy", kind)
    reply = await visitor.energy(ean, START, END)
    assert reply.status == 200
    assert isinstance(reply.json, dict)
    return reply.json


def quarters(answer: dict[str, Any]) -> list[dict[str, Any]]:
    (meter,) = answer["data"]["headpoint"]["physicalMeters"]
    found: list[dict[str, Any]] = meter["quarterHourlyEnergy"]
    return found


async def test_an_answer_can_be_about_another_ean(visitor: Visitor) -> None:
    assert (await strange(visitor, "wrongEan"))["data"]["headpoint"]["ean"] != EAN


async def test_an_answer_can_have_no_data(visitor: Visitor) -> None:
    assert "data" not in await strange(visitor, "noData")
    assert (await strange(visitor, "nullData"))["data"] is None


async def test_an_answer_can_be_of_an_unknown_type(visitor: Visitor) -> None:
    found = (await strange(visitor, "unknownType"))["data"]["headpoint"]
    assert found["$type"] == "metering-on-neighbourhood"

    found = (await strange(visitor, "unknownSubType"))["data"]["headpoint"]
    assert found["$type"] == "metering-on-meter"
    assert [sub["$type"] for sub in found["subHeadpoints"]] == ["submetering-storage"]
    assert len(found["subHeadpoints"][0]["quarterHourlyEnergy"]) == 96


@pytest.mark.parametrize(
    ("kind", "value"),
    [("negative", -1.5), ("absurd", 1e12), ("text", "NaN"), ("infinite", float("inf"))],
)
async def test_one_value_can_be_impossible(visitor: Visitor, kind: str, value: Any) -> None:
    ordinary = await visitor.energy(EAN, START, END)

    found = quarters(await strange(visitor, kind))

    right = quarters(ordinary.json)
    reading = found[MIDDLE]["measurements"][0]["offtake"]["total"]
    assert reading["value"] == value
    assert found[:MIDDLE] + found[MIDDLE + 1 :] == right[:MIDDLE] + right[MIDDLE + 1 :]


async def test_not_a_number_stands_bare_in_the_answer(visitor: Visitor) -> None:
    visitor.sandbox.add_fault("energy", "nan")
    query = {"ean": EAN, "periodType": "readTime", "from": START, "to": END}
    url = f"{visitor.sandbox.api_url}/api/mandate/energy"

    async with visitor.session.get(url, params=query, headers=await visitor.headers()) as response:
        text = await response.text()

    assert text.count('"value":NaN') == 1


async def test_a_slice_can_lie_outside_the_window_or_be_too_long(visitor: Visitor) -> None:
    outside = quarters(await strange(visitor, "outside"))
    assert len(outside) == 97
    assert outside[0]["start"] < "2026"

    long = quarters(await strange(visitor, "wrongLength"))[MIDDLE]
    assert (long["start"][11:16], long["end"][11:16]) == ("10:00", "10:20")


async def test_unknown_words_come_on_top_of_what_is_known(visitor: Visitor) -> None:
    ordinary = quarters((await visitor.energy(EAN, START, END)).json)[MIDDLE]

    found = quarters(await strange(visitor, "unknownEnum"))[MIDDLE]

    known, extra = found["measurements"]
    assert known["offtake"]["total"]["validationState"] == "CALC"
    assert extra["offtake"]["total"]["unit"] == "MWh"
    right = ordinary["measurements"][0]["offtake"]["total"]["value"]
    assert known["offtake"]["total"]["value"] == right


async def test_an_unknown_conversion_factor_is_among_the_unknown_words(visitor: Visitor) -> None:
    answer = await strange(visitor, "unknownEnum", GAS)

    (meter,) = answer["data"]["headpoint"]["physicalMeters"]
    factors = {
        measurement["offtake"]["total"].get("gasConversionFactor")
        for part in meter["hourlyEnergy"]
        for measurement in part["measurements"]
    }
    assert factors == {None, "D", "X"}


async def test_a_mandate_can_have_unknown_words(visitor: Visitor) -> None:
    visitor.sandbox.add_fault("mandate", "unknownEnum")

    found = (await visitor.get("mandate")).json["data"]["mandates"]

    assert [mandate["status"] for mandate in found] == ["Approved", "Approved", "Paused"]


async def test_extra_fields_leave_the_others_alone(visitor: Visitor) -> None:
    ordinary = quarters((await visitor.energy(EAN, START, END)).json)

    answer = await strange(visitor, "extraFields")

    assert answer["remark"] == answer["data"]["remark"] == "new"
    found = quarters(answer)
    assert found[MIDDLE]["measurements"][0].keys() == {"offtake", "injection", "losses"}
    assert found[MIDDLE]["measurements"][0]["offtake"].keys() == {"total", "peak"}
    for part, right in zip(found, ordinary, strict=True):
        reading = part["measurements"][0]["injection"]["total"]
        assert reading == right["measurements"][0]["injection"]["total"] | {"remark": "new"}


async def test_whatever_may_be_null_can_be_null(visitor: Visitor) -> None:
    answer = await strange(visitor, "nullObjects")

    (meter,) = answer["data"]["headpoint"]["physicalMeters"]
    assert meter["hourlyEnergy"] is None
    directions = quarters(answer)[0]["measurements"][0]
    assert directions["production"] is None
    assert directions["offtake"]["day"] is None
    assert quarters(await strange(visitor, "noMeasurements"))[MIDDLE]["measurements"] is None


async def test_errors_can_have_pascal_case_keys(visitor: Visitor) -> None:
    headers = await visitor.headers()
    visitor.sandbox.add_fault("energy", "pascalCase", status=400)

    url = f"{visitor.sandbox.api_url}/api/mandate/energy"
    async with visitor.session.get(url, headers=headers) as response:
        body = await response.json()

    assert response.status == 400
    assert body.keys() == {"Type", "Code", "Message", "ValidationErrorMessages"}


@pytest.mark.parametrize("kind", STRANGE_KINDS)
@pytest.mark.parametrize(
    "body",
    [
        {"data": {"headpoint": {"$type": "metering-on-meter", "physicalMeters": []}}},
        {"type": "NotFound", "code": "Mandates.NotFound", "message": "None."},
    ],
)
def test_an_answer_without_slices_can_be_strange_too(kind: str, body: dict[str, Any]) -> None:
    assert isinstance(json.loads(distorted(kind, json.dumps(body).encode())), dict)
