"""Create Short URL: the rules of the guide's table and the answer."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from .accounts import CONTRACT_NUMBER
from .checks import Fields
from .environments import Environment
from .links import DataService, LinkRequest
from .localtime import oldest_readable
from .state import State

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


def create_short_url(fields: Fields, state: State, environment: Environment) -> dict[str, Any]:
    """Return the `data` of the answer, or raise InvalidRequestError.

    A well-formed request for a contract that the sandbox does not know has status `failed`.
    """
    request = read_link_request(fields, state.clock.now())
    if request.contract_number != CONTRACT_NUMBER:
        return {"status": "failed"}
    link = state.links.open(environment, request)
    return {
        "status": "success",
        "shortUrlIdentifier": link.identifier,
        "validTo": link.valid_to,
    }


def read_link_request(fields: Fields, now: datetime) -> LinkRequest:
    """Read what a provider asks for, or raise InvalidRequestError.

    Whether the reference number belongs to another customer only shows when this one finishes.
    """
    fields.only(_PROPERTIES)
    request = LinkRequest(
        contract_number=fields.required("dataAccessContractNumber"),
        reference_number=fields.required_reference("referenceNumber"),
        flow=fields.required_choice("flow", ("B2C", "B2B")),
        data_services=_data_services(fields, now),
        number_of_eans=_number_of_eans(fields),
        return_url_success=_url(fields, "returnUrlSuccess"),
        return_url_failed=_url(fields, "returnUrlFailed"),
        sso=_sso(fields),
        enterprise_number=_enterprise_number(fields),
    )
    fields.finish()
    return request


def _data_services(fields: Fields, now: datetime) -> tuple[DataService, ...]:
    services = fields.raw("dataServices")
    if not isinstance(services, list) or not 1 <= len(services) <= 3:
        fields.refuse("'dataServices' must have 1 to 3 items.")
        return ()
    found = []
    for service in services:
        if isinstance(service, dict):
            found.append(_data_service(fields, Fields(service), now))
        else:
            fields.refuse("Every item of 'dataServices' must be an object.")
    return tuple(found)


def _data_service(fields: Fields, service: Fields, now: datetime) -> DataService:
    service.only(_SERVICE_PROPERTIES)
    found = DataService(
        level=service.required_choice("dataServiceType", _SERVICE_TYPES),
        data_period_from=service.instant("dataPeriodFrom"),
        data_period_to=service.instant("dataPeriodTo"),
    )
    start, end = found.data_period_from, found.data_period_to
    if start is not None and start < oldest_readable(now):
        service.refuse("'dataPeriodFrom' must not be more than three years ago.")
    if start is not None and start > now:
        service.refuse("'dataPeriodFrom' must not be in the future.")
    if start is not None and end is not None and end <= start:
        service.refuse("'dataPeriodTo' must be after 'dataPeriodFrom'.")
    if start is None and end is not None and end <= oldest_readable(now):
        service.refuse("'dataPeriodTo' must not be more than three years ago.")
    fields.take_over(service)
    return found


def _number_of_eans(fields: Fields) -> int:
    number = fields.raw("numberOfEans")
    if number is None:
        return 0
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= 1000:
        fields.refuse("'numberOfEans' must be a whole number from 0 to 1000.")
        return 0
    return number


def _url(fields: Fields, name: str) -> str | None:
    url = fields.text(name)
    if fields.raw(name) == "" or (url is not None and not _is_url(url)):
        fields.refuse(f"'{name}' must be a valid URL.")
    return url


def _sso(fields: Fields) -> bool:
    sso = fields.raw("sso")
    if not isinstance(sso, bool | None):
        fields.refuse("'sso' must be true or false.")
    return sso is True


def _enterprise_number(fields: Fields) -> str | None:
    number = fields.text("enterpriseNumber")
    if fields.raw("enterpriseNumber") == "" or (
        number is not None and not _is_enterprise_number(number)
    ):
        fields.refuse("'enterpriseNumber' must be a valid enterprise number of 9 or 10 digits.")
    return number


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and port != 0
    return is_whole and not any(character.isspace() for character in text)


def _is_enterprise_number(text: str) -> bool:
    """Check the last two digits: 97 minus the leading digits modulo 97."""
    if not (text.isascii() and text.isdigit() and len(text) in {9, 10}):
        return False
    leading, check = divmod(int(text), 100)
    return check == 97 - leading % 97
