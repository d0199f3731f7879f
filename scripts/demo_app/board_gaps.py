"""A day with missing and estimated readings on the board, and the same day as it was before."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

from playwright.async_api import Page

from .api import WebSocket
from .board_check import CARD, Recorder, check_gaps, check_without_gaps
from .contract import DOMAIN
from .meters import BRUSSELS, DemoMeter
from .page import take_picture
from .sandbox import Sandbox

_ESTIMATED = time(12), time(15)
_MISSING = time(18), time(19, 30)


async def picture_gaps(
    page: Page, websocket: WebSocket, sandbox: Sandbox, folder: Path, meter: DemoMeter
) -> None:
    """Let a day of the shown week be incomplete, compare, take a picture, and put it right again.

    The board that is open has to show it, and that it is put right, by itself.
    Raises DemoError where the board does not show it as it is.
    """
    row = page.locator(f"{CARD}-week-heat-map g.day").nth(1)
    day = date.fromisoformat(await row.get_attribute("data-date") or "")
    await row.click()
    try:
        await sandbox.correct(meter, *_between(day, _ESTIMATED), state="EST")
        await sandbox.correct(meter, *_between(day, _MISSING), value=None)
        await _read_again(websocket, meter, day)
        await check_gaps(page, Recorder(websocket, meter), day)
        await page.mouse.move(0, 0)
        await take_picture(page, folder, "board-gaps-en-1440")
    finally:
        await sandbox.take_corrections_back()
        await _read_again(websocket, meter, day)
    await check_without_gaps(page, Recorder(websocket, meter), day)


def _between(day: date, times: tuple[time, time]) -> tuple[datetime, datetime]:
    start, end = (datetime.combine(day, at, BRUSSELS) for at in times)
    return start, end


async def _read_again(websocket: WebSocket, meter: DemoMeter, day: date) -> None:
    devices = await websocket.command("config/device_registry/list")
    device_id = next(one["id"] for one in devices if [DOMAIN, meter.ean] in one["identifiers"])
    await websocket.command(
        "call_service",
        domain=DOMAIN,
        service="refresh",
        service_data={
            "device_id": [device_id],
            "start": day.isoformat(),
            "end": (day + timedelta(days=1)).isoformat(),
        },
    )
