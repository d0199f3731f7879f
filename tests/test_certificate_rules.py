"""Every rule for a certificate, as a user meets it: the message at the wall, or the warning."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
import pytest

from custom_components.fluvius_esco.const import DOMAIN

from .certificates import CLIENT, DV, IV, OF_ONE_AUTHORITY, OV, issue_certificate, rsa_key
from .flows import Flow, Upload
from .helpers import ACCESS

LANGUAGES = ("en", "nl", "fr", "de")
TRANSLATIONS = Path(__file__).parents[1] / "custom_components" / DOMAIN / "translations"
NOW = datetime(2026, 11, 10, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
PSS = padding.PSS(padding.MGF1(hashes.SHA256()), 32)

type Files = Callable[[], dict[str, bytes | str]]


def issued(**options: Any) -> Files:
    """Return what hands a certificate over with its key."""

    def files() -> dict[str, bytes | str]:
        one = issue_certificate(**options)
        return {"certificate": one.certificate_pem, "private_key": one.key_pem}

    return files


def request_for_a_certificate() -> dict[str, bytes | str]:
    key = rsa_key()
    request = x509.CertificateSigningRequestBuilder(x509.Name([])).sign(key, hashes.SHA256())
    return {"certificate": request.public_bytes(Encoding.PEM)}


def certificate_alone() -> dict[str, bytes | str]:
    return {"certificate": issue_certificate().certificate_pem}


def another_key() -> dict[str, bytes | str]:
    return issued()() | {"private_key": issue_certificate().key_pem}


def locked(**password: str) -> Files:
    def files() -> dict[str, bytes | str]:
        return {"certificate": issue_certificate().pkcs12("right"), **password}

    return files


# What nobody can use, or Fluvius takes nowhere: by message, the field that it stands at.
WALLS: dict[str, tuple[str, Files]] = {
    "certificate_unreadable": ("certificate", lambda: {"certificate": b"Dear customer,"}),
    "certificate_request": ("certificate", request_for_a_certificate),
    "key_unreadable": ("private_key", lambda: issued()() | {"private_key": b"Dear customer,"}),
    "key_missing": ("private_key", certificate_alone),
    "key_mismatch": ("private_key", another_key),
    "password_required": ("password", locked()),
    "wrong_password": ("password", locked(password="wrong")),
    "not_rsa": ("certificate", issued(key=ec.generate_private_key(ec.SECP256R1()))),
    "expired": ("certificate", issued(not_before=NOW - 366 * DAY)),
    "not_yet_valid": ("certificate", issued(not_before=NOW + DAY)),
}
# What an authority is answerable for: walls in the live environment, warnings elsewhere.
OF_AUTHORITIES: dict[str, dict[str, Any]] = {
    "self_signed": {"self_signed": True},
    "signature_algorithm": {"digest": hashes.SHA384()},
    "key_too_short": {"key": rsa_key(1024)},
    "domain_validated": {"policies": [DV]},
    "individual_validated": {"policies": [IV]},
    "no_digital_signature": {"digital_signature": False},
    "no_server_authentication": {"purposes": [CLIENT]},
    "valid_too_long": {"not_before": NOW - DAY, "not_after": NOW + 398 * DAY},
}
FINE: dict[str, dict[str, Any]] = {
    "by the book": {},
    "own policies beside": {"policies": [OF_ONE_AUTHORITY, OV]},
    "SHA-512": {"digest": hashes.SHA512()},
    "no usages": {"digital_signature": None, "purposes": None},
    "398 days": {"not_before": NOW - DAY, "not_after": NOW + 397 * DAY},
}


def messages(language: str) -> dict[str, str]:
    texts = json.loads((TRANSLATIONS / f"{language}.json").read_text(encoding="utf-8"))
    found: dict[str, str] = texts["config"]["error"]
    return found


async def hand_over(
    hass: HomeAssistant, flow: Flow, upload: Upload, environment: str, files: Files
) -> None:
    """Upload a certificate in the forms of an environment."""
    if environment == "own":
        await flow.up_to_certificate()
    else:
        flow.result = await hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_USER}
        )
        await flow.enter(environment=environment, contract_number="3599900002", **ACCESS)
        await flow.enter(next_step_id="certificate")
    given = {
        field: content if isinstance(content, str) else await upload(content)
        for field, content in files().items()
    }
    await flow.enter(**given)


@pytest.mark.parametrize("environment", ["live", "sandbox", "own"])
@pytest.mark.parametrize("problem", WALLS)
async def test_what_can_be_used_nowhere_is_named_at_its_field(
    hass: HomeAssistant, flow: Flow, upload: Upload, problem: str, environment: str
) -> None:
    field, files = WALLS[problem]
    await hand_over(hass, flow, upload, environment, files)
    assert (flow.result["step_id"], flow.errors) == ("certificate", {field: problem})


@pytest.mark.parametrize("problem", OF_AUTHORITIES)
async def test_what_fluvius_asks_of_authorities_is_a_wall_in_the_live_environment(
    hass: HomeAssistant, flow: Flow, upload: Upload, problem: str
) -> None:
    await hand_over(hass, flow, upload, "live", issued(**OF_AUTHORITIES[problem]))
    assert (flow.result["step_id"], flow.errors) == ("certificate", {"certificate": problem})


@pytest.mark.parametrize(
    ("environment", "language"),
    [("sandbox", "en"), ("own", "nl"), ("sandbox", "fr"), ("own", "de")],
)
@pytest.mark.parametrize("problem", OF_AUTHORITIES)
async def test_elsewhere_it_is_a_warning_in_the_user_s_language(
    hass: HomeAssistant, flow: Flow, upload: Upload, problem: str, environment: str, language: str
) -> None:
    hass.config.language = language
    await hand_over(hass, flow, upload, environment, issued(**OF_AUTHORITIES[problem]))
    assert messages(language)[problem] in flow.found["warnings"]
    assert flow.found["warnings"].count("⚠️") == 1


@pytest.mark.parametrize(
    ("environment", "language"), [("live", "en"), ("live", "nl"), ("sandbox", "fr"), ("own", "de")]
)
@pytest.mark.parametrize("policies", [None, [OF_ONE_AUTHORITY]])
async def test_an_unknown_policy_is_a_warning_everywhere(
    hass: HomeAssistant,
    flow: Flow,
    upload: Upload,
    policies: list[str] | None,
    environment: str,
    language: str,
) -> None:
    hass.config.language = language
    await hand_over(hass, flow, upload, environment, issued(policies=policies))
    assert flow.found["warnings"] == f"- ⚠️ {messages(language)['policy_unknown']}"


@pytest.mark.parametrize("kind", FINE)
async def test_a_certificate_that_fluvius_takes_is_shown_without_a_warning(
    hass: HomeAssistant, flow: Flow, upload: Upload, kind: str
) -> None:
    await hand_over(hass, flow, upload, "live", issued(**FINE[kind]))
    assert flow.found["warnings"] == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_has_a_message_of_its_own(language: str) -> None:
    texts = messages(language)
    said = [
        texts[problem] for problem in (*WALLS, *OF_AUTHORITIES, "policy_unknown", "no_kept_key")
    ]
    assert len(set(said)) == len(said)
    if language != "en":
        english = messages("en")
        assert not {problem for problem in OF_AUTHORITIES if texts[problem] == english[problem]}


async def test_what_was_found_is_shown_before_the_entry_is_made(
    hass: HomeAssistant, flow: Flow, upload: Upload
) -> None:
    one = issue_certificate(subject="Energie`Café", issuer="Test Authority")
    await hass.config.async_set_time_zone("Europe/Brussels")
    await hand_over(
        hass,
        flow,
        upload,
        "own",
        lambda: {"certificate": one.certificate_pem, "private_key": one.key_pem},
    )
    assert flow.found == {
        "subject": "`CN=Energie'Café`",
        "issuer": "`CN=Test Authority`",
        "policy": "organisation (OV)",
        "valid_from": "2026-01-01 01:00",
        "valid_until": "2027-01-01 01:00",
        "days": "51",
        "thumbprint": one.thumbprint,
        "warnings": "",
    }
    assert not hass.config_entries.async_entries(DOMAIN)
