"""What Fluvius asks of a certificate, rule by rule, at the bounds of each."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding
import pytest

from custom_components.fluvius_esco.api.certificate import (
    CertificatePolicy,
    CertificateProblem,
    ClientCertificate,
)
from custom_components.fluvius_esco.api.certificate_files import load_certificate
from custom_components.fluvius_esco.api.certificate_rules import (
    AUTHORITY_PROBLEMS,
    broken_rules,
)
from tests.certificates import (
    CLIENT,
    DV,
    EV,
    IV,
    OF_ONE_AUTHORITY,
    OV,
    SERVER,
    IssuedCertificate,
    authority_key,
    issue_certificate,
    rsa_key,
)

NOW = datetime(2026, 11, 10, 9, 30, tzinfo=UTC)
START = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
PSS = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
ANY = x509.ObjectIdentifier("2.5.29.37.0")
ANY_POLICY = "2.5.29.32.0"


def loaded(issued: IssuedCertificate) -> ClientCertificate:
    return load_certificate(issued.certificate_pem, issued.key_pem, None)


def problems(issued: IssuedCertificate, now: datetime = NOW) -> Sequence[str]:
    return broken_rules(loaded(issued), now)


def test_a_certificate_by_the_book_breaks_no_rule() -> None:
    assert problems(issue_certificate()) == []


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"policies": [EV]}, []),
        ({"policies": [OF_ONE_AUTHORITY, OV]}, []),
        ({"policies": [OV, DV]}, []),
        ({"policies": [DV]}, ["domain_validated"]),
        ({"policies": [OF_ONE_AUTHORITY, DV]}, ["domain_validated"]),
        ({"policies": [IV]}, ["individual_validated"]),
        ({"policies": [OF_ONE_AUTHORITY]}, ["policy_unknown"]),
        ({"policies": [ANY_POLICY]}, ["policy_unknown"]),
        ({"policies": None}, ["policy_unknown"]),
        ({"digest": hashes.SHA512()}, []),
        ({"digest": hashes.SHA384()}, ["signature_algorithm"]),
        ({"rsa_padding": PSS}, ["signature_algorithm"]),
        ({"digital_signature": None}, []),
        ({"digital_signature": False}, ["no_digital_signature"]),
        ({"purposes": None}, []),
        ({"purposes": [CLIENT, SERVER]}, []),
        ({"purposes": [ANY]}, []),
        ({"purposes": [CLIENT]}, ["no_server_authentication"]),
        ({"self_signed": True}, ["self_signed"]),
        ({"subject": "Client", "issuer": "Client"}, ["self_signed"]),
    ],
)
def test_what_the_authority_issued_is_judged(options: dict[str, Any], expected: list[str]) -> None:
    assert problems(issue_certificate(**options)) == expected


def test_a_certificate_signed_with_an_elliptic_curve_is_not_signed_with_rsa() -> None:
    issued = issue_certificate(signed_by=authority_key("ec"))
    assert problems(issued) == ["signature_algorithm"]


def test_a_certificate_signed_with_its_own_key_is_told_whatever_its_issuer_is_called() -> None:
    key = rsa_key()
    assert problems(issue_certificate(key=key, signed_by=key)) == ["self_signed"]


def test_sha1_is_told() -> None:
    # Nothing that is still maintained signs with SHA-1: the names of the algorithm are exchanged.
    issued = issue_certificate()
    sha256, sha1 = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")
    der = issued.certificate.public_bytes(Encoding.DER).replace(sha256, sha1)
    certificate = load_certificate(der, issued.key_pem, None)
    assert broken_rules(certificate, NOW) == ["signature_algorithm"]


@pytest.mark.parametrize(("bits", "expected"), [(2048, []), (1024, ["key_too_short"])])
def test_the_length_of_the_key_is_judged(bits: int, expected: list[str]) -> None:
    assert problems(issue_certificate(key=rsa_key(bits))) == expected


@pytest.mark.parametrize(
    ("validity", "expected"),
    [
        (200 * DAY, []),
        (398 * DAY, []),
        (398 * DAY + SECOND, ["valid_too_long"]),
        (399 * DAY, ["valid_too_long"]),
    ],
)
def test_398_days_are_the_longest_validity(validity: timedelta, expected: list[str]) -> None:
    start = NOW - 10 * DAY
    assert problems(issue_certificate(not_before=start, not_after=start + validity)) == expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (START - SECOND, ["not_yet_valid"]),
        (START, []),
        (START + 365 * DAY, []),
        (START + 365 * DAY + SECOND, ["expired"]),
    ],
)
def test_both_ends_of_the_validity_belong_to_it(moment: datetime, expected: list[str]) -> None:
    assert problems(issue_certificate(not_before=START), moment) == expected


def test_the_gravest_problem_comes_first() -> None:
    issued = issue_certificate(self_signed=True, policies=[DV], purposes=[CLIENT])
    assert problems(issued, datetime(2030, 1, 1, tzinfo=UTC)) == [
        "expired",
        "self_signed",
        "domain_validated",
        "no_server_authentication",
    ]


def test_what_is_not_the_authority_s_is_no_matter_of_the_environment() -> None:
    assert AUTHORITY_PROBLEMS.isdisjoint(
        {
            CertificateProblem.EXPIRED,
            CertificateProblem.NOT_YET_VALID,
            CertificateProblem.POLICY_UNKNOWN,
        }
    )


@pytest.mark.parametrize(
    ("policies", "policy"),
    [
        ([DV, EV], CertificatePolicy.EXTENDED),
        ([OV], CertificatePolicy.ORGANIZATION),
        ([DV, IV], CertificatePolicy.INDIVIDUAL),
        ([DV], CertificatePolicy.DOMAIN),
        (None, CertificatePolicy.UNKNOWN),
    ],
)
def test_the_best_policy_counts(policies: list[str] | None, policy: CertificatePolicy) -> None:
    assert loaded(issue_certificate(policies=policies)).policy is policy
