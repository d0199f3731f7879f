"""Renewing a certificate from Repairs."""

from typing import Any

from homeassistant.components.repairs import FlowType, RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import SOURCE_RECONFIGURE
from homeassistant.helpers import issue_registry as ir

from .config_flow import RENEWAL
from .const import DOMAIN


class CertificateExpiryFlow(RepairsFlow):
    """Tell what to do, and go on to the form that takes the new certificate."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Begin."""
        return await self.async_step_renew()

    async def async_step_renew(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Go on once the user has the new certificate; the issue stays until that is accepted."""
        if user_input is None:
            issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
            return self.async_show_form(
                step_id="renew",
                description_placeholders=issue.translation_placeholders if issue else None,
            )
        entry_id = self.issue_id.removeprefix("certificate_expiry_")
        flow = await self.hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": entry_id}, data=RENEWAL
        )
        return self.async_abort(
            reason="certificate_form", next_flow=(FlowType.CONFIG_FLOW, flow["flow_id"])
        )
