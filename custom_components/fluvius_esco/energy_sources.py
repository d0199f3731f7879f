"""Which sources of Home Assistant's Energy dashboard the statistics of a meter make."""

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from .const import DOMAIN
from .metering.measures import Measure, SeriesKey
from .stored_rows import statistic_id

type Source = dict[str, Any]

_COUNTING_FIELDS: Final = ("stat_energy_from", "stat_energy_to")


class SourceKind(StrEnum):
    """What a source stands for; the value is its type on the dashboard."""

    GRID = "grid"
    GAS = "gas"
    SOLAR = "solar"


class Counting(StrEnum):
    """Whether the offtake and the injection are counted as a whole, or by their registers."""

    TOTAL = "total"
    DAY_NIGHT = "day_night"


_KINDS: Final = {
    Measure.OFFTAKE: SourceKind.GRID,
    Measure.INJECTION: SourceKind.GRID,
    Measure.OFFTAKE_DAY: SourceKind.GRID,
    Measure.OFFTAKE_NIGHT: SourceKind.GRID,
    Measure.INJECTION_DAY: SourceKind.GRID,
    Measure.INJECTION_NIGHT: SourceKind.GRID,
    Measure.GAS_ENERGY: SourceKind.GAS,
    Measure.GAS_VOLUME: SourceKind.GAS,
    Measure.PRODUCTION: SourceKind.SOLAR,
}
_TOTALS: Final = ((Measure.OFFTAKE, Measure.INJECTION),)
_REGISTERS: Final = (
    (Measure.OFFTAKE_DAY, Measure.INJECTION_DAY),
    (Measure.OFFTAKE_NIGHT, Measure.INJECTION_NIGHT),
)


@dataclass(frozen=True, slots=True)
class Counted:
    """What a source counts: the statistics of the energy that comes and of the energy that goes."""

    kind: SourceKind
    energy_from: str | None
    energy_to: str | None = None

    @property
    def statistics(self) -> frozenset[str]:
        """The ids of both."""
        return frozenset(one for one in (self.energy_from, self.energy_to) if one is not None)

    def is_count_of(self, source: Source) -> bool:
        """Whether a source counts exactly this: the user may have filled in prices, or a name.

        One that got a power sensor counts more than that.
        """
        return (
            source.get("type") == self.kind
            and source.get("stat_energy_from") == self.energy_from
            and source.get("stat_energy_to") == self.energy_to
            and "stat_rate" not in source
            and "power_config" not in source
        )

    def source(self) -> Source:
        """Return the source as the dashboard stores it; its prices are the user's to fill in."""
        match self.kind:
            case SourceKind.GRID:
                return {
                    "type": "grid",
                    "stat_energy_from": self.energy_from,
                    "stat_energy_to": self.energy_to,
                    "stat_cost": None,
                    "entity_energy_price": None,
                    "number_energy_price": None,
                    "stat_compensation": None,
                    "entity_energy_price_export": None,
                    "number_energy_price_export": None,
                    "cost_adjustment_day": 0.0,
                }
            case SourceKind.GAS:
                return {
                    "type": "gas",
                    "stat_energy_from": self.energy_from,
                    "stat_cost": None,
                    "entity_energy_price": None,
                    "number_energy_price": None,
                }
            case SourceKind.SOLAR:
                return {
                    "type": "solar",
                    "stat_energy_from": self.energy_from,
                    "config_entry_solar_forecast": None,
                }


