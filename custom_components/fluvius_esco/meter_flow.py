"""Adding a meter to a contract that is set up, and the settings of one."""

from typing import Any

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigSubentryFlow,
    SubentryFlowResult,
)

from .api.dialect import ApiVersion
from .api.models import EnergyType
from .const import CONF_API_VERSION, CONF_ENERGY_TYPE, CONF_METERS, CONF_REACTIVE, SUBENTRY_METER
from .coordinator import FluviusConfigEntry
from .forms import METER_SETTINGS_SCHEMA, meter_schema
from .meters import async_meter_labels, async_meters


class MeterSubentryFlow(ConfigSubentryFlow):
    """Follow one more meter of the contract's approved mandates, or change what is read of one."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Let the user choose a meter that is not followed yet."""
        entry: FluviusConfigEntry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="entry_not_loaded")
        contract = entry.runtime_data.contract
        if user_input is not None:
            mandates = contract.readable_mandates(user_input[CONF_METERS])
            meters = await async_meters(self.hass, mandates)
            if not meters:
                return self.async_abort(reason="no_new_meters")
            meter = meters[0]
            return self.async_create_entry(
                title=meter.title, data=meter.data, unique_id=meter.unique_id
            )
        await contract.async_refresh()
        followed = {meter.unique_id for meter in entry.get_subentries_of_type(SUBENTRY_METER)}
        new = [one for one in contract.readable_mandates() if one.ean not in followed]
        if not new:
            return self.async_abort(reason="no_new_meters")
        names = await async_meter_labels(self.hass, new)
        return self.async_show_form(step_id="user", data_schema=meter_schema(names))

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Let the user choose whether reactive energy is read as well."""
        entry: FluviusConfigEntry = self._get_entry()
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
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(METER_SETTINGS_SCHEMA, settings),
            description_placeholders={"meter": subentry.title},
        )
