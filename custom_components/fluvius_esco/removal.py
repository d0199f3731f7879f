"""The statistics of meters that are no longer followed: the user says whether they stay.

The question is an issue under Repairs. That of a removed meter comes back after a restart until it
is answered, as what it is about is kept in a store of the entry. That of a whole removed entry lives
as long as Home Assistant runs: after a restart nothing of the integration is loaded that could ask
or delete, and the statistics stay.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from homeassistant.components.recorder.statistics import async_list_statistic_ids
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey

from .const import CONF_EAN, DOMAIN, SUBENTRY_METER
from .energy_undo import async_take_off_removed
from .metering.measures import Measure
from .meters import followed_eans
from .statistics import async_clear
from .storage import Progress
from .stored_rows import statistic_id

_VERSION: Final = 1
_LOCK: Final[HassKey[asyncio.Lock]] = HassKey(f"{DOMAIN}_removal_lock")
_QUESTIONS: Final[HassKey[dict[str, Question]]] = HassKey(f"{DOMAIN}_questions")


@dataclass(frozen=True, slots=True)
class KnownMeter:
    """A meter that is or was followed, by its title; `statistics` are the ids of those it left."""

    title: str
    statistics: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Question:
    """Meters that an entry no longer follows and that left statistics, by EAN.

    `contract` is the title of the entry if it was removed as a whole.
    """

    entry_id: str
    meters: Mapping[str, KnownMeter]
    contract: str | None = None

    @property
    def issue_id(self) -> str:
        """The id of the issue that asks this."""
        if self.contract is not None:
            return f"removed_{self.entry_id}"
        return _meter_issue_id(self.entry_id, next(iter(self.meters)))

    @property
    def placeholders(self) -> dict[str, str]:
        """What the texts of the issue name."""
        titles = ", ".join(sorted(meter.title for meter in self.meters.values()))
        if self.contract is not None:
            return {"contract": self.contract, "meters": titles}
        return {"meter": titles}


class _Memory:
    """The meters that an entry follows, and the removed ones that are still in question, by EAN.

    The title of a meter is gone with its subentry, so it is kept while the meter is followed.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._store: Store[dict[str, dict[str, Any]]] = Store(
            hass, _VERSION, f"{DOMAIN}.{entry_id}.removed", private=True, atomic_writes=True
        )

    async def async_load(self) -> dict[str, KnownMeter]:
        stored = await self._store.async_load() or {}
        return {
            ean: KnownMeter(meter["title"], frozenset(meter["statistics"]))
            for ean, meter in stored.items()
        }

    async def async_save(self, meters: Mapping[str, KnownMeter]) -> None:
        await self._store.async_save(
            {
                ean: {"title": meter.title, "statistics": sorted(meter.statistics)}
                for ean, meter in meters.items()
            }
        )

    async def async_remove(self) -> None:
        await self._store.async_remove()


async def async_ask_about_meters(
    hass: HomeAssistant, entry: ConfigEntry, gone: Mapping[str, Progress]
) -> None:
    """Ask about the meters that an entry no longer follows, and withdraw what is settled.

    `gone` is how far the meters were that have been removed since the last time.
    """
    memory = _Memory(hass, entry.entry_id)
    async with _lock(hass):
        known = await memory.async_load()
        removed = await _async_removed(hass, known, gone)
        meters = removed | {
            subentry.data[CONF_EAN]: replace(
                known.get(subentry.data[CONF_EAN], KnownMeter("")), title=subentry.title
            )
            for subentry in entry.get_subentries_of_type(SUBENTRY_METER)
        }
        if meters != known:
            await memory.async_save(meters)
    for ean, meter in removed.items():
        _ask(hass, Question(entry.entry_id, {ean: meter}))
    await _async_withdraw(hass, _followed(hass))


async def async_ask_about_entry(
    hass: HomeAssistant, entry: ConfigEntry, gone: Mapping[str, Progress]
) -> None:
    """Ask about all meters of an entry that was removed, in one question; forget the entry."""
    memory = _Memory(hass, entry.entry_id)
    async with _lock(hass):
        known = await memory.async_load()
        await memory.async_remove()
    for ean in known:
        _take_back(hass, _meter_issue_id(entry.entry_id, ean))
    removed = await _async_removed(hass, known, gone)
    # Of an integration that is not loaded, which a disabled entry does not do, Repairs finds no flow.
    if removed and DOMAIN in hass.config.components:
        _ask(hass, Question(entry.entry_id, removed, contract=entry.title))


