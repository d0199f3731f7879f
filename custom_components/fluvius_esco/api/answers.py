"""What the status and error body of an answer mean, for the API and for API Management before it.

Error bodies are not the same everywhere: Fluvius' own follow the OpenAPI document, API Management's
hold `statusCode` and `message`, and the keys of both occur in camelCase and in PascalCase.
"""

from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
import re
import time

import orjson

from .exceptions import (
    Credential,
    FluviusAuthenticationError,
    FluviusError,
    FluviusNotFoundError,
    FluviusPermissionError,
    FluviusRateLimitError,
    FluviusServerError,
    FluviusValidationError,
)

_CODE = re.compile(r"[A-Za-z][A-Za-z.]{0,63}")
_EAN = re.compile(r"[0-9]{18}")
# What an answer could repeat of a request: a key, a token, an assertion or an identifier.
_SECRET = re.compile(r"(?=[\w.~+/=-]*[0-9])[\w.~+/=-]{20,}")
_REPLENISHED = re.compile(r"(?:([0-9]+)\.)?([0-9]{1,2}):([0-9]{2}):([0-9]{2})")
_LONGEST_MESSAGE = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer; `retry_after` is the number of seconds it asks us to wait."""

    status: int
    body: bytes = field(repr=False)
    retry_after: float | None = None

    @property
    def is_success(self) -> bool:
        """Whether the body is what was asked for."""
        return 200 <= self.status < 300

    @property
    def is_transient(self) -> bool:
        """Whether the same request may succeed a little later."""
        return self.status == 429 or self.status >= 500


def seconds_of_retry_after(header: str | None) -> float | None:
    """Return the wait that a `Retry-After` header asks for: seconds or an HTTP date."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
        return max(0.0, moment.timestamp() - time.time())
    except ValueError, OverflowError:
        return None


def error_fields(answer: Answer) -> dict[str, object]:
    """Return the fields of an error body with their names in lower case; {} if it has none."""
    try:
        body = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return {}
    if not isinstance(body, dict):
        return {}
    return {name.lower(): value for name, value in body.items()}


def has_code(answer: Answer, code: str) -> bool:
    """Whether Fluvius gave this error code, for example `Mandates.NotFound`."""
    return error_fields(answer).get("code") == code


def is_about_subscription_key(answer: Answer) -> bool:
    """Whether a 401 is about the subscription key; API Management says so in its message only."""
    return answer.status == 401 and "subscription key" in _message(error_fields(answer)).lower()


def error_of(answer: Answer) -> FluviusError:
    """Return the error that an answer without success stands for."""
    fields = error_fields(answer)
    match answer.status:
        case 400:
            return _validation_error(fields)
        case 401:
            return _authentication_error(answer)
        case 403:
            return _refusal(answer, _message(fields))
        case 404:
            return FluviusNotFoundError(f"Fluvius found nothing that matches{_code(fields)}")
        case 429:
            return FluviusRateLimitError("Too many requests (HTTP 429)", answer.retry_after)
        case status if status >= 500:
            return FluviusServerError(f"The server failed (HTTP {status}){_code(fields)}")
        case status if 300 <= status < 400:
            return FluviusServerError(f"The server redirects (HTTP {status})")
        case status:
            return FluviusServerError(f"The server gave no usable answer (HTTP {status})")


def _authentication_error(answer: Answer) -> FluviusAuthenticationError:
    if is_about_subscription_key(answer):
        return FluviusAuthenticationError(
            "The subscription key was refused (HTTP 401)", Credential.SUBSCRIPTION_KEY
        )
    return FluviusAuthenticationError("The access was refused (HTTP 401)", Credential.UNKNOWN)


def _refusal(answer: Answer, message: str) -> FluviusError:
    """Tell a lack of rights from a spent quota, which API Management also answers with a 403."""
    if answer.retry_after is None and "out of call volume quota" not in message.lower():
        return FluviusPermissionError("This access has no right to do this (HTTP 403)")
    wait = answer.retry_after
    return FluviusRateLimitError(
        "The quota of calls is spent (HTTP 403)",
        _seconds_to_replenishment(message) if wait is None else wait,
    )


def _seconds_to_replenishment(message: str) -> float | None:
    """Read the time in `Quota will be replenished in 02:15:30`, which may begin with days."""
    found = _REPLENISHED.search(message)
    if found is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return float(((days * 24 + hours) * 60 + minutes) * 60 + seconds)


def _validation_error(fields: dict[str, object]) -> FluviusValidationError:
    given = fields.get("validationerrormessages")
    messages = [text for text in given if isinstance(text, str)] if isinstance(given, list) else []
    if not messages and _message(fields):
        messages = [_message(fields)]
    shown = tuple(_presentable(text) for text in messages)
    return FluviusValidationError(
        f"Fluvius refused the request: {'; '.join(shown) or 'no reason given'}", shown
    )


def _presentable(text: str) -> str:
    """Shorten a foreign text, and hide the EANs and what may be secret, so that it may be logged."""
    return _SECRET.sub("<hidden>", _EAN.sub("<EAN>", text))[:_LONGEST_MESSAGE]


def _message(fields: dict[str, object]) -> str:
    message = fields.get("message")
    return message if isinstance(message, str) else ""


def _code(fields: dict[str, object]) -> str:
    code = fields.get("code")
    return f" ({code})" if isinstance(code, str) and _CODE.fullmatch(code) else ""
