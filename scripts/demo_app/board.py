"""The board in a browser: adding it as a person would, comparing its figures, taking pictures."""

import asyncio
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from playwright.async_api import Page, ViewportSize

from .api import HomeAssistantApi, WebSocket
from .board_check import (
    CARD,
    Recorder,
    all_cards,
    check_board,
    check_curve,
    check_keyboard,
    has_only_days,
    shown,
)
from .board_gaps import picture_gaps
from .errors import DemoError
from .meters import METERS, DemoMeter
from .page import home_assistant_page, take_picture
from .sandbox import Sandbox

_TITLE = {"en": "Fluvius readings", "nl": "Fluvius-meetgegevens"}
_SAVED_WITHIN = 60
_WIDE: ViewportSize = {"width": 1440, "height": 1780}
_PHONE: ViewportSize = {"width": 390, "height": 3050}
_USUAL: ViewportSize = {"width": 1440, "height": 1000}


async def take_board_pictures(
    api: HomeAssistantApi, sandbox: Sandbox, browser: Path, folder: Path, newest: date
) -> None:
    """Add the board, compare it with the statistics and take pictures of it.

    `newest` is the last local day of which every reading had arrived when they were imported.
    Raises DemoError where the board does not show what it should.
    """
    async with api.websocket() as websocket:
        await _remove_boards(websocket)
        try:
            await _set_language(websocket, "en")
            async with home_assistant_page(browser, api.url) as page:
                address = f"{api.url}/{await _add_board(page, api.url, websocket, folder)}"
            # The dialog that closes takes its page back in history.
            async with home_assistant_page(browser, api.url) as page:
                await _open_board(page, address, "en")
                await _look_at_board(page, websocket, folder, newest)
                await page.set_viewport_size(_WIDE)
                await picture_gaps(page, websocket, sandbox, folder, _quarter_hour_meter())
            await _set_language(websocket, "nl")
            async with home_assistant_page(browser, api.url) as page:
                await _open_board(page, address, "nl")
                await _choose_meter(page, _quarter_hour_meter())
                await _picture_at_both_widths(page, folder, "nl", _quarter_hour_meter())
        finally:
            await _set_language(websocket, "en")


def _quarter_hour_meter() -> DemoMeter:
    return next(meter for meter in METERS if not (meter.is_gas or has_only_days(meter)))


async def _set_language(websocket: WebSocket, language: str) -> None:
    value = {"language": language, "number_format": "language", "time_format": "24"}
    await websocket.command("frontend/set_user_data", key="language", value=value)


async def _boards(websocket: WebSocket) -> list[dict[str, Any]]:
    dashboards = await websocket.command("lovelace/dashboards/list")
    return [dashboard for dashboard in dashboards if dashboard["title"] == _TITLE["en"]]


async def _remove_boards(websocket: WebSocket) -> None:
    """Remove what an earlier check added."""
    for board in await _boards(websocket):
        await websocket.command("lovelace/dashboards/delete", dashboard_id=board["id"])


async def _add_board(page: Page, url: str, websocket: WebSocket, folder: Path) -> str:
    """Add the board where Home Assistant offers new dashboards, and return its path."""
    await page.set_viewport_size(_USUAL)
    await page.goto(f"{url}/config/lovelace/dashboards")
    await page.get_by_role("button", name="Add dashboard").click()
    offer = page.locator("dashboard-card").filter(has_text=_TITLE["en"])
    await offer.scroll_into_view_if_needed()
    await take_picture(page, folder, "board-add")
    await offer.click()
    create = page.get_by_role("button", name="Create", exact=True)
    await create.wait_for()
    await take_picture(page, folder, "board-add-name")
    await create.click()
    return await _saved_path(websocket)


async def _saved_path(websocket: WebSocket) -> str:
    """Return the path of the board once its strategy is saved, which the browser does last."""
    async with asyncio.timeout(_SAVED_WITHIN):
        while True:
            for board in await _boards(websocket):
                path = str(board["url_path"])
                with suppress(DemoError):  # there is no strategy yet
                    await websocket.command("lovelace/config", url_path=path)
                    return path
            await asyncio.sleep(0.2)


async def _open_board(page: Page, address: str, language: str) -> None:
    await page.set_viewport_size(_WIDE)
    await page.goto(address)
    await page.get_by_text(_TITLE[language]).first.wait_for()


async def _look_at_board(page: Page, websocket: WebSocket, folder: Path, newest: date) -> None:
    # The last one is the one that the other pictures are of.
    for meter in sorted(METERS, key=lambda meter: meter == _quarter_hour_meter()):
        await _choose_meter(page, meter)
        await check_board(page, websocket, meter, newest)
        if meter.is_gas:
            await take_picture(page, folder, "board-gas-en-1440")
    await check_keyboard(page, _quarter_hour_meter())
    await _choose_another_day(page, websocket, _quarter_hour_meter())
    await _picture_at_both_widths(page, folder, "en", _quarter_hour_meter())


async def _choose_meter(page: Page, meter: DemoMeter) -> None:
    picker = page.locator(f"{CARD}-meter-picker")
    await picker.get_by_role("button").filter(has_text=meter.last_digits).click()
    for name in all_cards(meter):
        await shown(page, name, meter)


async def _choose_another_day(page: Page, websocket: WebSocket, meter: DemoMeter) -> None:
    """Choose the first and then the last day of the heat map: the load curve follows."""
    rows = page.locator(f"{CARD}-week-heat-map g.day")
    for row in (rows.first, rows.last):
        day = await row.get_attribute("data-date")
        await row.click()
        await page.locator(f'{CARD}-load-curve[data-shown="{meter.ean} {day}"]').wait_for()
        await check_curve(page, Recorder(websocket, meter))


async def _picture_at_both_widths(
    page: Page, folder: Path, language: str, meter: DemoMeter
) -> None:
    for size in (_WIDE, _PHONE):
        await page.set_viewport_size(size)
        for name in all_cards(meter):
            await shown(page, name, meter)
        await page.mouse.move(0, 0)
        await take_picture(page, folder, f"board-{language}-{size['width']}")
