"""What a customer can choose on the sandbox's consent page, over HTTP."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.sandbox.customer import Customer
from tests.sandbox.invitation import invite
from tests.sandbox.visitor import Visitor, visiting

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ELECTRICITY = "541440110000000101"
GAS = "541441010000000102"
GARAGE = "541440100000000103"
THREE_YEARS_AGO = "2023-11-19T23:00:00Z"
DAYS = {"dataServiceType": "VH_dag"}
QUARTERS = {"dataServiceType": "VH_kwartier_uur"}
UNDECIDED = {"dataServiceType": "VH_onbepaald"}
MARCH = {"dataPeriodFrom": "2025-02-28T23:00:00Z", "dataPeriodTo": "2025-03-31T22:00:00Z"}


@pytest.fixture
async def visitor(socket_enabled: None) -> AsyncIterator[Visitor]:
    async with visiting(lambda: NOW) as visitor:
        yield visitor


@pytest.fixture
def customer(visitor: Visitor) -> Customer:
    return Customer(visitor.session)


async def log_in(visitor: Visitor, customer: Customer, *services: Any, **others: Any) -> None:
    """Go to the page with the choices."""
    await customer.open(await invite(visitor, dataServices=list(services), **others))
    await customer.log_in("Netgebruiker")


async def approved(visitor: Visitor, customer: Customer) -> dict[str, Any]:
    """Confirm, and return the one mandate."""
    await customer.confirm()
    (mandate,) = (await visitor.get("mandate")).json["data"]["mandates"]
    found: dict[str, Any] = mandate
    return found


@pytest.mark.parametrize(
    ("services", "levels"),
    [
        ([DAYS], []),
        ([QUARTERS], []),
        ([UNDECIDED], ["VH_dag", "VH_kwartier_uur"]),
        ([DAYS, QUARTERS], ["VH_dag", "VH_kwartier_uur"]),
        ([QUARTERS, DAYS | MARCH], ["VH_kwartier_uur", "VH_dag"]),
    ],
)
async def test_the_level_of_detail_is_chosen_where_the_link_leaves_it(
    visitor: Visitor, customer: Customer, services: list[Any], levels: list[str]
) -> None:
    await log_in(visitor, customer, *services)

    assert customer.levels == levels


@pytest.mark.parametrize("level", ["VH_dag", "VH_kwartier_uur"])
async def test_the_chosen_level_becomes_the_mandates(
    visitor: Visitor, customer: Customer, level: str
) -> None:
    await log_in(visitor, customer, UNDECIDED)
    await customer.choose([GAS], level)

    assert (await approved(visitor, customer))["dataServiceType"] == level


async def test_each_level_of_a_link_has_its_own_period(
    visitor: Visitor, customer: Customer
) -> None:
    await log_in(visitor, customer, DAYS | MARCH, QUARTERS)
    await customer.choose([ELECTRICITY], "VH_dag")

    mandate = await approved(visitor, customer)

    assert {name: mandate[name] for name in MARCH} == MARCH


@pytest.mark.parametrize("services", [[UNDECIDED], [QUARTERS, DAYS]])
async def test_a_connection_without_quarter_hours_shares_days_where_the_link_allows_it(
    visitor: Visitor, customer: Customer, services: list[Any]
) -> None:
    await log_in(visitor, customer, *services)
    await customer.choose([ELECTRICITY, GARAGE], "VH_kwartier_uur")
    await customer.confirm()

    found = (await visitor.get("mandate")).json["data"]["mandates"]

    assert [mandate["dataServiceType"] for mandate in found] == ["VH_kwartier_uur", "VH_dag"]


async def test_a_connection_without_quarter_hours_cannot_share_them(
    visitor: Visitor, customer: Customer
) -> None:
    await log_in(visitor, customer, QUARTERS)
    offered = customer.eans
    await customer.choose([GARAGE])

    assert offered == [ELECTRICITY, GAS]
    assert (customer.status, "vraagt geen dagwaarden" in customer.text) == (400, True)


@pytest.mark.parametrize(
    ("most", "chosen", "status"),
    [
        (0, [ELECTRICITY, GAS, GARAGE], 200),
        (None, [ELECTRICITY, GAS, GARAGE], 200),
        (2, [ELECTRICITY, GAS], 200),
        (2, [ELECTRICITY, GAS, GARAGE], 400),
        (1, [ELECTRICITY, GAS], 400),
        (0, [], 400),
        (0, ["541440010000000104"], 400),
        (0, [ELECTRICITY, "541440010000000999"], 400),
    ],
)
async def test_as_many_connections_are_shared_as_the_link_allows(
    visitor: Visitor, customer: Customer, most: int | None, chosen: list[str], status: int
) -> None:
    await log_in(visitor, customer, DAYS, numberOfEans=most)

    await customer.choose(chosen)

    assert customer.status == status
    assert ("Kies wat je deelt" in customer.text) is (status == 400)


@pytest.mark.parametrize(
    ("start", "end", "period"),
    [
        (None, None, (THREE_YEARS_AGO, None)),
        ("2026-01-01", None, ("2025-12-31T23:00:00Z", None)),
        ("2026-07-01", "2026-07-01", ("2026-06-30T22:00:00Z", "2026-07-01T22:00:00Z")),
        ("2023-11-20", "2030-12-31", (THREE_YEARS_AGO, "2030-12-31T23:00:00Z")),
        ("2026-11-20", None, ("2026-11-19T23:00:00Z", None)),
        ("", "2026-07-01", (THREE_YEARS_AGO, "2026-07-01T22:00:00Z")),
    ],
)
async def test_an_open_period_is_chosen_in_belgian_days(
    visitor: Visitor,
    customer: Customer,
    start: str | None,
    end: str | None,
    period: tuple[str, str | None],
) -> None:
    await log_in(visitor, customer, DAYS)
    await customer.choose([ELECTRICITY], start=start, end=end)

    mandate = await approved(visitor, customer)

    assert (mandate["dataPeriodFrom"], mandate.get("dataPeriodTo")) == period


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2023-11-19", None),
        ("2026-11-21", None),
        ("2026-07-02", "2026-07-01"),
        ("", "2023-11-19"),
        ("soon", None),
    ],
)
async def test_an_impossible_period_is_refused(
    visitor: Visitor, customer: Customer, start: str, end: str | None
) -> None:
    await log_in(visitor, customer, DAYS)

    await customer.choose([ELECTRICITY], start=start, end=end)

    assert customer.status == 400


@pytest.mark.parametrize(
    ("given", "period"),
    [
        (MARCH, ("2025-02-28T23:00:00Z", "2025-03-31T22:00:00Z")),
        ({"dataPeriodFrom": "2025-02-28T23:00:00Z"}, ("2025-02-28T23:00:00Z", None)),
        ({"dataPeriodTo": "2025-03-31T22:00:00Z"}, (THREE_YEARS_AGO, "2025-03-31T22:00:00Z")),
    ],
)
async def test_a_given_period_is_not_the_customers_to_choose(
    visitor: Visitor,
    customer: Customer,
    given: dict[str, str],
    period: tuple[str, str | None],
) -> None:
    await log_in(visitor, customer, DAYS | given)
    asked = "Tot en met" in customer.text
    await customer.choose([ELECTRICITY], start="2026-01-01", end="2026-01-02")

    mandate = await approved(visitor, customer)

    assert not asked
    assert (mandate["dataPeriodFrom"], mandate.get("dataPeriodTo")) == period


async def test_an_unknown_level_is_refused(visitor: Visitor, customer: Customer) -> None:
    await log_in(visitor, customer, DAYS)
    session = customer.url.query["sessie"]

    async with visitor.session.post(
        customer.url, data={"sessie": session, "ean": ELECTRICITY, "option": "0-VH_kwartier_uur"}
    ) as response:
        assert response.status == 400


async def test_nothing_is_confirmed_before_it_is_chosen(
    visitor: Visitor, customer: Customer
) -> None:
    await log_in(visitor, customer, DAYS)
    session = customer.url.query["sessie"]
    address = f"{visitor.sandbox.consent_url}/bevestigen"

    await customer.open(f"{address}?sessie={session}")
    assert "Kies wat je deelt" in customer.text
    form = {"sessie": session, "decision": "approve"}
    async with visitor.session.post(address, data=form) as response:
        assert response.status == 400


async def test_a_new_connection_can_be_shared(visitor: Visitor, customer: Customer) -> None:
    ean = "541440010000000777"
    visitor.sandbox.connect(ean, grid_user="Verhuurder <b>", place="Atelier & tuin")
    await log_in(visitor, customer, QUARTERS)
    await customer.choose([ean])
    name_is_shown = "Verhuurder <b>" in customer.text and "Atelier & tuin" in customer.text

    await customer.confirm()

    assert name_is_shown
    assert (await visitor.get("mandate")).json["data"]["mandates"][0]["status"] == "Requested"
