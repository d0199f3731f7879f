"""Where the access to one meter stands, and why no new readings come where none do."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ..api.models import Mandate, MandateStatus, RenewalStatus
from .access import FAR_FUTURE, FAR_PAST, is_expired, is_fine, is_readable


class Silence(StrEnum):
    """Why no new readings come."""

    NO_MANDATE = "no_mandate"
    REQUESTED = "requested"
    REJECTED = "rejected"
    FINISHED = "finished"
    EXPIRED = "expired"
    PERIOD_ENDED = "period_ended"


# Of the mandates that give no access, the one that says most about what comes next is told first.
_ENDED = {
    MandateStatus.REQUESTED: Silence.REQUESTED,
    MandateStatus.FINISHED: Silence.FINISHED,
    MandateStatus.REJECTED: Silence.REJECTED,
}


@dataclass(frozen=True, slots=True)
class MandateLife:
    """The mandate that counts for a meter, if there is any, and why no new readings come."""

    mandate: Mandate | None = None
    silence: Silence | None = Silence.NO_MANDATE

    @property
    def is_to_be_renewed(self) -> bool:
        """Whether the customer has to be sent a new consent link."""
        return self.mandate is not None and self.mandate.renewal_status in {
            RenewalStatus.TO_BE_RENEWED,
            RenewalStatus.EXPIRED,
        }


def life_of(
    mandates: Iterable[Mandate], ean: str, references: Collection[str], now: datetime
) -> MandateLife:
    """Return where the access to the readings of an EAN stands, given the mandates about it.

    Fluvius names the EAN of an approved mandate only, so that one that ended is found by the
    `references` under which it was approved before (guide: mandate).
    """
    mandates = list(mandates)
    approved = [one for one in mandates if one.ean == ean and is_readable(one)]
    if approved:
        leading = max(approved, key=_rank)
        return MandateLife(leading, _silence(leading, now))
    ended = [
        one for one in mandates if one.ean in {None, ean} and one.reference_number in references
    ]
    for status, silence in _ENDED.items():
        if alike := [one for one in ended if one.status is status]:
            return MandateLife(max(alike, key=_order), silence)
    return MandateLife()


def _rank(mandate: Mandate) -> tuple[bool, datetime, bool, datetime]:
    """Return what makes one mandate of an EAN count rather than another."""
    return (
        not is_expired(mandate),
        mandate.data_period_to or FAR_FUTURE,
        is_fine(mandate),
        mandate.expires or FAR_PAST,
    )


def _order(mandate: Mandate) -> tuple[object, ...]:
    """Return what puts ended mandates in the same order wherever they stand in an answer."""
    return (*_rank(mandate), mandate.ean is not None, mandate.reference_number or "")


def _silence(mandate: Mandate, now: datetime) -> Silence | None:
    if is_expired(mandate):
        return Silence.EXPIRED
    if mandate.data_period_to is not None and mandate.data_period_to <= now:
        return Silence.PERIOD_ENDED
    return None
