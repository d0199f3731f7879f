"""A Flemish household's electricity, generated from nothing but the EAN and the day.

Quarter-hours are whole Wh, so the day and night registers add up to them exactly. Offtake and
injection are the net of load and solar power within five-minute thirds of the quarter-hour; both
can be non-zero in one quarter-hour, as on a real meter.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from random import Random

from .chance import dice
from .ean import has_injection
from .localtime import HOUR, ONE_DAY, QUARTER, day_bounds, local_instant, local_time
from .weather import sun_of, weather_of

_DAY_TARIFF_HOURS = range(7, 22)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Household:
    """What an EAN's people own; power in W, `solar` 0 without panels, `car` 0 without a car."""

    base: int
    fridge: int
    scale: float
    car: int
    solar: int


@dataclass(frozen=True, slots=True)
class ElectricityDay:
    """One local day: Wh per quarter-hour from `start` on, and what each register counted.

    `injection` is all zeros where the EAN has no panels.
    """

    start: int
    end: int
    offtake: tuple[int, ...]
    injection: tuple[int, ...]
    offtake_day: int
    offtake_night: int
    injection_day: int
    injection_night: int


@lru_cache(maxsize=256)
def household_of(ean: str) -> Household:
    """Return the household behind an EAN."""
    chance = dice(f"household {ean}")
    base = chance.randint(60, 150)
    fridge = chance.randint(70, 110)
    scale = chance.uniform(0.7, 1.5)
    car = chance.choice((0, 0, 3700, 7400, 7400))
    solar = chance.randint(30, 80) * 100
    return Household(base, fridge, scale, car, solar if has_injection(ean) else 0)


@lru_cache(maxsize=4096)
def electricity_day(ean: str, day: date) -> ElectricityDay:
    """Return the electricity of an EAN on a local day (92, 96 or 100 quarter-hours)."""
    start, end = day_bounds(day)
    household = household_of(ean)
    chance = dice(f"electricity {ean} {day.toordinal()}")
    load = _load(household, day, chance)
    _add_car(load, ean, household, day)
    offtake, injection = _net(load, _solar(household, day, chance), chance)
    tariff = day_tariff(day)
    offtake_day = sum(wh for wh, high in zip(offtake, tariff, strict=True) if high)
    injection_day = sum(wh for wh, high in zip(injection, tariff, strict=True) if high)
    return ElectricityDay(
        start=start,
        end=end,
        offtake=offtake,
        injection=injection,
        offtake_day=offtake_day,
        offtake_night=sum(offtake) - offtake_day,
        injection_day=injection_day,
        injection_night=sum(injection) - injection_day,
    )


@lru_cache(maxsize=4096)
def _hours_of(day: date) -> tuple[int, ...]:
    start, end = day_bounds(day)
    return tuple(local_time(instant).hour for instant in range(start, end, QUARTER))


def day_tariff(day: date) -> tuple[bool, ...]:
    """Tell for every quarter-hour whether the day register counts: weekdays 07:00-22:00 local."""
    weekday = day.weekday() < _SATURDAY
    return tuple(weekday and hour in _DAY_TARIFF_HOURS for hour in _hours_of(day))


def _load(household: Household, day: date, chance: Random) -> list[float]:
    """Return the mean power (W) of every quarter-hour without the car."""
    hours = _hours_of(day)
    weekend = day.weekday() >= _SATURDAY
    dark = 1.2 - 1.6 * sun_of(day).height(12)
    phase = chance.randrange(5)
    load = [
        household.base * (0.9 + 0.2 * chance.random())
        + (household.fridge if (index + phase) % 5 < 2 else 0)
        + household.scale * _habits(hour, dark, weekend=weekend)
        for index, hour in enumerate(hours)
    ]
    for hour, watts, quarters in _appliances(chance, weekend=weekend):
        first = hours.index(hour) + chance.randrange(4)
        for index in range(first, min(first + quarters, len(load))):
            load[index] += household.scale * watts * (0.8 + 0.4 * chance.random())
    return load


def _habits(hour: int, dark: float, *, weekend: bool) -> float:
    """Return the power (W) of lights, screens and small appliances at an hour."""
    if hour < 6:
        return 15
    if hour < 9:
        return 120 if weekend else 190
    if hour < 17:
        return 170 if weekend else 80
    return 200 + 160 * dark if hour < 23 else 90


def _appliances(chance: Random, *, weekend: bool) -> list[tuple[int, int, int]]:
    """Draw the day's heavy use: the hour it starts in, its power (W), its quarter-hours."""
    uses = [
        (chance.choice((8, 9) if weekend else (6, 7)), chance.randint(700, 1500), 2),
        (chance.choice((17, 18)), chance.randint(1200, 2800), chance.randint(2, 5)),
    ]
    if weekend:
        uses.append((chance.choice((11, 12)), chance.randint(1000, 2200), 3))
    if chance.random() < 0.55:
        uses.append((chance.choice((13, 20, 21)), chance.randint(900, 1900), 4))
    if chance.random() < (0.6 if weekend else 0.25):
        uses.append((chance.choice((10, 14, 19)), chance.randint(1200, 2100), 3))
    return uses


def _charging(ean: str, night: date) -> tuple[int, int]:
    """Return when the car charges in the night that begins on a day: on two nights in seven.

    From 22:00-23:45 local on, two to five hours; (0, 0) when it does not.
    """
    chance = dice(f"car {ean} {night.toordinal()}")
    if chance.random() >= 2 / 7:
        return 0, 0
    start = local_instant(night, 22) + QUARTER * chance.randrange(8)
    return start, start + QUARTER * chance.randint(8, 20)


def _add_car(load: list[float], ean: str, household: Household, day: date) -> None:
    if not household.car:
        return
    day_start, _ = day_bounds(day)
    for night in (day - ONE_DAY, day):
        start, end = _charging(ean, night)
        first = max(0, (start - day_start) // QUARTER)
        last = min(len(load), (end - day_start) // QUARTER)
        for index in range(first, last):
            load[index] += household.car


def _solar(household: Household, day: date, chance: Random) -> list[float]:
    """Return the mean solar power (W) of every quarter-hour."""
    start, end = day_bounds(day)
    if not household.solar:
        return [0.0] * ((end - start) // QUARTER)
    sun = sun_of(day)
    clearness = weather_of(day).clearness
    noon = local_instant(day, 12)
    noon_utc = noon // HOUR % 24
    power = []
    for instant in range(start + QUARTER // 2, end, QUARTER):
        height = sun.height(noon_utc + (instant - noon) / HOUR)
        passing_clouds = clearness * (0.7 + 0.6 * chance.random()) if height else 0.0
        power.append(household.solar * 0.95 * height * min(1.0, passing_clouds))
    return power


def _net(
    load: list[float], solar: list[float], chance: Random
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return offtake and injection in Wh per quarter-hour."""
    offtake = []
    injection = []
    for used, produced in zip(load, solar, strict=True):
        if not produced:
            offtake.append(round(used / 4))
            injection.append(0)
            continue
        spread = 0.5 * chance.random()
        balance = used - produced
        swing = spread * (used + produced)
        thirds = (balance - swing, balance, balance + swing)
        offtake.append(round(sum(watts for watts in thirds if watts > 0) / 12))
        injection.append(round(-sum(watts for watts in thirds if watts < 0) / 12))
    return tuple(offtake), tuple(injection)
