"""What the fields of all actions mean, and what the user is told of a failed one."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any, Final

from homeassistant.core import ServiceCall, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.service import async_get_config_entry
from homeassistant.util import dt as dt_util
import probatio

from .api.exceptions import FluviusError, FluviusValidationError
from .const import DOMAIN
from .coordinator import FluviusConfigEntry
from .errors import error_key
from .metering.calendar import DayKind, day_start

CONFIG_ENTRY_ID: Final = "config_entry_id"

# Beyond these, calendars end.
_YEARS: Final = range(1900, 2200)

# Nothing is tried again by itself for an action, as their usual words promise.
_ONCE_ONLY: Final = {
    "cannot_connect": "action_cannot_connect",
    "malformed_answer": "action_malformed_answer",
    "rate_limited": "action_rate_limited",
}


def one_of[Member](vocabulary: dict[str, Member]) -> Callable[[Any], Member]:
    """Return what turns a word, in whatever case it is written, into what it stands for."""

    def member(value: Any) -> Member:
        word = str(value).strip().lower()
        if word not in vocabulary:
            raise probatio.Invalid(f"expected one of {', '.join(vocabulary)}")
        return vocabulary[word]

    return member


def day_or_instant(value: Any) -> date | datetime:
    """Return a date as it is, and a date with a time as an instant in UTC."""
    found = value if isinstance(value, date) else _parsed(str(value).strip())
    if found is None:
        raise probatio.Invalid("expected a date or a date and a time")
    if found.year not in _YEARS:
        raise probatio.Invalid("expected a date of our time")
    return dt_util.as_utc(found) if isinstance(found, datetime) else found


def instant(value: Any) -> datetime:
    """Return an instant in UTC: of a date alone, the Belgian midnight that it begins with."""
    return begin_of(day_or_instant(value), DayKind.ELECTRICITY)


def begin_of(value: date | datetime, kind: DayKind) -> datetime:
    """Return an instant as it is, and of a date where its day of readings begins (UTC)."""
    return value if isinstance(value, datetime) else day_start(value, kind)


def whole_number(value: Any) -> int:
    """Return a whole number, also of the 3.0 that a form sends; never a part cut off."""
    number: float = probatio.Coerce(float)(value)
    if not number.is_integer():
        raise probatio.Invalid("expected a whole number")
    return int(number)


@callback
def entry_of(call: ServiceCall) -> FluviusConfigEntry:
    """Return the contract that is meant; without a name, the only one."""
    return async_get_config_entry(call.hass, DOMAIN, call.data.get(CONFIG_ENTRY_ID))


async def asked[Result](answer: Awaitable[Result]) -> Result:
    """Return an answer of Fluvius; raises what it failed for in words for the user."""
    try:
        return await answer
    except FluviusValidationError as err:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="refused",
            translation_placeholders={"error": str(err)},
        ) from err
    except FluviusError as err:
        key = error_key(err)
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=_ONCE_ONLY.get(key, key),
            translation_placeholders={"error": str(err)},
        ) from err


def _parsed(text: str) -> date | None:
    """Return what a text says: a datetime is a date as well."""
    if len(text) == len("2026-01-01") and (day := dt_util.parse_date(text)):
        return day
    return dt_util.parse_datetime(text)
