"""A Fluvius that answers at once: it asks the sandbox once and then repeats what that said.

So what the sandbox takes to make up readings is in no measurement. A program of its own.
"""

import asyncio
from dataclasses import dataclass

import aiohttp
from aiohttp import web

from . import child


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes
    content_type: str


class Replay:
    """The answers by method, path and query."""

    def __init__(self, upstream: str, session: aiohttp.ClientSession) -> None:
        """Know nothing yet; `upstream` is the sandbox's address."""
        self._upstream = upstream
        self._session = session
        self._answers: dict[tuple[str, str], _Answer] = {}

    async def answer(self, request: web.Request) -> web.Response:
        """Repeat the answer to a request, or get it."""
        key = (request.method, request.path_qs)
        if key not in self._answers:
            self._answers[key] = await self._asked(request)
        known = self._answers[key]
        return web.Response(
            status=known.status,
            body=known.body,
            content_type=known.content_type,
        )

    async def known(self, _request: web.Request) -> web.Response:
        """Tell how many answers are known."""
        return web.json_response({"known": len(self._answers)})

    async def _asked(self, request: web.Request) -> _Answer:
        kept = ("Authorization", "Content-Type", "Ocp-Apim-Subscription-Key")
        async with self._session.request(
            request.method,
            self._upstream + request.path_qs,
            data=await request.read(),
            headers={name: request.headers[name] for name in kept if name in request.headers},
        ) as response:
            return _Answer(response.status, await response.read(), response.content_type)


async def _serve(upstream: str, port: int) -> None:
    timeout = aiohttp.ClientTimeout(total=600)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        replay = Replay(upstream, session)
        application = web.Application()
        application.router.add_get("/known", replay.known)
        application.router.add_route("*", "/{path:.*}", replay.answer)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    told = child.arguments()
    asyncio.run(_serve(told["upstream"], told["port"]))
