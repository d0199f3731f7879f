"""Mandates on the wire; API versions differ in the name that the EAN has only."""

from .models import (
    DataServiceType,
    EnergyType,
    Mandate,
    MandateStatus,
    MockMandateRequest,
    RenewalStatus,
)
from .wire import (
    JsonObject,
    instant_in,
    member_of,
    objects_in,
    optional_member_of,
    parse_data,
    present,
    require_success,
    text_in,
)


def mandates_in(body: bytes, ean_name: str) -> tuple[Mandate, ...]:
    """Return the mandates in an answer; raises FluviusMalformedAnswerError."""
    mandates = objects_in(parse_data(body), "mandates")
    return tuple(_parse_mandate(mandate, ean_name) for mandate in mandates)


def mock_mandate_body(request: MockMandateRequest, ean_name: str) -> dict[str, str]:
    """Return what to post for a fictitious mandate; raises ValueError for a naive instant."""
    return present(
        {
            "referenceNumber": request.reference_number,
            ean_name: request.ean,
            "dataServiceType": request.data_service_type,
            "dataPeriodFrom": request.data_period_from,
            "dataPeriodTo": request.data_period_to,
            "status": request.status,
            "mandateExpirationDate": request.expires,
            "renewalStatus": request.renewal_status,
        }
    )


def parse_mock_mandate(body: bytes) -> None:
    """Check that the sandbox made the mandate.

    Raises FluviusValidationError if it did not and FluviusMalformedAnswerError.
    """
    require_success(parse_data(body))


def _parse_mandate(mandate: JsonObject, ean_name: str) -> Mandate:
    return Mandate(
        reference_number=text_in(mandate, "referenceNumber"),
        status=member_of(mandate.get("status"), MandateStatus, MandateStatus.UNKNOWN),
        data_service_type=member_of(
            mandate.get("dataServiceType"), DataServiceType, DataServiceType.UNKNOWN
        ),
        ean=text_in(mandate, ean_name),
        energy_type=optional_member_of(mandate.get("energyType"), EnergyType, EnergyType.UNKNOWN),
        data_period_from=instant_in(mandate, "dataPeriodFrom"),
        data_period_to=instant_in(mandate, "dataPeriodTo"),
        expires=instant_in(mandate, "mandateExpirationDate"),
        renewal_status=optional_member_of(
            mandate.get("renewalStatus"), RenewalStatus, RenewalStatus.UNKNOWN
        ),
    )
