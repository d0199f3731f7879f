"""The client certificate with its private key, from the files that people have.

Reading a private key checks it, which takes tens of milliseconds (RSA-4096: hundreds): call these
functions in an executor.
"""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
import re

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import pkcs12

from .exceptions import FluviusError

type _KeyLoader = Callable[[bytes, bytes | None], PrivateKeyTypes]

_PEM_KEY = re.compile(
    rb"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.*?-----END \1-----",
    re.DOTALL,
)
_PKCS12_VERSION = b"\x02\x01\x03\x30"

# What cryptography raises for damaged bytes: its documentation names the first, but a name of the
# wrong type or a version that does not exist come out as the others.
_DAMAGED = (ValueError, TypeError, x509.InvalidVersion, UnsupportedAlgorithm)


class CertificateProblem(StrEnum):
    """Why a certificate, its key or both cannot be used."""

    CERTIFICATE_UNREADABLE = "certificate_unreadable"
    KEY_UNREADABLE = "key_unreadable"
    KEY_MISSING = "key_missing"
    PASSWORD_REQUIRED = "password_required"
    WRONG_PASSWORD = "wrong_password"
    KEY_MISMATCH = "key_mismatch"
    NOT_RSA = "not_rsa"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    SELF_SIGNED = "self_signed"


class CertificateError(FluviusError):
    """A certificate or key that cannot be used."""

    def __init__(self, problem: CertificateProblem) -> None:
        """Keep the problem; the text names it and nothing of the files."""
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """A certificate and its RSA key, both as PEM; the key is not encrypted (PKCS#8)."""

    certificate_pem: str
    private_key_pem: str = field(repr=False)

    @classmethod
    def from_pem(cls, certificate_pem: str, private_key_pem: str) -> ClientCertificate:
        """Return a checked pair; raises CertificateError where the two cannot be used."""
        return load_certificate(certificate_pem.encode(), private_key_pem.encode(), None)

    def load_private_key(self) -> RSAPrivateKey:
        """Return the key for signing; raises CertificateError."""
        return _rsa(_load_key(self.private_key_pem.encode(), None))

    @property
    def subject(self) -> str:
        """The distinguished name (RFC 4514) of the certificate's holder."""
        return self._certificate.subject.rfc4514_string()

    @property
    def issuer(self) -> str:
        """The distinguished name (RFC 4514) of the authority that issued the certificate."""
        return self._certificate.issuer.rfc4514_string()

    @property
    def not_before(self) -> datetime:
        """The UTC instant from which the certificate is valid."""
        return self._certificate.not_valid_before_utc

    @property
    def not_after(self) -> datetime:
        """The last UTC instant at which the certificate is valid."""
        return self._certificate.not_valid_after_utc

    @property
    def self_signed(self) -> bool:
        """Whether the holder issued the certificate; Fluvius refuses such ones (guide)."""
        return self._certificate.subject == self._certificate.issuer

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

    @property
    def _certificate(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.certificate_pem.encode())

    def _sha1(self) -> bytes:
        return self._certificate.fingerprint(hashes.SHA1())  # noqa: S303 - x5t is defined so


def load_certificate(
    certificate: bytes, private_key: bytes | None, password: str | None
) -> ClientCertificate:
    """Return the usable pair in one file or two.

    `certificate` is PEM (a chain and the key may be in it), DER or PKCS#12; `private_key` is PEM,
    DER or PKCS#12, and not needed where the first file holds the key. Of a chain the certificate
    that belongs to the key is taken. A password that no part needs is ignored.

    Raises CertificateError, and nothing else, whatever the bytes are.
    """
    secret = password.encode() if password else None
    key: PrivateKeyTypes | None = None
    if _is_pkcs12(certificate):
        key, certificates = _load_pkcs12(certificate, secret)
    else:
        certificates = _load_certificates(certificate)
    if key is None:
        key = _find_key(certificate, private_key, secret)
    rsa_key = _rsa(key)
    return ClientCertificate(
        certificate_pem=_pem_of_matching(certificates, rsa_key),
        private_key_pem=rsa_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
    )


def _load_certificates(data: bytes) -> Sequence[x509.Certificate]:
    try:
        if b"-----BEGIN" in data:
            return x509.load_pem_x509_certificates(data)
        return [x509.load_der_x509_certificate(data)]
    except _DAMAGED:
        raise CertificateError(CertificateProblem.CERTIFICATE_UNREADABLE) from None


