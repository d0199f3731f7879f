"""A token endpoint and an API on 127.0.0.1 that answer what a test tells them to."""

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer
import orjson

TOKEN_PATH = "/tenant/oauth2/v2.0/token"
API_BASE = "/esco-sbx/v3"

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def json_answer(
    body: object, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    return web.Response(
        body=orjson.dumps(body), status=status, headers=headers, content_type="application/json"
    )


def token_answer(text: str = "token-1", expires_in: object = 3599) -> web.Response:
    return json_answer({"token_type": "Bearer", "access_token": text, "expires_in": expires_in})


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass
class FakeFluvius:
    """Hands out the prepared answers in order; the last one of each kind stays."""

    url: str = ""
    tokens: deque[web.Response | Handler] = field(default_factory=deque)
    answers: deque[web.Response | Handler] = field(default_factory=deque)
    token_requests: list[Received] = field(default_factory=list)
    api_requests: list[Received] = field(default_factory=list)

    @property
    def token_url(self) -> str:
        return f"{self.url}{TOKEN_PATH}"

    @property
    def api_url(self) -> str:
        return f"{self.url}{API_BASE}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        is_token = request.path == TOKEN_PATH
        received, prepared = (
            (self.token_requests, self.tokens) if is_token else (self.api_requests, self.answers)
        )
        received.append(
            Received(
                request.method,
                request.path.removeprefix(API_BASE),
                dict(request.query),
                dict(request.headers),
                await request.read(),
            )
        )
        outcome = prepared.popleft() if len(prepared) > 1 else prepared[0]
        if isinstance(outcome, web.Response):
            # A response object serves one request only.
            return web.Response(body=outcome.body, status=outcome.status, headers=outcome.headers)
        return await outcome(request)


@asynccontextmanager
async def fake_fluvius() -> AsyncIterator[FakeFluvius]:
    fake = FakeFluvius()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", fake.handle)
    async with TestServer(app, host="127.0.0.1") as server:
        fake.url = str(server.make_url("")).rstrip("/")
        fake.tokens.append(token_answer())
        yield fake


async def drop_connection(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()
