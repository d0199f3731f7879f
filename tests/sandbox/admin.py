"""The admin endpoints: how tests and the demo set the scene and look behind it; open to all."""

from typing import cast

from aiohttp import web

from .accounts import UnusableCertificateError
from .admin_consents import ConsentAdmin
from .admin_scenes import SceneAdmin
from .checks import Fields, json_fields
from .environments import ENVIRONMENTS, Environment
from .errors import InvalidRequestError, MandatesNotFoundError, json_response
from .faults import read_fault
from .localtime import seconds
from .mandate import Mandate
from .mandates import MandateFilter
from .new_mandates import MANDATE_PROPERTIES, read_mandate
from .state import State
from .totals import totals, totals_query

_FAR_PAST = -(1 << 40)


class Admin:
    """The handlers below /admin."""

    def __init__(self, state: State) -> None:
        """Work on one sandbox's state."""
        self._state = state

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return every admin route."""
        return [
            web.get("/admin/certificates", self._list_certificates),
            web.post("/admin/certificates", self._add_certificate),
            web.delete("/admin/certificates", self._clear_certificates),
            web.get("/admin/clock", self._show_clock),
            web.put("/admin/clock", self._set_clock),
            web.post("/admin/mandates", self._add_mandate),
            web.delete("/admin/mandates", self._clear_mandates),
            web.get("/admin/faults", self._list_faults),
            web.post("/admin/faults", self._add_fault),
            web.delete("/admin/faults", self._clear_faults),
            web.get("/admin/requests", self._list_requests),
            web.delete("/admin/requests", self._clear_requests),
            web.get("/admin/totals/{ean}", self._totals),
            *SceneAdmin(self._state).routes(),
            *ConsentAdmin(self._state).routes(),
        ]

    async def _list_certificates(self, _request: web.Request) -> web.Response:
        return json_response({"thumbprints": self._state.certificates.thumbprints()})

    async def _add_certificate(self, request: web.Request) -> web.Response:
        try:
            thumbprint = self._state.certificates.add(await request.read())
        except UnusableCertificateError as error:
            raise InvalidRequestError([str(error)]) from error
        return json_response({"thumbprint": thumbprint}, 201)

    async def _clear_certificates(self, _request: web.Request) -> web.Response:
        self._state.certificates.clear()
        return web.Response(status=204)

    async def _show_clock(self, _request: web.Request) -> web.Response:
        return json_response({"now": self._state.clock.now()})

    async def _set_clock(self, request: web.Request) -> web.Response:
        fields = await json_fields(request)
        fields.only({"now"})
        moment = fields.instant("now")
        fields.finish()
        self._state.clock.set(moment)
        return json_response({"now": self._state.clock.now()})

    async def _add_mandate(self, request: web.Request) -> web.Response:
        fields = await json_fields(request)
        fields.only(MANDATE_PROPERTIES | {"environment", "energyType"})
        wanted = fields.required_choice("environment", ENVIRONMENTS)
        mandate = read_mandate(fields, self._state.clock.now())
        self._state.mandates[cast("Environment", wanted)].put(mandate)
        return json_response({"status": "success"}, 201)

    async def _clear_mandates(self, _request: web.Request) -> web.Response:
        for store in self._state.mandates.values():
            store.clear()
        return web.Response(status=204)

    async def _list_faults(self, _request: web.Request) -> web.Response:
        return json_response({"faults": self._state.faults.left()})

    async def _add_fault(self, request: web.Request) -> web.Response:
        self._state.faults.add(read_fault(await json_fields(request)))
        return json_response({"faults": self._state.faults.left()}, 201)

    async def _clear_faults(self, _request: web.Request) -> web.Response:
        self._state.faults.clear()
        return web.Response(status=204)

    async def _list_requests(self, _request: web.Request) -> web.Response:
        journal = self._state.journal
        entries = [entry.wire() for entry in journal.entries]
        return json_response({"counts": journal.counts(), "requests": entries})

    async def _clear_requests(self, _request: web.Request) -> web.Response:
        self._state.journal.clear()
        return web.Response(status=204)

    async def _totals(self, request: web.Request) -> web.Response:
        fields = Fields(request.query)
        start = fields.instant("from")
        end = fields.instant("to")
        unit = fields.choice("unit", ("month", "day"))
        fields.finish()
        now = seconds(self._state.clock.now())
        query = totals_query(
            request.match_info["ean"],
            approved_mandates(self._state, request.match_info["ean"]),
            self._state.scenes.around(request.match_info["ean"]),
            start=seconds(start) if start else _FAR_PAST,
            end=seconds(end) if end else now,
            now=now,
            by_day=unit == "day",
        )
        sums = await self._state.in_thread(lambda: totals(query))
        return json_response({"ean": query.ean, "months": sums})


def approved_mandates(state: State, ean: str) -> list[Mandate]:
    """Return the approved mandates of an EAN, or its headpoint's, in both environments.

    Raises MandatesNotFoundError when there are none.
    """
    approved = MandateFilter(ean=state.scenes.headpoint_of(ean), status="Approved")
    found = [mandate for store in state.mandates.values() for mandate in store.find(approved)]
    if not found:
        raise MandatesNotFoundError
    return found
