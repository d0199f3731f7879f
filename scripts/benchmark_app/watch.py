"""Watching a process while something runs in it: how late its event loop is, how much it holds."""

from array import array
import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
import resource
import sys
import threading

from .figures import quantile

_TICK = 0.001
_SAMPLE = 0.005
_STATM = Path("/proc/self/statm")


@dataclass(frozen=True, slots=True)
class Stall:
    """How many seconds late an event loop was: at its longest, and 999 times of a thousand."""

    longest: float
    p999: float


class LoopWatch:
    """Asks a loop to be woken up every millisecond and notes how late that happens.

    Each of these instants counts, also those that pass while the loop does something else, so that
    a stall of 50 ms weighs 50 times as much as one of 1 ms.
    """

    def __init__(self) -> None:
        """Watch from now on; call it in the loop."""
        self._loop = asyncio.get_running_loop()
        self._delays = array("d")
        self._due = self._loop.time() + _TICK
        self._next = self._loop.call_at(self._due, self._tick)

    def _tick(self) -> None:
        now = self._loop.time()
        while self._due <= now:
            self._delays.append(now - self._due)
            self._due += _TICK
        self._next = self._loop.call_at(self._due, self._tick)

    def stop(self) -> Stall:
        """Stop watching and tell how late the loop was."""
        self._next.cancel()
        return Stall(max(self._delays), quantile(self._delays, 0.999))


@dataclass(slots=True)
class Memory:
    """Bytes that a process held in memory, before something and at its peak during it."""

    before: int
    peak: int

    @property
    def growth(self) -> int:
        """The bytes at the peak that were not held before."""
        return self.peak - self.before


@contextmanager
def watched_memory() -> Iterator[Memory]:
    """Watch from a thread how much memory the process holds."""
    memory = Memory(resident(), 0)
    stopped = threading.Event()

    def watch() -> None:
        while not stopped.wait(_SAMPLE):
            memory.peak = max(memory.peak, resident())

    thread = threading.Thread(target=watch, name="memory watch", daemon=True)
    thread.start()
    try:
        yield memory
    finally:
        stopped.set()
        thread.join()
        memory.peak = max(memory.peak, resident())


def resident() -> int:
    """Return the bytes that this process holds in memory.

    Where the system tells only the most that it ever held, growth beyond that is all that is seen.
    """
    if _STATM.exists():
        return int(_STATM.read_text().split()[1]) * resource.getpagesize()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak
