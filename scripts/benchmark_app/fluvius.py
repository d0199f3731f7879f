"""The local Fluvius of the benchmark: the sandbox, and the one that repeats its answers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
import sys
from typing import Any

import aiohttp

from scripts.demo_app.folder import ROOT
from scripts.demo_app.processes import free_port, running

from . import child
from .errors import BenchmarkError


@dataclass(frozen=True, slots=True)
class Fluvius:
    """The sandbox at an address, behind its scenes."""

    url: str

    async def approve_mandate(self, ean: str, data_period_from: datetime) -> None:
        """Give access to the quarter-hours of a meter from an instant on."""
        await self._request(
            "POST",
            "/admin/mandates",
            json={
                "environment": "sbx",
                "referenceNumber": "BENCHMARK",
                "ean": ean,
                "dataServiceType": "VH_kwartier_uur",
                "dataPeriodFrom": _wire(data_period_from),
                "status": "Approved",
            },
        )

    async def correct(
        self,
        ean: str,
        series: str,
        granularity: str,
        start: datetime,
        end: datetime,
        value: float,
    ) -> None:
        """Insert a value for the slices of a period, now."""
        await self._request(
            "POST",
            "/admin/corrections",
            json={
                "ean": ean,
                "series": series,
                "granularity": granularity,
                "from": _wire(start),
                "to": _wire(end),
                "value": value,
                "inserted": _wire(datetime.now(UTC)),
            },
        )

    async def forget_requests(self) -> None:
        """Count requests from now on."""
        await self._request("DELETE", "/admin/requests")

    async def requests(self) -> dict[str, int]:
        """Return how many requests each endpoint had."""
        answer = await self._request("GET", "/admin/requests")
        return {endpoint: int(count) for endpoint, count in answer["counts"].items()}

    async def _request(self, method: str, path: str, **content: Any) -> Any:
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, self.url + path, **content) as response,
        ):
            if not response.ok:
                raise BenchmarkError(f"The sandbox refuses {path}: {await response.text()}")
            return None if response.status == 204 else await response.json()


@asynccontextmanager
async def running_fluvius(folder: Path) -> AsyncIterator[Fluvius]:
    """Run the sandbox."""
    child.made(folder)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with running(
        "The sandbox",
        [sys.executable, "-P", "-m", "tests.sandbox", "--port", str(port)],
        output=folder / "output.log",
        cwd=ROOT,
        environment=child.environment(folder),
    ) as program:
        await program.wait_until_answering(f"{url}/admin/requests")
        yield Fluvius(url)


@asynccontextmanager
async def running_replay(folder: Path, fluvius: Fluvius) -> AsyncIterator[str]:
    """Run what repeats the sandbox's answers, and yield its address."""
    child.made(folder)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with running(
        "The replay",
        child.command("replay", {"upstream": fluvius.url, "port": port}),
        output=folder / "output.log",
        cwd=folder,
        environment=child.environment(folder),
    ) as program:
        await program.wait_until_answering(f"{url}/known")
        yield url


async def known_answers(url: str) -> int:
    """Return how many answers a replay knows."""
    async with aiohttp.ClientSession() as session, session.get(f"{url}/known") as response:
        return int((await response.json())["known"])


def _wire(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
