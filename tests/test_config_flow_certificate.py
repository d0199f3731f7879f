"""Certificates and keys, as they are handed over in the config flow."""

from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
import pytest

from custom_components.fluvius_esco.const import DOMAIN

from .certificates import IssuedCertificate, issue_certificate
from .flows import Flow, Upload
from .helpers import (
    ACCESS,
)
from .sandbox import Sandbox
from .sandbox.accounts import CONTRACT_NUMBER


@pytest.mark.usefixtures("three_meters")
@pytest.mark.parametrize("form", ["der", "pkcs12", "encrypted"])
async def test_every_form_of_a_certificate_is_taken(
    flow: Flow, upload: Upload, certificate: IssuedCertificate, form: str
) -> None:
    files = {
        "der": (certificate.certificate_der, certificate.key_der, None),
        "pkcs12": (certificate.pkcs12("pass"), None, "pass"),
        "encrypted": (certificate.certificate_pem, certificate.encrypted_key_pem("pass"), "pass"),
    }
    certificate_file, key_file, password = files[form]
    await flow.up_to_certificate()
    values: dict[str, Any] = {"certificate": await upload(certificate_file)}
    if key_file:
        values["private_key"] = await upload(key_file)
    if password:
        values["password"] = password
    await flow.enter(**values)
    await flow.confirm()
    assert flow.result["step_id"] == "meters"


@pytest.mark.usefixtures("three_meters")
async def test_a_certificate_that_fluvius_does_not_know_is_named(
    flow: Flow, upload: Upload, certificate: IssuedCertificate
) -> None:
    unknown = issue_certificate()
    await flow.up_to_certificate()
    await flow.enter(
        certificate=await upload(unknown.certificate_pem),
        private_key=await upload(unknown.key_pem),
    )
    await flow.confirm()
    assert flow.result["step_id"] == "certificate"
    assert flow.errors == {"certificate": "certificate_refused"}


async def test_files_survive_an_error_in_another_field(
    flow: Flow, upload: Upload, certificate: IssuedCertificate, sandbox: Sandbox
) -> None:
    await flow.up_to_certificate()
    files = {
        "certificate": await upload(certificate.certificate_pem),
        "private_key": await upload(certificate.encrypted_key_pem("pass")),
    }
    await flow.enter(**files, password="no")
    assert flow.errors == {"password": "wrong_password"}
    await flow.enter(**files)
    assert flow.errors == {"password": "password_required"}
    await flow.enter(**files, password="pass")
    await flow.confirm()
    assert flow.result["step_id"] == "waiting"


@pytest.mark.parametrize(
    ("certificate_file", "key_file", "errors"),
    [
        ("text", "key", {"certificate": "certificate_unreadable"}),
        ("certificate", "text", {"private_key": "key_unreadable"}),
        ("certificate", None, {"private_key": "key_missing"}),
        ("certificate", "other_key", {"private_key": "key_mismatch"}),
    ],
)
async def test_unusable_files_are_named_in_their_field(
    flow: Flow,
    upload: Upload,
    certificate: IssuedCertificate,
    certificate_file: str,
    key_file: str | None,
    errors: dict[str, str],
) -> None:
    contents = {
        "text": b"Dear customer, please find attached",
        "certificate": certificate.certificate_pem,
        "key": certificate.key_pem,
        "other_key": issue_certificate().key_pem,
    }
    await flow.up_to_certificate()
    values = {"certificate": await upload(contents[certificate_file])}
    if key_file:
        values["private_key"] = await upload(contents[key_file])
    await flow.enter(**values)
    assert (flow.result["step_id"], flow.errors) == ("certificate", errors)


async def test_a_key_that_is_not_rsa_is_refused(flow: Flow, upload: Upload) -> None:
    elliptic = issue_certificate(key=ec.generate_private_key(ec.SECP256R1()))
    await flow.up_to_certificate()
    await flow.enter(
        certificate=await upload(elliptic.certificate_pem),
        private_key=await upload(elliptic.key_pem),
    )
    assert flow.errors == {"certificate": "not_rsa"}


async def test_an_upload_that_is_gone_asks_for_the_file_again(flow: Flow, upload: Upload) -> None:
    await flow.up_to_certificate()
    await flow.enter(certificate="01234567890123456789012345678901")
    assert flow.errors == {"certificate": "certificate_unreadable"}


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"self_signed": True}, "self_signed"),
        (
            {
                "not_before": datetime(2025, 1, 1, tzinfo=UTC),
                "not_after": datetime(2025, 12, 31, tzinfo=UTC),
            },
            "expired",
        ),
        ({"not_before": datetime(2027, 1, 1, tzinfo=UTC)}, "not_yet_valid"),
    ],
)
async def test_live_refuses_what_fluvius_never_takes(
    hass: HomeAssistant, flow: Flow, upload: Upload, options: dict[str, Any], problem: str
) -> None:
    unfit = issue_certificate(**options)
    await flow.start()
    flow.result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    await flow.enter(environment="live", contract_number="3599900002", **ACCESS)
    await flow.enter(next_step_id="certificate")
    await flow.enter(
        certificate=await upload(unfit.certificate_pem), private_key=await upload(unfit.key_pem)
    )
    assert flow.errors == {"certificate": problem}


async def test_a_password_is_not_sent_back_to_the_browser(
    flow: Flow, upload: Upload, certificate: IssuedCertificate
) -> None:
    await flow.up_to_certificate()
    await flow.enter(
        certificate=await upload(certificate.certificate_pem),
        private_key=await upload(certificate.encrypted_key_pem("right")),
        password="hunter2",
    )
    assert flow.errors == {"password": "wrong_password"}
    assert "hunter2" not in flow.shown


async def test_a_certificate_for_the_sandbox_is_checked_again_for_live(
    hass: HomeAssistant, flow: Flow, upload: Upload, sandbox: Sandbox
) -> None:
    self_signed = issue_certificate(self_signed=True)
    sandbox.register_certificate(self_signed.certificate_pem)
    await flow.start(scope="not-a-scope")
    await flow.addresses()
    await flow.enter(next_step_id="certificate")
    await flow.enter(
        certificate=await upload(self_signed.certificate_pem),
        private_key=await upload(self_signed.key_pem),
    )
    await flow.confirm()
    assert flow.errors == {"scope": "scope_refused"}
    await flow.enter(environment="live", contract_number=CONTRACT_NUMBER, **ACCESS)
    assert flow.errors == {"certificate": "self_signed"}
