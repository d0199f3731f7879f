"""Access tokens from Microsoft Entra ID by certificate or by client secret."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import re
import time
from typing import Final
from urllib.parse import quote
import uuid

import aiohttp
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
import jwt
import orjson

from .answers import Answer, error_fields, error_of
from .certificate import ClientCertificate
from .const import LOGIN_URL
from .exceptions import (
    Credential,
    FluviusAuthenticationError,
    FluviusError,
    FluviusMalformedAnswerError,
    FluviusPermissionError,
    FluviusServerError,
)
from .transport import DEFAULT_RETRY_POLICY, HttpRequest, RetryPolicy, Transport

_ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_LIFETIME: Final = 300
_RENEWAL_MARGIN: Final = 300.0
# A certificate that was refused is tried again before the others with the next token, but not with
# those that the API makes us fetch in between.
_REFUSED_FOR: Final = timedelta(minutes=30)
_AADSTS: Final = re.compile(r"AADSTS([0-9]{4,9})")

# Microsoft's "Microsoft Entra authentication and authorization error codes".
_TENANT_CODES: Final = frozenset({50059, 50128, 90002, 900021, 900023})
_CLIENT_CODES: Final = frozenset({700016, 700021, 7000112, 7000229})
_SECRET_CODES: Final = frozenset({50012, 7000215, 7000216, 7000218, 7000222})
_CERTIFICATE_CODES: Final = frozenset(
    {50013, 700022, 700023, 700024, 700025, 700027, 700030, 7000212, 7000213, 7000214, 1000502}
)
_SCOPE_CODES: Final = frozenset({70011, 500011, 500014, 650057, 1002012, 1002014})
_PERMISSION_CODES: Final = frozenset({50105, 53003, 65001, 501051})
_PASSING_CODES: Final = frozenset({90006, 90012, 90033})


@dataclass(frozen=True, slots=True)
class CertificateCredential:
    """Proof by an assertion that a certificate's private key signs.

    The first of the certificates that Entra ID accepts is used: a new one may stand before the one
    that is known there.
    """

    certificates: tuple[ClientCertificate, ...]

    def usable_at(self, moment: datetime) -> tuple[ClientCertificate, ...]:
        """Return those that are valid at an aware instant; all, where none is by our clock."""
        valid = tuple(one for one in self.certificates if one.is_valid_at(moment))
        return valid or self.certificates


@dataclass(frozen=True, slots=True)
class SecretCredential:
    """Proof by a shared secret."""

    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Access:
    """Who we are and where tokens come from; `token_url` is the complete address."""

    tenant_id: str
    client_id: str
    scope: str
    credential: CertificateCredential | SecretCredential = field(repr=False)
    token_url: str


def token_url_for(tenant_id: str) -> str:
    """Return the address of Entra ID's token endpoint for a tenant."""
    return f"{LOGIN_URL}/{quote(tenant_id, safe='')}/oauth2/v2.0/token"


@dataclass(frozen=True, slots=True)
class _Token:
    text: str = field(repr=False)
    renew_at: float


class TokenProvider:
    """Gets a token, keeps it until five minutes before it expires, and then gets another.

    `accepted` is the certificate that the last token was given for, if one was.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        access: Access,
        retry: RetryPolicy = DEFAULT_RETRY_POLICY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Ask for nothing yet; `clock` gives seconds that only ever go up."""
        self._transport = Transport(session, retry)
        self._access = access
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token: _Token | None = None
        self._signing_keys: dict[str, RSAPrivateKey] = {}
        self._refused_at: dict[str, datetime] = {}
        self.accepted: ClientCertificate | None = None

    async def token(self) -> str:
        """Return a token that is valid for some minutes to come.

        Raises FluviusAuthenticationError, FluviusPermissionError, FluviusRateLimitError,
        FluviusUnavailableError, FluviusMalformedAnswerError or CertificateError.
        """
        async with self._lock:
            if self._token is None or self._clock() >= self._token.renew_at:
                self._token = await self._fetch()
            return self._token.text

    def invalidate(self, token: str) -> None:
        """Forget this token, which the API refused; a newer one is kept."""
        if self._token is not None and self._token.text == token:
            self._token = None

    async def _fetch(self) -> _Token:
        credential = self._access.credential
        if isinstance(credential, SecretCredential):
            return await self._ask(lambda: {"client_secret": credential.client_secret})
        refusal = FluviusAuthenticationError("There is no certificate", Credential.CERTIFICATE)
        for certificate in self._in_order(credential):
            try:
                return await self._ask_with(certificate)
            except FluviusAuthenticationError as err:
                if err.credential not in (Credential.CERTIFICATE, Credential.UNKNOWN):
                    raise
                self._refused_at[certificate.x5t] = datetime.now(UTC)
                refusal = err
        raise refusal

    def _in_order(self, credential: CertificateCredential) -> list[ClientCertificate]:
        """Return the usable certificates, those that were refused just now after the others."""
        now = datetime.now(UTC)
        usable = credential.usable_at(now)
        refused = {
            one.x5t
            for one in usable
            if one.x5t in self._refused_at and abs(now - self._refused_at[one.x5t]) < _REFUSED_FOR
        }
        return sorted(usable, key=lambda one: one.x5t in refused)

    async def _ask_with(self, certificate: ClientCertificate) -> _Token:
        """Return a token for assertions that the certificate's key signs, a new one for each try."""
        key = await self._load_signing_key(certificate)
        token = await self._ask(
            lambda: {
                "client_assertion_type": _ASSERTION_TYPE,
                "client_assertion": _sign_assertion(self._access, certificate, key),
            }
        )
        self.accepted = certificate
        return token

    async def _ask(self, proof: Callable[[], Mapping[str, str]]) -> _Token:
        """Return a token for the form fields that prove who we are."""
        asked_at = self._clock()
        answer = await self._transport.send(lambda: self._token_request(proof()))
        if answer.is_success:
            return _parse_token(answer, asked_at)
        raise _token_error(answer, self._access.credential)

    def _token_request(self, proof: Mapping[str, str]) -> HttpRequest:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._access.client_id,
            "scope": self._access.scope,
        }
        return HttpRequest("POST", self._access.token_url, form={**form, **proof})

    async def _load_signing_key(self, certificate: ClientCertificate) -> RSAPrivateKey:
        """Load a key once, off the event loop: checking it takes long, signing does not."""
        key = self._signing_keys.get(certificate.x5t)
        if key is None:
            loop = asyncio.get_running_loop()
            key = await loop.run_in_executor(None, certificate.load_private_key)
            self._signing_keys[certificate.x5t] = key
        return key


