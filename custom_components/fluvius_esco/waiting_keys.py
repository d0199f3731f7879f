"""Keys that were made here and wait for their certificate.

That of a contract which is set up waits in its entry, and goes with it. Before that there is no
entry: the key waits in a file of its own, and moves into the entry as soon as there is one.
"""

from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from .api.key_request import RequestedKey
from .certificates import held_certificates
from .const import CONF_WAITING_KEY, DOMAIN

_VERSION: Final = 1
_KEY: Final = "private_key"
_REQUEST: Final = "request"


class WaitingKeys:
    """The keys that wait, by the unique id of the contract that they are for."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Read nothing yet."""
        self._hass = hass
        self._store: Store[dict[str, dict[str, str]]] = Store(
            hass, _VERSION, f"{DOMAIN}.waiting_keys", private=True, atomic_writes=True
        )

    async def async_get(self, contract: str) -> RequestedKey | None:
        """Return the key that waits for a contract."""
        if entry := self._entry(contract):
            return _from_json(entry.data.get(CONF_WAITING_KEY))
        return _from_json((await self._async_load()).get(contract))

    async def async_keep(self, contract: str, key: RequestedKey) -> None:
        """Let a key wait, in place of one that may have waited before."""
        if entry := self._entry(contract):
            self._update(entry, _to_json(key))
        else:
            await self._async_save(await self._async_load() | {contract: _to_json(key)})

    async def async_settle(self, entry: ConfigEntry) -> None:
        """Move the key that waited for an entry into it; forget one that has its certificate."""
        if entry.unique_id is None:
            return
        stored = await self._async_load()
        waiting = stored.pop(entry.unique_id, None)
        if waiting is not None:
            await self._async_save(stored)
        waiting = waiting or entry.data.get(CONF_WAITING_KEY)
        used = {one.private_key_pem for one in held_certificates(entry.data).values()}
        self._update(entry, waiting if waiting and waiting[_KEY] not in used else None)

    def _entry(self, contract: str) -> ConfigEntry | None:
        return self._hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, contract)

    def _update(self, entry: ConfigEntry, waiting: dict[str, str] | None) -> None:
        others = {key: value for key, value in entry.data.items() if key != CONF_WAITING_KEY}
        data = others | {CONF_WAITING_KEY: waiting} if waiting else others
        self._hass.config_entries.async_update_entry(entry, data=data)

    async def _async_load(self) -> dict[str, dict[str, str]]:
        return await self._store.async_load() or {}

    async def _async_save(self, stored: dict[str, dict[str, str]]) -> None:
        if stored:
            await self._store.async_save(stored)
        else:
            await self._store.async_remove()


def _to_json(key: RequestedKey) -> dict[str, str]:
    return {_KEY: key.private_key_pem, _REQUEST: key.request_pem}


def _from_json(stored: dict[str, Any] | None) -> RequestedKey | None:
    return RequestedKey(stored[_KEY], stored[_REQUEST]) if stored else None
