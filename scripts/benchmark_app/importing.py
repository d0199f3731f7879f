"""Measure one import of a meter's history, or the recorder alone writing it; a program of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
import sqlite3
import time

from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import async_add_external_statistics
from homeassistant.core import HomeAssistant
from homeassistant.runner import create_event_loop

from . import child
from .answers import EAN
from .home_assistant import (
    DATABASE,
    committed,
    contract_entry,
    import_history,
    running_home_assistant,
)
from .http_share import covered, watched_requests
from .watch import LoopWatch, Stall, watched_memory

type Statistics = list[tuple[StatisticMetaData, list[StatisticData]]]


@dataclass(frozen=True, slots=True)
class Run:
    """What one run took.

    Seconds for the whole and with a request under way; how late the loop was before and meanwhile;
    bytes of memory above those before; and the rows in the database afterwards.
    """

    seconds: float
    requests: float
    idle: Stall
    busy: Stall
    memory: int
    rows: int


def main() -> None:
    """Do what this program was told."""
    with asyncio.Runner(loop_factory=create_event_loop) as runner:
        child.report(runner.run(_run(child.arguments())))


async def _run(told: dict[str, str]) -> Run:
    folder = Path(told["config"])
    idle_seconds = float(told["idle"])
    if told["kind"] == "import":
        entry = contract_entry(told["url"], EAN)

        async def work(hass: HomeAssistant) -> None:
            await import_history(hass, entry)

    else:
        statistics = ready_made(Path(told["rows"]))

        async def work(hass: HomeAssistant) -> None:
            await _write(hass, statistics)

    async with running_home_assistant(folder) as hass:
        return await _measured(hass, folder, work, idle_seconds)


async def _measured(
    hass: HomeAssistant,
    folder: Path,
    work: Callable[[HomeAssistant], Awaitable[None]],
    idle_seconds: float,
) -> Run:
    """Watch Home Assistant while it is idle, and then at work."""
    loop_watch = LoopWatch()
    await asyncio.sleep(idle_seconds)
    idle = loop_watch.stop()
    with watched_requests() as requests, watched_memory() as memory:
        loop_watch = LoopWatch()
        started = time.monotonic()
        await work(hass)
        seconds = time.monotonic() - started
        busy = loop_watch.stop()
    return Run(
        seconds=seconds,
        requests=covered(requests),
        idle=idle,
        busy=busy,
        memory=memory.growth,
        rows=await asyncio.to_thread(_count_rows, folder / DATABASE),
    )


async def _write(hass: HomeAssistant, statistics: Statistics) -> None:
    """Let the recorder write rows as it does best: each statistic in one call."""
    for metadata, rows in statistics:
        async_add_external_statistics(hass, metadata, rows)
    await committed(hass)


def ready_made(database: Path) -> Statistics:
    """Return the external statistics in a database, ready to be written to another one."""
    with sqlite3.connect(database) as connection:
        statistics = connection.execute(
            "SELECT id, statistic_id, source, name, unit_class, unit_of_measurement"
            " FROM statistics_meta WHERE source != 'recorder' ORDER BY id"
        ).fetchall()
        return [
            (
                StatisticMetaData(
                    has_sum=True,
                    mean_type=StatisticMeanType.NONE,
                    name=name,
                    source=source,
                    statistic_id=statistic,
                    unit_class=unit_class,
                    unit_of_measurement=unit,
                ),
                [
                    StatisticData(start=datetime.fromtimestamp(start, UTC), state=state, sum=total)
                    for start, state, total in connection.execute(
                        "SELECT start_ts, state, sum FROM statistics"
                        " WHERE metadata_id = ? ORDER BY start_ts",
                        (number,),
                    )
                ],
            )
            for number, statistic, source, name, unit_class, unit in statistics
        ]


def _count_rows(database: Path) -> int:
    with sqlite3.connect(database) as connection:
        (count,) = connection.execute("SELECT count(*) FROM statistics").fetchone()
        return int(count)


if __name__ == "__main__":
    main()
