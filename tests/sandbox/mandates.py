"""The mandates of one environment, as they are at the server's time."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from .clock import Clock
from .mandate import Mandate
from .mandate_life import after_waiting, with_renewal_status


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
        return [mandate for mandate in self.all() if mandate_filter.matches(mandate)]

    def all(self) -> list[Mandate]:
        """Return every mandate as it is now."""
        return [self._current(key) for key in self._mandates]

    def get(self, ean: str, data_service_type: str, reference_number: str) -> Mandate | None:
        """Return one mandate as it is now."""
        key = (ean, data_service_type, reference_number)
        return self._current(key) if key in self._mandates else None

    def clear(self) -> None:
        """Forget every mandate."""
        self._mandates.clear()
        self._changes.clear()

    def _current(self, key: tuple[str, str, str]) -> Mandate:
        mandate = self._mandates[key]
        now = self._clock.now()
        for change in self._changes[key]:
            if change.at <= now:
                mandate = after_waiting(mandate, change.at)
                mandate = replace(mandate, updated=change.at, **change.fields)
        return with_renewal_status(after_waiting(mandate, now), now)
