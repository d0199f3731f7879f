"""Version 2 of the API on the wire: what to ask and how to read the answers; no I/O.

Names and types are those of the official OpenAPI document. V2 can ask less than V3: what it has no
parameter for raises ValueError, as an answer to a wider question would look like the right one.
"""

from collections.abc import Iterable
from typing import Final

from .mandates import mandates_in, mock_mandate_body, parse_mock_mandate
from .models import (
    ComplexEnergyType,
    DataServiceType,
    EnergyRequest,
    Granularity,
    Mandate,
    MandateFilter,
    MockMandateRequest,
    ShortUrlRequest,
)
from .short_urls import parse_short_url, short_url_body
from .v2_readings import parse_energy
from .wire import ApiCall, Query, present

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
    Granularity.DAY: DataServiceType.DAY,
    Granularity.HOUR: DataServiceType.QUARTER_HOUR,
    Granularity.QUARTER_HOUR: DataServiceType.QUARTER_HOUR,
}


def mandates_call(mandate_filter: MandateFilter) -> ApiCall:
    """Ask for the mandates that match.

    Raises ValueError for a naive instant, and for a filter by the last update: V2 has none, and its
    mandates do not tell when they were updated, so it cannot be made up for.
    """
    if mandate_filter.updated_from is not None or mandate_filter.updated_to is not None:
        raise ValueError("V2 of the API cannot filter mandates by their last update")
    query = {
        "ReferenceNumber": mandate_filter.reference_number,
        "EanNumber": mandate_filter.ean,
        "EnergyType": mandate_filter.energy_type,
        "Status": mandate_filter.status,
        "MandateExpirationDate": mandate_filter.expires,
        "RenewalStatus": mandate_filter.renewal_status,
    }
    services = _data_service_types(mandate_filter.data_service_types)
    return ApiCall("GET", "/api/v2.0/Mandate", query={**present(query), **services})


def parse_mandates(body: bytes) -> tuple[Mandate, ...]:
    """Return the mandates in an answer; raises FluviusMalformedAnswerError."""
    return mandates_in(body, "eanNumber")


def energy_call(request: EnergyRequest) -> ApiCall:
    """Ask for readings.

    V2 has active energy only, so there is nothing to leave out where active energy is asked for.
    Raises ValueError for a naive instant, and for a request of reactive energy alone.
    """
    if request.complex_energy_types and ComplexEnergyType.ACTIVE not in (
        request.complex_energy_types
    ):
        raise ValueError("V2 of the API has no reactive energy")
    query = {
        "ReferenceNumber": request.reference_number,
        "EanNumber": request.ean,
        "PeriodType": request.period_type,
        "From": request.start,
        "To": request.end,
    }
    services = _data_service_types(_GRANULARITIES[wanted] for wanted in request.granularities)
    return ApiCall("GET", "/api/v2.0/Mandate/energy", query={**present(query), **services})


def short_url_call(request: ShortUrlRequest) -> ApiCall:
    """Ask for a consent link; raises ValueError for a naive instant."""
    return ApiCall("POST", "/api/v2.0/shortUrlIdentifier", body=short_url_body(request))


def mock_mandate_call(request: MockMandateRequest) -> ApiCall:
    """Ask the sandbox for a fictitious mandate; raises ValueError for a naive instant."""
    return ApiCall("POST", "/api/v2.0/Mandate/mock", body=mock_mandate_body(request, "eanNumber"))


def _data_service_types(wanted: Iterable[DataServiceType]) -> Query:
    """Return the filter that is repeated for each type; without a type there is none."""
    distinct = tuple(dict.fromkeys(data_service_type.value for data_service_type in wanted))
    return {"DataServiceType": distinct} if distinct else {}
