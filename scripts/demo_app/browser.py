"""Finding a Chromium or Chrome to take pictures with."""

import asyncio
import os
from pathlib import Path
import shutil

_COMMANDS = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser", "chrome")
_APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_DEBIAN_PACKAGES = ("chromium", "fonts-dejavu-core")


async def find_browser() -> Path | None:
    """Return an installed browser; a Debian gets its own package of it where we may install it."""
    if browser := _installed():
        return browser
    if _is_debian_to_install_on():
        print("Installing Debian's Chromium for the pictures", flush=True)
        await _apt_get("update")
        await _apt_get("install", "--yes", "--no-install-recommends", *_DEBIAN_PACKAGES)
    return _installed()


def _installed() -> Path | None:
    for command in _COMMANDS:
        if found := shutil.which(command):
            return Path(found)
    return next((Path(path) for path in _APPLICATIONS if Path(path).exists()), None)


def _is_debian_to_install_on() -> bool:
    is_debian = Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None
    return is_debian and os.geteuid() == 0


async def _apt_get(*arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        "apt-get",
        "-qq",
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
    )
    await process.wait()
