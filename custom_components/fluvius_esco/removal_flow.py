"""The repair that asks whether the statistics of removed meters stay."""

from typing import Any

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult

from .removal import async_delete, async_keep, open_question
from .statistics import StatisticsNotWrittenError


class StatisticsOfRemovedFlow(RepairsFlow):
    """Keep or delete the statistics that removed meters left."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Let the user choose."""
        if (question := open_question(self.hass, self.issue_id)) is None:
            return self.async_abort(reason="followed_again")
        return self.async_show_menu(
            step_id="init",
            menu_options=["keep", "delete"],
            description_placeholders=question.placeholders,
        )

    async def async_step_keep(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Let the statistics stay as they are."""
        if (question := open_question(self.hass, self.issue_id)) is None:
            return self.async_abort(reason="followed_again")
        await async_keep(self.hass, question)
        return self.async_create_entry(data={})

    async def async_step_delete(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Delete the statistics."""
        if (question := open_question(self.hass, self.issue_id)) is None:
            return self.async_abort(reason="followed_again")
        try:
            await async_delete(self.hass, question)
        except StatisticsNotWrittenError:
            return self.async_abort(reason="not_deleted")
        return self.async_create_entry(data={})
