"""What is kept across restarts: how far each meter's readings have been imported."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .metering.measures import Measure

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the import of one meter is; all instants UTC.

    Everything from `history_from` to `covered_until` has been asked for and written; `data_until`
    is the end of the newest reading. `measures` have statistics.
    """

    history_from: datetime | None = None
    covered_until: datetime | None = None
    data_until: datetime | None = None
    history_imported: bool = False
    on_energy_dashboard: bool = False
    measures: frozenset[Measure] = field(default_factory=frozenset)


class ProgressStore:
    """The progress of all meters of one entry, by EAN, written as soon as it changes."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Prepare the store of an entry."""
        self._store: Store[dict[str, dict[str, Any]]] = Store(
            hass, _VERSION, f"{DOMAIN}.{entry_id}", private=True, atomic_writes=True
        )
        self._progress: dict[str, Progress] = {}

    async def async_load(self) -> None:
        """Read what was kept."""
        stored = await self._store.async_load() or {}
        self._progress = {ean: _from_json(progress) for ean, progress in stored.items()}

    def get(self, ean: str) -> Progress:
        """Return the progress of a meter; a new one has none."""
        return self._progress.get(ean, Progress())

    async def async_set(self, ean: str, progress: Progress) -> None:
        """Keep the progress of a meter."""
        if progress == self._progress.get(ean):
            return
        self._progress[ean] = progress
        await self._async_save()

    async def async_keep_only(self, eans: set[str]) -> None:
        """Forget the meters that are no longer followed."""
        if gone := self._progress.keys() - eans:
            for ean in gone:
                del self._progress[ean]
            await self._async_save()

    async def async_remove(self) -> None:
        """Forget everything."""
        await self._store.async_remove()

    async def _async_save(self) -> None:
        await self._store.async_save(
            {ean: _to_json(progress) for ean, progress in self._progress.items()}
        )


def restarted(progress: Progress, history_from: datetime) -> Progress:
    """Return the progress of a meter whose history is to be imported from an instant on."""
    return replace(progress, history_from=history_from, covered_until=None, history_imported=False)


def _to_json(progress: Progress) -> dict[str, Any]:
    return {
        "history_from": progress.history_from and progress.history_from.isoformat(),
        "covered_until": progress.covered_until and progress.covered_until.isoformat(),
        "data_until": progress.data_until and progress.data_until.isoformat(),
        "history_imported": progress.history_imported,
        "on_energy_dashboard": progress.on_energy_dashboard,
        "measures": sorted(progress.measures),
    }


def _from_json(stored: dict[str, Any]) -> Progress:
    return Progress(
        history_from=_instant(stored["history_from"]),
        covered_until=_instant(stored["covered_until"]),
        data_until=_instant(stored["data_until"]),
        history_imported=stored["history_imported"],
        on_energy_dashboard=stored["on_energy_dashboard"],
        measures=frozenset(Measure(measure) for measure in stored["measures"]),
    )


def _instant(text: str | None) -> datetime | None:
    return dt_util.parse_datetime(text, raise_on_error=True) if text else None
