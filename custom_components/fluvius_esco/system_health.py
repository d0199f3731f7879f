"""What the system's information page tells of the contracts: no address of the user's own."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from homeassistant.components import system_health
from homeassistant.core import HomeAssistant, callback
from yarl import URL

from .api.const import LIVE_URL_V3, LOGIN_URL, SANDBOX_URL_V3
from .const import CONF_API_URL, CONF_ENVIRONMENT, CONF_TOKEN_URL, DOMAIN, Environment
from .coordinator import FluviusConfigEntry
from .meters import followed_eans
from .request_log import async_request_log

_PUBLIC: Final = {
    Environment.LIVE: (LIVE_URL_V3, LOGIN_URL),
    Environment.SANDBOX: (SANDBOX_URL_V3, LOGIN_URL),
}


@callback
def async_register(hass: HomeAssistant, register: system_health.SystemHealthRegistration) -> None:
    """Register what there is to tell."""
    register.async_register_info(_async_info)


async def _async_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return how much is followed, what was asked for it, and whether Fluvius can be reached."""
    entries: list[FluviusConfigEntry] = hass.config_entries.async_entries(
        DOMAIN, include_disabled=False
    )
    logs = [await async_request_log(hass, entry.entry_id) for entry in entries]
    answered: list[datetime] = [log.answered_at for log in logs if log.answered_at is not None]
    info: dict[str, Any] = {
        "contracts": len(entries),
        "meters": sum(len(followed_eans(entry)) for entry in entries),
        "requests_today": sum(log.requests_today for log in logs),
        "last_successful_poll": max(answered, default=None),
    }
    for name, urls in _addresses(entries).items():
        info[name] = _async_check(hass, urls)
    return info


def _addresses(entries: Iterable[FluviusConfigEntry]) -> dict[str, set[URL]]:
    """Return the hosts that entries need, by the environment and by what answers there."""
    found: dict[str, set[URL]] = defaultdict(set)
    for entry in entries:
        environment = Environment(entry.data[CONF_ENVIRONMENT])
        api_url, token_url = _PUBLIC.get(environment) or (
            entry.data[CONF_API_URL],
            entry.data[CONF_TOKEN_URL],
        )
        found[f"{environment}_api"].add(URL(api_url).origin())
        found[f"{environment}_token"].add(URL(token_url).origin())
    return found


async def _async_check(hass: HomeAssistant, urls: Iterable[URL]) -> str | dict[str, str]:
    """Return whether all addresses can be reached, or what is wrong with one of them."""
    results = await asyncio.gather(
        *(system_health.async_check_can_reach_url(hass, str(url)) for url in urls)
    )
    return next((result for result in results if result != "ok"), "ok")
