"""The readings of a meter slice by slice, fetched from Fluvius for whoever asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from homeassistant.core import HomeAssistant

from .api.models import EnergyRequest, Granularity
from .fetching import async_ask
from .meter_fields import AskedMeter, refused
from .metering.access import Access, clip
from .metering.answer import span_of
from .metering.calendar import Period, Span
from .metering.measures import TOTAL_OF, Measure, SeriesKey
from .metering.requests import bundled
from .metering.table import Table, slot_count, slots, table

_SLOTS_OF_DAY: Final = 96
_MEASURES: Final = list(Measure)


@dataclass(frozen=True, slots=True)
class ReadingTable:
    """Every slot of a period, and the known amounts of each series by the start of their slot."""

    slots: list[Span]
    amounts: Table

    @property
    def span(self) -> Span:
        """The time from the first slot to the last."""
        return Span(self.slots[0].start, self.slots[-1].end)


async def async_reading_table(
    hass: HomeAssistant, meter: AskedMeter, period: Period, granularity: Granularity, most: int
) -> ReadingTable:
    """Return the slots that a period touches with what Fluvius has of them now.

    What no mandate allows is not asked for, and has no amounts. Raises FluviusError, and
    ServiceValidationError if there can be no slots of that length or would be more than `most`.
    """
    coordinator = meter.coordinator
    kind = coordinator.meter.day_kind
    asked = span_of(period)
    if coordinator.meter.is_gas and granularity is Granularity.QUARTER_HOUR:
        raise refused("gas_has_hours")
    if slot_count(asked, granularity) > most:
        raise refused("too_many_slots", most=str(most), days=str(most // _SLOTS_OF_DAY))
    if not _of_detail(clip(meter.promised, period), meter, granularity):
        raise refused("only_days", meter=coordinator.subentry.title)
    allowed = _of_detail(coordinator.allowed(), meter, granularity)
    wanted = slots(asked, granularity, kind)
    amounts: Table = {key: {} for key in _expected(meter, granularity)}
    for request in bundled(clip(allowed, period), allowed, kind):
        found = await _async_fetch(hass, meter, request, granularity)
        for key, of_series in found.items():
            amounts.setdefault(key, {}).update(of_series)
    return ReadingTable(wanted, {key: amounts[key] for key in sorted(amounts, key=_order)})


async def _async_fetch(
    hass: HomeAssistant, meter: AskedMeter, request: Access, granularity: Granularity
) -> Table:
    contract = meter.entry.runtime_data.contract
    of = meter.coordinator.meter
    headpoint = await async_ask(
        contract.client,
        contract.in_flight,
        of,
        EnergyRequest(
            ean=of.ean,
            start=request.period.start,
            end=request.period.end,
            granularities=request.granularities,
            complex_energy_types=of.complex_energy_types,
        ),
    )
    return await hass.async_add_executor_job(table, headpoint, granularity, span_of(request.period))


def _of_detail(
    parts: Iterable[Access], meter: AskedMeter, granularity: Granularity
) -> list[Access]:
    """Return the parts that slots of a granularity can be made of."""
    if granularity is Granularity.DAY:
        return list(parts)
    finest = Granularity.HOUR if meter.coordinator.meter.is_gas else Granularity.QUARTER_HOUR
    return [part for part in parts if finest in part.granularities]


def _expected(meter: AskedMeter, granularity: Granularity) -> list[SeriesKey]:
    """Return the series that are known of the meter; registers are read by day only."""
    coordinator = meter.coordinator
    return [
        SeriesKey(coordinator.ean, measure)
        for measure in coordinator.data.measures
        if granularity is Granularity.DAY or measure not in TOTAL_OF
    ]


def _order(key: SeriesKey) -> tuple[str, int]:
    return key.ean, _MEASURES.index(key.measure)
