"""The demo's side of the local Fluvius sandbox: what it is given, and what it says is right."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
import os
import sys
from typing import Any

import aiohttp

from tests.sandbox.accounts import TENANT_ID

from .errors import DemoError
from .folder import ROOT, Folder
from .meters import METERS, DemoMeter
from .processes import Program, check_port, running

type MonthTotals = dict[str, dict[str, int]]
"""Wh (gas volume: dm³) by statistic id and month, such as 2026-10."""

_ENVIRONMENT = "sbx"


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A local sandbox that runs."""

    url: str
    program: Program

    @property
    def api_url(self) -> str:
        """The base address of the API."""
        return f"{self.url}/esco-sbx/v3"

    @property
    def token_url(self) -> str:
        """The address of the token endpoint."""
        return f"{self.url}/{TENANT_ID}/oauth2/v2.0/token"

    @property
    def consent_url(self) -> str:
        """The address of the page where customers give their consent."""
        return f"{self.url}/verbruik/dienstverlener"

    async def prepare(self, certificate: bytes, data_period_from: datetime) -> None:
        """Hand in the certificate and give the mandates; the sandbox keeps both in memory only."""
        await self._request("POST", "/admin/certificates", data=certificate)
        for meter in METERS:
            await self.approve(meter, data_period_from)

    async def approve(self, meter: DemoMeter, data_period_from: datetime) -> None:
        """Give an approved mandate for a meter."""
        mandate = {
            "environment": _ENVIRONMENT,
            "referenceNumber": f"DEMO-{meter.ean}",
            "ean": meter.ean,
            "dataServiceType": meter.data_service_type,
            "dataPeriodFrom": _in_utc(data_period_from),
            "status": "Approved",
        }
        await self._request("POST", "/admin/mandates", json=mandate)

    async def let_expire_soon(self, meter: DemoMeter, reference: str, expires: datetime) -> None:
        """Let the time come to renew a mandate that expires at an instant."""
        change = {
            "environment": _ENVIRONMENT,
            "referenceNumber": reference,
            "ean": meter.ean,
            "renewalStatus": "ToBeRenewed",
            "mandateExpirationDate": _in_utc(expires),
        }
        await self._request("POST", "/admin/mandates/changes", json=change)

    async def approve_as_grid_user(self, meter: DemoMeter, reference: str) -> None:
        """Approve a request that waits for the grid user; raises DemoError if there is none."""
        answer = await self._request("GET", "/admin/consents")
        for consent in answer["consents"]:
            if (consent["ean"], consent["referenceNumber"]) == (meter.ean, reference):
                address = f"/admin/consents/{consent['id']}"
                await self._request("POST", address, json={"decision": "approve"})
                return
        raise DemoError(f"No request for {meter.ean} waits for its grid user")

    async def be_slow_with_mandates(self, seconds: float) -> None:
        """Answer the next questions for mandates late."""
        fault = {"endpoint": "mandate", "kind": "delay", "seconds": seconds, "times": 3}
        await self._request("POST", "/admin/faults", json=fault)

    async def be_quick(self) -> None:
        """Answer without delay from now on."""
        await self._request("DELETE", "/admin/faults")

    async def totals(self, meters: Iterable[DemoMeter] = METERS) -> MonthTotals:
        """Return what every statistic of some meters has to add up to by now."""
        sums: MonthTotals = {}
        for meter in meters:
            answer = await self._request("GET", f"/admin/totals/{meter.ean}")
            for series, months in answer["months"].items():
                if months:
                    sums[f"fluvius_esco:{meter.ean}_{series}"] = {
                        month: round(1000 * amount) for month, amount in months.items()
                    }
        return sums

    async def requests(self) -> dict[str, int]:
        """Return how many requests of each kind the sandbox has had."""
        answer = await self._request("GET", "/admin/requests")
        return {endpoint: int(count) for endpoint, count in answer["counts"].items()}

    async def correct(
        self, meter: DemoMeter, start: datetime, end: datetime, **correction: str | float | None
    ) -> None:
        """Let the readings between two instants have another `state` or `value`, or none."""
        told = {"ean": meter.ean, "from": _in_utc(start), "to": _in_utc(end)}
        inserted = _in_utc(datetime.now(UTC))
        await self._request(
            "POST", "/admin/corrections", json=told | {"inserted": inserted} | correction
        )

    async def take_corrections_back(self) -> None:
        """Let all readings be again what they were."""
        await self._request("DELETE", "/admin/scenes")

    async def _request(self, method: str, path: str, **content: Any) -> Any:
        timeout = aiohttp.ClientTimeout(total=600)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.request(method, self.url + path, **content) as response,
        ):
            if not response.ok:
                text = await response.text()
                raise DemoError(f"The sandbox refuses {path}: {response.status} {text}")
            return None if response.status == HTTPStatus.NO_CONTENT else await response.json()


@asynccontextmanager
async def running_sandbox(folder: Folder, port: int) -> AsyncIterator[Sandbox]:
    """Run the local sandbox."""
    check_port(port, "--sandbox-port")
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-P", "-m", "tests.sandbox", "--port", str(port)]
    async with running(
        "The sandbox",
        command,
        output=folder.path / "sandbox.log",
        cwd=ROOT,
        environment=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as program:
        await program.wait_until_answering(f"{url}/admin/requests")
        yield Sandbox(url, program)


def _in_utc(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
