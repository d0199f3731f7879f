"""The sandbox's V2 API, over HTTP."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.sandbox.__main__ import _introduction
from tests.sandbox.accounts import CONTRACT_NUMBER
from tests.sandbox.visitor import Reply, Visitor, visiting

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PERIOD_START = datetime(2023, 12, 31, 23, tzinfo=UTC)
PROSUMER = "541440110000000001"
CONSUMER = "541440010000000001"
GAS = "541441010000000001"
DAILY_GAS = "541441000000000001"
DAY = ("2026-06-09T22:00:00Z", "2026-06-10T22:00:00Z")
ENVELOPE = {"metaData": {"version": "2.0"}}

type Query = dict[str, Any]


@pytest.fixture
async def visitor(socket_enabled: None) -> AsyncIterator[Visitor]:
    async with visiting(lambda: NOW) as visitor:
        for ean in (PROSUMER, CONSUMER, GAS):
            visitor.sandbox.add_mandate(ean, data_period_from=PERIOD_START)
        visitor.sandbox.add_mandate(
            DAILY_GAS, data_service_type="VH_dag", data_period_from=PERIOD_START
        )
        yield visitor


async def get(visitor: Visitor, path: str, base: str | None = None, **query: Any) -> Reply:
    """GET below the V2 API; a list repeats its parameter."""
    url = f"{base or visitor.sandbox.api_url_v2}/api/v2.0/{path}"
    headers = await visitor.headers()
    async with visitor.session.get(url, params=query, headers=headers) as response:
        return Reply(response.status, await response.json())


async def post(visitor: Visitor, path: str, body: object, base: str | None = None) -> Reply:
    url = f"{base or visitor.sandbox.api_url_v2}/api/v2.0/{path}"
    headers = await visitor.headers()
    async with visitor.session.post(url, json=body, headers=headers) as response:
        return Reply(response.status, await response.json())


def energy(ean: str, start: str = DAY[0], end: str = DAY[1], **others: Any) -> Query:
    return {"EanNumber": ean, "PeriodType": "readTime", "From": start, "To": end} | others


def mock(**others: Any) -> Query:
    """Return a mock mandate request; fields set to `...` are left out."""
    fields = {
        "referenceNumber": "REF-9",
        "eanNumber": "541441000000000009",
        "dataServiceType": "VH_dag",
        "dataPeriodFrom": "2024-12-31T23:00:00Z",
    } | others
    return {name: value for name, value in fields.items() if value is not ...}


async def meter(visitor: Visitor, query: Query, kind: str = "electricityMeters") -> Any:
    """Ask for energy and return the one meter of the answer."""
    reply = await get(visitor, "Mandate/energy", **query)
    assert reply.status == 200, reply.json
    assert {"metaData": reply.json["metaData"]} == ENVELOPE
    data = reply.json["data"]
    assert data.keys() == {"fetchTime", "gasMeters", "electricityMeters"}
    assert data["fetchTime"] == "2026-11-20T12:00:00Z"
    (other,) = {"gasMeters", "electricityMeters"} - {kind}
    assert data[other] == []
    (found,) = data[kind]
    return found


async def test_mandates_have_an_ean_number(visitor: Visitor) -> None:
    reply = await get(visitor, "Mandate", EanNumber=GAS)

    assert reply.status == 200
    assert reply.json == {
        **ENVELOPE,
        "data": {
            "fetchTime": "2026-11-20T12:00:00Z",
            "mandates": [
                {
                    "referenceNumber": "REF-1",
                    "status": "Approved",
                    "eanNumber": GAS,
                    "energyType": "G",
                    "dataPeriodFrom": "2023-12-31T23:00:00Z",
                    "dataServiceType": "VH_kwartier_uur",
                    "mandateExpirationDate": "2029-11-20T12:00:00Z",
                }
            ],
        },
    }


@pytest.mark.parametrize(
    ("query", "eans"),
    [
        ({}, [PROSUMER, CONSUMER, GAS, DAILY_GAS]),
        ({"EnergyType": "G"}, [GAS, DAILY_GAS]),
        ({"DataServiceType": "VH_dag"}, [DAILY_GAS]),
        ({"DataServiceType": ["VH_dag", "VH_onbepaald"]}, [DAILY_GAS]),
        (
            {"DataServiceType": ["VH_dag", "VH_kwartier_uur"], "EnergyType": "G"},
            [GAS, DAILY_GAS],
        ),
        ({"ReferenceNumber": "REF-1", "Status": "Approved", "EanNumber": GAS}, [GAS]),
        ({"MandateExpirationDate": "2029-11-20T12:00:00Z", "EnergyType": "G"}, [GAS, DAILY_GAS]),
        ({"RenewalStatus": "Expired"}, []),
        ({"Status": "Finished"}, []),
    ],
)
async def test_every_filter_narrows_the_list_and_nothing_found_is_an_empty_one(
    visitor: Visitor, query: Query, eans: list[str]
) -> None:
    reply = await get(visitor, "Mandate", **query)

    assert reply.status == 200
    assert [mandate["eanNumber"] for mandate in reply.json["data"]["mandates"]] == eans


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"EanNumber": "123"}, "'EanNumber'"),
        ({"EanNumber": [GAS, DAILY_GAS]}, "'EanNumber'"),
        ({"DataServiceType": "VH_dag,VH_kwartier_uur"}, "'DataServiceType'"),
        ({"DataServiceType": ["VH_dag", "VH_uur"]}, "'DataServiceType'"),
        ({"EnergyType": "W"}, "'EnergyType'"),
        ({"Status": "approved"}, "'Status'"),
        ({"MandateExpirationDate": "tomorrow"}, "'MandateExpirationDate'"),
        ({"ean": GAS}, "'ean'"),
        ({"dataServiceTypes": "VH_dag"}, "'dataServiceTypes'"),
        ({"lastUpdatedFrom": "2026-11-20T13:00:00Z"}, "'lastUpdatedFrom'"),
    ],
)
async def test_a_filter_that_v2_does_not_know_is_refused(
    visitor: Visitor, query: Query, word: str
) -> None:
    reply = await get(visitor, "Mandate", **query)

    assert reply.status == 400
    assert reply.json.keys() == {"type", "code", "message", "validationErrorMessages"}
    (message,) = reply.messages
    assert word in message


async def test_a_day_of_a_prosumer_is_flat(visitor: Visitor) -> None:
    found = await meter(visitor, energy(PROSUMER))

    assert found.keys() == {"seqNumber", "meterID", "dailyEnergy", "quarterHourlyEnergy"}
    assert (found["seqNumber"], found["meterID"]) == (1, "1SAG1100000001")
    (day,) = found["dailyEnergy"]
    assert day.keys() == {"timestampStart", "timestampEnd", "measurement"}
    assert (day["timestampStart"], day["timestampEnd"]) == DAY
    (registers,) = day["measurement"]
    assert registers.keys() == {"unit"} | {
        f"{direction}{register}{part}"
        for direction in ("offtake", "injection")
        for register in ("Day", "Night")
        for part in ("Value", "ValidationState")
    }
    quarters = [part["measurement"] for part in found["quarterHourlyEnergy"]]
    assert len(quarters) == 96
    assert quarters[0][0].keys() == {
        "unit",
        "offtakeValue",
        "offtakeValidationState",
        "injectionValue",
        "injectionValidationState",
    }
    assert {quarter["offtakeValidationState"] for (quarter,) in quarters} == {"VAL"}
    assert sum(quarter["injectionValue"] for (quarter,) in quarters) == pytest.approx(
        registers["injectionDayValue"] + registers["injectionNightValue"]
    )


async def test_gas_has_cubic_metres_and_kilowatt_hours(visitor: Visitor) -> None:
    query = energy(GAS, "2026-01-10T05:00:00Z", "2026-01-11T05:00:00Z")
    found = await meter(visitor, query, "gasMeters")

    assert found.keys() == {"seqNumber", "meterID", "dailyEnergy", "hourlyEnergy"}
    assert len(found["hourlyEnergy"]) == 24
    volume, kilowatt_hours = found["dailyEnergy"][0]["measurement"]
    assert (volume["unit"], kilowatt_hours["unit"]) == ("m3", "kWh")
    assert volume.keys() == {"unit", "offtakeValue", "offtakeValidationState"}
    assert kilowatt_hours["offtakeUsedGCF"] == "D"


@pytest.mark.parametrize(
    ("services", "names"),
    [
        ([], {"dailyEnergy", "quarterHourlyEnergy"}),
        (["VH_dag"], {"dailyEnergy"}),
        (["VH_kwartier_uur"], {"quarterHourlyEnergy"}),
        (["VH_dag", "VH_kwartier_uur"], {"dailyEnergy", "quarterHourlyEnergy"}),
    ],
)
async def test_only_the_data_services_asked_for_are_in_the_answer(
    visitor: Visitor, services: list[str], names: set[str]
) -> None:
    found = await meter(visitor, energy(CONSUMER, DataServiceType=services))

    assert found.keys() == {"seqNumber", "meterID"} | names


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"EanNumber": ""}, "'EanNumber'"),
        ({"PeriodType": ""}, "'PeriodType'"),
        ({"PeriodType": "ReadTime"}, "'PeriodType'"),
        ({"From": ""}, "'From'"),
        ({"To": "2026-06-31T00:00:00Z"}, "'To'"),
        ({"To": DAY[0]}, "'To' must be after 'From'"),
        ({"To": "2026-12-30T00:00:00Z"}, "185"),
        ({"From": "2023-11-19T22:59:59Z", "To": "2024-01-01T00:00:00Z"}, "three years"),
        ({"DataServiceType": "daily"}, "'DataServiceType'"),
        ({"DataServiceType": "VH_onbepaald"}, "'DataServiceType'"),
        ({"From": [DAY[0], DAY[0]]}, "'From'"),
        ({"granularity": "daily"}, "'granularity'"),
        ({"complexEnergyTypes": "active"}, "'complexEnergyTypes'"),
    ],
)
async def test_an_invalid_energy_request_is_refused_in_the_names_of_v2(
    visitor: Visitor, change: Query, word: str
) -> None:
    reply = await get(visitor, "Mandate/energy", **energy(PROSUMER, **change))

    assert reply.status == 400
    (message,) = reply.messages
    assert word in message


async def test_readings_without_a_mandate_are_a_request_that_is_not_valid(
    visitor: Visitor,
) -> None:
    without = await get(visitor, "Mandate/energy", **energy("541440010000000777"))
    fine = energy(DAILY_GAS, DataServiceType="VH_kwartier_uur")
    too_fine = await get(visitor, "Mandate/energy", **fine)

    for reply in (without, too_fine):
        assert reply.status == 400
        assert "mandate" in reply.messages[0]


async def test_a_mock_mandate_is_seen_in_both_versions(visitor: Visitor) -> None:
    created = await post(visitor, "Mandate/mock", mock())

    assert (created.status, created.json) == (200, {**ENVELOPE, "data": {"status": "success"}})
    query = {"referenceNumber": "REF-9"}
    (mandate,) = (await visitor.get("mandate", **query)).json["data"]["mandates"]
    assert mandate["ean"] == "541441000000000009"
    assert mandate["energyType"] == "G"


async def test_a_mock_mandate_may_have_the_energy_type_of_its_ean(visitor: Visitor) -> None:
    assert (await post(visitor, "Mandate/mock", mock(energyType="G"))).status == 200


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"eanNumber": ...}, "'eanNumber'"),
        ({"eanNumber": "541441100000000001"}, "'eanNumber'"),
        ({"eanNumber": ..., "ean": "541441000000000009"}, "'ean'"),
        ({"energyType": "E"}, "'energyType'"),
        ({"dataServiceType": "VH_kwartier_uur"}, "'dataServiceType'"),
        ({"status": "approved"}, "'status'"),
    ],
)
async def test_a_mock_mandate_that_breaks_the_rules_is_refused(
    visitor: Visitor, change: Query, word: str
) -> None:
    reply = await post(visitor, "Mandate/mock", mock(**change))

    assert reply.status == 400
    assert word in " ".join(reply.messages)


async def test_a_short_url_is_made_by_the_rules_of_v3(visitor: Visitor) -> None:
    request = {
        "dataAccessContractNumber": CONTRACT_NUMBER,
        "referenceNumber": "REF-1",
        "flow": "B2C",
        "dataServices": [{"dataServiceType": "VH_dag"}],
    }
    made = await post(visitor, "shortUrlIdentifier", request)
    refused = await post(visitor, "shortUrlIdentifier", request | {"flow": "b2c"})

    assert made.json["metaData"] == {"version": "2.0"}
    assert made.json["data"]["status"] == "success"
    assert made.json["data"]["validTo"] == "2026-11-21T12:00:00Z"
    assert (refused.status, len(refused.messages)) == (400, 1)


async def test_live_has_its_own_mandates_and_no_mock_ones(visitor: Visitor) -> None:
    live = visitor.sandbox.live_api_url_v2
    visitor.sandbox.add_mandate(GAS, data_period_from=PERIOD_START, environment="live")

    listed = await get(visitor, "Mandate", base=live)
    refused = await post(visitor, "Mandate/mock", mock(), base=live)

    assert [mandate["eanNumber"] for mandate in listed.json["data"]["mandates"]] == [GAS]
    assert (refused.status, refused.json["statusCode"]) == (404, 404)


async def test_v2_needs_a_key_and_a_token_too(visitor: Visitor) -> None:
    url = f"{visitor.sandbox.api_url_v2}/api/v2.0/Mandate"
    for headers in ({}, {"Ocp-Apim-Subscription-Key": "wrong"}):
        async with visitor.session.get(url, headers=headers) as response:
            assert response.status == 401
            assert (await response.json()).keys() == {"statusCode", "message"}


async def test_both_versions_share_the_journal_and_the_faults(visitor: Visitor) -> None:
    visitor.sandbox.add_fault("mandate", "status", status=500)
    first = await get(visitor, "Mandate")
    services = ["VH_dag", "VH_kwartier_uur"]
    second = await get(visitor, "Mandate", DataServiceType=services)
    await get(visitor, "Mandate/energy", **energy(GAS))
    await visitor.get("mandate")

    assert (first.status, second.status) == (500, 200)
    assert first.json.keys() == {"type", "code", "message"}
    assert visitor.sandbox.counts == {"token": 4, "mandate": 3, "energy": 1}
    log = (await visitor.admin("GET", "requests")).json["requests"]
    assert log[3]["query"] == {"DataServiceType": "VH_dag,VH_kwartier_uur"}


async def test_the_program_tells_the_addresses_of_both_versions(visitor: Visitor) -> None:
    sandbox = visitor.sandbox
    told = _introduction(sandbox).split()

    for address in (
        sandbox.api_url_v2,
        sandbox.live_api_url_v2,
        sandbox.api_url,
        sandbox.consent_url,
        sandbox.approval_url,
    ):
        assert address in told
