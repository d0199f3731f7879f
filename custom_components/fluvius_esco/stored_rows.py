"""What the recorder holds of a statistic; all of this runs in the recorder's executor."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from homeassistant.components.recorder.statistics import (
    StatisticsRow,
    get_last_statistics,
    statistics_during_period,
)
from homeassistant.core import HomeAssistant

from .const import DOMAIN
from .metering.calendar import HOUR, Span
from .metering.measures import Measure
from .metering.running_sum import Row

# Where the next row is looked for first: a hole is seldom longer.
_NEAR: Final = 7 * 24 * HOUR


@dataclass(frozen=True, slots=True)
class Stored:
    """The stored rows in a span, the total before them and the first row behind them."""

    rows: dict[int, Row]
    baseline: float
    behind: Row | None


def statistic_id(ean: str, measure: Measure) -> str:
    """Return the id of the statistic of a measure."""
    return f"{DOMAIN}:{ean}_{measure}"


def stored_in(hass: HomeAssistant, statistic: str, span: Span) -> Stored:
    """Return what is stored in a span and around it."""
    last = last_row(hass, statistic)
    if last is None or last.start < span.start:
        return Stored({}, last.sum if last else 0.0, None)
    found = _statistics(hass, statistic, span.start, span.end)
    behind = _first_from(hass, statistic, span.end) if last.start >= span.end else None
    oldest = found[0] if found else behind
    return Stored(
        {row.start: row for row in map(_row, found)},
        _sum_before(oldest) if oldest else last.sum,
        _row(behind) if behind else None,
    )


def totals_before(hass: HomeAssistant, statistic: str, hours: Iterable[int]) -> dict[int, float]:
    """Return the running totals of all rows before some hours (UTC seconds since the epoch)."""
    last = last_row(hass, statistic)
    totals = {}
    for hour in hours:
        behind = _first_from(hass, statistic, hour) if last and hour <= last.start else None
        totals[hour] = _sum_before(behind) if behind else last.sum if last else 0.0
    return totals


def rows_between(hass: HomeAssistant, statistic: str, first: int, end: int) -> dict[int, Row]:
    """Return the rows from an hour up to another, by their start."""
    return {row.start: row for row in map(_row, _statistics(hass, statistic, first, end))}


def last_row(hass: HomeAssistant, statistic: str) -> Row | None:
    """Return the newest row, None without any."""
    rows = get_last_statistics(hass, 1, statistic, convert_units=False, types={"state", "sum"})
    return _row(rows[statistic][0]) if rows.get(statistic) else None


def instant(second: int) -> datetime:
    """Return a second since the epoch as an instant in UTC."""
    return datetime.fromtimestamp(second, UTC)


def _statistics(
    hass: HomeAssistant, statistic: str, first: int, end: int | None
) -> list[StatisticsRow]:
    return statistics_during_period(
        hass,
        instant(first),
        None if end is None else instant(end),
        {statistic},
        "hour",
        None,
        {"change", "state", "sum"},
    ).get(statistic, [])


def _first_from(hass: HomeAssistant, statistic: str, start: int) -> StatisticsRow | None:
    """Return the first row from an hour on, None if there is none any more."""
    near = _statistics(hass, statistic, start, start + _NEAR)
    return next(iter(near or _statistics(hass, statistic, start, None)), None)


def _sum_before(row: StatisticsRow) -> float:
    return (row["sum"] or 0.0) - (row["change"] or 0.0)


def _row(row: StatisticsRow) -> Row:
    return Row(int(row["start"]), row["state"] or 0.0, row["sum"] or 0.0)
