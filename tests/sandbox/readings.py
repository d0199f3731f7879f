"""What every source of an installation measured on a day, before anything went wrong.

Amounts are thousandths (Wh, dm³, VArh), None where a slice has no value. Series are named as in
the totals; `SERIES` says where each one stands in an answer.

- An exclusive-night meter counts from 22:00 to 07:00 local, on its night register alone.
- Inductive energy is three tenths of the active energy, capacitive a twentieth, `reactive` both.
- Sub-headpoints and reactive energy have one register, in the daily values too.
"""

from dataclasses import dataclass, field
from datetime import date

from .arrival import Arrival, electricity_arrival, gas_arrival, headpoint_arrival
from .chance import dice
from .ean import has_injection
from .gas import gas_day, gas_energy
from .household import day_tariff, electricity_day
from .installation import Place, Profile, Source
from .localtime import HOUR, QUARTER, day_bounds, gas_day_bounds, local_time
from .mandate import Detail

type Amount = int | None
type Columns = dict[str, dict[int, Amount]]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a series stands in a slice of an answer."""

    direction: str
    register: str
    unit: str


SERIES: dict[str, Standing] = {
    "gas_volume": Standing("offtake", "total", "m3"),
    "gas_energy": Standing("offtake", "total", "kWh"),
    "offtake": Standing("offtake", "total", "kWh"),
    "offtake_day": Standing("offtake", "day", "kWh"),
    "offtake_night": Standing("offtake", "night", "kWh"),
    "offtake_reactive": Standing("offtake", "reactive", "kVArh"),
    "offtake_inductive": Standing("offtake", "inductive", "kVArh"),
    "offtake_capacitive": Standing("offtake", "capacitive", "kVArh"),
    "injection": Standing("injection", "total", "kWh"),
    "injection_day": Standing("injection", "day", "kWh"),
    "injection_night": Standing("injection", "night", "kWh"),
    "injection_reactive": Standing("injection", "reactive", "kVArh"),
    "injection_inductive": Standing("injection", "inductive", "kVArh"),
    "injection_capacitive": Standing("injection", "capacitive", "kVArh"),
    "production": Standing("production", "total", "kWh"),
    "auxiliary": Standing("auxiliary", "total", "kWh"),
}
_WITH_TARIFFS = ("offtake", "injection")


@dataclass(frozen=True, slots=True)
class DayReadings:
    """One day of one source: amounts by the start of their slice, per series."""

    start: int
    end: int
    length: int
    columns: dict[Detail, Columns] = field(
        default_factory=lambda: {detail: {} for detail in Detail}
    )

    def slices(self, detail: Detail) -> list[tuple[int, int]]:
        """Return the bounds of the slices that this source has, in order."""
        starts = sorted({start for column in self.columns[detail].values() for start in column})
        if detail is Detail.DAILY:
            return [(start, self.end) for start in starts]
        return [(start, start + self.length) for start in starts]


def bounds_of(source: Source, day: date) -> tuple[int, int]:
    """Return the local day, or the gas day, that begins on a date."""
    return gas_day_bounds(day) if source.energy_type == "G" else day_bounds(day)


def arrival_of(source: Source, day: date, now: int) -> Arrival | None:
    """Return the visible version of a day of a source, None before it arrived."""
    if source.energy_type == "G":
        return gas_arrival(source.ean, day, now)
    if source.place is Place.METER:
        return electricity_arrival(source.ean, day, now)
    return headpoint_arrival(source.ean, day, now)


def day_readings(source: Source, day: date, *, definitive: bool) -> DayReadings:
    """Return what a source measured on a day; provisional gas has other kWh."""
    start, end = bounds_of(source, day)
    length = HOUR if source.energy_type == "G" else QUARTER
    readings = DayReadings(start, end, length)
    if not source.answers(start, end):
        return readings
    amounts = _amounts(source, day, definitive=definitive)
    high = day_tariff(day) if source.energy_type == "E" else ()
    for name, column in amounts.items():
        fine = _within(source, range(start, end, length), column)
        readings.columns[Detail.FINE][name] = fine
        for register, value in _daily(source, name, [*fine.items()], high, start):
            readings.columns[Detail.DAILY][register] = {start: value}
    return readings


def _within(source: Source, starts: range, column: tuple[int, ...]) -> dict[int, Amount]:
    """Return the slices of a day that fall in a source's time."""
    if source.start <= starts.start and starts.stop <= source.end:
        return dict(zip(starts, column, strict=True))
    return {
        start: None if source.is_null(start) else amount
        for start, amount in zip(starts, column, strict=True)
        if source.start <= start < source.end or source.is_null(start)
    }


