"""The pictures of the README: `scripts/pictures`."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import io
from pathlib import Path
import sys

import aiohttp
from PIL import Image
from playwright.async_api import FloatRect, Page

from .board_page import show_board
from .browser import find_browser
from .errors import DemoError
from .folder import ROOT, Folder
from .household import Household, running_household
from .offer import offered_meter
from .page import home_assistant_page, settle
from .places import (
    Visit,
    show_certificate,
    show_contract_form,
    show_energy_dashboard,
    show_meter,
    show_meters_form,
    show_offer,
    show_request,
)
from .speech import LANGUAGES
from .stopping import until_stopped

_DEMOS = ROOT / ".cache" / "pictures"
_IMAGES = ROOT / ".github" / "images"
_WIDTH = 1200
_HEIGHT = 900
_TALL = 1400
_COLOURS = 128
# The window of whatever dialog is open.
_DIALOG = "dialog-data-entry-flow dialog[part=dialog]"


@dataclass(frozen=True, slots=True)
class ReadmePicture:
    """A picture: what shows its page, how high the screen is, and which part of it is kept."""

    name: str
    show: Callable[[Visit], Awaitable[None]]
    height: int = _HEIGHT
    part: str | None = None


# Each goes on from where the one before it ended.
_PICTURES = (
    ReadmePicture("energy-dashboard", show_energy_dashboard),
    ReadmePicture("set-up-contract", show_contract_form, _TALL, _DIALOG),
    ReadmePicture("set-up-certificate", show_certificate, _TALL, _DIALOG),
    ReadmePicture("set-up-meters", show_meters_form, _TALL, _DIALOG),
    ReadmePicture("add-meter", show_request, _TALL, _DIALOG),
    ReadmePicture("meter", show_meter),
    ReadmePicture("board", show_board, _TALL),
)
_OFFER = ReadmePicture("repair", show_offer, _TALL, _DIALOG)


async def _take_all(browser: Path) -> None:
    _IMAGES.mkdir(parents=True, exist_ok=True)
    for speech in LANGUAGES:
        async with (
            running_household(Folder(_DEMOS / speech.language), speech) as home,
            home_assistant_page(browser, home.api.url, speech) as page,
        ):
            for picture in _PICTURES:
                await _take(picture, page, home)
            async with offered_meter(home):
                await _take(_OFFER, page, home)


async def _take(picture: ReadmePicture, page: Page, home: Household) -> None:
    await page.set_viewport_size({"width": _WIDTH, "height": picture.height})
    await picture.show(Visit(page, home))
    # The focus would frame a field that is no more than the others.
    await page.evaluate("() => document.activeElement?.blur()")
    await page.mouse.move(0, 0)
    await settle(page)
    part = await _part(page, picture.part) if picture.part else None
    shot = await page.screenshot(clip=part, animations="disabled")
    path = _IMAGES / f"{picture.name}.{home.speech.language}.png"
    await asyncio.to_thread(_save, shot, path)
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB", flush=True)


async def _part(page: Page, selector: str) -> FloatRect:
    """Return the place of a part of the page."""
    box = await page.locator(selector).bounding_box()
    if box is None:
        raise DemoError(f"The page does not show {selector}")
    return box


def _save(shot: bytes, path: Path) -> None:
    """Write a picture with few colours, which is a third of its size."""
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    few = image.quantize(_COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


async def _run() -> bool:
    browser = await find_browser()
    if browser is None:
        raise DemoError("Neither Chromium nor Chrome is installed")
    await _take_all(browser)
    return True


def main() -> int:
    """Take all pictures and return the exit code."""
    try:
        return 0 if asyncio.run(until_stopped(_run())) else 130
    except (DemoError, aiohttp.ClientError, TimeoutError) as err:
        print(f"scripts/pictures: {err or type(err).__name__}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
