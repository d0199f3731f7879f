"""Version 3 of the API on the wire: what to ask and how to read the answers; no I/O.

Names and types are those of the official OpenAPI documents.
"""

from collections.abc import Iterable
from typing import Final

from .mandates import mandates_in, mock_mandate_body, parse_mock_mandate
from .models import (
    EnergyRequest,
    Granularity,
    Mandate,
    MandateFilter,
    MockMandateRequest,
    ShortUrlRequest,
)
from .short_urls import parse_short_url, short_url_body
from .v3_readings import parse_energy
from .wire import ApiCall, present

__all__ = [
    "energy_call",
    "mandates_call",
    "mock_mandate_call",
    "parse_energy",
    "parse_mandates",
    "parse_mock_mandate",
    "parse_short_url",
    "short_url_call",
]

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
    return ApiCall("GET", "/api/mandate", query=present(query))


def parse_mandates(body: bytes) -> tuple[Mandate, ...]:
    """Return the mandates in an answer; raises FluviusMalformedAnswerError."""
    return mandates_in(body, "ean")


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
    return ApiCall("GET", "/api/mandate/energy", query=present(query))


def short_url_call(request: ShortUrlRequest) -> ApiCall:
    """Ask for a consent link; raises ValueError for a naive instant."""
    return ApiCall("POST", "/api/shortUrlIdentifier", body=short_url_body(request))


def mock_mandate_call(request: MockMandateRequest) -> ApiCall:
    """Ask the sandbox for a fictitious mandate; raises ValueError for a naive instant."""
    return ApiCall("POST", "/api/mandate/mock", body=mock_mandate_body(request, "ean"))


def _joined(words: Iterable[str]) -> str | None:
    """Return distinct words separated by commas, None for no words at all."""
    return ",".join(dict.fromkeys(words)) or None
