"""What the user can settle under Repairs."""

from typing import Final

from homeassistant.components.repairs import RepairsFlow
from homeassistant.core import HomeAssistant

from .certificate_fix_flow import CertificateExpiryFlow
from .removal_flow import StatisticsOfRemovedFlow

# An issue's id begins with what it is about.
_FLOWS: Final[dict[str, type[RepairsFlow]]] = {
    "certificate_expiry": CertificateExpiryFlow,
    "removed": StatisticsOfRemovedFlow,
}


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow that settles an issue."""
    return next(flow() for subject, flow in _FLOWS.items() if issue_id.startswith(f"{subject}_"))
