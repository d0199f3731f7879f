"""A page of a real browser: opening one, logging in to Home Assistant, taking a picture."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Error, Page, ViewportSize, async_playwright

from .errors import DemoError
from .login import PASSWORD, USERNAME
from .speech import ENGLISH, Speech

_TIMEOUT = 180_000
# As large as a usual screen, and as a phone.
WIDE: ViewportSize = {"width": 1440, "height": 1000}
PHONE: ViewportSize = {"width": 390, "height": 844}

_FLAGS = (
    "--no-sandbox",  # which root cannot use, nor many a container; all pages are our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
)


@asynccontextmanager
async def home_assistant_page(
    browser: Path, url: str, speech: Speech = ENGLISH, size: ViewportSize = WIDE
) -> AsyncIterator[Page]:
    """Open a browser in Belgian time, logged in to Home Assistant.

    Raises DemoError where a page does not show what is waited for.
    """
    try:
        async with async_playwright() as playwright:
            chromium = await playwright.chromium.launch(executable_path=str(browser), args=_FLAGS)
            try:
                context = await chromium.new_context(
                    viewport=size,
                    timezone_id="Europe/Brussels",
                    locale=speech.locale,
                    reduced_motion="reduce",
                )
                context.set_default_timeout(_TIMEOUT)
                page = await context.new_page()
                await _log_in(page, url)
                yield page
            finally:
                await chromium.close()
    except Error as err:
        raise DemoError(f"The browser does not show what it should: {err}") from err


async def _log_in(page: Page, url: str) -> None:
    await page.goto(url)
    await page.locator("input[name=username]").fill(USERNAME)
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.locator("input[name=password]").press("Enter")
    await page.locator("home-assistant-main").wait_for()


async def settle(page: Page) -> None:
    """Wait until nothing changes any more on the page."""
    await page.wait_for_load_state("networkidle")
    await page.evaluate("() => new Promise(done => requestIdleCallback(done, {timeout: 5000}))")


async def take_picture(page: Page, folder: Path, name: str) -> None:
    """Take a picture once nothing changes any more on the page."""
    await settle(page)
    path = folder / f"{name}.png"
    await page.screenshot(path=path, animations="disabled")
    print(f"Picture {path}", flush=True)
