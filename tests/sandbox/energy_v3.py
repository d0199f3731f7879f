"""V3 energy answers of a digital meter (`metering-on-meter`).

A slice is answered when it lies wholly in the mandate's data period and
- readTime: wholly in the requested period (guide: `to` is the instant of the last index used);
- insertTime: when the visible version of its day arrived in [from, to).
Slices come in the order of time. A granularity that was not asked for, or that no mandate gives,
is left out; one without readings is an empty list.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from .arrival import Arrival, electricity_arrival, gas_arrival, oldest_day_arriving_after
from .ean import EnergyType, has_injection
from .gas import gas_day, gas_energy
from .household import electricity_day
from .localtime import HOUR, ONE_DAY, QUARTER, instant_to_wire, local_day
from .mandates import Detail, is_within

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

    def wants(self, arrival: Arrival) -> bool:
        """Tell whether a day's readings belong to the answer by when they arrived."""
        return not self.by_arrival or self.start <= arrival.instant < self.end

    def covers(self, detail: Detail, start: int, end: int) -> bool:
        """Tell whether a slice belongs to the answer by when it was measured."""
        if not self.by_arrival and not (self.start <= start and end <= self.end):
            return False
        return is_within(self.periods[detail], start, end)

    def days(self) -> Iterator[date]:
        """Go through every local day that the answer can hold readings of."""
        first = local_day(self.start) - ONE_DAY
        if self.by_arrival:
            first = oldest_day_arriving_after(first)
        day = first
        last = local_day(min(self.end, self.now))
        while day <= last:
            yield day
            day += ONE_DAY


def headpoint(query: EnergyQuery) -> Json:
    """Return the headpoint of an answer, with its one physical meter."""
    gas = query.energy_type == "G"
    meter: Json = {
        "seqNumber": "1",
        "meterID": f"{'1FLO11' if gas else '1SAG11'}{query.ean[-8:]}",
    }
    meter |= _gas_series(query) if gas else _electricity_series(query)
    return {
        "$type": "metering-on-meter",
        "ean": query.ean,
        "energyType": query.energy_type,
        "physicalMeters": [meter],
    }


def _electricity_series(query: EnergyQuery) -> Json:
    names = {Detail.DAILY: "dailyEnergy", Detail.FINE: "quarterHourlyEnergy"}
    slices: dict[Detail, list[Json]] = {detail: [] for detail in query.periods}
    if query.active:
        for day in _arrived_days(query):
            for detail, into in slices.items():
                into.extend(_electricity_slices(query, detail, day))
    return {names[detail]: found for detail, found in slices.items()}


def _arrived_days(query: EnergyQuery) -> Iterator[date]:
    for day in query.days():
        arrival = electricity_arrival(query.ean, day, query.now)
        if arrival is not None and query.wants(arrival):
            yield day


def _electricity_slices(query: EnergyQuery, detail: Detail, day: date) -> Iterator[Json]:
    readings = electricity_day(query.ean, day)
    injects = has_injection(query.ean)
    if detail is Detail.DAILY:
        if not query.covers(detail, readings.start, readings.end):
            return
        directions = {"offtake": _registers(readings.offtake_day, readings.offtake_night)}
        if injects:
            directions["injection"] = _registers(readings.injection_day, readings.injection_night)
        yield _slice(readings.start, readings.end, [directions])
        return
    whole = query.covers(detail, readings.start, readings.end)
    start = readings.start
    for offtake, injection in zip(readings.offtake, readings.injection, strict=True):
        end = start + QUARTER
        if whole or query.covers(detail, start, end):
            directions = {"offtake": {"total": _energy(offtake)}}
            if injects:
                directions["injection"] = {"total": _energy(injection)}
            yield _slice(start, end, [directions])
        start = end


def _gas_series(query: EnergyQuery) -> Json:
    names = {Detail.DAILY: "dailyEnergy", Detail.FINE: "hourlyEnergy"}
    slices: dict[Detail, list[Json]] = {detail: [] for detail in query.periods}
    for day in query.days():
        arrival = gas_arrival(query.ean, day, query.now)
        if arrival is None or not query.wants(arrival):
            continue
        for detail, into in slices.items():
            into.extend(_gas_slices(query, detail, day, definitive=arrival.definitive))
    return {names[detail]: found for detail, found in slices.items()}


def _gas_slices(
    query: EnergyQuery, detail: Detail, day: date, *, definitive: bool
) -> Iterator[Json]:
    gas = gas_day(query.ean, day)
    energies = gas_energy(gas, day, definitive=definitive)
    parts: Iterable[tuple[int, int, int, int]] = (
        [(gas.start, gas.end, sum(gas.volumes), sum(energies))]
        if detail is Detail.DAILY
        else [
            (gas.start + index * HOUR, gas.start + (index + 1) * HOUR, volume, energy)
            for index, (volume, energy) in enumerate(zip(gas.volumes, energies, strict=True))
        ]
    )
    factor = "D" if definitive else "P"
    for start, end, volume, energy in parts:
        if query.covers(detail, start, end):
            cubic_metres = {"value": volume / 1000, "unit": "m3", "validationState": "READ"}
            kilowatt_hours = _energy(energy) | {"gasConversionFactor": factor}
            measurements: list[Json] = [
                {"offtake": {"total": cubic_metres}},
                {"offtake": {"total": kilowatt_hours}},
            ]
            yield _slice(start, end, measurements)


def _slice(start: int, end: int, measurements: list[Json]) -> Json:
    return {
        "start": instant_to_wire(start),
        "end": instant_to_wire(end),
        "measurements": measurements,
    }


def _registers(day: int, night: int) -> Json:
    return {"day": _energy(day), "night": _energy(night)}


def _energy(watt_hours: int) -> Json:
    return {"value": watt_hours / 1000, "unit": "kWh", "validationState": "READ"}
