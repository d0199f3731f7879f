"""Belgian local days and gas days as UTC instants, and instants as the wire writes them.

Instants inside the sandbox are whole seconds since the epoch (UTC); days are local dates.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
import re
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")
HOUR = 3600
QUARTER = 900
_SECONDS_PER_DAY = 86400
GAS_DAY_HOUR = 6
ONE_DAY = timedelta(days=1)

_WIRE_FORMAT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z")


@lru_cache(maxsize=8192)
def local_instant(day: date, hour: int = 0, minute: int = 0) -> int:
    """Return the instant of a local wall-clock time on a day."""
    moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=BRUSSELS)
    return int(moment.timestamp())


def day_bounds(day: date) -> tuple[int, int]:
    """Return local midnight and the next one: 23, 24 or 25 hours apart."""
    return local_instant(day), local_instant(day + ONE_DAY)


def gas_day_bounds(day: date) -> tuple[int, int]:
    """Return 06:00 local and 06:00 of the next day (guide: gas days)."""
    return local_instant(day, GAS_DAY_HOUR), local_instant(day + ONE_DAY, GAS_DAY_HOUR)


def local_time(instant: int) -> datetime:
    """Return an instant on the Belgian clock."""
    return datetime.fromtimestamp(instant, BRUSSELS)


def local_day(instant: int) -> date:
    """Return the local day that an instant falls on."""
    return local_time(instant).date()


def utc(instant: int) -> datetime:
    """Return an instant as an aware datetime in UTC."""
    return datetime.fromtimestamp(instant, UTC)


def seconds(moment: datetime) -> int:
    """Return an aware datetime as an instant, rounded down to the second."""
    return int(moment.timestamp() // 1)


def years_later(moment: datetime, years: int) -> datetime:
    """Return the same time of the calendar some years on; 29 February becomes 1 March."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, month=3, day=1)


def months_later(moment: datetime, months: int) -> datetime:
    """Return the same time some months on, or back; at the latest on the last day of that month."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def oldest_readable(now: datetime) -> datetime:
    """Return the local midnight three years before today (guide: at most three years back)."""
    today = now.astimezone(BRUSSELS)
    return utc(local_instant(years_later(today, -3).date()))


@lru_cache(maxsize=4096)
def _wire_date(days_since_epoch: int) -> str:
    return utc(days_since_epoch * _SECONDS_PER_DAY).strftime("%Y-%m-%dT")


def instant_to_wire(instant: int) -> str:
    """Write an instant as `YYYY-MM-DDTHH:MM:SSZ`; quick, as an answer has tens of thousands."""
    days, second = divmod(instant, _SECONDS_PER_DAY)
    minutes, second = divmod(second, 60)
    return f"{_wire_date(days)}{minutes // 60:02}:{minutes % 60:02}:{second:02}Z"


def parse_wire(text: str) -> datetime | None:
    """Read `YYYY-MM-DDTHH:MM:SSZ`; None when the text is not that."""
    if not _WIRE_FORMAT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def to_wire(moment: datetime) -> str:
    """Write an instant as `YYYY-MM-DDTHH:MM:SSZ`."""
    return instant_to_wire(seconds(moment))
