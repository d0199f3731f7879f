"""The sandbox's HTTP server."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from aiohttp import web
from multidict import MultiMapping

from .accounts import TENANT_ID
from .admin import Admin, approved_mandates
from .api_v2 import ApiV2
from .api_v3 import ApiV3
from .approval_site import APPROVAL_PATH, ApprovalSite
from .checks import Fields
from .clock import Clock
from .consent_pages import BASE as CONSENT_PATH
from .consent_site import ConsentSite
from .environments import ENVIRONMENTS, Environment
from .errors import ApiError, GatewayError, TokenError, json_response
from .faults import misbehave, read_fault
from .localtime import seconds, to_wire
from .new_mandates import read_mandate
from .stage import Stage
from .state import State
from .totals import totals, totals_query

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_NO_BODY_LIMIT = 1 << 20


class Sandbox(Stage):
    """A local Fluvius: both environments in V2 and V3, the token endpoint and the admin endpoints.

    `async with Sandbox() as sandbox:` serves on a free port of 127.0.0.1 until the block ends.
    `now` gives the server's time (aware datetimes); without it, it is the real time.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime] | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        """Prepare a server; port 0 takes a free one."""
        self.clock = Clock(now)
        super().__init__(State(self.clock))
        self._host = host
        self._port = port
        self._runner = web.AppRunner(
            _application(self.state),
            access_log=None,
            handler_cancellation=True,
            shutdown_timeout=0.1,
        )

    async def __aenter__(self) -> Self:
        """Start serving."""
        await self.start()
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """Stop serving."""
        await self.stop()

    async def start(self) -> None:
        """Start serving in the running loop."""
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close every connection at once."""
        await self._runner.cleanup()
        self.state.close()

    @property
    def url(self) -> str:
        """The server's address."""
        return f"http://{self._host}:{self._port}"

    @property
    def api_url(self) -> str:
        """The base of the sandbox environment's V3 API."""
        return f"{self.url}/esco-sbx/v3"

    @property
    def live_api_url(self) -> str:
        """The base of the live environment's V3 API."""
        return f"{self.url}/esco-live/v3"

    @property
    def api_url_v2(self) -> str:
        """The base of the sandbox environment's V2 API."""
        return f"{self.url}/esco-sbx"

    @property
    def live_api_url_v2(self) -> str:
        """The base of the live environment's V2 API."""
        return f"{self.url}/esco-live"

    @property
    def token_url(self) -> str:
        """The token endpoint of the known tenant."""
        return f"{self.url}/{TENANT_ID}/oauth2/v2.0/token"

    @property
    def consent_url(self) -> str:
        """The page that customers are sent to; a link's identifier is its query `id`."""
        return f"{self.url}{CONSENT_PATH}"

    @property
    def approval_url(self) -> str:
        """The page where grid users answer what others asked of them."""
        return f"{self.url}{APPROVAL_PATH}"

    @property
    def counts(self) -> dict[str, int]:
        """How many requests each endpoint got."""
        return self.state.journal.counts()

    def register_certificate(self, certificate: bytes | str) -> str:
        """Register a PEM or DER certificate; returns its thumbprint."""
        data = certificate.encode() if isinstance(certificate, str) else certificate
        return self.state.certificates.add(data)

    def add_mandate(
        self,
        ean: str,
        *,
        data_period_from: datetime,
        data_period_to: datetime | None = None,
        data_service_type: str = "VH_kwartier_uur",
        reference_number: str = "REF-1",
        environment: Environment = "sbx",
        **others: str | datetime,
    ) -> None:
        """Add a mandate; `others` are further fields by their names on the wire."""
        values = {
            "ean": ean,
            "referenceNumber": reference_number,
            "dataServiceType": data_service_type,
            "dataPeriodFrom": data_period_from,
            "dataPeriodTo": data_period_to,
        } | others
        wire = {
            name: to_wire(value) if isinstance(value, datetime) else value
            for name, value in values.items()
        }
        mandate = read_mandate(Fields(wire), self.clock.now())
        self.state.mandates[environment].put(mandate)

    def add_fault(self, endpoint: str, kind: str, **others: float) -> None:
        """Plan a fault; `others` are times, skip, status, retryAfter, seconds."""
        values: dict[str, Any] = {"endpoint": endpoint, "kind": kind}
        self.state.faults.add(read_fault(Fields(values | others)))

    def totals(
        self,
        ean: str,
        start: datetime | None = None,
        end: datetime | None = None,
        *,
        by_day: bool = False,
    ) -> dict[str, dict[str, float]]:
        """Return what each series of a meter adds up to, as /admin/totals does."""
        now = seconds(self.clock.now())
        query = totals_query(
            ean,
            approved_mandates(self.state, ean),
            self.state.scenes.around(ean),
            start=seconds(start) if start else 0,
            end=seconds(end) if end else now,
            now=now,
            by_day=by_day,
        )
        return totals(query)


