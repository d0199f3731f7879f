"""The forms of the integration in Home Assistant's frontend, as a person goes through them."""

from playwright.async_api import Locator, Page, expect

from .contract import DOMAIN
from .meters import METERS


async def open_integration(page: Page, url: str) -> None:
    """Open the page of the integration."""
    await page.goto(f"{url}/config/integrations/integration/{DOMAIN}")
    await page.get_by_text(METERS[0].last_digits).first.wait_for()


async def reload_contract(page: Page) -> None:
    """Let Home Assistant load the contract anew, by the menu of its entry on the page."""
    row = page.locator("ha-config-entry-row").first
    await row.get_by_role("button", name="Menu").first.click()
    await row.locator("ha-dropdown-item", has_text="Reload").first.click()
    await page.get_by_text("reloaded").first.wait_for()


async def press(page: Page, button: str) -> None:
    """Press a button of the dialog."""
    await _dialog(page).get_by_role("button", name=button, exact=True).first.click()


async def choose(page: Page, option: str) -> None:
    """Choose one of the options of a field of the dialog."""
    await _dialog(page).get_by_role("radio", name=option, exact=True).click()


async def close(page: Page, button: str) -> None:
    """Close the dialog with one of its buttons."""
    await press(page, button)
    await expect(_dialog(page)).to_be_hidden()
    # The frontend goes back in the browser's history then, which would break off going elsewhere.
    await page.wait_for_function("() => !history.state?.dialog")


async def reference_number(page: Page) -> str:
    """Return the reference number that the form proposes."""
    return await _reference_number(page).input_value()


async def fill_in_reference_number(page: Page, reference: str) -> None:
    """Fill in another reference number."""
    await _reference_number(page).fill(reference)


async def send_for_link(page: Page) -> Page:
    """Send a form that makes a consent link, and return the window that opens with it."""
    async with page.expect_popup() as opened:
        await press(page, "Next")
    await page.get_by_text("is valid until").wait_for()
    return await opened.value


def _dialog(page: Page) -> Locator:
    return page.locator("dialog-data-entry-flow")


def _reference_number(page: Page) -> Locator:
    return _dialog(page).locator("input[name=reference_number]")
