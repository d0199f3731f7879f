"""The token endpoint of Microsoft Entra ID, as far as client credentials go."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime, timedelta
import secrets
from typing import Any

import jwt
from jwt.types import Options

from .accounts import CLIENT_ID, CLIENT_SECRET, SCOPE, TENANT_ID, CertificateRegister
from .clock import Clock
from .errors import GatewayError, TokenError
from .localtime import seconds

TOKEN_SECONDS = 3599
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
AUDIENCE = f"https://login.microsoftonline.com/{TENANT_ID}/v2.0"
_SKEW = timedelta(minutes=5)
_LONGEST_ASSERTION = timedelta(hours=1)
_SIGNATURE_ONLY: Options = {
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_sub": False,
    "verify_jti": False,
}
_TOKEN_AUDIENCE = SCOPE.removesuffix("/.default")


class TokenOffice:
    """Judge token requests, issue access tokens, and recognise them afterwards.

    Every time is judged by the server's clock; assertions get Entra ID's five minutes of skew.
    """

    def __init__(self, clock: Clock, certificates: CertificateRegister) -> None:
        """Start with a signing key of its own; a restart makes every token worthless."""
        self._clock = clock
        self._certificates = certificates
        self._signing_key = secrets.token_hex(32)
        self._seen: dict[str, datetime] = {}

    def issue(self, tenant: str, form: Mapping[str, str]) -> dict[str, Any]:
        """Return the answer to a token request, or raise TokenError."""
        self._check_request(tenant, form)
        if "client_assertion" in form:
            self._check_assertion(form)
        elif "client_secret" in form:
            _check_secret(form["client_secret"])
        else:
            raise _invalid_client(
                7000218,
                "The request body must contain the following parameter: "
                "'client_assertion' or 'client_secret'.",
            )
        return {
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "ext_expires_in": TOKEN_SECONDS,
            "access_token": self._new_token(),
        }

    def check(self, authorization: str | None) -> None:
        """Accept a request's Authorization header, or raise GatewayError (401)."""
        refusal = GatewayError(401, "Unauthorized. Access token is missing or invalid.")
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            raise refusal
        try:
            claims = jwt.decode(
                token,
                self._signing_key,
                algorithms=["HS256"],
                audience=_TOKEN_AUDIENCE,
                options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError:
            raise refusal from None
        if not claims["nbf"] <= seconds(self._clock.now()) < claims["exp"]:
            raise refusal

    def _new_token(self) -> str:
        now = seconds(self._clock.now())
        claims = {
            "aud": _TOKEN_AUDIENCE,
            "appid": CLIENT_ID,
            "tid": TENANT_ID,
            "iat": now,
            "nbf": now,
            "exp": now + TOKEN_SECONDS,
            "jti": secrets.token_hex(8),
        }
        return jwt.encode(claims, self._signing_key, algorithm="HS256")

    def _check_request(self, tenant: str, form: Mapping[str, str]) -> None:
        if tenant != TENANT_ID:
            raise TokenError(400, "invalid_request", 90002, f"Tenant '{tenant}' not found.")
        for field in ("grant_type", "client_id", "scope"):
            if not form.get(field):
                message = f"The request body must contain the following parameter: '{field}'."
                raise TokenError(400, "invalid_request", 900144, message)
        if form["grant_type"] != "client_credentials":
            message = "The app requested an unsupported grant type."
            raise TokenError(400, "unsupported_grant_type", 70003, message)
        if form["client_id"] != CLIENT_ID:
            message = f"Application with identifier '{form['client_id']}' was not found."
            raise TokenError(400, "unauthorized_client", 700016, message)
        if form["scope"] != SCOPE:
            message = f"The provided value for scope {form['scope']} is not valid."
            raise TokenError(400, "invalid_scope", 70011, message)

    def _check_assertion(self, form: Mapping[str, str]) -> None:
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            message = "The request body must contain the right 'client_assertion_type'."
            raise TokenError(400, "invalid_request", 900144, message)
        claims = self._signed_claims(form["client_assertion"])
        if claims.get("aud") != AUDIENCE:
            raise _invalid_client(
                700023, "Client assertion audience claim does not match Realm issuer."
            )
        if not claims.get("iss") == claims.get("sub") == CLIENT_ID:
            raise _invalid_client(
                700021, "Client assertion application identifier doesn't match 'client_id'."
            )
        expires = self._check_times(claims)
        self._check_first_use(claims.get("jti"), expires)

    def _signed_claims(self, assertion: str) -> dict[str, Any]:
        """Return the claims of an assertion that a registered, valid certificate signed."""
        try:
            header = jwt.get_unverified_header(assertion)
        except jwt.InvalidTokenError:
            raise _invalid_client(50027, "JWT token is invalid or malformed.") from None
        registered = self._certificates.find(_thumbprint(header.get("x5t")))
        if registered is None:
            raise _invalid_client(
                700027, "The certificate used to sign the client assertion is not registered."
            )
        now = self._clock.now()
        certificate = registered.certificate
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            raise _invalid_client(
                1000502, "The provided certificate is not within its validity period."
            )
        try:
            claims: dict[str, Any] = jwt.decode(
                assertion,
                registered.key,
                algorithms=["RS256"],
                options=_SIGNATURE_ONLY,
            )
        except jwt.InvalidSignatureError:
            raise _invalid_client(700027, "Client assertion failed signature validation.") from None
        except jwt.InvalidTokenError:
            raise _invalid_client(50027, "JWT token is invalid or malformed.") from None
        return claims

    def _check_times(self, claims: Mapping[str, Any]) -> datetime:
        """Return when an assertion expires, if now is within its short life."""
        late = _invalid_client(700024, "Client assertion is not within its valid time range.")
        now = self._clock.now()
        try:
            expires = datetime.fromtimestamp(claims["exp"], now.tzinfo)
            issued = datetime.fromtimestamp(claims.get("nbf", claims.get("iat")), now.tzinfo)
        except KeyError, TypeError, ValueError, OverflowError:
            raise late from None
        if not issued - _SKEW <= now < expires + _SKEW:
            raise late
        if expires - issued > _LONGEST_ASSERTION:
            raise late
        return expires

    def _check_first_use(self, identifier: object, expires: datetime) -> None:
        if not isinstance(identifier, str) or not identifier:
            raise _invalid_client(50027, "JWT token is invalid: it has no 'jti' claim.")
        if identifier in self._seen:
            raise _invalid_client(50013, "Assertion is invalid: it was used before (replay).")
        now = self._clock.now()
        self._seen = {jti: end for jti, end in self._seen.items() if end + _SKEW > now}
        self._seen[identifier] = expires


def _check_secret(client_secret: str) -> None:
    if not secrets.compare_digest(client_secret.encode(), CLIENT_SECRET.encode()):
        raise _invalid_client(7000215, "Invalid client secret provided.")


def _invalid_client(code: int, description: str) -> TokenError:
    return TokenError(401, "invalid_client", code, description)


def _thumbprint(x5t: object) -> str:
    """Return the upper-case hex of a base64url thumbprint, empty when it is none."""
    if not isinstance(x5t, str):
        return ""
    try:
        return base64.urlsafe_b64decode(x5t + "=" * (-len(x5t) % 4)).hex().upper()
    except binascii.Error, ValueError:
        return ""
