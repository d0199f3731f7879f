"""Which meters of a contract are to be on the Energy dashboard, and what the user is asked about it.

A meter that the user wants there is added once it was read to the end, unless another source counts
energy of that kind. What was on the dashboard once, or was declined, is left alone.
"""

import asyncio
from collections.abc import Container, Iterable, Mapping
from typing import Any, Final

from homeassistant.components.energy.data import async_get_manager
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from .const import CONF_ENERGY_DASHBOARD, CONF_REGISTERS, DOMAIN, LOGGER
from .energy_dashboard import (
    Appended,
    DashboardNotInOrderError,
    Outcome,
    async_append,
    async_dashboard,
)
from .energy_household import behind_headpoints, may_have_headpoints_to_come
from .energy_situation import MeterFeeds, Situation
from .energy_sources import (
    Counting,
    Feed,
    SourceKind,
    counted_statistics,
    feed_key,
    feeds_of,
    grid_feed,
)
from .energy_store import EnergyStore, async_energy_store
from .energy_undo import TakenOff, async_take_off_added, async_take_off_grid
from .issues import (
    ENERGY_COUNTED_TWICE,
    ENERGY_OFFER,
    ENERGY_OTHER_SOURCE,
    report_energy_dashboard,
)
from .metering.measures import SeriesKey
from .meters import followed_eans, meter_titles

# Who follows more meters is no household: all of them together are nobody's energy.
MOST_METERS_OF_A_HOUSEHOLD: Final = 10
# Meters are read in a row; what is new of those that end so many seconds apart is looked at once.
SECONDS_GATHERED: Final = 2.0
_NAMES_SHOWN: Final = 3


