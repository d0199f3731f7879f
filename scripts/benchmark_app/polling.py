"""Measure what a poll does to the database, with a day corrected and without; a program of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
import time
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.runner import create_event_loop

from scripts.demo_app.meters import BRUSSELS

from . import child
from .answers import EAN
from .fluvius import Fluvius
from .home_assistant import committed, contract_entry, import_history, running_home_assistant
from .statements import StatementWatch

_OFFTAKE = 0.2
_INJECTION = 0.1


@dataclass(frozen=True, slots=True)
class Poll:
    """What one poll did: rows and shifts by statistic, requests by endpoint, and its seconds."""

    rows: dict[str, int]
    shifts: dict[str, int]
    deleted: int
    requests: dict[str, int]
    seconds: float


def main() -> None:
    """Import a history, poll without anything new, and poll after a correction of its first days."""
    with asyncio.Runner(loop_factory=create_event_loop) as runner:
        child.report(runner.run(_run(child.arguments())))


async def _run(told: dict[str, Any]) -> dict[str, Poll]:
    fluvius = Fluvius(told["url"])
    entry = contract_entry(fluvius.url, EAN)
    first_day = datetime.fromisoformat(told["corrected_day"])
    async with running_home_assistant(Path(told["config"])) as hass:
        meter = await import_history(hass, entry)
        await hass.async_block_till_done(wait_background_tasks=True)

        async def poll() -> None:
            await entry.runtime_data.contract.async_refresh()
            await meter.async_refresh()

        nothing = await _watched(hass, fluvius, poll)
        await _correct(fluvius, first_day)
        return {"nothing": nothing, "correction": await _watched(hass, fluvius, poll)}


async def _correct(fluvius: Fluvius, day: datetime) -> None:
    """Let Fluvius insert other quarter-hours, and the days and registers that they add up to."""
    end = (day.astimezone(BRUSSELS) + timedelta(days=1)).astimezone(UTC)
    quarters = int((end - day) / timedelta(minutes=15))
    for series, amount in (("offtake", _OFFTAKE), ("injection", _INJECTION)):
        whole = round(amount * quarters, 3)
        await fluvius.correct(EAN, series, "hourly_quarterhourly", day, end, amount)
        await fluvius.correct(EAN, series, "daily", day, end, whole)
        await fluvius.correct(EAN, f"{series}_day", "daily", day, end, round(whole / 2, 3))
        await fluvius.correct(EAN, f"{series}_night", "daily", day, end, round(whole / 2, 3))
    # An insertion counts from the next whole second on.
    await asyncio.sleep(2)


async def _watched(
    hass: HomeAssistant, fluvius: Fluvius, poll: Callable[[], Awaitable[None]]
) -> Poll:
    await fluvius.forget_requests()
    async with StatementWatch(get_instance(hass)).watching() as writing:
        started = time.monotonic()
        await poll()
        await committed(hass)
        seconds = time.monotonic() - started
    requests = await fluvius.requests()
    return Poll(dict(writing.rows), dict(writing.shifts), writing.deleted, requests, seconds)


if __name__ == "__main__":
    main()
