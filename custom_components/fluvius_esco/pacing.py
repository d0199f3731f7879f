"""Doing something for very many meters without holding up Home Assistant."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from itertools import batched
from typing import Final

# What is done for so many meters at a stretch takes a few milliseconds.
_AT_A_STRETCH: Final = 5


async def paced[T](things: Iterable[T]) -> AsyncIterator[tuple[T, ...]]:
    """Hand out things a few at a time, with a chance for everything else in between."""
    for few in batched(things, _AT_A_STRETCH, strict=False):
        yield few
        await asyncio.sleep(0)
