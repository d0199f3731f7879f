"""Making mandates: by the guide's Create Mock Mandate, or freely by the sandbox's admin."""

from datetime import datetime
from typing import cast

from .checks import Fields
from .ean import EnergyType, energy_type_of, mock_detail
from .mandate import DATA_SERVICE_TYPES, RENEWAL_STATUSES, STATUSES, Mandate
from .mandate_life import valid_until

MANDATE_PROPERTIES = frozenset(
    {
        "referenceNumber",
        "ean",
        "dataServiceType",
        "dataPeriodFrom",
        "dataPeriodTo",
        "status",
        "mandateExpirationDate",
        "renewalStatus",
    }
)


def read_mandate(fields: Fields, now: datetime) -> Mandate:
    """Read a mandate from a request, or raise InvalidRequestError.

    Without a status it is approved, without an expiration date it ends three years from now.
    """
    mandate = Mandate(
        reference_number=fields.required_reference("referenceNumber"),
        ean=fields.required_ean("ean"),
        energy_type=_energy_type(fields),
        data_service_type=fields.required_choice("dataServiceType", DATA_SERVICE_TYPES),
        data_period_from=fields.instant("dataPeriodFrom"),
        data_period_to=fields.instant("dataPeriodTo"),
        status=fields.choice("status", STATUSES) or "Approved",
        expires=fields.instant("mandateExpirationDate") or valid_until(now),
        renewal_status=fields.choice("renewalStatus", RENEWAL_STATUSES),
        updated=now,
    )
    _check_period(fields, mandate)
    fields.finish()
    return mandate


def read_mock_mandate(fields: Fields, now: datetime) -> Mandate:
    """Read a mock mandate, of which the EAN must follow the scheme and fit the data service."""
    fields.only(MANDATE_PROPERTIES)
    ean = fields.ean("ean")
    detail = mock_detail(ean) if ean else None
    service = fields.raw("dataServiceType")
    if ean and detail is None:
        fields.refuse("'ean' is not one of the allowed fictitious EANs.")
    elif detail is not None and service not in {detail, "IG"}:
        fields.refuse("'dataServiceType' does not fit the granularity of the EAN.")
    return read_mandate(fields, now)


def _energy_type(fields: Fields) -> EnergyType:
    given = fields.choice("energyType", ("E", "G"))
    return cast("EnergyType", given) if given else energy_type_of(fields.text("ean") or "")


def _check_period(fields: Fields, mandate: Mandate) -> None:
    start, end = mandate.data_period_from, mandate.data_period_to
    if mandate.data_service_type == "IG":
        if start is not None:
            fields.refuse("'dataPeriodFrom' must be null when 'dataServiceType' is 'IG'.")
    elif fields.text("dataPeriodFrom") is None:
        fields.refuse("'dataPeriodFrom' is required.")
    if start is not None and end is not None and end <= start:
        fields.refuse("'dataPeriodTo' must be after 'dataPeriodFrom'.")
