"""A private key that is made here, and the request for a certificate (PKCS#10) that belongs to it.

Making a key takes a while (RSA-3072: a second at worst): call these functions in an executor.
"""

from dataclasses import dataclass, field
import re
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_KEY_SIZE: Final = 3072
_LABEL: Final = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_DOMAIN: Final = re.compile(rf"{_LABEL}(\.{_LABEL})+")
# Upper bounds of X.520, which authorities hold to.
LONGEST_NAME: Final = 64
LONGEST_LOCALITY: Final = 128


@dataclass(frozen=True, slots=True)
class Subject:
    """Who a certificate is for; `country` has two letters (ISO 3166), `domain` is in ASCII."""

    organization: str
    locality: str
    country: str
    domain: str


@dataclass(frozen=True, slots=True)
class RequestedKey:
    """A private key (PEM, PKCS#8) that waits for its certificate, and the request for that (PEM)."""

    private_key_pem: str = field(repr=False)
    request_pem: str


def is_domain(text: str) -> bool:
    """Whether a text is a domain name that a certificate can be for, no wildcard."""
    return len(text) <= LONGEST_NAME and _DOMAIN.fullmatch(text) is not None


def make_key(subject: Subject) -> RequestedKey:
    """Return a new RSA key with the request for a certificate that Fluvius would accept."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_SIZE)
    return RequestedKey(
        private_key_pem=key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
        request_pem=_request(key, subject).public_bytes(serialization.Encoding.PEM).decode(),
    )


def _request(key: rsa.RSAPrivateKey, subject: Subject) -> x509.CertificateSigningRequest:
    return (
        x509.CertificateSigningRequestBuilder()
        .subject_name(_name(subject))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(subject.domain)]), critical=False)
        .add_extension(_SIGNING, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )


_SIGNING: Final = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=True,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


def _name(subject: Subject) -> x509.Name:
    parts = (
        (NameOID.COUNTRY_NAME, subject.country),
        (NameOID.LOCALITY_NAME, subject.locality),
        (NameOID.ORGANIZATION_NAME, subject.organization),
        (NameOID.COMMON_NAME, subject.domain),
    )
    return x509.Name([x509.NameAttribute(kind, text) for kind, text in parts])
