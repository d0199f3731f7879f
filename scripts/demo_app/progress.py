"""Watching the first import by the sensors that a person would watch."""

import asyncio
from collections.abc import Callable
import sys
import time

from .api import HomeAssistantApi, WebSocket
from .contract import DOMAIN
from .errors import DemoError
from .folder import Folder
from .meters import METERS, DemoMeter
from .processes import Program

type Percentages = dict[str, float | None]
"""How far the import of each EAN is; None before its sensor has a value."""

_POLL = 1.0
_PATIENCE = 900


async def wait_for_import(
    api: HomeAssistantApi,
    programs: list[Program],
    folder: Folder,
    meters: tuple[DemoMeter, ...] = METERS,
) -> None:
    """Wait until the history of these meters is imported, as long as it makes headway."""
    show = _progress_line(meters)
    async with api.websocket() as websocket:
        known: Percentages = {}
        changed = time.monotonic()
        while True:
            for program in programs:
                program.check()
            percentages = await _percentages(websocket, meters)
            if percentages != known:
                known, changed = percentages, time.monotonic()
                show(percentages)
            if all(percentage == 100 for percentage in percentages.values()):
                return
            if time.monotonic() - changed > _PATIENCE:
                raise DemoError(
                    f"The import makes no headway: {percentages}\n"
                    f"The end of {folder.log}:\n{folder.log_tail()}"
                )
            await asyncio.sleep(_POLL)


async def _percentages(websocket: WebSocket, meters: tuple[DemoMeter, ...]) -> Percentages:
    registry = await websocket.command("config/entity_registry/list")
    entities = {
        entry["unique_id"]: entry["entity_id"] for entry in registry if entry["platform"] == DOMAIN
    }
    states = {state["entity_id"]: state["state"] for state in await websocket.command("get_states")}
    return {
        meter.ean: _number(states.get(entities.get(f"{meter.ean}_import_progress", "")))
        for meter in meters
    }


def _number(state: str | None) -> float | None:
    try:
        return float(state) if state is not None else None
    except ValueError:
        return None


def _progress_line(meters: tuple[DemoMeter, ...]) -> Callable[[Percentages], None]:
    """Return what shows the progress: one line that changes, or a line now and then in a log."""
    shown: list[list[int]] = []

    def show(percentages: Percentages) -> None:
        line = "  ".join(
            f"{meter.description}: {percentages[meter.ean] or 0:.0f} %" for meter in meters
        )
        if sys.stdout.isatty():
            done = all(percentage == 100 for percentage in percentages.values())
            print(f"\r\033[K{line}", end="\n" if done else "", flush=True)
            return
        steps = [int((percentage or 0) // 25) for percentage in percentages.values()]
        if not shown or shown[-1] != steps:
            shown.append(steps)
            print(line, flush=True)

    return show
