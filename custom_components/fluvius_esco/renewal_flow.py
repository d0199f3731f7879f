"""The repair of a mandate that is to be renewed: it opens the form that makes a consent link."""

from typing import Any

from homeassistant.components.repairs import FlowType, RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigEntryState
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
import probatio

from .const import DOMAIN, SUBENTRY_METER


class RenewMandateFlow(RepairsFlow):
    """Lead to the meter's own form for renewing; the issue goes once the mandate is renewed."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Explain what is to be done."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Open the meter's form."""
        if user_input is None:
            issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
            return self.async_show_form(
                step_id="confirm",
                data_schema=probatio.Schema({}),
                description_placeholders=issue.translation_placeholders if issue else None,
                last_step=False,
            )
        data = self.data or {}
        entry = self.hass.config_entries.async_get_entry(str(data["entry_id"]))
        subentry_id = str(data["subentry_id"])
        if entry is None or subentry_id not in entry.subentries:
            return self.async_abort(reason="not_followed")
        if entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="entry_not_loaded")
        return self.async_abort(
            reason="renewal_opened",
            next_flow=(
                FlowType.CONFIG_SUBENTRIES_FLOW,
                await self._async_open(entry.entry_id, subentry_id),
            ),
        )

    async def _async_open(self, entry_id: str, subentry_id: str) -> str:
        """Begin the meter's form at the renewal, and return its flow id."""
        flows = self.hass.config_entries.subentries
        form = await flows.async_init(
            (entry_id, SUBENTRY_METER),
            context={"source": SOURCE_RECONFIGURE, "subentry_id": subentry_id},
        )
        if form["type"] is FlowResultType.MENU:
            await flows.async_configure(form["flow_id"], {"next_step_id": "renew"})
        return form["flow_id"]
