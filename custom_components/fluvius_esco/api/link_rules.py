"""What a request for a consent link must satisfy (guide: Create Short URL), checked before the call."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
import re
from typing import Final
from urllib.parse import urlsplit

from .models import DataService, Flow, ShortUrlRequest

MAX_REFERENCE_LENGTH: Final = 35
MAX_EANS: Final = 1000
MAX_DATA_SERVICES: Final = 3
_MAX_YEARS_BACK: Final = 3
_RESERVED_PREFIX: Final = "mijnfluvius-"
_REFERENCE = re.compile(r"[A-Za-z0-9-]+")
_ENTERPRISE_NUMBER = re.compile(r"[0-9]{9,10}")


class LinkProblem(StrEnum):
    """What is wrong with a request for a consent link."""

    REFERENCE_EMPTY = "reference_empty"
    REFERENCE_TOO_LONG = "reference_too_long"
    REFERENCE_CHARACTERS = "reference_characters"
    REFERENCE_PREFIX = "reference_prefix"
    DATA_SERVICES = "data_services"
    START_IN_FUTURE = "start_in_future"
    START_TOO_OLD = "start_too_old"
    END_BEFORE_START = "end_before_start"
    NUMBER_OF_EANS = "number_of_eans"
    RETURN_URL = "return_url"
    ENTERPRISE_NUMBER = "enterprise_number"
    ENTERPRISE_NUMBER_UNUSED = "enterprise_number_unused"


def link_problems(request: ShortUrlRequest, now: datetime) -> list[LinkProblem]:
    """Return everything that is wrong with a request at an instant, in the order of the form."""
    return [
        *_reference_problems(request.reference_number),
        *_service_problems(request.data_services, now),
        *_number_problems(request.number_of_eans),
        *_url_problems(request.return_url_success, request.return_url_failed),
        *_enterprise_problems(request),
    ]


def oldest_start(now: datetime) -> datetime:
    """Return the oldest instant that a data period may begin at."""
    try:
        return now.replace(year=now.year - _MAX_YEARS_BACK)
    except ValueError:  # 29 February
        return now.replace(year=now.year - _MAX_YEARS_BACK, month=3, day=1)


def _reference_problems(reference: str) -> Iterator[LinkProblem]:
    if not reference:
        yield LinkProblem.REFERENCE_EMPTY
        return
    if len(reference) > MAX_REFERENCE_LENGTH:
        yield LinkProblem.REFERENCE_TOO_LONG
    if not _REFERENCE.fullmatch(reference):
        yield LinkProblem.REFERENCE_CHARACTERS
    if reference.lower().startswith(_RESERVED_PREFIX):
        yield LinkProblem.REFERENCE_PREFIX


def _service_problems(services: tuple[DataService, ...], now: datetime) -> Iterator[LinkProblem]:
    if not 1 <= len(services) <= MAX_DATA_SERVICES:
        yield LinkProblem.DATA_SERVICES
    for service in services:
        if service.start is not None and service.start > now:
            yield LinkProblem.START_IN_FUTURE
        if service.start is not None and service.start < oldest_start(now):
            yield LinkProblem.START_TOO_OLD
        if service.end is not None and service.end <= (service.start or now):
            yield LinkProblem.END_BEFORE_START


def _number_problems(number_of_eans: int | None) -> Iterator[LinkProblem]:
    if number_of_eans is not None and not 0 <= number_of_eans <= MAX_EANS:
        yield LinkProblem.NUMBER_OF_EANS


def _url_problems(*urls: str | None) -> Iterator[LinkProblem]:
    if not all(url is None or is_web_address(url) for url in urls):
        yield LinkProblem.RETURN_URL


def _enterprise_problems(request: ShortUrlRequest) -> Iterator[LinkProblem]:
    number = request.enterprise_number
    if number is None:
        return
    if not is_enterprise_number(number):
        yield LinkProblem.ENTERPRISE_NUMBER
    if not (request.sso and request.flow is Flow.ORGANISATION):
        yield LinkProblem.ENTERPRISE_NUMBER_UNUSED


def is_web_address(text: str) -> bool:
    """Whether a text is a complete http or https address."""
    try:
        parts = urlsplit(text)
        has_host = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and has_host and not re.search(r"\s", text)


def is_enterprise_number(text: str) -> bool:
    """Whether a text is a Belgian enterprise number of nine or ten digits with its check digits.

    The last two digits are 97 minus the leading ones modulo 97.
    """
    if not _ENTERPRISE_NUMBER.fullmatch(text):
        return False
    leading, check = divmod(int(text), 100)
    return check == 97 - leading % 97
