"""Ending what runs, with all that it started, when a signal asks for it."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
import signal
from typing import Any


async def until_stopped[Result](work: Coroutine[Any, Any, Result]) -> Result | None:
    """Return the result of some work, None if a signal ended it before."""
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(work)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        return await task
    print("\nStopped")
    return None
