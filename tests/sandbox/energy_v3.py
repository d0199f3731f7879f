"""V3 energy answers of every kind of installation, after all that its scene says.

A slice is answered when it lies wholly in the mandate's data period and
- readTime: wholly in the requested period (guide: `to` is the instant of the last index used);
- insertTime: when the visible version of it arrived, or a correction of it was inserted, in
  [from, to); a correction can bring the whole day along.
Slices come in the order of time unless the scene shuffles them. A granularity that was not asked
for, or that no mandate gives, is left out; one without readings is an empty list.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zlib import crc32

from .arrival import oldest_day_arriving_after
from .ean import EnergyType
from .installation import Installation, Place, Source
from .localtime import ONE_DAY, instant_to_wire, local_day
from .mandate import Detail, is_within
from .readings import SERIES, bounds_of
from .scenes import Scene
from .visible import Cell, VisibleDay, VisibleSlice

type Json = dict[str, Any]
type Periods = list[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyQuery:
    """An energy request that was found valid and covered.

    `periods` holds the readable periods of every granularity to answer; instants in seconds UTC.
    """

    ean: str
    energy_type: EnergyType
    start: int
    end: int
    by_arrival: bool
    active: bool
    periods: dict[Detail, Periods]
    now: int
    reactive: bool = True
    scene: Scene = field(default_factory=Scene)

    def asks_for(self, series: str) -> bool:
        """Tell whether a series belongs to the answer by its kind of energy."""
        if self.energy_type == "G":
            return True
        return self.reactive if SERIES[series].unit == "kVArh" else self.active

    def wants(self, inserted: frozenset[int]) -> bool:
        """Tell whether a slice belongs to the answer by when anything of it was inserted."""
        return not self.by_arrival or any(self.start <= at < self.end for at in inserted)

    def covers(self, detail: Detail, start: int, end: int) -> bool:
        """Tell whether a slice belongs to the answer by when it was measured."""
        if not self.by_arrival and not (self.start <= start and end <= self.end):
            return False
        return is_within(self.periods[detail], start, end)

    def days(self) -> list[date]:
        """Return every local day that the answer can hold readings of, in order."""
        first = local_day(self.start) - ONE_DAY
        last = local_day(min(self.end, self.now))
        if not self.by_arrival:
            return [first + ONE_DAY * index for index in range((last - first).days + 1)]
        first = oldest_day_arriving_after(first)
        arriving = {first + ONE_DAY * index for index in range((last - first).days + 1)}
        return sorted(arriving | {*self.scene.days_with_news(self.start, self.end)})


@dataclass(frozen=True, slots=True)
class _Entry:
    """A slice on its way into an answer; an outdated one goes before the right one."""

    start: int
    is_outdated: bool
    slice: Json


def headpoint(query: EnergyQuery) -> Json:
    """Return the headpoint of an answer."""
    installation = query.scene.installed(query.ean, query.energy_type)
    answer: Json = {
        "$type": installation.wire_type,
        "ean": query.ean,
        "energyType": query.energy_type,
    }
    meters: list[Json] = []
    subs: list[Json] = []
    for source in installation.sources:
        series = source.identity | _series(query, installation, source)
        if source.place is Place.HEADPOINT:
            answer |= series
        else:
            (subs if source.is_sub else meters).append(series)
    if meters:
        answer["physicalMeters"] = meters
    if installation.wire_type != "metering-on-meter":
        answer["subHeadpoints"] = subs
    return answer


def _series(query: EnergyQuery, installation: Installation, source: Source) -> Json:
    fine = "hourlyEnergy" if source.energy_type == "G" else "quarterHourlyEnergy"
    names = {Detail.DAILY: "dailyEnergy", Detail.FINE: fine}
    entries: dict[Detail, list[_Entry]] = {detail: [] for detail in query.periods}
    for day in query.days():
        visible = VisibleDay(query.scene, installation, source, day, query.now)
        brought_along = _brought_along(query, source, day)
        for detail, into in entries.items():
            for part in visible.slices(detail):
                if not query.covers(detail, part.start, part.end):
                    continue
                if not query.wants(part.inserted | brought_along):
                    continue
                into.extend(_entries(query, source, detail, part, definitive=visible.definitive))
    return {names[detail]: _in_order(query, found) for detail, found in entries.items()}


def _brought_along(query: EnergyQuery, source: Source, day: date) -> frozenset[int]:
    """Return the instants of the corrections that bring a whole day along."""
    bounds = bounds_of(source, day)
    return frozenset(
        found.inserted
        for found in query.scene.corrections
        if found.whole_day and found.inserted <= query.now and found.overlaps(*bounds)
    )


def _entries(
    query: EnergyQuery, source: Source, detail: Detail, part: VisibleSlice, *, definitive: bool
) -> Iterator[_Entry]:
    cells = {name: cell for name, cell in part.cells.items() if query.asks_for(name)}
    if not cells:
        return
    factor = None
    if source.energy_type == "G" and source.place is Place.METER:
        factor = "D" if definitive else "P"
    for found in query.scene.repeats:
        if found.source in {None, source.name} and any(
            found.holds(name, detail, part.start, part.end) for name in cells
        ):
            old = {name: Cell(found.outdated, cell.state) for name, cell in cells.items()}
            yield _Entry(part.start, True, _slice(part, old, factor))
    yield _Entry(part.start, False, _slice(part, cells, factor))


def _in_order(query: EnergyQuery, entries: list[_Entry]) -> list[Json]:
    if query.scene.shuffled:
        entries.sort(key=lambda entry: (not entry.is_outdated, crc32(b"%d" % entry.start)))
    return [entry.slice for entry in entries]


def _slice(part: VisibleSlice, cells: Mapping[str, Cell], factor: str | None) -> Json:
    """Return a slice; cubic metres stand in a measurement of their own, before the kWh."""
    measurements: dict[bool, Json] = {}
    for name, cell in cells.items():
        standing = SERIES[name]
        reading = {
            "value": None if cell.value is None else cell.value / 1000,
            "unit": standing.unit,
            "validationState": cell.state,
        }
        if factor is not None and standing.unit == "kWh":
            reading["gasConversionFactor"] = factor
        measurement = measurements.setdefault(standing.unit == "m3", {})
        measurement.setdefault(standing.direction, {})[standing.register] = reading
    return {
        "start": instant_to_wire(part.start),
        "end": instant_to_wire(part.end),
        "measurements": list(measurements.values()),
    }
