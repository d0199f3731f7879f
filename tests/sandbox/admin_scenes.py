"""The admin endpoints that set a scene for an EAN, and change its mandates over time."""

from collections.abc import Awaitable, Callable
from typing import cast

from aiohttp import web

from .checks import Fields, json_fields
from .environments import ENVIRONMENTS, Environment
from .errors import MandatesNotFoundError, json_response
from .read_scenes import (
    add_correction,
    add_delay,
    add_repeat,
    read_mandate_change,
    set_installation,
    set_order,
)
from .scenes import SceneBook
from .state import State


class SceneAdmin:
    """The handlers for scenes below /admin."""

    def __init__(self, state: State) -> None:
        """Work on one sandbox's state."""
        self._state = state

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return every route."""
        return [
            web.post("/admin/corrections", self._telling(add_correction)),
            web.post("/admin/delays", self._telling(add_delay)),
            web.post("/admin/repeats", self._telling(add_repeat)),
            web.put("/admin/order", self._telling(set_order)),
            web.put("/admin/installations", self._telling(set_installation)),
            web.post("/admin/mandates/changes", self._change_mandate),
            web.delete("/admin/scenes", self._clear_scenes),
        ]

    def _telling(
        self, tell: Callable[[Fields, SceneBook], None]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            tell(await json_fields(request), self._state.scenes)
            return json_response({"status": "success"}, 201)

        return handle

    async def _change_mandate(self, request: web.Request) -> web.Response:
        change_mandate(await json_fields(request), self._state)
        return json_response({"status": "success"}, 201)

    async def _clear_scenes(self, _request: web.Request) -> web.Response:
        self._state.scenes.clear()
        return web.Response(status=204)


def change_mandate(fields: Fields, state: State) -> None:
    """Plan a change of the mandates of an EAN, reference and (if given) data service.

    Raises InvalidRequestError, and MandatesNotFoundError when there is no such mandate.
    """
    environment = fields.required_choice("environment", ENVIRONMENTS)
    ean = fields.required_ean("ean")
    reference = fields.required_reference("referenceNumber")
    service = fields.text("dataServiceType")
    change = read_mandate_change(fields, state.clock.now())
    store = state.mandates[cast("Environment", environment)]
    if not store.change(ean, reference, service, change):
        raise MandatesNotFoundError
