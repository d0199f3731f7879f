"""What is kept of the access to a contract's meters: open consents, and what was offered."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
import secrets
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .metering.consent import Consent

_VERSION: Final = 1
_STORES: Final[HassKey[dict[str, AccessStore]]] = HassKey(f"{DOMAIN}_access_stores")


class AccessStore:
    """The open consents of one entry by reference number, and the EANs that the user has decided on.

    `secret` signs return addresses; what an unused one can be recognised by is kept as well. Written
    as soon as it changes. `claims` are the reference numbers whose outcome an open form waits for, and
    until when it may take to be there.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Prepare the store of an entry."""
        self._store: Store[dict[str, Any]] = Store(
            hass, _VERSION, f"{DOMAIN}.{entry_id}.access", private=True, atomic_writes=True
        )
        self.secret = secrets.token_hex(32)
        self.claims: dict[str, datetime] = {}
        self.lock = asyncio.Lock()
        self.consents: dict[str, Consent] = {}
        self.decided: frozenset[str] | None = None
        """The EANs that are, or once were, followed or declined; None before the first time."""
        self._unused: dict[str, datetime] = {}

    async def async_load(self) -> None:
        """Read what was kept."""
        stored = await self._store.async_load()
        if stored is None:
            return
        self.secret = stored["secret"]
        self.consents = {one["reference_number"]: _consent(one) for one in stored["consents"]}
        self.decided = frozenset(stored["decided"]) if stored["decided"] is not None else None
        self._unused = {
            nonce: datetime.fromisoformat(until) for nonce, until in stored["unused"].items()
        }

    def is_claimed(self, reference_number: str | None, now: datetime) -> bool:
        """Tell whether an open form deals with what comes under a reference number."""
        return reference_number is not None and self.claims.get(reference_number, now) > now

    async def async_keep(self, consent: Consent) -> None:
        """Keep a consent, in place of an earlier one with its reference number."""
        if self.consents.get(consent.reference_number) != consent:
            self.consents[consent.reference_number] = consent
            await self._async_save()

    async def async_drop(self, reference_number: str) -> None:
        """Forget a consent that is settled."""
        if self.consents.pop(reference_number, None) is not None:
            await self._async_save()

    async def async_decide(self, eans: Iterable[str]) -> None:
        """Remember that these meters were followed or declined."""
        decided = (self.decided or frozenset()) | frozenset(eans)
        if decided != self.decided:
            self.decided = decided
            await self._async_save()

    async def async_new_nonce(self, until: datetime, now: datetime) -> str:
        """Return what makes a return address good for one use; those that ended are forgotten."""
        nonce = secrets.token_urlsafe(16)
        self._unused = {one: end for one, end in self._unused.items() if end > now} | {nonce: until}
        await self._async_save()
        return nonce

    async def async_use_nonce(self, nonce: str) -> bool:
        """Tell whether a return address is used for the first time, and count it as used."""
        if self._unused.pop(nonce, None) is None:
            return False
        await self._async_save()
        return True

    async def async_remove(self) -> None:
        """Forget everything."""
        await self._store.async_remove()

    async def _async_save(self) -> None:
        await self._store.async_save(
            {
                "secret": self.secret,
                "consents": [_json(consent) for consent in self.consents.values()],
                "decided": None if self.decided is None else sorted(self.decided),
                "unused": {nonce: until.isoformat() for nonce, until in self._unused.items()},
            }
        )


async def async_access_store(hass: HomeAssistant, entry_id: str) -> AccessStore:
    """Return the store of an entry, one and the same however often the entry is loaded."""
    stores = hass.data.setdefault(_STORES, {})
    if entry_id not in stores:
        store = AccessStore(hass, entry_id)
        await store.async_load()
        stores.setdefault(entry_id, store)
    return stores[entry_id]


async def async_remove_access_store(hass: HomeAssistant, entry_id: str) -> None:
    """Forget all that was kept of an entry."""
    store = await async_access_store(hass, entry_id)
    hass.data[_STORES].pop(entry_id)
    await store.async_remove()


def _json(consent: Consent) -> dict[str, Any]:
    return {
        "reference_number": consent.reference_number,
        "link_valid_to": consent.link_valid_to.isoformat(),
        "known": sorted(consent.known),
        "rejected": consent.rejected,
        "renews": consent.renews,
        "answered": consent.answered,
    }


def _consent(stored: dict[str, Any]) -> Consent:
    return replace(
        Consent(**stored),
        link_valid_to=datetime.fromisoformat(stored["link_valid_to"]),
        known=frozenset(stored["known"]),
    )
