"""What a customer can choose on the consent page, and what finishing it makes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from .ean import energy_type_of
from .links import ConsentLink, DataService, LinkRequest, Outcome, Shared
from .localtime import BRUSSELS, ONE_DAY, local_instant, oldest_readable, utc
from .mandate import Mandate
from .mandate_life import is_waiting, valid_until
from .mandates import MandateChange, MandateStore
from .portal import Connection, PortalUser
from .state import State

DAILY = "VH_dag"
FINE = "VH_kwartier_uur"
_LEVELS = {"VH_onbepaald": (DAILY, FINE)}


class ChoiceError(ValueError):
    """What the customer chose cannot be had; says why, in the customer's words."""


class ForeignReferenceError(Exception):
    """The reference number belongs to another customer."""


@dataclass(frozen=True, slots=True)
class Option:
    """A level of detail that the customer can pick, and the data service that offers it."""

    level: str
    service: DataService


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the customer filled in; `start` and `end` are local days, `end` is the last one."""

    eans: Collection[str]
    option: Option
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a customer is about to share of one connection; `data_period_to` is exclusive."""

    connection: Connection
    level: str
    data_period_from: datetime
    data_period_to: datetime | None


def options(request: LinkRequest) -> list[Option]:
    """Return the levels of detail that a link leaves to choose from, in its own order."""
    return [
        Option(level, service)
        for service in request.data_services
        for level in _LEVELS.get(service.level, (service.level,))
    ]


def level_for(connection: Connection, option: Option, request: LinkRequest) -> Option | None:
    """Return what a connection can share when an option is picked; None when it has nothing.

    A connection without quarter-hours shares days instead, if the link leaves that choice.
    """
    if option.level == DAILY or connection.has_fine_readings:
        return option
    daily = [other for other in options(request) if other.level == DAILY]
    same_service = [other for other in daily if other.service is option.service]
    return next(iter(same_service or daily), None)


def wishes(
    link: ConsentLink, visible: Collection[Connection], answers: Answers, now: datetime
) -> tuple[Wish, ...]:
    """Return what a customer is about to share, or raise ChoiceError."""
    chosen = [connection for connection in visible if connection.ean in answers.eans]
    if not chosen or len(chosen) != len({*answers.eans}):
        raise ChoiceError("Kies minstens één aansluiting uit de lijst.")
    most = link.request.number_of_eans
    if most and len(chosen) > most:
        raise ChoiceError(f"Je kan hoogstens {counted(most)} kiezen.")
    return tuple(_wish(link, connection, answers, now) for connection in chosen)


def counted(number: int) -> str:
    """Return a number of connections in words."""
    return "1 aansluiting" if number == 1 else f"{number} aansluitingen"


def _wish(link: ConsentLink, connection: Connection, answers: Answers, now: datetime) -> Wish:
    option = level_for(connection, answers.option, link.request)
    if option is None:
        raise ChoiceError(
            f"Voor {connection.ean} zijn geen kwartier- of uurwaarden geactiveerd. "
            "Deze dienstverlener vraagt geen dagwaarden."
        )
    start, end = _period(option.service, answers, now)
    return Wish(
        connection=connection, level=option.level, data_period_from=start, data_period_to=end
    )


def _period(
    service: DataService, answers: Answers, now: datetime
) -> tuple[datetime, datetime | None]:
    """Return the period of a data service; the customer chooses it if neither date is given."""
    if not service.is_open:
        return service.data_period_from or oldest_readable(now), service.data_period_to
    first = oldest_readable(now).astimezone(BRUSSELS).date()
    start = answers.start or first
    if start < first:
        raise ChoiceError("De periode mag hoogstens drie jaar geleden beginnen.")
    if start > now.astimezone(BRUSSELS).date():
        raise ChoiceError("De periode mag niet in de toekomst beginnen.")
    if answers.end is not None and answers.end < start:
        raise ChoiceError("De periode moet eindigen na het begin.")
    return utc(local_instant(start)), _day_after(answers.end)


def _day_after(day: date | None) -> datetime | None:
    return None if day is None else utc(local_instant(day + ONE_DAY))


def finish(
    state: State, link: ConsentLink, user: PortalUser, wanted: tuple[Wish, ...]
) -> tuple[Shared, ...]:
    """Make or renew the mandates that a customer wants, once for each link.

    Raises ForeignReferenceError when the reference number is another customer's; nothing is made.
    """
    reference = link.request.reference_number
    if state.portal.belongs_to_another(link.environment, reference, user):
        raise ForeignReferenceError
    if not link.shared:
        state.portal.keep_customer(link.environment, reference, user)
        store = state.mandates[link.environment]
        now = state.clock.now()
        link.shared = tuple(_share(store, reference, user, wish, now) for wish in wanted)
    return link.shared


def _share(
    store: MandateStore, reference: str, user: PortalUser, wish: Wish, now: datetime
) -> Shared:
    known = store.get(wish.connection.ean, wish.level, reference)
    if known is not None and known.status == "Approved":
        outcome = _renew(store, known, wish, user, now)
    elif known is not None and is_waiting(known) and not wish.connection.is_of(user):
        outcome = Outcome.REQUESTED
    else:
        outcome = _make(store, reference, wish, user, now)
    return Shared(wish.connection.ean, wish.level, outcome)


def _make(
    store: MandateStore, reference: str, wish: Wish, user: PortalUser, now: datetime
) -> Outcome:
    is_own = wish.connection.is_of(user)
    store.put(
        Mandate(
            reference_number=reference,
            ean=wish.connection.ean,
            energy_type=energy_type_of(wish.connection.ean),
            data_service_type=wish.level,
            status="Approved" if is_own else "Requested",
            expires=valid_until(now),
            updated=now,
            data_period_from=wish.data_period_from,
            data_period_to=wish.data_period_to,
        )
    )
    return Outcome.APPROVED if is_own else Outcome.REQUESTED


def _renew(
    store: MandateStore, known: Mandate, wish: Wish, user: PortalUser, now: datetime
) -> Outcome:
    """Renew a mandate, or ask its grid user to; the data period stays as it is."""
    if wish.connection.is_of(user):
        _change(store, known, renewed(now), now)
        return Outcome.RENEWED
    _change(store, known, {"renewal_status": None, "renewal_requested": True}, now)
    return Outcome.RENEWAL_REQUESTED


def renewed(now: datetime) -> dict[str, Any]:
    """Return what changes of a mandate when it is renewed."""
    return {
        "status": "Approved",
        "expires": valid_until(now),
        "renewal_status": None,
        "renewal_requested": False,
    }


def _change(store: MandateStore, known: Mandate, fields: dict[str, Any], now: datetime) -> None:
    store.change(
        known.ean, known.reference_number, known.data_service_type, MandateChange(now, fields)
    )
