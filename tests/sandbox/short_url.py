"""Create Short URL: the rules of the guide's table and the answer."""

from datetime import datetime, timedelta
import secrets
from typing import Any
from urllib.parse import urlsplit

from .accounts import CONTRACT_NUMBER
from .checks import Fields
from .localtime import oldest_readable

_PROPERTIES = frozenset(
    {
        "dataAccessContractNumber",
        "referenceNumber",
        "flow",
        "dataServices",
        "numberOfEans",
        "returnUrlSuccess",
        "returnUrlFailed",
        "sso",
        "enterpriseNumber",
    }
)
_SERVICE_PROPERTIES = frozenset({"dataServiceType", "dataPeriodFrom", "dataPeriodTo"})
_SERVICE_TYPES = ("VH_dag", "VH_kwartier_uur", "VH_onbepaald")
_LIFETIME = timedelta(hours=24)


def create_short_url(fields: Fields, now: datetime) -> dict[str, Any]:
    """Return the `data` of the answer, or raise InvalidRequestError.

    A well-formed request for a contract that the sandbox does not know has status `failed`.
    """
    fields.only(_PROPERTIES)
    contract_number = fields.required("dataAccessContractNumber")
    fields.required_reference("referenceNumber")
    fields.required_choice("flow", ("B2C", "B2B"))
    _check_data_services(fields, now)
    _check_number_of_eans(fields)
    for name in ("returnUrlSuccess", "returnUrlFailed"):
        url = fields.text(name)
        if url is not None and not _is_url(url):
            fields.refuse(f"'{name}' must be a valid URL.")
    if not isinstance(fields.raw("sso"), bool | None):
        fields.refuse("'sso' must be true or false.")
    enterprise_number = fields.text("enterpriseNumber")
    if enterprise_number is not None and not _is_enterprise_number(enterprise_number):
        fields.refuse("'enterpriseNumber' must be a valid enterprise number of 9 or 10 digits.")
    fields.finish()
    if contract_number != CONTRACT_NUMBER:
        return {"status": "failed"}
    return {
        "status": "success",
        "shortUrlIdentifier": secrets.token_hex(32),
        "validTo": now + _LIFETIME,
    }


def _check_data_services(fields: Fields, now: datetime) -> None:
    services = fields.raw("dataServices")
    if not isinstance(services, list) or not 1 <= len(services) <= 3:
        fields.refuse("'dataServices' must have 1 to 3 items.")
        return
    for service in services:
        if isinstance(service, dict):
            _check_data_service(fields, Fields(service), now)
        else:
            fields.refuse("Every item of 'dataServices' must be an object.")


def _check_data_service(fields: Fields, service: Fields, now: datetime) -> None:
    service.only(_SERVICE_PROPERTIES)
    service.required_choice("dataServiceType", _SERVICE_TYPES)
    start = service.instant("dataPeriodFrom")
    end = service.instant("dataPeriodTo")
    if start is not None and start < oldest_readable(now):
        service.refuse("'dataPeriodFrom' must not be more than three years ago.")
    if start is not None and start > now:
        service.refuse("'dataPeriodFrom' must not be in the future.")
    if start is not None and end is not None and end <= start:
        service.refuse("'dataPeriodTo' must be after 'dataPeriodFrom'.")
    fields.take_over(service)


def _check_number_of_eans(fields: Fields) -> None:
    number = fields.raw("numberOfEans")
    if number is None:
        return
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= 1000:
        fields.refuse("'numberOfEans' must be a whole number from 0 to 1000.")


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in text


def _is_enterprise_number(text: str) -> bool:
    """Check the last two digits: 97 minus the leading digits modulo 97."""
    if not (text.isascii() and text.isdigit() and len(text) in {9, 10}):
        return False
    leading, check = divmod(int(text), 100)
    return check == 97 - leading % 97