def _daily(
    source: Source,
    name: str,
    slices: list[tuple[int, Amount]],
    high: tuple[bool, ...],
    day_start: int,
) -> list[tuple[str, Amount]]:
    """Return the registers of a day; without a value where no slice has one."""
    if not slices:
        return []
    if source.is_sub or name not in _WITH_TARIFFS:
        return [(name, _sum([amount for _, amount in slices]))]
    if source.profile is Profile.EXCLUSIVE_NIGHT:
        return [(f"{name}_night", _sum([amount for _, amount in slices]))]
    known = any(amount is not None for _, amount in slices)
    by_day = 0
    by_night = 0
    for start, amount in slices:
        if high[(start - day_start) // QUARTER]:
            by_day += amount or 0
        else:
            by_night += amount or 0
    return [
        (f"{name}_day", by_day if known else None),
        (f"{name}_night", by_night if known else None),
    ]


def _sum(amounts: list[Amount]) -> Amount:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None


def _amounts(source: Source, day: date, *, definitive: bool) -> dict[str, tuple[int, ...]]:
    """Return the amounts of a whole day, slice after slice, as if always measured."""
    if source.energy_type == "G":
        return _gas(source, day, definitive=definitive)
    if source.is_sub:
        return _sub(source, day)
    if source.profile is Profile.EXCLUSIVE_NIGHT:
        return {"offtake": _night(source.ean, day)}
    power = electricity_day(source.ean, day)
    found = {"offtake": _share(source, power.offtake)}
    if has_injection(source.ean):
        found["injection"] = _share(source, power.injection)
    if source.reactive:
        for name in list(found):
            inductive = tuple(amount * 3 // 10 for amount in found[name])
            capacitive = tuple(amount // 20 for amount in found[name])
            found[f"{name}_inductive"] = inductive
            found[f"{name}_capacitive"] = capacitive
            found[f"{name}_reactive"] = tuple(map(sum, zip(inductive, capacitive, strict=True)))
    return found


def _gas(source: Source, day: date, *, definitive: bool) -> dict[str, tuple[int, ...]]:
    gas = gas_day(source.ean, day)
    if source.place is Place.HEADPOINT:
        return {"gas_energy": gas_energy(gas, day, definitive=True)}
    energies = gas_energy(gas, day, definitive=definitive)
    return {"gas_volume": _share(source, gas.volumes), "gas_energy": _share(source, energies)}


def _share(source: Source, amounts: tuple[int, ...]) -> tuple[int, ...]:
    if source.profile is Profile.PART:
        return tuple(amount - amount // 4 for amount in amounts)
    return amounts


def _sub(source: Source, day: date) -> dict[str, tuple[int, ...]]:
    if source.place is Place.OFFTAKE:
        return {"offtake": electricity_day(source.ean, day).offtake}
    if source.place is Place.PRODUCTION:
        return {"production": electricity_day(f"541440110000000{source.ean[-3:]}", day).injection}
    chance = dice(f"auxiliary {source.ean} {day.toordinal()}")
    start, end = day_bounds(day)
    return {"auxiliary": tuple(chance.randint(20, 60) for _ in range(start, end, QUARTER))}


def _night(ean: str, day: date) -> tuple[int, ...]:
    chance = dice(f"exclusive night {ean} {day.toordinal()}")
    start, end = day_bounds(day)
    hours = [local_time(instant).hour for instant in range(start, end, QUARTER)]
    return tuple(chance.randint(300, 500) if hour < 7 or hour >= 22 else 0 for hour in hours)
