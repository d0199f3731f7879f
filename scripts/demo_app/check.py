"""Comparing Home Assistant's statistics with what the sandbox generated, to 1 Wh."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from .api import WebSocket
from .contract import DOMAIN
from .errors import DemoError
from .meters import BRUSSELS, DemoMeter
from .sandbox import MonthTotals

_HOUR_MS = 3_600_000
_PLACES = 1e-6


@dataclass(frozen=True, slots=True)
class Expectation:
    """The sandbox's totals before and after something was read; a day can arrive in between."""

    before: MonthTotals
    after: MonthTotals

    def range(self, statistic_id: str, month: str) -> tuple[int, int] | None:
        """Return the least and the most Wh of a month; None if there should be none."""
        amounts = [
            totals[statistic_id][month]
            for totals in (self.before, self.after)
            if month in totals.get(statistic_id, {})
        ]
        return (min(amounts), max(amounts)) if amounts else None


@dataclass(frozen=True, slots=True)
class StatisticCheck:
    """What the comparison of one statistic gave; totals in kWh or m³."""

    statistic_id: str
    months: int
    hours: int
    expected: float
    found: float
    differences: tuple[str, ...]


async def check_statistics(websocket: WebSocket, expectation: Expectation) -> list[StatisticCheck]:
    """Compare every month of every statistic, both ways, and every hour with itself."""
    listed = await websocket.command("recorder/list_statistic_ids", statistic_type="sum")
    in_recorder = {found["statistic_id"] for found in listed if found["source"] == DOMAIN}
    wanted = expectation.after.keys() | expectation.before.keys()
    return [
        await _check_statistic(websocket, statistic_id, expectation)
        for statistic_id in sorted(in_recorder | wanted)
    ]


async def _check_statistic(
    websocket: WebSocket, statistic_id: str, expectation: Expectation
) -> StatisticCheck:
    monthly = await _rows(websocket, statistic_id, "month", ["change"])
    hourly = await _rows(websocket, statistic_id, "hour", ["change", "state", "sum"])
    found = {_month(row["start"]): _watt_hours(row["change"]) for row in monthly}
    expected = expectation.after.get(statistic_id, {})
    months = sorted(found.keys() | expected.keys())
    differences = [
        difference
        for month in months
        if (
            difference := _difference(
                month, expectation.range(statistic_id, month), found.get(month)
            )
        )
    ]
    return StatisticCheck(
        statistic_id=statistic_id,
        months=len(months),
        hours=len(hourly),
        expected=sum(expected.values()) / 1000,
        found=sum(found.values()) / 1000,
        differences=(*differences, *_hour_errors(hourly)),
    )


async def _rows(
    websocket: WebSocket, statistic_id: str, period: str, types: list[str]
) -> list[dict[str, Any]]:
    answer = await websocket.command(
        "recorder/statistics_during_period",
        start_time=datetime(2000, 1, 1, tzinfo=UTC).isoformat(),
        statistic_ids=[statistic_id],
        period=period,
        types=types,
    )
    rows: list[dict[str, Any]] = answer.get(statistic_id, [])
    return rows


def _month(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000, BRUSSELS):%Y-%m}"


def _watt_hours(amount: float | None) -> int:
    return round(1000 * (amount or 0))


def _difference(month: str, expected: tuple[int, int] | None, found: int | None) -> str | None:
    if expected is None:
        return f"{month}: Home Assistant has {found} Wh, the sandbox nothing"
    if found is None:
        return f"{month}: the sandbox has {expected[1]} Wh, Home Assistant nothing"
    least, most = expected
    if least <= found <= most:
        return None
    return f"{month}: the sandbox has {most} Wh, Home Assistant {found}"


def _hour_errors(rows: list[dict[str, Any]]) -> list[str]:
    """Return which hours contradict themselves: state is the hour's amount, sum the running total."""
    errors = [
        f"{_hour(row)}: state {row['state']}, but change {row['change']}"
        for row in rows
        if abs(row["state"] - row["change"]) > _PLACES or row["start"] % _HOUR_MS
    ]
    errors += [
        f"{_hour(row)}: follows {_hour(previous)}"
        for previous, row in pairwise(rows)
        if row["start"] <= previous["start"]
    ]
    return [*errors[:3], f"and {len(errors) - 3} more hours"] if len(errors) > 3 else errors


def _hour(row: dict[str, Any]) -> str:
    return f"{datetime.fromtimestamp(row['start'] / 1000, BRUSSELS):%Y-%m-%d %H:%M %Z}"


async def _energy_sources(websocket: WebSocket) -> list[dict[str, Any]]:
    """Return the sources of the Energy dashboard, of which there are none before the first one."""
    try:
        preferences = await websocket.command("energy/get_prefs")
    except DemoError as err:
        if "not_found" not in str(err):
            raise
        return []
    sources: list[dict[str, Any]] = preferences["energy_sources"]
    return sources


async def check_energy_dashboard(websocket: WebSocket, meters: Iterable[DemoMeter]) -> list[str]:
    """Return what is wrong with the Energy dashboard: these meters stand on it once, no others."""
    used = Counter(
        (source["type"], source[field])
        for source in await _energy_sources(websocket)
        for field in ("stat_energy_from", "stat_energy_to")
        if source.get(field)
    )
    listed = await websocket.command("recorder/list_statistic_ids", statistic_type="sum")
    in_recorder = {statistic["statistic_id"] for statistic in listed}
    wanted = Counter(
        (kind, statistic_id)
        for meter in meters
        for kind, measure in (
            [("gas", "gas_energy")]
            if meter.is_gas
            else [("grid", "offtake"), ("grid", "injection")]
        )
        if (statistic_id := f"{DOMAIN}:{meter.ean}_{measure}") in in_recorder
    )
    return [
        f"{statistic_id} stands {used[kind, statistic_id]} times on the Energy dashboard as {kind}"
        f" instead of {wanted[kind, statistic_id]} times"
        for kind, statistic_id in sorted(used.keys() | wanted.keys())
        if used[kind, statistic_id] != wanted[kind, statistic_id]
    ]
