"""Mandates of the sandbox that change while its clock runs."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.visitor import Visitor, visiting

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
EAN = "541440110000000001"
START = datetime(2026, 8, 31, 22, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
PERIOD = ("2026-08-01T22:00:00Z", "2026-11-20T12:00:00Z")


@pytest.fixture
async def visitor(socket_enabled: None) -> AsyncIterator[Visitor]:
    async with visiting(lambda: NOW) as visitor:
        visitor.sandbox.clock.set(NOW)
        visitor.sandbox.add_mandate(EAN, data_period_from=START)
        yield visitor


async def days(visitor: Visitor) -> list[str]:
    reply = await visitor.energy(EAN, *PERIOD, granularity="daily")
    (meter,) = reply.json["data"]["headpoint"]["physicalMeters"]
    return [part["start"] for part in meter["dailyEnergy"]]


async def test_a_change_shows_from_its_instant_on(visitor: Visitor) -> None:
    end = datetime(2026, 9, 30, 22, tzinfo=UTC)
    visitor.sandbox.change_mandate(EAN, at=LATER, dataPeriodTo=end)

    before = await days(visitor)
    sums = visitor.sandbox.totals(EAN)["offtake"]
    visitor.sandbox.clock.set(LATER)
    after = await days(visitor)

    assert before[-1] == "2026-11-18T23:00:00Z"
    assert after[-1] == "2026-09-29T22:00:00Z"
    assert visitor.sandbox.totals(EAN)["offtake"] == {"2026-09": sums["2026-09"]}
    mandates = (await visitor.get("mandate")).json["data"]["mandates"]
    assert mandates[0]["dataPeriodTo"] == "2026-09-30T22:00:00Z"


async def test_the_data_period_moves_both_ways(visitor: Visitor) -> None:
    sandbox = visitor.sandbox
    sandbox.change_mandate(EAN, dataPeriodTo=datetime(2026, 9, 30, 22, tzinfo=UTC))
    sandbox.change_mandate(EAN, at=LATER, dataPeriodTo=datetime(2026, 10, 4, 22, tzinfo=UTC))
    third = LATER + timedelta(hours=1)
    sandbox.change_mandate(
        EAN, at=third, dataPeriodTo=None, dataPeriodFrom=START - timedelta(days=5)
    )

    seen = []
    for moment in (NOW, LATER, third):
        sandbox.clock.set(moment)
        found = await days(visitor)
        seen.append((found[0][:10], found[-1][:10]))

    assert seen == [
        ("2026-08-31", "2026-09-29"),
        ("2026-08-31", "2026-10-03"),
        ("2026-08-26", "2026-11-18"),
    ]


async def test_a_change_of_status_ends_the_access(visitor: Visitor) -> None:
    visitor.sandbox.change_mandate(EAN, at=LATER, status="Finished")
    visitor.sandbox.clock.set(LATER)

    (mandate,) = (await visitor.get("mandate")).json["data"]["mandates"]
    refused = await visitor.energy(EAN, *PERIOD)

    assert (mandate["status"], "ean" in mandate) == ("Finished", False)
    assert (refused.status, refused.json["code"]) == (404, "Mandates.NotFound")


async def test_a_change_counts_as_an_update(visitor: Visitor) -> None:
    visitor.sandbox.change_mandate(EAN, at=LATER, renewalStatus="ToBeRenewed")
    visitor.sandbox.clock.set(LATER + timedelta(hours=1))

    since = await visitor.get("mandate", lastUpdatedFrom=LATER.strftime("%Y-%m-%dT%H:%M:%SZ"))

    assert since.json["data"]["mandates"][0]["renewalStatus"] == "ToBeRenewed"


async def test_only_the_mandates_that_are_meant_change(visitor: Visitor) -> None:
    for service in ("VH_dag", "VH_kwartier_uur"):
        visitor.sandbox.add_mandate(
            EAN, data_period_from=START, data_service_type=service, reference_number="REF-2"
        )
    visitor.sandbox.change_mandate(
        EAN, reference_number="REF-2", data_service_type="VH_dag", status="Rejected"
    )

    found = (await visitor.get("mandate")).json["data"]["mandates"]

    states = [(one["referenceNumber"], one["dataServiceType"], one["status"]) for one in found]
    assert states == [
        ("REF-1", "VH_kwartier_uur", "Approved"),
        ("REF-2", "VH_dag", "Rejected"),
        ("REF-2", "VH_kwartier_uur", "Approved"),
    ]


async def test_a_new_version_of_a_mandate_forgets_its_changes(visitor: Visitor) -> None:
    visitor.sandbox.change_mandate(EAN, status="Finished")
    visitor.sandbox.add_mandate(EAN, data_period_from=START)

    (mandate,) = (await visitor.get("mandate")).json["data"]["mandates"]

    assert mandate["status"] == "Approved"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"dataPeriodTo": "2026-10-31T23:00:00Z"}, 201),
        ({"dataPeriodTo": None, "at": "2026-11-20T13:00:00Z"}, 201),
        ({}, 400),
        ({"dataPeriodTo": "soon"}, 400),
        ({"status": "Asleep"}, 400),
        ({"status": None}, 400),
        ({"ean": "541440110000000002", "status": "Finished"}, 404),
    ],
)
async def test_mandates_can_be_changed_by_the_admin(
    visitor: Visitor, change: dict[str, Any], status: int
) -> None:
    body = {"environment": "sbx", "ean": EAN, "referenceNumber": "REF-1"} | change

    assert (await visitor.admin("POST", "mandates/changes", body)).status == status
