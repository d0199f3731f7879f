"""V3's requests, mandates, consent links and mock mandates on the wire."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from custom_components.fluvius_esco.api import v3
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
    ShortUrlRequest,
)
from custom_components.fluvius_esco.api.wire import ApiCall

from .builders import EAN, answer

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
BRUSSELS_WINTER = timezone(timedelta(hours=1))
NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001


def test_all_mandates_take_no_query() -> None:
    assert v3.mandates_call(MandateFilter()).query == {}


def test_mandates_with_every_filter() -> None:
    everything = MandateFilter(
        reference_number="ref-1",
        ean=EAN,
        data_service_types=(DataServiceType.DAY, DataServiceType.QUARTER_HOUR),
        energy_type=EnergyType.GAS,
        status=MandateStatus.APPROVED,
        expires=NEW_YEAR,
        renewal_status=RenewalStatus.TO_BE_RENEWED,
        updated_from=datetime(2026, 1, 2, 0, 30, tzinfo=BRUSSELS_WINTER),
        updated_to=datetime(2026, 1, 3, tzinfo=UTC),
    )
    assert v3.mandates_call(everything).query == {
        "referenceNumber": "ref-1",
        "ean": EAN,
        "dataServiceTypes": "VH_dag,VH_kwartier_uur",
        "energyType": "G",
        "status": "Approved",
        "mandateExpirationDate": "2026-01-01T00:00:00Z",
        "renewalStatus": "ToBeRenewed",
        "lastUpdatedFrom": "2026-01-01T23:30:00Z",
        "lastUpdatedTo": "2026-01-03T00:00:00Z",
    }


@pytest.mark.parametrize(
    ("granularities", "expected"),
    [
        ((Granularity.DAY,), "daily"),
        ((Granularity.HOUR,), "hourly_quarterhourly"),
        ((Granularity.QUARTER_HOUR, Granularity.HOUR), "hourly_quarterhourly"),
        ((Granularity.DAY, Granularity.QUARTER_HOUR), "daily,hourly_quarterhourly"),
    ],
)
def test_granularities_share_names(granularities: tuple[Granularity, ...], expected: str) -> None:
    request = EnergyRequest(EAN, NEW_YEAR, NEW_YEAR, granularities=granularities)
    assert v3.energy_call(request).query["granularity"] == expected


def test_energy_with_every_parameter() -> None:
    request = EnergyRequest(
        EAN,
        NEW_YEAR,
        NEW_YEAR + timedelta(days=1),
        PeriodType.INSERT_TIME,
        (Granularity.DAY,),
        (ComplexEnergyType.ACTIVE, ComplexEnergyType.REACTIVE),
        "ref-1",
    )
    assert v3.energy_call(request).query == {
        "referenceNumber": "ref-1",
        "ean": EAN,
        "granularity": "daily",
        "complexEnergyTypes": "active,reactive",
        "periodType": "insertTime",
        "from": "2026-01-01T00:00:00Z",
        "to": "2026-01-02T00:00:00Z",
    }


def test_naive_instants_are_refused_everywhere() -> None:
    services = (DataService(DataServiceType.DAY, NAIVE),)
    calls: tuple[Callable[[], ApiCall], ...] = (
        lambda: v3.energy_call(EnergyRequest(EAN, NAIVE, NEW_YEAR)),
        lambda: v3.energy_call(EnergyRequest(EAN, NEW_YEAR, NAIVE)),
        lambda: v3.mandates_call(MandateFilter(expires=NAIVE)),
        lambda: v3.short_url_call(ShortUrlRequest("1", "r", Flow.PERSON, services)),
        lambda: v3.mock_mandate_call(
            MockMandateRequest("r", EAN, DataServiceType.DAY, data_period_from=NAIVE)
        ),
    )
    for compose in calls:
        with pytest.raises(ValueError, match="time zone"):
            compose()


def mandates(*items: object) -> tuple[Mandate, ...]:
    return v3.parse_mandates(answer({"mandates": list(items)}))


def test_approved_mandate() -> None:
    assert mandates(
        {
            "referenceNumber": "ref-1",
            "status": "Approved",
            "ean": EAN,
            "energyType": "E",
            "dataPeriodFrom": "2025-12-31T23:00:00Z",
            "dataPeriodTo": "2026-06-30T22:00:00+00:00",
            "dataServiceType": "VH_kwartier_uur",
            "mandateExpirationDate": "2029-01-01T00:00:00.0000000Z",
            "renewalStatus": "ToBeRenewed",
            "newField": {"of": "tomorrow"},
        }
    ) == (
        Mandate(
            "ref-1",
            MandateStatus.APPROVED,
            DataServiceType.QUARTER_HOUR,
            EAN,
            EnergyType.ELECTRICITY,
            datetime(2025, 12, 31, 23, tzinfo=UTC),
            datetime(2026, 6, 30, 22, tzinfo=UTC),
            datetime(2029, 1, 1, tzinfo=UTC),
            RenewalStatus.TO_BE_RENEWED,
        ),
    )


@pytest.mark.parametrize("absent", [{}, {"ean": None, "energyType": None, "renewalStatus": None}])
def test_requested_mandate_has_neither_ean_nor_energy_type(absent: dict[str, None]) -> None:
    fields = {"referenceNumber": "r", "status": "Requested", "dataServiceType": "VH_dag"}
    expected = Mandate("r", MandateStatus.REQUESTED, DataServiceType.DAY)
    assert mandates({**fields, **absent}) == (expected,)


def test_unknown_words_in_a_mandate_are_kept_as_unknown() -> None:
    (mandate,) = mandates(
        {"status": "Paused", "dataServiceType": "X", "energyType": "H", "renewalStatus": "Y"}
    )
    assert mandate == Mandate(
        None,
        MandateStatus.UNKNOWN,
        DataServiceType.UNKNOWN,
        energy_type=EnergyType.UNKNOWN,
        renewal_status=RenewalStatus.UNKNOWN,
    )


@pytest.mark.parametrize("data", [{}, {"mandates": None}, {"mandates": []}])
def test_no_mandates(data: dict[str, Any]) -> None:
    assert v3.parse_mandates(answer(data)) == ()


@pytest.mark.parametrize(
    "item", [None, "text", [], {"ean": 5}, {"dataPeriodFrom": "soon"}, {"dataPeriodTo": 5}]
)
def test_mandate_that_is_none_is_malformed(item: object) -> None:
    with pytest.raises(FluviusMalformedAnswerError):
        mandates({"status": "Approved"}, item)


def test_short_url_with_every_field() -> None:
    request = ShortUrlRequest(
        contract_number="1234567890",
        reference_number="ref-1",
        flow=Flow.ORGANISATION,
        data_services=(
            DataService(DataServiceType.DAY, NEW_YEAR, NEW_YEAR + timedelta(days=31)),
            DataService(DataServiceType.UNDETERMINED),
        ),
        number_of_eans=0,
        return_url_success="https://home.example/ok",
        return_url_failed="https://home.example/no",
        sso=False,
        enterprise_number="0123456749",
    )
    assert v3.short_url_call(request).body == {
        "dataAccessContractNumber": "1234567890",
        "referenceNumber": "ref-1",
        "flow": "B2B",
        "dataServices": [
            {
                "dataServiceType": "VH_dag",
                "dataPeriodFrom": "2026-01-01T00:00:00Z",
                "dataPeriodTo": "2026-02-01T00:00:00Z",
            },
            {"dataServiceType": "VH_onbepaald"},
        ],
        "numberOfEans": 0,
        "returnUrlSuccess": "https://home.example/ok",
        "returnUrlFailed": "https://home.example/no",
        "sso": False,
        "enterpriseNumber": "0123456749",
    }


def test_short_url_leaves_out_what_is_not_given() -> None:
    services = (DataService(DataServiceType.DAY),)
    assert v3.short_url_call(ShortUrlRequest("1", "r", Flow.PERSON, services)).body == {
        "dataAccessContractNumber": "1",
        "referenceNumber": "r",
        "flow": "B2C",
        "dataServices": [{"dataServiceType": "VH_dag"}],
    }


def link(**fields: object) -> bytes:
    whole = {"status": "success", "shortUrlIdentifier": "abc", "validTo": "2026-03-05T10:00:00Z"}
    return answer({**whole, **fields})


def test_consent_link_does_not_show_its_identifier() -> None:
    assert "abc" not in repr(v3.parse_short_url(link()))


def test_consent_link_that_was_not_made() -> None:
    with pytest.raises(FluviusValidationError):
        v3.parse_short_url(link(status="failed", shortUrlIdentifier=None, validTo=None))


@pytest.mark.parametrize(
    "wrong",
    [
        {"shortUrlIdentifier": None},
        {"shortUrlIdentifier": ""},
        {"shortUrlIdentifier": 5},
        {"validTo": None},
        {"validTo": "tomorrow"},
        {"status": None},
        {"status": True},
    ],
)
def test_incomplete_consent_link_is_malformed(wrong: dict[str, object]) -> None:
    with pytest.raises(FluviusMalformedAnswerError):
        v3.parse_short_url(link(**wrong))


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
    assert v3.mock_mandate_call(request).body == {
        "referenceNumber": "ref-1",
        "ean": EAN,
        "dataServiceType": "VH_dag",
        "dataPeriodFrom": "2026-01-01T00:00:00Z",
        "dataPeriodTo": "2026-01-02T00:00:00Z",
        "status": "Approved",
        "mandateExpirationDate": "2026-01-03T00:00:00Z",
        "renewalStatus": "Expired",
    }


def test_mock_mandate_that_was_not_made() -> None:
    v3.parse_mock_mandate(answer({"status": "success"}))
    with pytest.raises(FluviusValidationError):
        v3.parse_mock_mandate(answer({"status": "failed"}))
    with pytest.raises(FluviusMalformedAnswerError):
        v3.parse_mock_mandate(answer({}))
