"""The user's Energy dashboard: sources are appended, and only what was appended is removed."""

from collections.abc import Container, Iterable
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


class DashboardNotInOrderError(HomeAssistantError):
    """The stored sources break a rule of the dashboard, so that nothing may be added to them."""


async def async_sources(hass: HomeAssistant) -> list[Source]:
    """Return the sources that the dashboard has now."""
    return _sources(await async_get_manager(hass))


async def async_append(
    hass: HomeAssistant,
    feeds: Iterable[Feed],
    counting: Counting,
    beside_others: Container[SourceKind] = frozenset(),
) -> dict[Feed, Outcome]:
    """Append the sources of feeds whose energy is not counted yet; their statistics must exist.

    Where a source that is not of this integration counts energy of the same kind, nothing is added,
    unless the kind is one of `beside_others`. Raises DashboardNotInOrderError.
    """
    manager = await async_get_manager(hass)
    # From here to the update nobody else may change the list, which is stored as a whole.
    sources = _sources(manager)
    counted = counted_statistics(sources)
    taken = {kind for kind in SourceKind if others(sources, kind)}
    outcomes = {}
    new = []
    for feed in dict.fromkeys(feeds):
        if feed.statistics & counted:
            outcomes[feed] = Outcome.ALREADY_THERE
        elif feed.kind in taken and feed.kind not in beside_others:
            outcomes[feed] = Outcome.OTHER_SOURCE
        else:
            outcomes[feed] = Outcome.ADDED
            counted |= feed.statistics
            new += [one.source() for one in feed.counted(counting)]
    if new:
        sources += new
        try:
            ENERGY_SOURCE_SCHEMA(sources)
        except probatio.Invalid as err:
            raise DashboardNotInOrderError(
                translation_domain=DOMAIN, translation_key="energy_dashboard_not_in_order"
            ) from err
        await _async_store(manager, sources)
    return outcomes


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


def _sources(manager: EnergyManager) -> list[Source]:
    """Return the stored sources, whatever fields they have."""
    sources: Any = manager.data["energy_sources"] if manager.data else []
    return list(sources)


async def _async_store(manager: EnergyManager, sources: list[Source]) -> None:
    await manager.async_update({"energy_sources": sources})  # type: ignore[typeddict-item]
