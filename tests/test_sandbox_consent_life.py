"""Mandates of the sandbox as time goes by, their renewal, and the other grid user's answer."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.approvals import UnknownConsentError
from tests.sandbox.customer import Customer
from tests.sandbox.invitation import invite
from tests.sandbox.visitor import Visitor, visiting

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ELECTRICITY = "541440110000000101"
GAS = "541441010000000102"
GARAGE = "541440100000000103"
START = datetime(2026, 8, 31, 22, tzinfo=UTC)
SECOND = timedelta(seconds=1)
GARAGE_CONSENT = f"sbx-{GARAGE}-VH_dag-REF-1"


@pytest.fixture
async def visitor(socket_enabled: None) -> AsyncIterator[Visitor]:
    async with visiting(lambda: NOW) as visitor:
        visitor.sandbox.clock.set(NOW)
        yield visitor


@pytest.fixture
def customer(visitor: Visitor) -> Customer:
    return Customer(visitor.session)


async def share(
    visitor: Visitor, customer: Customer, *eans: str, user: str = "Netgebruiker", **others: Any
) -> None:
    """Make a link and finish it."""
    await customer.open(await invite(visitor, **others))
    await customer.log_in(user)
    await customer.choose(eans)
    await customer.confirm()


async def mandates(visitor: Visitor) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await visitor.get("mandate")).json["data"]["mandates"]
    return found


async def renewal_at(visitor: Visitor, moment: datetime) -> str | None:
    visitor.sandbox.clock.set(moment)
    return (await mandates(visitor))[0].get("renewalStatus")


async def test_a_mandate_is_to_be_renewed_for_three_months_and_then_expired(
    visitor: Visitor,
) -> None:
    visitor.sandbox.add_mandate(
        ELECTRICITY, data_period_from=START, mandateExpirationDate="2027-05-31T22:00:00Z"
    )
    soon = datetime(2027, 2, 28, 22, tzinfo=UTC)
    expiry = datetime(2027, 5, 31, 22, tzinfo=UTC)

    seen = [
        await renewal_at(visitor, moment)
        for moment in (NOW, soon - SECOND, soon, expiry - SECOND, expiry)
    ]

    assert seen == [None, None, "ToBeRenewed", "ToBeRenewed", "Expired"]
    assert [mandate["status"] for mandate in await mandates(visitor)] == ["Approved"]


async def test_a_renewal_status_that_was_told_stays(visitor: Visitor) -> None:
    visitor.sandbox.add_mandate(
        ELECTRICITY,
        data_period_from=START,
        mandateExpirationDate="2027-05-31T22:00:00Z",
        renewalStatus="RenewalRequested",
    )

    assert await renewal_at(visitor, NOW) == "RenewalRequested"
    assert await renewal_at(visitor, datetime(2027, 7, 1, tzinfo=UTC)) == "RenewalRequested"


@pytest.mark.parametrize("status", ["Requested", "Rejected", "Finished"])
async def test_only_approved_mandates_are_renewed(visitor: Visitor, status: str) -> None:
    visitor.sandbox.add_mandate(
        ELECTRICITY,
        data_period_from=START,
        mandateExpirationDate="2026-12-31T23:00:00Z",
        status=status,
    )

    assert await renewal_at(visitor, NOW) is None


async def test_what_time_changes_counts_as_an_update(visitor: Visitor) -> None:
    visitor.sandbox.add_mandate(
        ELECTRICITY, data_period_from=START, mandateExpirationDate="2027-05-31T22:00:00Z"
    )
    visitor.sandbox.clock.set(datetime(2027, 3, 15, tzinfo=UTC))

    since = await visitor.get("mandate", lastUpdatedFrom="2027-02-28T22:00:00Z")
    later = await visitor.get("mandate", lastUpdatedFrom="2027-02-28T22:00:01Z")

    assert (since.status, later.status) == (200, 404)


async def test_an_expired_mandate_keeps_what_was_known(visitor: Visitor) -> None:
    expiry = datetime(2026, 11, 25, 12, tzinfo=UTC)
    visitor.sandbox.add_mandate(
        ELECTRICITY, data_period_from=START, mandateExpirationDate="2026-11-25T12:00:00Z"
    )
    corrected = datetime(2026, 11, 9, 23, tzinfo=UTC)
    end = corrected + timedelta(days=1)
    for value, inserted in ((1.0, expiry - SECOND), (2.0, expiry + SECOND)):
        visitor.sandbox.correct(
            ELECTRICITY,
            "offtake_day",
            corrected,
            end,
            value,
            inserted=inserted,
            granularity="daily",
        )
    visitor.sandbox.clock.set(expiry + timedelta(days=10))

    reply = await visitor.energy(
        ELECTRICITY, "2026-11-09T23:00:00Z", "2026-11-30T23:00:00Z", granularity="daily"
    )
    news = await visitor.energy(
        ELECTRICITY,
        "2026-11-25T12:00:00Z",
        "2026-12-01T12:00:00Z",
        granularity="daily",
        periodType="insertTime",
    )

    days = reply.json["data"]["headpoint"]["physicalMeters"][0]["dailyEnergy"]
    assert days[0]["measurements"][0]["offtake"]["day"]["value"] == 1.0
    assert days[-1]["start"] == "2026-11-23T23:00:00Z"
    assert news.json["data"]["headpoint"]["physicalMeters"][0]["dailyEnergy"] == []
    sums = visitor.sandbox.totals(ELECTRICITY, by_day=True)["offtake_day"]
    assert (sums["2026-11-10"], max(sums)) == (1.0, "2026-11-24")


async def test_a_request_without_an_answer_is_rejected_after_a_month(
    visitor: Visitor, customer: Customer
) -> None:
    await share(visitor, customer, GARAGE)
    month = datetime(2026, 12, 20, 12, tzinfo=UTC)

    seen = []
    for moment in (NOW, month - SECOND, month):
        visitor.sandbox.clock.set(moment)
        seen.append((await mandates(visitor))[0]["status"])

    assert seen == ["Requested", "Requested", "Rejected"]
    assert visitor.sandbox.waiting_consents() == []
    updated = await visitor.get("mandate", lastUpdatedFrom="2026-12-20T12:00:00Z")
    assert updated.json["data"]["mandates"][0]["status"] == "Rejected"


async def test_a_rejected_request_can_be_made_again(visitor: Visitor, customer: Customer) -> None:
    await share(visitor, customer, GARAGE)
    visitor.sandbox.decide_consent(GARAGE_CONSENT, approve=False)
    assert [mandate["status"] for mandate in await mandates(visitor)] == ["Rejected"]

    await share(visitor, customer, GARAGE)

    assert [mandate["status"] for mandate in await mandates(visitor)] == ["Requested"]


async def test_asking_again_does_not_give_the_grid_user_more_time(
    visitor: Visitor, customer: Customer
) -> None:
    await share(visitor, customer, GARAGE)
    (before,) = visitor.sandbox.waiting_consents()
    visitor.sandbox.clock.set(NOW + timedelta(days=3))

    await share(visitor, customer, GARAGE)

    assert visitor.sandbox.waiting_consents() == [before]
    assert "Aangevraagd" in customer.text


async def by_method(visitor: Visitor, customer: Customer, decision: str) -> None:
    (consent,) = visitor.sandbox.waiting_consents()
    visitor.sandbox.decide_consent(consent.id, approve=decision == "approve")


async def by_admin(visitor: Visitor, customer: Customer, decision: str) -> None:
    (consent,) = (await visitor.admin("GET", "consents")).json["consents"]
    reply = await visitor.admin("POST", f"consents/{consent['id']}", {"decision": decision})
    assert reply.status == 200


async def by_page(visitor: Visitor, customer: Customer, decision: str) -> None:
    await customer.open(visitor.sandbox.approval_url)
    await (customer.confirm() if decision == "approve" else customer.refuse())
    assert (customer.status, "Er wachten geen aanvragen" in customer.text) == (200, True)


type Way = Callable[[Visitor, Customer, str], Awaitable[None]]
WAYS = pytest.mark.parametrize("answer", [by_method, by_admin, by_page])


@WAYS
@pytest.mark.parametrize(
    ("decision", "status", "readable"), [("approve", "Approved", 200), ("refuse", "Rejected", 404)]
)
async def test_the_grid_user_answers_a_request(
    visitor: Visitor, customer: Customer, answer: Way, decision: str, status: str, readable: int
) -> None:
    await share(visitor, customer, GARAGE)
    visitor.sandbox.clock.set(NOW + timedelta(days=5))

    await answer(visitor, customer, decision)

    (mandate,) = await mandates(visitor)
    assert mandate["status"] == status
    assert mandate.get("ean") == (GARAGE if readable == 200 else None)
    expires = "2029-11-25T12:00:00Z" if readable == 200 else "2029-11-20T12:00:00Z"
    assert mandate["mandateExpirationDate"] == expires
    reply = await visitor.energy(GARAGE, "2026-11-01T23:00:00Z", "2026-11-10T23:00:00Z")
    assert reply.status == readable
    updated = await visitor.get("mandate", lastUpdatedFrom="2026-11-25T12:00:00Z")
    assert updated.status == 200


@WAYS
@pytest.mark.parametrize(
    ("decision", "expires", "renewal"),
    [
        ("approve", "2029-11-20T12:00:00Z", None),
        ("refuse", "2026-12-31T23:00:00Z", "ToBeRenewed"),
    ],
)
async def test_the_grid_user_answers_a_renewal(
    visitor: Visitor,
    customer: Customer,
    answer: Way,
    decision: str,
    expires: str,
    renewal: str | None,
) -> None:
    visitor.sandbox.add_mandate(
        GARAGE,
        data_period_from=START,
        data_service_type="VH_dag",
        mandateExpirationDate="2026-12-31T23:00:00Z",
    )
    await share(visitor, customer, GARAGE)
    (asked,) = await mandates(visitor)

    await answer(visitor, customer, decision)

    (mandate,) = await mandates(visitor)
    assert (asked["renewalStatus"], asked["mandateExpirationDate"]) == (
        "RenewalRequested",
        "2026-12-31T23:00:00Z",
    )
    assert mandate["status"] == "Approved"
    assert (mandate["mandateExpirationDate"], mandate.get("renewalStatus")) == (expires, renewal)


@pytest.mark.parametrize("told", [{}, {"renewalStatus": "ToBeRenewed"}])
async def test_a_grid_user_renews_at_once(
    visitor: Visitor, customer: Customer, told: dict[str, Any]
) -> None:
    visitor.sandbox.add_mandate(
        ELECTRICITY,
        data_period_from=START,
        data_service_type="VH_dag",
        mandateExpirationDate="2026-12-31T23:00:00Z",
        **told,
    )
    assert await renewal_at(visitor, NOW) == "ToBeRenewed"

    await share(visitor, customer, ELECTRICITY)

    (mandate,) = await mandates(visitor)
    assert "Hernieuwd" in customer.text
    assert mandate["mandateExpirationDate"] == "2029-11-20T12:00:00Z"
    assert mandate["dataPeriodFrom"] == "2026-08-31T22:00:00Z"
    assert "renewalStatus" not in mandate


async def test_a_renewal_that_is_not_answered_expires(visitor: Visitor, customer: Customer) -> None:
    visitor.sandbox.add_mandate(
        GARAGE,
        data_period_from=START,
        data_service_type="VH_dag",
        mandateExpirationDate="2026-12-31T23:00:00Z",
    )
    await share(visitor, customer, GARAGE)

    assert await renewal_at(visitor, datetime(2026, 12, 31, 22, tzinfo=UTC)) == "RenewalRequested"
    assert await renewal_at(visitor, datetime(2026, 12, 31, 23, tzinfo=UTC)) == "Expired"


async def test_a_renewal_gives_back_what_was_missed(visitor: Visitor, customer: Customer) -> None:
    visitor.sandbox.add_mandate(
        ELECTRICITY,
        data_period_from=START,
        data_service_type="VH_dag",
        mandateExpirationDate="2026-11-10T23:00:00Z",
    )
    period = ("2026-11-10T23:00:00Z", "2026-11-12T23:00:00Z")
    assert (await visitor.energy(ELECTRICITY, *period)).status == 404

    await share(visitor, customer, ELECTRICITY)

    reply = await visitor.energy(ELECTRICITY, *period)
    assert len(reply.json["data"]["headpoint"]["physicalMeters"][0]["dailyEnergy"]) == 2


async def test_another_level_of_detail_is_another_mandate(
    visitor: Visitor, customer: Customer
) -> None:
    await share(visitor, customer, ELECTRICITY)
    await share(
        visitor, customer, ELECTRICITY, dataServices=[{"dataServiceType": "VH_kwartier_uur"}]
    )

    found = await mandates(visitor)

    assert [one["dataServiceType"] for one in found] == ["VH_dag", "VH_kwartier_uur"]


async def test_waiting_requests_are_listed_for_the_admin(
    visitor: Visitor, customer: Customer
) -> None:
    await share(visitor, customer, GARAGE)

    assert (await visitor.admin("GET", "consents")).json == {
        "consents": [
            {
                "id": GARAGE_CONSENT,
                "environment": "sbx",
                "referenceNumber": "REF-1",
                "ean": GARAGE,
                "dataServiceType": "VH_dag",
                "gridUser": "Huisgenoot",
                "isRenewal": False,
                "dataPeriodFrom": "2023-11-19T23:00:00Z",
                "dataPeriodTo": None,
                "until": "2026-12-20T12:00:00Z",
            }
        ]
    }


async def test_a_request_of_a_test_can_be_answered_too(visitor: Visitor) -> None:
    visitor.sandbox.add_mandate(GAS, data_period_from=START, status="Requested", environment="live")
    (consent,) = visitor.sandbox.waiting_consents()

    visitor.sandbox.decide_consent(consent.id, approve=True)

    reply = await visitor.get("mandate", base=visitor.sandbox.live_api_url)
    assert reply.json["data"]["mandates"][0]["status"] == "Approved"


async def test_a_request_is_answered_once(visitor: Visitor, customer: Customer) -> None:
    await share(visitor, customer, GARAGE)
    late = Customer(visitor.session)
    await late.open(visitor.sandbox.approval_url)
    visitor.sandbox.decide_consent(GARAGE_CONSENT, approve=True)

    await late.refuse()
    reply = await visitor.admin("POST", f"consents/{GARAGE_CONSENT}", {"decision": "refuse"})

    assert (late.status, "wacht niet meer" in late.text) == (409, True)
    assert (reply.status, reply.json["code"]) == (404, "Mandates.NotFound")
    with pytest.raises(UnknownConsentError):
        visitor.sandbox.decide_consent(GARAGE_CONSENT, approve=False)
    assert [mandate["status"] for mandate in await mandates(visitor)] == ["Approved"]


@pytest.mark.parametrize("body", [{}, {"decision": "maybe"}, {"decision": "approve", "by": "me"}])
async def test_an_unclear_answer_is_refused(
    visitor: Visitor, customer: Customer, body: dict[str, str]
) -> None:
    await share(visitor, customer, GARAGE)

    reply = await visitor.admin("POST", f"consents/{GARAGE_CONSENT}", body)

    assert (reply.status, len(reply.messages)) == (400, 1)
    assert len(visitor.sandbox.waiting_consents()) == 1
