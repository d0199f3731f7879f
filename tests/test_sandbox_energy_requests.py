"""Which energy requests the sandbox refuses, and what mandate a request needs."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.sandbox.visitor import Visitor, visiting

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PERIOD_START = datetime(2023, 12, 31, 23, tzinfo=UTC)
PROSUMER = "541440110000000001"
DAILY_GAS = "541441000000000001"


@pytest.fixture
async def visitor(socket_enabled: None) -> AsyncIterator[Visitor]:
    async with visiting(lambda: NOW) as visitor:
        visitor.sandbox.add_mandate(PROSUMER, data_period_from=PERIOD_START)
        visitor.sandbox.add_mandate(
            DAILY_GAS, data_service_type="VH_dag", data_period_from=PERIOD_START
        )
        yield visitor


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"ean": ""}, "ean"),
        ({"ean": "123"}, "ean"),
        ({"periodType": ""}, "periodType"),
        ({"periodType": "ReadTime"}, "periodType"),
        ({"from": ""}, "from"),
        ({"to": ""}, "to"),
        ({"from": "2026-06-01"}, "from"),
        ({"to": "2026-06-31T00:00:00Z"}, "to"),
        ({"to": "2026-06-01T22:00:00Z"}, "after"),
        ({"to": "2026-12-03T22:00:01Z"}, "185"),
        ({"from": "2023-11-19T22:59:59Z", "to": "2024-01-01T00:00:00Z"}, "three years"),
        ({"granularity": "Daily"}, "granularity"),
        ({"granularity": "daily,weekly"}, "granularity"),
        ({"complexEnergyTypes": "apparent"}, "complexEnergyTypes"),
    ],
)
async def test_an_invalid_request_is_refused(
    visitor: Visitor, change: dict[str, str], word: str
) -> None:
    query = {
        "ean": PROSUMER,
        "periodType": "readTime",
        "from": "2026-06-01T22:00:00Z",
        "to": "2026-06-03T22:00:00Z",
    } | change

    reply = await visitor.get("mandate/energy", **query)

    assert reply.status == 400
    assert reply.json.keys() == {"type", "code", "message", "validationErrorMessages"}
    assert len(reply.messages) == 1
    assert word in reply.messages[0]


async def test_185_days_and_three_years_back_are_allowed(visitor: Visitor) -> None:
    longest = await visitor.energy(DAILY_GAS, "2026-05-01T22:00:00Z", "2026-11-02T22:00:00Z")
    oldest = await visitor.energy(DAILY_GAS, "2023-11-19T23:00:00Z", "2024-01-10T23:00:00Z")

    assert (longest.status, oldest.status) == (200, 200)


@pytest.mark.parametrize(
    ("others", "status"),
    [
        ({"status": "Requested"}, 404),
        ({"status": "Rejected"}, 404),
        ({"status": "Finished"}, 404),
        ({"data_service_type": "VH_dag"}, 200),
        ({"data_period_from": datetime(2026, 6, 2, 22, tzinfo=UTC)}, 200),
        ({"data_period_from": datetime(2026, 6, 3, 22, tzinfo=UTC)}, 404),
        ({"data_period_to": datetime(2026, 6, 1, 22, tzinfo=UTC)}, 404),
        ({"mandateExpirationDate": "2022-06-01T22:00:00Z"}, 404),
    ],
)
async def test_energy_needs_an_approved_mandate_for_the_period(
    visitor: Visitor, others: dict[str, Any], status: int
) -> None:
    ean = "541440010000000777"
    period = ("2026-06-01T22:00:00Z", "2026-06-03T22:00:00Z")
    assert (await visitor.energy(ean, *period)).status == 404

    visitor.sandbox.add_mandate(ean, **({"data_period_from": PERIOD_START} | others))

    assert (await visitor.energy(ean, *period)).status == status


async def test_the_reference_number_must_be_the_mandates(visitor: Visitor) -> None:
    period = ("2026-06-01T22:00:00Z", "2026-06-03T22:00:00Z")

    right = await visitor.energy(PROSUMER, *period, referenceNumber="REF-1")
    wrong = await visitor.energy(PROSUMER, *period, referenceNumber="REF-2")

    assert (right.status, wrong.status) == (200, 404)


async def test_live_readings_need_a_live_mandate(visitor: Visitor) -> None:
    live = visitor.sandbox.live_api_url
    query = {
        "ean": PROSUMER,
        "periodType": "readTime",
        "from": "2026-06-01T22:00:00Z",
        "to": "2026-06-03T22:00:00Z",
    }
    assert (await visitor.get("mandate/energy", base=live, **query)).status == 404

    visitor.sandbox.add_mandate(PROSUMER, data_period_from=PERIOD_START, environment="live")

    reply = await visitor.get("mandate/energy", base=live, **query)
    assert reply.json == (await visitor.get("mandate/energy", **query)).json


async def test_three_years_before_a_leap_day_is_the_first_of_march(visitor: Visitor) -> None:
    visitor.sandbox.clock.set(datetime(2028, 2, 29, 12, tzinfo=UTC))
    visitor.sandbox.add_mandate(PROSUMER, data_period_from=PERIOD_START)

    oldest = await visitor.energy(PROSUMER, "2025-02-28T23:00:00Z", "2025-03-01T23:00:00Z")
    older = await visitor.energy(PROSUMER, "2025-02-28T22:59:59Z", "2025-03-01T23:00:00Z")

    assert (oldest.status, older.status) == (200, 400)
