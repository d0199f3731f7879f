"""Taking off the Energy dashboard what was put there."""

from collections.abc import Iterable
from dataclasses import dataclass

from homeassistant.core import HomeAssistant

from .energy_dashboard import async_take_off
from .energy_household import stores_with
from .energy_sources import Counted, Source, SourceKind
from .energy_store import EnergyStore, async_energy_store


@dataclass(frozen=True, slots=True)
class TakenOff:
    """What was removed of what had been added for a meter, and what is not as it was added."""

    removed: tuple[Source, ...]
    left: tuple[Counted, ...]


async def async_take_off_added(
    hass: HomeAssistant, store: EnergyStore, ean: str, added: Iterable[Counted]
) -> TakenOff:
    """Remove what had been added for a meter and still counts what it counted then.

    Prices that the user gave it go with it; what the user made of it otherwise is left.
    """
    chosen = sorted(added, key=repr)
    removed = await async_take_off(hass, chosen)
    kept = store.added.get(ean, frozenset()) - removed.keys()
    store.keep_added({**store.added, ean: kept})
    await store.async_save()
    left = (one for one in chosen if one not in removed)
    return TakenOff(tuple(removed.values()), tuple(left))


async def async_take_off_grid(hass: HomeAssistant, eans: Iterable[str]) -> None:
    """Remove what any contract added of what meters take from the grid or give to it."""
    for ean in eans:
        for store in stores_with(hass, ean):
            grid = [one for one in store.added[ean] if one.kind is SourceKind.GRID]
            await async_take_off_added(hass, store, ean, grid)


async def async_take_off_removed(
    hass: HomeAssistant, entry_id: str, eans: Iterable[str], in_use: tuple[str, ...]
) -> None:
    """Remove what an entry had added for meters that it no longer follows.

    `in_use` is what the ids begin with of the statistics that stay; so do their sources.
    """
    store = await async_energy_store(hass, entry_id)
    for ean in eans:
        gone = [
            one
            for one in store.added.get(ean, ())
            if not any(statistic.startswith(in_use) for statistic in one.statistics)
        ]
        await async_take_off_added(hass, store, ean, gone)
