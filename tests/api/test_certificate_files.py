"""Certificates and keys as people have them, and every way in which they are unusable."""

import base64
from datetime import UTC, datetime
import itertools

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12
from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.fluvius_esco.api.certificate import (
    CertificateError,
    CertificateProblem,
    ClientCertificate,
)
from custom_components.fluvius_esco.api.certificate_files import load_certificate, load_stored

from .builders import certificate, certificate_pem, key_bytes, name

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


def test_every_order_of_a_chain_is_taken(
    authority_key: rsa.RSAPrivateKey,
    provider_key: rsa.RSAPrivateKey,
    provider_certificate: x509.Certificate,
    client_certificate: ClientCertificate,
) -> None:
    root = certificate(authority_key, authority_key, "Root", "Root")
    middle = certificate(authority_key, authority_key, "Test CA", "Root")
    for chain in itertools.permutations([root, middle, provider_certificate]):
        pem = certificate_pem(*chain)
        assert load_certificate(pem, key_bytes(provider_key), None) == client_certificate
        both = certificate_pem(chain[0]) + key_bytes(provider_key) + certificate_pem(*chain[1:])
        assert load_certificate(both, None, None) == client_certificate


def dressed(pem: bytes, dress: str) -> bytes:
    """Return a PEM file as some editor or mail program leaves it."""
    match dress:
        case "crlf":
            return pem.replace(b"\n", b"\r\n")
        case "cr":
            return pem.replace(b"\n", b"\r")
        case "utf-8 bom":
            return b"\xef\xbb\xbf" + pem
        case "utf-16":
            return pem.decode().encode("utf-16")
        case "text around":
            return (
                b"Bag Attributes\n    friendlyName: d\xe9mo\n" + pem + b"\nKind regards,\nyour CA\n"
            )
        case "indented":
            return b"".join(b"    " + line + b"  \n" for line in pem.splitlines())
        case "no last line feed":
            return pem.rstrip()
    return pem


@pytest.mark.parametrize(
    "dress",
    ["crlf", "cr", "utf-8 bom", "utf-16", "text around", "indented", "no last line feed"],
)
def test_text_is_read_however_it_was_saved(
    provider_key: rsa.RSAPrivateKey,
    provider_certificate: x509.Certificate,
    client_certificate: ClientCertificate,
    dress: str,
) -> None:
    pem, key = certificate_pem(provider_certificate), key_bytes(provider_key)
    locked = key_bytes(provider_key, "pw", layout=TRADITIONAL)
    assert load_certificate(dressed(pem, dress), dressed(key, dress), None) == client_certificate
    assert load_certificate(dressed(pem, dress), dressed(locked, dress), "pw") == client_certificate
    assert load_certificate(dressed(key + pem, dress), None, None) == client_certificate


def test_bare_base64_is_read(
    provider_key: rsa.RSAPrivateKey,
    provider_certificate: x509.Certificate,
    client_certificate: ClientCertificate,
) -> None:
    bare = b"\n".join(certificate_pem(provider_certificate).splitlines()[1:-1])
    assert load_certificate(bare, key_bytes(provider_key), None) == client_certificate


