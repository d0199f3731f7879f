"""Certificates and keys as people have them, and every way in which they are unusable."""

import base64
from datetime import UTC, datetime
import hashlib

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.fluvius_esco.api.certificate import (
    CertificateError,
    CertificateProblem,
    ClientCertificate,
    load_certificate,
)

from .builders import certificate, certificate_pem, key_bytes

DER = serialization.Encoding.DER
TRADITIONAL = serialization.PrivateFormat.TraditionalOpenSSL


def problem_of(
    certificate_file: bytes, key_file: bytes | None = None, password: str | None = None
) -> CertificateProblem:
    with pytest.raises(CertificateError) as caught:
        load_certificate(certificate_file, key_file, password)
    return caught.value.problem


def pkcs12_of(
    key: rsa.RSAPrivateKey | None,
    cert: x509.Certificate | None,
    password: str | None,
    others: list[x509.Certificate] | None = None,
) -> bytes:
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password is not None:
        encryption = serialization.BestAvailableEncryption(password.encode())
    return pkcs12.serialize_key_and_certificates(b"provider", key, cert, others, encryption)


@pytest.mark.parametrize("encoding", [serialization.Encoding.PEM, DER])
@pytest.mark.parametrize("layout", [serialization.PrivateFormat.PKCS8, TRADITIONAL])
def test_certificate_and_key_in_two_files(
    provider_key: rsa.RSAPrivateKey,
    provider_certificate: x509.Certificate,
    client_certificate: ClientCertificate,
    encoding: serialization.Encoding,
    layout: serialization.PrivateFormat,
) -> None:
    key_file = key_bytes(provider_key, encoding=encoding, layout=layout)
    loaded = load_certificate(provider_certificate.public_bytes(encoding), key_file, None)
    assert loaded == client_certificate


def test_key_in_the_same_pem_file(
    provider_key: rsa.RSAPrivateKey,
    provider_certificate: x509.Certificate,
    client_certificate: ClientCertificate,
) -> None:
    both = key_bytes(provider_key) + certificate_pem(provider_certificate)
    assert load_certificate(both, None, None) == client_certificate


def test_of_a_chain_the_certificate_of_the_key_is_taken(
    authority_key: rsa.RSAPrivateKey,
    provider_key: rsa.RSAPrivateKey,
    provider_certificate: x509.Certificate,
    client_certificate: ClientCertificate,
) -> None:
    authority = certificate(authority_key, authority_key, "Test CA")
    chain = certificate_pem(authority, provider_certificate)
    assert load_certificate(chain, key_bytes(provider_key), None) == client_certificate


@pytest.mark.parametrize("layout", [serialization.PrivateFormat.PKCS8, TRADITIONAL])
def test_encrypted_key_asks_for_its_password(
    provider_key: rsa.RSAPrivateKey,
    provider_certificate: x509.Certificate,
    client_certificate: ClientCertificate,
    layout: serialization.PrivateFormat,
) -> None:
    pem, key_file = (
        certificate_pem(provider_certificate),
        key_bytes(provider_key, "pw", layout=layout),
    )
    assert load_certificate(pem, key_file, "pw") == client_certificate
    assert problem_of(pem, key_file) is CertificateProblem.PASSWORD_REQUIRED
    assert problem_of(pem, key_file, "") is CertificateProblem.PASSWORD_REQUIRED
    assert problem_of(pem, key_file, "no") is CertificateProblem.WRONG_PASSWORD


def test_needless_password_is_ignored(
    provider_key: rsa.RSAPrivateKey,
    provider_certificate: x509.Certificate,
    client_certificate: ClientCertificate,
) -> None:
    pem, key_file = certificate_pem(provider_certificate), key_bytes(provider_key)
    assert load_certificate(pem, key_file, "needless") == client_certificate
    bundle = pkcs12_of(provider_key, provider_certificate, None)
    assert load_certificate(bundle, None, "needless") == client_certificate


@pytest.mark.parametrize("password", [None, "pw"])
def test_pkcs12_holds_both(
    authority_key: rsa.RSAPrivateKey,
    provider_key: rsa.RSAPrivateKey,
    provider_certificate: x509.Certificate,
    client_certificate: ClientCertificate,
    password: str | None,
) -> None:
    authority = certificate(authority_key, authority_key, "Test CA")
    bundle = pkcs12_of(provider_key, provider_certificate, password, [authority])
    assert load_certificate(bundle, None, password) == client_certificate


