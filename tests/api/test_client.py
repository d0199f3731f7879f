"""The client through HTTP: what it sends, when it renews its token, what it raises."""

from collections import deque
from datetime import UTC, datetime
from typing import override

import aiohttp
from aiohttp import web
import orjson
import pytest

from custom_components.fluvius_esco.api.auth import Access
from custom_components.fluvius_esco.api.client import FluviusClient
from custom_components.fluvius_esco.api.exceptions import (
    Credential,
    FluviusAuthenticationError,
    FluviusError,
    FluviusMalformedAnswerError,
    FluviusNotFoundError,
    FluviusPermissionError,
    FluviusRateLimitError,
    FluviusUnavailableError,
    FluviusValidationError,
)
from custom_components.fluvius_esco.api.models import (
    DataService,
    DataServiceType,
    Flow,
    MandateFilter,
    MandateStatus,
    MockMandateRequest,
    ShortUrlRequest,
)
from custom_components.fluvius_esco.api.observer import Observer
from custom_components.fluvius_esco.api.transport import RetryPolicy

from .builders import EAN, answer, energy_answer, energy_request, headpoint, meter, quarters
from .server import FakeFluvius, json_answer, token_answer

NO_MANDATES = {"type": "NotFound", "code": "Mandates.NotFound", "message": "No mandates found."}
SHORT_URL_REQUEST = ShortUrlRequest(
    "1234567890", "ref-1", Flow.PERSON, (DataService(DataServiceType.DAY),)
)
MOCK_REQUEST = MockMandateRequest("ref-1", EAN, DataServiceType.DAY)


def good(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="application/json")


async def test_authenticate_only_gets_a_token(client: FluviusClient, server: FakeFluvius) -> None:
    await client.authenticate()
    assert len(server.token_requests) == 1
    assert client.requests_sent == 0


async def test_every_call_carries_token_and_key(client: FluviusClient, server: FakeFluvius) -> None:
    server.answers.append(good(answer({"mandates": []})))
    await client.mandates()
    (sent,) = server.api_requests
    assert (sent.method, sent.path, sent.query) == ("GET", "/api/mandate", {})
    assert sent.headers["Authorization"] == "Bearer token-1"
    assert sent.headers["Ocp-Apim-Subscription-Key"] == "subscription-1"
    assert sent.headers["Accept"] == "application/json"


async def test_mandates_by_filter(client: FluviusClient, server: FakeFluvius) -> None:
    server.answers.append(
        good(answer({"mandates": [{"referenceNumber": "ref-1", "status": "Approved"}]}))
    )
    (mandate,) = await client.mandates(MandateFilter(status=MandateStatus.APPROVED))
    assert mandate.reference_number == "ref-1"
    assert server.api_requests[0].query == {"status": "Approved"}


@pytest.mark.parametrize("names", [str, str.capitalize], ids=["camelCase", "PascalCase"])
async def test_no_mandates_is_no_error(
    client: FluviusClient, server: FakeFluvius, names: type[str]
) -> None:
    body = {names(name): value for name, value in NO_MANDATES.items()}
    server.answers.append(json_answer(body, 404))
    assert await client.mandates() == ()


async def test_another_404_is_an_error(client: FluviusClient, server: FakeFluvius) -> None:
    server.answers.append(json_answer({"statusCode": 404, "message": "Resource not found"}, 404))
    with pytest.raises(FluviusNotFoundError):
        await client.mandates()


async def test_energy_without_mandate_is_not_found(
    client: FluviusClient, server: FakeFluvius
) -> None:
    server.answers.append(json_answer(NO_MANDATES, 404))
    with pytest.raises(FluviusNotFoundError):
        await client.energy(energy_request())


async def test_energy_gives_the_headpoint(client: FluviusClient, server: FakeFluvius) -> None:
    server.answers.append(
        good(energy_answer(headpoint(meter(quarterHourlyEnergy=quarters([0.1, 0.2])))))
    )
    found = await client.energy(energy_request())
    assert found.meters[0].series[0].values == [0.1, 0.2]
    assert server.api_requests[0].path == "/api/mandate/energy"
    assert server.api_requests[0].query == {
        "ean": EAN,
        "periodType": "readTime",
        "from": "2026-03-01T23:00:00Z",
        "to": "2026-03-02T23:00:00Z",
    }


async def test_naive_request_is_refused_before_anything_is_sent(
    client: FluviusClient, server: FakeFluvius
) -> None:
    with pytest.raises(ValueError, match="time zone"):
        await client.energy(energy_request(start=datetime(2026, 3, 1)))  # noqa: DTZ001
    assert server.token_requests == []


async def test_short_url(client: FluviusClient, server: FakeFluvius) -> None:
    data = {"status": "success", "shortUrlIdentifier": "abc", "validTo": "2026-03-05T10:00:00Z"}
    server.answers.append(good(answer(data)))
    link = await client.create_short_url(SHORT_URL_REQUEST)
    assert link.identifier == "abc"
    assert link.valid_to == datetime(2026, 3, 5, 10, tzinfo=UTC)
    (sent,) = server.api_requests
    assert (sent.method, sent.path) == ("POST", "/api/shortUrlIdentifier")
    assert sent.headers["Content-Type"].startswith("application/json")
    assert orjson.loads(sent.body)["referenceNumber"] == "ref-1"


