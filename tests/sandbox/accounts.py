"""The one provider that the sandbox knows: its ids, its secrets and its certificates."""

from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

TENANT_ID = "5b1f6a7e-0c4d-4e0b-9a53-2f7d1c8e4a10"
CLIENT_ID = "c3a9d2f4-71b8-4d6e-8f05-6e2b9a4c7d31"
CLIENT_SECRET = "local~sandbox-client-secret"
SCOPE = "api://6d0e8b52-93fa-4c17-a2be-5d7f10c3e984/.default"
SUBSCRIPTION_KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
CONTRACT_NUMBER = "3599900001"
PROVIDER_NAME = "Lokale energiedienstverlener"


class UnusableCertificateError(ValueError):
    """What was offered for registration is no certificate with an RSA key."""


@dataclass(frozen=True, slots=True)
class RegisteredCertificate:
    """A certificate of the provider and its public key."""

    certificate: x509.Certificate
    key: RSAPublicKey


class CertificateRegister:
    """The certificates that the provider handed in, by SHA-1 thumbprint (upper-case hex)."""

    def __init__(self) -> None:
        """Start without any certificate."""
        self._certificates: dict[str, RegisteredCertificate] = {}

    def add(self, certificate: bytes) -> str:
        """Register a PEM or DER certificate and return its thumbprint."""
        try:
            parsed = (
                x509.load_pem_x509_certificate(certificate)
                if b"-----BEGIN" in certificate
                else x509.load_der_x509_certificate(certificate)
            )
        except ValueError as error:
            raise UnusableCertificateError("not a PEM or DER certificate") from error
        key = parsed.public_key()
        if not isinstance(key, RSAPublicKey):
            raise UnusableCertificateError("the certificate's key is not an RSA key")
        thumbprint = parsed.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303 - x5t is SHA-1
        self._certificates[thumbprint] = RegisteredCertificate(parsed, key)
        return thumbprint

    def find(self, thumbprint: str) -> RegisteredCertificate | None:
        """Return the certificate with a thumbprint."""
        return self._certificates.get(thumbprint)

    def thumbprints(self) -> list[str]:
        """List what is registered."""
        return list(self._certificates)

    def clear(self) -> None:
        """Forget every certificate."""
        self._certificates.clear()
