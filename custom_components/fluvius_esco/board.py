"""Serving the board: the cards and the dashboard that Home Assistant's frontend can offer."""

import hashlib
from pathlib import Path
from typing import Final

from homeassistant.components import frontend
from homeassistant.components.http.server import StaticPathConfig
from homeassistant.core import HomeAssistant

from .const import DOMAIN

_FOLDER: Final = Path(__file__).with_name("frontend")
_ENTRY: Final = "board.js"


async def async_serve_board(hass: HomeAssistant) -> None:
    """Serve the board's files and have the frontend load them; without a frontend, do nothing.

    It only becomes something that can be chosen: no dashboard of the user is touched.
    """
    if frontend.DOMAIN not in hass.config.components:
        return
    version = await hass.async_add_executor_job(_version)
    # Browsers keep the files for a month: other contents get another address, all of them at once.
    address = f"/{DOMAIN}/{version}"
    await hass.http.async_register_static_paths([StaticPathConfig(address, str(_FOLDER))])
    frontend.add_extra_js_url(hass, f"{address}/{_ENTRY}")


def _version() -> str:
    """Return what tells these files from those of any other version."""
    digest = hashlib.sha256()
    for path in sorted(_FOLDER.rglob("*.js*")):
        digest.update(path.relative_to(_FOLDER).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
