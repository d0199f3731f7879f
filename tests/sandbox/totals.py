"""What every statistic of an EAN must add up to by what Fluvius last said, in thousandths.

Worked out series by series from the generators and the scene, without the code that answers. Of
each day of a series the quarter-hours (gas: hours) count when every one is known; else the daily
value when it is known; else the quarter-hours that are. Booked by the Belgian month (or day) of
the start: of the slice, or of the day (gas: 06:00) for a daily value. Day and night registers are
daily values. Known is what is visible now, in the data period and not null. A total that a meter
tells by its registers only is known when none of these is null. Meters add up, of which some may
be unknown; a slice that the headpoint has is the headpoint's alone.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from .ean import EnergyType, has_injection
from .installation import Place, Source
from .localtime import HOUR, ONE_DAY, QUARTER, day_bounds, gas_day_bounds, local_day
from .mandate import Detail, Mandate, is_within, known_until, readable_periods
from .readings import Amount, DayReadings, arrival_of, day_readings
from .scenes import Correction, Delay, Scene

type Sums = dict[str, dict[str, int]]
type Known = dict[int, Amount]

_SUB_SERIES = {
    Place.PRODUCTION: "production",
    Place.AUXILIARY: "auxiliary",
    Place.OFFTAKE: "offtake",
}
_REACTIVE = ("reactive", "inductive", "capacitive")


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalsQuery:
    """Which totals: what begins in [start, end); instants in seconds UTC.

    `headpoint` is the EAN that the mandates are of: the same, but for a sub-headpoint's.
    """

    ean: str
    headpoint: str
    energy_type: EnergyType
    scene: Scene
    periods: dict[Detail, list[tuple[int, int]]]
    start: int
    end: int
    now: int
    by_day: bool

    def sources(self) -> list[Source]:
        """Return where the energy of the EAN is measured."""
        every = self.scene.installed(self.headpoint, self.energy_type).sources
        if self.ean == self.headpoint:
            return [source for source in every if not source.is_sub]
        return [source for source in every if source.is_sub and source.ean == self.ean]

    def days(self) -> Iterator[date]:
        """Go through every day that can have readings."""
        starts = [start for periods in self.periods.values() for start, _ in periods]
        if not starts:
            return
        day = local_day(max(self.start, min(starts))) - ONE_DAY
        last = local_day(min(self.end, self.now))
        while day <= last:
            yield day
            day += ONE_DAY

    def bounds(self, day: date) -> tuple[int, int]:
        """Return the local day, or the gas day, that begins on a date."""
        return gas_day_bounds(day) if self.energy_type == "G" else day_bounds(day)

    def series(self) -> list[str]:
        """Return the names of the EAN's statistics."""
        sources = self.sources()
        if self.ean != self.headpoint:
            return [_SUB_SERIES[source.place] for source in sources]
        if self.energy_type == "G":
            metered = any(source.place is Place.METER for source in sources)
            return ["gas_energy", "gas_volume"] if metered else ["gas_energy"]
        registers = ["", "_day", "_night"]
        if any(source.reactive for source in sources):
            registers += [f"_{kind}" for kind in _REACTIVE]
        directions = ("offtake", "injection") if has_injection(self.ean) else ("offtake",)
        return [f"{name}{register}" for name in directions for register in registers]


def totals_query(
    ean: str,
    mandates: list[Mandate],
    scene: Scene,
    *,
    start: int,
    end: int,
    now: int,
    by_day: bool,
) -> TotalsQuery:
    """Build a query from the mandates and the scene of an EAN, or of its headpoint."""
    return TotalsQuery(
        ean=ean,
        headpoint=mandates[0].ean,
        energy_type=mandates[0].energy_type,
        scene=scene,
        periods={detail: readable_periods(mandates, detail) for detail in Detail},
        start=start,
        end=end,
        now=known_until(mandates, now),
        by_day=by_day,
    )


def totals(query: TotalsQuery) -> dict[str, dict[str, float]]:
    """Return the sums of every series in its own unit (kWh, m³, kVArh) by month or day."""
    sums: Sums = {name: defaultdict(int) for name in query.series()}
    for day in query.days():
        sayings = [_Saying(query, source, day) for source in query.sources()]
        for name, booked in sums.items():
            for instant, amount in _counted(query, sayings, name, day):
                if query.start <= instant < query.end:
                    period = local_day(instant).isoformat()
                    booked[period if query.by_day else period[:7]] += amount
    return {
        name: {period: amount / 1000 for period, amount in sorted(periods.items())}
        for name, periods in sums.items()
    }


