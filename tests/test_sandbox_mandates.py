"""The sandbox's mandates, mock mandates and short URLs, over HTTP."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
import re
from typing import Any

import pytest

from tests.sandbox.invitation import link_request
from tests.sandbox.visitor import Visitor, visiting

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ELECTRICITY_DAILY = "541440000000000001"
ELECTRICITY_QUARTER = "541440010000000001"
PROSUMER_DAILY = "541440100000000999"
PROSUMER_QUARTER = "541440110000000000"
GAS_DAILY = "541441000000000001"
GAS_HOURLY = "541441010000000001"
SERVICES = {
    ELECTRICITY_DAILY: "VH_dag",
    ELECTRICITY_QUARTER: "VH_kwartier_uur",
    PROSUMER_DAILY: "VH_dag",
    PROSUMER_QUARTER: "VH_kwartier_uur",
    GAS_DAILY: "VH_dag",
    GAS_HOURLY: "VH_kwartier_uur",
}
MANDATE_FIELDS = {
    "referenceNumber",
    "status",
    "ean",
    "energyType",
    "dataPeriodFrom",
    "dataPeriodTo",
    "dataServiceType",
    "mandateExpirationDate",
    "renewalStatus",
}


@pytest.fixture
async def visitor(socket_enabled: None) -> AsyncIterator[Visitor]:
    async with visiting(lambda: NOW) as visitor:
        yield visitor


def mock(ean: str, /, **others: Any) -> dict[str, Any]:
    """Return a mock mandate request; fields set to `...` are left out."""
    fields = {
        "referenceNumber": "REF-1",
        "ean": ean,
        "dataServiceType": SERVICES.get(ean, "VH_dag"),
        "dataPeriodFrom": "2024-12-31T23:00:00Z",
    } | others
    return {name: value for name, value in fields.items() if value is not ...}


@pytest.mark.parametrize("ean", SERVICES)
async def test_a_mock_mandate_of_every_allowed_kind_is_listed(visitor: Visitor, ean: str) -> None:
    created = await visitor.post("mandate/mock", mock(ean))
    listed = await visitor.get("mandate")

    assert created.status == 200
    assert created.json == {
        "_meta": {"fetchTime": "2026-11-20T12:00:00Z"},
        "data": {"status": "success"},
    }
    assert listed.json == {
        "_meta": {"fetchTime": "2026-11-20T12:00:00Z"},
        "data": {
            "mandates": [
                {
                    "referenceNumber": "REF-1",
                    "status": "Approved",
                    "ean": ean,
                    "energyType": "G" if ean[5] == "1" else "E",
                    "dataPeriodFrom": "2024-12-31T23:00:00Z",
                    "dataServiceType": SERVICES[ean],
                    "mandateExpirationDate": "2029-11-20T12:00:00Z",
                }
            ]
        },
    }


@pytest.mark.parametrize(
    "change",
    [
        {"ean": "541441100000000001"},
        {"ean": "541441110000000001"},
        {"ean": "541442000000000001"},
        {"ean": "541440000000001000"},
        {"ean": "54144000000000001"},
        {"ean": ELECTRICITY_DAILY, "dataServiceType": "VH_kwartier_uur"},
        {"ean": GAS_HOURLY, "dataServiceType": "VH_dag"},
        {"ean": ELECTRICITY_DAILY, "dataServiceType": "VH_onbepaald"},
        {"ean": ...},
        {"referenceNumber": ...},
        {"referenceNumber": "MijnFluvius-1"},
        {"dataServiceType": ...},
        {"dataPeriodFrom": ...},
        {"dataPeriodFrom": "2024-12-31"},
        {"dataPeriodFrom": "2024-13-31T00:00:00Z"},
        {"dataPeriodTo": "2024-12-31T23:00:00Z"},
        {"dataServiceType": "IG"},
        {"status": "approved"},
        {"renewalStatus": "Soon"},
        {"eanNumber": ELECTRICITY_DAILY},
        {"ean": 541440000000000001},
    ],
)
async def test_a_mock_mandate_that_breaks_the_rules_is_refused(
    visitor: Visitor, change: dict[str, Any]
) -> None:
    reply = await visitor.post("mandate/mock", mock(ELECTRICITY_DAILY, **change))

    assert reply.status == 400
    assert reply.json.keys() == {"type", "code", "message", "validationErrorMessages"}
    assert reply.messages
    assert (await visitor.get("mandate")).status == 404


async def test_an_installation_mandate_has_no_data_period(visitor: Visitor) -> None:
    request = mock(ELECTRICITY_DAILY, dataServiceType="IG", dataPeriodFrom=None)

    assert (await visitor.post("mandate/mock", request)).status == 200


async def test_posting_a_mandate_again_replaces_it(visitor: Visitor) -> None:
    await visitor.post("mandate/mock", mock(GAS_DAILY))
    await visitor.post("mandate/mock", mock(GAS_DAILY, dataPeriodTo="2025-06-30T22:00:00Z"))
    await visitor.post("mandate/mock", mock(GAS_DAILY, referenceNumber="REF-2"))

    mandates = (await visitor.get("mandate")).json["data"]["mandates"]

    assert [(m["referenceNumber"], m.get("dataPeriodTo")) for m in mandates] == [
        ("REF-1", "2025-06-30T22:00:00Z"),
        ("REF-2", None),
    ]


@pytest.mark.parametrize("status", ["Requested", "Rejected", "Finished"])
async def test_the_ean_shows_on_approved_mandates_only(visitor: Visitor, status: str) -> None:
    request = mock(
        GAS_DAILY,
        status=status,
        dataPeriodTo="2025-06-30T22:00:00Z",
        mandateExpirationDate="2026-12-31T23:00:00Z",
        renewalStatus="ToBeRenewed",
    )
    await visitor.post("mandate/mock", request)

    (mandate,) = (await visitor.get("mandate")).json["data"]["mandates"]

    assert mandate.keys() == MANDATE_FIELDS - {"ean", "energyType"}
    assert mandate["status"] == status
    assert mandate["renewalStatus"] == "ToBeRenewed"
    assert mandate["mandateExpirationDate"] == "2026-12-31T23:00:00Z"


async def test_without_mandates_the_list_is_not_found(visitor: Visitor) -> None:
    reply = await visitor.get("mandate")

    assert reply.status == 404
    assert reply.json.keys() == {"type", "code", "message"}
    assert reply.json["code"] == "Mandates.NotFound"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"referenceNumber": "REF-2"}, ["gas"]),
        ({"ean": ELECTRICITY_DAILY}, ["daily"]),
        ({"dataServiceTypes": "VH_dag"}, ["daily"]),
        ({"dataServiceTypes": "VH_dag,VH_kwartier_uur"}, ["daily", "quarter", "gas"]),
        ({"dataServiceTypes": "VH_dag;VH_kwartier_uur"}, ["daily", "quarter", "gas"]),
        ({"dataServiceTypes": "VH_dag|VH_onbepaald"}, ["daily"]),
        ({"energyType": "G"}, ["gas"]),
        ({"status": "Finished"}, ["gas"]),
        ({"status": "Approved"}, ["daily", "quarter"]),
        ({"mandateExpirationDate": "2027-01-31T23:00:00Z"}, ["quarter"]),
        ({"renewalStatus": "ToBeRenewed"}, ["quarter"]),
        ({"lastUpdatedFrom": "2026-11-20T13:00:00Z"}, ["quarter", "gas"]),
        ({"lastUpdatedTo": "2026-11-20T13:00:00Z"}, ["daily"]),
        ({"energyType": "E", "dataServiceTypes": "VH_kwartier_uur"}, ["quarter"]),
        ({"energyType": "G", "dataServiceTypes": "VH_dag"}, []),
    ],
)
async def test_every_filter_narrows_the_list(
    visitor: Visitor, query: dict[str, str], found: list[str]
) -> None:
    sandbox = visitor.sandbox
    start = NOW - timedelta(days=300)
    sandbox.add_mandate(ELECTRICITY_DAILY, data_service_type="VH_dag", data_period_from=start)
    sandbox.clock.set(NOW + timedelta(hours=1))
    sandbox.add_mandate(
        ELECTRICITY_QUARTER,
        data_period_from=start,
        mandateExpirationDate="2027-01-31T23:00:00Z",
        renewalStatus="ToBeRenewed",
    )
    sandbox.add_mandate(
        GAS_HOURLY, data_period_from=start, reference_number="REF-2", status="Finished"
    )

    reply = await visitor.get("mandate", **query)

    names = {("E", "VH_dag"): "daily", ("E", "VH_kwartier_uur"): "quarter"}
    mandates = reply.json["data"]["mandates"] if reply.status == 200 else []
    assert [
        names.get((mandate.get("energyType"), mandate["dataServiceType"]), "gas")
        for mandate in mandates
    ] == found
    assert reply.status == (200 if found else 404)


@pytest.mark.parametrize(
    "query",
    [
        {"ean": "123"},
        {"dataServiceTypes": "VH_dag,VH_uur"},
        {"energyType": "W"},
        {"status": "Open"},
        {"renewalStatus": "Soon"},
        {"mandateExpirationDate": "tomorrow"},
        {"lastUpdatedFrom": "2026-11-20"},
        {"lastUpdatedTo": "2026-11-20T13:00:00+01:00"},
    ],
)
async def test_an_ill_formed_filter_is_refused(visitor: Visitor, query: dict[str, str]) -> None:
    reply = await visitor.get("mandate", **query)

    assert reply.status == 400
    assert len(reply.messages) == 1
    assert next(iter(query)) in reply.messages[0]


async def test_live_has_no_mock_mandates_and_its_own_list(visitor: Visitor) -> None:
    live = visitor.sandbox.live_api_url
    request = mock(GAS_DAILY)

    assert (await visitor.post("mandate/mock", request, base=live)).status == 404
    assert (await visitor.post("mandate/mock", request)).status == 200
    assert (await visitor.get("mandate", base=live)).status == 404


async def test_an_unknown_address_or_method_is_not_found_by_the_gateway(visitor: Visitor) -> None:
    for reply in (await visitor.get("installation"), await visitor.get("mandate/mock")):
        assert reply.status == 404
        assert reply.json == {"statusCode": 404, "message": "Resource not found"}


async def test_a_short_url_is_valid_for_a_day(visitor: Visitor) -> None:
    reply = await visitor.post("shortUrlIdentifier", link_request())

    assert reply.status == 200
    assert reply.json["_meta"] == {"fetchTime": "2026-11-20T12:00:00Z"}
    assert reply.json["data"].keys() == {"status", "shortUrlIdentifier", "validTo"}
    assert reply.json["data"]["status"] == "success"
    assert reply.json["data"]["validTo"] == "2026-11-21T12:00:00Z"
    assert re.fullmatch(r"[0-9a-f]{64}", reply.json["data"]["shortUrlIdentifier"])


@pytest.mark.parametrize(
    "change",
    [
        {"flow": "B2B", "sso": True, "enterpriseNumber": "0878051819"},
        {"enterpriseNumber": "878051819"},
        {"numberOfEans": 0},
        {"numberOfEans": 1000},
        {"referenceNumber": "A" * 35},
        {"referenceNumber": "REF-MijnFluvius-1"},
        {"returnUrlSuccess": "https://a.example/ok?x=1", "returnUrlFailed": "http://a.example"},
        {"returnUrlSuccess": "http://homeassistant.local:8123/api/x?state=a.b-c_d"},
        {"sso": None, "numberOfEans": None, "returnUrlSuccess": None, "enterpriseNumber": None},
        {"dataServices": [{"dataServiceType": "VH_onbepaald", "dataPeriodTo": None}] * 3},
        {
            "dataServices": [
                {
                    "dataServiceType": "VH_kwartier_uur",
                    "dataPeriodFrom": "2023-11-19T23:00:00Z",
                    "dataPeriodTo": "2023-11-20T23:00:00Z",
                }
            ]
        },
    ],
)
async def test_a_short_url_within_the_rules_is_made(
    visitor: Visitor, change: dict[str, Any]
) -> None:
    assert (await visitor.post("shortUrlIdentifier", link_request(**change))).status == 200


def service(**others: Any) -> dict[str, Any]:
    return {"dataServices": [{"dataServiceType": "VH_dag"} | others]}


@pytest.mark.parametrize(
    "change",
    [
        {"dataAccessContractNumber": ...},
        {"dataAccessContractNumber": ""},
        {"referenceNumber": ...},
        {"referenceNumber": "A" * 36},
        {"referenceNumber": "REF_1"},
        {"referenceNumber": "RÉF-1"},
        {"referenceNumber": "REF 1"},
        {"referenceNumber": "REF-1\n"},
        {"referenceNumber": "REF.1"},
        {"referenceNumber": "MijnFluvius-1"},
        {"flow": ...},
        {"flow": "b2c"},
        {"dataServices": ...},
        {"dataServices": []},
        {"dataServices": [{"dataServiceType": "VH_dag"}] * 4},
        {"dataServices": ["VH_dag"]},
        service(dataServiceType="IG"),
        service(dataServiceType=None),
        service(dataPeriodFrom="2023-11-18T23:00:00Z"),
        service(dataPeriodFrom="2026-11-20T12:00:01Z"),
        service(dataPeriodFrom="2026-11-01"),
        service(dataPeriodFrom="2026-11-01T23:00:00Z", dataPeriodTo="2026-11-01T23:00:00Z"),
        service(dataPeriodTo="2023-11-19T23:00:00Z"),
        service(dataPeriod="2026-11-01T23:00:00Z"),
        {"numberOfEans": -1},
        {"numberOfEans": 1001},
        {"numberOfEans": "3"},
        {"numberOfEans": True},
        {"returnUrlSuccess": "a.example/ok"},
        {"returnUrlFailed": "ftp://a.example"},
        {"returnUrlFailed": "http://[a.example"},
        {"returnUrlFailed": "http://a.example:99999"},
        {"returnUrlFailed": "http://a.example/a\tb"},
        {"returnUrlFailed": "http://:8123/"},
        {"returnUrlSuccess": ""},
        {"sso": "true"},
        {"SSO": True},
        {"enterpriseNumber": "0878051818"},
        {"enterpriseNumber": "BE0878051819"},
        {"enterpriseNumber": "78051819"},
        {"enterpriseNumber": "00878051819"},
        {"enterpriseNumber": "0878.051.819"},
        {"enterpriseNumber": ""},
    ],
)
async def test_a_short_url_that_breaks_a_rule_is_refused(
    visitor: Visitor, change: dict[str, Any]
) -> None:
    reply = await visitor.post("shortUrlIdentifier", link_request(**change))

    assert reply.status == 400
    assert len(reply.messages) == 1


async def test_every_broken_rule_is_reported(visitor: Visitor) -> None:
    reply = await visitor.post("shortUrlIdentifier", {})

    assert len(reply.messages) == 4


@pytest.mark.parametrize("body", [b"{", b"[]"])
async def test_a_body_must_be_a_json_object(visitor: Visitor, body: bytes) -> None:
    url = f"{visitor.sandbox.api_url}/api/shortUrlIdentifier"
    headers = await visitor.headers()

    async with visitor.session.post(url, data=body, headers=headers) as response:
        assert response.status == 400


async def test_an_unknown_contract_fails_without_an_error(visitor: Visitor) -> None:
    reply = await visitor.post("shortUrlIdentifier", link_request(dataAccessContractNumber="123"))

    assert (reply.status, reply.json["data"]) == (200, {"status": "failed"})
