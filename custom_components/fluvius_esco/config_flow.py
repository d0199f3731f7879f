"""Setting up a contract: access, credentials, a live check, and the meters to follow."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
    ConfigSubentryData,
    ConfigSubentryFlow,
)
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET
from homeassistant.core import callback
from homeassistant.helpers.typing import UNDEFINED
from homeassistant.util import dt as dt_util

from .api.certificate import CertificateError
from .api.client import FluviusClient
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
from .certificate_flow import CertificateSteps, Errors
from .certificates import Role, held_certificates, with_accepted, with_certificates
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
    CONF_REGISTERS,
    CONF_SCOPE,
    CONF_SUBSCRIPTION_KEY,
    CONF_TENANT_ID,
    CONF_TOKEN_URL,
    CONF_WAITING_KEY,
    DOMAIN,
    SUBENTRY_METER,
    Environment,
)
from .errors import error_key
from .forms import (
    ACCESS_FIELDS,
    ADDRESSES_SCHEMA,
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

# The field that a refused part of the access was typed in.
_FIELDS: Final = {
    Credential.TENANT_ID: CONF_TENANT_ID,
    Credential.CLIENT_ID: CONF_CLIENT_ID,
    Credential.SCOPE: CONF_SCOPE,
    Credential.SUBSCRIPTION_KEY: CONF_SUBSCRIPTION_KEY,
    Credential.CLIENT_SECRET: CONF_CLIENT_SECRET,
    Credential.CERTIFICATE: CONF_CERTIFICATE,
}
# What the first step of a reconfiguration is given where it is about a new certificate only.
RENEWAL: Final = {CONF_CERTIFICATE: "renew"}


class FluviusConfigFlow(CertificateSteps, domain=DOMAIN):
    """Set up a data access contract, or mend the access of one."""

    VERSION = 1

    def __init__(self) -> None:
        """Begin with nothing known."""
        super().__init__()
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
            await self.async_set_unique_id(self._contract)
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
        self._begin_with(entry_data)
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
            self._begin_with(self._get_reconfigure_entry().data)
        if user_input == RENEWAL:
            return await self.async_step_certificate()
        return await self._async_mend_access("reconfigure", user_input)

    def _begin_with(self, entry_data: Mapping[str, Any]) -> None:
        self._data = {key: of for key, of in entry_data.items() if key != CONF_WAITING_KEY}
        self._held = held_certificates(entry_data)

    @property
    @override
    def _contract(self) -> str:
        return f"{self._data[CONF_ENVIRONMENT]}_{self._data[CONF_CONTRACT_NUMBER]}"

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
        """Let the user choose between a certificate, a key for one, and a secret."""
        options = ["certificate", "new_key", "secret"]
        if self.source != SOURCE_USER:
            options.insert(0, "keep")
        return self.async_show_menu(step_id="credentials", menu_options=options)

    async def async_step_keep(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Check the changed access with the credentials that the entry has."""
        return await self._async_check("access")

    async def async_step_secret(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Take the client secret."""
        if user_input is None:
            return self._show_secret({})
        self._offered = None
        self._data = with_certificates(self._data, {}) | stripped(user_input)
        return await self._async_check("secret")

    def _show_secret(self, errors: Errors) -> ConfigFlowResult:
        return self.async_show_form(step_id="secret", data_schema=SECRET_SCHEMA, errors=errors)

    @override
    async def _async_check(self, step_id: str) -> ConfigFlowResult:
        """Ask Fluvius for the mandates, and go on or show what is wrong where it was typed."""
        self._credentials_given = True
        try:
            if self._offered is not None:
                # The environment may have been changed since the certificate was uploaded.
                self._judge(self._offered.certificate)
            client = await async_create_client(self.hass, self._data)
            self._mandates = await client.mandates()
        except CertificateError as err:
            return self._show_certificate_problem(err.problem)
        except FluviusAuthenticationError as err:
            return self._show_refused(err.credential)
        except FluviusError as err:
            return await self._async_show_failed(err, step_id)
        if self.source != SOURCE_USER:
            return self._finish_mending(client)
        return await self._async_choose_meters()

    def _show_refused(self, credential: Credential) -> ConfigFlowResult:
        """Show the form that holds the refused part of the access, with the error in its field."""
        field = _FIELDS.get(credential)
        if field is None:
            return self._show_at("access", {"base": "invalid_auth"})
        errors = {field: f"{credential}_refused"}
        if field in ACCESS_FIELDS:
            return self._show_at("access", errors)
        return (
            self._show_certificate(errors)
            if field == CONF_CERTIFICATE
            else self._show_secret(errors)
        )

    async def _async_show_failed(self, error: FluviusError, step_id: str) -> ConfigFlowResult:
        """Show what failed on the form where it can be mended, or where it can be sent again."""
        errors = {"base": error_key(error)}
        own = self._data[CONF_ENVIRONMENT] == Environment.OWN
        match error:
            case FluviusNotFoundError() | FluviusUnavailableError() if own:
                return self._show_addresses(errors)
            case FluviusPermissionError() | FluviusValidationError() | FluviusNotFoundError():
                return self._show_at("access", errors)
            case _ if step_id == "found" and self._offered is not None:
                return await self._async_show_found(self._offered, errors)
            case _:
                return self._show_at(step_id, errors)

    def _show_at(self, step_id: str, errors: Errors) -> ConfigFlowResult:
        match step_id:
            case "secret":
                return self._show_secret(errors)
            case _ if self.source == SOURCE_USER:
                return self._show_contract(errors)
            case _ if self.source == SOURCE_REAUTH:
                return self._show_access("reauth_confirm", errors)
            case _:
                return self._show_access("reconfigure", errors)

    def _finish_mending(self, client: FluviusClient) -> ConfigFlowResult:
        """Keep the mended access and load the entry with it."""
        entry = (
            self._get_reauth_entry()
            if self.source == SOURCE_REAUTH
            else self._get_reconfigure_entry()
        )
        held = with_accepted(
            held_certificates(self._data), client.accepted_certificate, dt_util.utcnow()
        )
        data = with_certificates(self._data, held)
        if waiting := entry.data.get(CONF_WAITING_KEY):
            data[CONF_WAITING_KEY] = waiting
        waits = self._offered is not None and Role.NEXT in held
        if entry.state is ConfigEntryState.LOADED:
            entry.runtime_data.reload_scheduled = True
        result = self.async_update_and_abort(
            entry, data=data, reason="certificate_added" if waits else UNDEFINED
        )
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
            options={
                CONF_ENERGY_DASHBOARD: user_input[CONF_ENERGY_DASHBOARD],
                CONF_REGISTERS: user_input[CONF_REGISTERS],
            },
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
                CONF_REGISTERS: user_input[CONF_REGISTERS],
                CONF_FOLLOW_NEW: True,
            },
        )

    def _title(self) -> str:
        title = f"Fluvius {self._data[CONF_CONTRACT_NUMBER]}"
        if self._data[CONF_ENVIRONMENT] == Environment.SANDBOX:
            return f"{title} (sandbox)"
        return title
