"""The programs that the demo starts, and their end."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
import os
from pathlib import Path
import signal
import socket
import time

import aiohttp

from .errors import DemoError

_START_TIMEOUT = 900
_STOP_TIMEOUT = 120
_POLL = 0.2


def check_port(port: int, option: str) -> None:
    """Raise DemoError if a port of this machine is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as err:
            raise DemoError(
                f"Port {port} cannot be used ({err.strerror}); choose another one with {option}"
            ) from err


def free_port() -> int:
    """Return a port that nothing uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Program:
    """A program that runs, in a process group of its own, and the file that takes its output."""

    name: str
    process: asyncio.subprocess.Process
    output: Path

    async def wait_until_answering(self, url: str) -> None:
        """Wait until the program answers HTTP requests; raises DemoError if it ends before."""
        deadline = time.monotonic() + _START_TIMEOUT
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
            while time.monotonic() < deadline:
                self.check()
                with suppress(aiohttp.ClientError, TimeoutError):
                    async with session.get(url):
                        return
                await asyncio.sleep(_POLL)
        raise DemoError(f"{self.name} does not answer at {url}\n{self._tail()}")

    def check(self) -> None:
        """Raise DemoError if the program has ended."""
        if (code := self.process.returncode) is not None:
            raise DemoError(f"{self.name} ended with exit code {code}\n{self._tail()}")

    def _tail(self, lines: int = 30) -> str:
        return "\n".join(self.output.read_text(errors="replace").splitlines()[-lines:])


@asynccontextmanager
async def running(
    name: str,
    command: Sequence[str],
    *,
    output: Path,
    cwd: Path,
    environment: Mapping[str, str],
) -> AsyncIterator[Program]:
    """Run a program; at the end it, and whatever it started itself, is stopped."""
    with output.open("w") as file:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=file,
            stderr=asyncio.subprocess.STDOUT,
            cwd=cwd,
            env=dict(environment),
            start_new_session=True,
        )
    try:
        yield Program(name, process, output)
    finally:
        await asyncio.shield(_stop(name, process))


async def _stop(name: str, process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(_STOP_TIMEOUT):
                await process.wait()
        except TimeoutError:
            print(f"{name} does not stop; it is killed")
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
