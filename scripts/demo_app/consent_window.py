"""The customer's side of a consent: the window in which the sandbox's Mijn Fluvius opens."""

from playwright.async_api import Page, expect

from .album import Album

CUSTOMER = "Netgebruiker"
_BACK = "Terug naar dienstverlener"


async def choose_connection(window: Page, ean: str, album: Album, about: str) -> None:
    """Log in with a link and choose a connection, up to what is left to be confirmed.

    `about` begins the names of the pictures.
    """
    await window.get_by_role("link", name="Aanmelden").wait_for()
    await album.take(window, f"{about}-link")
    await window.get_by_role("link", name="Aanmelden").click()
    await window.get_by_role("button", name=CUSTOMER).wait_for()
    await album.take(window, f"{about}-log-in")
    await window.get_by_role("button", name=CUSTOMER).click()
    await window.locator(f"input[name=ean][value='{ean}']").check()
    await album.take(window, f"{about}-choose")
    await window.get_by_role("button", name="Volgende").click()
    await window.get_by_role("button", name="Bevestigen").wait_for()
    await album.take(window, f"{about}-confirm")


async def confirm(window: Page, outcome: str, album: Album, about: str) -> None:
    """Confirm what was chosen; `outcome` begins the text that says what came of it."""
    await window.get_by_role("button", name="Bevestigen").click()
    await expect(window.locator(".card")).to_contain_text(outcome)
    await album.take(window, f"{about}-done")


async def go_back(window: Page) -> None:
    """Press the button that leads back to Home Assistant, which closes the window."""
    async with window.expect_event("close"):
        # The window may be gone before the click is over.
        await window.get_by_role("link", name=_BACK).click(no_wait_after=True)
