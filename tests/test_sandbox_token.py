"""The sandbox's token endpoint and its check of every API call."""

import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
import jwt
import pytest

from tests.sandbox.accounts import CLIENT_ID, SCOPE, SUBSCRIPTION_KEY, TENANT_ID
from tests.sandbox.visitor import SECRET_FORM, Visitor, visiting

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
AUDIENCE = f"https://login.microsoftonline.com/{TENANT_ID}/v2.0"


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """Make a key once for each name."""
    return rsa.generate_private_key(65537, 2048)


def certificate_of(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
    start: datetime = NOW - timedelta(days=10),
    end: datetime = NOW + timedelta(days=300),
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "meters.example")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 4711, start, end)
    return builder.sign(key, hashes.SHA256())


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def assertion(
    certificate: x509.Certificate,
    key: rsa.RSAPrivateKey,
    header: dict[str, Any] | None = None,
    **claims: Any,
) -> str:
    """Sign an assertion by the book; claims set to None are left out."""
    thumbprint = certificate.fingerprint(hashes.SHA1())  # noqa: S303 - x5t is SHA-1
    x5t = base64.urlsafe_b64encode(thumbprint).rstrip(b"=").decode()
    usual = {
        "aud": AUDIENCE,
        "iss": CLIENT_ID,
        "sub": CLIENT_ID,
        "jti": str(uuid4()),
        "nbf": NOW,
        "iat": NOW,
        "exp": NOW + timedelta(minutes=10),
    }
    payload = {name: value for name, value in (usual | claims).items() if value is not None}
    return jwt.encode(payload, key, "RS256", headers={"x5t": x5t} if header is None else header)


def assertion_form(client_assertion: str) -> dict[str, str]:
    return {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "scope": SCOPE,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": client_assertion,
    }


@pytest.fixture
async def visitor(socket_enabled: None) -> AsyncIterator[Visitor]:
    async with visiting(lambda: NOW) as visitor:
        yield visitor


@pytest.fixture
def certificate(visitor: Visitor) -> x509.Certificate:
    registered = certificate_of(rsa_key("provider"))
    visitor.sandbox.register_certificate(pem(registered))
    return registered


async def test_a_signed_assertion_gives_a_token_that_opens_the_api(
    visitor: Visitor, certificate: x509.Certificate
) -> None:
    reply = await visitor.get_token(assertion_form(assertion(certificate, rsa_key("provider"))))

    assert reply.status == 200
    assert reply.json["token_type"] == "Bearer"
    assert reply.json["expires_in"] == 3599
    assert await api_status(visitor, reply.json["access_token"]) == 404


async def test_a_client_secret_gives_a_token(visitor: Visitor) -> None:
    assert (await visitor.get_token(SECRET_FORM)).status == 200


@pytest.mark.parametrize(
    ("change", "status", "error", "code"),
    [
        ({"client_id": "another"}, 400, "unauthorized_client", 700016),
        ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        ({"client_secret": None}, 401, "invalid_client", 7000218),
        ({"scope": "api://else/.default"}, 400, "invalid_scope", 70011),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        ({"grant_type": None}, 400, "invalid_request", 900144),
    ],
)
async def test_a_wrong_field_is_told_apart(
    visitor: Visitor, change: dict[str, str | None], status: int, error: str, code: int
) -> None:
    form = {name: value for name, value in (SECRET_FORM | change).items() if value is not None}

    reply = await visitor.get_token(form)

    assert (reply.status, reply.json["error"], reply.json["error_codes"]) == (status, error, [code])
    assert reply.json["error_description"].startswith(f"AADSTS{code}: ")
    assert reply.json.keys() == {
        "error",
        "error_description",
        "error_codes",
        "timestamp",
        "trace_id",
        "correlation_id",
    }


async def test_an_unknown_tenant_is_refused(visitor: Visitor) -> None:
    url = f"{visitor.sandbox.url}/contoso/oauth2/v2.0/token"

    reply = await visitor.get_token(SECRET_FORM, url)

    assert (reply.status, reply.json["error_codes"]) == (400, [90002])


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"aud": "https://login.microsoftonline.com/contoso/v2.0"}, 700023),
        ({"iss": "another"}, 700021),
        ({"sub": "another"}, 700021),
        ({"exp": NOW - timedelta(minutes=6), "nbf": NOW - timedelta(minutes=16)}, 700024),
        ({"nbf": NOW + timedelta(minutes=6)}, 700024),
        ({"exp": NOW + timedelta(minutes=61)}, 700024),
        ({"exp": None}, 700024),
        ({"jti": None}, 50027),
    ],
)
async def test_a_wrong_claim_is_refused(
    visitor: Visitor, certificate: x509.Certificate, claims: dict[str, Any], code: int
) -> None:
    signed = assertion(certificate, rsa_key("provider"), **claims)

    reply = await visitor.get_token(assertion_form(signed))

    assert (reply.status, reply.json["error"], reply.json["error_codes"]) == (
        401,
        "invalid_client",
        [code],
    )


async def test_an_assertion_works_once(visitor: Visitor, certificate: x509.Certificate) -> None:
    form = assertion_form(assertion(certificate, rsa_key("provider")))
    assert (await visitor.get_token(form)).status == 200

    replayed = await visitor.get_token(form)

    assert (replayed.status, replayed.json["error_codes"]) == (401, [50013])


async def test_the_key_must_belong_to_the_certificate(
    visitor: Visitor, certificate: x509.Certificate
) -> None:
    forged = assertion(certificate, rsa_key("thief"))

    reply = await visitor.get_token(assertion_form(forged))

    assert (reply.status, reply.json["error_codes"]) == (401, [700027])


