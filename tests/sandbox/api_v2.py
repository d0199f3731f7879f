"""The V2 API of one environment (OpenAPI esco-sbx v2), told in the names of V3.

V2 has no 404 but for mock mandates: no mandates are an empty list, and readings that no mandate
gives access to are a request that is not valid.
"""

from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web
from multidict import MultiMapping

from .api_v3 import ApiV3, mandate_filter
from .checks import Fields, json_fields, json_object
from .ean import energy_type_of
from .energy_v2 import meters
from .energy_v3 import EnergyQuery, headpoint
from .environments import Environment
from .errors import InvalidRequestError, MandatesNotFoundError, json_response
from .mandate import DATA_SERVICE_TYPES, Detail, Mandate
from .new_mandates import MANDATE_PROPERTIES, read_mock_mandate
from .short_url import create_short_url
from .state import State

_MANDATE_NAMES = {
    "ReferenceNumber": "referenceNumber",
    "EanNumber": "ean",
    "DataServiceType": "dataServiceTypes",
    "EnergyType": "energyType",
    "Status": "status",
    "MandateExpirationDate": "mandateExpirationDate",
    "RenewalStatus": "renewalStatus",
}
_ENERGY_NAMES = {
    "ReferenceNumber": "referenceNumber",
    "EanNumber": "ean",
    "DataServiceType": "granularity",
    "PeriodType": "periodType",
    "From": "from",
    "To": "to",
}
_MOCK_NAMES = {name: name for name in MANDATE_PROPERTIES - {"ean"}} | {"eanNumber": "ean"}
_REPEATED = "DataServiceType"
_SERVICES = {name: name for name in DATA_SERVICE_TYPES}
_GRANULARITIES = {"VH_dag": Detail.DAILY, "VH_kwartier_uur": Detail.FINE}


class _Translated(Fields):
    """The fields of a V2 request under their V3 names; what is wrong is told in V2's."""

    def __init__(self, values: Mapping[str, Any], names: Mapping[str, str]) -> None:
        """Take over the fields that V2 has and refuse the others."""
        super().__init__({names[name]: value for name, value in values.items() if name in names})
        self._names = names
        for name in sorted(values.keys() - names.keys()):
            super().refuse(f"'{name}' is not a known property.")

    def refuse(self, message: str) -> None:
        """Note something wrong."""
        for own, translated in self._names.items():
            message = message.replace(f"'{translated}'", f"'{own}'")
        super().refuse(message)


class ApiV2:
    """The handlers of one environment, next to its V3 API."""

    def __init__(self, state: State, environment: Environment, v3: ApiV3) -> None:
        """Answer from the same mandates and meters as V3."""
        self._state = state
        self._environment = environment
        self._mandates = state.mandates[environment]
        self._v3 = v3

    async def mandate(self, request: web.Request) -> web.Response:
        """GET Mandate."""
        self._v3.admit(request)
        fields = _query_fields(request.query, _MANDATE_NAMES, _SERVICES)
        found = self._mandates.find(mandate_filter(fields))
        return self._fetched({"mandates": [_wire(mandate) for mandate in found]})

    async def energy(self, request: web.Request) -> web.Response:
        """GET Mandate/energy; built in a thread because half a year of it takes a while."""
        self._v3.admit(request)
        fields = _query_fields(request.query, _ENERGY_NAMES, _GRANULARITIES)
        try:
            query = self._v3.energy_query(fields)
        except MandatesNotFoundError as error:
            raise InvalidRequestError(["No mandate gives access to these readings."]) from error
        return await self._state.in_thread(self._energy_answer(query))

    async def short_url(self, request: web.Request) -> web.Response:
        """POST shortUrlIdentifier."""
        self._v3.admit(request)
        fields = await json_fields(request)
        return _data(create_short_url(fields, self._state, self._environment))

    async def mock(self, request: web.Request) -> web.Response:
        """POST Mandate/mock; the guide has an energy type here, which the EAN already tells."""
        self._v3.admit(request)
        body = await json_object(request)
        energy_type = body.pop("energyType", None)
        fields = _Translated(body, _MOCK_NAMES)
        if energy_type not in {None, energy_type_of(str(body.get("eanNumber")))}:
            fields.refuse("'energyType' does not fit the EAN.")
        self._mandates.put(read_mock_mandate(fields, self._state.clock.now()))
        return _data({"status": "success"})

    def _energy_answer(self, query: EnergyQuery) -> Callable[[], web.Response]:
        return lambda: self._fetched(meters(headpoint(query)))

    def _fetched(self, data: dict[str, Any]) -> web.Response:
        return _data({"fetchTime": self._state.clock.now(), **data})


def _data(data: dict[str, Any]) -> web.Response:
    return json_response({"metaData": {"version": "2.0"}, "data": data})


def _wire(mandate: Mandate) -> dict[str, Any]:
    """Return the fields that an answer shows, in which the EAN has another name."""
    names = {"ean": "eanNumber"}
    return {names.get(name, name): value for name, value in mandate.wire().items()}


def _query_fields(
    query: MultiMapping[str], names: Mapping[str, str], services: Mapping[str, str]
) -> Fields:
    """Read a query, of which only the data service may be repeated; V3 has a list there."""
    wanted = query.getall(_REPEATED, [])
    known = [services[value] for value in wanted if value in services]
    values = {**query, _REPEATED: ",".join(known)}
    fields = _Translated(values, names)
    for value in wanted:
        if value not in services:
            fields.refuse(f"'{_REPEATED}' has an unknown value '{value}'.")
    for name in values:
        if name != _REPEATED and len(query.getall(name)) > 1:
            fields.refuse(f"'{name}' is given more than once.")
    return fields
