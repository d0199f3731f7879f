"""Keys that are made here, and the requests for their certificates."""

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
import pytest

from custom_components.fluvius_esco.api.key_request import (
    RequestedKey,
    Subject,
    is_domain,
    make_key,
)

SUBJECT = Subject("Energie Café bv", "Gent", "BE", "meters.example.be")


@pytest.fixture(scope="module")
def made() -> RequestedKey:
    return make_key(SUBJECT)


def test_the_request_is_signed_by_the_key_and_names_the_subject(made: RequestedKey) -> None:
    request = x509.load_pem_x509_csr(made.request_pem.encode())
    key = serialization.load_pem_private_key(made.private_key_pem.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    assert key.key_size == 3072
    assert request.is_signature_valid
    assert request.public_key() == key.public_key()
    expected = "CN=meters.example.be,O=Energie Café bv,L=Gent,C=BE"
    assert request.subject.rfc4514_string() == expected
    names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["meters.example.be"]


def test_the_request_asks_for_the_uses_that_fluvius_asks_for(made: RequestedKey) -> None:
    extensions = x509.load_pem_x509_csr(made.request_pem.encode()).extensions
    assert extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature
    purposes = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.SERVER_AUTH]


def test_no_two_keys_are_the_same(made: RequestedKey) -> None:
    assert make_key(SUBJECT).private_key_pem != made.private_key_pem


def test_the_key_is_not_shown(made: RequestedKey) -> None:
    assert "PRIVATE" not in repr(made)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("example.be", True),
        ("a-b.example.be", True),
        ("xn--caf-dma.be", True),
        ("*.example.be", False),
        ("https://example.be", False),
        ("example", False),
        ("-a.be", False),
        ("café.be", False),
        ("", False),
        (f"{'a' * 60}.be", True),
        (f"{'a' * 60}.be.be", False),
    ],
)
def test_domain_names_are_told_from_other_texts(text: str, expected: bool) -> None:
    assert is_domain(text) is expected
