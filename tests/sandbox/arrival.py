"""When readings arrive in Fluvius' systems, as the sandbox plays it.

- Electricity of local day D arrives on D+1 between 00:05 and 00:55 local.
- Gas of gas day D (it ends on D+1 at 06:00) arrives on D+1 between 06:05 and 06:55 local, its kWh
  made with a provisional factor.
- On the 3rd of the next month, between 04:05 and 04:55 local, every gas day of a month arrives
  again with the definitive factor, and replaces the provisional one.
- Electricity of an AMR installation arrives like that of a meter, not validated, and again on D+6
  between 02:05 and 02:55 local, validated. AMR gas is validated when it is definitive.

The minute depends on the EAN and the day alone. Nothing is visible before it arrived.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from zlib import crc32

from .localtime import ONE_DAY, local_instant

_LONGEST_DELAY = timedelta(days=36)
_VALIDATION_DELAY = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Arrival:
    """The version of a day's readings that is visible: when it arrived, whether it will change."""

    instant: int
    definitive: bool


def _minute(ean: str, day: date) -> int:
    return 5 + crc32(f"{ean} {day.isoformat()}".encode()) % 51


def _definitive_day(day: date) -> date:
    """Return the 3rd of the month after a day's."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=3)


def electricity_arrival(ean: str, day: date, now: int) -> Arrival | None:
    """Return the visible version of a local day's electricity, None before it arrived."""
    instant = local_instant(day + ONE_DAY, 0, _minute(ean, day))
    return Arrival(instant, definitive=True) if instant <= now else None


def headpoint_arrival(ean: str, day: date, now: int) -> Arrival | None:
    """Return the visible version of a local day of an AMR installation; validated is definitive."""
    validated = local_instant(day + _VALIDATION_DELAY, 2, _minute(ean, day))
    if validated <= now:
        return Arrival(validated, definitive=True)
    first = local_instant(day + ONE_DAY, 0, _minute(ean, day))
    return Arrival(first, definitive=False) if first <= now else None


def gas_arrival(ean: str, day: date, now: int) -> Arrival | None:
    """Return the visible version of a gas day, None before it arrived."""
    definitive = local_instant(_definitive_day(day), 4, _minute(ean, day))
    first = local_instant(day + ONE_DAY, 6, _minute(ean, day))
    if definitive <= now:
        return Arrival(definitive, definitive=True)
    return Arrival(first, definitive=False) if first <= now else None


def oldest_day_arriving_after(day: date) -> date:
    """Return the oldest day of which something can arrive on or after a local day."""
    return day - _LONGEST_DELAY
