"""The sandbox's admin endpoints: clock, mandates, faults and journal, and the sandbox as a program."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
import sys
from time import perf_counter
from typing import Any

import aiohttp
import pytest

from tests.sandbox import Sandbox
from tests.sandbox.accounts import CONTRACT_NUMBER
from tests.sandbox.visitor import SECRET_FORM, Visitor, visiting

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
START = datetime(2026, 8, 31, 22, tzinfo=UTC)
PROSUMER = "541440110000000001"


@pytest.fixture
async def visitor(socket_enabled: None) -> AsyncIterator[Visitor]:
    async with visiting(lambda: NOW) as visitor:
        visitor.sandbox.add_mandate(PROSUMER, data_period_from=START)
        yield visitor


async def mandates(visitor: Visitor) -> int:
    return (await visitor.get("mandate")).status


async def test_the_clock_can_stand_still_and_run_again(visitor: Visitor) -> None:
    stopped = await visitor.admin("PUT", "clock", {"now": "2026-03-29T04:00:00Z"})
    fetched = (await visitor.get("mandate")).json["_meta"]["fetchTime"]
    running = await visitor.admin("PUT", "clock", {"now": None})

    assert stopped.json == {"now": "2026-03-29T04:00:00Z"}
    assert fetched == "2026-03-29T04:00:00Z"
    assert running.json == (await visitor.admin("GET", "clock")).json
    assert running.json == {"now": "2026-11-20T12:00:00Z"}
    assert (await visitor.admin("PUT", "clock", {"now": "noon"})).status == 400


async def test_without_a_clock_of_its_own_the_time_is_real(socket_enabled: None) -> None:
    async with Sandbox() as sandbox:
        assert abs(sandbox.clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


async def test_any_ean_can_get_a_mandate_in_either_environment(visitor: Visitor) -> None:
    body = {
        "environment": "live",
        "referenceNumber": "REF-9",
        "ean": "541448000000000012",
        "energyType": "G",
        "dataServiceType": "VH_kwartier_uur",
        "dataPeriodFrom": "2026-08-31T22:00:00Z",
    }

    created = await visitor.admin("POST", "mandates", body)
    listed = await visitor.get("mandate", base=visitor.sandbox.live_api_url)
    refused = await visitor.admin("POST", "mandates", body | {"environment": "test"})

    assert created.status == 201
    assert [(m["ean"], m["energyType"]) for m in listed.json["data"]["mandates"]] == [
        ("541448000000000012", "G")
    ]
    assert refused.status == 400
    assert (await visitor.admin("DELETE", "mandates")).status == 204
    assert await mandates(visitor) == 404


async def test_a_status_fault_answers_in_the_place_of_the_api(visitor: Visitor) -> None:
    fault = {"endpoint": "mandate", "kind": "status", "status": 429, "retryAfter": 1}
    planned = await visitor.admin("POST", "faults", fault | {"times": 2, "skip": 1})
    assert planned.status == 201
    assert [await mandates(visitor) for _ in range(4)] == [200, 429, 429, 200]

    await visitor.admin("POST", "faults", fault)
    url = f"{visitor.sandbox.api_url}/api/mandate"
    async with visitor.session.get(url) as response:
        assert response.status == 429
        assert response.headers["Retry-After"] == "1"
        assert (await response.json())["statusCode"] == 429


@pytest.mark.parametrize(
    ("endpoint", "status", "fields"),
    [
        ("mandate", 400, {"type", "code", "message", "validationErrorMessages"}),
        ("mandate", 401, {"statusCode", "message"}),
        ("mandate", 403, {"statusCode", "message"}),
        ("mandate", 404, {"type", "code", "message"}),
        ("mandate", 500, {"type", "code", "message"}),
        ("*", 503, {"type", "code", "message"}),
        ("mandate", 504, {"statusCode", "message"}),
    ],
)
async def test_every_status_has_the_body_of_the_real_thing(
    visitor: Visitor, endpoint: str, status: int, fields: set[str]
) -> None:
    headers = await visitor.headers()
    visitor.sandbox.add_fault(endpoint, "status", status=status)

    url = f"{visitor.sandbox.api_url}/api/mandate"
    async with visitor.session.get(url, headers=headers) as response:
        assert response.status == status
        assert (await response.json()).keys() == fields


async def test_the_token_endpoint_can_fail_too(visitor: Visitor) -> None:
    visitor.sandbox.add_fault("token", "status", status=503)

    reply = await visitor.get_token(SECRET_FORM)

    assert (reply.status, reply.json["error"]) == (503, "temporarily_unavailable")
    assert (await visitor.get_token(SECRET_FORM)).status == 200


async def test_faults_of_one_endpoint_leave_the_others_alone(visitor: Visitor) -> None:
    visitor.sandbox.add_fault("energy", "status", status=500)

    assert await mandates(visitor) == 200
    assert len((await visitor.admin("GET", "faults")).json["faults"]) == 1
    assert (await visitor.admin("DELETE", "faults")).status == 204
    assert (await visitor.admin("GET", "faults")).json == {"faults": []}


async def test_a_dropped_connection_gives_no_answer(visitor: Visitor) -> None:
    visitor.sandbox.add_fault("token", "drop")

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await visitor.get_token(SECRET_FORM)
    log = (await visitor.admin("GET", "requests")).json
    assert log["requests"][-1] == {
        "endpoint": "token",
        "method": "POST",
        "query": {},
        "status": None,
    }


async def test_a_truncated_answer_is_broken_json(visitor: Visitor) -> None:
    visitor.sandbox.add_fault("mandate", "truncate")
    url = f"{visitor.sandbox.api_url}/api/mandate"

    async with visitor.session.get(url, headers=await visitor.headers()) as response:
        text = await response.text()

    assert response.status == 200
    assert response.content_type == "application/json"
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)


async def test_a_cut_answer_breaks_the_transfer(visitor: Visitor) -> None:
    visitor.sandbox.add_fault("mandate", "cut")
    url = f"{visitor.sandbox.api_url}/api/mandate"

    async with visitor.session.get(url, headers=await visitor.headers()) as response:
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()


async def test_garbage_is_a_page_of_html(visitor: Visitor) -> None:
    visitor.sandbox.add_fault("mandate", "garbage")
    url = f"{visitor.sandbox.api_url}/api/mandate"

    async with visitor.session.get(url, headers=await visitor.headers()) as response:
        assert (response.status, response.content_type) == (200, "text/html")


async def test_a_delayed_answer_is_right_but_late(visitor: Visitor) -> None:
    visitor.sandbox.add_fault("mandate", "delay", seconds=0.2)

    started = perf_counter()
    assert await mandates(visitor) == 200
    assert perf_counter() - started >= 0.2


async def test_a_sandbox_stops_at_once_while_an_answer_is_delayed(socket_enabled: None) -> None:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.2)) as session:
        async with Sandbox() as sandbox:
            sandbox.add_fault("*", "delay", seconds=60)
            with pytest.raises(TimeoutError):
                await session.get(f"{sandbox.api_url}/api/mandate")
            started = perf_counter()
        assert perf_counter() - started < 2


@pytest.mark.parametrize(
    "fault",
    [
        {"endpoint": "mandates", "kind": "drop"},
        {"endpoint": "mandate", "kind": "explode"},
        {"endpoint": "mandate", "kind": "drop", "times": 0},
        {"endpoint": "mandate", "kind": "drop", "skip": -1},
        {"endpoint": "mandate", "kind": "status", "status": "429"},
        {"endpoint": "mandate", "kind": "status", "retry": 1},
    ],
)
async def test_a_fault_that_makes_no_sense_is_refused(
    visitor: Visitor, fault: dict[str, Any]
) -> None:
    assert (await visitor.admin("POST", "faults", fault)).status == 400


async def test_the_journal_counts_every_request(visitor: Visitor) -> None:
    await visitor.get("mandate", energyType="E")
    await visitor.get("mandate/energy")

    log = (await visitor.admin("GET", "requests")).json

    assert log["counts"] == {"token": 2, "mandate": 1, "energy": 1}
    assert log["counts"] == visitor.sandbox.counts
    assert log["requests"][1] == {
        "endpoint": "mandate",
        "method": "GET",
        "query": {"energyType": "E"},
        "status": 200,
    }
    assert log["requests"][3]["status"] == 400
    assert (await visitor.admin("DELETE", "requests")).status == 204
    assert visitor.sandbox.counts == {}


async def test_the_sandbox_runs_as_a_program(socket_enabled: None) -> None:
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.sandbox", "--port", "0"),
        cwd=Path(__file__).parent.parent,
        stdout=asyncio.subprocess.PIPE,
    )
    assert program.stdout is not None
    first_line = (await program.stdout.readline()).decode()
    url = first_line.removeprefix("Fluvius sandbox on ").strip()
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{url}/admin/requests") as response,
    ):
        assert await response.json() == {"counts": {}, "requests": []}
    program.terminate()

    introduction = (await program.communicate())[0].decode()

    assert program.returncode == 0
    assert f"{url}/esco-sbx/v3" in introduction
    assert CONTRACT_NUMBER in introduction


def test_the_sandbox_is_independent_of_the_integration() -> None:
    sources = list((Path(__file__).parent / "sandbox").glob("*.py"))

    assert sources
    assert not [path.name for path in sources if "custom_components" in path.read_text()]
