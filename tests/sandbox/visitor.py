"""A plain HTTP client with the sandbox's own accounts, for the sandbox's own tests."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp

from .accounts import CLIENT_ID, CLIENT_SECRET, SCOPE, SUBSCRIPTION_KEY
from .server import Sandbox

SECRET_FORM = {
    "grant_type": "client_credentials",
    "client_id": CLIENT_ID,
    "client_secret": CLIENT_SECRET,
    "scope": SCOPE,
}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its status and its JSON."""

    status: int
    json: Any

    @property
    def messages(self) -> list[str]:
        """The validation messages of a 400."""
        found: list[str] = self.json["validationErrorMessages"]
        return found


class Visitor:
    """Ask a sandbox things over HTTP."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        """Visit a running sandbox."""
        self.sandbox = sandbox
        self.session = session

    async def get_token(self, form: dict[str, str], tenant_url: str | None = None) -> Reply:
        """Post a token request."""
        url = tenant_url or self.sandbox.token_url
        async with self.session.post(url, data=form) as response:
            return Reply(response.status, await response.json())

    async def headers(self) -> dict[str, str]:
        """Return the headers that every API call needs, with a fresh token."""
        token = (await self.get_token(SECRET_FORM)).json["access_token"]
        return {"Authorization": f"Bearer {token}", "Ocp-Apim-Subscription-Key": SUBSCRIPTION_KEY}

    async def get(self, path: str, base: str | None = None, **query: str) -> Reply:
        """GET below the sandbox environment's API, or another base."""
        url = f"{base or self.sandbox.api_url}/api/{path}"
        async with self.session.get(url, params=query, headers=await self.headers()) as response:
            return Reply(response.status, await response.json())

    async def energy(self, ean: str, start: str, end: str, **others: str) -> Reply:
        """GET energy of the sandbox environment, measured in a period unless told otherwise."""
        query = {"ean": ean, "periodType": "readTime", "from": start, "to": end} | others
        return await self.get("mandate/energy", **query)

    async def post(self, path: str, body: object, base: str | None = None) -> Reply:
        """POST JSON below the sandbox environment's API, or another base."""
        url = f"{base or self.sandbox.api_url}/api/{path}"
        async with self.session.post(url, json=body, headers=await self.headers()) as response:
            return Reply(response.status, await response.json())

    async def admin(self, method: str, path: str, body: object = None, **query: str) -> Reply:
        """Call an admin endpoint."""
        url = f"{self.sandbox.url}/admin/{path}"
        async with self.session.request(method, url, json=body, params=query) as response:
            empty = response.status == 204
            return Reply(response.status, None if empty else await response.json())


@asynccontextmanager
async def visiting(now: Callable[[], datetime]) -> AsyncIterator[Visitor]:
    """Run a sandbox at a given time and visit it."""
    async with Sandbox(now=now) as sandbox, aiohttp.ClientSession() as session:
        yield Visitor(sandbox, session)
