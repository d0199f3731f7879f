"""The V3 API of one environment (OpenAPI esco-live v3 and esco-sbx v3)."""

from collections.abc import Callable
from datetime import timedelta

from aiohttp import web

from .accounts import SUBSCRIPTION_KEY
from .checks import Fields, json_fields
from .ean import energy_type_of
from .energy_v3 import EnergyQuery, Periods, headpoint
from .environments import Environment
from .errors import GatewayError, MandatesNotFoundError, json_response
from .localtime import oldest_readable, seconds
from .mandate import (
    DATA_SERVICE_TYPES,
    RENEWAL_STATUSES,
    STATUSES,
    Detail,
    Mandate,
    known_until,
    readable_periods,
)
from .mandates import MandateFilter
from .new_mandates import read_mock_mandate
from .short_url import create_short_url
from .state import State

LONGEST_PERIOD = timedelta(days=185)


class ApiV3:
    """The handlers of one environment; every one checks the key and the token first."""

    def __init__(self, state: State, environment: Environment) -> None:
        """Answer from one environment's mandates."""
        self._state = state
        self._environment = environment
        self._mandates = state.mandates[environment]

    async def mandate(self, request: web.Request) -> web.Response:
        """GET mandate."""
        self.admit(request)
        found = self._mandates.find(mandate_filter(Fields(request.query)))
        if not found:
            raise MandatesNotFoundError
        return self._data({"mandates": [mandate.wire() for mandate in found]})

    async def energy(self, request: web.Request) -> web.Response:
        """GET mandate/energy; built in a thread because half a year of it takes a while."""
        self.admit(request)
        query = self.energy_query(Fields(request.query))
        return await self._state.in_thread(self._energy_answer(query))

    async def short_url(self, request: web.Request) -> web.Response:
        """POST shortUrlIdentifier."""
        self.admit(request)
        fields = await json_fields(request)
        return self._data(create_short_url(fields, self._state, self._environment))

    async def mock(self, request: web.Request) -> web.Response:
        """POST mandate/mock."""
        self.admit(request)
        fields = await json_fields(request)
        self._mandates.put(read_mock_mandate(fields, self._state.clock.now()))
        return self._data({"status": "success"})

    def admit(self, request: web.Request) -> None:
        """Check the subscription key and the token."""
        key = request.headers.get("Ocp-Apim-Subscription-Key")
        if not key:
            raise GatewayError(
                401,
                "Access denied due to missing subscription key. Make sure to include "
                "subscription key when making requests to an API.",
            )
        if key != SUBSCRIPTION_KEY:
            raise GatewayError(
                401,
                "Access denied due to invalid subscription key. Make sure to provide a valid "
                "key for an active subscription.",
            )
        self._state.tokens.check(request.headers.get("Authorization"))

    def _data(self, data: object) -> web.Response:
        return json_response({"_meta": {"fetchTime": self._state.clock.now()}, "data": data})

    def _energy_answer(self, query: EnergyQuery) -> Callable[[], web.Response]:
        return lambda: self._data({"headpoint": headpoint(query)})

    def energy_query(self, fields: Fields) -> EnergyQuery:
        """Read an energy request; raises InvalidRequestError or MandatesNotFoundError."""
        ean = fields.required_ean("ean")
        period_type = fields.required_choice("periodType", ("readTime", "insertTime"))
        details = fields.choices("granularity", tuple(Detail))
        kinds = fields.choices("complexEnergyTypes", ("active", "reactive"))
        start, end = self._requested_period(fields)
        by_arrival = period_type == "insertTime"
        mandates = self._mandates.find(
            MandateFilter(
                ean=ean, reference_number=fields.text("referenceNumber"), status="Approved"
            )
        )
        periods = _covered(mandates, details, None if by_arrival else (start, end))
        if not periods:
            raise MandatesNotFoundError
        return EnergyQuery(
            ean=ean,
            energy_type=mandates[0].energy_type if mandates else energy_type_of(ean),
            start=start,
            end=end,
            by_arrival=by_arrival,
            active=not kinds or "active" in kinds,
            reactive=not kinds or "reactive" in kinds,
            periods=periods,
            now=known_until(mandates, seconds(self._state.clock.now())),
            scene=self._state.scenes.of(ean),
        )

    def _requested_period(self, fields: Fields) -> tuple[int, int]:
        """Return the requested period, once the whole request was found valid."""
        start = fields.required_instant("from")
        end = fields.required_instant("to")
        if start is not None and end is not None:
            if start >= end:
                fields.refuse("'to' must be after 'from'.")
            if end - start > LONGEST_PERIOD:
                fields.refuse("The period must not be longer than 185 days.")
        if start is not None and start < oldest_readable(self._state.clock.now()):
            fields.refuse("'from' must not be more than three years ago.")
        fields.finish()
        assert start is not None
        assert end is not None
        return seconds(start), seconds(end)


def _covered(
    mandates: list[Mandate], asked: frozenset[str], period: tuple[int, int] | None
) -> dict[Detail, Periods]:
    """Return the readable periods of each granularity that was asked for and can be had.

    With a period, only granularities that are readable in some part of it.
    """
    covered = {}
    for detail in Detail:
        if asked and detail not in asked:
            continue
        periods = readable_periods(mandates, detail)
        if period is not None:
            periods = [(a, b) for a, b in periods if a < period[1] and period[0] < b]
        if periods:
            covered[detail] = periods
    return covered


def mandate_filter(fields: Fields) -> MandateFilter:
    """Read what a list of mandates is narrowed to; raises InvalidRequestError."""
    wanted = MandateFilter(
        reference_number=fields.text("referenceNumber"),
        ean=fields.ean("ean"),
        data_service_types=fields.choices("dataServiceTypes", DATA_SERVICE_TYPES),
        energy_type=fields.choice("energyType", ("E", "G")),
        status=fields.choice("status", STATUSES),
        expires=fields.instant("mandateExpirationDate"),
        renewal_status=fields.choice("renewalStatus", RENEWAL_STATUSES),
        updated_from=fields.instant("lastUpdatedFrom"),
        updated_to=fields.instant("lastUpdatedTo"),
    )
    fields.finish()
    return wanted
