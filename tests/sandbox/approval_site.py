"""The grid users' page: every request that waits, with buttons to answer it."""

from aiohttp import web

from . import html
from .accounts import PROVIDER_NAME
from .approvals import UnknownConsentError, WaitingConsent, decide_consent, waiting_consents
from .consent_pages import connection_name, level_name, period_name
from .state import State

APPROVAL_PATH = "/verbruik/toestemming"
_DECISIONS = {"approve": True, "refuse": False}
_ENVIRONMENTS = {"sbx": "test", "live": "live"}


class ApprovalSite:
    """The handlers of the page; it takes the place of the mail or letter to each grid user."""

    def __init__(self, state: State) -> None:
        """Show one sandbox's requests."""
        self._state = state

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return every route."""
        return [
            web.get(APPROVAL_PATH, self._list),
            web.post(APPROVAL_PATH, self._answer),
        ]

    async def _list(self, _request: web.Request) -> web.Response:
        return self._page()

    async def _answer(self, request: web.Request) -> web.Response:
        form = await request.post()
        decision = _DECISIONS.get(str(form.get("decision")))
        if decision is None:
            return self._page("Kies goedkeuren of weigeren.", 400)
        try:
            decide_consent(self._state, str(form.get("consent")), approve=decision)
        except UnknownConsentError:
            return self._page("Deze aanvraag wacht niet meer op een antwoord.", 409)
        raise web.HTTPSeeOther(APPROVAL_PATH)

    def _page(self, error: str | None = None, status: int = 200) -> web.Response:
        consents = waiting_consents(self._state)
        intro = "Antwoord hier als netgebruiker." if consents else "Er wachten geen aanvragen."
        return html.page(
            "Aanvragen die op toestemming wachten",
            html.paragraph(error, "error") if error else "",
            html.paragraph(intro),
            *(_request(consent) for consent in consents),
            status=status,
        )


def _request(consent: WaitingConsent) -> str:
    connection = consent.connection
    name = connection_name(consent.ean, connection.place if connection else "")
    kind = "Hernieuwing" if consent.is_renewal else "Nieuwe toegang"
    return html.card(
        f"{kind}: {name}",
        consent.ean,
        f"{level_name(consent.data_service_type, consent.ean)}, "
        f"{period_name(consent.data_period_from, consent.data_period_to)}",
        f"Netgebruiker: {connection.grid_user if connection else 'niet gekend'}",
        f"{PROVIDER_NAME}, referentienummer {consent.reference_number} "
        f"({_ENVIRONMENTS[consent.environment]})",
        f"Antwoorden kan tot {html.local_moment(consent.until)}",
        below=html.form(
            APPROVAL_PATH,
            html.hidden("consent", consent.id),
            html.actions(
                html.button("Goedkeuren", "decision", "approve"),
                html.button("Weigeren", "decision", "refuse", kind="second"),
            ),
        ),
    )
