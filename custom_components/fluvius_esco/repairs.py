"""What the user can settle under Repairs."""

from typing import Final

from homeassistant.components.repairs import RepairsFlow
from homeassistant.core import HomeAssistant

from .certificate_fix_flow import CertificateExpiryFlow
from .energy_flow import CountedTwiceFlow, EnergyOfferFlow, OtherSourceFlow
from .issues import (
    CERTIFICATE_EXPIRY,
    ENERGY_COUNTED_TWICE,
    ENERGY_OFFER,
    ENERGY_OTHER_SOURCE,
    MANDATE_EXPIRED,
    MANDATE_TO_BE_RENEWED,
    NEW_METERS,
)
from .offer_flow import NewMetersFlow
from .removal_flow import StatisticsOfRemovedFlow
from .renewal_flow import RenewMandateFlow

# An issue's id begins with what it is about.
_FLOWS: Final[dict[str, type[RepairsFlow]]] = {
    CERTIFICATE_EXPIRY: CertificateExpiryFlow,
    "removed": StatisticsOfRemovedFlow,
    NEW_METERS: NewMetersFlow,
    ENERGY_OFFER: EnergyOfferFlow,
    ENERGY_OTHER_SOURCE: OtherSourceFlow,
    ENERGY_COUNTED_TWICE: CountedTwiceFlow,
    MANDATE_TO_BE_RENEWED: RenewMandateFlow,
    MANDATE_EXPIRED: RenewMandateFlow,
}


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow that settles an issue."""
    return next(flow() for subject, flow in _FLOWS.items() if issue_id.startswith(f"{subject}_"))
