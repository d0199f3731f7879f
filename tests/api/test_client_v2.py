"""The client in V2 through HTTP: the same interface, V2's paths, parameters and answers."""

from datetime import UTC, datetime

import aiohttp
from aiohttp import web
import orjson
import pytest
from yarl import URL

from custom_components.fluvius_esco.api.auth import Access
from custom_components.fluvius_esco.api.client import FluviusClient
from custom_components.fluvius_esco.api.const import (
    LIVE_URL_V2,
    LIVE_URL_V3,
    SANDBOX_URL_V2,
    SANDBOX_URL_V3,
)
from custom_components.fluvius_esco.api.dialect import DIALECTS, ApiVersion
from custom_components.fluvius_esco.api.exceptions import (
    FluviusNotFoundError,
    FluviusValidationError,
)
from custom_components.fluvius_esco.api.models import (
    DataService,
    DataServiceType,
    Flow,
    Granularity,
    MandateFilter,
    MockMandateRequest,
    ShortUrlRequest,
)
from custom_components.fluvius_esco.api.transport import RetryPolicy

from .builders import EAN, answer, energy_request
from .server import FakeFluvius, json_answer
from .v2_builders import electricity, energy_answer, meter, quarters


@pytest.fixture
def client(
    server: FakeFluvius, session: aiohttp.ClientSession, access: Access, retry: RetryPolicy
) -> FluviusClient:
    return FluviusClient(
        session,
        f"{server.url}/esco-sbx",
        access,
        "subscription-1",
        api_version=ApiVersion.V2,
        retry=retry,
    )


def good(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="application/json")


def test_every_version_has_a_dialect() -> None:
    assert DIALECTS.keys() == set(ApiVersion)


def test_versions_live_at_the_same_host() -> None:
    addresses = [URL(text) for text in (LIVE_URL_V2, SANDBOX_URL_V2, LIVE_URL_V3, SANDBOX_URL_V3)]
    assert len({address.host for address in addresses}) == 1
    assert [address.path for address in addresses] == [
        "/esco-live",
        "/esco-sbx",
        "/esco-live/v3",
        "/esco-sbx/v3",
    ]


async def test_mandates_repeat_the_data_service(client: FluviusClient, server: FakeFluvius) -> None:
    seen: list[str] = []

    async def mandates(request: web.Request) -> web.StreamResponse:
        seen.extend(request.query.getall("DataServiceType"))
        return good(answer({"mandates": [{"status": "Approved", "eanNumber": EAN}]}))

    server.answers.append(mandates)
    services = (DataServiceType.DAY, DataServiceType.QUARTER_HOUR)
    (mandate,) = await client.mandates(MandateFilter(data_service_types=services))
    assert mandate.ean == EAN
    assert seen == ["VH_dag", "VH_kwartier_uur"]
    assert server.api_requests[0].path == "/esco-sbx/api/v2.0/Mandate"


async def test_no_mandates_may_be_an_empty_list_or_not_found(
    client: FluviusClient, server: FakeFluvius
) -> None:
    not_found = json_answer({"Code": "Mandates.NotFound"}, 404)
    server.answers.extend([good(answer({"mandates": []})), not_found])
    assert await client.mandates() == ()
    assert await client.mandates() == ()


async def test_another_404_is_an_error(client: FluviusClient, server: FakeFluvius) -> None:
    server.answers.append(json_answer({"statusCode": 404, "message": "Resource not found"}, 404))
    with pytest.raises(FluviusNotFoundError):
        await client.mandates()


async def test_a_filter_that_v2_lacks_is_refused_before_anything_is_sent(
    client: FluviusClient, server: FakeFluvius
) -> None:
    with pytest.raises(ValueError, match="last update"):
        await client.mandates(MandateFilter(updated_from=datetime(2026, 1, 1, tzinfo=UTC)))
    assert server.token_requests == []


async def test_energy_gives_the_same_model(client: FluviusClient, server: FakeFluvius) -> None:
    content = electricity(meter(quarterHourlyEnergy=quarters([0.1, 0.2])))
    server.answers.append(good(energy_answer(content)))
    found = await client.energy(energy_request())
    assert found.meters[0].series[0].granularity is Granularity.QUARTER_HOUR
    assert found.meters[0].series[0].values == [0.1, 0.2]
    (sent,) = server.api_requests
    assert sent.path == "/esco-sbx/api/v2.0/Mandate/energy"
    assert sent.query == {
        "EanNumber": EAN,
        "PeriodType": "readTime",
        "From": "2026-03-01T23:00:00Z",
        "To": "2026-03-02T23:00:00Z",
    }


async def test_energy_without_mandate_is_a_refused_request(
    client: FluviusClient, server: FakeFluvius
) -> None:
    server.answers.append(json_answer({"validationErrorMessages": ["No mandate"]}, 400))
    with pytest.raises(FluviusValidationError) as caught:
        await client.energy(energy_request())
    assert caught.value.messages == ("No mandate",)


async def test_consent_links_and_mock_mandates_are_posted(
    client: FluviusClient, server: FakeFluvius
) -> None:
    made = {"status": "success", "shortUrlIdentifier": "abc", "validTo": "2026-03-05T10:00:00Z"}
    server.answers.append(good(answer(made)))
    services = (DataService(DataServiceType.DAY),)
    link = await client.create_short_url(
        ShortUrlRequest("1234567890", "ref-1", Flow.PERSON, services)
    )
    await client.create_mock_mandate(MockMandateRequest("ref-1", EAN, DataServiceType.DAY))
    assert link.identifier == "abc"
    assert [(sent.method, sent.path) for sent in server.api_requests] == [
        ("POST", "/esco-sbx/api/v2.0/shortUrlIdentifier"),
        ("POST", "/esco-sbx/api/v2.0/Mandate/mock"),
    ]
    assert orjson.loads(server.api_requests[1].body)["eanNumber"] == EAN
