"""Version 3 of the API on the wire: what to ask and how to read the answers; no I/O.

Names and types are those of the official OpenAPI documents.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from .exceptions import FluviusMalformedAnswerError
from .models import (
    DataService,
    DataServiceType,
    EnergyRequest,
    EnergyType,
    Granularity,
    Mandate,
    MandateFilter,
    MandateStatus,
    MockMandateRequest,
    RenewalStatus,
    ShortUrl,
    ShortUrlRequest,
)
from .v3_readings import parse_energy
from .wire import (
    ApiCall,
    JsonObject,
    format_instant,
    instant_in,
    member_of,
    objects_in,
    optional_member_of,
    parse_data,
    require_success,
    text_in,
)

__all__ = [
    "NO_MANDATES",
    "energy_call",
    "mandates_call",
    "mock_mandate_call",
    "parse_energy",
    "parse_mandates",
    "parse_mock_mandate",
    "parse_short_url",
    "short_url_call",
]

NO_MANDATES: Final = "Mandates.NotFound"

_GRANULARITIES: Final = {
    Granularity.DAY: "daily",
    Granularity.HOUR: "hourly_quarterhourly",
    Granularity.QUARTER_HOUR: "hourly_quarterhourly",
}


def mandates_call(mandate_filter: MandateFilter) -> ApiCall:
    """Ask for the mandates that match; raises ValueError for a naive instant."""
    query = {
        "referenceNumber": mandate_filter.reference_number,
        "ean": mandate_filter.ean,
        "dataServiceTypes": _joined(mandate_filter.data_service_types),
        "energyType": mandate_filter.energy_type,
        "status": mandate_filter.status,
        "mandateExpirationDate": mandate_filter.expires,
        "renewalStatus": mandate_filter.renewal_status,
        "lastUpdatedFrom": mandate_filter.updated_from,
        "lastUpdatedTo": mandate_filter.updated_to,
    }
    return ApiCall("GET", "/api/mandate", query=_present(query))


def parse_mandates(body: bytes) -> tuple[Mandate, ...]:
    """Return the mandates in an answer; raises FluviusMalformedAnswerError."""
    return tuple(_parse_mandate(mandate) for mandate in objects_in(parse_data(body), "mandates"))


def energy_call(request: EnergyRequest) -> ApiCall:
    """Ask for readings; raises ValueError for a naive instant."""
    query = {
        "referenceNumber": request.reference_number,
        "ean": request.ean,
        "granularity": _joined(_GRANULARITIES[wanted] for wanted in request.granularities),
        "complexEnergyTypes": _joined(request.complex_energy_types),
        "periodType": request.period_type,
        "from": request.start,
        "to": request.end,
    }
    return ApiCall("GET", "/api/mandate/energy", query=_present(query))


def short_url_call(request: ShortUrlRequest) -> ApiCall:
    """Ask for a consent link; raises ValueError for a naive instant."""
    body = _present(
        {
            "dataAccessContractNumber": request.contract_number,
            "referenceNumber": request.reference_number,
            "flow": request.flow,
            "returnUrlSuccess": request.return_url_success,
            "returnUrlFailed": request.return_url_failed,
            "enterpriseNumber": request.enterprise_number,
        }
    )
    services = [_data_service(service) for service in request.data_services]
    numbers = {"numberOfEans": request.number_of_eans, "sso": request.sso}
    given = {name: value for name, value in numbers.items() if value is not None}
    return ApiCall(
        "POST", "/api/shortUrlIdentifier", body={**body, "dataServices": services, **given}
    )


def parse_short_url(body: bytes) -> ShortUrl:
    """Return the consent link in an answer.

    Raises FluviusValidationError if Fluvius made none and FluviusMalformedAnswerError.
    """
    data = parse_data(body)
    require_success(data)
    identifier = text_in(data, "shortUrlIdentifier")
    valid_to = instant_in(data, "validTo")
    if not identifier or valid_to is None:
        raise FluviusMalformedAnswerError("The answer holds no complete consent link")
    return ShortUrl(identifier, valid_to)


def mock_mandate_call(request: MockMandateRequest) -> ApiCall:
    """Ask the sandbox for a fictitious mandate; raises ValueError for a naive instant."""
    body = {
        "referenceNumber": request.reference_number,
        "ean": request.ean,
        "dataServiceType": request.data_service_type,
        "dataPeriodFrom": request.data_period_from,
        "dataPeriodTo": request.data_period_to,
        "status": request.status,
        "mandateExpirationDate": request.expires,
        "renewalStatus": request.renewal_status,
    }
    return ApiCall("POST", "/api/mandate/mock", body=_present(body))


def parse_mock_mandate(body: bytes) -> None:
    """Check that the sandbox made the mandate.

    Raises FluviusValidationError if it did not and FluviusMalformedAnswerError.
    """
    require_success(parse_data(body))


def _parse_mandate(mandate: JsonObject) -> Mandate:
    return Mandate(
        reference_number=text_in(mandate, "referenceNumber"),
        status=member_of(mandate.get("status"), MandateStatus, MandateStatus.UNKNOWN),
        data_service_type=member_of(
            mandate.get("dataServiceType"), DataServiceType, DataServiceType.UNKNOWN
        ),
        ean=text_in(mandate, "ean"),
        energy_type=optional_member_of(mandate.get("energyType"), EnergyType, EnergyType.UNKNOWN),
        data_period_from=instant_in(mandate, "dataPeriodFrom"),
        data_period_to=instant_in(mandate, "dataPeriodTo"),
        expires=instant_in(mandate, "mandateExpirationDate"),
        renewal_status=optional_member_of(
            mandate.get("renewalStatus"), RenewalStatus, RenewalStatus.UNKNOWN
        ),
    )


def _data_service(service: DataService) -> dict[str, str]:
    return _present(
        {
            "dataServiceType": service.data_service_type,
            "dataPeriodFrom": service.start,
            "dataPeriodTo": service.end,
        }
    )


def _present(fields: Mapping[str, str | StrEnum | datetime | None]) -> dict[str, str]:
    """Return the fields that are given, as text."""
    return {
        name: format_instant(value) if isinstance(value, datetime) else str(value)
        for name, value in fields.items()
        if value is not None
    }


def _joined(words: Iterable[str]) -> str | None:
    """Return distinct words separated by commas, None for no words at all."""
    return ",".join(dict.fromkeys(words)) or None