def _counted(
    query: TotalsQuery, sayings: list[_Saying], name: str, day: date
) -> list[tuple[int, int]]:
    """Return what counts of a series on a day, by the instant it is booked at."""
    start, end = query.bounds(day)
    fine = _together(query, sayings, name, Detail.FINE)
    known = [(instant, amount) for instant, amount in fine.items() if amount is not None]
    if len(known) == (end - start) // (HOUR if query.energy_type == "G" else QUARTER):
        return known
    daily = _together(query, sayings, name, Detail.DAILY).get(start)
    return known if daily is None else [(start, daily)]


def _together(query: TotalsQuery, sayings: list[_Saying], name: str, detail: Detail) -> Known:
    """Return the values of a series of all sources in the data period."""
    whole: Known = {}
    for saying in sayings:
        if saying.source.place is Place.HEADPOINT:
            continue
        for instant, amount in saying.said(name, detail).items():
            before = whole.get(instant)
            whole[instant] = amount if before is None else before + (amount or 0)
    for saying in sayings:
        if saying.source.place is Place.HEADPOINT:
            whole |= saying.said(name, detail)
    length = None if detail is Detail.DAILY else HOUR if query.energy_type == "G" else QUARTER
    return {
        instant: amount
        for instant, amount in whole.items()
        if is_within(
            query.periods[detail],
            instant,
            instant + length if length else query.bounds(local_day(instant))[1],
        )
    }


class _Saying:
    """What one source says of one day."""

    def __init__(self, query: TotalsQuery, source: Source, day: date) -> None:
        """Look at the day and at what happened to it."""
        start, end = query.bounds(day)
        self.source = source
        self._query = query
        self._arrival = arrival_of(source, day, query.now)
        definitive = self._arrival is not None and self._arrival.definitive
        self._readings: DayReadings = day_readings(source, day, definitive=definitive)
        self._corrections = [
            found
            for found in query.scene.corrections
            if found.inserted <= query.now and found.start < end and found.end > start
        ]
        self._delays = [
            found for found in query.scene.delays if found.start < end and found.end > start
        ]

    def said(self, name: str, detail: Detail) -> Known:
        """Return what is visible of a series; a daily total also by its registers."""
        own = self._visible(name, detail)
        if detail is Detail.FINE or name not in {"offtake", "injection"}:
            return own
        registers = [self._visible(f"{name}_{part}", detail) for part in ("day", "night")]
        for start in {start for register in registers for start in register} - own.keys():
            amounts = [register[start] for register in registers if start in register]
            known = [amount for amount in amounts if amount is not None]
            own[start] = sum(known) if len(known) == len(amounts) else None
        return own

    def _visible(self, name: str, detail: Detail) -> Known:
        column = self._readings.columns[detail].get(name, {})
        if not self._corrections and not self._delays:
            return dict(column) if self._arrival else {}
        visible = {}
        for start, measured in column.items():
            end = self._readings.end
            if detail is Detail.FINE:
                end = start + self._readings.length
            at = self._arrived_at(name, detail, start, end)
            corrections = self._correcting(name, detail, start, end)
            if corrections and (at is None or corrections[-1].inserted >= at):
                length = 0 if detail is Detail.DAILY else self._readings.length
                visible[start] = corrections[-1].value_at(start, length)
            elif at is not None:
                visible[start] = measured
        return visible

    def _correcting(self, name: str, detail: Detail, start: int, end: int) -> list[Correction]:
        """Return the corrections of a value, the last inserted one last."""
        query = self._query
        leading = query.scene.installed(query.headpoint, query.energy_type).leading(start, end)
        return sorted(
            (
                found
                for found in self._corrections
                if found.values is not None
                and _concerns(found, name, detail, start, end)
                and (
                    found.source == self.source.name
                    or (found.source, leading) == (None, self.source.name)
                )
            ),
            key=lambda found: found.inserted,
        )

    def _arrived_at(self, name: str, detail: Detail, start: int, end: int) -> int | None:
        """Return when a value arrived, None when it did not."""
        at = None if self._arrival is None else self._arrival.instant
        for found in reversed(self._delays):
            if found.source not in {None, self.source.name}:
                continue
            if _concerns(found, name, detail, start, end):
                late = found.until is None or found.until > self._query.now
                return None if at is None or late else max(at, found.until or at)
        return at


def _concerns(span: Correction | Delay, name: str, detail: Detail, start: int, end: int) -> bool:
    if span.series is not None and span.series != name:
        return False
    if span.detail is not None and span.detail is not detail:
        return False
    return span.start <= start and span.end >= end
