"""Time-outs, retries and limits of one request, through HTTP."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
import ssl
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer
from hypothesis import given, strategies as st
import pytest

from custom_components.fluvius_esco.api import transport as transport_module
from custom_components.fluvius_esco.api.answers import Answer, seconds_of_retry_after
from custom_components.fluvius_esco.api.exceptions import (
    FluviusMalformedAnswerError,
    FluviusRateLimitError,
    FluviusUnavailableError,
)
from custom_components.fluvius_esco.api.transport import HttpRequest, RetryPolicy, Transport
from tests.certificates import issue_certificate

from .builders import EAN
from .conftest import Naps
from .server import FakeFluvius, Handler, drop_connection, json_answer


@pytest.fixture
def transport(session: aiohttp.ClientSession, retry: RetryPolicy) -> Transport:
    return Transport(session, retry)


async def get(transport: Transport, server: FakeFluvius) -> Answer:
    return await transport.send(
        lambda: HttpRequest("GET", f"{server.api_url}/api/mandate", query={"ean": EAN})
    )


async def test_good_answer_comes_at_once(
    server: FakeFluvius, transport: Transport, naps: Naps
) -> None:
    server.answers.append(json_answer({"data": {}}))
    answer = await get(transport, server)
    assert (answer.status, answer.body) == (200, b'{"data":{}}')
    assert server.api_requests[0].headers["Accept"] == "application/json"
    assert naps.taken == []


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_passing_failure_is_tried_again(
    server: FakeFluvius, transport: Transport, naps: Naps, status: int
) -> None:
    server.answers.extend([web.Response(status=status), json_answer({})])
    assert (await get(transport, server)).status == 200
    assert transport.requests_sent == 2
    assert len(naps.taken) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 302, 405])
async def test_lasting_failure_is_not_tried_again(
    server: FakeFluvius, transport: Transport, status: int
) -> None:
    server.answers.append(web.Response(status=status, headers={"Location": "/elsewhere"}))
    assert (await get(transport, server)).status == status
    assert len(server.api_requests) == 1


async def test_last_answer_is_returned_when_tries_run_out(
    server: FakeFluvius, transport: Transport, naps: Naps
) -> None:
    server.answers.append(web.Response(status=503))
    assert (await get(transport, server)).status == 503
    assert len(server.api_requests) == 3
    assert len(naps.taken) == 2


async def test_short_retry_after_is_waited_for(
    server: FakeFluvius, transport: Transport, naps: Naps
) -> None:
    server.answers.extend(
        [web.Response(status=429, headers={"Retry-After": "60"}), json_answer({})]
    )
    assert (await get(transport, server)).status == 200
    assert naps.taken == [60]


async def test_long_retry_after_is_left_to_the_caller(
    server: FakeFluvius, transport: Transport, naps: Naps
) -> None:
    server.answers.append(web.Response(status=429, headers={"Retry-After": "61"}))
    assert (await get(transport, server)).retry_after == 61
    assert len(server.api_requests) == 1
    assert naps.taken == []


async def test_what_retry_after_asks_of_one_request_others_keep_to(
    server: FakeFluvius, session: aiohttp.ClientSession, retry: RetryPolicy, naps: Naps
) -> None:
    transport = Transport(session, replace(retry, attempts=1))
    server.answers.extend(
        [web.Response(status=429, headers={"Retry-After": "60"}), json_answer({})]
    )
    assert (await get(transport, server)).status == 429
    assert (await get(transport, server)).status == 200
    assert naps.taken == [60]


async def test_nothing_is_sent_before_a_long_retry_after_is_over(
    server: FakeFluvius, transport: Transport, naps: Naps
) -> None:
    server.answers.extend(
        [web.Response(status=429, headers={"Retry-After": "90"}), json_answer({})]
    )
    await get(transport, server)
    with pytest.raises(FluviusRateLimitError) as caught:
        await get(transport, server)
    assert caught.value.retry_after == 90
    assert len(server.api_requests) == 1
    await naps.sleep(90)
    assert (await get(transport, server)).status == 200


async def test_lost_connection_is_tried_again(server: FakeFluvius, transport: Transport) -> None:
    server.answers.extend([drop_connection, json_answer({})])
    assert (await get(transport, server)).status == 200


async def truncate(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"data":')
    assert request.transport is not None
    request.transport.close()
    return response


@pytest.mark.parametrize("failure", [drop_connection, truncate])
async def test_connection_that_keeps_failing_is_unavailable(
    server: FakeFluvius, transport: Transport, failure: Handler
) -> None:
    server.answers.append(failure)
    with pytest.raises(FluviusUnavailableError, match="connection failed") as caught:
        await get(transport, server)
    assert transport.requests_sent == 3
    assert EAN not in str(caught.value)
    assert caught.value.__suppress_context__


async def test_nobody_listening_is_unavailable(
    transport: Transport, unused_tcp_port: int, socket_enabled: None
) -> None:
    request = HttpRequest("GET", f"http://127.0.0.1:{unused_tcp_port}/{EAN}")
    with pytest.raises(FluviusUnavailableError) as caught:
        await transport.send(lambda: request)
    assert EAN not in str(caught.value)
    assert transport.requests_sent == 3


@pytest.mark.parametrize("url", ["no address", "http://", "ftp://127.0.0.1/", "http://h:99999/"])
async def test_address_that_is_none_is_unavailable(transport: Transport, url: str) -> None:
    with pytest.raises(FluviusUnavailableError, match="not valid"):
        await transport.send(lambda: HttpRequest("GET", url))


async def test_slow_answer_ends_without_another_try(
    server: FakeFluvius, session: aiohttp.ClientSession, retry: RetryPolicy
) -> None:
    answered = asyncio.Event()

    async def wait_for_the_end(request: web.Request) -> web.StreamResponse:
        await answered.wait()
        return web.Response()

    server.answers.append(wait_for_the_end)
    impatient = Transport(session, replace(retry, total_timeout=0.1))
    with pytest.raises(FluviusUnavailableError, match="too long"):
        await get(impatient, server)
    answered.set()
    assert impatient.requests_sent == 1


async def test_too_large_an_answer_is_refused(
    server: FakeFluvius, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport_module, "MAX_ANSWER_BYTES", 10)
    server.answers.append(web.Response(body=b"x" * 10))
    assert len((await get(transport, server)).body) == 10
    server.answers[0] = web.Response(body=b"x" * 11)
    with pytest.raises(FluviusMalformedAnswerError, match="too large"):
        await get(transport, server)


def test_random_delays_differ() -> None:
    delays = {RetryPolicy(base_delay=8).delay(1) for _ in range(20)}
    assert len(delays) > 1


@given(failures=st.integers(1, 60))
def test_random_delay_stays_below_its_ceiling(failures: int) -> None:
    policy = RetryPolicy(base_delay=2, max_delay=20)
    assert 0 <= policy.delay(failures) <= min(20, 2 * 2 ** (failures - 1))


@pytest.mark.parametrize(
    ("header", "expected"),
    [(None, None), ("0", 0), (" 7 ", 7), ("soon", None), ("-1", None), ("1.5", None)],
)
def test_retry_after_in_seconds(header: str | None, expected: float | None) -> None:
    assert seconds_of_retry_after(header) == expected


def test_retry_after_as_a_date() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    wait = seconds_of_retry_after(later)
    assert wait is not None
    assert 80 < wait <= 90
    assert seconds_of_retry_after("Thu, 01 Jan 1970 00:00:00 GMT") == 0


def test_request_shows_no_secret() -> None:
    request = HttpRequest(
        "POST", f"http://x/{EAN}", headers={"Authorization": "token"}, form={"client_secret": "s"}
    )
    assert repr(request) == "HttpRequest(method='POST')"


async def test_a_server_without_a_trusted_certificate_gets_no_request(
    socket_enabled: None, transport: Transport, tmp_path: Path
) -> None:
    impostor = issue_certificate(subject="localhost")
    (tmp_path / "both.pem").write_bytes(impostor.certificate_pem + impostor.key_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "both.pem")
    asked: list[str] = []

    async def handle(request: web.Request) -> web.Response:
        asked.append(request.path)
        return json_answer({})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    server = TestServer(app, scheme="https", host="127.0.0.1")
    await server.start_server(ssl=context)
    address = str(server.make_url("/api/mandate"))
    try:
        with pytest.raises(FluviusUnavailableError, match="ClientConnectorCertificateError"):
            await transport.send(lambda: HttpRequest("GET", address))
    finally:
        await server.close()
    assert asked == []


class NoNames(AbstractResolver):
    """A resolver without any network."""

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        raise OSError(f"{host} is not known")

    async def close(self) -> None:
        """Nothing is open."""


async def test_a_name_that_cannot_be_resolved_is_an_outage(
    socket_enabled: None, retry: RetryPolicy
) -> None:
    connector = aiohttp.TCPConnector(resolver=NoNames())
    async with aiohttp.ClientSession(connector=connector) as session:
        with pytest.raises(FluviusUnavailableError, match="ClientConnectorDNSError"):
            await Transport(session, retry).send(
                lambda: HttpRequest("GET", "https://apihub.example/esco-live/v3?ean=1")
            )
