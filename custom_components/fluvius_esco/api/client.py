"""The Fluvius API as the rest of the project sees it."""

import asyncio
from typing import Final

import aiohttp

from .answers import Answer, error_of, has_code, is_about_subscription_key
from .auth import Access, CertificateCredential, TokenProvider
from .certificate import ClientCertificate
from .dialect import DIALECTS, ApiVersion
from .exceptions import Credential, FluviusAuthenticationError, FluviusError
from .models import (
    EnergyRequest,
    Headpoint,
    Mandate,
    MandateFilter,
    MockMandateRequest,
    ShortUrl,
    ShortUrlRequest,
)
from .observer import NOBODY, Observer
from .transport import DEFAULT_RETRY_POLICY, HttpRequest, RetryPolicy, Transport
from .wire import NO_MANDATES, ApiCall

ALL_MANDATES: Final = MandateFilter()


class FluviusClient:
    """Calls the API of one contract over a session that the caller owns and closes.

    Besides what they name, all methods raise FluviusAuthenticationError, FluviusPermissionError,
    FluviusValidationError, FluviusRateLimitError, FluviusUnavailableError,
    FluviusMalformedAnswerError, and CertificateError for a certificate that cannot sign; and
    ValueError for a naive datetime and for what the version of the API cannot ask (V2: filter by last
    update, reactive energy alone), before anything is sent.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        api_url: str,
        access: Access,
        subscription_key: str,
        *,
        api_version: ApiVersion = ApiVersion.V3,
        retry: RetryPolicy = DEFAULT_RETRY_POLICY,
        observer: Observer = NOBODY,
    ) -> None:
        """Send nothing yet; `api_url` is the base of `api_version`, see `const`."""
        self._transport = Transport(session, retry, observer.request_sent)
        self._observer = observer
        self._tokens = TokenProvider(session, access, retry)
        self._credential = access.credential
        self._api_url = api_url.rstrip("/")
        self._dialect = DIALECTS[api_version]
        self._subscription_key = subscription_key

    @property
    def requests_sent(self) -> int:
        """The number of API requests so far, every try counted; tokens are not among them."""
        return self._transport.requests_sent

    @property
    def certificates(self) -> tuple[ClientCertificate, ...]:
        """The certificates that the access is proved by, the one to be preferred first."""
        if isinstance(self._credential, CertificateCredential):
            return self._credential.certificates
        return ()

    @property
    def accepted_certificate(self) -> ClientCertificate | None:
        """The certificate that the last token was given for; None before the first one."""
        return self._tokens.accepted

    async def authenticate(self) -> None:
        """Get a token, unless there is a good one, and so check the access without the API."""
        await self._tokens.token()

    async def mandates(self, mandate_filter: MandateFilter = ALL_MANDATES) -> tuple[Mandate, ...]:
        """Return the contract's mandates that match, none at all being no error.

        Raises FluviusNotFoundError where the API is not at the address.
        """
        answer = await self._call(self._dialect.mandates_call(mandate_filter))
        if _has_no_mandates(answer):
            return ()
        return self._dialect.parse_mandates(_body(answer))

    async def energy(self, request: EnergyRequest) -> Headpoint:
        """Return the readings of one EAN, parsed off the event loop.

        Raises FluviusNotFoundError where no mandate gives access to them; V2 has no such answer and
        refuses the request, a FluviusValidationError.
        """
        body = _body(await self._call(self._dialect.energy_call(request)))
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, self._dialect.parse_energy, body, request)

    async def create_short_url(self, request: ShortUrlRequest) -> ShortUrl:
        """Return a new consent link, good for 24 hours."""
        return self._dialect.parse_short_url(
            _body(await self._call(self._dialect.short_url_call(request)))
        )

    async def create_mock_mandate(self, request: MockMandateRequest) -> None:
        """Create a fictitious mandate; only the sandbox can."""
        self._dialect.parse_mock_mandate(
            _body(await self._call(self._dialect.mock_mandate_call(request)))
        )

    async def _call(self, call: ApiCall) -> Answer:
        """Return the answer to a call, and tell how it ended."""
        try:
            answer = await self._answer_to(call)
        except FluviusError:
            self._observer.call_ended(answered=False)
            raise
        self._observer.call_ended(answered=answer.is_success or _has_no_mandates(answer))
        return answer

    async def _answer_to(self, call: ApiCall) -> Answer:
        """Return the answer to a call, with a new token if the API refuses the one we have."""
        token = await self._tokens.token()
        answer = await self._send(call, token)
        if answer.status != 401 or is_about_subscription_key(answer):
            return answer
        self._tokens.invalidate(token)
        return await self._send(call, await self._tokens.token())

    async def _send(self, call: ApiCall, token: str) -> Answer:
        if not (self._subscription_key.isascii() and self._subscription_key.isprintable()):
            raise FluviusAuthenticationError(
                "The subscription key holds characters that no key has",
                Credential.SUBSCRIPTION_KEY,
            )
        request = HttpRequest(
            call.method,
            f"{self._api_url}{call.path}",
            headers={
                "Authorization": f"Bearer {token}",
                "Ocp-Apim-Subscription-Key": self._subscription_key,
            },
            query=call.query,
            json=call.body,
        )
        return await self._transport.send(lambda: request)


def _has_no_mandates(answer: Answer) -> bool:
    """Whether a list of mandates is empty, which Fluvius answers as if it were an error."""
    return answer.status == 404 and has_code(answer, NO_MANDATES)


def _body(answer: Answer) -> bytes:
    """Return the body of a good answer; raises what a bad one stands for."""
    if not answer.is_success:
        raise error_of(answer)
    return answer.body
