"""The measurements, and the bars that they have to meet."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
import shutil
from typing import Any

from scripts.demo_app.meters import BRUSSELS

from . import child
from .answers import EAN
from .errors import BenchmarkError
from .figures import Figure, at_least, at_most, median
from .fluvius import known_answers, running_fluvius, running_replay

_MEGABYTE = 1_000_000
_MILLISECONDS = 1000.0
# The first import makes the replay know all answers; it and its length are not counted.
_IDLE_AT_FIRST = 2.0
_CORRECTED = timedelta(days=2)

type Run = dict[str, Any]


async def measure_parsing(folder: Path, rounds: int) -> list[Figure]:
    """Compare making sense of the longest answer with merely decoding it."""
    found = await child.run("parsing", folder / "parsing", rounds=rounds)
    v3, v2 = found["v3"], found["v2"]
    times = (
        f"{_ms(v3['ours'])} against {_ms(v3['loads'])} and {_ms(v3['theirs'])} for"
        f" {v3['size'] / _MEGABYTE:.1f} MB"
    )
    return [
        Figure(
            "185 days of quarter-hours: bytes to validated series and hourly sums, V3",
            v3["ours"] / v3["loads"],
            " times orjson.loads",
            at_most(2.0, " times"),
            times,
        ),
        Figure(
            "The same, V2",
            v2["ours"] / v2["loads"],
            " times orjson.loads",
            at_most(2.0, " times"),
            f"{_ms(v2['ours'])} against {_ms(v2['loads'])} for {v2['size'] / _MEGABYTE:.1f} MB",
        ),
        Figure(
            "fluvius-energy-api 0.2.2 merely parsing the V3 answer",
            v3["theirs"] / v3["ours"],
            " times as long",
            at_least(4, " times"),
            times,
        ),
    ]


async def measure_import(
    folder: Path, rounds: int, history_start: datetime, years: str
) -> list[Figure]:
    """Compare an import of the history with the recorder alone writing its rows, taking turns."""
    async with (
        running_fluvius(folder / "sandbox") as fluvius,
        running_replay(folder / "replay", fluvius) as url,
    ):
        await fluvius.approve_mandate(EAN, history_start)
        first = folder / "first"
        told = {"kind": "import", "url": url, "config": first / "config", "idle": _IDLE_AT_FIRST}
        idle = (await child.run("importing", first, **told))["seconds"]
        known = await known_answers(url)
        imports: list[Run] = []
        writes: list[Run] = []
        for number in range(rounds):
            for kind, runs in (("import", imports), ("write", writes)):
                place = folder / f"{kind}-{number}"
                told = {"kind": kind, "url": url, "config": place / "config", "idle": idle}
                told["rows"] = first / "config" / "home-assistant_v2.db"
                runs.append(await child.run("importing", place, **told))
                shutil.rmtree(place)
        if await known_answers(url) != known:
            raise BenchmarkError("An import asked what the first one did not: run it again")
    if len({run["rows"] for run in (*imports, *writes)}) != 1:
        raise BenchmarkError("Imports and recorder wrote different numbers of rows")
    return _import_figures(imports, writes, years)


def _import_figures(imports: list[Run], writes: list[Run], years: str) -> list[Figure]:
    ours, alone = _median(imports, _seconds), _median(writes, _seconds)
    requests = _median(imports, lambda run: run["requests"] / run["seconds"])
    busy, idle = _median(imports, _p999("busy")), _median(imports, _p999("idle"))
    longest, longest_idle = _longest(imports, "busy"), _longest(imports, "idle")
    return [
        Figure(
            f"Import of {years}: quarter-hours of offtake and injection, day and night",
            ours / alone,
            " times the recorder alone",
            at_most(1.3, " times"),
            f"{ours:.2f} s against {alone:.2f} s for {imports[0]['rows']} rows; {requests:.0%} of"
            f" the import has a request under way; ours {_all(imports)}, alone {_all(writes)}",
        ),
        Figure(
            "Event loop during that import, 99.9 % of all milliseconds late by at most",
            busy * _MILLISECONDS,
            " ms",
            at_most(50, " ms"),
            f"the recorder alone: {_ms(_median(writes, _p999('busy')))}",
        ),
        Figure(
            "The same, above the idle Home Assistant",
            (busy - idle) * _MILLISECONDS,
            " ms",
            at_most(20, " ms"),
            f"idle: {_ms(idle)}",
        ),
        Figure(
            "Longest delay of the event loop during that import",
            longest * _MILLISECONDS,
            " ms",
            None,
            f"idle: {_ms(longest_idle)}; the recorder alone: {_ms(_longest(writes, 'busy'))}",
        ),
        Figure(
            "Memory during that import, above the idle Home Assistant",
            _median(imports, _megabytes),
            " MB",
            at_most(60, " MB"),
            f"the recorder alone: {_median(writes, _megabytes):.0f} MB",
        ),
    ]


async def measure_polls(
    folder: Path, history_start: datetime, parts: Iterable[str]
) -> list[Figure]:
    """Count what polls write and ask, after a correction and without anything new."""
    day = (history_start.astimezone(BRUSSELS) + _CORRECTED).astimezone(history_start.tzinfo)
    async with running_fluvius(folder / "sandbox") as fluvius:
        await fluvius.approve_mandate(EAN, history_start)
        polls = await child.run(
            "polling",
            folder / "polls",
            config=folder / "polls" / "config",
            url=fluvius.url,
            corrected_day=day.isoformat(),
        )
    figures = []
    if "correction" in parts:
        figures += _correction_figures(polls["correction"], day)
    if "nothing" in parts:
        figures += _nothing_figures(polls["nothing"])
    return figures


def _correction_figures(poll: Run, day: datetime) -> list[Figure]:
    rows: dict[str, int] = poll["rows"]
    shifts: dict[str, int] = poll["shifts"]
    if not rows:
        raise BenchmarkError("The correction was not written")
    by_series = ", ".join(f"{_series(name)} {rows[name]}" for name in sorted(rows))
    corrected = f"{day.astimezone(BRUSSELS):%Y-%m-%d}"
    return [
        Figure(
            "Correction of a day at the beginning of that history: rows of a series written",
            max(rows.values()),
            "",
            at_most(30),
            f"{corrected} in {poll['seconds']:.2f} s: {by_series}",
        ),
        Figure(
            "The same, shifts of a series",
            max(shifts.values(), default=0),
            "",
            at_most(1),
            ", ".join(f"{_series(name)} {shifts[name]}" for name in sorted(shifts)),
        ),
    ]


def _nothing_figures(poll: Run) -> list[Figure]:
    requests: dict[str, int] = poll["requests"]
    written = sum(poll["rows"].values()) + sum(poll["shifts"].values()) + poll["deleted"]
    return [
        Figure("Nothing new: rows written, shifted or deleted", written, "", at_most(0)),
        Figure(
            "Nothing new: requests for the meter",
            requests.get("energy", 0),
            "",
            at_most(1),
            f"{poll['seconds']:.2f} s",
        ),
        Figure(
            "Nothing new: requests for all mandates of the contract",
            requests.get("mandate", 0),
            "",
            at_most(1),
        ),
    ]


def _median(runs: Iterable[Run], of: Callable[[Run], float]) -> float:
    return median([of(run) for run in runs])


def _seconds(run: Run) -> float:
    return float(run["seconds"])


def _megabytes(run: Run) -> float:
    return float(run["memory"]) / _MEGABYTE


def _p999(when: str) -> Callable[[Run], float]:
    return lambda run: float(run[when]["p999"])


def _longest(runs: Iterable[Run], when: str) -> float:
    return _median(runs, lambda run: float(run[when]["longest"]))


def _all(runs: Iterable[Run]) -> str:
    return "/".join(f"{run['seconds']:.2f}" for run in runs)


def _ms(seconds: float) -> str:
    return f"{seconds * _MILLISECONDS:.1f} ms"


def _series(statistic: str) -> str:
    return statistic.partition("_")[2].partition("_")[2].partition("_")[2]