@pytest.mark.parametrize("label", [b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE"])
def test_other_labels_of_a_certificate_are_known(
    provider_key: rsa.RSAPrivateKey,
    provider_certificate: x509.Certificate,
    client_certificate: ClientCertificate,
    label: bytes,
) -> None:
    der = provider_certificate.public_bytes(DER)
    if label.startswith(b"TRUSTED"):
        der += bytes.fromhex("300c300a06082b06010505070301")
    pem = b"-----BEGIN %s-----\n%s-----END %s-----\n" % (label, base64.encodebytes(der), label)
    assert load_certificate(pem, key_bytes(provider_key), None) == client_certificate


@pytest.mark.parametrize("encoding", [serialization.Encoding.PEM, DER])
def test_pkcs7_bundle_is_taken(
    authority_key: rsa.RSAPrivateKey,
    provider_key: rsa.RSAPrivateKey,
    provider_certificate: x509.Certificate,
    client_certificate: ClientCertificate,
    encoding: serialization.Encoding,
) -> None:
    authority = certificate(authority_key, authority_key, "Test CA")
    bundle = pkcs7.serialize_certificates([authority, provider_certificate], encoding)
    assert load_certificate(bundle, key_bytes(provider_key), None) == client_certificate
    assert problem_of(bundle) is CertificateProblem.KEY_MISSING


def test_files_in_each_other_s_place_are_taken(
    provider_key: rsa.RSAPrivateKey,
    provider_certificate: x509.Certificate,
    client_certificate: ClientCertificate,
) -> None:
    pem, key = certificate_pem(provider_certificate), key_bytes(provider_key)
    assert load_certificate(key, pem, None) == client_certificate


def test_a_damaged_certificate_beside_the_right_one_does_no_harm(
    provider_key: rsa.RSAPrivateKey,
    provider_certificate: x509.Certificate,
    client_certificate: ClientCertificate,
) -> None:
    damaged = b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    pem, key = certificate_pem(provider_certificate), key_bytes(provider_key)
    assert load_certificate(damaged + pem, key, None) == client_certificate
    other = certificate_pem(certificate(rsa.generate_private_key(65537, 2048), provider_key))
    found = problem_of(damaged + other, key)
    assert found is CertificateProblem.CERTIFICATE_UNREADABLE


def test_of_two_certificates_of_one_key_the_newer_is_taken(
    provider_key: rsa.RSAPrivateKey,
    authority_key: rsa.RSAPrivateKey,
    provider_certificate: x509.Certificate,
) -> None:
    newer = certificate(provider_key, authority_key, not_before=datetime(2026, 6, 1, tzinfo=UTC))
    for chain in ([newer, provider_certificate], [provider_certificate, newer]):
        loaded = load_certificate(certificate_pem(*chain), key_bytes(provider_key), None)
        assert loaded.not_before == datetime(2026, 6, 1, tzinfo=UTC)


def test_a_kept_key_need_not_be_uploaded(
    provider_key: rsa.RSAPrivateKey,
    authority_key: rsa.RSAPrivateKey,
    provider_certificate: x509.Certificate,
    client_certificate: ClientCertificate,
) -> None:
    pem = certificate_pem(provider_certificate)
    others = [key_bytes(authority_key).decode()]
    kept = [*others, key_bytes(provider_key).decode()]
    assert load_certificate(pem, None, None, kept) == client_certificate
    with pytest.raises(CertificateError) as caught:
        load_certificate(pem, None, None, others)
    assert caught.value.problem is CertificateProblem.NO_KEPT_KEY


@pytest.mark.parametrize("encoding", [serialization.Encoding.PEM, DER])
def test_a_signing_request_is_no_certificate(
    provider_key: rsa.RSAPrivateKey, encoding: serialization.Encoding
) -> None:
    builder = x509.CertificateSigningRequestBuilder().subject_name(name("Provider"))
    request = builder.sign(provider_key, hashes.SHA256()).public_bytes(encoding)
    found = problem_of(request, key_bytes(provider_key))
    assert found is CertificateProblem.CERTIFICATE_REQUEST


def test_a_certificate_with_an_extension_twice_is_unreadable(
    provider_key: rsa.RSAPrivateKey, authority_key: rsa.RSAPrivateKey
) -> None:
    twice = certificate(
        provider_key,
        authority_key,
        extensions=[
            x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"),
            x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.5"), b"\x05\x00"),
        ],
    )
    der = twice.public_bytes(DER).replace(b"\x06\x03\x2a\x03\x05", b"\x06\x03\x2a\x03\x04")
    found = problem_of(der, key_bytes(provider_key))
    assert found is CertificateProblem.CERTIFICATE_UNREADABLE


def test_a_password_that_is_no_text_opens_nothing(
    provider_key: rsa.RSAPrivateKey, provider_certificate: x509.Certificate
) -> None:
    pem = certificate_pem(provider_certificate)
    found = problem_of(pem, key_bytes(provider_key, "pw"), "\ud800")
    assert found is CertificateProblem.WRONG_PASSWORD


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
    max_examples=60,
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


def test_stored_pair_is_rebuilt_and_checked(client_certificate: ClientCertificate) -> None:
    stored = (client_certificate.certificate_pem, client_certificate.private_key_pem)
    assert load_stored(*stored) == client_certificate
    with pytest.raises(CertificateError):
        load_stored(stored[0], "nonsense")
