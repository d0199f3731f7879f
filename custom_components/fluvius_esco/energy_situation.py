"""How the meters of a contract and the Energy dashboard stand to each other at one moment."""

from collections.abc import Container, Mapping
from dataclasses import dataclass

from .energy_dashboard import Dashboard
from .energy_sources import Feed, SourceKind, feed_key_of, grid_feed
from .energy_store import EnergyStore
from .metering.measures import Measure

type MeterFeeds = dict[str, tuple[Feed, ...]]


@dataclass(frozen=True, slots=True)
class Situation:
    """What the meters can give the dashboard, what it counts, and what was decided of it.

    `behind` are the EANs behind each headpoint. With `waits`, a headpoint may be among the meters
    that are still to be read.
    """

    store: EnergyStore
    dashboard: Dashboard
    feeds: MeterFeeds
    behind: Mapping[str, frozenset[str]]
    waits: bool

    def seen(self) -> set[str]:
        """Return the keys of what the dashboard counts of these meters."""
        known = {feed.key: feed for of in self.feeds.values() for feed in of}
        seen = {key for key in map(feed_key_of, self.dashboard.counted) if key in known}
        return seen | {
            known[key].injection_key
            for key in seen
            if Measure.INJECTION in known[key].measures
            and not known[key].lacks_injection(self.dashboard.counted)
        }

    def undecided(self) -> MeterFeeds:
        """Return what is to be added or asked about, of the grid only once all meters were read."""
        return _chosen(
            {
                ean: tuple(
                    feed
                    for feed in of
                    if not self.store.is_decided(feed.key)
                    and not (self.waits and feed.kind is SourceKind.GRID)
                )
                for ean, of in self.feeds.items()
            }
        )

    def without_injection(self) -> MeterFeeds:
        """Return the meters of which injection came after they had been put on the dashboard.

        Where the user made something else of that source, the injection is the user's as well.
        """
        return _chosen(
            {
                ean: tuple(feed for feed in of if self._is_without_injection(ean, feed))
                for ean, of in self.feeds.items()
            }
        )

    def offered(self) -> MeterFeeds:
        """Return what nothing on the dashboard speaks against."""
        undecided, without_injection = self.undecided(), self.without_injection()
        free = {
            ean: tuple(one for one in undecided.get(ean, ()) if not self.counted_behind(one))
            + without_injection.get(ean, ())
            for ean in self.feeds
        }
        return _only(free, set(SourceKind) - self.dashboard.taken.keys())

    def contested(self) -> MeterFeeds:
        """Return what a source that is not of this integration seems to count."""
        return _only(self.undecided(), self.dashboard.taken)

    def counted_behind(self, feed: Feed) -> set[str]:
        """Return the EANs behind a headpoint that the dashboard counts as connections of their own."""
        if feed.kind is not SourceKind.GRID:
            return set()
        return {ean for ean in self.behind.get(feed.ean, ()) if self._is_counted(grid_feed(ean))}

    def counted_twice(self) -> dict[Feed, set[str]]:
        """Return the headpoints that would be counted a second time, or are, and what is behind."""
        found = {}
        for of in self.feeds.values():
            for feed in of:
                behind = {
                    ean
                    for ean in self.counted_behind(feed)
                    if not self.store.is_decided(grid_feed(ean).behind_key)
                }
                if behind and (self._is_counted(feed) or not self.store.is_decided(feed.key)):
                    found[feed] = behind
        return found

    def _is_counted(self, feed: Feed) -> bool:
        return not feed.statistics.isdisjoint(self.dashboard.counted)

    def _is_without_injection(self, ean: str, feed: Feed) -> bool:
        added = [one for one in self.store.added.get(ean, ()) if one.kind is SourceKind.GRID]
        return (
            bool(added)
            and all(one.energy_to is None for one in added)
            and not self.store.is_decided(feed.injection_key)
            and feed.lacks_injection(self.dashboard.counted)
            and all(self.dashboard.has(one) for one in added)
        )


def _chosen(meters: MeterFeeds) -> MeterFeeds:
    return {ean: of for ean, of in meters.items() if of}


def _only(meters: MeterFeeds, kinds: Container[SourceKind]) -> MeterFeeds:
    return _chosen(
        {ean: tuple(feed for feed in of if feed.kind in kinds) for ean, of in meters.items()}
    )
