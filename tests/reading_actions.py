"""Calling the actions that are about a meter, as automations and dashboards do."""

from datetime import datetime
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from custom_components.fluvius_esco.const import DOMAIN

from .helpers import BRUSSELS


def device_of(hass: HomeAssistant, ean: str) -> str:
    """Return the id of a meter's device."""
    (device,) = dr.async_get(hass).async_get_devices(identifiers={(DOMAIN, ean)})
    return str(device.id)


async def act(hass: HomeAssistant, action: str, **data: Any) -> dict[str, Any]:
    """Call an action and return its response."""
    response = await hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True
    )
    assert isinstance(response, dict)
    return response


async def readings(
    hass: HomeAssistant,
    ean: str,
    start: datetime | str,
    end: datetime | str,
    granularity: str = "quarter_hour",
    **others: Any,
) -> dict[str, Any]:
    """Return a meter's readings of a period; instants are given as they are."""
    return await act(
        hass,
        "get_readings",
        device_id=device_of(hass, ean),
        start=start,
        end=end,
        granularity=granularity,
        **others,
    )


def column(found: dict[str, Any], name: str) -> list[float | None]:
    """Return the values of a series, slot by slot."""
    return [row["values"][name] for row in found["readings"]]


def added_up(found: dict[str, Any], name: str) -> float:
    """Return the sum of the known values of a series."""
    return sum(value for value in column(found, name) if value is not None)


def local(instant: datetime) -> str:
    """Return an instant as responses write it."""
    return instant.astimezone(BRUSSELS).isoformat()
