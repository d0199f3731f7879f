"""Adding a meter to a contract that is set up, and the settings of one."""

from typing import Any

from homeassistant.config_entries import SubentryFlowResult

from .api.dialect import ApiVersion
from .api.models import EnergyType, Mandate
from .consent_flow import ConsentFlow
from .const import (
    CONF_API_VERSION,
    CONF_EAN,
    CONF_ENERGY_TYPE,
    CONF_METERS,
    CONF_REACTIVE,
)
from .coordinator import FluviusConfigEntry
from .forms import METER_SETTINGS_SCHEMA, choice_schema
from .meters import async_meter_labels, not_followed


class MeterSubentryFlow(ConsentFlow):
    """Follow more meters of a contract, or change what is read of one and renew its mandate."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Let the user choose a meter that may be read already, or ask for access to others."""
        if (entry := self._loaded_entry()) is None:
            return self.async_abort(reason="entry_not_loaded")
        await entry.runtime_data.contract.async_refresh()
        if not _new_mandates(entry):
            return await self.async_step_ask()
        return self.async_show_menu(step_id="user", menu_options=["choose", "ask"])

    async def async_step_choose(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Let the user choose among the meters that may be read and are not followed yet."""
        if (entry := self._loaded_entry()) is None:
            return self.async_abort(reason="entry_not_loaded")
        new = _new_mandates(entry)
        if user_input is not None:
            chosen = [mandate for mandate in new if mandate.ean in user_input[CONF_METERS]]
            if chosen:
                return await self._async_follow(entry, chosen)
        if not new:
            return self.async_abort(reason="no_new_meters")
        errors = {CONF_METERS: "no_meter_chosen"} if user_input is not None else {}
        names = await async_meter_labels(self.hass, new)
        return self.async_show_form(
            step_id="choose", data_schema=choice_schema(names), errors=errors
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Let the user renew the mandate where it is time to, and change the settings."""
        if (entry := self._loaded_entry()) is None:
            return self.async_abort(reason="entry_not_loaded")
        subentry = self._get_reconfigure_subentry()
        if entry.runtime_data.contract.renewable_mandates(subentry.data[CONF_EAN]):
            return self.async_show_menu(
                step_id="reconfigure",
                menu_options=["renew", "settings"],
                description_placeholders={"meter": subentry.title},
            )
        return await self.async_step_settings()

    async def async_step_settings(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Let the user choose whether reactive energy is read as well."""
        entry = self._get_entry()
        subentry = self._get_reconfigure_subentry()
        if EnergyType(subentry.data[CONF_ENERGY_TYPE]) is EnergyType.GAS:
            return self.async_abort(reason="no_settings")
        if ApiVersion(entry.data[CONF_API_VERSION]) is ApiVersion.V2:
            return self.async_abort(reason="reactive_needs_v3")
        settings = {CONF_REACTIVE: subentry.data.get(CONF_REACTIVE, False)}
        if user_input is not None:
            # A setting that is left at its default is not stored, for any change reloads the entry.
            changes = {} if user_input == settings else user_input
            return self.async_update_and_abort(entry, subentry, data_updates=changes)
        return self.async_show_form(
            step_id="settings",
            data_schema=self.add_suggested_values_to_schema(METER_SETTINGS_SCHEMA, settings),
            description_placeholders={"meter": subentry.title},
        )


def _new_mandates(entry: FluviusConfigEntry) -> list[Mandate]:
    """Return the mandates that may be read, of meters that are not followed yet."""
    return not_followed(entry, entry.runtime_data.contract.readable_mandates())
