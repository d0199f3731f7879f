"""Both versions of the API tell the same: mandates, and readings of every kind of meter."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from custom_components.fluvius_esco.api.auth import Access, SecretCredential
from custom_components.fluvius_esco.api.client import FluviusClient
from custom_components.fluvius_esco.api.dialect import ApiVersion
from custom_components.fluvius_esco.api.models import (
    DataServiceType,
    EnergyRequest,
    Granularity,
    MandateFilter,
    MockMandateRequest,
    PeriodType,
)
from custom_components.fluvius_esco.metering.readings import combine

from .sandbox import Sandbox
from .sandbox.accounts import CLIENT_ID, CLIENT_SECRET, SCOPE, SUBSCRIPTION_KEY, TENANT_ID

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PERIOD_START = datetime(2023, 12, 31, 23, tzinfo=UTC)
PROSUMER = "541440110000000001"
CONSUMER = "541440010000000001"
GAS = "541441010000000001"
DAILY_GAS = "541441000000000001"

OCTOBER_CLOCK_CHANGE = (
    datetime(2026, 10, 23, 22, tzinfo=UTC),
    datetime(2026, 11, 3, 23, tzinfo=UTC),
)
REPLACED = datetime(2026, 10, 28, 23, tzinfo=UTC)
NEWEST = (datetime(2026, 11, 1, 23, tzinfo=UTC), NOW)


@pytest.fixture
async def sandbox(socket_enabled: None) -> AsyncIterator[Sandbox]:
    """A local Fluvius with a mandate for each kind of meter."""
    async with Sandbox(now=lambda: NOW) as server:
        for ean in (PROSUMER, CONSUMER, GAS):
            server.add_mandate(ean, data_period_from=PERIOD_START)
        server.add_mandate(DAILY_GAS, data_service_type="VH_dag", data_period_from=PERIOD_START)
        yield server


@pytest.fixture
async def clients(sandbox: Sandbox) -> AsyncIterator[dict[ApiVersion, FluviusClient]]:
    """A client of each version at one local Fluvius."""
    credential = SecretCredential(CLIENT_SECRET)
    access = Access(TENANT_ID, CLIENT_ID, SCOPE, credential, sandbox.token_url)
    addresses = {ApiVersion.V2: sandbox.api_url_v2, ApiVersion.V3: sandbox.api_url}
    async with aiohttp.ClientSession() as session:
        yield {
            version: FluviusClient(session, address, access, SUBSCRIPTION_KEY, api_version=version)
            for version, address in addresses.items()
        }


async def assert_same_readings(
    clients: dict[ApiVersion, FluviusClient], request: EnergyRequest
) -> None:
    v2, v3 = [await clients[version].energy(request) for version in ApiVersion]
    assert combine(v2) == combine(v3)
    assert any(series.values for meter in v3.meters for series in meter.series)
    assert v2.skipped == v3.skipped == {}
    assert (v2.ean, v2.energy_type) == (v3.ean, v3.energy_type)
    for old, new in zip(v2.meters, v3.meters, strict=True):
        assert (old.sequence_number, old.serial) == (new.sequence_number, new.serial)
        assert [series.factors for series in old.series] == [
            series.factors for series in new.series
        ]


@pytest.mark.parametrize("ean", [PROSUMER, CONSUMER, GAS, DAILY_GAS])
@pytest.mark.parametrize("period", [OCTOBER_CLOCK_CHANGE, NEWEST], ids=["clock change", "newest"])
@pytest.mark.parametrize("period_type", PeriodType)
async def test_readings_of_one_window_are_equal(
    clients: dict[ApiVersion, FluviusClient],
    ean: str,
    period: tuple[datetime, datetime],
    period_type: PeriodType,
) -> None:
    await assert_same_readings(clients, EnergyRequest(ean, *period, period_type))


@pytest.mark.parametrize(
    "granularities",
    [
        (Granularity.DAY,),
        (Granularity.QUARTER_HOUR,),
        (Granularity.DAY, Granularity.QUARTER_HOUR),
    ],
)
async def test_readings_of_chosen_granularities_are_equal(
    clients: dict[ApiVersion, FluviusClient], granularities: tuple[Granularity, ...]
) -> None:
    request = EnergyRequest(PROSUMER, *OCTOBER_CLOCK_CHANGE)
    await assert_same_readings(clients, replace(request, granularities=granularities))


async def test_readings_of_a_replaced_meter_are_equal(
    sandbox: Sandbox, clients: dict[ApiVersion, FluviusClient]
) -> None:
    sandbox.install(CONSUMER, "replaced", at=REPLACED, until=REPLACED + timedelta(days=2))

    await assert_same_readings(clients, EnergyRequest(CONSUMER, *OCTOBER_CLOCK_CHANGE))


async def test_readings_of_meters_side_by_side_are_equal(
    sandbox: Sandbox, clients: dict[ApiVersion, FluviusClient]
) -> None:
    sandbox.install(CONSUMER, "exclusiveNight")

    await assert_same_readings(clients, EnergyRequest(CONSUMER, *OCTOBER_CLOCK_CHANGE))


async def test_nulls_corrections_and_double_slices_are_equal(
    sandbox: Sandbox, clients: dict[ApiVersion, FluviusClient]
) -> None:
    night = (REPLACED, REPLACED + timedelta(hours=4))
    day = (REPLACED, REPLACED + timedelta(days=1))
    inserted = REPLACED + timedelta(days=5)
    sandbox.correct(PROSUMER, "offtake", *night, None, inserted=inserted)
    sandbox.correct(PROSUMER, "injection_day", *day, None, inserted=inserted)
    sandbox.correct(PROSUMER, "offtake_day", *day, 12.5, inserted=inserted, state="EST")
    sandbox.repeat(PROSUMER, *day, 99.0)
    sandbox.shuffle(PROSUMER)

    await assert_same_readings(clients, EnergyRequest(PROSUMER, *OCTOBER_CLOCK_CHANGE))


async def test_v2_knows_no_readings_of_a_headpoint(
    sandbox: Sandbox, clients: dict[ApiVersion, FluviusClient]
) -> None:
    sandbox.install(CONSUMER, "headpoint")
    request = EnergyRequest(CONSUMER, *OCTOBER_CLOCK_CHANGE)
    v2, v3 = [await clients[version].energy(request) for version in ApiVersion]

    assert (v2.meters, v2.series) == ((), ())
    assert v3.series


async def test_mandates_are_equal(clients: dict[ApiVersion, FluviusClient]) -> None:
    services = (DataServiceType.DAY, DataServiceType.QUARTER_HOUR)
    for wanted, expected in (
        (MandateFilter(), {PROSUMER, CONSUMER, GAS, DAILY_GAS}),
        (MandateFilter(data_service_types=services), {PROSUMER, CONSUMER, GAS, DAILY_GAS}),
        (MandateFilter(data_service_types=services[:1]), {DAILY_GAS}),
        (MandateFilter(ean=GAS, reference_number="REF-1"), {GAS}),
        (MandateFilter(reference_number="REF-2"), set()),
    ):
        v2, v3 = [await clients[version].mandates(wanted) for version in ApiVersion]
        assert v2 == v3
        assert {mandate.ean for mandate in v2} == expected


async def test_a_mock_mandate_of_one_version_is_readable_in_the_other(
    clients: dict[ApiVersion, FluviusClient],
) -> None:
    for version, ean in zip(ApiVersion, ("541440000000000007", "541440000000000008"), strict=True):
        await clients[version].create_mock_mandate(
            MockMandateRequest("REF-7", ean, DataServiceType.DAY, PERIOD_START)
        )
        await assert_same_readings(clients, EnergyRequest(ean, *OCTOBER_CLOCK_CHANGE))
