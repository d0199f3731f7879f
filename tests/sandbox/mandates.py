"""The mandates of one environment, and what they give access to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from .clock import Clock
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
    """One mandate with every field, whether or not an answer shows it; instants UTC."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateFilter:
    """What a list of mandates is narrowed to; `updated_from` inclusive, `updated_to` exclusive."""

    reference_number: str | None = None
    ean: str | None = None
    data_service_types: frozenset[str] = frozenset()
    energy_type: str | None = None
    status: str | None = None
    expires: datetime | None = None
    renewal_status: str | None = None
    updated_from: datetime | None = None
    updated_to: datetime | None = None

    def matches(self, mandate: Mandate) -> bool:
        """Tell whether a mandate meets every given criterion."""
        equal = (
            (self.reference_number, mandate.reference_number),
            (self.ean, mandate.ean),
            (self.energy_type, mandate.energy_type),
            (self.status, mandate.status),
            (self.expires, mandate.expires),
            (self.renewal_status, mandate.renewal_status),
        )
        if any(wanted is not None and wanted != actual for wanted, actual in equal):
            return False
        if self.data_service_types and mandate.data_service_type not in self.data_service_types:
            return False
        if self.updated_from is not None and mandate.updated < self.updated_from:
            return False
        return self.updated_to is None or mandate.updated < self.updated_to


@dataclass(frozen=True, slots=True)
class MandateChange:
    """New values of some fields of a mandate, visible from an instant on."""

    at: datetime
    fields: Mapping[str, Any]


class MandateStore:
    """The mandates of one environment, one for each EAN, data service and reference number."""

    def __init__(self, clock: Clock) -> None:
        """Start without mandates."""
        self._clock = clock
        self._mandates: dict[tuple[str, str, str], Mandate] = {}
        self._changes: dict[tuple[str, str, str], list[MandateChange]] = {}

    def put(self, mandate: Mandate) -> None:
        """Add a mandate, or replace the one it is a new version of and its planned changes."""
        key = (mandate.ean, mandate.data_service_type, mandate.reference_number)
        self._mandates[key] = mandate
        self._changes[key] = []

    def change(
        self, ean: str, reference_number: str, data_service_type: str | None, change: MandateChange
    ) -> bool:
        """Plan a change of the mandates of an EAN and reference; False when there are none."""
        found = False
        for key, changes in self._changes.items():
            if (key[0], key[2]) != (ean, reference_number):
                continue
            if data_service_type in {None, key[1]}:
                changes.append(change)
                changes.sort(key=lambda planned: planned.at)
                found = True
        return found

    def find(self, mandate_filter: MandateFilter) -> list[Mandate]:
        """Return the mandates that match as they are now."""
        mandates = [self._current(key) for key in self._mandates]
        return [mandate for mandate in mandates if mandate_filter.matches(mandate)]

    def clear(self) -> None:
        """Forget every mandate."""
        self._mandates.clear()
        self._changes.clear()

    def _current(self, key: tuple[str, str, str]) -> Mandate:
        mandate = self._mandates[key]
        now = self._clock.now()
        for change in self._changes[key]:
            if change.at <= now:
                mandate = replace(mandate, updated=change.at, **change.fields)
        return mandate


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
