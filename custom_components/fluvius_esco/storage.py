"""What is kept across restarts: how far each meter's readings have been imported."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, override

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryNotReady
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
from .saving import async_save_whole

_VERSION: Final = 1
_INDEX_VERSION: Final = 4
_LAST_VERSION_IN_ONE_FILE: Final = 3

type _Stored = dict[str, Any]


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


class ProgressStore:
    """The progress of the meters of one entry, by EAN, written as soon as it changes.

    A file per meter: a step of one of a thousand meters must not write what is known of the others.
    An index names each meter before it has a file and until it has none any more, so that whatever
    is interrupted, no file stays behind of a meter that is no longer followed.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Prepare the store of an entry; nothing is known before it is loaded."""
        self._hass = hass
        self._entry_id = entry_id
        self._index = _Index(hass, entry_id)
        self._stores: dict[str, Store[_Stored]] = {}
        self._progress: dict[str, Progress] = {}

    async def async_load(self, eans: Iterable[str]) -> None:
        """Read what was kept, of these meters and of all that were followed before.

        Raises ConfigEntryNotReady if what an earlier version kept could not be written anew.
        """
        named = await self._index.async_load() or []
        known = sorted({*named, *eans})
        if known != named:
            await self._index.async_save(known)
        self._stores = {ean: _store(self._hass, self._entry_id, ean) for ean in known}
        for ean, store in self._stores.items():
            if (stored := await store.async_load()) is not None:
                self._progress[ean] = _from_json(stored)

    def get(self, ean: str) -> Progress:
        """Return the progress of a meter; a new one has none."""
        return self._progress.get(ean, Progress())

    def others(self, eans: Collection[str]) -> dict[str, Progress]:
        """Return how far all meters but these are."""
        return {ean: self.get(ean) for ean in self._stores if ean not in eans}

    async def async_set(self, ean: str, progress: Progress) -> None:
        """Keep the progress of a meter that the store was loaded for."""
        if progress == self._progress.get(ean):
            return
        self._progress[ean] = progress
        await async_save_whole(self._hass, self._stores[ean], _to_json(progress))

    async def async_forget(self, eans: Collection[str]) -> None:
        """Keep nothing of some meters any more."""
        if not eans:
            return
        for ean in eans:
            await self._stores.pop(ean).async_remove()
            self._progress.pop(ean, None)
        await self._index.async_save([*self._stores])

    async def async_remove(self) -> None:
        """Forget everything."""
        for store in self._stores.values():
            await store.async_remove()
        await self._index.async_remove()


class _Index(Store[list[str]]):
    """The EANs of the meters that may have a file; up to version 3, their progress as well."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        super().__init__(
            hass, _INDEX_VERSION, f"{DOMAIN}.{entry_id}", private=True, atomic_writes=True
        )
        self._entry_id = entry_id

    @override
    async def _async_migrate_func(
        self, old_major_version: int, old_minor_version: int, old_data: dict[str, _Stored]
    ) -> list[str]:
        """Give each meter its own file; the old one is replaced when all of them are there.

        What versions 1 and 2 kept is not worth translating: it is read from Fluvius again.
        """
        if old_major_version < _LAST_VERSION_IN_ONE_FILE:
            return []
        for ean, progress in old_data.items():
            await _store(self.hass, self._entry_id, ean).async_save(progress)
        # Home Assistant only logs that a file could not be written.
        for ean, progress in old_data.items():
            if await _store(self.hass, self._entry_id, ean).async_load() != progress:
                raise ConfigEntryNotReady(
                    translation_domain=DOMAIN, translation_key="progress_not_written"
                )
        return sorted(old_data)


def _store(hass: HomeAssistant, entry_id: str, ean: str) -> Store[_Stored]:
    key = f"{DOMAIN}.{entry_id}.{ean}.progress"
    return Store(hass, _VERSION, key, private=True, atomic_writes=True)


def _to_json(progress: Progress) -> _Stored:
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


def _from_json(stored: _Stored) -> Progress:
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
        "forgotten_until": announced.forgotten_until,
    }


def _announced(stored: dict[str, Any] | None) -> Announced | None:
    if stored is None:
        return None
    return Announced(
        stored["day"] and date.fromisoformat(stored["day"]),
        {date.fromisoformat(month): power for month, power in stored["peaks"].items()},
        stored["fine_since"],
        stored.get("forgotten_until", 0),
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
