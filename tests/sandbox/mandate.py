"""A mandate, and what it gives access to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from .ean import EnergyType
from .localtime import seconds

STATUSES = ("Requested", "Approved", "Rejected", "Finished")
RENEWAL_STATUSES = ("ToBeRenewed", "RenewalRequested", "Expired")
DATA_SERVICE_TYPES = ("VH_onbepaald", "VH_kwartier_uur", "VH_dag", "IG")

_FOREVER = 1 << 62


class Detail(StrEnum):
    """The granularities of an energy request, as the wire names them."""

    DAILY = "daily"
    FINE = "hourly_quarterhourly"


_DETAILS: dict[str, frozenset[Detail]] = {
    "VH_dag": frozenset({Detail.DAILY}),
    "VH_kwartier_uur": frozenset(Detail),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """One mandate with every field, whether or not an answer shows it; instants UTC.

    `renewal_status` is what somebody said it is; without it, it follows from time and from whether
    the renewal was requested.
    """

    reference_number: str
    ean: str
    energy_type: EnergyType
    data_service_type: str
    status: str
    expires: datetime
    updated: datetime
    data_period_from: datetime | None = None
    data_period_to: datetime | None = None
    renewal_status: str | None = None
    renewal_requested: bool = False

    def wire(self) -> dict[str, Any]:
        """Return the fields that an answer shows: EAN and energy type on Approved only."""
        approved = self.status == "Approved"
        fields = {
            "referenceNumber": self.reference_number,
            "status": self.status,
            "ean": self.ean if approved else None,
            "energyType": self.energy_type if approved else None,
            "dataPeriodFrom": self.data_period_from,
            "dataPeriodTo": self.data_period_to,
            "dataServiceType": self.data_service_type,
            "mandateExpirationDate": self.expires,
            "renewalStatus": self.renewal_status,
        }
        return {name: value for name, value in fields.items() if value is not None}

    def gives(self, detail: Detail) -> bool:
        """Tell whether readings of a granularity can be had under this mandate."""
        return self.status == "Approved" and detail in _DETAILS.get(
            self.data_service_type, frozenset()
        )

    def period(self) -> tuple[int, int]:
        """Return the readable period; after the mandate expired there is nothing new in it."""
        start = seconds(self.data_period_from) if self.data_period_from else -_FOREVER
        end = seconds(self.expires)
        return start, min(end, seconds(self.data_period_to)) if self.data_period_to else end


def readable_periods(mandates: Iterable[Mandate], detail: Detail) -> list[tuple[int, int]]:
    """Return the periods that mandates give access to at a granularity, joined and in order."""
    periods: list[tuple[int, int]] = []
    for start, end in sorted(mandate.period() for mandate in mandates if mandate.gives(detail)):
        if periods and start <= periods[-1][1]:
            periods[-1] = (periods[-1][0], max(end, periods[-1][1]))
        elif start < end:
            periods.append((start, end))
    return periods


def is_within(periods: Iterable[tuple[int, int]], start: int, end: int) -> bool:
    """Tell whether a slice lies wholly in one of the periods."""
    return any(first <= start and end <= last for first, last in periods)


def known_until(mandates: Iterable[Mandate], now: int) -> int:
    """Return the instant from which on inserts are not shown: the last expiry, now before that."""
    return min(now, max((seconds(mandate.expires) for mandate in mandates), default=now))