class EnergyWatch:
    """Looks after the place of a contract's meters on the Energy dashboard."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any], store: EnergyStore) -> None:
        """Prepare the watch; the store is loaded."""
        self._hass = hass
        self._entry = entry
        self._store = store
        self._feeds: dict[str, tuple[frozenset[SeriesKey], tuple[Feed, ...]]] = {}
        self._is_waiting = False
        self._is_to_be_settled = False

    @property
    def counting(self) -> Counting:
        """What the user wants counted of the meters that are added by themselves."""
        return Counting(self._entry.options.get(CONF_REGISTERS, Counting.TOTAL))

    def was_read(self, ean: str) -> bool:
        """Whether a meter was ever read to the end, and had readings."""
        return bool(self._store.series.get(ean))

    def feeds(self) -> MeterFeeds:
        """Return what each meter that was read can give the dashboard."""
        return self._feeds_beside(behind_headpoints(self._hass))

    async def async_begin(self, shown_before: Iterable[str]) -> None:
        """Forget the meters that are gone, and what was declined before the user wanted all.

        `shown_before` are those of which another way of remembering tells that they were added.
        """
        # Of a contract that cannot be loaded as well it is known what it has on the dashboard.
        for entry in self._hass.config_entries.async_entries(DOMAIN):
            await async_energy_store(self._hass, entry.entry_id)
        self._store.keep_only(followed_eans(self._entry))
        self._store.keep_wish(wanted=self._wants_all)
        self._store.settle(
            feed_key(kind, ean)
            for ean in shown_before
            for kind in (SourceKind.GRID, SourceKind.GAS)
        )
        await self._store.async_save()

    @callback
    def take_in(self, ean: str, series: Iterable[SeriesKey]) -> None:
        """Take in which series a meter has, now that it was read to the end."""
        if (found := frozenset(series)) != self._store.series.get(ean):
            self._store.keep_series(ean, found)
            # It can be a headpoint for which another contract waits.
            for watch in {self, *_watches(self._hass)}:
                watch.settle_soon()
        elif self._is_to_be_settled:
            self.settle_soon()

    @callback
    def settle_soon(self) -> None:
        """Settle what comes in until then at once."""
        if not self._is_waiting:
            self._is_waiting = True
            self._entry.async_create_background_task(
                self._hass,
                self._async_settle_gathered(),
                name=f"energy dashboard {self._entry.title}",
                eager_start=False,
            )

    async def async_settle(self) -> None:
        """Add what the user wants added by itself, and ask about the rest."""
        situation = await self._async_take_in_dashboard()
        if self._wants_all:
            try:
                await self._async_append(situation, situation.undecided(), self.counting)
                # Whoever wanted its offtake beside another source has that decided.
                await self._async_append(
                    situation,
                    situation.without_injection(),
                    self.counting,
                    frozenset({SourceKind.GRID}),
                )
            except DashboardNotInOrderError:
                LOGGER.warning("The Energy dashboard's sources are not in order; nothing was added")
            await self._store.async_save()
            situation = await self._async_take_in_dashboard()
        await self._store.async_save()
        self._report(situation)

    async def async_review(self) -> None:
        """Take in what the user did on the dashboard, and ask about what is left.

        Nothing is added now: a page that is open there would store its own list over it.
        """
        situation = await self._async_take_in_dashboard()
        await self._store.async_save()
        self._report(situation)

    async def async_offered(self) -> MeterFeeds:
        """Return what the user is asked whether it is wanted on the dashboard, by meter."""
        return self._offered(await self._async_situation())

    async def async_contested(self) -> MeterFeeds:
        """Return what the user wants on the dashboard and another source seems to count, by meter."""
        return self._contested(await self._async_situation())

    async def async_add(
        self,
        meters: Mapping[str, Iterable[Feed]],
        counting: Counting,
        beside_others: Container[SourceKind] = frozenset(),
    ) -> dict[Feed, Appended]:
        """Add feeds, as async_append does, and remember what was added.

        What is counted behind a headpoint is another source of what the headpoint counts.
        """
        situation = await self._async_take_in_dashboard()
        appended = await self._async_append(situation, meters, counting, beside_others)
        await self.async_review()
        return appended

    async def async_decline(self, feeds: Iterable[Feed]) -> None:
        """Leave feeds off the dashboard, and ask no more."""
        for feed in feeds:
            self._store.decline({feed.key, feed.injection_key})
        await self.async_review()

    async def async_undo(self, ean: str) -> TakenOff:
        """Remove what was added for a meter, as async_take_off_added does."""
        await self.async_review()
        added = self._store.added.get(ean, frozenset())
        taken_off = await async_take_off_added(self._hass, self._store, ean, added)
        await self.async_review()
        return taken_off

    async def async_count_once(self) -> bool:
        """Take off what is counted behind headpoints; return whether nothing is left of it.

        What the user put there is left.
        """
        situation = await self._async_situation()
        await async_take_off_grid(
            self._hass, [ean for of in situation.counted_twice().values() for ean in of]
        )
        await self.async_settle()
        return not (await self._async_situation()).counted_twice()

    async def async_count_as_it_is(self) -> None:
        """Leave what is counted behind headpoints, and do not count those headpoints."""
        situation = await self._async_situation()
        for headpoint, behind in situation.counted_twice().items():
            self._store.decline(grid_feed(ean).behind_key for ean in behind)
            self._store.decline({headpoint.key})
        await self.async_review()

    @property
    def _wants_all(self) -> bool:
        """Whether the user wants meters added by themselves."""
        return bool(self._entry.options.get(CONF_ENERGY_DASHBOARD))

    async def _async_settle_gathered(self) -> None:
        await asyncio.sleep(SECONDS_GATHERED)
        self._is_waiting = False
        await self.async_settle()

    async def _async_append(
        self,
        situation: Situation,
        meters: Mapping[str, Iterable[Feed]],
        counting: Counting,
        beside_others: Container[SourceKind] = frozenset(),
    ) -> dict[Feed, Appended]:
        feeds = [feed for of in meters.values() for feed in of]
        refused = {
            feed: Appended(Outcome.OTHER_SOURCE)
            for feed in feeds
            if feed.kind not in beside_others and situation.counted_behind(feed)
        }
        chosen = [feed for feed in feeds if feed not in refused]
        appended = refused | await async_append(self._hass, chosen, counting, beside_others)
        added = dict(self._store.added)
        for ean, of in meters.items():
            for feed in of:
                added[ean] = added.get(ean, frozenset()) | {*appended[feed].added}
        self._store.keep_added(added)
        return appended

    async def _async_take_in_dashboard(self) -> Situation:
        """Take in what the user did on the dashboard, and return what is the case now."""
        situation = await self._async_situation()
        # At once, before anything else is added that was not shown yet.
        self._store.keep_added(
            {
                ean: frozenset(
                    one
                    for one in added
                    if not one.statistics.isdisjoint(situation.dashboard.counted)
                )
                for ean, added in self._store.added.items()
            }
        )
        self._store.settle(situation.seen())
        return situation

    async def _async_situation(self) -> Situation:
        dashboard = await async_dashboard(self._hass)
        behind = behind_headpoints(self._hass)
        return Situation(
            self._store,
            dashboard,
            self._feeds_beside(behind),
            behind,
            may_have_headpoints_to_come(self._hass),
        )

    def _feeds_beside(self, headpoints: Mapping[str, frozenset[str]]) -> MeterFeeds:
        """Return what the meters give; one behind a headpoint gives only what it produces."""
        behind = frozenset[str]().union(*headpoints.values())
        followed = followed_eans(self._entry)
        return {
            ean: tuple(
                feed
                for feed in self._all_feeds(ean, series)
                if feed.kind is SourceKind.SOLAR or ean not in behind
            )
            for ean, series in sorted(self._store.series.items())
            if ean in followed
        }

    def _all_feeds(self, ean: str, series: frozenset[SeriesKey]) -> tuple[Feed, ...]:
        known = self._feeds.get(ean)
        if known is None or known[0] is not series:
            known = self._feeds[ean] = (series, feeds_of(ean, series))
        return known[1]

    def _offered(self, situation: Situation) -> MeterFeeds:
        if self._wants_all or len(followed_eans(self._entry)) > MOST_METERS_OF_A_HOUSEHOLD:
            return {}
        return situation.offered()

    def _contested(self, situation: Situation) -> MeterFeeds:
        return situation.contested() if self._wants_all else {}

    @callback
    def _report(self, situation: Situation) -> None:
        """Ask about what is left."""
        contested = self._contested(situation)
        twice = situation.counted_twice()
        kinds = {feed.kind for of in contested.values() for feed in of}
        counted = counted_statistics(
            one for kind in kinds for one in situation.dashboard.taken[kind]
        )
        behind = {ean for of in twice.values() for ean in of}
        others = [self._name(statistic) for statistic in counted]
        for subject, meters, sources in (
            (ENERGY_OFFER, self._offered(situation), []),
            (ENERGY_OTHER_SOURCE, contested, others),
            (ENERGY_COUNTED_TWICE, behind, self._titles(feed.ean for feed in twice)),
        ):
            report_energy_dashboard(
                self._hass,
                self._entry,
                subject,
                meters=_listed(self._titles(meters)),
                sources=_listed(sources),
            )
        self._is_to_be_settled = self._wants_all and bool(situation.undecided())

    def _titles(self, eans: Iterable[str]) -> list[str]:
        """Return how meters are named, also those of other contracts."""
        named = list(eans)
        titles = meter_titles(self._entry)
        if not titles.keys() >= {*named}:
            for entry in self._hass.config_entries.async_entries(DOMAIN):
                titles = meter_titles(entry) | titles
        return [titles.get(ean, ean) for ean in named]

    def _name(self, statistic: str) -> str:
        state = self._hass.states.get(statistic)
        return state.name if state else statistic


async def async_watch_dashboard(hass: HomeAssistant) -> None:
    """Let all contracts know when the dashboard is changed."""

    async def on_update() -> None:
        for watch in _watches(hass):
            hass.async_create_task(watch.async_review(), eager_start=False)

    (await async_get_manager(hass)).async_listen_updates(on_update)


def _watches(hass: HomeAssistant) -> list[EnergyWatch]:
    """Return the watches of the contracts that are loaded."""
    entries = hass.config_entries.async_loaded_entries(DOMAIN)
    return [entry.runtime_data.energy for entry in entries]


def _listed(names: Iterable[str]) -> str:
    """Return names in one line, the first few of many."""
    listed = sorted(names)
    more = ["…"] if len(listed) > _NAMES_SHOWN else []
    return ", ".join([*listed[:_NAMES_SHOWN], *more])
