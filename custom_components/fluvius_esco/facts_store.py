"""What is kept of the days of each meter, beside its statistics: peaks, newest slices, how sure.

A file per meter: it is written whenever readings are, and one of a thousand meters must not write
what is known of the others. Months that no sensor looks back at are not kept.
"""

from collections.abc import Iterable
from dataclasses import astuple
from datetime import date
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .metering.calendar import DayKind, Span
from .metering.day_facts import DayFacts, Facts, facts_outside, facts_since, updated_facts
from .metering.measures import Measure
from .metering.peaks import MONTHS, months_until

_VERSION: Final = 1

type _Stored = dict[str, dict[str, list[Any]]]


class FactsStore:
    """What is kept of the days of one meter."""

    def __init__(self, hass: HomeAssistant, entry_id: str, ean: str) -> None:
        """Prepare the store; nothing is known before it is loaded."""
        self._store = _store(hass, entry_id, ean)
        self._is_loaded = False
        self._is_kept = False
        self.facts: Facts = {}

    async def async_load(self) -> bool:
        """Read what was kept, once; return whether anything ever was."""
        if not self._is_loaded:
            stored = await self._store.async_load()
            self._is_loaded = True
            self._is_kept = stored is not None
            self.facts = _from_json(stored or {})
        return self._is_kept

    async def async_update(self, read: Facts) -> None:
        """Keep what an answer says of its days."""
        oldest = months_until(dt_util.utcnow(), MONTHS + 1)[0]
        await self._async_keep(facts_since(updated_facts(self.facts, read), oldest))

    async def async_forget(self, gone: Span, kind: DayKind) -> None:
        """Keep nothing of the days that a span touches."""
        await self._async_keep(facts_outside(self.facts, gone, kind))

    async def _async_keep(self, facts: Facts) -> None:
        if facts != self.facts or not self._is_kept:
            self.facts = facts
            self._is_kept = True
            await self._store.async_save(_to_json(facts))


async def async_remove_facts(hass: HomeAssistant, entry_id: str, eans: Iterable[str]) -> None:
    """Forget the days of meters that are no longer followed."""
    for ean in eans:
        await _store(hass, entry_id, ean).async_remove()


def _store(hass: HomeAssistant, entry_id: str, ean: str) -> Store[_Stored]:
    return Store(hass, _VERSION, f"{DOMAIN}.{entry_id}.{ean}", private=True, atomic_writes=True)


def _to_json(facts: Facts) -> _Stored:
    return {
        measure: {day.isoformat(): list(astuple(known)) for day, known in of.items()}
        for measure, of in facts.items()
    }


def _from_json(stored: _Stored) -> Facts:
    return {
        Measure(measure): {
            date.fromisoformat(day): DayFacts(*columns) for day, columns in of.items()
        }
        for measure, of in stored.items()
    }
