"""All actions of the integration, registered once, however many contracts there are."""

from homeassistant.core import HomeAssistant, callback

from .mandate_actions import async_register_mandate_actions
from .reading_actions import async_register_reading_actions


@callback
def async_set_up_actions(hass: HomeAssistant) -> None:
    """Register the actions; which contract or meter one is about is a field of it."""
    async_register_mandate_actions(hass)
    async_register_reading_actions(hass)