@dataclass(frozen=True, slots=True)
class Feed:
    """What one EAN gives the dashboard of one kind; `measures` are those that have a statistic."""

    kind: SourceKind
    ean: str
    measures: frozenset[Measure]

    @property
    def key(self) -> str:
        """What it is remembered by, whatever else comes to be measured."""
        return feed_key(self.kind, self.ean)

    @property
    def injection_key(self) -> str:
        """What its injection is remembered by, which may come long after the offtake."""
        return f"injection_{self.ean}"

    @property
    def behind_key(self) -> str:
        """What it is remembered by that it may be counted, though it is behind a headpoint."""
        return f"behind_{self.ean}"

    @property
    def has_registers(self) -> bool:
        """Whether day and night together count all that the totals do."""
        if self.kind is not SourceKind.GRID:
            return False
        offtake, injection = zip(*_REGISTERS, strict=True)
        return self.measures.issuperset(offtake) and (
            Measure.INJECTION not in self.measures or self.measures.issuperset(injection)
        )

    @property
    def statistics(self) -> frozenset[str]:
        """The ids of all statistics of the same energy: with one of them, it is counted."""
        return frozenset(
            statistic_id(self.ean, measure) for measure, kind in _KINDS.items() if kind is self.kind
        )

    def lacks_injection(self, counted: Set[str]) -> bool:
        """Whether the injection is measured and, unlike the offtake, none of these statistics."""
        offtake, injection = (
            {statistic_id(self.ean, measure) for measure in one}
            for one in zip(*_TOTALS, *_REGISTERS, strict=True)
        )
        return (
            Measure.INJECTION in self.measures
            and injection.isdisjoint(counted)
            and not offtake.isdisjoint(counted)
        )

    def missing(self, counted: Set[str], counting: Counting) -> tuple[Counted, ...]:
        """Return what has to be added where these statistics are counted already.

        With a part of the energy all of it counts as counted, except for an injection that came
        later than the offtake.
        """
        if self.statistics.isdisjoint(counted):
            return self.counted(counting)
        if not self.lacks_injection(counted):
            return ()
        return tuple(replace(one, energy_from=None) for one in self.counted(counting))

    def counted(self, counting: Counting) -> tuple[Counted, ...]:
        """Return what its sources count; the totals where the registers do not tell all."""
        match self.kind:
            case SourceKind.GRID:
                by_register = counting is Counting.DAY_NIGHT and self.has_registers
                pairs = _REGISTERS if by_register else _TOTALS
                return tuple(
                    Counted(self.kind, self._statistic(offtake), self._statistic(injection))
                    for offtake, injection in pairs
                )
            case SourceKind.GAS:
                energy = self._statistic(Measure.GAS_ENERGY)
                return (Counted(self.kind, energy or self._statistic(Measure.GAS_VOLUME)),)
            case SourceKind.SOLAR:
                return (Counted(self.kind, self._statistic(Measure.PRODUCTION)),)

    def _statistic(self, measure: Measure) -> str | None:
        return statistic_id(self.ean, measure) if measure in self.measures else None


def grid_feed(ean: str, *measures: Measure) -> Feed:
    """Return what an EAN takes from and gives to the grid."""
    return Feed(SourceKind.GRID, ean, frozenset(measures))


def feed_key(kind: SourceKind, ean: str) -> str:
    """Return what the feed of an EAN is remembered by."""
    return f"{kind}_{ean}"


def feed_key_of(statistic: str) -> str | None:
    """Return the key of the feed that a statistic is a part of, None if it is of something else."""
    domain, _, name = statistic.partition(":")
    ean, _, measure = name.partition("_")
    kind = _KINDS.get(Measure(measure)) if domain == DOMAIN and measure in Measure else None
    return feed_key(kind, ean) if kind else None


def feeds_of(ean: str, series: Iterable[SeriesKey]) -> tuple[Feed, ...]:
    """Return what a meter gives the dashboard, by all series that are read of it.

    Of its sub-headpoints that is their production: what they take from the grid is in what the
    headpoint takes.
    """
    measures: dict[tuple[str, SourceKind], set[Measure]] = {}
    for key in series:
        kind = _KINDS.get(key.measure)
        if kind is SourceKind.SOLAR or (kind is not None and key.ean == ean):
            measures.setdefault((key.ean, kind), set()).add(key.measure)
    feeds = (Feed(kind, of, frozenset(found)) for (of, kind), found in sorted(measures.items()))
    return tuple(feed for feed in feeds if feed.kind is not SourceKind.GRID or _has_total(feed))


def counted_statistics(sources: Iterable[Source]) -> set[str]:
    """Return the ids of the statistics whose energy is counted by these sources."""
    return {
        statistic
        for source in sources
        for field in _COUNTING_FIELDS
        if isinstance(statistic := source.get(field), str)
    }


def others(sources: Iterable[Source], kind: SourceKind) -> list[Source]:
    """Return the sources of a kind that count something else than this integration's statistics."""
    return [
        source
        for source in sources
        if source.get("type") == kind
        and any(not one.startswith(f"{DOMAIN}:") for one in counted_statistics([source]))
    ]


def _has_total(feed: Feed) -> bool:
    return not feed.measures.isdisjoint(_TOTALS[0])
