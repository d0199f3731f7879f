"""The consent site: from a link to mandates, in plain forms (guide: the customer's steps)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
import secrets

from aiohttp import web
from multidict import MultiMapping

from . import consent_pages as pages
from .consent import (
    Answers,
    ChoiceError,
    ForeignReferenceError,
    Option,
    Wish,
    finish,
    options,
    wishes,
)
from .links import ConsentLink
from .portal import PortalUser, signed_in, user_of
from .state import State


class RefusedError(Exception):
    """The customer cannot go on; says what the page says."""

    def __init__(self, title: str, text: str, status: int) -> None:
        """Keep what the page says."""
        super().__init__(text)
        self.title = title
        self.status = status


@dataclass(slots=True)
class Visit:
    """A customer who logged in on a link, and what was chosen so far."""

    link: ConsentLink
    user: PortalUser
    wanted: tuple[Wish, ...] = ()


class ConsentSite:
    """The handlers below the address that a provider sends its customers to.

    A visit is known by a field of its forms, so that no cookie is needed.
    """

    def __init__(self, state: State) -> None:
        """Start without visits."""
        self._state = state
        self._visits: dict[str, Visit] = {}

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return every route."""
        return [
            web.get(pages.BASE, _answering(self._start)),
            web.get(f"{pages.BASE}/aanmelden", _answering(self._login)),
            web.post(f"{pages.BASE}/aanmelden", _answering(self._log_in)),
            web.get(f"{pages.BASE}/kiezen", _answering(self._choose)),
            web.post(f"{pages.BASE}/kiezen", _answering(self._chosen)),
            web.get(f"{pages.BASE}/bevestigen", _answering(self._confirm)),
            web.post(f"{pages.BASE}/bevestigen", _answering(self._decide)),
            web.get(f"{pages.BASE}/klaar", _answering(self._done)),
            web.get(f"{pages.BASE}/geannuleerd", _answering(self._cancelled)),
        ]

    async def _start(self, request: web.Request) -> web.Response:
        link = self._valid_link(request)
        return pages.start(link, signed_in(link.request))

    async def _login(self, request: web.Request) -> web.Response:
        return pages.login(self._valid_link(request))

    async def _log_in(self, request: web.Request) -> web.Response:
        link = self._valid_link(request)
        user = user_of(_text(await request.post(), "user"))
        if user is None:
            return pages.login(link, "Deze gebruiker is niet gekend.")
        if user.flow != link.request.flow:
            wanted = "particulier" if link.request.flow == "B2C" else "organisatie"
            return pages.login(
                link, f"Deze aanvraag is voor een {wanted}. Meld je aan als {wanted}."
            )
        session = secrets.token_urlsafe(16)
        self._visits[session] = Visit(link, user)
        raise web.HTTPSeeOther(f"{pages.BASE}/kiezen?sessie={session}")

    async def _choose(self, request: web.Request) -> web.Response:
        session, visit = self._visit(request.query)
        return self._choose_page(session, visit)

    async def _chosen(self, request: web.Request) -> web.Response:
        form = await request.post()
        session, visit = self._visit(form)
        try:
            visit.wanted = wishes(
                visit.link,
                self._state.portal.seen_by(visit.user),
                _answers(form, options(visit.link.request)),
                self._state.clock.now(),
            )
        except ChoiceError as error:
            return self._choose_page(session, visit, str(error))
        raise web.HTTPSeeOther(f"{pages.BASE}/bevestigen?sessie={session}")

    async def _confirm(self, request: web.Request) -> web.Response:
        session, visit = self._visit(request.query)
        if not visit.wanted:
            raise web.HTTPSeeOther(f"{pages.BASE}/kiezen?sessie={session}")
        return pages.confirm(visit.link, visit.user, session, visit.wanted)

    async def _decide(self, request: web.Request) -> web.Response:
        form = await request.post()
        session, visit = self._visit(form)
        if _text(form, "decision") == "refuse":
            raise web.HTTPSeeOther(pages.step_of("geannuleerd", visit.link))
        if not visit.wanted:
            return self._choose_page(session, visit, "Kies eerst wat je deelt.")
        try:
            finish(self._state, visit.link, visit.user, visit.wanted)
        except ForeignReferenceError:
            raise RefusedError(
                "Deze aanvraag kan niet",
                f"Het referentienummer {visit.link.request.reference_number} hoort al bij een "
                "andere klant. Vraag je dienstverlener een nieuwe link.",
                409,
            ) from None
        raise web.HTTPSeeOther(pages.step_of("klaar", visit.link))

    async def _done(self, request: web.Request) -> web.Response:
        link = self._link(request)
        if not link.shared:
            raise web.HTTPSeeOther(f"{pages.BASE}?id={link.identifier}")
        return self._done_page(link)

    async def _cancelled(self, request: web.Request) -> web.Response:
        return pages.cancelled(self._link(request))

    def _choose_page(self, session: str, visit: Visit, error: str | None = None) -> web.Response:
        return pages.choose(
            visit.link,
            visit.user,
            session,
            self._state.portal.seen_by(visit.user),
            self._state.clock.now(),
            error,
        )

    def _done_page(self, link: ConsentLink) -> web.Response:
        found = (self._state.portal.connection(shared.ean) for shared in link.shared)
        return pages.done(link, {one.ean: one.place for one in found if one is not None})

    def _link(self, request: web.Request) -> ConsentLink:
        link = self._state.links.find(request.query.get("id", ""))
        if link is None:
            raise RefusedError(
                "Deze link is niet gekend",
                "Kijk na of de link volledig is, of vraag je dienstverlener een nieuwe.",
                404,
            )
        return link

    def _valid_link(self, request: web.Request) -> ConsentLink:
        """Return a link that can still be finished; a finished one leads to what became of it."""
        link = self._link(request)
        self._check(link)
        return link

    def _check(self, link: ConsentLink) -> None:
        if link.shared:
            raise web.HTTPSeeOther(pages.step_of("klaar", link))
        if self._state.links.is_expired(link):
            raise RefusedError(
                "Deze link is vervallen",
                "Een link is 24 uur geldig. Vraag je dienstverlener een nieuwe.",
                410,
            )

    def _visit(self, values: MultiMapping[object]) -> tuple[str, Visit]:
        session = _text(values, "sessie")
        visit = self._visits.get(session)
        if visit is None:
            raise RefusedError(
                "Je bent niet aangemeld", "Begin opnieuw met de link van je dienstverlener.", 403
            )
        self._check(visit.link)
        return session, visit


def _answering(
    handler: Callable[[web.Request], Awaitable[web.Response]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Let a handler refuse with a page, and lead on to the next."""

    async def answer(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except RefusedError as error:
            return pages.refusal(error.title, str(error), error.status)

    return answer


def _text(values: MultiMapping[object], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _answers(form: MultiMapping[object], offered: list[Option]) -> Answers:
    """Read what the customer filled in; raises ChoiceError."""
    known = {pages.option_value(index, option): option for index, option in enumerate(offered)}
    option = known.get(_text(form, "option"))
    if option is None:
        raise ChoiceError("Kies een niveau van detail.")
    return Answers(
        eans=[str(ean) for ean in form.getall("ean", [])],
        option=option,
        start=_day(form, "from"),
        end=_day(form, "to"),
    )


def _day(form: MultiMapping[object], name: str) -> date | None:
    text = _text(form, name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ChoiceError("Een datum moet eruitzien als JJJJ-MM-DD.") from None