def _sign_assertion(access: Access, certificate: ClientCertificate, key: RSAPrivateKey) -> str:
    """Return a new assertion, good for one request; its audience is Entra ID behind any proxy."""
    now = int(time.time())
    claims = {
        "aud": f"{LOGIN_URL}/{access.tenant_id}/v2.0",
        "iss": access.client_id,
        "sub": access.client_id,
        "jti": str(uuid.uuid4()),
        "nbf": now,
        "iat": now,
        "exp": now + _ASSERTION_LIFETIME,
    }
    return jwt.encode(claims, key, algorithm="RS256", headers={"x5t": certificate.x5t})


def _parse_token(answer: Answer, asked_at: float) -> _Token:
    try:
        body = orjson.loads(answer.body)
        text, lifetime = body["access_token"], float(body["expires_in"])
    except orjson.JSONDecodeError, KeyError, TypeError, ValueError:
        raise FluviusMalformedAnswerError("The token endpoint's answer holds no token") from None
    if not isinstance(text, str) or not _is_header_safe(text):
        raise FluviusMalformedAnswerError("The token endpoint's answer holds no usable token")
    return _Token(text, asked_at + lifetime - _RENEWAL_MARGIN)


def _is_header_safe(text: str) -> bool:
    return bool(text) and text.isascii() and text.isprintable()


def _token_error(
    answer: Answer, credential: CertificateCredential | SecretCredential
) -> FluviusError:
    """Return what a refusal of the token endpoint means."""
    fields = error_fields(answer)
    error = fields.get("error")
    if answer.is_transient or 300 <= answer.status < 400:
        return error_of(answer)
    if not isinstance(error, str):
        return FluviusMalformedAnswerError(
            f"The token endpoint's answer is not one of Entra ID (HTTP {answer.status})"
        )
    if error == "temporarily_unavailable":
        return FluviusServerError("The token endpoint is temporarily unavailable")
    own = (
        Credential.CLIENT_SECRET
        if isinstance(credential, SecretCredential)
        else Credential.CERTIFICATE
    )
    if not _PASSING_CODES.isdisjoint(_codes(fields)):
        return FluviusServerError("The token endpoint fails for a passing reason")
    for code in _codes(fields):
        refused = _error_of_code(code, own)
        if refused is not None:
            return refused
    known = "".join(f" AADSTS{code}" for code in _codes(fields)[:1])
    message = f"The token endpoint refused the access{known}"
    return FluviusAuthenticationError(message, _credential_of_error(error, own))


def _codes(fields: dict[str, object]) -> list[int]:
    """Return the AADSTS codes of an error, from its list and from its description."""
    listed = fields.get("error_codes")
    codes = [code for code in listed if type(code) is int] if isinstance(listed, list) else []
    described = fields.get("error_description")
    if isinstance(described, str):
        codes += [int(code) for code in _AADSTS.findall(described)]
    return codes


def _error_of_code(code: int, own: Credential) -> FluviusError | None:
    """Return the error that a known code stands for; `own` is what we prove ourselves with."""
    if code in _PERMISSION_CODES:
        return FluviusPermissionError(f"The application has no right to the scope (AADSTS{code})")
    for codes, credential in (
        (_TENANT_CODES, Credential.TENANT_ID),
        (_CLIENT_CODES, Credential.CLIENT_ID),
        (_SECRET_CODES, own),
        (_CERTIFICATE_CODES, Credential.CERTIFICATE),
        (_SCOPE_CODES, Credential.SCOPE),
    ):
        if code in codes:
            message = f"The token endpoint refused the {credential.value} (AADSTS{code})"
            return FluviusAuthenticationError(message, credential)
    return None


def _credential_of_error(error: str, own: Credential) -> Credential:
    """Return what an OAuth error (RFC 6749, 5.2) is about where no code says it better."""
    match error:
        case "invalid_scope" | "invalid_resource":
            return Credential.SCOPE
        case "unauthorized_client":
            return Credential.CLIENT_ID
        case "invalid_client":
            return own
        case _:
            return Credential.UNKNOWN
