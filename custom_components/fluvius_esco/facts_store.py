"""What is kept of the days of each meter, beside its statistics: peaks, newest slices, how sure.

A file per meter: it is written whenever readings are, and one of a thousand meters must not write
what is known of the others. What no sensor looks back at is not kept.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from .const import DOMAIN, LOGGER, SHARE_DAYS, SWEEP
from .metering.calendar import BRUSSELS, DayKind, Span
from .metering.day_facts import (
    DayFacts,
    Facts,
    ReadFacts,
    facts_outside,
    newest_slice,
    provisional_since,
    unsure_share,
    updated_facts,
    worth_keeping,
)
from .metering.gaps import Coverage
from .metering.measures import Measure
from .metering.peaks import MONTHS, Peaks, months_until, peaks
from .saving import async_save_whole

_VERSION: Final = 1

type _Stored = dict[str, dict[str, list[Any]]]


@dataclass(frozen=True, slots=True)
class FactsSummary:
    """What the days of a meter say together.

    `newest` are the days with the newest quarter-hour (gas: hour) of each measure, `unsure_share` is
    the share of readings of the last days that are estimated or not validated, in percent, and from
    the gas day `provisional_since` on the kWh still change.
    """

    newest: Mapping[Measure, DayFacts] = field(default_factory=dict)
    unsure_share: float | None = None
    provisional_since: date | None = None
    peaks: Peaks | None = None


class FactsStore:
    """What is kept of the days of one meter."""

    def __init__(self, hass: HomeAssistant, entry_id: str, ean: str) -> None:
        """Prepare the store; nothing is known before it is loaded."""
        self._hass = hass
        self._store = _store(hass, entry_id, ean)
        self._is_loaded = False
        self._is_kept = False
        self._summed_up: tuple[Facts, Coverage, date] | None = None
        self._summary = FactsSummary()
        self.facts: Facts = {}

    async def async_load(self) -> bool:
        """Read what was kept, once; return whether anything was that can be read."""
        if not self._is_loaded:
            stored = await self._store.async_load()
            self._is_loaded = True
            try:
                self.facts = _from_json(stored or {})
            except AttributeError, TypeError, ValueError:
                LOGGER.warning("What was kept of a meter's days is unreadable; all is read again")
                return False
            self._is_kept = stored is not None
        return self._is_kept

    async def async_update(self, read: ReadFacts) -> None:
        """Keep what an answer says of its days."""
        now = dt_util.utcnow()
        oldest = months_until(now, MONTHS + 1)[0]
        recent = (now - SWEEP - timedelta(days=1)).date()
        await self._async_keep(worth_keeping(updated_facts(self.facts, read), oldest, recent))

    async def async_forget(self, gone: Span, kind: DayKind) -> None:
        """Keep nothing of the days that a span touches."""
        await self._async_keep(facts_outside(self.facts, gone, kind))

    def summary(self, offtake: Coverage, now: datetime) -> FactsSummary:
        """Return what the days say together; `offtake` tells how complete the offtake is.

        Worked out anew only where something changed: with many meters it is asked for often.
        """
        about = (self.facts, offtake, now.astimezone(BRUSSELS).date().replace(day=1))
        if self._summed_up != about:
            self._summed_up = about
            self._summary = _summary(self.facts, offtake, now)
        return self._summary

    async def _async_keep(self, facts: Facts) -> None:
        if facts != self.facts or not self._is_kept:
            self.facts = facts
            self._is_kept = True
            await async_save_whole(self._hass, self._store, _to_json(facts))


async def async_remove_facts(hass: HomeAssistant, entry_id: str, eans: Iterable[str]) -> None:
    """Forget the days of meters that are no longer followed."""
    for ean in eans:
        await _store(hass, entry_id, ean).async_remove()


def _store(hass: HomeAssistant, entry_id: str, ean: str) -> Store[_Stored]:
    return Store(hass, _VERSION, f"{DOMAIN}.{entry_id}.{ean}", private=True, atomic_writes=True)


def _summary(facts: Facts, offtake: Coverage, now: datetime) -> FactsSummary:
    return FactsSummary(
        {measure: newest for measure, days in facts.items() if (newest := newest_slice(days))},
        unsure_share(facts, SHARE_DAYS),
        provisional_since(facts),
        peaks(facts.get(Measure.OFFTAKE, {}), offtake, now),
    )


def _to_json(facts: Facts) -> _Stored:
    return {
        measure: {day.isoformat(): _columns(known) for day, known in of.items()}
        for measure, of in facts.items()
    }


def _columns(of: DayFacts) -> list[Any]:
    return [
        of.slices,
        of.peak,
        of.peak_start,
        of.newest,
        of.newest_start,
        of.readings,
        of.unsure,
        of.provisional,
    ]


def _from_json(stored: _Stored) -> Facts:
    return {
        Measure(measure): {
            date.fromisoformat(day): DayFacts(*columns) for day, columns in of.items()
        }
        for measure, of in stored.items()
    }
