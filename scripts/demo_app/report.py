"""What a check found, and how it is told."""

import asyncio
from dataclasses import dataclass
import time

from .api import HomeAssistantApi, WebSocket
from .check import Expectation, StatisticCheck, check_energy_dashboard, check_statistics
from .folder import Folder
from .log_check import complaints
from .meters import METERS, DemoMeter
from .sandbox import MonthTotals, Sandbox

# What Home Assistant reads again after a start shows as a difference until it has been read.
_SETTLED_AFTER = 600
_SETTLED_AFTER_IMPORT = 60
_POLL = 2.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of a check."""

    statistics: tuple[StatisticCheck, ...]
    dashboard: tuple[str, ...]
    log: tuple[str, ...]
    requests: dict[str, int]

    @property
    def is_good(self) -> bool:
        """Tell whether everything agrees."""
        differences = any(check.differences for check in self.statistics)
        return bool(self.statistics) and not (differences or self.dashboard or self.log)

    def text(self) -> str:
        """Return a table of the statistics, and everything that is wrong."""
        lines = [f"{'statistic':<46}{'months':>7}{'hours':>7}{'sandbox':>13}{'recorder':>13}"]
        for check in self.statistics:
            verdict = f"{len(check.differences)} differences" if check.differences else "equal"
            lines.append(
                f"{check.statistic_id:<46}{check.months:>7}{check.hours:>7}"
                f"{check.expected:>13.3f}{check.found:>13.3f}  {verdict}"
            )
        for check in self.statistics:
            lines += [f"  {check.statistic_id} {each}" for each in check.differences]
        lines += [f"  Energy dashboard: {each}" for each in self.dashboard]
        lines += [f"  home-assistant.log: {each}" for each in self.log]
        counts = ", ".join(f"{count} {endpoint}" for endpoint, count in self.requests.items())
        lines.append(f"Requests to the sandbox: {counts}")
        lines.append("Everything agrees." if self.is_good else "NOT everything agrees.")
        return "\n".join(lines)


async def check_outcome(
    api: HomeAssistantApi,
    sandbox: Sandbox,
    folder: Folder,
    before: MonthTotals,
    meters: tuple[DemoMeter, ...] = METERS,
    *,
    is_new: bool,
) -> Outcome:
    """Compare until everything agrees, as long as Home Assistant may still be reading."""
    deadline = time.monotonic() + (_SETTLED_AFTER_IMPORT if is_new else _SETTLED_AFTER)
    async with api.websocket() as websocket:
        while True:
            outcome = await _outcome(websocket, sandbox, folder, before, meters)
            if outcome.is_good or time.monotonic() > deadline:
                return outcome
            await asyncio.sleep(_POLL)


async def _outcome(
    websocket: WebSocket,
    sandbox: Sandbox,
    folder: Folder,
    before: MonthTotals,
    meters: tuple[DemoMeter, ...],
) -> Outcome:
    expectation = Expectation(before, await sandbox.totals(meters))
    return Outcome(
        statistics=tuple(await check_statistics(websocket, expectation)),
        dashboard=tuple(await check_energy_dashboard(websocket, meters)),
        log=tuple(complaints(folder.log)),
        requests=await sandbox.requests(),
    )
