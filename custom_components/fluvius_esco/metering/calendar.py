"""Belgian days, gas days and the windows in which readings are asked for.

Electricity days run from local midnight to local midnight, gas days from 06:00 to 06:00, both in
Europe/Brussels (functional guide). All instants are UTC; a clock change makes a day of 23 or 25
hours, which falls out of the instants and is nowhere counted.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

BRUSSELS: Final = ZoneInfo("Europe/Brussels")
HOUR: Final = 3600
QUARTER_HOUR: Final = 900

# Functional guide, GET energy: about six months in a request, three years back.
MAX_REQUEST: Final = timedelta(days=185)
MAX_HISTORY_YEARS: Final = 3


class DayKind(IntEnum):
    """The local hour at which a day of readings begins."""

    ELECTRICITY = 0
    GAS = 6


@dataclass(frozen=True, slots=True)
class Day:
    """A day of readings: `start` inclusive and `end` exclusive in UTC seconds since the epoch."""

    date: date
    start: int
    end: int

    @property
    def span(self) -> Span:
        """The time that the day takes."""
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time in UTC seconds since the epoch, `start` inclusive, `end` exclusive."""

    start: int
    end: int

    def overlaps(self, other: Span) -> bool:
        """Whether both have time in common; spans that only adjoin have none."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Period:
    """A span of time in UTC, `start` inclusive, `end` exclusive."""

    start: datetime
    end: datetime


def day_start(day: date, kind: DayKind) -> datetime:
    """Return the instant (UTC) at which the local day of readings begins."""
    return datetime.combine(day, time(kind), tzinfo=BRUSSELS).astimezone(UTC)


@lru_cache(maxsize=4096)
def day_of(day: date, kind: DayKind) -> Day:
    """Return the day of readings that bears this local date."""
    return Day(
        day,
        int(day_start(day, kind).timestamp()),
        int(day_start(day + timedelta(days=1), kind).timestamp()),
    )


def day_at(instant: datetime, kind: DayKind) -> Day:
    """Return the day of readings that an aware instant falls in."""
    local = instant.astimezone(BRUSSELS)
    belongs_to_previous_date = local.hour < kind
    return day_of(local.date() - timedelta(days=belongs_to_previous_date), kind)


@lru_cache(maxsize=8192)
def day_at_second(second: int, kind: DayKind) -> Day:
    """Return the day of readings that a UTC second since the epoch falls in."""
    return day_at(datetime.fromtimestamp(second, UTC), kind)


def earliest_readable(now: datetime) -> datetime:
    """Return the first local midnight (UTC) that a request made at `now` may begin at.

    Rounded up to the next midnight, so that a request that is prepared today can still be sent
    later today.
    """
    local = now.astimezone(BRUSSELS).date()
    try:
        oldest = local.replace(year=local.year - MAX_HISTORY_YEARS)
    except ValueError:  # 29 February
        oldest = local.replace(year=local.year - MAX_HISTORY_YEARS, month=3, day=1)
    return day_start(oldest + timedelta(days=1), DayKind.ELECTRICITY)
