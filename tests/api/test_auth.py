"""Tokens: what is sent to get one, how long it is kept, and what each refusal means."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
import time
from urllib.parse import parse_qs

import aiohttp
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from freezegun.api import FrozenDateTimeFactory
import jwt
import pytest

from custom_components.fluvius_esco.api.auth import (
    Access,
    CertificateCredential,
    SecretCredential,
    TokenProvider,
    token_url_for,
)
from custom_components.fluvius_esco.api.certificate import ClientCertificate
from custom_components.fluvius_esco.api.exceptions import (
    Credential,
    FluviusAuthenticationError,
    FluviusMalformedAnswerError,
    FluviusPermissionError,
    FluviusRateLimitError,
    FluviusUnavailableError,
)
from custom_components.fluvius_esco.api.transport import RetryPolicy

from .builders import certificate, certificate_pem, key_bytes
from .conftest import Naps
from .server import FakeFluvius, drop_connection, json_answer, token_answer


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def provider(
    session: aiohttp.ClientSession, access: Access, retry: RetryPolicy, clock: Clock
) -> TokenProvider:
    return TokenProvider(session, access, retry, clock)


@pytest.fixture
def signing_provider(
    session: aiohttp.ClientSession,
    access: Access,
    retry: RetryPolicy,
    client_certificate: ClientCertificate,
) -> TokenProvider:
    by_certificate = replace(access, credential=CertificateCredential((client_certificate,)))
    return TokenProvider(session, by_certificate, retry)


def refusal(
    error: str, *codes: int, status: int = 400, description: str = "no reason"
) -> web.Response:
    return json_answer(
        {"error": error, "error_codes": list(codes), "error_description": description}, status
    )


def forms(server: FakeFluvius) -> list[dict[str, str]]:
    return [
        {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        for request in server.token_requests
    ]


def test_token_address_of_a_tenant() -> None:
    assert token_url_for("a-b") == "https://login.microsoftonline.com/a-b/oauth2/v2.0/token"
    assert token_url_for("../x") == "https://login.microsoftonline.com/..%2Fx/oauth2/v2.0/token"


async def test_secret_is_sent_as_a_form(server: FakeFluvius, provider: TokenProvider) -> None:
    assert await provider.token() == "token-1"
    assert server.token_requests[0].method == "POST"
    assert forms(server) == [
        {
            "grant_type": "client_credentials",
            "client_id": "client",
            "scope": "api://scope/.default",
            "client_secret": "s3cret",
        }
    ]


async def test_assertion_is_signed_by_the_certificates_key(
    server: FakeFluvius,
    signing_provider: TokenProvider,
    provider_key: rsa.RSAPrivateKey,
    client_certificate: ClientCertificate,
) -> None:
    await signing_provider.token()
    (form,) = forms(server)
    assert form["client_assertion_type"] == (
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    )
    assert "client_secret" not in form
    assertion = form["client_assertion"]
    assert jwt.get_unverified_header(assertion) == {
        "alg": "RS256",
        "typ": "JWT",
        "x5t": client_certificate.x5t,
    }
    claims = jwt.decode(
        assertion,
        provider_key.public_key(),
        algorithms=["RS256"],
        audience="https://login.microsoftonline.com/tenant/v2.0",
    )
    assert claims["iss"] == claims["sub"] == "client"
    assert claims["nbf"] == claims["iat"]
    assert abs(claims["iat"] - time.time()) < 60
    assert 0 < claims["exp"] - claims["iat"] <= 600


async def test_every_try_signs_a_new_assertion(
    server: FakeFluvius, signing_provider: TokenProvider, provider_key: rsa.RSAPrivateKey
) -> None:
    server.tokens.appendleft(drop_connection)
    await signing_provider.token()
    tried = [
        jwt.decode(
            form["client_assertion"],
            provider_key.public_key(),
            algorithms=["RS256"],
            options={"verify_aud": False},
        )["jti"]
        for form in forms(server)
    ]
    assert len(tried) == len(set(tried)) == 2


async def test_key_is_loaded_once(
    signing_provider: TokenProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[str] = []
    load = ClientCertificate.load_private_key

    def counted(self: ClientCertificate) -> rsa.RSAPrivateKey:
        loads.append(self.x5t)
        return load(self)

    monkeypatch.setattr(ClientCertificate, "load_private_key", counted)
    signing_provider.invalidate(await signing_provider.token())
    await signing_provider.token()
    assert len(loads) == 1


async def test_token_is_kept_until_five_minutes_before_it_expires(
    server: FakeFluvius, provider: TokenProvider, clock: Clock
) -> None:
    server.tokens.clear()
    server.tokens.extend([token_answer("first", 3600), token_answer("second", 3600)])
    assert await provider.token() == "first"
    clock.now += 3299
    assert await provider.token() == "first"
    clock.now += 1
    assert await provider.token() == "second"


async def test_callers_at_the_same_time_share_one_request(
    server: FakeFluvius, provider: TokenProvider
) -> None:
    tokens = await asyncio.gather(*(provider.token() for _ in range(5)))
    assert set(tokens) == {"token-1"}
    assert len(server.token_requests) == 1


async def test_invalidating_forgets_that_token_only(
    server: FakeFluvius, provider: TokenProvider
) -> None:
    server.tokens.clear()
    server.tokens.extend([token_answer("first"), token_answer("second")])
    provider.invalidate("none yet")
    assert await provider.token() == "first"
    provider.invalidate("another")
    assert await provider.token() == "first"
    provider.invalidate("first")
    assert await provider.token() == "second"


@pytest.mark.parametrize(
    ("code", "credential"),
    [
        (90002, Credential.TENANT_ID),
        (900023, Credential.TENANT_ID),
        (900021, Credential.TENANT_ID),
        (700016, Credential.CLIENT_ID),
        (7000112, Credential.CLIENT_ID),
        (700021, Credential.CLIENT_ID),
        (7000215, Credential.CLIENT_SECRET),
        (7000222, Credential.CLIENT_SECRET),
        (50012, Credential.CLIENT_SECRET),
        (7000218, Credential.CLIENT_SECRET),
        (700027, Credential.CERTIFICATE),
        (50013, Credential.CERTIFICATE),
        (700024, Credential.CERTIFICATE),
        (70011, Credential.SCOPE),
        (1002012, Credential.SCOPE),
        (500011, Credential.SCOPE),
        (1002014, Credential.SCOPE),
        (12345, Credential.UNKNOWN),
    ],
)
@pytest.mark.parametrize("place", ["error_codes", "error_description"])
async def test_code_tells_what_was_refused(
    server: FakeFluvius, provider: TokenProvider, code: int, credential: Credential, place: str
) -> None:
    server.tokens[0] = (
        refusal("invalid_request", code, status=401)
        if place == "error_codes"
        else refusal("invalid_request", description=f"AADSTS{code}: Refused. Trace ID: 1234")
    )
    with pytest.raises(FluviusAuthenticationError, match=f"AADSTS{code}") as caught:
        await provider.token()
    assert caught.value.credential is credential
    assert len(server.token_requests) == 1


@pytest.mark.parametrize("code", [7000215, 50012, 7000218, 700027])
async def test_with_a_certificate_no_secret_is_blamed(
    server: FakeFluvius, signing_provider: TokenProvider, code: int
) -> None:
    server.tokens[0] = refusal("invalid_client", code)
    with pytest.raises(FluviusAuthenticationError) as caught:
        await signing_provider.token()
    assert caught.value.credential is Credential.CERTIFICATE


@pytest.mark.parametrize("code", [501051, 65001])
async def test_missing_consent_is_a_matter_of_rights(
    server: FakeFluvius, provider: TokenProvider, code: int
) -> None:
    server.tokens[0] = refusal("invalid_grant", code)
    with pytest.raises(FluviusPermissionError):
        await provider.token()


@pytest.mark.parametrize(
    ("error", "credential"),
    [
        ("invalid_scope", Credential.SCOPE),
        ("unauthorized_client", Credential.CLIENT_ID),
        ("invalid_client", Credential.CLIENT_SECRET),
        ("invalid_request", Credential.UNKNOWN),
    ],
)
async def test_without_a_code_the_oauth_error_tells(
    server: FakeFluvius, provider: TokenProvider, error: str, credential: Credential
) -> None:
    server.tokens[0] = json_answer({"error": error}, 400)
    with pytest.raises(FluviusAuthenticationError) as caught:
        await provider.token()
    assert caught.value.credential is credential


async def test_invalid_client_with_a_certificate_is_about_the_certificate(
    server: FakeFluvius, signing_provider: TokenProvider
) -> None:
    server.tokens[0] = json_answer({"error": "invalid_client"}, 401)
    with pytest.raises(FluviusAuthenticationError) as caught:
        await signing_provider.token()
    assert caught.value.credential is Credential.CERTIFICATE


async def test_failing_token_endpoint_is_tried_again(
    server: FakeFluvius, provider: TokenProvider, naps: Naps
) -> None:
    server.tokens.appendleft(web.Response(status=503))
    assert await provider.token() == "token-1"
    assert len(naps.taken) == 1


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (web.Response(status=500), FluviusUnavailableError),
        (web.Response(status=302, headers={"Location": "/"}), FluviusUnavailableError),
        (json_answer({"error": "temporarily_unavailable"}, 400), FluviusUnavailableError),
        (web.Response(status=429, headers={"Retry-After": "120"}), FluviusRateLimitError),
        (web.Response(status=400, text="<html>"), FluviusMalformedAnswerError),
        (web.Response(status=200, text="<html>"), FluviusMalformedAnswerError),
        (json_answer([]), FluviusMalformedAnswerError),
        (json_answer({"access_token": "t"}), FluviusMalformedAnswerError),
        (token_answer("t", "soon"), FluviusMalformedAnswerError),
        (token_answer(""), FluviusMalformedAnswerError),
        (token_answer("a\r\nX-Injected: b"), FluviusMalformedAnswerError),
    ],
)
async def test_answer_that_is_neither_token_nor_refusal(
    server: FakeFluvius,
    provider: TokenProvider,
    answer: web.Response,
    expected: type[Exception],
) -> None:
    server.tokens[0] = answer
    with pytest.raises(expected):
        await provider.token()


async def test_lifetime_may_be_a_text(server: FakeFluvius, provider: TokenProvider) -> None:
    server.tokens[0] = token_answer("t", "3599")
    assert await provider.token() == "t"


async def test_no_secret_in_errors(server: FakeFluvius, provider: TokenProvider) -> None:
    server.tokens[0] = refusal("invalid_client", 7000215, description="AADSTS7000215: s3cret")
    with pytest.raises(FluviusAuthenticationError) as caught:
        await provider.token()
    assert "s3cret" not in str(caught.value)


def test_no_secret_in_representations(client_certificate: ClientCertificate) -> None:
    assert "s3cret" not in repr(SecretCredential("s3cret"))
    assert "PRIVATE" not in repr(CertificateCredential((client_certificate,)))
    access = Access("t", "c", "s", SecretCredential("s3cret"), "https://login.invalid")
    assert "s3cret" not in repr(access)


@pytest.fixture(scope="module")
def newer_certificate(
    authority_key: rsa.RSAPrivateKey, provider_key: rsa.RSAPrivateKey
) -> ClientCertificate:
    newer = certificate(provider_key, authority_key, not_before=datetime(2026, 6, 1, tzinfo=UTC))
    return ClientCertificate(certificate_pem(newer).decode(), key_bytes(provider_key).decode())


@pytest.fixture
def two_certificates(
    session: aiohttp.ClientSession,
    access: Access,
    retry: RetryPolicy,
    clock: Clock,
    client_certificate: ClientCertificate,
    newer_certificate: ClientCertificate,
    freezer: FrozenDateTimeFactory,
) -> TokenProvider:
    """A provider with a newer certificate before the one that is known."""
    freezer.move_to(datetime(2026, 11, 10, tzinfo=UTC))
    both = CertificateCredential((newer_certificate, client_certificate))
    return TokenProvider(session, replace(access, credential=both), retry, clock)


def tried(server: FakeFluvius) -> list[str]:
    """Return the thumbprints of the certificates that were tried, oldest try first."""
    return [
        str(jwt.get_unverified_header(form["client_assertion"])["x5t"]) for form in forms(server)
    ]


async def test_the_newer_certificate_is_preferred(
    server: FakeFluvius, two_certificates: TokenProvider, newer_certificate: ClientCertificate
) -> None:
    assert await two_certificates.token() == "token-1"
    assert tried(server) == [newer_certificate.x5t]
    assert two_certificates.accepted == newer_certificate


@pytest.mark.parametrize("code", [700027, 1000502, 50027, 99999])
async def test_a_newer_certificate_that_is_refused_is_fallen_back_from_at_once(
    server: FakeFluvius,
    two_certificates: TokenProvider,
    client_certificate: ClientCertificate,
    newer_certificate: ClientCertificate,
    code: int,
) -> None:
    server.tokens.appendleft(refusal("invalid_client", code, status=401))
    assert await two_certificates.token() == "token-1"
    assert tried(server) == [newer_certificate.x5t, client_certificate.x5t]
    assert two_certificates.accepted == client_certificate


async def test_a_refused_certificate_is_not_tried_again_for_every_token(
    server: FakeFluvius,
    two_certificates: TokenProvider,
    client_certificate: ClientCertificate,
    newer_certificate: ClientCertificate,
    freezer: FrozenDateTimeFactory,
) -> None:
    server.tokens.appendleft(refusal("invalid_client", 700027))
    two_certificates.invalidate(await two_certificates.token())
    freezer.tick(60)
    two_certificates.invalidate(await two_certificates.token())
    assert tried(server)[2:] == [client_certificate.x5t]
    freezer.tick(3600)
    await two_certificates.token()
    assert tried(server)[3:] == [newer_certificate.x5t]
    assert two_certificates.accepted == newer_certificate


async def test_a_refused_certificate_is_tried_again_before_giving_up(
    server: FakeFluvius,
    two_certificates: TokenProvider,
    client_certificate: ClientCertificate,
    newer_certificate: ClientCertificate,
) -> None:
    server.tokens.appendleft(refusal("invalid_client", 700027))
    two_certificates.invalidate(await two_certificates.token())
    server.tokens.appendleft(refusal("invalid_client", 700027))
    await two_certificates.token()
    assert tried(server)[2:] == [client_certificate.x5t, newer_certificate.x5t]


async def test_both_refused_is_a_refusal(
    server: FakeFluvius, two_certificates: TokenProvider
) -> None:
    server.tokens[0] = refusal("invalid_client", 700027)
    with pytest.raises(FluviusAuthenticationError) as caught:
        await two_certificates.token()
    assert caught.value.credential is Credential.CERTIFICATE
    assert len(server.token_requests) == 2


async def test_what_is_not_about_the_certificate_is_not_tried_with_another(
    server: FakeFluvius, two_certificates: TokenProvider
) -> None:
    server.tokens[0] = refusal("unauthorized_client", 700016)
    with pytest.raises(FluviusAuthenticationError) as caught:
        await two_certificates.token()
    assert caught.value.credential is Credential.CLIENT_ID
    assert len(server.token_requests) == 1


async def test_a_certificate_outside_its_validity_is_not_tried(
    server: FakeFluvius,
    two_certificates: TokenProvider,
    client_certificate: ClientCertificate,
    freezer: FrozenDateTimeFactory,
) -> None:
    freezer.move_to(datetime(2026, 5, 31, tzinfo=UTC))
    await two_certificates.token()
    assert tried(server) == [client_certificate.x5t]


async def test_a_clock_that_is_wrong_leaves_the_judgement_to_entra_id(
    two_certificates: TokenProvider, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(datetime(2019, 1, 1, tzinfo=UTC))
    assert await two_certificates.token() == "token-1"


@pytest.mark.parametrize("code", [90006, 90012, 90033])
async def test_a_passing_failure_of_entra_id_is_no_refusal(
    server: FakeFluvius, provider: TokenProvider, code: int
) -> None:
    server.tokens[0] = refusal("invalid_request", code)
    with pytest.raises(FluviusUnavailableError):
        await provider.token()
