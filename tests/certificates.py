"""Certificates made for a test: a small authority of our own, and what it issues."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

type Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
type Hash = hashes.SHA256 | hashes.SHA384 | hashes.SHA512

EV: Final = "2.23.140.1.1"
OV: Final = "2.23.140.1.2.2"
IV: Final = "2.23.140.1.2.3"
DV: Final = "2.23.140.1.2.1"
OF_ONE_AUTHORITY: Final = "1.3.6.1.4.1.99999.1.2"

SERVER: Final = ExtendedKeyUsageOID.SERVER_AUTH
CLIENT: Final = ExtendedKeyUsageOID.CLIENT_AUTH


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
    def thumbprint(self) -> str:
        return self.certificate.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303 - it is one

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


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@cache
def authority_key(kind: str = "rsa") -> Key:
    """Return the key of the authority, which has one of each kind."""
    return ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa_key()


def issue_certificate(
    *,
    key: Key | None = None,
    signed_by: Key | None = None,
    self_signed: bool = False,
    subject: str = "Client",
    issuer: str = "Test Authority",
    not_before: datetime = datetime(2026, 1, 1, tzinfo=UTC),
    not_after: datetime | None = None,
    policies: Sequence[str] | None = (OV,),
    digital_signature: bool | None = True,
    purposes: Sequence[x509.ObjectIdentifier] | None = (SERVER,),
    digest: Hash | None = None,
    rsa_padding: padding.PSS | None = None,
) -> IssuedCertificate:
    """Issue a certificate that Fluvius would take, valid for a year, unless told otherwise.

    An extension whose value is None is left out.
    """
    key = key or rsa_key()
    signer = key if self_signed else signed_by or authority_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(subject if self_signed else issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after or not_before + timedelta(days=365))
    )
    for extension in _extensions(policies, digital_signature, purposes):
        builder = builder.add_extension(extension, critical=False)
    certificate = builder.sign(signer, digest or hashes.SHA256(), rsa_padding=rsa_padding)
    return IssuedCertificate(certificate, key)


def issue_for_request(request_pem: str, **days: datetime) -> bytes:
    """Issue the certificate (PEM) that a signing request asks for."""
    request = x509.load_pem_x509_csr(request_pem.encode())
    assert request.is_signature_valid
    not_before = days.get("not_before", datetime(2026, 11, 1, tzinfo=UTC))
    builder = (
        x509.CertificateBuilder()
        .subject_name(request.subject)
        .issuer_name(_name("Test Authority"))
        .public_key(request.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_before + timedelta(days=365))
        .add_extension(_policies([OV]), critical=False)
    )
    for extension in request.extensions:
        builder = builder.add_extension(extension.value, critical=extension.critical)
    return builder.sign(authority_key(), hashes.SHA256()).public_bytes(Encoding.PEM)


def _extensions(
    policies: Sequence[str] | None,
    digital_signature: bool | None,
    purposes: Sequence[x509.ObjectIdentifier] | None,
) -> list[x509.ExtensionType]:
    found: list[x509.ExtensionType] = []
    if policies is not None:
        found.append(_policies(policies))
    if digital_signature is not None:
        found.append(_key_usage(digital_signature))
    if purposes is not None:
        found.append(x509.ExtendedKeyUsage(purposes))
    return found


def _policies(policies: Sequence[str]) -> x509.CertificatePolicies:
    identifiers = [x509.ObjectIdentifier(policy) for policy in policies]
    return x509.CertificatePolicies([x509.PolicyInformation(one, None) for one in identifiers])


def _key_usage(digital_signature: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=True,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
