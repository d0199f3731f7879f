"""The repairs that are about meters that are not on the Energy dashboard."""

from typing import Any

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import issue_registry as ir

from .const import CONF_METERS, CONF_REGISTERS, DOMAIN
from .coordinator import FluviusConfigEntry
from .energy_dashboard import DashboardNotInOrderError
from .energy_situation import MeterFeeds
from .energy_sources import Counting, Feed, SourceKind
from .forms import COUNTING, offer_schema
from .meters import meter_titles


class _EnergyFlow(RepairsFlow):
    """What the repairs of one contract share."""

    def _loaded_entry(self) -> FluviusConfigEntry | None:
        """Return the contract, None while it is not working."""
        entry: FluviusConfigEntry | None = self.hass.config_entries.async_get_entry(
            str((self.data or {})["entry_id"])
        )
        return entry if entry and entry.state is ConfigEntryState.LOADED else None

    def _placeholders(self) -> dict[str, str] | None:
        """Return what the texts name."""
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
        return issue.translation_placeholders if issue else None


class EnergyOfferFlow(_EnergyFlow):
    """Add the chosen ones of the meters that are not on the dashboard, and decline the others."""

    def __init__(self) -> None:
        """Begin with nothing shown."""
        self._shown: MeterFeeds = {}

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Show the meters."""
        return await self.async_step_choose()

    async def async_step_choose(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Let the user choose the meters, and what is counted of them."""
        if (entry := self._loaded_entry()) is None:
            return self.async_abort(reason="entry_not_loaded")
        energy = entry.runtime_data.energy
        offered = await energy.async_offered()
        if user_input is None:
            if not offered:
                return self.async_abort(reason="nothing_to_add")
            self._shown = offered
            titles = meter_titles(entry)
            schema = offer_schema({ean: titles[ean] for ean in offered})
            if any(feed.has_registers for feed in _all_of(offered)):
                schema = schema.extend(COUNTING)
            return self.async_show_form(step_id="choose", data_schema=schema)
        # What came, or was settled otherwise, while the form was open was not decided by it.
        chosen = {ean: of for ean, of in offered.items() if ean in user_input[CONF_METERS]}
        counting = Counting(user_input.get(CONF_REGISTERS, Counting.TOTAL))
        try:
            await energy.async_add(chosen, counting)
        except DashboardNotInOrderError:
            return self.async_abort(reason="not_in_order")
        declined = {ean: of for ean, of in self._shown.items() if ean not in chosen}
        await energy.async_decline(_all_of(declined))
        return self.async_create_entry(data={})


class OtherSourceFlow(_EnergyFlow):
    """Add meters beside a source that counts the same kind of energy, or leave them off for good."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Let the user choose."""
        return self.async_show_menu(
            step_id="init",
            menu_options=["leave", "add"],
            description_placeholders=self._placeholders(),
        )

    async def async_step_leave(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Leave the meters off the dashboard."""
        if (entry := self._loaded_entry()) is None:
            return self.async_abort(reason="entry_not_loaded")
        energy = entry.runtime_data.energy
        await energy.async_decline(_all_of(await energy.async_contested()))
        return self.async_create_entry(data={})

    async def async_step_add(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Add the meters all the same: the other source may count another connection."""
        if (entry := self._loaded_entry()) is None:
            return self.async_abort(reason="entry_not_loaded")
        energy = entry.runtime_data.energy
        try:
            await energy.async_add(
                await energy.async_contested(), energy.counting, frozenset(SourceKind)
            )
        except DashboardNotInOrderError:
            return self.async_abort(reason="not_in_order")
        return self.async_create_entry(data={})


class CountedTwiceFlow(_EnergyFlow):
    """Take off meters that stand behind a headpoint, or count them in its place."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Let the user choose."""
        return self.async_show_menu(
            step_id="init",
            menu_options=["take_off", "leave"],
            description_placeholders=self._placeholders(),
        )

    async def async_step_take_off(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Take off what was added for the meters behind the headpoint."""
        if (entry := self._loaded_entry()) is None:
            return self.async_abort(reason="entry_not_loaded")
        if not await entry.runtime_data.energy.async_count_once():
            return self.async_abort(reason="not_ours")
        return self.async_create_entry(data={})

    async def async_step_leave(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Leave the dashboard as it is."""
        if (entry := self._loaded_entry()) is None:
            return self.async_abort(reason="entry_not_loaded")
        await entry.runtime_data.energy.async_count_as_it_is()
        return self.async_create_entry(data={})


def _all_of(meters: MeterFeeds) -> list[Feed]:
    return [feed for feeds in meters.values() for feed in feeds]
