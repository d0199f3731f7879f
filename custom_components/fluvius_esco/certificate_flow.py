"""The steps of the config flow that take a certificate, or make the key that one is issued for."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_CLIENT_SECRET, CONF_PASSWORD
from homeassistant.util import dt as dt_util

from .api.certificate import CertificateError, CertificateProblem, ClientCertificate
from .api.key_request import RequestedKey, make_key
from .certificate_report import CertificateReport, async_placeholders, report_on
from .certificates import Certificates, Role, with_certificates, with_new
from .const import CONF_CERTIFICATE, CONF_ENVIRONMENT, CONF_PRIVATE_KEY, Environment
from .forms import (
    CERTIFICATE_SCHEMA,
    CONF_REQUEST,
    CONFIRM_SCHEMA,
    NEW_KEY_SCHEMA,
    REQUEST_SCHEMA,
    invalid_subject,
    subject_of,
)
from .uploads import UploadedFiles, read_certificate
from .waiting_keys import WaitingKeys

type Errors = dict[str, str]

# The field of an uploaded file that a problem is about.
_PROBLEM_FIELDS: Final = {
    CertificateProblem.KEY_UNREADABLE: CONF_PRIVATE_KEY,
    CertificateProblem.KEY_MISSING: CONF_PRIVATE_KEY,
    CertificateProblem.KEY_MISMATCH: CONF_PRIVATE_KEY,
    CertificateProblem.NO_KEPT_KEY: CONF_PRIVATE_KEY,
    CertificateProblem.PASSWORD_REQUIRED: CONF_PASSWORD,
    CertificateProblem.WRONG_PASSWORD: CONF_PASSWORD,
}


class CertificateSteps(ConfigFlow):
    """Take a certificate and show what it is; make a key and show the request for it."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._data: dict[str, Any] = {}
        self._held: Certificates = {}
        self._offered: CertificateReport | None = None
        self._found: CertificateReport
        self._files = UploadedFiles()
        self._uploaded: Mapping[str, Any] = {}

    async def _async_check(self, step_id: str) -> ConfigFlowResult:
        """Go on once the credentials are there."""
        raise NotImplementedError

    @property
    def _contract(self) -> str:
        """The unique id of the contract's entry, whether there is one yet or not."""
        raise NotImplementedError

    async def async_step_certificate(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take the certificate and its private key."""
        if user_input is None:
            return self._show_certificate({})
        self._uploaded = user_input
        try:
            certificate = await read_certificate(
                self.hass, self._files, user_input, await self._async_kept_keys()
            )
            self._offered = self._judge(certificate)
        except CertificateError as err:
            return self._show_certificate_problem(err.problem)
        return await self._async_show_found(self._offered, {})

    async def _async_kept_keys(self) -> list[str]:
        """Return the keys that a certificate may be for without being uploaded along."""
        waiting = await WaitingKeys(self.hass).async_get(self._contract)
        kept = [one.private_key_pem for one in self._held.values()]
        return [waiting.private_key_pem, *kept] if waiting else kept

    def _judge(self, certificate: ClientCertificate) -> CertificateReport:
        """Judge a certificate by the environment; raises CertificateError for what is a wall.

        One that is not valid yet may wait beside the present one.
        """
        held = with_new(self._held, certificate, dt_util.utcnow())
        tolerated = [CertificateProblem.NOT_YET_VALID] if Role.NEXT in held else []
        environment = Environment(self._data[CONF_ENVIRONMENT])
        return report_on(certificate, environment, tolerated)

    def _show_certificate_problem(self, problem: CertificateProblem) -> ConfigFlowResult:
        return self._show_certificate({_PROBLEM_FIELDS.get(problem, CONF_CERTIFICATE): problem})

    def _show_certificate(self, errors: Errors) -> ConfigFlowResult:
        schema = self.add_suggested_values_to_schema(
            CERTIFICATE_SCHEMA,
            # A file stays uploaded; its id, unlike its contents, may be shown.
            {k: v for k, v in self._uploaded.items() if k != CONF_PASSWORD},
        )
        return self.async_show_form(step_id="certificate", data_schema=schema, errors=errors)

    async def async_step_found(self, user_input: dict[str, Any]) -> ConfigFlowResult:
        """Go on with the certificate whose contents were shown."""
        held = with_new(self._held, self._found.certificate, dt_util.utcnow())
        self._data.pop(CONF_CLIENT_SECRET, None)
        self._data = with_certificates(self._data, held)
        return await self._async_check("found")

    async def _async_show_found(
        self, offered: CertificateReport, errors: Errors
    ) -> ConfigFlowResult:
        self._found = offered
        return self.async_show_form(
            step_id="found",
            data_schema=CONFIRM_SCHEMA,
            errors=errors,
            description_placeholders=await async_placeholders(self.hass, offered),
        )

    async def async_step_new_key(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Make a key, unless one waits for its certificate already."""
        if user_input is not None:
            return await self._async_make_key("new_key", user_input)
        if await WaitingKeys(self.hass).async_get(self._contract):
            return await self.async_step_waiting_key()
        return self.async_show_form(step_id="new_key", data_schema=NEW_KEY_SCHEMA)

    async def async_step_waiting_key(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Let the user go on with the key that waits, or give it up."""
        return self.async_show_menu(
            step_id="waiting_key", menu_options=["certificate", "request", "another_key"]
        )

    async def async_step_another_key(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Make a key in place of the one that waits."""
        if user_input is not None:
            return await self._async_make_key("another_key", user_input)
        return self.async_show_form(step_id="another_key", data_schema=NEW_KEY_SCHEMA)

    async def _async_make_key(self, step_id: str, user_input: dict[str, Any]) -> ConfigFlowResult:
        subject = subject_of(user_input)
        if errors := invalid_subject(subject):
            schema = self.add_suggested_values_to_schema(NEW_KEY_SCHEMA, user_input)
            return self.async_show_form(step_id=step_id, data_schema=schema, errors=errors)
        key = await self.hass.async_add_executor_job(make_key, subject)
        await WaitingKeys(self.hass).async_keep(self._contract, key)
        return self._show_request(key)

    async def async_step_request(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the request for a certificate, and end: what comes now is the authority's work."""
        if user_input is not None:
            return self.async_abort(reason="key_waits")
        key = await WaitingKeys(self.hass).async_get(self._contract)
        return self._show_request(key) if key else await self.async_step_new_key()

    def _show_request(self, key: RequestedKey) -> ConfigFlowResult:
        schema = self.add_suggested_values_to_schema(
            REQUEST_SCHEMA, {CONF_REQUEST: key.request_pem}
        )
        return self.async_show_form(step_id="request", data_schema=schema)