@callback
def open_question(hass: HomeAssistant, issue_id: str) -> Question | None:
    """Return what an issue asks, about the meters that are not followed again by now."""
    question = _questions(hass).get(issue_id)
    return question and _without(question, _followed(hass))


async def async_keep(hass: HomeAssistant, question: Question) -> None:
    """Let the statistics stay, and do not ask again."""
    _questions(hass).pop(question.issue_id, None)
    await _async_forget(hass, question.entry_id, question.meters)


async def async_delete(hass: HomeAssistant, question: Question) -> None:
    """Delete every statistic that is in question, and what was put on the Energy dashboard of them.

    A sub-headpoint can be followed as a meter of its own; then its statistics stay. Raises
    StatisticsNotWrittenError.
    """
    in_use = tuple(f"{DOMAIN}:{ean}_" for ean in _followed(hass))
    left = {statistic for meter in question.meters.values() for statistic in meter.statistics}
    await async_clear(hass, sorted(one for one in left if not one.startswith(in_use)))
    await async_take_off_removed(hass, question.entry_id, question.meters, in_use)
    await async_keep(hass, question)


async def _async_removed(
    hass: HomeAssistant, known: Mapping[str, KnownMeter], gone: Mapping[str, Progress]
) -> dict[str, KnownMeter]:
    """Return the meters that nobody follows any more and that left statistics."""
    removed = {}
    for ean in sorted((known.keys() | gone.keys()) - _followed(hass)):
        meter = known.get(ean, KnownMeter(ean))
        newest = gone[ean].newest if ean in gone else ()
        statistics = meter.statistics | {statistic_id(key.ean, key.measure) for key in newest}
        # A meter that was removed and added before may have left more than is known of it now.
        statistics |= await _async_stored(hass, ean)
        if statistics:
            removed[ean] = replace(meter, statistics=statistics)
    return removed


async def _async_stored(hass: HomeAssistant, ean: str) -> set[str]:
    """Return the ids of the statistics of an EAN that the recorder has."""
    possible = {statistic_id(ean, measure) for measure in Measure}
    listed = await async_list_statistic_ids(hass, possible)
    return {one["statistic_id"] for one in listed}


async def _async_forget(hass: HomeAssistant, entry_id: str, eans: Iterable[str]) -> None:
    """Keep no longer what was in question; of a removed entry nothing is kept."""
    memory = _Memory(hass, entry_id)
    entry = hass.config_entries.async_get_entry(entry_id)
    settled = set(eans) - (followed_eans(entry) if entry else set())
    async with _lock(hass):
        known = await memory.async_load()
        left = {ean: meter for ean, meter in known.items() if ean not in settled}
        if left != known:
            await memory.async_save(left)


async def _async_withdraw(hass: HomeAssistant, followed: set[str]) -> None:
    """Ask no longer about meters that are followed again, by whichever entry."""
    for issue_id, question in list(_questions(hass).items()):
        if not (again := question.meters.keys() & followed):
            continue
        if left := _without(question, again):
            _ask(hass, left)
        else:
            _take_back(hass, issue_id)
        await _async_forget(hass, question.entry_id, again)


def _without(question: Question, eans: Iterable[str]) -> Question | None:
    """Return a question without some meters, None if no meter is left."""
    left = {ean: meter for ean, meter in question.meters.items() if ean not in set(eans)}
    return replace(question, meters=left) if left else None


def _ask(hass: HomeAssistant, question: Question) -> None:
    _questions(hass)[question.issue_id] = question
    ir.async_create_issue(
        hass,
        DOMAIN,
        question.issue_id,
        is_fixable=True,
        is_persistent=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key="meter_removed" if question.contract is None else "contract_removed",
        translation_placeholders=question.placeholders,
    )


def _take_back(hass: HomeAssistant, issue_id: str) -> None:
    _questions(hass).pop(issue_id, None)
    ir.async_delete_issue(hass, DOMAIN, issue_id)


def _followed(hass: HomeAssistant) -> set[str]:
    """Return the EANs that any entry follows, whether it is loaded or not."""
    entries = hass.config_entries.async_entries(DOMAIN)
    return {ean for entry in entries for ean in followed_eans(entry)}


def _meter_issue_id(entry_id: str, ean: str) -> str:
    return f"removed_{entry_id}_{ean}"


def _questions(hass: HomeAssistant) -> dict[str, Question]:
    return hass.data.setdefault(_QUESTIONS, {})


def _lock(hass: HomeAssistant) -> asyncio.Lock:
    return hass.data.setdefault(_LOCK, asyncio.Lock())
