"""What became of the access that was asked for with a consent link."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from ..api.models import Mandate, MandateStatus, RenewalStatus
from .access import is_readable


@dataclass(frozen=True, slots=True)
class Consent:
    """Access that was asked for under a reference number with a link that ends (UTC).

    `known` are marks of the mandates that gave access when the link was made or that were found since,
    and `rejected` is how many requests had been refused by then. `renews` is the EAN of the meter
    whose mandate is to be renewed. `answered` tells whether the customer did anything.
    """

    reference_number: str
    link_valid_to: datetime
    known: frozenset[str] = frozenset()
    rejected: int = 0
    renews: str | None = None
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is new about a consent: approved mandates, and how many requests wait or were refused.

    `renewed` is the renewed mandate. `is_over` tells that nothing more can come of the link.
    """

    approved: tuple[Mandate, ...]
    waiting: int
    rejected: int
    renewed: Mandate | None
    is_over: bool

    @property
    def is_answered(self) -> bool:
        """Whether the customer did anything."""
        return bool(self.approved or self.waiting or self.rejected or self.renewed)


def begun(
    reference_number: str,
    link_valid_to: datetime,
    mandates: Iterable[Mandate],
    renews: str | None = None,
) -> Consent:
    """Return a consent that has just been asked for, given the mandates as they are."""
    under = _under(reference_number, mandates)
    return Consent(
        reference_number,
        link_valid_to,
        known=frozenset(_mark(mandate) for mandate in under if is_readable(mandate)),
        rejected=_count(under, MandateStatus.REJECTED),
        renews=renews,
    )


def outcome_of(consent: Consent, mandates: Iterable[Mandate], now: datetime) -> Outcome:
    """Return what is new about a consent, given the mandates as they are."""
    under = _under(consent.reference_number, mandates)
    new = [one for one in under if is_readable(one) and _mark(one) not in consent.known]
    waiting = _count(under, MandateStatus.REQUESTED)
    renewals = [one for one in under if consent.renews and one.ean == consent.renews]
    waiting += sum(one.renewal_status is RenewalStatus.RENEWAL_REQUESTED for one in renewals)
    renewed = next((one for one in renewals if one.renewal_status is None), None)
    return Outcome(
        approved=tuple(new),
        waiting=waiting,
        rejected=max(_count(under, MandateStatus.REJECTED) - consent.rejected, 0),
        renewed=renewed,
        is_over=renewed is not None or (not waiting and now >= consent.link_valid_to),
    )


def after(consent: Consent, outcome: Outcome) -> Consent:
    """Return a consent once an outcome was dealt with."""
    found = {_mark(mandate) for mandate in outcome.approved}
    return replace(
        consent,
        known=consent.known | found,
        rejected=consent.rejected + outcome.rejected,
        answered=consent.answered or outcome.is_answered,
    )


def _mark(mandate: Mandate) -> str:
    """Return what tells one approved mandate from another, also of the same meter."""
    expires = mandate.expires.isoformat() if mandate.expires else ""
    return f"{mandate.ean} {mandate.data_service_type} {expires}"


def _under(reference_number: str, mandates: Iterable[Mandate]) -> list[Mandate]:
    return [mandate for mandate in mandates if mandate.reference_number == reference_number]


def _count(mandates: Iterable[Mandate], status: MandateStatus) -> int:
    return sum(mandate.status is status for mandate in mandates)
