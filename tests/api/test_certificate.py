"""What a certificate says."""

import base64
from datetime import UTC, datetime
import hashlib

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from custom_components.fluvius_esco.api.certificate import ClientCertificate

DER = serialization.Encoding.DER


def test_what_a_certificate_says(
    client_certificate: ClientCertificate, provider_certificate: x509.Certificate
) -> None:
    sha1 = hashlib.sha1(provider_certificate.public_bytes(DER), usedforsecurity=False)
    assert client_certificate.thumbprint == sha1.hexdigest().upper()
    assert client_certificate.subject == "CN=Provider"
    assert client_certificate.issuer == "CN=Test CA"
    assert client_certificate.not_before == datetime(2026, 1, 1, tzinfo=UTC)
    assert client_certificate.not_after == datetime(2027, 1, 1, tzinfo=UTC)


def test_x5t_is_the_thumbprint_in_base64url(client_certificate: ClientCertificate) -> None:
    assert len(client_certificate.x5t) == 27
    decoded = base64.urlsafe_b64decode(client_certificate.x5t + "=")
    assert decoded == bytes.fromhex(client_certificate.thumbprint)


def test_validity_includes_both_ends(client_certificate: ClientCertificate) -> None:
    assert client_certificate.is_valid_at(datetime(2026, 1, 1, tzinfo=UTC))
    assert client_certificate.is_valid_at(datetime(2027, 1, 1, tzinfo=UTC))
    assert not client_certificate.is_valid_at(datetime(2027, 1, 1, 0, 0, 1, tzinfo=UTC))
    assert not client_certificate.is_valid_at(datetime(2025, 12, 31, tzinfo=UTC))


def test_key_is_not_shown(client_certificate: ClientCertificate) -> None:
    assert "PRIVATE" not in repr(client_certificate)
