"""Reading the fields of a request, and collecting everything that is wrong with them."""

from collections.abc import Collection, Mapping
from datetime import datetime
import re
from typing import Any

from aiohttp import web
import orjson

from .ean import is_ean
from .errors import InvalidRequestError
from .localtime import parse_wire

_SEPARATORS = re.compile(r"[,;|]")
_REFERENCE = re.compile(r"[A-Za-z0-9-]{1,35}")


class Fields:
    """The named values of a request; every method notes what is wrong and goes on."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        """Read from query parameters or a JSON object; an empty text counts as absent."""
        self._values = values
        self._messages: list[str] = []

    def refuse(self, message: str) -> None:
        """Note something wrong."""
        self._messages.append(message)

    def take_over(self, part: Fields) -> None:
        """Note everything that was wrong in a part of the request."""
        self._messages.extend(part._messages)

    def finish(self) -> None:
        """Raise InvalidRequestError when anything was wrong."""
        if self._messages:
            raise InvalidRequestError(self._messages)

    def only(self, names: Collection[str]) -> None:
        """Refuse properties that the contract does not have."""
        for name in self._values:
            if name not in names:
                self.refuse(f"'{name}' is not a known property.")

    def raw(self, name: str) -> Any:
        """Return a value as it is, None when absent."""
        return self._values.get(name)

    def has(self, name: str) -> bool:
        """Tell whether a value is given, be it null."""
        return name in self._values

    def text(self, name: str) -> str | None:
        """Return an optional text."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            self.refuse(f"'{name}' must be a string.")
            return None
        return value

    def required(self, name: str) -> str:
        """Return a required text; empty when it was refused."""
        known = len(self._messages)
        value = self.text(name)
        if value is None and len(self._messages) == known:
            self.refuse(f"'{name}' is required.")
        return value or ""

    def choice(self, name: str, allowed: Collection[str]) -> str | None:
        """Return an optional text that must be one of some."""
        value = self.text(name)
        if value is not None and value not in allowed:
            self.refuse(f"'{name}' has an unknown value '{value}'.")
            return None
        return value

    def required_choice(self, name: str, allowed: Collection[str]) -> str:
        """Return a required text that must be one of some; empty when it was refused."""
        value = self.required(name)
        if value and value not in allowed:
            self.refuse(f"'{name}' has an unknown value '{value}'.")
            return ""
        return value

    def choices(self, name: str, allowed: Collection[str]) -> frozenset[str]:
        """Return the texts of a list that `,`, `;` or `|` separates."""
        value = self.text(name)
        if value is None:
            return frozenset()
        found = frozenset(part.strip() for part in _SEPARATORS.split(value))
        for part in sorted(found - frozenset(allowed)):
            self.refuse(f"'{name}' has an unknown value '{part}'.")
        return found & frozenset(allowed)

    def instant(self, name: str) -> datetime | None:
        """Return an optional instant."""
        value = self.text(name)
        if value is None:
            return None
        moment = parse_wire(value)
        if moment is None:
            self.refuse(f"'{name}' must look like YYYY-MM-DDTHH:MM:SSZ.")
        return moment

    def required_instant(self, name: str) -> datetime | None:
        """Return a required instant; None when it was refused."""
        return self.instant(name) if self.required(name) else None

    def ean(self, name: str) -> str | None:
        """Return an optional EAN."""
        value = self.text(name)
        if value is not None and not is_ean(value):
            self.refuse(f"'{name}' must be an EAN of 18 digits.")
        return value

    def required_ean(self, name: str) -> str:
        """Return a required EAN."""
        return (self.ean(name) or "") if self.required(name) else ""

    def required_reference(self, name: str) -> str:
        """Return a required reference number (guide: Create Short URL)."""
        value = self.required(name)
        if not value:
            return value
        if not _REFERENCE.fullmatch(value):
            self.refuse(f"'{name}' must be 1 to 35 letters, digits and hyphens.")
        if value.startswith("MijnFluvius-"):
            self.refuse(f"'{name}' must not begin with 'MijnFluvius-'.")
        return value


async def json_fields(request: web.Request) -> Fields:
    """Read the fields of a JSON object from a request's body."""
    return Fields(await json_object(request))


async def json_object(request: web.Request) -> dict[str, Any]:
    """Read a JSON object from a request's body."""
    try:
        payload = orjson.loads(await request.read())
    except orjson.JSONDecodeError as error:
        raise InvalidRequestError(["The body is not valid JSON."]) from error
    if not isinstance(payload, dict):
        raise InvalidRequestError(["The body must be a JSON object."])
    return payload
