"""Run the benchmark: `scripts/benchmark`."""

import argparse
import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
import os
from pathlib import Path
import platform
import signal
import sys
import tempfile

from scripts.demo_app.errors import DemoError
from scripts.demo_app.folder import ROOT
from scripts.demo_app.meters import history_start

from .errors import BenchmarkError
from .figures import Figure
from .measure import measure_import, measure_parsing, measure_polls
from .table import Circumstances, section, terminal_table, write_section

_PARTS = ("parse", "import", "correction", "nothing")
_PARSING_ROUNDS = 15


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for."""

    rounds: int
    years: int
    parts: tuple[str, ...]
    write: bool


def _options(arguments: Sequence[str] | None = None) -> Options:
    parser = argparse.ArgumentParser(prog="scripts/benchmark", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="runs of each import (5)")
    parser.add_argument("--years", type=int, default=3, help="years of history, at most 3 (3)")
    parser.add_argument("--only", choices=_PARTS, help="measure only this")
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    given = parser.parse_args(arguments)
    if given.rounds < 1:
        parser.error("there has to be a round")
    if not 1 <= given.years <= 3:
        parser.error("the history is 1 to 3 years")
    if given.write and given.only:
        parser.error("README.md shows the whole table")
    parts = (given.only,) if given.only else _PARTS
    return Options(given.rounds, given.years, parts, given.write)


async def _benchmark(options: Options, folder: Path) -> list[Figure]:
    start = history_start(12 * options.years, datetime.now(UTC))
    years = "a year" if options.years == 1 else f"{options.years} years"
    figures = []
    if "parse" in options.parts:
        _say("Reading long answers")
        figures += await measure_parsing(folder, max(_PARSING_ROUNDS, options.rounds))
    if "import" in options.parts:
        _say(f"Importing {years} of history, {options.rounds} times")
        figures += await measure_import(folder / "import", options.rounds, start, years)
    if polls := [part for part in options.parts if part in ("correction", "nothing")]:
        _say("Polling")
        figures += await measure_polls(folder / "polls", start, polls)
    return figures


def _say(text: str) -> None:
    print(f"{text} …", file=sys.stderr, flush=True)


def _circumstances(options: Options) -> Circumstances:
    return Circumstances(
        day=date.today(),  # noqa: DTZ011 - the day of whoever looks at the table
        home_assistant=version("homeassistant"),
        python=platform.python_version(),
        processors=os.process_cpu_count() or 1,
        rounds=options.rounds,
        years=options.years,
    )


async def _until_stopped(options: Options, folder: Path) -> list[Figure] | None:
    """Return the figures, or None if a signal ended the run."""
    loop = asyncio.get_running_loop()
    benchmark = asyncio.ensure_future(_benchmark(options, folder))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, benchmark.cancel)
    with suppress(asyncio.CancelledError):
        return await benchmark
    return None


def main() -> int:
    """Run the benchmark; return 1 if a bar is missed or something cannot be measured."""
    options = _options()
    try:
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            figures = asyncio.run(_until_stopped(options, Path(folder)))
    except (BenchmarkError, DemoError) as err:
        print(f"scripts/benchmark: {err}", file=sys.stderr)
        return 1
    if figures is None:
        return 130
    circumstances = _circumstances(options)
    print(f"{circumstances.text()}\n\n{terminal_table(figures)}")
    if options.write:
        write_section(ROOT / "README.md", section(figures, circumstances))
    return 0 if all(figure.is_good for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
