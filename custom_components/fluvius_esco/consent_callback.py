"""The way back from Fluvius' consent page: an address that is good once, for one open form.

Fluvius' page has buttons that lead the customer's browser back here. Nothing is believed of what the
browser says but which button it was; what was granted is asked of Fluvius.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from html import escape
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import UnknownFlow
from homeassistant.helpers.config_entry_oauth2_flow import HEADER_FRONTEND_BASE
from homeassistant.helpers.http import KEY_HASS, HomeAssistantView, current_request
from homeassistant.helpers.network import NoURLAvailableError, get_url
from homeassistant.util import dt as dt_util
import jwt
from yarl import URL

from .access_store import AccessStore
from .api.link_rules import is_web_address
from .const import DOMAIN, LOGGER
from .coordinator import FluviusConfigEntry
from .translation import async_texts

# The step of the form that waits for the browser.
CONSENT_STEP: Final = "consent"

_PATH: Final = f"/api/{DOMAIN}/consent"
_ALGORITHM: Final = "HS256"
# As long as a consent link can be followed.
_LIFETIME: Final = timedelta(hours=24)
_LONGEST_STATE: Final = 2048


class Return(StrEnum):
    """Which way the customer came back, or that the link ended or an answer was seen before."""

    SUCCESS = "success"
    FAILED = "failed"
    SEEN = "seen"
    EXPIRED = "expired"


async def async_return_addresses(
    hass: HomeAssistant, store: AccessStore, entry_id: str, flow_id: str
) -> tuple[str | None, str | None]:
    """Return where Fluvius' page can lead back to after success and before it.

    None for both where this Home Assistant knows no address of its own.
    """
    base = _base_address(hass)
    if base is None:
        return None, None
    return (
        await _async_address(base, store, entry_id, flow_id, Return.SUCCESS),
        await _async_address(base, store, entry_id, flow_id, Return.FAILED),
    )


def _base_address(hass: HomeAssistant) -> str | None:
    """Return the address at which the user's browser finds this Home Assistant."""
    request = current_request.get()
    base = request.headers.get(HEADER_FRONTEND_BASE) if request else None
    if base is None:
        try:
            base = get_url(hass)
        except NoURLAvailableError:
            return None
    return base if is_web_address(base) else None


async def _async_address(
    base: str, store: AccessStore, entry_id: str, flow_id: str, way: Return
) -> str:
    now = dt_util.utcnow()
    until = now + _LIFETIME
    claims = {
        "entry": entry_id,
        "flow": flow_id,
        "way": way.value,
        "nonce": await store.async_new_nonce(until, now),
        "exp": until,
    }
    state = jwt.encode(claims, store.secret, algorithm=_ALGORITHM)
    return str(URL(base).with_path(_PATH).with_query(state=state))


class ConsentCallbackView(HomeAssistantView):
    """Takes the browser that comes back from Fluvius' consent page.

    It comes without a login, as it may be another browser than the one with the form.
    """

    url = _PATH
    name = f"api:{DOMAIN}:consent"
    requires_auth = False

    async def get(self, request: web.Request) -> web.Response:
        """Go on with the form that waits, or refuse what is no state of ours."""
        hass = request.app[KEY_HASS]
        claims = await _async_claims(hass, request.query.get("state", ""))
        if claims is None:
            LOGGER.warning(
                "A browser came back from a consent page with a state that is forged, used or too old"
            )
            return await _async_page(hass, "returned_invalid", HTTPStatus.FORBIDDEN)
        await _async_go_on(hass, claims)
        return await _async_page(hass, "returned", HTTPStatus.OK)


async def _async_claims(hass: HomeAssistant, state: str) -> Mapping[str, Any] | None:
    """Return what a state says if it is one of ours, and used for the first time."""
    if len(state) > _LONGEST_STATE:
        return None
    for entry in hass.config_entries.async_entries(DOMAIN):
        if entry.state is not ConfigEntryState.LOADED:
            continue
        store: AccessStore = entry.runtime_data.access
        claims = _signed_claims(state, store.secret, dt_util.utcnow())
        if claims is not None and claims.get("entry") == entry.entry_id:
            return claims if await store.async_use_nonce(claims["nonce"]) else None
    return None


def _signed_claims(state: str, secret: str, now: datetime) -> Mapping[str, Any] | None:
    try:
        claims: dict[str, Any] = jwt.decode(
            state,
            secret,
            algorithms=[_ALGORITHM],
            # By Home Assistant's clock, not the library's.
            options={"require": ["exp", "nonce"], "verify_exp": False},
        )
    except jwt.InvalidTokenError:
        return None
    return claims if claims["exp"] > now.timestamp() else None


async def _async_go_on(hass: HomeAssistant, claims: Mapping[str, Any]) -> None:
    """Resume the form if it still waits; if not, what was granted is found all the same."""
    flows = hass.config_entries.subentries
    try:
        step = flows.async_get(claims["flow"])["step_id"]
    except UnknownFlow:
        step = None
    if step == CONSENT_STEP:
        await flows.async_configure(claims["flow"], {"way": claims["way"]})
    else:
        entry: FluviusConfigEntry = hass.config_entries.async_get_known_entry(claims["entry"])
        await entry.runtime_data.contract.async_request_refresh()


async def _async_page(hass: HomeAssistant, key: str, status: HTTPStatus) -> web.Response:
    """Return a page with one text; a browser that opened it as a pop-up closes it after success."""
    texts = await async_texts(hass)
    script = "<script>window.close()</script>" if status is HTTPStatus.OK else ""
    return web.Response(
        status=status,
        content_type="text/html",
        charset="utf-8",
        headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"},
        text=(
            '<!DOCTYPE html><html><head><meta name="viewport" content="width=device-width">'
            f"<title>Fluvius ESCO</title></head><body><p>{escape(texts[key])}</p>"
            f"{script}</body></html>"
        ),
    )
