"""The sandbox's consent page, from a link to mandates, over HTTP."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.customer import Customer
from tests.sandbox.invitation import invite
from tests.sandbox.visitor import Visitor, visiting

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ELECTRICITY = "541440110000000101"
GAS = "541441010000000102"
GARAGE = "541440100000000103"
OFFICE = "541440010000000104"
WAREHOUSE = "541440010000000106"
THREE_YEARS_AGO = "2023-11-19T23:00:00Z"
SUCCESS = "http://127.0.0.1:8123/api/back?state=a.b%2Bc&x=1"
FAILED = "https://a.example/failed?x=1&y=2"
QUARTERS = [{"dataServiceType": "VH_kwartier_uur"}]
UNDECIDED = [{"dataServiceType": "VH_onbepaald"}]


@pytest.fixture
async def visitor(socket_enabled: None) -> AsyncIterator[Visitor]:
    async with visiting(lambda: NOW) as visitor:
        visitor.sandbox.clock.set(NOW)
        yield visitor


@pytest.fixture
def customer(visitor: Visitor) -> Customer:
    return Customer(visitor.session)


async def mandates(visitor: Visitor, base: str | None = None) -> list[dict[str, Any]]:
    reply = await visitor.get("mandate", base=base)
    found: list[dict[str, Any]] = reply.json["data"]["mandates"] if reply.status == 200 else []
    return found


async def test_a_grid_user_approves_at_once(visitor: Visitor, customer: Customer) -> None:
    link = await invite(visitor, dataServices=QUARTERS, returnUrlSuccess=SUCCESS)

    await customer.share(link, "Netgebruiker", ELECTRICITY, GAS)

    common = {
        "referenceNumber": "REF-1",
        "status": "Approved",
        "dataPeriodFrom": THREE_YEARS_AGO,
        "dataServiceType": "VH_kwartier_uur",
        "mandateExpirationDate": "2029-11-20T12:00:00Z",
    }
    assert customer.status == 200
    assert customer.text.count("Goedgekeurd") == 2
    assert customer.return_url == SUCCESS
    assert await mandates(visitor) == [
        common | {"ean": ELECTRICITY, "energyType": "E"},
        common | {"ean": GAS, "energyType": "G"},
    ]


async def test_another_grid_user_is_asked(visitor: Visitor, customer: Customer) -> None:
    await customer.share(await invite(visitor), "Netgebruiker", ELECTRICITY, GARAGE)

    found = await mandates(visitor)

    assert [mandate["status"] for mandate in found] == ["Approved", "Requested"]
    assert "Aangevraagd" in customer.text
    assert (
        await visitor.energy(GARAGE, "2026-11-01T23:00:00Z", "2026-11-10T23:00:00Z")
    ).status == (404)


async def test_an_organisation_shares_its_connections(visitor: Visitor, customer: Customer) -> None:
    link = await invite(visitor, flow="B2B", dataServices=QUARTERS)

    await customer.share(link, "Onderneming", OFFICE, WAREHOUSE)

    assert [mandate["status"] for mandate in await mandates(visitor)] == ["Approved", "Requested"]


@pytest.mark.parametrize(
    ("base", "live"),
    [("api_url", False), ("live_api_url", True)],
)
async def test_a_link_makes_mandates_in_its_own_environment(
    visitor: Visitor, customer: Customer, base: str, live: bool
) -> None:
    sandbox = visitor.sandbox
    link = await invite(visitor, getattr(sandbox, base))

    await customer.share(link, "Netgebruiker", ELECTRICITY)

    assert bool(await mandates(visitor, sandbox.live_api_url)) is live
    assert bool(await mandates(visitor, sandbox.api_url)) is not live


@pytest.mark.parametrize("base", ["api_url_v2", "live_api_url_v2"])
async def test_a_link_of_v2_is_remembered(visitor: Visitor, customer: Customer, base: str) -> None:
    sandbox = visitor.sandbox
    headers = await visitor.headers()
    body = {
        "dataAccessContractNumber": "3599900001",
        "referenceNumber": "REF-V2",
        "flow": "B2C",
        "dataServices": QUARTERS,
    }
    url = f"{getattr(sandbox, base)}/api/v2.0/shortUrlIdentifier"
    async with visitor.session.post(url, json=body, headers=headers) as response:
        identifier = (await response.json())["data"]["shortUrlIdentifier"]

    await customer.share(f"{sandbox.consent_url}?id={identifier}", "Netgebruiker", GAS)

    live = base == "live_api_url_v2"
    (mandate,) = await mandates(visitor, sandbox.live_api_url if live else sandbox.api_url)
    assert (mandate["referenceNumber"], mandate["ean"]) == ("REF-V2", GAS)


async def test_the_start_page_says_who_asks_and_how_to_go_back(
    visitor: Visitor, customer: Customer
) -> None:
    link = await invite(visitor, numberOfEans=2, returnUrlSuccess=SUCCESS, returnUrlFailed=FAILED)

    await customer.open(link)

    assert customer.status == 200
    for text in (
        "Lokale energiedienstverlener",
        "REF-1",
        "21/11/2026 om 13:00",
        "hoogstens 2 aansluitingen",
    ):
        assert text in customer.text
    assert customer.return_url == FAILED


async def test_without_addresses_there_is_no_way_back(visitor: Visitor, customer: Customer) -> None:
    link = await invite(visitor)

    await customer.open(link)
    assert customer.return_url is None
    await customer.share(link, "Netgebruiker", ELECTRICITY)
    assert customer.return_url is None


async def test_an_unknown_link_is_not_found(visitor: Visitor, customer: Customer) -> None:
    for query in ("", "?id=", "?id=abc"):
        await customer.open(f"{visitor.sandbox.consent_url}{query}")

        assert (customer.status, "niet gekend" in customer.text) == (404, True)


async def test_a_link_expires_after_a_day(visitor: Visitor, customer: Customer) -> None:
    link = await invite(visitor)

    visitor.sandbox.clock.set(NOW + timedelta(hours=24, seconds=-1))
    await customer.open(link)
    assert customer.status == 200
    visitor.sandbox.clock.set(NOW + timedelta(hours=24))
    await customer.open(link)

    assert (customer.status, "vervallen" in customer.text) == (410, True)


async def test_a_link_expires_under_its_customer(visitor: Visitor, customer: Customer) -> None:
    await customer.open(await invite(visitor))
    await customer.log_in("Netgebruiker")
    await customer.choose([ELECTRICITY])
    visitor.sandbox.clock.set(NOW + timedelta(days=1))

    await customer.confirm()

    assert customer.status == 410
    assert await mandates(visitor) == []


@pytest.mark.parametrize(
    ("flow", "user", "wanted"),
    [("B2C", "Onderneming", "particulier"), ("B2B", "Netgebruiker", "organisatie")],
)
async def test_the_wrong_kind_of_customer_is_told_so(
    visitor: Visitor, customer: Customer, flow: str, user: str, wanted: str
) -> None:
    await customer.open(await invite(visitor, flow=flow))

    await customer.log_in(user)

    assert customer.status == 403
    assert f"Deze aanvraag is voor een {wanted}" in customer.text
    right = "Onderneming" if flow == "B2B" else "Huisgenoot"
    await customer.log_in(right)
    assert customer.status == 200


@pytest.mark.parametrize(
    ("request_fields", "name"),
    [
        ({"sso": True}, "Netgebruiker"),
        ({"sso": True, "flow": "B2B", "enterpriseNumber": "0999999922"}, "Onderneming"),
        ({"sso": True, "flow": "B2B", "enterpriseNumber": "999999922"}, "Onderneming"),
        ({"sso": True, "flow": "B2B", "enterpriseNumber": "0878051819"}, None),
        ({"sso": True, "flow": "B2B"}, None),
        ({"sso": False, "flow": "B2B", "enterpriseNumber": "0999999922"}, None),
        ({}, None),
    ],
)
async def test_single_sign_on_skips_the_login(
    visitor: Visitor, customer: Customer, request_fields: dict[str, Any], name: str | None
) -> None:
    await customer.open(await invite(visitor, **request_fields))

    if name is None:
        assert "al aangemeld" not in customer.text
    else:
        assert f"al aangemeld als {name}" in customer.text


async def test_a_customer_can_refuse_and_begin_again(visitor: Visitor, customer: Customer) -> None:
    link = await invite(visitor, returnUrlSuccess=SUCCESS, returnUrlFailed=FAILED)
    await customer.open(link)
    await customer.log_in("Netgebruiker")
    await customer.choose([ELECTRICITY])

    await customer.refuse()

    assert "geannuleerd" in customer.text
    assert customer.return_url == FAILED
    assert await mandates(visitor) == []
    await customer.share(link, "Netgebruiker", ELECTRICITY)
    assert customer.return_url == SUCCESS


async def test_a_link_is_finished_once(visitor: Visitor, customer: Customer) -> None:
    link = await invite(visitor, returnUrlSuccess=SUCCESS)
    late = Customer(visitor.session)
    await late.open(link)
    await late.log_in("Netgebruiker")
    await late.choose([GAS])
    await customer.share(link, "Netgebruiker", ELECTRICITY)

    await late.confirm()
    await customer.open(link)

    for page in (late, customer):
        assert (page.status, page.return_url) == (200, SUCCESS)
        assert "afgerond" in page.text
        assert ELECTRICITY in page.text
    assert [mandate["ean"] for mandate in await mandates(visitor)] == [ELECTRICITY]


async def test_what_became_of_a_link_outlives_it(visitor: Visitor, customer: Customer) -> None:
    link = await invite(visitor)
    await customer.share(link, "Netgebruiker", ELECTRICITY)
    visitor.sandbox.clock.set(NOW + timedelta(days=2))

    await customer.open(link)

    assert (customer.status, "afgerond" in customer.text) == (200, True)


async def test_a_reference_number_belongs_to_one_customer(
    visitor: Visitor, customer: Customer
) -> None:
    await customer.share(await invite(visitor), "Netgebruiker", ELECTRICITY)

    await customer.share(await invite(visitor), "Huisgenoot", GARAGE)
    assert (customer.status, "andere klant" in customer.text) == (409, True)
    assert len(await mandates(visitor)) == 1

    await customer.share(await invite(visitor), "Netgebruiker", GAS)
    await customer.share(await invite(visitor, referenceNumber="REF-2"), "Huisgenoot", GARAGE)
    assert len(await mandates(visitor)) == 3


async def test_a_refusal_does_not_bind_a_reference_number(
    visitor: Visitor, customer: Customer
) -> None:
    await customer.open(await invite(visitor))
    await customer.log_in("Netgebruiker")
    await customer.choose([ELECTRICITY])
    await customer.refuse()

    await customer.share(await invite(visitor), "Huisgenoot", GARAGE)

    assert (await mandates(visitor))[0]["ean"] == GARAGE


async def test_steps_cannot_be_taken_without_logging_in(
    visitor: Visitor, customer: Customer
) -> None:
    for step in ("kiezen", "bevestigen"):
        await customer.open(f"{visitor.sandbox.consent_url}/{step}?sessie=abc")

        assert (customer.status, "niet aangemeld" in customer.text) == (403, True)
