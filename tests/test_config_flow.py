"""Setting up a contract as a user does, form by form, against the local Fluvius."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
import tempfile
from typing import Any

import aiohttp
from cryptography.hazmat.primitives.asymmetric import ec
from homeassistant.config_entries import SOURCE_USER, ConfigEntry, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.json import json_dumps
from homeassistant.setup import async_setup_component
from probatio import to_field_list
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.fluvius_esco.const import DOMAIN

from .certificates import IssuedCertificate, issue_certificate
from .helpers import (
    ACCESS,
    DAILY_EAN,
    GAS_EAN,
    QUARTER_HOUR_EAN,
    contract_entry,
    days_ago,
    imported,
    is_loaded,
    set_up,
)
from .sandbox import Sandbox
from .sandbox.accounts import CLIENT_SECRET, CONTRACT_NUMBER, TENANT_ID

type Upload = Callable[[bytes], Awaitable[str]]


@pytest.fixture
async def upload(
    hass: HomeAssistant,
    now: datetime,
    hass_client: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Upload:
    """Upload a file as the frontend does, and return its id."""
    # Home Assistant keeps uploads in one folder, which tests that run side by side would share.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert await async_setup_component(hass, "file_upload", {})
    client = await hass_client()

    async def upload_file(content: bytes) -> str:
        form = aiohttp.FormData()
        form.add_field("file", content, filename="file.pem")
        response = await client.post("/api/file_upload", data=form)
        assert response.status == 200
        return str((await response.json())["file_id"])

    return upload_file


class Flow:
    """A config flow, and what the user types in."""

    def __init__(self, hass: HomeAssistant, sandbox: Sandbox) -> None:
        self._hass = hass
        self._sandbox = sandbox
        self.result: ConfigFlowResult

    async def start(self, **access: str) -> ConfigFlowResult:
        self.result = await self._hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_USER}
        )
        assert self.result["step_id"] == "user"
        return await self.enter(
            environment="own", contract_number=CONTRACT_NUMBER, **(ACCESS | access)
        )

    async def enter(self, **values: Any) -> ConfigFlowResult:
        self.result = await self._hass.config_entries.flow.async_configure(
            self.result["flow_id"], values
        )
        return self.result

    async def addresses(self, **values: str) -> ConfigFlowResult:
        addresses = {"api_url": self._sandbox.api_url, "token_url": self._sandbox.token_url}
        return await self.enter(**(addresses | values))

    async def up_to_secret(self, **access: str) -> ConfigFlowResult:
        await self.start(**access)
        await self.addresses()
        return await self.enter(next_step_id="secret")

    async def up_to_certificate(self) -> ConfigFlowResult:
        await self.start()
        await self.addresses()
        return await self.enter(next_step_id="certificate")

    @property
    def shown(self) -> str:
        """The form as the browser gets it."""
        fields = to_field_list(self.result["data_schema"], custom_serializer=cv.custom_serializer)
        return json_dumps(fields)

    @property
    def errors(self) -> dict[str, str]:
        return self.result["errors"] or {}


@pytest.fixture
def flow(hass: HomeAssistant, sandbox: Sandbox) -> Flow:
    return Flow(hass, sandbox)


@pytest.fixture
def three_meters(sandbox: Sandbox, now: datetime) -> None:
    """Approve mandates for a meter of each kind."""
    for ean, service in (
        (QUARTER_HOUR_EAN, "VH_kwartier_uur"),
        (DAILY_EAN, "VH_dag"),
        (GAS_EAN, "VH_kwartier_uur"),
    ):
        sandbox.add_mandate(ean, data_period_from=days_ago(now, 5), data_service_type=service)


def entry_of(hass: HomeAssistant) -> ConfigEntry:
    return hass.config_entries.async_entries(DOMAIN)[0]


@pytest.mark.usefixtures("three_meters")
async def test_a_contract_is_set_up_with_a_certificate_and_the_chosen_meters(
    hass: HomeAssistant, flow: Flow, upload: Upload, certificate: IssuedCertificate
) -> None:
    await flow.up_to_certificate()
    await flow.enter(
        certificate=await upload(certificate.certificate_pem),
        private_key=await upload(certificate.key_pem),
    )
    assert flow.result["step_id"] == "meters"
    await flow.enter(meters=[QUARTER_HOUR_EAN, GAS_EAN], energy_dashboard=True)
    assert flow.result["type"] is FlowResultType.CREATE_ENTRY
    assert json_dumps(flow.result["subentries"]), "the frontend gets the result as JSON"
    await imported(hass)
    entry = entry_of(hass)
    assert is_loaded(entry)
    assert entry.unique_id == f"own_{CONTRACT_NUMBER}"
    assert {meter.unique_id for meter in entry.subentries.values()} == {QUARTER_HOUR_EAN, GAS_EAN}
    assert {meter.title for meter in entry.subentries.values()} == {
        f"Electricity …{QUARTER_HOUR_EAN[-5:]}",
        f"Gas …{GAS_EAN[-5:]}",
    }


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
    assert flow.result["step_id"] == "meters"


@pytest.mark.usefixtures("three_meters")
async def test_a_secret_and_blanks_around_what_was_pasted_are_taken(
    hass: HomeAssistant, flow: Flow
) -> None:
    await flow.up_to_secret(client_id=f"  {ACCESS['client_id']}\n")
    await flow.enter(client_secret=f" {CLIENT_SECRET} ")
    await flow.enter(meters=[DAILY_EAN], energy_dashboard=False)
    assert flow.result["type"] is FlowResultType.CREATE_ENTRY
    assert entry_of(hass).data["client_secret"] == CLIENT_SECRET
    await imported(hass)


async def test_a_contract_without_mandates_is_set_up_and_follows_the_first_ones(
    hass: HomeAssistant, flow: Flow, sandbox: Sandbox, now: datetime, freezer: Any
) -> None:
    await flow.up_to_secret()
    await flow.enter(client_secret=CLIENT_SECRET)
    assert flow.result["step_id"] == "waiting"
    await flow.enter(energy_dashboard=True)
    assert flow.result["type"] is FlowResultType.CREATE_ENTRY
    await imported(hass)
    entry = entry_of(hass)
    assert is_loaded(entry)
    assert not entry.subentries
    for ean in (QUARTER_HOUR_EAN, GAS_EAN):
        sandbox.add_mandate(ean, data_period_from=days_ago(now, 5))
    freezer.tick(timedelta(hours=1, minutes=1))
    async_fire_time_changed(hass)
    await imported(hass)
    assert is_loaded(entry)
    meters = {meter.unique_id: meter for meter in entry.subentries.values()}
    assert meters.keys() == {QUARTER_HOUR_EAN, GAS_EAN}
    assert entry.options == {"energy_dashboard": True}
    for meter in meters.values():
        hass.config_entries.async_remove_subentry(entry, meter.subentry_id)
        await imported(hass)
    assert not entry.subentries
    assert is_loaded(entry)


async def test_a_contract_is_set_up_once_per_environment(
    hass: HomeAssistant, flow: Flow, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    contract_entry(sandbox, certificate).add_to_hass(hass)
    await flow.start()
    assert flow.result["type"] is FlowResultType.ABORT
    assert flow.result["reason"] == "already_configured"


@pytest.mark.usefixtures("three_meters")
@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("client_id", "00000000-0000-0000-0000-000000000000"),
        ("scope", "not-a-scope"),
        ("subscription_key", "ffffffffffffffffffffffffffffffff"),
    ],
)
async def test_a_refused_access_is_named_in_its_field_and_can_be_mended(
    flow: Flow, field: str, wrong: str
) -> None:
    await flow.up_to_secret(**{field: wrong})
    await flow.enter(client_secret=CLIENT_SECRET)
    assert (flow.result["step_id"], flow.errors) == ("user", {field: f"{field}_refused"})
    await flow.enter(environment="own", contract_number=CONTRACT_NUMBER, **ACCESS)
    await flow.addresses()
    assert flow.result["step_id"] == "meters"


@pytest.mark.usefixtures("three_meters")
async def test_an_unknown_tenant_is_named_in_its_field(flow: Flow, sandbox: Sandbox) -> None:
    unknown = "99999999-0c4d-4e0b-9a53-2f7d1c8e4a10"
    await flow.start(tenant_id=unknown)
    await flow.addresses(token_url=sandbox.token_url.replace(TENANT_ID, unknown))
    await flow.enter(next_step_id="secret")
    await flow.enter(client_secret=CLIENT_SECRET)
    assert (flow.result["step_id"], flow.errors) == ("user", {"tenant_id": "tenant_id_refused"})


@pytest.mark.usefixtures("three_meters")
async def test_a_wrong_secret_is_named_and_the_right_one_goes_on(flow: Flow) -> None:
    await flow.up_to_secret()
    await flow.enter(client_secret="wrong")
    assert flow.result["step_id"] == "secret"
    assert flow.errors == {"client_secret": "client_secret_refused"}
    await flow.enter(client_secret=CLIENT_SECRET)
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


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("http://proxy.example/esco-live/v3", "insecure_address"),
        ("proxy.example", "invalid_address"),
        ("ftp://proxy.example", "invalid_address"),
        ("https://user:password@proxy.example", "invalid_address"),
        ("https://[", "invalid_address"),
    ],
)
async def test_own_addresses_must_keep_secrets_safe(flow: Flow, address: str, error: str) -> None:
    await flow.start()
    await flow.addresses(api_url=address)
    assert (flow.result["step_id"], flow.errors) == ("addresses", {"api_url": error})
    await flow.addresses()
    assert flow.result["step_id"] == "credentials"


@pytest.mark.parametrize(
    ("fault", "step_id", "error"),
    [
        ({"kind": "drop", "times": 9}, "addresses", "cannot_connect"),
        ({"kind": "status", "status": 503, "times": 9}, "addresses", "cannot_connect"),
        ({"kind": "status", "status": 429, "retryAfter": 300}, "secret", "rate_limited"),
        ({"kind": "status", "status": 403}, "user", "no_permission"),
        ({"kind": "status", "status": 400}, "user", "refused"),
        ({"kind": "truncate", "times": 9}, "secret", "malformed_answer"),
        ({"kind": "garbage", "times": 9}, "secret", "malformed_answer"),
    ],
)
@pytest.mark.usefixtures("three_meters")
async def test_a_failing_fluvius_is_told_where_it_can_be_mended_or_tried_again(
    flow: Flow, sandbox: Sandbox, fault: dict[str, Any], step_id: str, error: str
) -> None:
    sandbox.add_fault("mandate", **fault)
    await flow.up_to_secret()
    await flow.enter(client_secret=CLIENT_SECRET)
    assert (flow.result["step_id"], flow.errors) == (step_id, {"base": error})
    sandbox.state.faults.clear()
    match step_id:
        case "secret":
            await flow.enter(client_secret=CLIENT_SECRET)
        case "user":
            await flow.enter(environment="own", contract_number=CONTRACT_NUMBER, **ACCESS)
            await flow.addresses()
        case "addresses":
            await flow.addresses()
    assert flow.result["step_id"] == "meters"


async def test_an_address_without_the_api_is_told(flow: Flow, sandbox: Sandbox) -> None:
    await flow.start()
    await flow.addresses(api_url=f"{sandbox.url}/elsewhere")
    await flow.enter(next_step_id="secret")
    await flow.enter(client_secret=CLIENT_SECRET)
    assert (flow.result["step_id"], flow.errors) == ("addresses", {"base": "not_found"})
    await flow.addresses()
    assert flow.result["step_id"] == "waiting"


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


async def test_a_key_that_was_typed_in_is_kept_but_not_shown_again(flow: Flow) -> None:
    await flow.up_to_secret(client_id="00000000-0000-0000-0000-000000000000")
    await flow.enter(client_secret=CLIENT_SECRET)
    assert flow.result["step_id"] == "user"
    assert ACCESS["tenant_id"] in flow.shown
    assert ACCESS["subscription_key"] not in flow.shown
    again = {key: value for key, value in ACCESS.items() if key != "subscription_key"}
    await flow.enter(environment="own", contract_number=CONTRACT_NUMBER, **again)
    await flow.addresses()
    assert flow.result["step_id"] == "waiting"


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
    assert flow.errors == {"scope": "scope_refused"}
    await flow.enter(environment="live", contract_number=CONTRACT_NUMBER, **ACCESS)
    assert flow.errors == {"certificate": "self_signed"}


@pytest.mark.usefixtures("three_meters")
async def test_a_refused_access_is_mended_by_signing_in_again(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    entry = contract_entry(sandbox, issue_certificate(), [DAILY_EAN])
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    await imported(hass)
    (progress,) = hass.config_entries.flow.async_progress()
    assert progress["context"]["source"] == "reauth"
    flow = Flow(hass, sandbox)
    flow.result = await hass.config_entries.flow.async_configure(progress["flow_id"])
    assert flow.result["step_id"] == "reauth_confirm"
    await flow.enter(**ACCESS)
    await flow.addresses()
    assert flow.result["menu_options"] == ["keep", "certificate", "secret"]
    await flow.enter(next_step_id="secret")
    await flow.enter(client_secret=CLIENT_SECRET)
    assert flow.result["reason"] == "reauth_successful"
    await imported(hass)
    assert is_loaded(entry)
    assert "private_key" not in entry.data


@pytest.mark.usefixtures("three_meters")
async def test_the_access_is_changed_and_the_certificate_kept(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    entry = contract_entry(sandbox, certificate, [DAILY_EAN])
    await set_up(hass, entry)
    flow = Flow(hass, sandbox)
    flow.result = await entry.start_reconfigure_flow(hass)
    assert flow.result["step_id"] == "reconfigure"
    await flow.enter(**(ACCESS | {"subscription_key": "wrong"}))
    await flow.addresses()
    await flow.enter(next_step_id="keep")
    assert flow.result["step_id"] == "reconfigure"
    assert flow.errors == {"subscription_key": "subscription_key_refused"}
    await flow.enter(**ACCESS)
    await flow.addresses()
    assert flow.result["reason"] == "reconfigure_successful"
    await imported(hass)
    assert is_loaded(entry)
    assert entry.data["certificate"] == certificate.certificate_pem.decode()


@pytest.mark.usefixtures("three_meters")
async def test_a_meter_is_added_to_a_contract(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    entry = contract_entry(sandbox, certificate, [DAILY_EAN, GAS_EAN])
    await set_up(hass, entry)
    subentries = hass.config_entries.subentries
    start = await subentries.async_init((entry.entry_id, "meter"), context={"source": "user"})
    assert start["step_id"] == "user"
    done = await subentries.async_configure(start["flow_id"], {"meters": QUARTER_HOUR_EAN})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    await imported(hass)
    assert len(entry.runtime_data.meters) == 3
    again = await subentries.async_init((entry.entry_id, "meter"), context={"source": "user"})
    assert (again["type"], again["reason"]) == (FlowResultType.ABORT, "no_new_meters")


async def test_no_meter_is_added_while_the_contract_does_not_work(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    entry = contract_entry(sandbox, certificate)
    entry.add_to_hass(hass)
    result = await hass.config_entries.subentries.async_init(
        (entry.entry_id, "meter"), context={"source": "user"}
    )
    assert result["reason"] == "entry_not_loaded"
