"""Certificates made for a test: a small authority of our own, and what it issues."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

type Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class IssuedCertificate:
    """A certificate with its key, in every form in which it can be handed over."""

    certificate: x509.Certificate
    key: Key

    @property
    def certificate_pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def certificate_der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def key_pem(self) -> bytes:
        return self._key(Encoding.PEM)

    @property
    def key_der(self) -> bytes:
        return self._key(Encoding.DER)

    def encrypted_key_pem(self, password: str) -> bytes:
        return self.key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password.encode())
        )

    def pkcs12(self, password: str) -> bytes:
        encryption = BestAvailableEncryption(password.encode())
        return pkcs12.serialize_key_and_certificates(
            b"client", self.key, self.certificate, None, encryption
        )

    def _key(self, encoding: Encoding) -> bytes:
        return self.key.private_bytes(encoding, PrivateFormat.PKCS8, NoEncryption())


def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def issue_certificate(
    *,
    key: Key | None = None,
    self_signed: bool = False,
    not_before: datetime = datetime(2026, 1, 1, tzinfo=UTC),
    not_after: datetime | None = None,
) -> IssuedCertificate:
    """Issue a certificate for a client, valid for a year unless told otherwise."""
    key = key or rsa_key()
    subject = _name("Client")
    issuer = subject if self_signed else _name("Test Authority")
    signing_key = key if self_signed else rsa_key()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after or not_before + timedelta(days=365))
        .sign(signing_key, hashes.SHA256())
    )
    return IssuedCertificate(certificate, key)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
