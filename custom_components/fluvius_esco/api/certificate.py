"""The client certificate with its private key: what it says, and what can be wrong with it."""

import base64
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from .exceptions import FluviusError


class CertificateProblem(StrEnum):
    """Why a certificate, its key or both cannot be used, or not at Fluvius."""

    CERTIFICATE_UNREADABLE = "certificate_unreadable"
    CERTIFICATE_REQUEST = "certificate_request"
    KEY_UNREADABLE = "key_unreadable"
    KEY_MISSING = "key_missing"
    PASSWORD_REQUIRED = "password_required"
    WRONG_PASSWORD = "wrong_password"
    KEY_MISMATCH = "key_mismatch"
    NO_KEPT_KEY = "no_kept_key"
    NOT_RSA = "not_rsa"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    SELF_SIGNED = "self_signed"
    SIGNATURE_ALGORITHM = "signature_algorithm"
    KEY_TOO_SHORT = "key_too_short"
    DOMAIN_VALIDATED = "domain_validated"
    INDIVIDUAL_VALIDATED = "individual_validated"
    POLICY_UNKNOWN = "policy_unknown"
    NO_DIGITAL_SIGNATURE = "no_digital_signature"
    NO_SERVER_AUTHENTICATION = "no_server_authentication"
    VALID_TOO_LONG = "valid_too_long"


class CertificateError(FluviusError):
    """A certificate or key that cannot be used."""

    def __init__(self, problem: CertificateProblem) -> None:
        """Keep the problem; the text names it and nothing of the files."""
        super().__init__(problem.value)
        self.problem = problem


class CertificatePolicy(StrEnum):
    """What an authority verified of the holder before it issued, by the CA/Browser Forum."""

    EXTENDED = "ev"
    ORGANIZATION = "ov"
    INDIVIDUAL = "iv"
    DOMAIN = "dv"
    UNKNOWN = "unknown"


# Reserved identifiers of the CA/Browser Forum's Baseline Requirements (7.1.6.1), the best first.
_POLICIES = {
    "2.23.140.1.1": CertificatePolicy.EXTENDED,
    "2.23.140.1.2.2": CertificatePolicy.ORGANIZATION,
    "2.23.140.1.2.3": CertificatePolicy.INDIVIDUAL,
    "2.23.140.1.2.1": CertificatePolicy.DOMAIN,
}


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """A certificate and its RSA key, both as PEM; the key is not encrypted (PKCS#8).

    Those of `certificate_files` are checked: they can be read and belong together.
    """

    certificate_pem: str
    private_key_pem: str = field(repr=False)

    def load_private_key(self) -> RSAPrivateKey:
        """Return the key for signing, which takes long; raises CertificateError."""
        try:
            key = serialization.load_pem_private_key(self.private_key_pem.encode(), None)
        except ValueError, TypeError:
            raise CertificateError(CertificateProblem.KEY_UNREADABLE) from None
        if not isinstance(key, RSAPrivateKey):
            raise CertificateError(CertificateProblem.NOT_RSA)
        return key

    @property
    def parsed(self) -> x509.Certificate:
        """The certificate itself."""
        return x509.load_pem_x509_certificate(self.certificate_pem.encode())

    @property
    def subject(self) -> str:
        """The distinguished name (RFC 4514) of the certificate's holder."""
        return self.parsed.subject.rfc4514_string()

    @property
    def issuer(self) -> str:
        """The distinguished name (RFC 4514) of the authority that issued the certificate."""
        return self.parsed.issuer.rfc4514_string()

    @property
    def not_before(self) -> datetime:
        """The UTC instant from which the certificate is valid."""
        return self.parsed.not_valid_before_utc

    @property
    def not_after(self) -> datetime:
        """The last UTC instant at which the certificate is valid."""
        return self.parsed.not_valid_after_utc

    @property
    def policy(self) -> CertificatePolicy:
        """What the authority verified; its own identifiers say nothing that we know of."""
        try:
            found = self.parsed.extensions.get_extension_for_class(x509.CertificatePolicies)
        except x509.ExtensionNotFound:
            return CertificatePolicy.UNKNOWN
        named = {policy.policy_identifier.dotted_string for policy in found.value}
        known = (policy for identifier, policy in _POLICIES.items() if identifier in named)
        return next(known, CertificatePolicy.UNKNOWN)

    @property
    def thumbprint(self) -> str:
        """The SHA-1 thumbprint of the certificate in upper-case hexadecimal digits."""
        return self._sha1().hex().upper()

    @property
    def x5t(self) -> str:
        """The thumbprint as the header of an assertion has it: base64url without padding."""
        return base64.urlsafe_b64encode(self._sha1()).rstrip(b"=").decode()

    def is_valid_at(self, moment: datetime) -> bool:
        """Whether the aware `moment` lies in the certificate's period of validity."""
        return self.not_before <= moment <= self.not_after

    def _sha1(self) -> bytes:
        return self.parsed.fingerprint(hashes.SHA1())  # noqa: S303 - x5t is defined so
