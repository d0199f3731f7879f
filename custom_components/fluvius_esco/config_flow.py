"""Setting up a contract: access, credentials, a live check, and the meters to follow."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_USER,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryData,
    ConfigSubentryFlow,
)
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_PASSWORD
from homeassistant.core import callback

from .api.certificate import CertificateError, CertificateProblem
from .api.exceptions import (
    Credential,
    FluviusAuthenticationError,
    FluviusError,
    FluviusNotFoundError,
    FluviusPermissionError,
    FluviusUnavailableError,
    FluviusValidationError,
)
from .api.models import Mandate
from .connection import async_create_client
from .const import (
    CONF_API_URL,
    CONF_CERTIFICATE,
    CONF_CONSENT_URL,
    CONF_CONTRACT_NUMBER,
    CONF_ENERGY_DASHBOARD,
    CONF_ENVIRONMENT,
    CONF_FOLLOW_NEW,
    CONF_METERS,
    CONF_PRIVATE_KEY,
    CONF_SCOPE,
    CONF_SUBSCRIPTION_KEY,
    CONF_TENANT_ID,
    CONF_TOKEN_URL,
    DOMAIN,
    SUBENTRY_METER,
    Environment,
)
from .errors import error_key
from .forms import (
    ACCESS_FIELDS,
    ADDRESSES_SCHEMA,
    CERTIFICATE_SCHEMA,
    CONTRACT_AGAIN_SCHEMA,
    CONTRACT_SCHEMA,
    EXAMPLE_API_URL,
    MEND_ACCESS_SCHEMA,
    SECRET_SCHEMA,
    WAITING_SCHEMA,
    entered,
    invalid_addresses,
    meters_schema,
    stripped,
    without_secrets,
)
from .meter_flow import MeterSubentryFlow
from .metering.access import is_readable
from .meters import async_meter_labels, async_meters
from .options_flow import ContractOptionsFlow
from .uploads import UploadedFiles, async_check_for_live, read_certificate

type Errors = dict[str, str]

# The field that a refused part of the access was typed in.
_FIELDS: Final = {
    Credential.TENANT_ID: CONF_TENANT_ID,
    Credential.CLIENT_ID: CONF_CLIENT_ID,
    Credential.SCOPE: CONF_SCOPE,
    Credential.SUBSCRIPTION_KEY: CONF_SUBSCRIPTION_KEY,
    Credential.CLIENT_SECRET: CONF_CLIENT_SECRET,
    Credential.CERTIFICATE: CONF_CERTIFICATE,
}
# The field of an uploaded file that a problem is about.
_PROBLEM_FIELDS: Final = {
    CertificateProblem.KEY_UNREADABLE: CONF_PRIVATE_KEY,
    CertificateProblem.KEY_MISSING: CONF_PRIVATE_KEY,
    CertificateProblem.KEY_MISMATCH: CONF_PRIVATE_KEY,
    CertificateProblem.PASSWORD_REQUIRED: CONF_PASSWORD,
    CertificateProblem.WRONG_PASSWORD: CONF_PASSWORD,
}


class FluviusConfigFlow(ConfigFlow, domain=DOMAIN):
    """Set up a data access contract, or mend the access of one."""

    VERSION = 1

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._data: dict[str, Any] = {}
        self._files = UploadedFiles()
        self._mandates: tuple[Mandate, ...] = ()
        self._credentials_given = False

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return the one kind of subentry: a contract has meters."""
        return {SUBENTRY_METER: MeterSubentryFlow}

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> ContractOptionsFlow:
        """Return the flow of the options."""
        return ContractOptionsFlow()

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the environment, the contract and the access to it."""
        if user_input is not None:
            self._data |= entered(user_input)
            if blank := [f for f in (CONF_CONTRACT_NUMBER, *ACCESS_FIELDS) if f not in self._data]:
                return self._show_contract(dict.fromkeys(blank, "blank"))
            contract = f"{self._data[CONF_ENVIRONMENT]}_{self._data[CONF_CONTRACT_NUMBER]}"
            await self.async_set_unique_id(contract)
            self._abort_if_unique_id_configured()
            if self._data[CONF_ENVIRONMENT] == Environment.OWN:
                return await self.async_step_addresses()
            self._data.pop(CONF_API_URL, None)
            self._data.pop(CONF_TOKEN_URL, None)
            self._data.pop(CONF_CONSENT_URL, None)
            return await self._async_after_access()
        return self._show_contract({})

    def _show_contract(self, errors: Errors) -> ConfigFlowResult:
        known = CONF_SUBSCRIPTION_KEY in self._data
        schema = self.add_suggested_values_to_schema(
            CONTRACT_AGAIN_SCHEMA if known else CONTRACT_SCHEMA, without_secrets(self._data)
        )
        return self.async_show_form(step_id="user", data_schema=schema, errors=errors)

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Begin to mend an access that Fluvius refuses."""
        self._data = dict(entry_data)
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the access anew; environment and contract stay."""
        return await self._async_mend_access("reauth_confirm", user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change the access of a contract; environment and contract stay."""
        if not self._data:
            self._data = dict(self._get_reconfigure_entry().data)
        return await self._async_mend_access("reconfigure", user_input)

    async def _async_mend_access(
        self, step_id: str, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        if user_input is None:
            return self._show_access(step_id, {})
        self._data |= entered(user_input)
        if self._data[CONF_ENVIRONMENT] == Environment.OWN:
            return await self.async_step_addresses()
        return await self._async_after_access()

    def _show_access(self, step_id: str, errors: Errors) -> ConfigFlowResult:
        schema = self.add_suggested_values_to_schema(
            MEND_ACCESS_SCHEMA, without_secrets(self._data)
        )
        return self.async_show_form(step_id=step_id, data_schema=schema, errors=errors)

    async def async_step_addresses(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the own addresses of the API and the token endpoint."""
        errors: Errors = {}
        if user_input is not None:
            self._data |= stripped(user_input)
            errors = invalid_addresses(self._data)
            if not errors:
                return await self._async_after_access()
        return self._show_addresses(errors)

    def _show_addresses(self, errors: Errors) -> ConfigFlowResult:
        schema = self.add_suggested_values_to_schema(ADDRESSES_SCHEMA, self._data)
        return self.async_show_form(
            step_id="addresses",
            data_schema=schema,
            errors=errors,
            description_placeholders={"example": EXAMPLE_API_URL},
        )

    async def _async_after_access(self) -> ConfigFlowResult:
        """Go on to the credentials, or check at once where these were given in this flow."""
        if self._credentials_given:
            return await self._async_check("access")
        return await self.async_step_credentials()

    async def async_step_credentials(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Let the user choose between a certificate and a secret."""
        options = ["certificate", "secret"]
        if self.source != SOURCE_USER:
            options.insert(0, "keep")
        return self.async_show_menu(step_id="credentials", menu_options=options)

    async def async_step_keep(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Check the changed access with the credentials that the entry has."""
        self._credentials_given = True
        return await self._async_check("access")

    async def async_step_certificate(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take the certificate and its private key."""
        if user_input is None:
            return self._show_certificate({})
        try:
            certificate = await read_certificate(self.hass, self._files, user_input)
        except CertificateError as err:
            return self._show_certificate_problem(err.problem, user_input)
        self._data.pop(CONF_CLIENT_SECRET, None)
        self._data[CONF_CERTIFICATE] = certificate.certificate_pem
        self._data[CONF_PRIVATE_KEY] = certificate.private_key_pem
        self._credentials_given = True
        return await self._async_check("certificate", user_input)

    def _show_certificate_problem(
        self, problem: CertificateProblem, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        field = _PROBLEM_FIELDS.get(problem, CONF_CERTIFICATE)
        return self._show_certificate({field: problem}, user_input)

    def _show_certificate(
        self, errors: Errors, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        schema = self.add_suggested_values_to_schema(
            CERTIFICATE_SCHEMA,
            # A file stays uploaded; its id, unlike its contents, may be shown.
            {k: v for k, v in (user_input or {}).items() if k != CONF_PASSWORD},
        )
        return self.async_show_form(step_id="certificate", data_schema=schema, errors=errors)

    async def async_step_secret(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Take the client secret."""
        if user_input is None:
            return self._show_secret({})
        self._data.pop(CONF_CERTIFICATE, None)
        self._data.pop(CONF_PRIVATE_KEY, None)
        self._data |= stripped(user_input)
        self._credentials_given = True
        return await self._async_check("secret", user_input)

    def _show_secret(self, errors: Errors) -> ConfigFlowResult:
        return self.async_show_form(step_id="secret", data_schema=SECRET_SCHEMA, errors=errors)

    async def _async_check(
        self, step_id: str, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask Fluvius for the mandates, and go on or show what is wrong where it was typed."""
        try:
            if self._data[CONF_ENVIRONMENT] == Environment.LIVE:
                await async_check_for_live(self.hass, self._data)
            client = await async_create_client(self.hass, self._data)
            self._mandates = await client.mandates()
        except CertificateError as err:
            return self._show_certificate_problem(err.problem, user_input)
        except FluviusAuthenticationError as err:
            return self._show_refused(err.credential)
        except FluviusError as err:
            return self._show_failed(err, step_id, user_input)
        if self.source != SOURCE_USER:
            return self._finish_mending()
        return await self._async_choose_meters()

    def _show_refused(self, credential: Credential) -> ConfigFlowResult:
        """Show the form that holds the refused part of the access, with the error in its field."""
        field = _FIELDS.get(credential)
        if field is None:
            return self._show_at("access", {"base": "invalid_auth"})
        errors = {field: f"{credential}_refused"}
        if field in ACCESS_FIELDS:
            return self._show_at("access", errors)
        return self._show_at("certificate" if field == CONF_CERTIFICATE else "secret", errors)

    def _show_failed(
        self, error: FluviusError, step_id: str, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        """Show what failed on the form where it can be mended, or where it can be sent again."""
        errors = {"base": error_key(error)}
        own = self._data[CONF_ENVIRONMENT] == Environment.OWN
        match error:
            case FluviusNotFoundError() | FluviusUnavailableError() if own:
                return self._show_addresses(errors)
            case FluviusPermissionError() | FluviusValidationError() | FluviusNotFoundError():
                return self._show_at("access", errors)
            case _:
                return self._show_at(step_id, errors, user_input)

    def _show_at(
        self, step_id: str, errors: Errors, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        match step_id:
            case "certificate":
                return self._show_certificate(errors, user_input)
            case "secret":
                return self._show_secret(errors)
            case _ if self.source == SOURCE_USER:
                return self._show_contract(errors)
            case _ if self.source == SOURCE_REAUTH:
                return self._show_access("reauth_confirm", errors)
            case _:
                return self._show_access("reconfigure", errors)

    def _finish_mending(self) -> ConfigFlowResult:
        """Keep the mended access and load the entry with it."""
        entry = (
            self._get_reauth_entry()
            if self.source == SOURCE_REAUTH
            else self._get_reconfigure_entry()
        )
        listener_reloads = bool(entry.update_listeners) and entry.data != self._data
        result = self.async_update_and_abort(entry, data=self._data)
        if not listener_reloads:
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return result

    def _readable_mandates(self) -> list[Mandate]:
        return [mandate for mandate in self._mandates if is_readable(mandate)]

    async def _async_choose_meters(self) -> ConfigFlowResult:
        """Let the user choose meters; a contract without any is set up and waits for them."""
        names = await async_meter_labels(self.hass, self._readable_mandates())
        if not names:
            return await self.async_step_waiting()
        return self.async_show_form(step_id="meters", data_schema=meters_schema(names))

    async def async_step_meters(self, user_input: dict[str, Any]) -> ConfigFlowResult:
        """Create the entry with the meters that the user chose."""
        chosen = set(user_input[CONF_METERS])
        mandates = [mandate for mandate in self._readable_mandates() if mandate.ean in chosen]
        return self.async_create_entry(
            title=self._title(),
            data=self._data,
            options={CONF_ENERGY_DASHBOARD: user_input[CONF_ENERGY_DASHBOARD]},
            subentries=[
                ConfigSubentryData(
                    data=dict(meter.data),
                    subentry_type=meter.subentry_type,
                    title=meter.title,
                    unique_id=meter.unique_id,
                )
                for meter in await async_meters(self.hass, mandates)
            ],
        )

    async def async_step_waiting(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Create an entry that waits for its first mandates, and then follows their meters."""
        if user_input is None:
            return self.async_show_form(step_id="waiting", data_schema=WAITING_SCHEMA)
        return self.async_create_entry(
            title=self._title(),
            data=self._data,
            options={
                CONF_ENERGY_DASHBOARD: user_input[CONF_ENERGY_DASHBOARD],
                CONF_FOLLOW_NEW: True,
            },
        )

    def _title(self) -> str:
        title = f"Fluvius {self._data[CONF_CONTRACT_NUMBER]}"
        if self._data[CONF_ENVIRONMENT] == Environment.SANDBOX:
            return f"{title} (sandbox)"
        return title
