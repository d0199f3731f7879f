"""Who may call which action: what is about all customers is not for everybody who can log in."""

from datetime import datetime
from typing import Any

from homeassistant.auth.const import GROUP_ID_ADMIN, GROUP_ID_READ_ONLY, GROUP_ID_USER
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import Unauthorized
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.fluvius_esco.const import DOMAIN

from .helpers import QUARTER_HOUR_EAN, contract_entry, days_ago, set_up
from .reading_actions import device_of
from .sandbox import Sandbox

LINK = {"flow": "b2c", "data_services": [{"data_service_type": "vh_dag"}]}
MOCK_MANDATE = {
    "energy_type": "electricity",
    "data_service_type": "vh_dag",
    "data_period_from": "2026-11-01",
}
OF_ALL_CUSTOMERS = [
    ("get_mandates", {}),
    ("create_consent_link", LINK),
    ("create_mock_mandate", MOCK_MANDATE),
]


@pytest.fixture(autouse=True)
async def meter(hass: HomeAssistant, sandbox: Sandbox, now: datetime) -> str:
    """The device of a meter that is followed."""
    sandbox.add_mandate(QUARTER_HOUR_EAN, data_period_from=days_ago(now, 3))
    await set_up(hass, contract_entry(sandbox, None, [QUARTER_HOUR_EAN]))
    return device_of(hass, QUARTER_HOUR_EAN)


async def call(
    hass: HomeAssistant, group: str | None, action: str, data: dict[str, Any]
) -> dict[str, Any]:
    """Call an action as a user of a group does, or as an automation that runs by itself."""
    context = Context()
    if group is not None:
        found = await hass.auth.async_get_group(group)
        assert found
        user = MockUser(groups=[found]).add_to_hass(hass)
        context = Context(user_id=user.id)
    response = await hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True, context=context
    )
    assert isinstance(response, dict)
    return response


@pytest.mark.parametrize("group", [GROUP_ID_READ_ONLY, GROUP_ID_USER])
@pytest.mark.parametrize(("action", "data"), OF_ALL_CUSTOMERS)
async def test_what_is_about_all_customers_is_for_administrators(
    hass: HomeAssistant, sandbox: Sandbox, group: str, action: str, data: dict[str, Any]
) -> None:
    sandbox.state.journal.clear()
    with pytest.raises(Unauthorized):
        await call(hass, group, action, data)
    assert not sandbox.state.journal.entries, "nothing was asked of Fluvius"


@pytest.mark.parametrize("group", [GROUP_ID_ADMIN, None])
@pytest.mark.parametrize(("action", "data"), OF_ALL_CUSTOMERS)
async def test_administrators_and_automations_go_on(
    hass: HomeAssistant, group: str | None, action: str, data: dict[str, Any]
) -> None:
    assert await call(hass, group, action, data)


@pytest.mark.parametrize("group", [GROUP_ID_READ_ONLY, GROUP_ID_USER])
async def test_reading_again_is_for_administrators_and_looking_is_for_all(
    hass: HomeAssistant, meter: str, group: str
) -> None:
    with pytest.raises(Unauthorized):
        await call(hass, group, "refresh", {"device_id": meter})
    period = {"start": "2026-11-08", "end": "2026-11-09", "granularity": "day"}
    found = await call(hass, group, "get_readings", {"device_id": meter} | period)
    assert found["readings"]
    assert await call(hass, None, "refresh", {"device_id": meter})