@pytest.mark.usefixtures("certificate")
async def test_the_certificate_must_be_registered(visitor: Visitor) -> None:
    stranger = certificate_of(rsa_key("stranger"))

    reply = await visitor.get_token(assertion_form(assertion(stranger, rsa_key("stranger"))))

    assert (reply.status, reply.json["error_codes"]) == (401, [700027])


@pytest.mark.parametrize("header", [{}, {"x5t": "äh"}, {"x5t": 7}])
async def test_an_assertion_must_name_its_certificate(
    visitor: Visitor, certificate: x509.Certificate, header: dict[str, Any]
) -> None:
    unnamed = assertion(certificate, rsa_key("provider"), header)

    reply = await visitor.get_token(assertion_form(unnamed))

    assert (reply.status, reply.json["error_codes"]) == (401, [700027])


async def test_an_expired_certificate_is_refused(visitor: Visitor) -> None:
    key = rsa_key("provider")
    expired = certificate_of(key, NOW - timedelta(days=400), NOW - timedelta(days=2))
    visitor.sandbox.register_certificate(pem(expired))

    reply = await visitor.get_token(assertion_form(assertion(expired, key)))

    assert (reply.status, reply.json["error_codes"]) == (401, [1000502])


async def test_an_assertion_must_be_a_jwt(visitor: Visitor) -> None:
    reply = await visitor.get_token(assertion_form("no jwt"))

    assert (reply.status, reply.json["error_codes"]) == (401, [50027])


async def test_an_assertion_must_be_signed_with_rs256(
    visitor: Visitor, certificate: x509.Certificate
) -> None:
    by_the_book = assertion(certificate, rsa_key("provider"))
    header = {"x5t": jwt.get_unverified_header(by_the_book)["x5t"]}
    claims = jwt.decode(by_the_book, options={"verify_signature": False})
    shared = jwt.encode(claims, "a secret that both would have to know", "HS256", header)

    reply = await visitor.get_token(assertion_form(shared))

    assert (reply.status, reply.json["error_codes"]) == (401, [50027])


async def test_an_assertion_needs_its_type(visitor: Visitor, certificate: x509.Certificate) -> None:
    form = assertion_form(assertion(certificate, rsa_key("provider")))
    del form["client_assertion_type"]

    reply = await visitor.get_token(form)

    assert (reply.status, reply.json["error_codes"]) == (400, [900144])


async def test_only_rsa_certificates_can_be_registered(visitor: Visitor) -> None:
    elliptic = certificate_of(ec.generate_private_key(ec.SECP256R1()))

    with pytest.raises(ValueError, match="not an RSA key"):
        visitor.sandbox.register_certificate(pem(elliptic))
    with pytest.raises(ValueError, match="not a PEM or DER certificate"):
        visitor.sandbox.register_certificate(b"nonsense")


@pytest.mark.parametrize("encoding", [serialization.Encoding.PEM, serialization.Encoding.DER])
async def test_certificates_are_registered_listed_and_cleared_over_http(
    visitor: Visitor, encoding: serialization.Encoding
) -> None:
    certificate = certificate_of(rsa_key("provider"))
    thumbprint = certificate.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303 - x5t is SHA-1
    url = f"{visitor.sandbox.url}/admin/certificates"

    async with visitor.session.post(url, data=certificate.public_bytes(encoding)) as response:
        assert (response.status, await response.json()) == (201, {"thumbprint": thumbprint})
    listed = await visitor.admin("GET", "certificates")
    assert listed.json == {"thumbprints": [thumbprint]}
    async with visitor.session.post(url, data=b"nonsense") as response:
        assert response.status == 400
    assert (await visitor.admin("DELETE", "certificates")).status == 204
    assert (await visitor.admin("GET", "certificates")).json == {"thumbprints": []}


async def api_status(
    visitor: Visitor, token: str | None, key: str | None = SUBSCRIPTION_KEY
) -> int:
    """Ask for the mandates (there are none: 404) and return the status."""
    status, _ = await api_answer(visitor, token, key)
    return status


async def api_answer(visitor: Visitor, token: str | None, key: str | None) -> tuple[int, Any]:
    headers = {}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    if key is not None:
        headers["Ocp-Apim-Subscription-Key"] = key
    url = f"{visitor.sandbox.api_url}/api/mandate"
    async with visitor.session.get(url, headers=headers) as response:
        return response.status, await response.json()


@pytest.mark.parametrize(("key", "word"), [(None, "missing"), ("wrong", "invalid")])
async def test_the_subscription_key_is_checked_before_the_token(
    visitor: Visitor, key: str | None, word: str
) -> None:
    status, body = await api_answer(visitor, None, key)

    assert status == 401
    assert body["statusCode"] == 401
    assert body["message"].startswith(f"Access denied due to {word} subscription key.")


@pytest.mark.parametrize("token", [None, "", "made-up"])
async def test_a_token_that_was_not_issued_is_refused(visitor: Visitor, token: str | None) -> None:
    status, body = await api_answer(visitor, token, SUBSCRIPTION_KEY)

    assert status == 401
    assert body == {
        "statusCode": 401,
        "message": "Unauthorized. Access token is missing or invalid.",
    }


async def test_a_token_ends_after_its_hour_by_the_servers_clock(visitor: Visitor) -> None:
    token = (await visitor.get_token(SECRET_FORM)).json["access_token"]

    visitor.sandbox.clock.set(NOW + timedelta(seconds=3598))
    assert await api_status(visitor, token) == 404
    visitor.sandbox.clock.set(NOW + timedelta(seconds=3599))
    assert await api_status(visitor, token) == 401
