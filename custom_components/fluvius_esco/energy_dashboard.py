"""The user's Energy dashboard: sources are appended, and only what was appended is removed."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from homeassistant.components.energy.data import (
    ENERGY_SOURCE_SCHEMA,
    EnergyManager,
    async_get_manager,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import probatio

from .const import DOMAIN
from .energy_sources import (
    Counted,
    Counting,
    Feed,
    Source,
    SourceKind,
    counted_statistics,
    others,
)


class Outcome(StrEnum):
    """What became of a feed that was to be added."""

    ADDED = "added"
    ALREADY_THERE = "already_there"
    OTHER_SOURCE = "other_source"


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of a feed, and what was added of it."""

    outcome: Outcome
    added: tuple[Counted, ...] = ()


class DashboardNotInOrderError(HomeAssistantError):
    """The stored sources break a rule of the dashboard, so that nothing may be added to them."""


@dataclass(frozen=True, slots=True)
class Dashboard:
    """What the dashboard counts at one moment.

    `counted` are the ids of the statistics, `taken` are the sources, by kind, that are not of this
    integration.
    """

    sources: list[Source]
    counted: set[str]
    taken: Mapping[SourceKind, list[Source]]

    def has(self, counted: Counted) -> bool:
        """Whether a source counts exactly this."""
        return any(counted.is_count_of(source) for source in self.sources)


async def async_dashboard(hass: HomeAssistant) -> Dashboard:
    """Return what the dashboard counts now."""
    return _dashboard(_sources(await async_get_manager(hass)))


async def async_append(
    hass: HomeAssistant,
    feeds: Iterable[Feed],
    counting: Counting,
    beside_others: Container[SourceKind] = frozenset(),
) -> dict[Feed, Appended]:
    """Append the sources of feeds whose energy is not counted yet; their statistics must exist.

    Where a source that is not of this integration counts energy of the same kind, nothing is added,
    unless the kind is one of `beside_others`. Raises DashboardNotInOrderError.
    """
    manager = await async_get_manager(hass)
    wanted = list(dict.fromkeys(feeds))
    while True:
        before = _sources(manager)
        appended = _appended(_dashboard(before), wanted, counting, beside_others)
        new = [one.source() for of in appended.values() for one in of.added]
        if not new:
            return appended
        sources = before + new
        try:
            # Of a thousand sources this takes long.
            await hass.async_add_executor_job(ENERGY_SOURCE_SCHEMA, sources)
        except probatio.Invalid as err:
            raise DashboardNotInOrderError(
                translation_domain=DOMAIN, translation_key="energy_dashboard_not_in_order"
            ) from err
        # The list is stored as a whole: what others changed meanwhile would be lost.
        if _sources(manager) == before:
            await _async_store(manager, sources)
            return appended


async def async_take_off(hass: HomeAssistant, added: Iterable[Counted]) -> dict[Counted, Source]:
    """Remove the sources that count exactly what was added, and return them as they were."""
    manager = await async_get_manager(hass)
    left = _sources(manager)
    removed = {}
    for counted in added:
        if source := next((one for one in left if counted.is_count_of(one)), None):
            left.remove(source)
            removed[counted] = source
    if removed:
        await _async_store(manager, left)
    return removed


def _appended(
    dashboard: Dashboard,
    feeds: Iterable[Feed],
    counting: Counting,
    beside_others: Container[SourceKind],
) -> dict[Feed, Appended]:
    counted = set(dashboard.counted)
    appended = {}
    for feed in feeds:
        if not (missing := feed.missing(counted, counting)):
            appended[feed] = Appended(Outcome.ALREADY_THERE)
        elif feed.kind in dashboard.taken and feed.kind not in beside_others:
            appended[feed] = Appended(Outcome.OTHER_SOURCE)
        else:
            appended[feed] = Appended(Outcome.ADDED, missing)
            counted |= feed.statistics
    return appended


def _dashboard(sources: list[Source]) -> Dashboard:
    found = {kind: others(sources, kind) for kind in SourceKind}
    taken = {kind: of for kind, of in found.items() if of}
    return Dashboard(sources, counted_statistics(sources), taken)


def _sources(manager: EnergyManager) -> list[Source]:
    """Return the stored sources, whatever fields they have."""
    sources: Any = manager.data["energy_sources"] if manager.data else []
    return list(sources)


async def _async_store(manager: EnergyManager, sources: list[Source]) -> None:
    await manager.async_update({"energy_sources": sources})  # type: ignore[typeddict-item]
