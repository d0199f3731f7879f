"""V2's requests, mandates, consent links and mock mandates on the wire."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.fluvius_esco.api import v2, v3
from custom_components.fluvius_esco.api.exceptions import (
    FluviusMalformedAnswerError,
    FluviusValidationError,
)
from custom_components.fluvius_esco.api.models import (
    ComplexEnergyType,
    DataService,
    DataServiceType,
    EnergyRequest,
    EnergyType,
    Flow,
    Granularity,
    Mandate,
    MandateFilter,
    MandateStatus,
    MockMandateRequest,
    PeriodType,
    RenewalStatus,
    ShortUrl,
    ShortUrlRequest,
)
from custom_components.fluvius_esco.api.wire import ApiCall

from .builders import EAN, answer

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001
ACTIVE, REACTIVE = ComplexEnergyType.ACTIVE, ComplexEnergyType.REACTIVE


def test_all_mandates_take_no_query() -> None:
    call = v2.mandates_call(MandateFilter())
    assert (call.method, call.path, call.query) == ("GET", "/api/v2.0/Mandate", {})


def test_mandates_with_every_filter_that_v2_has() -> None:
    everything = MandateFilter(
        reference_number="ref-1",
        ean=EAN,
        data_service_types=(DataServiceType.DAY, DataServiceType.QUARTER_HOUR),
        energy_type=EnergyType.GAS,
        status=MandateStatus.APPROVED,
        expires=NEW_YEAR,
        renewal_status=RenewalStatus.TO_BE_RENEWED,
    )
    assert v2.mandates_call(everything).query == {
        "ReferenceNumber": "ref-1",
        "EanNumber": EAN,
        "DataServiceType": ("VH_dag", "VH_kwartier_uur"),
        "EnergyType": "G",
        "Status": "Approved",
        "MandateExpirationDate": "2026-01-01T00:00:00Z",
        "RenewalStatus": "ToBeRenewed",
    }


@pytest.mark.parametrize(
    "by_update", [MandateFilter(updated_from=NEW_YEAR), MandateFilter(updated_to=NEW_YEAR)]
)
def test_a_filter_by_last_update_is_refused_because_v2_has_none(by_update: MandateFilter) -> None:
    with pytest.raises(ValueError, match="last update"):
        v2.mandates_call(by_update)


@pytest.mark.parametrize(
    ("granularities", "expected"),
    [
        ((Granularity.DAY,), ("VH_dag",)),
        ((Granularity.HOUR,), ("VH_kwartier_uur",)),
        ((Granularity.QUARTER_HOUR, Granularity.HOUR), ("VH_kwartier_uur",)),
        ((Granularity.DAY, Granularity.QUARTER_HOUR), ("VH_dag", "VH_kwartier_uur")),
    ],
)
def test_granularities_are_data_services(
    granularities: tuple[Granularity, ...], expected: tuple[str, ...]
) -> None:
    request = EnergyRequest(EAN, NEW_YEAR, NEW_YEAR, granularities=granularities)
    assert v2.energy_call(request).query["DataServiceType"] == expected


def test_energy_with_every_parameter() -> None:
    request = EnergyRequest(
        EAN,
        NEW_YEAR,
        NEW_YEAR + timedelta(days=1),
        PeriodType.INSERT_TIME,
        (Granularity.DAY,),
        (ACTIVE,),
        "ref-1",
    )
    call = v2.energy_call(request)
    assert (call.method, call.path) == ("GET", "/api/v2.0/Mandate/energy")
    assert call.query == {
        "ReferenceNumber": "ref-1",
        "EanNumber": EAN,
        "DataServiceType": ("VH_dag",),
        "PeriodType": "insertTime",
        "From": "2026-01-01T00:00:00Z",
        "To": "2026-01-02T00:00:00Z",
    }


@pytest.mark.parametrize("kinds", [(), (ACTIVE,), (ACTIVE, REACTIVE)])
def test_active_energy_is_what_v2_gives_anyway(kinds: tuple[ComplexEnergyType, ...]) -> None:
    request = EnergyRequest(EAN, NEW_YEAR, NEW_YEAR, complex_energy_types=kinds)
    assert v2.energy_call(request).query == {
        "EanNumber": EAN,
        "PeriodType": "readTime",
        "From": "2026-01-01T00:00:00Z",
        "To": "2026-01-01T00:00:00Z",
    }


def test_reactive_energy_alone_is_refused_because_v2_has_none() -> None:
    with pytest.raises(ValueError, match="reactive"):
        v2.energy_call(EnergyRequest(EAN, NEW_YEAR, NEW_YEAR, complex_energy_types=(REACTIVE,)))


def test_naive_instants_are_refused_everywhere() -> None:
    services = (DataService(DataServiceType.DAY, NAIVE),)
    calls: tuple[Callable[[], ApiCall], ...] = (
        lambda: v2.energy_call(EnergyRequest(EAN, NAIVE, NEW_YEAR)),
        lambda: v2.energy_call(EnergyRequest(EAN, NEW_YEAR, NAIVE)),
        lambda: v2.mandates_call(MandateFilter(expires=NAIVE)),
        lambda: v2.short_url_call(ShortUrlRequest("1", "r", Flow.PERSON, services)),
        lambda: v2.mock_mandate_call(
            MockMandateRequest("r", EAN, DataServiceType.DAY, data_period_from=NAIVE)
        ),
    )
    for compose in calls:
        with pytest.raises(ValueError, match="time zone"):
            compose()


def mandates(*items: object) -> tuple[Mandate, ...]:
    return v2.parse_mandates(answer({"fetchTime": "2026-03-04T08:00:00Z", "mandates": items}))


def test_approved_mandate_has_its_ean_number() -> None:
    assert mandates(
        {
            "referenceNumber": "ref-1",
            "status": "Approved",
            "eanNumber": EAN,
            "energyType": "E",
            "dataPeriodFrom": "2025-12-31T23:00:00Z",
            "dataServiceType": "VH_kwartier_uur",
            "mandateExpirationDate": "2029-01-01T00:00:00Z",
            "renewalStatus": "ToBeRenewed",
        }
    ) == (
        Mandate(
            "ref-1",
            MandateStatus.APPROVED,
            DataServiceType.QUARTER_HOUR,
            EAN,
            EnergyType.ELECTRICITY,
            datetime(2025, 12, 31, 23, tzinfo=UTC),
            expires=datetime(2029, 1, 1, tzinfo=UTC),
            renewal_status=RenewalStatus.TO_BE_RENEWED,
        ),
    )


def test_a_mandate_that_is_not_approved_has_no_ean_number() -> None:
    expected = Mandate("r", MandateStatus.REQUESTED, DataServiceType.DAY)
    item = {"referenceNumber": "r", "status": "Requested", "dataServiceType": "VH_dag"}
    assert mandates(item, {**item, "eanNumber": None}) == (expected, expected)


@pytest.mark.parametrize("data", [{}, {"mandates": None}, {"mandates": []}])
def test_no_mandates(data: dict[str, object]) -> None:
    assert v2.parse_mandates(answer(data)) == ()


@pytest.mark.parametrize("item", [None, "text", {"eanNumber": 5}, {"dataPeriodFrom": "soon"}])
def test_mandate_that_is_none_is_malformed(item: object) -> None:
    with pytest.raises(FluviusMalformedAnswerError):
        mandates(item)


def test_consent_links_are_those_of_v3_at_another_path() -> None:
    services = (DataService(DataServiceType.DAY, NEW_YEAR),)
    request = ShortUrlRequest("1234567890", "ref-1", Flow.PERSON, services, sso=True)
    call = v2.short_url_call(request)
    assert (call.method, call.path) == ("POST", "/api/v2.0/shortUrlIdentifier")
    assert call.body == v3.short_url_call(request).body
    data = {"status": "success", "shortUrlIdentifier": "abc", "validTo": "2026-03-05T10:00:00Z"}
    assert v2.parse_short_url(answer(data)) == ShortUrl("abc", datetime(2026, 3, 5, 10, tzinfo=UTC))


def test_mock_mandate_with_every_field() -> None:
    request = MockMandateRequest(
        "ref-1",
        EAN,
        DataServiceType.DAY,
        NEW_YEAR,
        NEW_YEAR + timedelta(days=1),
        MandateStatus.APPROVED,
        NEW_YEAR + timedelta(days=2),
        RenewalStatus.EXPIRED,
    )
    call = v2.mock_mandate_call(request)
    assert (call.method, call.path) == ("POST", "/api/v2.0/Mandate/mock")
    assert call.body == {
        "referenceNumber": "ref-1",
        "eanNumber": EAN,
        "dataServiceType": "VH_dag",
        "dataPeriodFrom": "2026-01-01T00:00:00Z",
        "dataPeriodTo": "2026-01-02T00:00:00Z",
        "status": "Approved",
        "mandateExpirationDate": "2026-01-03T00:00:00Z",
        "renewalStatus": "Expired",
    }


def test_mock_mandate_that_was_not_made() -> None:
    v2.parse_mock_mandate(answer({"status": "success"}))
    with pytest.raises(FluviusValidationError):
        v2.parse_mock_mandate(answer({"status": "failed"}))
