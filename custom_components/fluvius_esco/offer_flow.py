"""The repair that offers new meters: which of them to follow."""

from typing import Any

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState

from .const import CONF_METERS
from .coordinator import FluviusConfigEntry
from .following import async_follow, undecided
from .forms import offer_schema
from .meters import async_meter_labels


class NewMetersFlow(RepairsFlow):
    """Follow the chosen ones of the meters that have a new mandate, and decline the others."""

    def __init__(self) -> None:
        """Begin with nothing shown."""
        self._shown: frozenset[str] = frozenset()

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Show the meters."""
        return await self.async_step_choose()

    async def async_step_choose(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Let the user choose; a meter that is declined can be added later all the same."""
        data = self.data or {}
        entry: FluviusConfigEntry | None = self.hass.config_entries.async_get_entry(
            str(data["entry_id"])
        )
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="entry_not_loaded")
        offered = undecided(entry)
        if user_input is None:
            names = await async_meter_labels(self.hass, offered)
            self._shown = frozenset(names)
            return self.async_show_form(step_id="choose", data_schema=offer_schema(names))
        chosen = [one for one in offered if one.ean in user_input[CONF_METERS]]
        # A meter that came while the form was open was not declined by it.
        await entry.runtime_data.access.async_decide(self._shown)
        await async_follow(self.hass, entry, chosen)
        return self.async_create_entry(data={})
