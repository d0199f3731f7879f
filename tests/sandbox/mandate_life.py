"""What time alone makes of a mandate (guide: status and renewal status of a mandate).

A request that nobody answers is rejected after a month. In the three months before it expires an
approved mandate is to be renewed; from then on it is expired. A renewal status that was told to the
sandbox stays as it was told.
"""

from dataclasses import replace
from datetime import datetime

from .localtime import months_later, years_later
from .mandate import Mandate

VALID_YEARS = 3
_MONTHS_TO_ANSWER = 1
_MONTHS_TO_RENEW = 3


def valid_until(approved: datetime) -> datetime:
    """Return when a mandate expires that was approved, or renewed, at an instant."""
    return years_later(approved, VALID_YEARS)


def answer_until(mandate: Mandate) -> datetime:
    """Return until when the grid user can answer a request, or the renewal of a mandate."""
    if mandate.status == "Requested":
        return months_later(mandate.updated, _MONTHS_TO_ANSWER)
    return mandate.expires


def is_waiting(mandate: Mandate) -> bool:
    """Tell whether a mandate, as it is now, waits for its grid user."""
    return mandate.status == "Requested" or (
        mandate.status == "Approved"
        and (mandate.renewal_requested or mandate.renewal_status == "RenewalRequested")
    )


def after_waiting(mandate: Mandate, now: datetime) -> Mandate:
    """Return a mandate, rejected if it was requested and its grid user did not answer in time."""
    if mandate.status != "Requested" or now < answer_until(mandate):
        return mandate
    return replace(mandate, status="Rejected", updated=answer_until(mandate))


def with_renewal_status(mandate: Mandate, now: datetime) -> Mandate:
    """Return a mandate with the renewal status that it has by itself."""
    if mandate.status != "Approved" or mandate.renewal_status is not None:
        return mandate
    if now >= mandate.expires:
        return _renewal(mandate, "Expired", mandate.expires)
    if mandate.renewal_requested:
        return _renewal(mandate, "RenewalRequested", mandate.updated)
    soon = months_later(mandate.expires, -_MONTHS_TO_RENEW)
    return _renewal(mandate, "ToBeRenewed", soon) if now >= soon else mandate


def _renewal(mandate: Mandate, status: str, since: datetime) -> Mandate:
    return replace(mandate, renewal_status=status, updated=max(mandate.updated, since))