async def test_mock_mandate(client: FluviusClient, server: FakeFluvius) -> None:
    server.answers.append(good(answer({"status": "success"})))
    await client.create_mock_mandate(MOCK_REQUEST)
    (sent,) = server.api_requests
    assert (sent.method, sent.path) == ("POST", "/api/mandate/mock")
    assert orjson.loads(sent.body) == {
        "referenceNumber": "ref-1",
        "ean": EAN,
        "dataServiceType": "VH_dag",
    }


async def test_refused_token_is_renewed_once(client: FluviusClient, server: FakeFluvius) -> None:
    server.tokens.append(token_answer("token-2"))
    server.answers.extend([web.Response(status=401), good(answer({"mandates": []}))])
    assert await client.mandates() == ()
    used = [request.headers["Authorization"] for request in server.api_requests]
    assert used == ["Bearer token-1", "Bearer token-2"]


async def test_second_refusal_is_final(client: FluviusClient, server: FakeFluvius) -> None:
    server.answers.append(web.Response(status=401))
    with pytest.raises(FluviusAuthenticationError) as caught:
        await client.mandates()
    assert caught.value.credential is Credential.UNKNOWN
    assert len(server.token_requests) == len(server.api_requests) == 2


async def test_refused_subscription_key_renews_no_token(
    client: FluviusClient, server: FakeFluvius
) -> None:
    message = "Access denied due to missing subscription key."
    server.answers.append(json_answer({"statusCode": 401, "message": message}, 401))
    with pytest.raises(FluviusAuthenticationError) as caught:
        await client.mandates()
    assert caught.value.credential is Credential.SUBSCRIPTION_KEY
    assert len(server.token_requests) == len(server.api_requests) == 1


@pytest.mark.parametrize("key", ["with\r\nnewline", "kéy"])
async def test_key_that_no_header_can_hold_is_refused(
    server: FakeFluvius, session: aiohttp.ClientSession, access: Access, key: str
) -> None:
    client = FluviusClient(session, server.api_url, access, key)
    with pytest.raises(FluviusAuthenticationError) as caught:
        await client.mandates()
    assert caught.value.credential is Credential.SUBSCRIPTION_KEY
    assert key not in str(caught.value)
    assert server.api_requests == []


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (json_answer({"validationErrorMessages": ["no"]}, 400), FluviusValidationError),
        (json_answer({"message": "Forbidden"}, 403), FluviusPermissionError),
        (web.Response(status=429, headers={"Retry-After": "600"}), FluviusRateLimitError),
        (web.Response(status=500), FluviusUnavailableError),
        (web.Response(status=307, headers={"Location": "/other"}), FluviusUnavailableError),
        (web.Response(text="<html>"), FluviusMalformedAnswerError),
        (json_answer({"data": None}), FluviusMalformedAnswerError),
    ],
)
async def test_failures_by_class(
    client: FluviusClient,
    server: FakeFluvius,
    response: web.Response,
    expected: type[Exception],
) -> None:
    server.answers.append(response)
    for call in (
        client.mandates(),
        client.energy(energy_request()),
        client.create_short_url(SHORT_URL_REQUEST),
        client.create_mock_mandate(MOCK_REQUEST),
    ):
        with pytest.raises(expected) as caught:
            await call
        assert EAN not in str(caught.value)


async def test_every_try_is_counted(client: FluviusClient, server: FakeFluvius) -> None:
    server.answers.extend([web.Response(status=500), good(answer({"mandates": None}))])
    await client.mandates()
    assert client.requests_sent == 2


class Notes(Observer):
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.requests = 0
        self.outcomes: list[bool] = []

    @override
    def request_sent(self) -> None:
        self.requests += 1

    @override
    def call_ended(self, *, answered: bool) -> None:
        self.outcomes.append(answered)


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def observed(
    server: FakeFluvius,
    session: aiohttp.ClientSession,
    access: Access,
    retry: RetryPolicy,
    notes: Notes,
) -> FluviusClient:
    return FluviusClient(
        session, server.api_url, access, "subscription-1", retry=retry, observer=notes
    )


async def test_an_observer_hears_of_every_try_but_of_no_token(
    observed: FluviusClient, server: FakeFluvius, notes: Notes
) -> None:
    server.answers.extend([web.Response(status=500), good(answer({"mandates": None}))])
    await observed.mandates()
    assert notes.requests == observed.requests_sent == 2
    assert notes.outcomes == [True]


async def test_an_observer_hears_that_an_empty_list_is_an_answer(
    observed: FluviusClient, server: FakeFluvius, notes: Notes
) -> None:
    server.answers.append(json_answer(NO_MANDATES, 404))
    assert await observed.mandates() == ()
    assert notes.outcomes == [True]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
async def test_an_observer_hears_of_a_call_that_failed(
    observed: FluviusClient, server: FakeFluvius, notes: Notes, status: int
) -> None:
    server.answers.extend([web.Response(status=status) for _ in range(3)])
    with pytest.raises(FluviusError):
        await observed.mandates()
    assert notes.outcomes == [False]


async def test_an_observer_hears_of_a_call_that_got_no_token(
    observed: FluviusClient, server: FakeFluvius, notes: Notes
) -> None:
    server.tokens = deque([json_answer({"error": "invalid_client"}, 401)])
    with pytest.raises(FluviusAuthenticationError):
        await observed.mandates()
    assert (notes.requests, notes.outcomes) == (0, [False])
