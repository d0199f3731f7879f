"""What is kept about a contract's meters and the Energy dashboard."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .energy_sources import Counted, SourceKind
from .metering.measures import Measure, SeriesKey

type Series = Mapping[str, frozenset[SeriesKey]]
type Added = Mapping[str, frozenset[Counted]]

_VERSION: Final = 1
_STORES: Final[HassKey[dict[str, EnergyStore]]] = HassKey(f"{DOMAIN}_energy_stores")


class EnergyStore:
    """What one entry knows of the dashboard, by EAN; what changes is written by `async_save`.

    `series` are those that a meter had when it was last read to the end. `added` is what was put on
    the dashboard for it. `settled` are the keys of what is, or once was, on the dashboard, `declined`
    those of what the user did not want when asked: nothing is added of either by itself any more and
    nothing asked. `wanted` is whether the user wanted everything added when that was last looked at.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Prepare the store of an entry."""
        self._hass = hass
        self._store: Store[dict[str, Any]] = Store(
            hass,
            _VERSION,
            f"{DOMAIN}.{entry_id}.energy",
            private=True,
            atomic_writes=True,
            serialize_in_event_loop=False,
        )
        self._lock = asyncio.Lock()
        self._changed = False
        self._removed = False
        self.series: Series = {}
        self.added: Added = {}
        self.settled: frozenset[str] = frozenset()
        self.declined: frozenset[str] = frozenset()
        self.wanted = False

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
        # An earlier version kept what was declined among what is settled.
        self.declined = frozenset(stored.get("declined", ()))
        self.wanted = stored.get("wanted", False)

    @callback
    def is_decided(self, key: str) -> bool:
        """Whether nothing is added any more by itself, and nothing asked."""
        return key in self.settled or key in self.declined

    @callback
    def keep_series(self, ean: str, series: frozenset[SeriesKey]) -> None:
        """Keep which series a meter has."""
        self.series = {**self.series, ean: series}
        self._changed = True

    @callback
    def keep_added(self, added: Added) -> None:
        """Keep what is on the dashboard because it was put there."""
        if (held := {ean: of for ean, of in added.items() if of}) != self.added:
            self.added = held
            self._changed = True

    @callback
    def settle(self, keys: Iterable[str]) -> None:
        """Remember what is on the dashboard."""
        if (settled := self.settled | frozenset(keys)) != self.settled:
            self.settled = settled
            self._changed = True

    @callback
    def decline(self, keys: Iterable[str]) -> None:
        """Remember what the user does not want."""
        if (declined := self.declined | frozenset(keys)) != self.declined:
            self.declined = declined
            self._changed = True

    @callback
    def keep_wish(self, *, wanted: bool) -> None:
        """Keep whether the user wants everything added; a new wish is stronger than an old no."""
        if wanted != self.wanted:
            self.wanted = wanted
            self.declined = frozenset() if wanted else self.declined
            self._changed = True

    @callback
    def keep_only(self, eans: set[str]) -> None:
        """Forget the meters that are no longer followed, but not what was added for them.

        A meter that is followed again begins anew, and what is left of it can still be taken off.
        """
        series = {ean: of for ean, of in self.series.items() if ean in eans}
        known = eans | {key.ean for of in series.values() for key in of}
        settled = _of_these(known, self.settled)
        declined = _of_these(known, self.declined)
        if (series, settled, declined) != (self.series, self.settled, self.declined):
            self.series, self.settled, self.declined = series, settled, declined
            self._changed = True

    async def async_save(self) -> None:
        """Write what changed since the last time."""
        async with self._lock:
            if self._removed or not self._changed:
                return
            self._changed = False
            wanted = self.wanted
            # Of a thousand meters this takes long; none of it is ever changed in place.
            stored = await self._hass.async_add_executor_job(
                _to_json, self.series, self.added, self.settled, self.declined
            )
            await self._store.async_save(stored | {"wanted": wanted})

    async def async_remove(self) -> None:
        """Delete what is written, for good; what is known stays as long as Home Assistant runs."""
        self._removed = True
        await self._store.async_remove()


async def async_energy_store(hass: HomeAssistant, entry_id: str) -> EnergyStore:
    """Return the store of an entry, one and the same however often the entry is loaded."""
    stores = hass.data.setdefault(_STORES, {})
    if entry_id not in stores:
        store = EnergyStore(hass, entry_id)
        await store.async_load()
        stores.setdefault(entry_id, store)
    return stores[entry_id]


def energy_stores(hass: HomeAssistant) -> dict[str, EnergyStore]:
    """Return the stores of the entries that there are, as far as they were ever asked for."""
    stores = hass.data.get(_STORES, {})
    entries = hass.config_entries.async_entries(DOMAIN)
    return {entry.entry_id: stores[entry.entry_id] for entry in entries if entry.entry_id in stores}


def _of_these(eans: set[str], keys: frozenset[str]) -> frozenset[str]:
    return frozenset(key for key in keys if key.partition("_")[2] in eans)


def _to_json(
    series: Series,
    added: Added,
    settled: frozenset[str],
    declined: frozenset[str],
) -> dict[str, Any]:
    return {
        "series": {
            ean: sorted((key.ean, key.measure.value) for key in of) for ean, of in series.items()
        },
        "added": {
            ean: [[one.kind.value, one.energy_from, one.energy_to] for one in sorted(of, key=repr)]
            for ean, of in added.items()
        },
        "settled": sorted(settled),
        "declined": sorted(declined),
    }
