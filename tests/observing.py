"""What the integration asks of Fluvius and of the recorder, as tests count it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from homeassistant.components.recorder.core import Recorder
from homeassistant.components.recorder.statistics import async_add_external_statistics
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.fluvius_esco import statistics
from custom_components.fluvius_esco.const import DOMAIN

from .sandbox import Sandbox

POLL = timedelta(hours=3, minutes=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """An energy request in the words of V3, whichever version it was sent in."""

    period_type: str
    start: datetime
    end: datetime
    complex_energy_types: str | None

    @property
    def length(self) -> timedelta:
        """How long the period is that was asked for."""
        return self.end - self.start


def energy_requests(sandbox: Sandbox) -> list[Asked]:
    """Return the answered energy requests since the journal was cleared, oldest first.

    Those that an expired token led to are no part of them.
    """
    found = []
    for entry in sandbox.state.journal.entries:
        if entry.endpoint == "energy" and entry.status == 200:
            query = {name[:1].lower() + name[1:]: value for name, value in entry.query.items()}
            found.append(
                Asked(
                    query["periodType"],
                    datetime.fromisoformat(query["from"]),
                    datetime.fromisoformat(query["to"]),
                    query.get("complexEnergyTypes"),
                )
            )
    return found


def period_types(sandbox: Sandbox) -> list[str]:
    """Return by which time the readings were asked for, request by request."""
    return [asked.period_type for asked in energy_requests(sandbox)]


@dataclass(slots=True)
class RecorderWork:
    """The hours that were handed to the recorder, and the shifts, by statistic."""

    rows: list[tuple[str, datetime]] = field(default_factory=list)
    shifts: list[tuple[str, datetime]] = field(default_factory=list)

    def clear(self) -> None:
        """Start counting anew."""
        self.rows.clear()
        self.shifts.clear()


def watch_recorder(monkeypatch: pytest.MonkeyPatch) -> RecorderWork:
    """Note from now on what the recorder is told to write; it does so as ever."""
    work = RecorderWork()
    adjust = Recorder.async_adjust_statistics

    def noting_add(hass: HomeAssistant, metadata: Any, rows: Any) -> None:
        work.rows.extend((metadata["statistic_id"], row["start"]) for row in rows)
        async_add_external_statistics(hass, metadata, rows)

    def noting_adjust(
        recorder: Recorder, statistic_id: str, start_time: datetime, amount: float, unit: str
    ) -> None:
        work.shifts.append((statistic_id, start_time))
        adjust(recorder, statistic_id, start_time, amount, unit)

    monkeypatch.setattr(statistics, "async_add_external_statistics", noting_add)
    monkeypatch.setattr(Recorder, "async_adjust_statistics", noting_adjust)
    return work


def missing_days(hass: HomeAssistant, ean: str) -> State:
    """Return the state of the sensor that tells which days of a meter lack readings."""
    entity_id = er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"{ean}_missing_days")
    state = hass.states.get(entity_id or "")
    assert state is not None
    return state
