"""The weather over the sandbox's Flanders: the same for every meter, and for every run."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import cos, pi, radians, sin

from .chance import dice

_LATITUDE = radians(51.0)
_LONGITUDE_HOURS = 4.4 / 15
_SIN_LATITUDE = sin(_LATITUDE)
_COS_LATITUDE = cos(_LATITUDE)
_TILT = radians(23.44)


@dataclass(frozen=True, slots=True)
class Weather:
    """A day's weather: mean temperature in °C, and the part of the sunlight that clouds let by."""

    temperature: float
    clearness: float


@lru_cache(maxsize=4096)
def weather_of(day: date) -> Weather:
    """Return a day's weather; neighbouring days look alike because spells last about five days."""
    spell = dice(f"spell {day.toordinal() // 5}")
    own = dice(f"weather {day.toordinal()}")
    season = -cos(2 * pi * (day.timetuple().tm_yday - 20) / 365.25)
    temperature = 10.8 + 7.6 * season + spell.gauss(0, 2.4) + own.gauss(0, 1.3)
    clearness = 0.15 + 0.5 * spell.random() + 0.35 * own.random()
    return Weather(temperature, clearness)


@dataclass(frozen=True, slots=True)
class Sun:
    """The height of the sun on one day, approximated for 51° north and 4.4° east."""

    constant: float
    swing: float

    def height(self, hour_utc: float) -> float:
        """Return the sine of the sun's elevation at an hour (UTC), 0 while it is down."""
        angle = pi * (hour_utc + _LONGITUDE_HOURS - 12) / 12
        return max(0.0, self.constant + self.swing * cos(angle))


@lru_cache(maxsize=4096)
def sun_of(day: date) -> Sun:
    """Return the sun's course of a day."""
    declination = -_TILT * cos(2 * pi * (day.timetuple().tm_yday + 10) / 365.25)
    return Sun(_SIN_LATITUDE * sin(declination), _COS_LATITUDE * cos(declination))
