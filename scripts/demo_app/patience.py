"""Waiting for something to become so."""

import asyncio
from collections.abc import Awaitable, Callable
import time

from .errors import DemoError

_PATIENCE = 120
_POLL = 0.5


async def until(is_so: Callable[[], Awaitable[bool]], otherwise: str) -> None:
    """Wait until something is so; raises DemoError with a sentence if that takes too long."""
    deadline = time.monotonic() + _PATIENCE
    while not await is_so():
        if time.monotonic() > deadline:
            raise DemoError(otherwise)
        await asyncio.sleep(_POLL)
