"""The other grid user's side: the requests that wait, and answering them."""

from dataclasses import dataclass
from datetime import datetime

from .consent import renewed
from .environments import ENVIRONMENTS, Environment
from .mandate import Mandate
from .mandate_life import answer_until, is_waiting
from .mandates import MandateChange
from .portal import Connection
from .state import State


class UnknownConsentError(LookupError):
    """No such request waits, or no longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingConsent:
    """A mandate, or the renewal of one, that waits for its grid user until an instant."""

    id: str
    environment: Environment
    reference_number: str
    ean: str
    data_service_type: str
    connection: Connection | None
    is_renewal: bool
    data_period_from: datetime | None
    data_period_to: datetime | None
    until: datetime


def waiting_consents(state: State) -> list[WaitingConsent]:
    """Return every request that waits now, in both environments."""
    return [
        _waiting(state, environment, mandate)
        for environment in ENVIRONMENTS
        for mandate in state.mandates[environment].all()
        if is_waiting(mandate)
    ]


def decide_consent(state: State, identifier: str, *, approve: bool) -> None:
    """Answer a request as its grid user; raises UnknownConsentError when it does not wait."""
    for consent in waiting_consents(state):
        if consent.id == identifier:
            _decide(state, consent, approve=approve)
            return
    raise UnknownConsentError(identifier)


def _waiting(state: State, environment: Environment, mandate: Mandate) -> WaitingConsent:
    service, reference = mandate.data_service_type, mandate.reference_number
    return WaitingConsent(
        id=f"{environment}-{mandate.ean}-{service}-{reference}",
        environment=environment,
        reference_number=reference,
        ean=mandate.ean,
        data_service_type=service,
        connection=state.portal.connection(mandate.ean),
        is_renewal=mandate.status == "Approved",
        data_period_from=mandate.data_period_from,
        data_period_to=mandate.data_period_to,
        until=answer_until(mandate),
    )


def _decide(state: State, consent: WaitingConsent, *, approve: bool) -> None:
    now = state.clock.now()
    if approve:
        fields = renewed(now)
    elif consent.is_renewal:
        fields = {"renewal_status": None, "renewal_requested": False}
    else:
        fields = {"status": "Rejected"}
    state.mandates[consent.environment].change(
        consent.ean,
        consent.reference_number,
        consent.data_service_type,
        MandateChange(now, fields),
    )
