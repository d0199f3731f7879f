"""What the statistics of a meter amount to in the month and the year that are under way."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from sqlalchemy.exc import SQLAlchemyError

from .metering.calendar import HOUR, Span
from .metering.measures import Measure
from .metering.periods import ToDate, periods_until
from .stored_rows import statistic_id, total_before

type PeriodSums = Mapping[tuple[Measure, ToDate], float]
"""Amounts in the units of their measures; what is not known is left out."""


async def async_period_sums(
    hass: HomeAssistant, ean: str, first: Mapping[Measure, int], now: datetime, until: datetime
) -> PeriodSums:
    """Return the amounts of measures up to the newest reading, `until` (UTC).

    `first` is when the oldest reading of each measure began (UTC seconds): a stretch of last year is
    comparable only if it has readings from its beginning. Nothing is told while the recorder's
    database cannot be read.
    """
    spans = periods_until(now, until)

    def read() -> PeriodSums:
        return {
            (measure, period): total_before(hass, statistic, span.end)
            - total_before(hass, statistic, span.start)
            for measure, oldest in first.items()
            for period, span in _comparable(spans, oldest)
            if (statistic := statistic_id(ean, measure))
        }

    try:
        return await get_instance(hass).async_add_executor_job(read)
    except SQLAlchemyError:
        return {}


def _comparable(spans: Mapping[ToDate, Span], oldest: int) -> Iterable[tuple[ToDate, Span]]:
    """Return the stretches that have readings, those of last year only if from their beginning."""
    for period, span in spans.items():
        is_now = period in {ToDate.MONTH, ToDate.YEAR}
        # The first gas day begins some hours after its month.
        if oldest < span.start + 24 * HOUR or (is_now and oldest < span.end):
            yield period, span
