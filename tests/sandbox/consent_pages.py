"""The pages of the consent site, one function each."""

from collections.abc import Collection, Iterable
from datetime import datetime

from aiohttp import web

from . import html
from .accounts import PROVIDER_NAME
from .consent import DAILY, Option, Wish, counted, level_for, options
from .ean import energy_type_of
from .links import ConsentLink, DataService, LinkRequest, Outcome
from .localtime import BRUSSELS, oldest_readable
from .portal import Connection, PortalUser, users_for

BASE = "/verbruik/dienstverlener"
BACK = "Terug naar dienstverlener"
_KINDS = {"B2C": "particulier", "B2B": "organisatie"}
_LEVELS = {
    ("VH_dag", "E"): "Dagwaarden",
    ("VH_dag", "G"): "Dagwaarden",
    ("VH_kwartier_uur", "E"): "Kwartierwaarden",
    ("VH_kwartier_uur", "G"): "Uurwaarden",
}
_ENERGY = {"E": "Elektriciteit", "G": "Gas"}
_OUTCOMES = {
    Outcome.APPROVED: "Goedgekeurd: de dienstverlener heeft toegang.",
    Outcome.REQUESTED: "Aangevraagd: de netgebruiker krijgt een maand om te antwoorden.",
    Outcome.RENEWED: "Hernieuwd: de toegang geldt opnieuw drie jaar.",
    Outcome.RENEWAL_REQUESTED: "Hernieuwing aangevraagd: de netgebruiker moet ze goedkeuren.",
}


def step_of(name: str, link: ConsentLink) -> str:
    """Return the address of a step of a link."""
    return f"{BASE}/{name}?id={link.identifier}"


def start(link: ConsentLink, signed_in: PortalUser | None) -> web.Response:
    """Who asks what, and the way to log in."""
    request = link.request
    intro = f"{PROVIDER_NAME} vraagt toegang tot je meetgegevens."
    if signed_in is None:
        to_login = html.link("Aanmelden", step_of("aanmelden", link), kind="", identifier="login")
        note = ""
    else:
        to_login = html.form(
            step_of("aanmelden", link), html.button("Ga verder", "user", signed_in.key)
        )
        note = html.paragraph(f"Je bent al aangemeld als {signed_in.name}.", "note")
    return html.page(
        "Deel je meetgegevens",
        html.paragraph(intro),
        html.facts(
            [
                ("Dienstverlener", PROVIDER_NAME),
                ("Referentienummer", request.reference_number),
                ("Bestemd voor", _KINDS[request.flow]),
                ("Gevraagd", "; ".join(_service_name(found) for found in request.data_services)),
                ("Hoeveel", _number(request)),
                ("Link geldig tot", html.local_moment(link.valid_to)),
            ]
        ),
        note,
        html.actions(to_login, back(request.return_url_failed)),
    )


def login(link: ConsentLink, error: str | None = None) -> web.Response:
    """Whom to log in as."""
    buttons = (
        html.button(user.name, "user", user.key, _kind_line(user))
        for user in users_for(link.request)
    )
    return html.page(
        "Aanmelden",
        _error(error),
        html.paragraph("Kies met wie je je aanmeldt."),
        html.form(step_of("aanmelden", link), *buttons, kind="users"),
        html.actions(back(link.request.return_url_failed)),
        step=0,
        status=403 if error else 200,
    )


def choose(
    link: ConsentLink,
    user: PortalUser,
    session: str,
    connections: Collection[Connection],
    now: datetime,
    error: str | None = None,
) -> web.Response:
    """Which connections, at which level of detail, over which period."""
    offered = options(link.request)
    return html.page(
        "Kies wat je deelt",
        _error(error),
        html.paragraph(f"Aangemeld als {user.name}. {_number(link.request).capitalize()}."),
        html.form(
            f"{BASE}/kiezen",
            html.hidden("sessie", session),
            html.group(
                "Aansluitingen",
                *(_connection(found, user, offered, link.request) for found in connections),
            ),
            _levels(offered),
            _period(offered, now),
            html.actions('<button id="next">Volgende</button>'),
        ),
        step=1,
        status=400 if error else 200,
    )


def confirm(
    link: ConsentLink, user: PortalUser, session: str, wanted: Iterable[Wish]
) -> web.Response:
    """What is about to be shared, and the buttons that decide."""
    cards = (
        html.card(
            connection_name(wish.connection.ean, wish.connection.place),
            wish.connection.ean,
            f"{level_name(wish.level, wish.connection.ean)}, "
            f"{period_name(wish.data_period_from, wish.data_period_to)}",
            _consequence(wish.connection, user),
        )
        for wish in wanted
    )
    return html.page(
        "Bevestig je aanvraag",
        html.paragraph(
            f"{PROVIDER_NAME} krijgt deze meetgegevens onder referentienummer "
            f"{link.request.reference_number}. De toegang geldt drie jaar."
        ),
        *cards,
        html.form(
            f"{BASE}/bevestigen",
            html.hidden("sessie", session),
            html.actions(
                html.button("Bevestigen", "decision", "approve"),
                html.button("Annuleren", "decision", "refuse", kind="second"),
            ),
        ),
        step=2,
    )


