"""Send one HTTP request and get its answer: time-outs, retries and limits, but no meaning."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
import random
import time

import aiohttp

from .answers import Answer, seconds_of_retry_after
from .const import MAX_ANSWER_BYTES
from .exceptions import (
    FluviusMalformedAnswerError,
    FluviusRateLimitError,
    FluviusUnavailableError,
)
from .wire import Query


def _seconds() -> float:
    """Return the time of a clock that is looked up at every call, as tests set it."""
    return time.monotonic()


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long one request may take and how often it is tried; all times are seconds.

    Before try n + 1 we wait a random time up to `base_delay` x 2^(n - 1) but never more than
    `max_delay` ("full jitter"), or what `Retry-After` says where that is at most
    `longest_retry_after`; a longer one ends the tries at once. `clock` counts seconds.
    """

    attempts: int = 4
    base_delay: float = 1.0
    max_delay: float = 30.0
    longest_retry_after: float = 60.0
    total_timeout: float = 120.0
    connect_timeout: float = 15.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = _seconds

    def delay(self, failures: int) -> float:
        """Return a random wait after so many failures in a row (1 or more)."""
        ceiling = min(self.max_delay, self.base_delay * 2.0 ** (failures - 1))
        return random.uniform(0, ceiling)  # noqa: S311 - spreads load, protects nothing

    def wait_after(self, answer: Answer, failures: int) -> float | None:
        """Return how long to wait before asking again, None where that makes no sense."""
        if not answer.is_transient or failures >= self.attempts:
            return None
        if answer.retry_after is None:
            return self.delay(failures)
        return answer.retry_after if answer.retry_after <= self.longest_retry_after else None


DEFAULT_RETRY_POLICY = RetryPolicy()


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What to send; only the method may be shown, for the rest holds secrets and EANs."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Query = field(default_factory=dict, repr=False)
    json: Mapping[str, object] | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)


def _ignore() -> None:
    """Take no notice."""


class Transport:
    """Sends requests over a session that somebody else owns and closes."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        retry: RetryPolicy,
        on_sent: Callable[[], None] = _ignore,
    ) -> None:
        """Send nothing yet; `on_sent` is called for every try."""
        self._session = session
        self._retry = retry
        self._on_sent = on_sent
        self._silent_until = retry.clock()
        self.requests_sent = 0

    async def send(self, compose: Callable[[], HttpRequest]) -> Answer:
        """Return the answer to a request, tried again while it fails for a passing reason.

        `compose` is called for every try, as a signed assertion may be used only once.

        The last answer is returned whatever its status. A POST is tried again too: the only
        ones are consent links, of which a second one does no harm, and the sandbox's mandates.
        A request that used up its whole time is not, as asking again would take as long.

        What `Retry-After` asks of one request all of them keep to. Raises FluviusRateLimitError where
        it asks for a longer wait than we sit out, FluviusUnavailableError without an answer and
        FluviusMalformedAnswerError for one that is too large.
        """
        failures = 0
        while True:
            await self._keep_silent()
            failures += 1
            try:
                answer = await self._send_once(compose())
            except aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError:
                raise FluviusUnavailableError("The address is not valid") from None
            except aiohttp.ClientError as error:
                if failures >= self._retry.attempts:
                    reason = type(error).__name__
                    raise FluviusUnavailableError(f"The connection failed ({reason})") from None
                wait = self._retry.delay(failures)
            except TimeoutError:
                raise FluviusUnavailableError("The server took too long to answer") from None
            else:
                advised = self._retry.wait_after(answer, failures)
                if advised is None:
                    return answer
                if answer.retry_after is not None:
                    continue
                wait = advised
            await self._retry.sleep(wait)

    async def _keep_silent(self) -> None:
        """Wait for as long as the server asked for."""
        until = self._silent_until
        left = until - self._retry.clock()
        if left > self._retry.longest_retry_after:
            raise FluviusRateLimitError("The server asked not to be asked yet", left)
        if left > 0:
            await self._retry.sleep(left)
            if self._silent_until == until:
                self._silent_until = self._retry.clock()

    async def _send_once(self, request: HttpRequest) -> Answer:
        self.requests_sent += 1
        self._on_sent()
        async with self._session.request(
            request.method,
            request.url,
            params=request.query,
            headers={"Accept": "application/json", **request.headers},
            json=request.json,
            data=request.form,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(
                total=self._retry.total_timeout, connect=self._retry.connect_timeout
            ),
        ) as response:
            retry_after = seconds_of_retry_after(response.headers.get("Retry-After"))
            if retry_after is not None:
                until = self._retry.clock() + retry_after
                self._silent_until = max(self._silent_until, until)
            return Answer(response.status, await _read(response), retry_after)


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """Read a body, which a compressed answer could otherwise make as large as it likes."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise FluviusMalformedAnswerError("The answer is too large")
    return bytes(body)