def _application(state: State) -> web.Application:
    application = web.Application(middlewares=[_errors], client_max_size=_NO_BODY_LIMIT)
    application.add_routes(Admin(state).routes())
    application.add_routes(ConsentSite(state).routes())
    application.add_routes(ApprovalSite(state).routes())
    application.router.add_post(
        "/{tenant}/oauth2/v2.0/token", _observed(state, "token", _token_handler(state))
    )
    for environment in ENVIRONMENTS:
        _add_api(application, state, environment)
    return application


def _add_api(application: web.Application, state: State, environment: Environment) -> None:
    v3 = ApiV3(state, environment)
    v2 = ApiV2(state, environment, v3)
    base = f"/esco-{environment}"
    _add_version(application, state, v3, f"{base}/v3/api", "mandate")
    _add_version(application, state, v2, f"{base}/api/v2.0", "Mandate")
    if environment == "sbx":
        router = application.router
        router.add_post(f"{base}/v3/api/mandate/mock", _observed(state, "mock", v3.mock))
        router.add_post(f"{base}/api/v2.0/Mandate/mock", _observed(state, "mock", v2.mock))


def _add_version(
    application: web.Application, state: State, api: ApiV2 | ApiV3, base: str, mandate: str
) -> None:
    """Serve what a version has in both environments; `mandate` is how it spells the word."""
    router = application.router
    router.add_get(f"{base}/{mandate}", _observed(state, "mandate", api.mandate), allow_head=False)
    router.add_get(
        f"{base}/{mandate}/energy", _observed(state, "energy", api.energy), allow_head=False
    )
    router.add_post(f"{base}/shortUrlIdentifier", _observed(state, "shortUrl", api.short_url))


def _token_handler(state: State) -> Handler:
    async def token(request: web.Request) -> web.StreamResponse:
        form = await request.post()
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        response = json_response(state.tokens.issue(request.match_info["tenant"], fields))
        response.headers["Cache-Control"] = "no-store, no-cache"
        return response

    return token


def _observed(state: State, endpoint: str, handler: Handler) -> Handler:
    """Note every request in the journal, and let the next fault have its way with it."""

    async def observe(request: web.Request) -> web.StreamResponse:
        entry = state.journal.open(endpoint, request.method, _journalled(request.query))
        fault = state.faults.take(endpoint)
        if fault is None:
            response = await _answered(handler, request)
        else:
            response = await misbehave(
                fault, endpoint, request, lambda: _answered(handler, request)
            )
        if fault is None or fault.kind != "drop":
            entry.status = response.status
        return response

    return observe


def _journalled(query: MultiMapping[str]) -> dict[str, str]:
    """Return the parameters of a request; the values of a repeated one are joined."""
    return {name: ",".join(query.getall(name)) for name in query}


async def _answered(handler: Handler, request: web.Request) -> web.StreamResponse:
    """Return a handler's answer, or that of the error it raised."""
    try:
        return await handler(request)
    except (ApiError, GatewayError, TokenError) as error:
        return json_response(error.body(), error.status)


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer unknown addresses as API Management does, and the admin endpoints' own errors."""
    try:
        return await _answered(handler, request)
    except web.HTTPNotFound, web.HTTPMethodNotAllowed:
        return json_response(GatewayError(404, "Resource not found").body(), 404)