def done(link: ConsentLink, places: dict[str, str]) -> web.Response:
    """What became of each connection."""
    cards = (
        html.card(
            connection_name(shared.ean, places.get(shared.ean, "")),
            shared.ean,
            level_name(shared.level, shared.ean),
            _OUTCOMES[shared.outcome],
        )
        for shared in link.shared
    )
    return html.page(
        "Je aanvraag is afgerond",
        *cards,
        html.actions(back(link.request.return_url_success, kind="")),
        step=3,
    )


def cancelled(link: ConsentLink) -> web.Response:
    """Nothing was shared."""
    return html.page(
        "Je aanvraag is geannuleerd",
        html.paragraph(
            "Er zijn geen meetgegevens gedeeld. Zolang de link geldig is, kan je opnieuw beginnen."
        ),
        html.actions(
            back(link.request.return_url_failed, kind=""),
            html.link("Opnieuw beginnen", f"{BASE}?id={link.identifier}"),
        ),
    )


def refusal(title: str, text: str, status: int) -> web.Response:
    """Why the customer cannot go on."""
    return html.page(title, html.paragraph(text, "error"), status=status)


def back(address: str | None, *, kind: str = "second") -> str:
    """Return the button to the provider, where there is one."""
    return html.link(BACK, address, kind=kind, identifier="back") if address else ""


def connection_name(ean: str, place: str) -> str:
    """Return what a connection is called: its energy and its place."""
    energy = _ENERGY[energy_type_of(ean)]
    return f"{energy}, {place}" if place else energy


def level_name(level: str, ean: str) -> str:
    """Return a level of detail in the words of an energy."""
    return _LEVELS.get((level, energy_type_of(ean)), level)


def period_name(start: datetime | None, end: datetime | None) -> str:
    """Return a period in words; `end` is exclusive."""
    since = f"vanaf {html.local_date(start)}" if start else "zonder begin"
    return f"{since} tot {html.local_date(end)}" if end else f"{since}, doorlopend"


def _error(error: str | None) -> str:
    return html.paragraph(error, "error") if error else ""


def _kind_line(user: PortalUser) -> str:
    kind = _KINDS[user.flow].capitalize()
    return (
        f"{kind}, ondernemingsnummer {user.enterprise_number}" if user.enterprise_number else kind
    )


def _number(request: LinkRequest) -> str:
    most = request.number_of_eans
    if not most:
        return "zoveel aansluitingen als je wil"
    return f"hoogstens {counted(most)}"


def _service_name(service: DataService) -> str:
    names = {
        "VH_dag": "dagwaarden",
        "VH_kwartier_uur": "kwartier- of uurwaarden",
        "VH_onbepaald": "dag-, kwartier- of uurwaarden naar keuze",
    }
    period = (
        "periode naar keuze"
        if service.is_open
        else period_name(service.data_period_from, service.data_period_to)
    )
    return f"{names[service.level]} ({period})"


def _connection(
    connection: Connection, user: PortalUser, offered: list[Option], request: LinkRequest
) -> str:
    can_share = any(level_for(connection, option, request) for option in offered)
    lines = [connection.ean]
    if not connection.is_of(user):
        lines.append(f"Netgebruiker: {connection.grid_user} (moet nog toestemmen)")
    if not connection.has_fine_readings:
        lines.append(
            "Alleen dagwaarden beschikbaar"
            if can_share
            else "Kwartier- of uurwaarden zijn niet geactiveerd"
        )
    return html.tick(
        "checkbox",
        "ean",
        connection.ean,
        connection_name(connection.ean, connection.place),
        *lines,
        is_off_limits=not can_share,
    )


def _levels(offered: list[Option]) -> str:
    if len(offered) == 1:
        return html.hidden("option", option_value(0, offered[0]))
    return html.group(
        "Niveau van detail",
        *(
            html.tick(
                "radio",
                "option",
                option_value(index, option),
                "Dagwaarden" if option.level == DAILY else "Kwartierwaarden (gas: uurwaarden)",
                "Periode naar keuze"
                if option.service.is_open
                else period_name(option.service.data_period_from, option.service.data_period_to),
                is_on=index == 0,
            )
            for index, option in enumerate(offered)
        ),
    )


def option_value(index: int, option: Option) -> str:
    """Return what the form sends for an option: its place in the list, and its level."""
    return f"{index}-{option.level}"


def _period(offered: list[Option], now: datetime) -> str:
    if not any(option.service.is_open for option in offered):
        return ""
    first = oldest_readable(now).astimezone(BRUSSELS).date().isoformat()
    today = now.astimezone(BRUSSELS).date().isoformat()
    return html.group(
        "Periode",
        '<div class="dates">',
        html.day_field("from", "Vanaf", first, first, today),
        html.day_field("to", "Tot en met (leeg: doorlopend)", "", first),
        "</div>",
    )


def _consequence(connection: Connection, user: PortalUser) -> str:
    if connection.is_of(user):
        return "Je bent de netgebruiker: de toegang gaat meteen in."
    return f"{connection.grid_user} moet als netgebruiker toestemmen, binnen de maand."
