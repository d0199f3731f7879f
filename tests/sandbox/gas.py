"""A Flemish household's gas: whole dm³ per hour of a gas day, and the kWh (in Wh) made of them."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from .chance import dice
from .localtime import HOUR, gas_day_bounds, local_time
from .weather import weather_of

_HEATING_LIMIT = 15.5


@dataclass(frozen=True, slots=True)
class GasDay:
    """One gas day (06:00 to 06:00 local): dm³ per hour from `start` on."""

    start: int
    end: int
    volumes: tuple[int, ...]


@lru_cache(maxsize=4096)
def gas_day(ean: str, day: date) -> GasDay:
    """Return the gas of an EAN on the gas day that begins on a local day (23, 24 or 25 hours)."""
    start, end = gas_day_bounds(day)
    house = dice(f"gas {ean}")
    heat_loss = house.uniform(0.35, 0.8)
    hot_water = house.uniform(0.15, 0.4)
    degrees = max(0.0, _HEATING_LIMIT - weather_of(day).temperature)
    chance = dice(f"gas {ean} {day.toordinal()}")
    weekend = day.weekday() >= 5
    hours = [local_time(instant).hour for instant in range(start, end, HOUR)]
    shares = [_heating_share(hour, weekend=weekend) for hour in hours]
    volumes = []
    for hour, share in zip(hours, shares, strict=True):
        heating = heat_loss * degrees * share * (0.8 + 0.4 * chance.random())
        water = hot_water * _water_share(hour) * (0.4 + 1.2 * chance.random())
        volumes.append(round(1000 * (heating + water)))
    return GasDay(start, end, tuple(volumes))


def _heating_share(hour: int, *, weekend: bool) -> float:
    """Return the part of the day's heating that falls in an hour."""
    if hour in {6, 7, 8}:
        return 0.09
    if hour in range(17, 22):
        return 0.08
    if hour in range(9, 17):
        return 0.045 if weekend else 0.025
    return 0.01


def _water_share(hour: int) -> float:
    """Return the part of the day's hot water that falls in an hour."""
    if hour in {7, 8}:
        return 0.25
    if hour in {18, 19, 20, 21}:
        return 0.1
    return 0.0 if hour in {0, 1, 2, 3, 4, 5} else 0.02


@lru_cache(maxsize=1024)
def conversion_factor(year: int, month: int, *, definitive: bool) -> float:
    """Return how many kWh one m³ gave in a month: what it proved to be, or the forecast of it."""
    chance = dice(f"conversion {year}-{month}")
    factor = chance.uniform(10.25, 11.55)
    error = chance.choice((-1, 1)) * chance.uniform(0.002, 0.005)
    return round(factor if definitive else factor * (1 + error), 4)


def gas_energy(gas: GasDay, day: date, *, definitive: bool) -> tuple[int, ...]:
    """Return the Wh of every hour of a gas day; the day's energy is their sum."""
    factor = conversion_factor(day.year, day.month, definitive=definitive)
    return tuple(round(volume * factor) for volume in gas.volumes)