def test_pkcs12_password_missing_or_wrong(
    provider_key: rsa.RSAPrivateKey, provider_certificate: x509.Certificate
) -> None:
    bundle = pkcs12_of(provider_key, provider_certificate, "pw")
    assert problem_of(bundle) is CertificateProblem.PASSWORD_REQUIRED
    assert problem_of(bundle, password="no") is CertificateProblem.WRONG_PASSWORD


def test_truncated_pkcs12_is_not_a_matter_of_passwords(
    provider_key: rsa.RSAPrivateKey, provider_certificate: x509.Certificate
) -> None:
    bundle = pkcs12_of(provider_key, provider_certificate, "pw")
    assert problem_of(bundle[:-50], password="pw") is CertificateProblem.CERTIFICATE_UNREADABLE


def test_pkcs12_with_the_certificate_alone_takes_the_key_from_elsewhere(
    provider_key: rsa.RSAPrivateKey,
    provider_certificate: x509.Certificate,
    client_certificate: ClientCertificate,
) -> None:
    bundle = pkcs12_of(None, provider_certificate, None)
    assert load_certificate(bundle, key_bytes(provider_key), None) == client_certificate
    assert problem_of(bundle) is CertificateProblem.KEY_MISSING
    pem = certificate_pem(provider_certificate)
    assert problem_of(pem, bundle) is CertificateProblem.KEY_MISSING
    whole = pkcs12_of(provider_key, provider_certificate, "pw")
    assert load_certificate(pem, whole, "pw") == client_certificate


def test_pkcs12_without_certificate_is_unreadable(provider_key: rsa.RSAPrivateKey) -> None:
    bundle = pkcs12_of(provider_key, None, None)
    assert problem_of(bundle) is CertificateProblem.CERTIFICATE_UNREADABLE


def test_certificate_without_key(provider_certificate: x509.Certificate) -> None:
    assert problem_of(certificate_pem(provider_certificate)) is CertificateProblem.KEY_MISSING
    assert problem_of(provider_certificate.public_bytes(DER)) is CertificateProblem.KEY_MISSING


def test_key_of_another_certificate(
    authority_key: rsa.RSAPrivateKey, provider_certificate: x509.Certificate
) -> None:
    pem = certificate_pem(provider_certificate)
    assert problem_of(pem, key_bytes(authority_key)) is CertificateProblem.KEY_MISMATCH


def test_elliptic_curves_cannot_sign_rs256(
    provider_key: rsa.RSAPrivateKey, authority_key: rsa.RSAPrivateKey
) -> None:
    curve_key = ec.generate_private_key(ec.SECP256R1())
    pem = certificate_pem(certificate(curve_key, authority_key))
    assert problem_of(pem, key_bytes(curve_key)) is CertificateProblem.NOT_RSA
    assert problem_of(pem, key_bytes(provider_key)) is CertificateProblem.NOT_RSA


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----\n", b"\x30\x03"],
)
def test_unreadable_certificate(provider_key: rsa.RSAPrivateKey, content: bytes) -> None:
    found = problem_of(content, key_bytes(provider_key))
    assert found is CertificateProblem.CERTIFICATE_UNREADABLE


def test_certificate_with_a_key_of_an_unknown_kind_is_unreadable(
    provider_key: rsa.RSAPrivateKey, provider_certificate: x509.Certificate
) -> None:
    rsa_encryption = bytes.fromhex("2a864886f70d010101")
    strange = provider_certificate.public_bytes(DER).replace(
        rsa_encryption, rsa_encryption[:-1] + b"\x7f"
    )
    found = problem_of(strange, key_bytes(provider_key))
    assert found is CertificateProblem.CERTIFICATE_UNREADABLE


def test_certificate_of_a_version_that_does_not_exist_is_unreadable(
    provider_key: rsa.RSAPrivateKey, provider_certificate: x509.Certificate
) -> None:
    third_version = bytes.fromhex("a003020102")
    strange = provider_certificate.public_bytes(DER).replace(
        third_version, third_version[:-1] + b"\x07", 1
    )
    found = problem_of(strange, key_bytes(provider_key))
    assert found is CertificateProblem.CERTIFICATE_UNREADABLE


