"""How long the event loop is held by what runs in it, however busy the machine is."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
import gc
import time


@dataclass(slots=True)
class Hold:
    """Seconds of processor time that the longest turn of the loop took."""

    longest: float = 0.0


@contextmanager
def watched_loop() -> Iterator[Hold]:
    """Watch every turn of the running loop.

    Processor time passes whatever clock a test has frozen, and does not count what other programs
    take. The loop's own debugging and Python's collector, whose pauses grow with all that the tests
    hold in memory, are off meanwhile.
    """
    loop = asyncio.get_running_loop()
    hold = Hold()
    debugs, last, watches = loop.get_debug(), time.thread_time(), True

    def turn() -> None:
        nonlocal last
        now = time.thread_time()
        hold.longest = max(hold.longest, now - last)
        last = now
        if watches:
            loop.call_soon(turn)

    loop.set_debug(False)
    gc.collect()
    gc.disable()
    last = time.thread_time()
    turn()
    try:
        yield hold
    finally:
        watches = False
        gc.enable()
        loop.set_debug(debugs)
