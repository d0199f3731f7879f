"""The client certificate of the demo: of its own small authority, as a provider would have one."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .folder import Folder

_VALIDITY = timedelta(days=397)
_RENEW_BEFORE = timedelta(days=46)
_ORGANIZATION_VALIDATED = x509.PolicyInformation(x509.ObjectIdentifier("2.23.140.1.2.2"), None)


def ensure_certificate(folder: Folder) -> None:
    """Make the certificate and its key unless the folder has a valid pair."""
    if folder.certificate.exists() and folder.private_key.exists():
        certificate = x509.load_pem_x509_certificate(folder.certificate.read_bytes())
        if certificate.not_valid_after_utc - _RENEW_BEFORE > datetime.now(UTC):
            return
    authority_key = _key()
    key = _key()
    certificate = _certificate(key.public_key(), authority_key)
    folder.private_key.touch(mode=0o600)
    folder.private_key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    folder.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "BE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Fluvius ESCO demo"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _certificate(key: rsa.RSAPublicKey, authority_key: rsa.RSAPrivateKey) -> x509.Certificate:
    now = datetime.now(UTC)
    usages = x509.ExtendedKeyUsage(
        [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    )
    return (
        x509.CertificateBuilder()
        .subject_name(_name("demo.example"))
        .issuer_name(_name("Demo authority"))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now - timedelta(hours=1) + _VALIDITY)
        .add_extension(usages, critical=False)
        .add_extension(x509.CertificatePolicies([_ORGANIZATION_VALIDATED]), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
