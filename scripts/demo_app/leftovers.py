"""Taking meters back out of Home Assistant, with all that they left, as a person would."""

from collections.abc import Iterable

from .api import HomeAssistantApi, WebSocket
from .contract import DOMAIN
from .meters import DemoMeter
from .patience import until

_FIX = "/api/repairs/issues/fix"


async def remove_meters(api: HomeAssistantApi, meters: Iterable[DemoMeter]) -> None:
    """Remove meters, their statistics, and their sources on the Energy dashboard.

    Those that are not there are passed over.
    """
    eans = {meter.ean for meter in meters}
    async with api.websocket() as websocket:
        (entry,) = await websocket.command("config_entries/get", domain=DOMAIN)
        of_entry = {"entry_id": entry["entry_id"]}
        subentries = await websocket.command("config_entries/subentries/list", **of_entry)
        found = [one["subentry_id"] for one in subentries if one["unique_id"] in eans]
        if not found and await _are_gone(websocket, eans):
            return
        await _remove_sources(websocket, eans)
        for subentry_id in found:
            await websocket.command(
                "config_entries/subentries/delete", **of_entry, subentry_id=subentry_id
            )
        # They are asked about one by one, as soon as the entry is loaded anew.
        await until(lambda: _is_asked(websocket, eans), "Nothing asks about removed statistics")
        for issue in await _questions(websocket):
            form = await api.post(_FIX, {"handler": DOMAIN, "issue_id": issue})
            await api.post(f"{_FIX}/{form['flow_id']}", {"next_step_id": "delete"})
        await until(lambda: _are_gone(websocket, eans), "The statistics of removed meters stay")


async def _remove_sources(websocket: WebSocket, eans: set[str]) -> None:
    preferences = await websocket.command("energy/get_prefs")
    sources = preferences["energy_sources"]
    kept = [source for source in sources if not any(ean in str(source) for ean in eans)]
    if len(kept) < len(sources):
        await websocket.command("energy/save_prefs", energy_sources=kept)


async def _questions(websocket: WebSocket) -> list[str]:
    answer = await websocket.command("repairs/list_issues")
    return [
        issue["issue_id"]
        for issue in answer["issues"]
        if issue["domain"] == DOMAIN and issue["issue_id"].startswith("removed_")
    ]


async def _is_asked(websocket: WebSocket, eans: set[str]) -> bool:
    asked = " ".join(await _questions(websocket))
    left = await _statistics(websocket)
    return all(ean in asked or not any(ean in one for one in left) for ean in eans)


async def _are_gone(websocket: WebSocket, eans: set[str]) -> bool:
    left = await _statistics(websocket)
    return not any(ean in one for ean in eans for one in left)


async def _statistics(websocket: WebSocket) -> list[str]:
    listed = await websocket.command("recorder/list_statistic_ids", statistic_type="sum")
    return [str(one["statistic_id"]) for one in listed]
