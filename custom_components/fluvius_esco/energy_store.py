"""What is kept about a contract's meters and the Energy dashboard."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .energy_sources import Counted, SourceKind
from .metering.measures import Measure, SeriesKey

_VERSION: Final = 1
_STORES: Final[HassKey[dict[str, EnergyStore]]] = HassKey(f"{DOMAIN}_energy_stores")


class EnergyStore:
    """What one entry knows of the dashboard, by EAN; written as soon as it changes.

    `series` are those that a meter had when it was last read to the end. `added` is what was put on
    the dashboard for it. `settled` are the keys of the feeds that nothing is added of any more by
    itself and nothing asked: they are, or once were, on the dashboard, or the user does not want them.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Prepare the store of an entry."""
        self._store: Store[dict[str, Any]] = Store(
            hass, _VERSION, f"{DOMAIN}.{entry_id}.energy", private=True, atomic_writes=True
        )
        self.series: Mapping[str, frozenset[SeriesKey]] = {}
        self.added: Mapping[str, frozenset[Counted]] = {}
        self.settled: frozenset[str] = frozenset()

    async def async_load(self) -> None:
        """Read what was kept."""
        if (stored := await self._store.async_load()) is None:
            return
        self.series = {
            ean: frozenset(SeriesKey(of, Measure(measure)) for of, measure in series)
            for ean, series in stored["series"].items()
        }
        self.added = {
            ean: frozenset(Counted(SourceKind(kind), *counted) for kind, *counted in added)
            for ean, added in stored["added"].items()
        }
        self.settled = frozenset(stored["settled"])

    async def async_keep_series(self, ean: str, series: Iterable[SeriesKey]) -> None:
        """Keep which series a meter has."""
        if (found := frozenset(series)) != self.series.get(ean):
            self.series = {**self.series, ean: found}
            await self._async_save()

    async def async_keep_added(self, added: Mapping[str, frozenset[Counted]]) -> None:
        """Keep what is on the dashboard because it was put there."""
        if (held := {ean: of for ean, of in added.items() if of}) != self.added:
            self.added = held
            await self._async_save()

    async def async_settle(self, keys: Iterable[str]) -> None:
        """Remember that there is nothing more to be done about feeds."""
        if (settled := self.settled | frozenset(keys)) != self.settled:
            self.settled = settled
            await self._async_save()

    async def async_keep_only(self, eans: set[str]) -> None:
        """Forget the meters that are no longer followed, but not what was added for them.

        A meter that is followed again begins anew, and what is left of it can still be taken off.
        """
        series = {ean: of for ean, of in self.series.items() if ean in eans}
        known = eans | {key.ean for of in series.values() for key in of}
        settled = frozenset(key for key in self.settled if key.partition("_")[2] in known)
        if (series, settled) != (self.series, self.settled):
            self.series, self.settled = series, settled
            await self._async_save()

    async def async_remove(self) -> None:
        """Forget everything."""
        await self._store.async_remove()

    async def _async_save(self) -> None:
        await self._store.async_save(
            {
                "series": {
                    ean: sorted((key.ean, key.measure.value) for key in of)
                    for ean, of in self.series.items()
                },
                "added": {
                    ean: [
                        [one.kind.value, one.energy_from, one.energy_to]
                        for one in sorted(of, key=repr)
                    ]
                    for ean, of in self.added.items()
                },
                "settled": sorted(self.settled),
            }
        )


async def async_energy_store(hass: HomeAssistant, entry_id: str) -> EnergyStore:
    """Return the store of an entry, one and the same however often the entry is loaded."""
    stores = hass.data.setdefault(_STORES, {})
    if entry_id not in stores:
        store = EnergyStore(hass, entry_id)
        await store.async_load()
        stores.setdefault(entry_id, store)
    return stores[entry_id]


async def async_remove_energy_store(hass: HomeAssistant, entry_id: str) -> None:
    """Forget all that was kept of an entry."""
    store = await async_energy_store(hass, entry_id)
    hass.data[_STORES].pop(entry_id)
    await store.async_remove()
