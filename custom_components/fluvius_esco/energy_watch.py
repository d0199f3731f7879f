"""Which meters of a contract are to be on the Energy dashboard, and what the user is asked about it.

A meter that the user wants there is added once it was read to the end, unless another source counts
energy of that kind. What was on the dashboard once, or was declined, is left alone.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.components.energy.data import async_get_manager
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from .const import CONF_ENERGY_DASHBOARD, CONF_REGISTERS, DOMAIN, LOGGER
from .energy_dashboard import (
    DashboardNotInOrderError,
    Outcome,
    async_append,
    async_sources,
    async_take_off,
)
from .energy_sources import (
    Counted,
    Counting,
    Feed,
    Source,
    SourceKind,
    counted_statistics,
    feed_key,
    feed_key_of,
    feeds_of,
    others,
)
from .energy_store import EnergyStore
from .issues import ENERGY_OFFER, ENERGY_OTHER_SOURCE, report_energy_dashboard
from .metering.measures import SeriesKey
from .meters import followed_eans, meter_titles

type MeterFeeds = dict[str, tuple[Feed, ...]]

# Who follows more meters is no household: all of them together are nobody's energy.
MOST_METERS_OF_A_HOUSEHOLD: Final = 10
_NAMES_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class TakenOff:
    """What was removed of what had been added for a meter, and what is not as it was added."""

    removed: tuple[Source, ...]
    left: tuple[Counted, ...]


class EnergyWatch:
    """Looks after the place of a contract's meters on the Energy dashboard."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any], store: EnergyStore) -> None:
        """Prepare the watch; the store is loaded."""
        self._hass = hass
        self._entry = entry
        self._store = store
        self._known: Mapping[str, frozenset[SeriesKey]] = {}
        self._feeds: MeterFeeds = {}

    @property
    def counting(self) -> Counting:
        """What the user wants counted of the meters that are added by themselves."""
        return Counting(self._entry.options.get(CONF_REGISTERS, Counting.TOTAL))

    def was_read(self, ean: str) -> bool:
        """Whether a meter was ever read to the end, and had readings."""
        return bool(self._store.series.get(ean))

    def feeds(self) -> MeterFeeds:
        """Return what each meter that was read can give the dashboard."""
        if self._known is not self._store.series:
            self._known, self._feeds = self._store.series, _feeds(self._store.series)
        followed = followed_eans(self._entry)
        return {ean: of for ean, of in self._feeds.items() if ean in followed}

    async def async_begin(self, shown_before: Iterable[str]) -> None:
        """Forget the meters that are gone.

        `shown_before` are those of which another way of remembering tells that they were added.
        """
        await self._store.async_keep_only(followed_eans(self._entry))
        await self._store.async_settle(
            feed_key(kind, ean)
            for ean in shown_before
            for kind in (SourceKind.GRID, SourceKind.GAS)
        )

    async def async_take_in(self, ean: str, series: Iterable[SeriesKey]) -> None:
        """Take in which series a meter has, now that it was read to the end."""
        await self._store.async_keep_series(ean, series)
        await self.async_settle()

    async def async_settle(self) -> None:
        """Add what the user wants added by itself, and ask about the rest."""
        await self.async_review()
        if not self._wants_all or not (undecided := self._undecided()):
            return
        try:
            await self.async_add(undecided, self.counting)
        except DashboardNotInOrderError:
            LOGGER.warning("The Energy dashboard's sources are not in order; nothing was added")

    async def async_review(self) -> None:
        """Take in what the user did on the dashboard, and ask about what is left.

        Nothing is added now: a page that is open there would store its own list over it.
        """
        shown = counted_statistics(await async_sources(self._hass))
        # At once, before anything else is added that was not shown yet.
        await self._store.async_keep_added(
            {
                ean: frozenset(one for one in added if one.statistics & shown)
                for ean, added in self._store.added.items()
            }
        )
        known = {feed.key for of in self.feeds().values() for feed in of}
        await self._store.async_settle(
            key for key in map(feed_key_of, shown) if key is not None and key in known
        )
        await self._async_report()

    async def async_offered(self) -> MeterFeeds:
        """Return what the user is asked whether it is wanted on the dashboard, by meter."""
        if self._wants_all or len(followed_eans(self._entry)) > MOST_METERS_OF_A_HOUSEHOLD:
            return {}
        taken = await self._async_taken()
        return _only(self._undecided(), set(SourceKind) - taken.keys())

    async def async_contested(self) -> MeterFeeds:
        """Return what the user wants on the dashboard and another source seems to count, by meter."""
        if not self._wants_all:
            return {}
        return _only(self._undecided(), await self._async_taken())

    async def async_add(
        self,
        meters: Mapping[str, Iterable[Feed]],
        counting: Counting,
        beside_others: Container[SourceKind] = frozenset(),
    ) -> dict[Feed, Outcome]:
        """Add feeds, as async_append does, and remember what was added."""
        outcomes = await async_append(
            self._hass, [feed for of in meters.values() for feed in of], counting, beside_others
        )
        added = dict(self._store.added)
        for ean, feeds in meters.items():
            for feed in feeds:
                if outcomes[feed] is Outcome.ADDED:
                    added[ean] = added.get(ean, frozenset()) | {*feed.counted(counting)}
        await self._store.async_keep_added(added)
        await self.async_review()
        return outcomes

    async def async_decline(self, feeds: Iterable[Feed]) -> None:
        """Leave feeds off the dashboard, and ask no more."""
        await self._store.async_settle(feed.key for feed in feeds)
        await self.async_review()

    async def async_undo(self, ean: str) -> TakenOff:
        """Remove what was added for a meter and still counts what it counted then.

        Prices that the user gave it go with it; what the user made of it otherwise is left.
        """
        await self.async_review()
        added = self._store.added.get(ean, frozenset())
        removed = await async_take_off(self._hass, sorted(added, key=repr))
        left = self._store.added.get(ean, frozenset()) - removed.keys()
        await self._store.async_keep_added({**self._store.added, ean: left})
        await self.async_review()
        return TakenOff(tuple(removed.values()), tuple(sorted(left, key=repr)))

    @property
    def _wants_all(self) -> bool:
        """Whether the user wants meters added by themselves."""
        return bool(self._entry.options.get(CONF_ENERGY_DASHBOARD))

    def _undecided(self) -> MeterFeeds:
        """Return what is neither settled nor, when last reviewed, on the dashboard."""
        undecided = {
            ean: tuple(feed for feed in of if feed.key not in self._store.settled)
            for ean, of in self.feeds().items()
        }
        return {ean: of for ean, of in undecided.items() if of}

    async def _async_taken(self) -> dict[SourceKind, list[Source]]:
        """Return the sources of each kind that are not of this integration."""
        sources = await async_sources(self._hass)
        found = {kind: others(sources, kind) for kind in SourceKind}
        return {kind: of for kind, of in found.items() if of}

    async def _async_report(self) -> None:
        offered = await self.async_offered()
        contested = await self.async_contested()
        taken = await self._async_taken()
        kinds = {feed.kind for of in contested.values() for feed in of}
        counted = counted_statistics(one for kind in kinds for one in taken[kind])
        titles = meter_titles(self._entry)
        for subject, meters in ((ENERGY_OFFER, offered), (ENERGY_OTHER_SOURCE, contested)):
            report_energy_dashboard(
                self._hass,
                self._entry,
                subject,
                meters=_listed(titles[ean] for ean in meters),
                sources=_listed(self._name(statistic) for statistic in counted),
            )

    def _name(self, statistic: str) -> str:
        state = self._hass.states.get(statistic)
        return state.name if state else statistic


