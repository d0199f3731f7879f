"""How much of a time requests were under way."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
import time

from custom_components.fluvius_esco.api.answers import Answer
from custom_components.fluvius_esco.api.transport import HttpRequest, Transport

type Interval = tuple[float, float]


@contextmanager
def watched_requests() -> Iterator[list[Interval]]:
    """Note when each request of the integration began and ended."""
    intervals: list[Interval] = []
    send = Transport.send

    async def watched(self: Transport, compose: Callable[[], HttpRequest]) -> Answer:
        started = time.monotonic()
        try:
            return await send(self, compose)
        finally:
            intervals.append((started, time.monotonic()))

    Transport.send = watched  # type: ignore[method-assign] # put back below
    try:
        yield intervals
    finally:
        Transport.send = send  # type: ignore[method-assign] # as it was


def covered(intervals: Iterable[Interval]) -> float:
    """Return how many seconds lie in at least one interval."""
    total, reached = 0.0, float("-inf")
    for start, end in sorted(intervals):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total
