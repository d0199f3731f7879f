"""The admin endpoints that answer for the grid users."""

from dataclasses import asdict
from typing import Any

from aiohttp import web

from .approvals import UnknownConsentError, WaitingConsent, decide_consent, waiting_consents
from .checks import json_fields
from .errors import MandatesNotFoundError, json_response
from .state import State

_NAMES = {
    "id": "id",
    "environment": "environment",
    "reference_number": "referenceNumber",
    "ean": "ean",
    "data_service_type": "dataServiceType",
    "is_renewal": "isRenewal",
    "data_period_from": "dataPeriodFrom",
    "data_period_to": "dataPeriodTo",
    "until": "until",
}


class ConsentAdmin:
    """The handlers for waiting requests below /admin."""

    def __init__(self, state: State) -> None:
        """Work on one sandbox's state."""
        self._state = state

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return every route."""
        return [
            web.get("/admin/consents", self._list),
            web.post("/admin/consents/{id}", self._decide),
        ]

    async def _list(self, _request: web.Request) -> web.Response:
        return json_response(
            {"consents": [_wire(consent) for consent in waiting_consents(self._state)]}
        )

    async def _decide(self, request: web.Request) -> web.Response:
        fields = await json_fields(request)
        fields.only({"decision"})
        decision = fields.required_choice("decision", ("approve", "refuse"))
        fields.finish()
        try:
            decide_consent(self._state, request.match_info["id"], approve=decision == "approve")
        except UnknownConsentError as error:
            raise MandatesNotFoundError from error
        return json_response({"status": "success"})


def _wire(consent: WaitingConsent) -> dict[str, Any]:
    fields = asdict(consent)
    grid_user = consent.connection.grid_user if consent.connection else None
    return {wire: fields[name] for name, wire in _NAMES.items()} | {"gridUser": grid_user}
