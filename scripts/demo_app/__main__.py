"""Run the demo: `scripts/demo`."""

import argparse
import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
import sys
import time

import aiohttp

from .api import HomeAssistantApi, home_assistant_api
from .browser import find_browser
from .certificate import ensure_certificate
from .contract import ensure_contract
from .errors import DemoError
from .folder import ROOT, DemoState, Folder
from .home_assistant import RESTART_EXIT_CODE, running_home_assistant
from .household import Household, running_household
from .leftovers import remove_meters
from .login import PASSWORD, USERNAME, log_in
from .meters import BRUSSELS, JOURNEY_METERS, OFFERED_METER, history_start, newest_complete_day
from .processes import Program, free_port
from .progress import wait_for_import
from .report import Outcome, check_outcome
from .sandbox import MonthTotals, Sandbox, running_sandbox
from .speech import DUTCH, ENGLISH
from .stopping import until_stopped

_MONTHS = 13


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for; a port of 0 is one that is free."""

    check: bool
    months: int | None
    pictures: bool
    port: int
    sandbox_port: int | None
    directory: Path
    fresh: bool


def _options() -> Options:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="compare all statistics with the sandbox, and end"
    )
    history = parser.add_mutually_exclusive_group()
    history.add_argument("--months", type=int, help=f"months of history ({_MONTHS})")
    history.add_argument("--years", type=int, help="years of history, at most 3")
    parser.add_argument("--no-pictures", action="store_true", help="--check without a browser")
    parser.add_argument("--port", type=int, default=8123, help="Home Assistant's (8123; 0: any)")
    parser.add_argument("--sandbox-port", type=int, help="the sandbox's (8099; 0: any)")
    parser.add_argument("--directory", type=Path, default=ROOT / ".demo", help="the demo's (.demo)")
    parser.add_argument("--fresh", action="store_true", help="throw an earlier demo away first")
    given = parser.parse_args()
    months = given.months if given.years is None else 12 * given.years
    if months is not None and not 1 <= months <= 36:
        parser.error("the history is 1 to 36 months")
    return Options(
        check=given.check,
        months=months,
        pictures=not given.no_pictures,
        port=given.port or free_port(),
        sandbox_port=given.sandbox_port,
        directory=given.directory.resolve(),
        fresh=given.fresh,
    )


def _begin(folder: Folder, options: Options) -> DemoState:
    """Return what the demo was begun with, by an earlier run or now."""
    if options.fresh:
        folder.empty()
    wanted_from = history_start(options.months or _MONTHS, datetime.now(UTC))
    if state := folder.read_state():
        if options.sandbox_port not in (None, state.sandbox_port):
            raise DemoError(
                f"The demo in {folder.path} has its sandbox on port {state.sandbox_port};"
                " begin anew with --fresh for another one"
            )
        if options.months is not None and state.data_period_from != wanted_from:
            since = state.data_period_from.astimezone(BRUSSELS)
            print(f"Going on with the history since {since:%Y-%m-%d}; --fresh begins anew")
        return state
    port = 8099 if options.sandbox_port is None else options.sandbox_port or free_port()
    state = DemoState(wanted_from, port)
    folder.write_state(state)
    return state


async def _demo(options: Options) -> int:
    options.directory.mkdir(parents=True, exist_ok=True)
    folder = Folder(options.directory)
    url = f"http://127.0.0.1:{options.port}"
    with folder.locked():
        state = _begin(folder, options)
        ensure_certificate(folder)
        async with running_sandbox(folder, state.sandbox_port) as sandbox:
            await sandbox.prepare(folder.certificate.read_bytes(), state.data_period_from)
            while True:
                async with (
                    running_home_assistant(folder, options.port) as program,
                    home_assistant_api(url) as api,
                ):
                    run = _Run(folder, options, sandbox, program, api)
                    outcome = await run.check() if options.check else await run.show()
                    if outcome is not None:
                        return outcome


@dataclass(frozen=True, slots=True)
class _Run:
    """One run of Home Assistant beside the sandbox."""

    folder: Folder
    options: Options
    sandbox: Sandbox
    program: Program
    api: HomeAssistantApi

    async def _set_up(self) -> bool:
        await log_in(self.api)
        return await ensure_contract(self.api, self.sandbox, self.folder)

    async def _import(self) -> None:
        await wait_for_import(self.api, [self.program, self.sandbox.program], self.folder)

    async def show(self) -> int | None:
        """Let a person look around until Home Assistant ends; None if it wants to be restarted."""
        await self._set_up()
        print(f"\n  {self.api.url}   user {USERNAME}, password {PASSWORD}\n", flush=True)
        await self._import()
        print("The history is imported. Ctrl-C stops the demo.", flush=True)
        if await self.program.process.wait() == RESTART_EXIT_CODE:
            return None
        self.program.check()
        return 0

    async def check(self) -> int:
        """Compare everything, look at it in a browser, and say what came out."""
        newest = newest_complete_day(datetime.now(UTC))
        before: MonthTotals = await self.sandbox.totals()
        started = time.monotonic()
        is_new = await self._set_up()
        # What pictures and a journey that broke off have left.
        await remove_meters(self.api, (*JOURNEY_METERS, OFFERED_METER))
        await self._import()
        print(f"Imported in {time.monotonic() - started:.0f} s", flush=True)
        outcome: Outcome = await check_outcome(
            self.api, self.sandbox, self.folder, before, is_new=is_new
        )
        print(outcome.text(), flush=True)
        if self.options.pictures and not await self._look(newest):
            return 1
        return 0 if outcome.is_good else 1

    async def _look(self, newest: date) -> bool:
        """Take the pictures, make the journey and tell whether everything agrees after it."""
        browser = await find_browser()
        if browser is None:
            print("No pictures and no journey: neither Chromium nor Chrome is installed")
            return True
        # Only the check needs what drives the browser.
        from .board import take_board_pictures  # noqa: PLC0415
        from .gallery import take_gallery  # noqa: PLC0415
        from .journey import Stage, make_journey  # noqa: PLC0415
        from .pictures import take_pictures  # noqa: PLC0415

        pictures = self.folder.emptied_pictures()
        await take_pictures(self.api.url, browser, pictures, newest)
        await take_board_pictures(self.api, self.sandbox, browser, pictures, newest)
        home = Household(self.api, self.sandbox, self.program, self.folder, ENGLISH, newest)
        await take_gallery(home, browser, pictures)
        async with running_household(Folder(self.folder.path / "nl"), DUTCH) as dutch:
            await take_gallery(dutch, browser, pictures)
        print("The journey: a consent, one of another grid user, and a renewal", flush=True)
        stage = Stage(self.api, self.sandbox, self.program, self.folder)
        outcome = await make_journey(stage, browser, pictures, newest)
        print(outcome.text(), flush=True)
        return outcome.is_good


def main() -> int:
    """Run the demo and return its exit code."""
    options = _options()
    try:
        outcome = asyncio.run(until_stopped(_demo(options)))
    except (DemoError, aiohttp.ClientError, TimeoutError) as err:
        print(
            f"scripts/demo: {err or type(err).__name__}\nThe logs are in {options.directory}",
            file=sys.stderr,
        )
        return 1
    if outcome is None:
        return 130 if options.check else 0
    return outcome


if __name__ == "__main__":
    sys.exit(main())
