"""What every statistic of a meter must add up to: straight from the generators, in whole Wh.

Booked by the Belgian month (or day) of a slice's start: quarter-hours and gas hours where a
mandate gives them, else the day's value at local midnight (gas: 06:00). Where only a part of a
day's quarter-hours can be read and the day itself can too, the day counts. Day and night
registers are daily values. Only what has arrived counts.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from .arrival import electricity_arrival, gas_arrival
from .ean import EnergyType, has_injection
from .gas import gas_day, gas_energy
from .household import electricity_day
from .localtime import HOUR, ONE_DAY, QUARTER, local_day
from .mandates import Detail, Mandate, is_within, readable_periods

type Sums = dict[str, dict[str, int]]
type Book = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalsQuery:
    """Which totals of a meter: slices wholly in [start, end); instants in seconds UTC."""

    ean: str
    energy_type: EnergyType
    daily: list[tuple[int, int]]
    fine: list[tuple[int, int]]
    start: int
    end: int
    now: int
    by_day: bool

    def day_readable(self, start: int, end: int) -> bool:
        """Tell whether a daily slice counts."""
        return self._asked(start, end) and is_within(self.daily, start, end)

    def slice_readable(self, start: int, end: int) -> bool:
        """Tell whether a quarter-hour or an hour counts."""
        return self._asked(start, end) and is_within(self.fine, start, end)

    def days(self) -> Iterator[date]:
        """Go through every day that can have readings."""
        starts = [start for start, _ in (*self.daily, *self.fine)]
        if not starts:
            return
        day = local_day(max(self.start, min(starts))) - ONE_DAY
        last = local_day(min(self.end, self.now))
        while day <= last:
            yield day
            day += ONE_DAY

    def _asked(self, start: int, end: int) -> bool:
        return self.start <= start and end <= self.end


def totals_query(
    ean: str, mandates: list[Mandate], *, start: int, end: int, now: int, by_day: bool
) -> TotalsQuery:
    """Build a query from a meter's mandates."""
    return TotalsQuery(
        ean=ean,
        energy_type=mandates[0].energy_type,
        daily=readable_periods(mandates, Detail.DAILY),
        fine=readable_periods(mandates, Detail.FINE),
        start=start,
        end=end,
        now=now,
        by_day=by_day,
    )


def totals(query: TotalsQuery) -> dict[str, dict[str, float]]:
    """Return the sums of every series in kWh (gas volume: m³) by month or day."""
    series = _series_of(query)
    sums: Sums = {name: defaultdict(int) for name in series}

    def book(name: str, instant: int, amount: int) -> None:
        if name in sums:
            day = local_day(instant).isoformat()
            sums[name][day if query.by_day else day[:7]] += amount

    if query.energy_type == "G":
        _book_gas(query, book)
    else:
        _book_electricity(query, book)
    return {
        name: {period: amount / 1000 for period, amount in sorted(periods.items())}
        for name, periods in sums.items()
    }


def _series_of(query: TotalsQuery) -> Iterable[str]:
    if query.energy_type == "G":
        return ("gas_energy", "gas_volume")
    directions = ("offtake", "injection") if has_injection(query.ean) else ("offtake",)
    return [f"{name}{register}" for name in directions for register in ("", "_day", "_night")]


def _book_electricity(query: TotalsQuery, book: Book) -> None:
    for day in query.days():
        if electricity_arrival(query.ean, day, query.now) is None:
            continue
        power = electricity_day(query.ean, day)
        daily = query.day_readable(power.start, power.end)
        if daily:
            book("offtake_day", power.start, power.offtake_day)
            book("offtake_night", power.start, power.offtake_night)
            book("injection_day", power.start, power.injection_day)
            book("injection_night", power.start, power.injection_night)
        if daily or query.slice_readable(power.start, power.end):
            book("offtake", power.start, sum(power.offtake))
            book("injection", power.start, sum(power.injection))
            continue
        quarters = zip(power.offtake, power.injection, strict=True)
        for index, (offtake, injection) in enumerate(quarters):
            start = power.start + index * QUARTER
            if query.slice_readable(start, start + QUARTER):
                book("offtake", start, offtake)
                book("injection", start, injection)


def _book_gas(query: TotalsQuery, book: Book) -> None:
    for day in query.days():
        arrival = gas_arrival(query.ean, day, query.now)
        if arrival is None:
            continue
        gas = gas_day(query.ean, day)
        energies = gas_energy(gas, day, definitive=arrival.definitive)
        hourly = query.slice_readable(gas.start, gas.end)
        if not hourly and query.day_readable(gas.start, gas.end):
            book("gas_volume", gas.start, sum(gas.volumes))
            book("gas_energy", gas.start, sum(energies))
            continue
        hours = zip(gas.volumes, energies, strict=True)
        for index, (volume, energy) in enumerate(hours):
            start = gas.start + index * HOUR
            if hourly or query.slice_readable(start, start + HOUR):
                book("gas_volume", start, volume)
                book("gas_energy", start, energy)
