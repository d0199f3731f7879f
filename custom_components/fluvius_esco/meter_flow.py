"""Adding a meter to a contract that is set up."""

from typing import Any

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigSubentryFlow,
    SubentryFlowResult,
)

from .const import CONF_METERS, SUBENTRY_METER
from .coordinator import FluviusConfigEntry
from .forms import meter_schema
from .meters import async_meter_labels, async_meters


class MeterSubentryFlow(ConfigSubentryFlow):
    """Follow one more meter of the contract's approved mandates."""

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
