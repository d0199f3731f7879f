"""The board of a household, as it stands in the README."""

from .api import WebSocket
from .board_check import CARD, all_cards, shown
from .meters import METERS
from .places import Visit

_URL_PATH = "fluvius-board"


async def show_board(visit: Visit) -> None:
    """Open a dashboard of the board, at the meter with quarter-hours."""
    meter = METERS[0]
    async with visit.home.api.websocket() as websocket:
        await _ensure_board(websocket)
    await visit.goto(f"/{_URL_PATH}")
    picker = visit.page.locator(f"{CARD}-meter-picker")
    await picker.get_by_role("button").filter(has_text=meter.last_digits).click()
    for name in all_cards(meter):
        await shown(visit.page, name, meter)


async def _ensure_board(websocket: WebSocket) -> None:
    boards = await websocket.command("lovelace/dashboards/list")
    if any(board["url_path"] == _URL_PATH for board in boards):
        return
    await websocket.command(
        "lovelace/dashboards/create",
        url_path=_URL_PATH,
        title="Fluvius",
        icon="mdi:transmission-tower",
        show_in_sidebar=True,
        require_admin=False,
        mode="storage",
    )
    await websocket.command(
        "lovelace/config/save",
        url_path=_URL_PATH,
        config={"strategy": {"type": "custom:fluvius-esco"}},
    )
