"""Consent links on the wire, the same in all API versions."""

from urllib.parse import urlencode

from .exceptions import FluviusMalformedAnswerError
from .models import DataService, ShortUrl, ShortUrlRequest
from .wire import instant_in, parse_data, present, require_success, text_in


def short_url_body(request: ShortUrlRequest) -> dict[str, object]:
    """Return what to post for a consent link; raises ValueError for a naive instant."""
    texts = present(
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
    others = {"numberOfEans": request.number_of_eans, "sso": request.sso}
    given = {name: value for name, value in others.items() if value is not None}
    return {**texts, "dataServices": services, **given}


def consent_link(address: str, identifier: str) -> str:
    """Return the link that a customer follows, to the consent page at an address."""
    return f"{address}?{urlencode({'id': identifier})}"


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


def _data_service(service: DataService) -> dict[str, str]:
    return present(
        {
            "dataServiceType": service.data_service_type,
            "dataPeriodFrom": service.start,
            "dataPeriodTo": service.end,
        }
    )