async def async_watch_dashboard(hass: HomeAssistant) -> None:
    """Let all contracts know when the dashboard is changed."""

    async def on_update() -> None:
        for entry in hass.config_entries.async_loaded_entries(DOMAIN):
            hass.async_create_task(entry.runtime_data.energy.async_review(), eager_start=False)

    (await async_get_manager(hass)).async_listen_updates(on_update)


def _feeds(series: Mapping[str, frozenset[SeriesKey]]) -> MeterFeeds:
    """Return what meters give; one behind the headpoint of another gives only what it produces."""
    behind = {key.ean for ean, of in series.items() for key in of if key.ean != ean}
    return {
        ean: tuple(
            feed for feed in feeds_of(ean, of) if feed.kind is SourceKind.SOLAR or ean not in behind
        )
        for ean, of in sorted(series.items())
    }


def _only(meters: MeterFeeds, kinds: Container[SourceKind]) -> MeterFeeds:
    chosen = {ean: tuple(feed for feed in of if feed.kind in kinds) for ean, of in meters.items()}
    return {ean: of for ean, of in chosen.items() if of}


def _listed(names: Iterable[str]) -> str:
    """Return names in one line, the first few of many."""
    listed = sorted(names)
    more = ["…"] if len(listed) > _NAMES_SHOWN else []
    return ", ".join([*listed[:_NAMES_SHOWN], *more])
