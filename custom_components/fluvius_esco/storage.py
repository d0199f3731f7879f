"""What is kept across restarts: how far each meter's readings have been imported."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, override

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from .api.models import Granularity
from .const import DOMAIN
from .metering.access import Access
from .metering.calendar import Period
from .metering.corrections import Corrections
from .metering.gaps import Coverage, Gap
from .metering.measures import Measure, SeriesKey
from .metering.news import Announced
from .metering.readings import Source
from .metering.summary import DayTotals

_VERSION = 3


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the import of one meter is; all instants UTC.

    What is in `read` has been asked for and written, and `data_until` is the end of the newest
    reading. Arrivals at Fluvius were asked for up to `asked_until`, and the last weeks were read
    again at `swept_at`. `newest` is the newest stored hour of each statistic, in seconds since the
    epoch. `coverage` tells how complete the totals are, `sources` the places where the energy was ever
    measured, and `reactive` whether reactive energy was read along. `references` are the reference
    numbers under which mandates gave access, and `serials` the numbers of the meters in use.
    `on_energy_dashboard` is what an earlier version kept of a meter that it had added there.
    `announced` is what automations were told of, None before the history was read, and `corrected`
    what changed since.
    """

    read: tuple[Access, ...] = ()
    data_until: datetime | None = None
    last_day: DayTotals | None = None
    asked_until: datetime | None = None
    swept_at: datetime | None = None
    on_energy_dashboard: bool = False
    newest: Mapping[SeriesKey, int] = field(default_factory=dict)
    coverage: Mapping[SeriesKey, Coverage] = field(default_factory=dict)
    sources: frozenset[Source] = frozenset()
    reactive: bool = False
    references: frozenset[str] = frozenset()
    serials: frozenset[str] = frozenset()
    announced: Announced | None = None
    corrected: Corrections = field(default_factory=dict)

    def measures(self, ean: str) -> frozenset[Measure]:
        """Return what is known to be measured of an EAN."""
        return frozenset(key.measure for key in self.newest if key.ean == ean)


class _Store(Store[dict[str, dict[str, Any]]]):
    """What was kept by an older version is not worth translating: it is read from Fluvius again."""

    @override
    async def _async_migrate_func(
        self, old_major_version: int, old_minor_version: int, old_data: dict[str, dict[str, Any]]
    ) -> dict[str, dict[str, Any]]:
        return {}


class ProgressStore:
    """The progress of all meters of one entry, by EAN, written as soon as it changes."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Prepare the store of an entry."""
        self._store = _Store(
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

    async def async_keep_only(self, eans: set[str]) -> dict[str, Progress]:
        """Forget the meters that are no longer followed, and return how far they were."""
        gone = {ean: of for ean, of in self._progress.items() if ean not in eans}
        if gone:
            self._progress = {ean: of for ean, of in self._progress.items() if ean in eans}
            await self._async_save()
        return gone

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
        "asked_until": progress.asked_until and progress.asked_until.isoformat(),
        "swept_at": progress.swept_at and progress.swept_at.isoformat(),
        "last_day": progress.last_day
        and {
            "date": progress.last_day.date.isoformat(),
            "totals": dict(progress.last_day.totals),
            "registers": dict(progress.last_day.registers),
        },
        "on_energy_dashboard": progress.on_energy_dashboard,
        "newest": {_name(key): hour for key, hour in progress.newest.items()},
        "coverage": {
            _name(key): {
                "gaps": [[gap.start, gap.end, gap.counted] for gap in coverage.gaps],
                "first": coverage.first,
                "first_fine": coverage.first_fine,
            }
            for key, coverage in progress.coverage.items()
        },
        "sources": sorted(progress.sources),
        "reactive": progress.reactive,
        "references": sorted(progress.references),
        "serials": sorted(progress.serials),
        "announced": progress.announced and _announced_to_json(progress.announced),
        "corrected": {day.isoformat(): dict(of) for day, of in progress.corrected.items()},
    }


def _from_json(stored: dict[str, Any]) -> Progress:
    last_day = stored["last_day"]
    return Progress(
        read=tuple(_access(part) for part in stored["read"]),
        data_until=_instant(stored["data_until"]),
        last_day=last_day
        and DayTotals(
            date.fromisoformat(last_day["date"]),
            _amounts(last_day["totals"]),
            _amounts(last_day.get("registers", {})),
        ),
        asked_until=_instant(stored["asked_until"]),
        swept_at=_instant(stored["swept_at"]),
        on_energy_dashboard=stored["on_energy_dashboard"],
        newest={_key(name): hour for name, hour in stored["newest"].items()},
        coverage={
            _key(name): Coverage(
                tuple(Gap(start, end, counted) for start, end, counted in coverage["gaps"]),
                coverage["first"],
                coverage["first_fine"],
            )
            for name, coverage in stored["coverage"].items()
        },
        sources=frozenset((ean, place) for ean, place in stored["sources"]),
        reactive=stored["reactive"],
        references=frozenset(stored.get("references", ())),
        serials=frozenset(stored.get("serials", ())),
        announced=_announced(stored.get("announced")),
        corrected={
            date.fromisoformat(day): _amounts(of) for day, of in stored.get("corrected", {}).items()
        },
    )


def _announced_to_json(announced: Announced) -> dict[str, Any]:
    return {
        "day": announced.day and announced.day.isoformat(),
        "peaks": {month.isoformat(): power for month, power in announced.peaks.items()},
        "fine_since": announced.fine_since,
    }


def _announced(stored: dict[str, Any] | None) -> Announced | None:
    if stored is None:
        return None
    return Announced(
        stored["day"] and date.fromisoformat(stored["day"]),
        {date.fromisoformat(month): power for month, power in stored["peaks"].items()},
        stored["fine_since"],
    )


def _amounts(stored: dict[str, float]) -> dict[Measure, float]:
    return {Measure(measure): amount for measure, amount in stored.items()}


def _name(key: SeriesKey) -> str:
    return f"{key.ean}_{key.measure}"


def _key(name: str) -> SeriesKey:
    ean, _, measure = name.partition("_")
    return SeriesKey(ean, Measure(measure))


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _access(stored: dict[str, Any]) -> Access:
    period = Period(datetime.fromisoformat(stored["start"]), datetime.fromisoformat(stored["end"]))
    return Access(period, tuple(Granularity(one) for one in stored["granularities"]))
