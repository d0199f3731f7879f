"""What was asked of Fluvius for one contract: how often today, and when it last answered."""

from datetime import date, datetime
from typing import Any, Final, override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .api.observer import Observer
from .const import DOMAIN
from .metering.calendar import BRUSSELS

_VERSION: Final = 1
_SAVE_DELAY: Final = 10
_LOGS: Final[HassKey[dict[str, RequestLog]]] = HassKey(f"{DOMAIN}_request_logs")


class RequestLog(Observer):
    """Counts the requests of a Belgian day, and notes when Fluvius last gave what was asked for.

    Kept across restarts. `answered_at` is UTC and None as long as there was no answer;
    `is_answering` tells whether the very last call got one.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Prepare the log of an entry."""
        self._hass = hass
        self._entry_id = entry_id
        self._store: Store[dict[str, Any]] = Store(
            hass, _VERSION, f"{DOMAIN}.{entry_id}.requests", private=True, atomic_writes=True
        )
        self._day = _today()
        self._requests = 0
        self.answered_at: datetime | None = None
        self.is_answering = False

    async def async_load(self) -> None:
        """Read what was kept."""
        stored = await self._store.async_load()
        if stored is None:
            return
        self._day = date.fromisoformat(stored["day"])
        self._requests = stored["requests"]
        if stored["answered_at"] is not None:
            self.answered_at = datetime.fromisoformat(stored["answered_at"])

    @property
    def requests_today(self) -> int:
        """The number of requests since the Belgian midnight, every try counted."""
        return self._requests if self._day == _today() else 0

    @callback
    @override
    def request_sent(self) -> None:
        """Count a request."""
        self._requests = self.requests_today + 1
        self._day = _today()
        self._save()

    @callback
    @override
    def call_ended(self, *, answered: bool) -> None:
        """Note whether a call was answered."""
        self.is_answering = answered
        if answered:
            self.answered_at = dt_util.utcnow()
            self._save()

    async def async_remove(self) -> None:
        """Forget everything."""
        await self._store.async_remove()

    @callback
    def _save(self) -> None:
        """Keep what is known soon; a call may outlive the entry it was made for."""
        if self._hass.config_entries.async_get_entry(self._entry_id) is not None:
            self._store.async_delay_save(self._json, _SAVE_DELAY)

    def _json(self) -> dict[str, Any]:
        return {
            "day": self._day.isoformat(),
            "requests": self._requests,
            "answered_at": self.answered_at and self.answered_at.isoformat(),
        }


async def async_request_log(hass: HomeAssistant, entry_id: str) -> RequestLog:
    """Return the log of an entry, one and the same however often the entry is loaded."""
    logs = hass.data.setdefault(_LOGS, {})
    if entry_id not in logs:
        log = RequestLog(hass, entry_id)
        await log.async_load()
        logs.setdefault(entry_id, log)
    return logs[entry_id]


async def async_remove_request_log(hass: HomeAssistant, entry_id: str) -> None:
    """Forget what was asked for an entry."""
    log = await async_request_log(hass, entry_id)
    hass.data[_LOGS].pop(entry_id)
    await log.async_remove()


def _today() -> date:
    return dt_util.utcnow().astimezone(BRUSSELS).date()
