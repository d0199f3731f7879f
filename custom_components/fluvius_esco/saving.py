"""Writing a file of Home Assistant's storage to its end, whoever is cancelled meanwhile."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store


async def async_save_whole[Data: Mapping[str, Any] | Sequence[Any]](
    hass: HomeAssistant, store: Store[Data], data: Data
) -> None:
    """Save data; raises CancelledError only once they are saved.

    A write goes on in its thread if an import is cancelled. Whoever waits for the import must not
    remove or read the file before.
    """
    write = hass.async_create_task(store.async_save(data))
    try:
        await asyncio.shield(write)
    finally:
        await asyncio.wait([write])