def test_certificate_with_a_name_of_the_wrong_type_is_unreadable(
    provider_key: rsa.RSAPrivateKey, provider_certificate: x509.Certificate
) -> None:
    utf8, bits = b"\x0c\x08Provider", b"\x03\x08\x00rovider"
    strange = provider_certificate.public_bytes(DER).replace(utf8, bits)
    found = problem_of(strange, key_bytes(provider_key))
    assert found is CertificateProblem.CERTIFICATE_UNREADABLE


def test_pkcs12_with_a_cipher_that_openssl_lacks_is_unreadable(
    provider_key: rsa.RSAPrivateKey,
    provider_certificate: x509.Certificate,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bundle = pkcs12_of(provider_key, provider_certificate, "pw")

    def lacks_the_cipher(data: bytes, password: bytes | None) -> None:
        raise UnsupportedAlgorithm("RC2-40-CBC")

    monkeypatch.setattr(pkcs12, "load_pkcs12", lacks_the_cipher)
    assert problem_of(bundle, password="pw") is CertificateProblem.CERTIFICATE_UNREADABLE


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"-----BEGIN PRIVATE KEY-----\nxx\n-----END PRIVATE KEY-----\n",
        b"-----BEGIN PUBLIC KEY-----\nxx\n-----END PUBLIC KEY-----\n",
    ],
)
def test_unreadable_key(provider_certificate: x509.Certificate, content: bytes) -> None:
    found = problem_of(certificate_pem(provider_certificate), content)
    assert found is CertificateProblem.KEY_UNREADABLE


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_damaged_files_raise_nothing_but_certificate_errors(
    provider_key: rsa.RSAPrivateKey, provider_certificate: x509.Certificate, data: st.DataObject
) -> None:
    whole = data.draw(
        st.sampled_from(
            [
                certificate_pem(provider_certificate),
                provider_certificate.public_bytes(DER),
                pkcs12_of(provider_key, provider_certificate, None),
                b"\x30\x80\x02\x01\x03\x30\x80",
            ]
        )
    )
    position = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:position] + data.draw(st.binary(max_size=3)) + whole[position + 1 :]
    try:
        loaded = load_certificate(damaged, key_bytes(provider_key), "pw")
    except CertificateError:
        return
    assert len(loaded.thumbprint) == 40
    assert loaded.not_before < loaded.not_after


def test_what_a_certificate_says(
    client_certificate: ClientCertificate, provider_certificate: x509.Certificate
) -> None:
    sha1 = hashlib.sha1(provider_certificate.public_bytes(DER), usedforsecurity=False)
    assert client_certificate.thumbprint == sha1.hexdigest().upper()
    assert client_certificate.subject == "CN=Provider"
    assert client_certificate.issuer == "CN=Test CA"
    assert client_certificate.not_before == datetime(2026, 1, 1, tzinfo=UTC)
    assert client_certificate.not_after == datetime(2027, 1, 1, tzinfo=UTC)
    assert not client_certificate.self_signed


def test_x5t_is_the_thumbprint_in_base64url(client_certificate: ClientCertificate) -> None:
    assert len(client_certificate.x5t) == 27
    decoded = base64.urlsafe_b64decode(client_certificate.x5t + "=")
    assert decoded == bytes.fromhex(client_certificate.thumbprint)


def test_self_signed_is_told(provider_key: rsa.RSAPrivateKey) -> None:
    own = certificate(provider_key, provider_key, "Provider", "Provider")
    assert load_certificate(certificate_pem(own), key_bytes(provider_key), None).self_signed


def test_validity_includes_both_ends(client_certificate: ClientCertificate) -> None:
    assert client_certificate.is_valid_at(datetime(2026, 1, 1, tzinfo=UTC))
    assert client_certificate.is_valid_at(datetime(2027, 1, 1, tzinfo=UTC))
    assert not client_certificate.is_valid_at(datetime(2027, 1, 1, 0, 0, 1, tzinfo=UTC))
    assert not client_certificate.is_valid_at(datetime(2025, 12, 31, tzinfo=UTC))


def test_stored_pair_is_rebuilt_and_checked(client_certificate: ClientCertificate) -> None:
    stored = (client_certificate.certificate_pem, client_certificate.private_key_pem)
    assert ClientCertificate.from_pem(*stored) == client_certificate
    with pytest.raises(CertificateError):
        ClientCertificate.from_pem(stored[0], "nonsense")


def test_key_is_not_shown(client_certificate: ClientCertificate) -> None:
    assert "PRIVATE" not in repr(client_certificate)
