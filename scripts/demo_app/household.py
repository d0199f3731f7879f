"""A demo that is only looked at: its Home Assistant speaks a language from the beginning."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

from .api import HomeAssistantApi, home_assistant_api
from .certificate import ensure_certificate
from .check import check_energy_dashboard
from .contract import ensure_contract
from .folder import DemoState, Folder
from .home_assistant import running_home_assistant
from .login import log_in
from .meters import METERS, DemoMeter, history_start, newest_complete_day
from .patience import until
from .processes import Program, free_port
from .progress import wait_for_import
from .sandbox import Sandbox, running_sandbox
from .speech import Speech

_MONTHS = 13


@dataclass(frozen=True, slots=True)
class Household:
    """A Home Assistant that follows the demo's meters, beside the sandbox.

    `newest` is the last local day of which every reading has arrived.
    """

    api: HomeAssistantApi
    sandbox: Sandbox
    program: Program
    folder: Folder
    speech: Speech
    newest: date

    async def wait_for_import(self, meters: tuple[DemoMeter, ...] = METERS) -> None:
        """Wait until the history of meters is imported."""
        await wait_for_import(self.api, [self.program, self.sandbox.program], self.folder, meters)

    async def wait_for_energy_dashboard(self) -> None:
        """Wait until the demo's meters are on the Energy dashboard."""
        async with self.api.websocket() as websocket:

            async def is_there() -> bool:
                return not await check_energy_dashboard(websocket, METERS)

            await until(is_there, "The Energy dashboard does not show the meters")


@asynccontextmanager
async def running_household(folder: Folder, speech: Speech) -> AsyncIterator[Household]:
    """Run a Home Assistant whose history is imported; what is in its folder is used again."""
    folder.path.mkdir(parents=True, exist_ok=True)
    port = free_port()
    now = datetime.now(UTC)
    with folder.locked():
        state = folder.read_state() or DemoState(history_start(_MONTHS, now), free_port())
        folder.write_state(state)
        ensure_certificate(folder)
        async with running_sandbox(folder, state.sandbox_port) as sandbox:
            await sandbox.prepare(folder.certificate.read_bytes(), state.data_period_from)
            async with (
                running_home_assistant(folder, port, speech.language) as program,
                home_assistant_api(f"http://127.0.0.1:{port}") as api,
            ):
                await log_in(api)
                await ensure_contract(api, sandbox, folder)
                home = Household(api, sandbox, program, folder, speech, newest_complete_day(now))
                await home.wait_for_import()
                await home.wait_for_energy_dashboard()
                yield home
