"""The event platform: what is new of a meter's readings, for automations."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import FluviusConfigEntry
from .entity import MeterEntity, async_add_to_meter
from .metering.calendar import DayKind, Span, day_of
from .metering.corrections import Corrections
from .metering.measures import SHOWN_MEASURES, TOTAL_OF, Measure
from .metering.news import Corrected, NewDay, NewMonthPeak, News
from .metering.peaks import month_span
from .pacing import paced

PARALLEL_UPDATES = 0

NEW_DAY: Final = "new_day"
CORRECTED: Final = "corrected"
NEW_MONTH_PEAK: Final = "new_month_peak"

# An event is no place for years of days; the statistics have all of them.
_SHOWN_DAYS: Final = 31

READINGS: Final = EventEntityDescription(
    key="readings",
    translation_key="readings",
    event_types=[NEW_DAY, CORRECTED, NEW_MONTH_PEAK],
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: FluviusConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add one event entity for every meter that the entry follows."""
    async for few in paced(entry.runtime_data.meters.items()):
        for subentry_id, meter in few:
            entities = [ReadingsEvent(meter, READINGS)]
            async_add_to_meter(entry, async_add_entities, subentry_id, entities)


class ReadingsEvent(MeterEntity, EventEntity):
    """What was last new of a meter's readings."""

    @property
    @override
    def available(self) -> bool:
        return True

    @override
    async def async_added_to_hass(self) -> None:
        """Follow what is new."""
        await super().async_added_to_hass()
        for span in self.coordinator.forbidden():
            self._clear_if_of(span)
        self.async_on_remove(self.coordinator.async_follow_news(self._tell))
        self.async_on_remove(self.coordinator.async_follow_deletions(self._forget))

    @callback
    def _forget(self, gone: Span) -> None:
        """Show nothing of days that are deleted."""
        if self._clear_if_of(gone):
            self.async_write_ha_state()

    def _clear_if_of(self, gone: Span) -> bool:
        kind = self.coordinator.meter.day_kind
        if not any(span.overlaps(gone) for span in _spans_of(self.state_attributes, kind)):
            return False
        # Home Assistant has no way to take an event back.
        self._EventEntity__last_event_triggered = None
        self._EventEntity__last_event_type = None
        self._EventEntity__last_event_attributes = None
        return True

    @callback
    def _tell(self, news: News) -> None:
        match news:
            case NewDay():
                self._trigger_event(NEW_DAY, _of_new_day(news))
            case Corrected():
                self._trigger_event(CORRECTED, _of_corrections(news.changes))
            case NewMonthPeak():
                self._trigger_event(NEW_MONTH_PEAK, _of_peak(news))
        self.async_write_ha_state()


def _spans_of(told: Mapping[str, Any], kind: DayKind) -> Iterator[Span]:
    """Return the spans that the amounts of an event are of."""
    if "month" in told:
        yield month_span(date.fromisoformat(f"{told['month']}-01"))
    if "date" in told:
        yield day_of(date.fromisoformat(told["date"]), kind).span
    days = [day_of(date.fromisoformat(day), kind) for day in told.get("dates", ())]
    yield from (day.span for day in days)
    if days and told["count"] > len(days):
        yield Span(0, min(day.start for day in days))


def _of_new_day(news: NewDay) -> dict[str, Any]:
    amounts = news.totals.totals | news.totals.registers
    return {
        "date": news.totals.date.isoformat(),
        "previous_date": news.previous and news.previous.isoformat(),
        **{
            measure: amounts[measure]
            for measure in (*SHOWN_MEASURES, *TOTAL_OF)
            if measure in amounts
        },
    }


def _of_corrections(changes: Corrections) -> dict[str, Any]:
    amounts: dict[str, float] = {}
    for of_day in changes.values():
        for measure, amount in of_day.items():
            amounts[f"{measure}_change"] = amounts.get(f"{measure}_change", 0.0) + amount
    return {
        "dates": [day.isoformat() for day in sorted(changes, reverse=True)[:_SHOWN_DAYS]],
        "count": len(changes),
        "reason": "gas_factor" if _is_of_the_gas_factor(changes) else "readings",
        **amounts,
    }


def _is_of_the_gas_factor(changes: Corrections) -> bool:
    """Whether only the energy of gas changed: of the same volume by another conversion factor."""
    return all(of_day.keys() == {Measure.GAS_ENERGY} for of_day in changes.values())


def _of_peak(news: NewMonthPeak) -> dict[str, Any]:
    peak = news.peak
    return {
        "month": f"{peak.month:%Y-%m}",
        "peak": peak.power,
        "previous_peak": news.previous,
        "counted": peak.counted,
        "start": peak.start and peak.start.isoformat(),
        "provisional": not peak.is_final,
    }
