"""Misbehaviour on demand."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import time
from typing import Any, Final

from aiohttp import web

from .checks import Fields
from .errors import fault_body, json_response
from .strange import STRANGE_KINDS, distorted, pascal_case

ENDPOINTS = ("token", "mandate", "energy", "shortUrl", "mock", "*")
_KINDS = ("delay", "drop", "status", "pascalCase", "truncate", "cut", "garbage", *STRANGE_KINDS)
_PROPERTIES = frozenset({"endpoint", "kind", "times", "skip", "status", "retryAfter", "seconds"})
_STEP: Final = 0.05

type Answer = Callable[[], Awaitable[web.StreamResponse]]


@dataclass(slots=True, kw_only=True)
class Fault:
    """What to do to the next requests of an endpoint.

    - delay: answer after `seconds`
    - drop: close the connection without an answer (an aiohttp client sends a GET once more by
      itself when this happens on a connection that it used before)
    - status: answer with `status` (and `retry_after` seconds) instead
    - pascalCase: the same with PascalCase keys
    - truncate: a well-formed HTTP answer with only half of the real body
    - cut: break the connection off halfway through the real body
    - garbage: status 200 with a page of HTML
    - one of STRANGE_KINDS: the real answer with something strange in it
    """

    endpoint: str
    kind: str
    times: int = 1
    skip: int = 0
    status: int = 500
    retry_after: float | None = None
    seconds: float = 0.5

    def wire(self) -> dict[str, Any]:
        """Return the fault as the admin endpoint shows it."""
        return {
            "endpoint": self.endpoint,
            "kind": self.kind,
            "times": self.times,
            "skip": self.skip,
            "status": self.status,
            "retryAfter": self.retry_after,
            "seconds": self.seconds,
        }


class FaultPlan:
    """The faults that are still to happen; each request meets at most one."""

    def __init__(self) -> None:
        """Start without faults."""
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Plan a fault, after those planned before."""
        self._faults.append(fault)

    def take(self, endpoint: str) -> Fault | None:
        """Return the fault for a request that comes in now, and count it."""
        for fault in self._faults:
            if fault.endpoint not in {endpoint, "*"}:
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            fault.times -= 1
            self._faults = [left for left in self._faults if left.times > 0]
            return fault
        return None

    def left(self) -> list[dict[str, Any]]:
        """List the faults that are still to happen."""
        return [fault.wire() for fault in self._faults]

    def clear(self) -> None:
        """Behave again."""
        self._faults.clear()


def read_fault(fields: Fields) -> Fault:
    """Read a fault from an admin request, or raise InvalidRequestError."""
    fields.only(_PROPERTIES)
    endpoint = fields.required_choice("endpoint", ENDPOINTS)
    kind = fields.required_choice("kind", _KINDS)
    given = {name: fields.raw(name) for name in _PROPERTIES - {"endpoint", "kind"}}
    numbers = {name: value for name, value in given.items() if value is not None}
    for name, number in numbers.items():
        if not isinstance(number, int | float) or number < 0:
            fields.refuse(f"'{name}' must be a number from 0.")
    if numbers.get("times") == 0:
        fields.refuse("'times' must be at least 1.")
    fields.finish()
    return Fault(
        endpoint=endpoint,
        kind=kind,
        times=int(numbers.get("times", 1)),
        skip=int(numbers.get("skip", 0)),
        status=int(numbers.get("status", 500)),
        retry_after=numbers.get("retryAfter"),
        seconds=float(numbers.get("seconds", 0.5)),
    )


async def misbehave(
    fault: Fault, endpoint: str, request: web.Request, answer: Answer
) -> web.StreamResponse:
    """Answer a request the way a fault wants it."""
    match fault.kind:
        case "delay":
            await _pause(fault.seconds)
            return await answer()
        case "drop":
            return _dropped(request)
        case "garbage":
            return web.Response(
                text="<html><body>Bad gateway</body></html>", content_type="text/html"
            )
        case "status" | "pascalCase":
            return _refused(fault, endpoint)
    whole = await answer()
    body = whole.body if isinstance(whole, web.Response) else b""
    if fault.kind in STRANGE_KINDS:
        return _strange(fault, whole)
    half = bytes(body)[: len(body) // 2] if isinstance(body, bytes) else b""
    if fault.kind == "truncate":
        return web.Response(body=half, status=whole.status, content_type="application/json")
    return await _cut(request, half)


def _dropped(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def _refused(fault: Fault, endpoint: str) -> web.Response:
    body = fault_body(endpoint, fault.status)
    if fault.kind == "pascalCase":
        body = pascal_case(body)
    response = json_response(body, fault.status)
    if fault.retry_after is not None:
        response.headers["Retry-After"] = f"{fault.retry_after:g}"
    return response


def _strange(fault: Fault, whole: web.StreamResponse) -> web.StreamResponse:
    if not isinstance(whole, web.Response) or not isinstance(whole.body, bytes):
        return whole
    body = distorted(fault.kind, whole.body)
    return web.Response(body=body, status=whole.status, content_type="application/json")


async def _cut(request: web.Request, half: bytes) -> web.StreamResponse:
    response = web.StreamResponse()
    response.content_type = "application/json"
    response.content_length = 2 * len(half) + 1
    await response.prepare(request)
    await response.write(half)
    if request.transport is not None:
        request.transport.close()
    return response


async def _pause(seconds: float) -> None:
    """Wait, even where a test has stopped the clock and no timer is ever due."""
    for _ in range(max(1, round(seconds / _STEP))):
        await asyncio.to_thread(time.sleep, _STEP)
