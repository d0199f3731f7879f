"""A meter that is followed and not on the Energy dashboard, so that Repairs offers to add it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from .api import HomeAssistantApi, WebSocket
from .contract import DOMAIN
from .household import Household
from .leftovers import remove_meters
from .meters import OFFERED_METER
from .patience import until

_FLOWS = "/api/config/config_entries"
_HISTORY = timedelta(days=60)


@asynccontextmanager
async def offered_meter(home: Household) -> AsyncIterator[None]:
    """Follow one more meter while new ones are not added by themselves; take it back out after."""
    api = home.api
    await remove_meters(api, [OFFERED_METER])
    await home.sandbox.approve(OFFERED_METER, datetime.now(UTC) - _HISTORY)
    async with api.websocket() as websocket:
        (entry,) = await websocket.command("config_entries/get", domain=DOMAIN)
        entry_id = str(entry["entry_id"])
        try:
            await _add_by_themselves(api, entry_id, wanted=False)
            await until(lambda: _is_loaded(websocket), "The contract is not loaded again")
            await _follow(api, entry_id)
            await home.wait_for_import((OFFERED_METER,))
            await until(lambda: _is_offered(websocket), "Repairs does not offer the meter")
            yield
        finally:
            await remove_meters(api, [OFFERED_METER])
            await _add_by_themselves(api, entry_id, wanted=True)


async def _add_by_themselves(api: HomeAssistantApi, entry_id: str, *, wanted: bool) -> None:
    """Answer the contract's options: whether meters go on the Energy dashboard by themselves."""
    form = await api.post(f"{_FLOWS}/options/flow", {"handler": entry_id})
    options = {"follow_new": False, "energy_dashboard": wanted, "registers": "total"}
    await api.post(f"{_FLOWS}/options/flow/{form['flow_id']}", options)


async def _follow(api: HomeAssistantApi, entry_id: str) -> None:
    address = f"{_FLOWS}/subentries/flow"
    menu = await api.post(address, {"handler": [entry_id, "meter"]})
    await api.post(f"{address}/{menu['flow_id']}", {"next_step_id": "choose"})
    await api.post(f"{address}/{menu['flow_id']}", {"meters": [OFFERED_METER.ean]})


async def _is_loaded(websocket: WebSocket) -> bool:
    (entry,) = await websocket.command("config_entries/get", domain=DOMAIN)
    return bool(entry["state"] == "loaded")


async def _is_offered(websocket: WebSocket) -> bool:
    answer = await websocket.command("repairs/list_issues")
    return any(issue["issue_id"].startswith("energy_offer_") for issue in answer["issues"])
