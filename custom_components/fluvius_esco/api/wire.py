"""What all API versions share on the wire: requests, instants and the fields of JSON objects."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

import orjson

from .exceptions import FluviusMalformedAnswerError, FluviusValidationError

type JsonObject = dict[str, Any]
type Query = Mapping[str, str | tuple[str, ...]]
"""Parameters by name; one with several values is repeated."""

NO_MANDATES: Final = "Mandates.NotFound"


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call of the API: a path below the API's base with its query or its JSON body."""

    method: str
    path: str
    query: Query = field(default_factory=dict, repr=False)
    body: Mapping[str, object] | None = field(default=None, repr=False)


def format_instant(moment: datetime) -> str:
    """Write an aware instant as the API wants it: UTC, whole seconds (guide).

    Raises ValueError for a naive one, which could be meant as local time.
    """
    if moment.utcoffset() is None:
        raise ValueError("An instant needs a time zone")
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def present(fields: Mapping[str, str | StrEnum | datetime | None]) -> dict[str, str]:
    """Return the fields that are given, as text; raises ValueError for a naive instant."""
    return {
        name: format_instant(value) if isinstance(value, datetime) else str(value)
        for name, value in fields.items()
        if value is not None
    }


def parse_instant(text: object) -> datetime:
    """Read an instant with its offset (RFC 3339) and return it in UTC.

    Raises FluviusMalformedAnswerError.
    """
    try:
        moment = datetime.fromisoformat(text)  # type: ignore[arg-type] # TypeError is caught
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except TypeError, ValueError, OverflowError:
        pass
    raise FluviusMalformedAnswerError("The answer holds an instant that is none")


def parse_data(body: bytes) -> JsonObject:
    """Return the object `data` that every good answer holds; raises FluviusMalformedAnswerError."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise FluviusMalformedAnswerError("The answer is not JSON") from None
    return object_in(as_object(answer, "answer"), "data")


def as_object(value: object, what: str) -> JsonObject:
    """Return a JSON object; raises FluviusMalformedAnswerError for anything else."""
    if not isinstance(value, dict):
        raise FluviusMalformedAnswerError(f"The {what} is not an object")
    return value


def object_in(holder: JsonObject, name: str) -> JsonObject:
    """Return the object that must be there; raises FluviusMalformedAnswerError."""
    return as_object(holder.get(name), name)


def as_objects(values: object, what: str) -> list[JsonObject]:
    """Return a list of JSON objects; raises FluviusMalformedAnswerError for anything else."""
    if not isinstance(values, list) or not set(map(type, values)) <= {dict}:
        raise FluviusMalformedAnswerError(f"{what} is not a list of objects")
    return values


def objects_in(holder: JsonObject, name: str) -> list[JsonObject]:
    """Return a list of objects, empty where it is null or left out.

    Raises FluviusMalformedAnswerError.
    """
    values = holder.get(name)
    return [] if values is None else as_objects(values, name)


def text_in(holder: JsonObject, name: str) -> str | None:
    """Return a text, None where it is null or left out; raises FluviusMalformedAnswerError."""
    value = holder.get(name)
    if value is None or isinstance(value, str):
        return value
    raise FluviusMalformedAnswerError(f"{name} is not a text")


def whole_number_in(holder: JsonObject, name: str) -> int | None:
    """Return a whole number, None where it is null or left out.

    Raises FluviusMalformedAnswerError.
    """
    value = holder.get(name)
    if value is None or type(value) is int:
        return value
    raise FluviusMalformedAnswerError(f"{name} is not a whole number")


def instant_in(holder: JsonObject, name: str) -> datetime | None:
    """Return a UTC instant, None where it is null or left out.

    Raises FluviusMalformedAnswerError.
    """
    value = holder.get(name)
    return None if value is None else parse_instant(value)


def member_of[Member: StrEnum](value: object, vocabulary: type[Member], unknown: Member) -> Member:
    """Return the enum member for a wire value; new values may appear without notice."""
    try:
        return vocabulary(value) if isinstance(value, str) else unknown
    except ValueError:
        return unknown


def optional_member_of[Member: StrEnum](
    value: object, vocabulary: type[Member], unknown: Member
) -> Member | None:
    """Return the enum member for a wire value, None where it is null or left out."""
    return None if value is None else member_of(value, vocabulary, unknown)


def require_success(data: JsonObject) -> None:
    """Check the status that answers to a POST carry.

    Raises FluviusValidationError if Fluvius says it did not do what we asked, and
    FluviusMalformedAnswerError if it says nothing.
    """
    status = text_in(data, "status")
    if status is None:
        raise FluviusMalformedAnswerError("The answer has no status")
    if status != "success":
        raise FluviusValidationError("Fluvius did not carry out the request")
