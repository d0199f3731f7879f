"""The month and the year that are under way, and as much of them a year before.

They are calendar ones in Belgian time, also for gas, as on the Energy dashboard.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum

from .calendar import BRUSSELS, HOUR, DayKind, Span, day_start


class ToDate(StrEnum):
    """A stretch of time that ends with the newest reading, or a year before it."""

    MONTH = "month"
    YEAR = "year"
    MONTH_LAST_YEAR = "month_last_year"
    YEAR_LAST_YEAR = "year_last_year"


def periods_until(now: datetime, data_until: datetime) -> dict[ToDate, Span]:
    """Return the stretches of whole hours from the beginning of a period up to the newest reading.

    `now` (UTC) tells which month and year are under way; those without a reading are left out.
    """
    today = now.astimezone(BRUSSELS).date()
    month, year = today.replace(day=1), today.replace(month=1, day=1)
    year_before = _a_year_before(data_until)
    stretches = {
        ToDate.MONTH: (month, data_until),
        ToDate.YEAR: (year, data_until),
        ToDate.MONTH_LAST_YEAR: (month.replace(year=month.year - 1), year_before),
        ToDate.YEAR_LAST_YEAR: (year.replace(year=year.year - 1), year_before),
    }
    return {
        period: span
        for period, (first, end) in stretches.items()
        if (span := _span(first, end)).start < span.end
    }


def _a_year_before(instant: datetime) -> datetime:
    """Return the same local time a year before; 29 February has its end in common with the 28th."""
    local = instant.astimezone(BRUSSELS)
    try:
        return local.replace(year=local.year - 1)
    except ValueError:
        return (local - timedelta(days=1)).replace(year=local.year - 1) + timedelta(days=1)


def _span(first: date, end: datetime) -> Span:
    begin = int(day_start(first, DayKind.ELECTRICITY).timestamp())
    return Span(begin, int(end.timestamp()) // HOUR * HOUR)
