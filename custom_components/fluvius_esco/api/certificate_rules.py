"""What Fluvius asks of a certificate beyond that it can be read (guide: digital certificate)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID, SignatureAlgorithmOID

from .certificate import CertificatePolicy, CertificateProblem, ClientCertificate

LONGEST_VALIDITY: Final = timedelta(days=398)
_SHORTEST_KEY: Final = 2048
# RSA with SHA-256 or SHA-512 and nothing else: neither SHA-384 nor the probabilistic scheme (PSS).
_SIGNATURES: Final = (SignatureAlgorithmOID.RSA_WITH_SHA256, SignatureAlgorithmOID.RSA_WITH_SHA512)
_SERVER_USAGES: Final = (
    ExtendedKeyUsageOID.SERVER_AUTH,
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
)
_POLICY_PROBLEMS: Final = {
    CertificatePolicy.DOMAIN: CertificateProblem.DOMAIN_VALIDATED,
    CertificatePolicy.INDIVIDUAL: CertificateProblem.INDIVIDUAL_VALIDATED,
    CertificatePolicy.UNKNOWN: CertificateProblem.POLICY_UNKNOWN,
}

# What the authority that issued a certificate is answerable for.
AUTHORITY_PROBLEMS: Final = frozenset(
    {
        CertificateProblem.SELF_SIGNED,
        CertificateProblem.SIGNATURE_ALGORITHM,
        CertificateProblem.KEY_TOO_SHORT,
        CertificateProblem.DOMAIN_VALIDATED,
        CertificateProblem.INDIVIDUAL_VALIDATED,
        CertificateProblem.NO_DIGITAL_SIGNATURE,
        CertificateProblem.NO_SERVER_AUTHENTICATION,
        CertificateProblem.VALID_TOO_LONG,
    }
)


def broken_rules(certificate: ClientCertificate, now: datetime) -> list[CertificateProblem]:
    """Return what is wrong with a certificate at the aware instant `now`, the gravest first."""
    return [
        *_of_validity(certificate, now),
        *_of_signature(certificate.parsed),
        *_of_policy(certificate),
        *_of_usage(certificate.parsed),
        *_of_length(certificate),
    ]


def _of_validity(certificate: ClientCertificate, now: datetime) -> Iterator[CertificateProblem]:
    if certificate.not_after < now:
        yield CertificateProblem.EXPIRED
    if certificate.not_before > now:
        yield CertificateProblem.NOT_YET_VALID


def _of_signature(certificate: x509.Certificate) -> Iterator[CertificateProblem]:
    if certificate.subject == certificate.issuer or _is_signed_with_own_key(certificate):
        yield CertificateProblem.SELF_SIGNED
    if certificate.signature_algorithm_oid not in _SIGNATURES:
        yield CertificateProblem.SIGNATURE_ALGORITHM
    key = certificate.public_key()
    if isinstance(key, RSAPublicKey) and key.key_size < _SHORTEST_KEY:
        yield CertificateProblem.KEY_TOO_SHORT


def _is_signed_with_own_key(certificate: x509.Certificate) -> bool:
    """Whether the holder's key signed the certificate, whatever name stands for the issuer."""
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        return False
    try:
        scheme = certificate.signature_algorithm_parameters
        digest = certificate.signature_hash_algorithm
        if scheme is None or isinstance(scheme, ECDSA) or digest is None:
            return False
        key.verify(certificate.signature, certificate.tbs_certificate_bytes, scheme, digest)
    except InvalidSignature, UnsupportedAlgorithm, ValueError:
        return False
    return True


def _of_policy(certificate: ClientCertificate) -> Iterator[CertificateProblem]:
    if problem := _POLICY_PROBLEMS.get(certificate.policy):
        yield problem


def _of_usage(certificate: x509.Certificate) -> Iterator[CertificateProblem]:
    """Yield the uses that are excluded; without the extension all are allowed (RFC 5280, 4.2.1)."""
    usage = _extension(certificate, x509.KeyUsage)
    if usage is not None and not usage.digital_signature:
        yield CertificateProblem.NO_DIGITAL_SIGNATURE
    purposes = _extension(certificate, x509.ExtendedKeyUsage)
    if purposes is not None and not any(purpose in purposes for purpose in _SERVER_USAGES):
        yield CertificateProblem.NO_SERVER_AUTHENTICATION


def _extension[Kind: x509.ExtensionType](
    certificate: x509.Certificate, kind: type[Kind]
) -> Kind | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _of_length(certificate: ClientCertificate) -> Iterator[CertificateProblem]:
    if certificate.not_after - certificate.not_before > LONGEST_VALIDITY:
        yield CertificateProblem.VALID_TOO_LONG
