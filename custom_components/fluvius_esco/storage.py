"""What is kept across restarts: how far each meter's readings have been imported."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from .api.models import Granularity
from .const import DOMAIN
from .metering.access import Access
from .metering.calendar import Period
from .metering.measures import Measure

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the import of one meter is; all instants UTC.

    What is in `read` has been asked for and written, and `data_until` is the end of the newest
    reading. `newest` is the newest stored hour of each statistic, in seconds since the epoch.
    """

    read: tuple[Access, ...] = ()
    data_until: datetime | None = None
    history_imported: bool = False
    on_energy_dashboard: bool = False
    newest: Mapping[Measure, int] = field(default_factory=dict)


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


def _to_json(progress: Progress) -> dict[str, Any]:
    return {
        "read": [
            {
                "start": part.period.start.isoformat(),
                "end": part.period.end.isoformat(),
                "granularities": list(part.granularities),
            }
            for part in progress.read
        ],
        "data_until": progress.data_until and progress.data_until.isoformat(),
        "history_imported": progress.history_imported,
        "on_energy_dashboard": progress.on_energy_dashboard,
        "newest": dict(progress.newest),
    }


def _from_json(stored: dict[str, Any]) -> Progress:
    data_until = stored["data_until"]
    return Progress(
        read=tuple(_access(part) for part in stored["read"]),
        data_until=datetime.fromisoformat(data_until) if data_until else None,
        history_imported=stored["history_imported"],
        on_energy_dashboard=stored["on_energy_dashboard"],
        newest={Measure(measure): hour for measure, hour in stored["newest"].items()},
    )


def _access(stored: dict[str, Any]) -> Access:
    period = Period(datetime.fromisoformat(stored["start"]), datetime.fromisoformat(stored["end"]))
    return Access(period, tuple(Granularity(one) for one in stored["granularities"]))
