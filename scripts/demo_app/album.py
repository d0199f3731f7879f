"""Pictures that are numbered in the order in which they are taken."""

from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Page

from .page import take_picture


@dataclass(slots=True)
class Album:
    """A folder of pictures, and the number of the next one."""

    folder: Path
    number: int

    async def take(self, page: Page, name: str) -> None:
        """Take a picture of a page as it is."""
        await take_picture(page, self.folder, f"{self.number:02}-{name}")
        self.number += 1
