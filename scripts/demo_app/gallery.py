"""Pictures of every page that the integration has a part in, as wide as a screen and as a phone."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from playwright.async_api import ViewportSize

from .household import Household
from .offer import offered_meter
from .page import PHONE, WIDE, home_assistant_page, take_picture
from .places import (
    Visit,
    show_action,
    show_contract,
    show_contract_form,
    show_energy_dashboard,
    show_meter,
    show_offer,
    show_options,
    show_repairs,
    show_system_information,
)

_WIDTHS: dict[str, ViewportSize] = {"wide": WIDE, "phone": PHONE}
_PAGES: tuple[tuple[str, Callable[[Visit], Awaitable[None]]], ...] = (
    ("set-up", show_contract_form),
    ("options", show_options),
    ("meter", show_meter),
    ("contract", show_contract),
    ("energy-dashboard", show_energy_dashboard),
    ("repairs", show_repairs),
    ("repairs-offer", show_offer),
    ("action", show_action),
    ("system-information", show_system_information),
)


async def take_gallery(home: Household, browser: Path, folder: Path) -> None:
    """Take a picture of every page at every width; raises DemoError for one that is not shown."""
    language = home.speech.language
    async with offered_meter(home):
        for width, size in _WIDTHS.items():
            async with home_assistant_page(browser, home.api.url, home.speech, size) as page:
                for name, show in _PAGES:
                    await show(Visit(page, home))
                    await take_picture(page, folder, f"page-{name}.{language}-{width}")
