"""What a user may decide otherwise later, for a contract as a whole."""

from typing import Any

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow

from .const import CONF_ENERGY_DASHBOARD, CONF_FOLLOW_NEW, CONF_REGISTERS
from .energy_sources import Counting
from .forms import OPTIONS_SCHEMA


class ContractOptionsFlow(OptionsFlow):
    """Whether new meters are followed by themselves, and shown on the Energy dashboard."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show what holds now, and take what is chosen; the entry is loaded anew with it."""
        if user_input is not None:
            return self.async_create_entry(data={**self.config_entry.options, **user_input})
        held = {
            CONF_FOLLOW_NEW: False,
            CONF_ENERGY_DASHBOARD: False,
            CONF_REGISTERS: Counting.TOTAL.value,
            **self.config_entry.options,
        }
        schema = self.add_suggested_values_to_schema(OPTIONS_SCHEMA, held)
        return self.async_show_form(step_id="init", data_schema=schema)