def _find_key(
    certificate: bytes, private_key: bytes | None, password: bytes | None
) -> PrivateKeyTypes:
    if private_key is None:
        if _PEM_KEY.search(certificate) is None:
            raise CertificateError(CertificateProblem.KEY_MISSING)
        return _load_key(certificate, password)
    if _is_pkcs12(private_key):
        key, _ = _load_pkcs12(private_key, password)
        if key is None:
            raise CertificateError(CertificateProblem.KEY_MISSING)
        return key
    return _load_key(private_key, password)


def _load_key(data: bytes, password: bytes | None) -> PrivateKeyTypes:
    loader: _KeyLoader = serialization.load_der_private_key
    if b"-----BEGIN" in data:
        block = _PEM_KEY.search(data)
        if block is None:
            raise CertificateError(CertificateProblem.KEY_UNREADABLE)
        data, loader = block.group(), serialization.load_pem_private_key
    try:
        return loader(data, None)
    except TypeError:  # this is how an encrypted key asks for its password
        if password is None:
            raise CertificateError(CertificateProblem.PASSWORD_REQUIRED) from None
    except ValueError, UnsupportedAlgorithm:
        raise CertificateError(CertificateProblem.KEY_UNREADABLE) from None
    try:
        return loader(data, password)
    except ValueError, UnsupportedAlgorithm:
        raise CertificateError(CertificateProblem.WRONG_PASSWORD) from None


def _is_pkcs12(data: bytes) -> bool:
    """Whether the bytes begin as PKCS#12 does: a sequence with version 3 and a sequence."""
    return data[:1] == b"\x30" and _PKCS12_VERSION in data[:16]


def _is_whole(data: bytes) -> bool:
    """Whether DER bytes are as long as their outer length says (indefinite: assumed)."""
    octets = data[1] & 0x7F
    if data[1] < 0x80:
        return len(data) >= 2 + octets
    return len(data) >= 2 + octets + int.from_bytes(data[2 : 2 + octets])


def _load_pkcs12(
    data: bytes, password: bytes | None
) -> tuple[PrivateKeyTypes | None, Sequence[x509.Certificate]]:
    if not _is_whole(data):
        raise CertificateError(CertificateProblem.CERTIFICATE_UNREADABLE)
    # No password and an empty one are not the same in PKCS#12, but they are to people.
    for candidate in (password, None, b""):
        try:
            bundle = pkcs12.load_pkcs12(data, candidate)
        except ValueError:
            continue
        except _DAMAGED:
            raise CertificateError(CertificateProblem.CERTIFICATE_UNREADABLE) from None
        found = [bundle.cert, *bundle.additional_certs]
        return bundle.key, [item.certificate for item in found if item is not None]
    if password is None:
        raise CertificateError(CertificateProblem.PASSWORD_REQUIRED)
    raise CertificateError(CertificateProblem.WRONG_PASSWORD)


def _rsa(key: PrivateKeyTypes) -> RSAPrivateKey:
    if not isinstance(key, RSAPrivateKey):
        raise CertificateError(CertificateProblem.NOT_RSA)
    return key


def _pem_of_matching(certificates: Sequence[x509.Certificate], key: RSAPrivateKey) -> str:
    if not certificates:
        raise CertificateError(CertificateProblem.CERTIFICATE_UNREADABLE)
    try:
        keys = [certificate.public_key() for certificate in certificates]
        for certificate, public_key in zip(certificates, keys, strict=True):
            if public_key == key.public_key():
                _read_names_and_dates(certificate)
                return certificate.public_bytes(serialization.Encoding.PEM).decode()
    except _DAMAGED:
        raise CertificateError(CertificateProblem.CERTIFICATE_UNREADABLE) from None
    if not any(isinstance(public_key, RSAPublicKey) for public_key in keys):
        raise CertificateError(CertificateProblem.NOT_RSA)
    raise CertificateError(CertificateProblem.KEY_MISMATCH)


def _read_names_and_dates(certificate: x509.Certificate) -> None:
    """Read what is only decoded on demand, so that a broken one shows now."""
    for name in (certificate.subject, certificate.issuer):
        name.rfc4514_string()
    for moment in (certificate.not_valid_before_utc, certificate.not_valid_after_utc):
        moment.isoformat()
