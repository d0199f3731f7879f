"""What the statistics of a meter amount to in the month and the year that are under way."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from sqlalchemy.exc import SQLAlchemyError

from .const import LOGGER
from .metering.calendar import HOUR, Span
from .metering.measures import Measure
from .metering.periods import ToDate, periods_until
from .stored_rows import statistic_id, totals_before

type PeriodSums = Mapping[tuple[Measure, ToDate], float]
"""Amounts in the units of their measures; what is not known is left out."""


async def async_period_sums(
    hass: HomeAssistant, ean: str, first: Mapping[Measure, int], now: datetime, until: datetime
) -> PeriodSums | None:
    """Return the amounts of measures up to the newest reading, `until` (UTC).

    `first` is when the oldest reading of each measure began (UTC seconds): a stretch of last year is
    comparable only if it has readings from its beginning. None while the recorder's database cannot
    be read, or not any more.
    """
    # The recorder, when it stops, closes its database over whoever still reads from it.
    if hass.is_stopping:
        return None
    spans = periods_until(now, until)

    def read() -> PeriodSums:
        return {
            (measure, period): amount
            for measure, oldest in first.items()
            for period, amount in _sums(
                hass, statistic_id(ean, measure), dict(_comparable(spans, oldest))
            ).items()
        }

    try:
        return await get_instance(hass).async_add_executor_job(read)
    except SQLAlchemyError as err:
        LOGGER.debug("The month and the year were not added up: %s", err)
        return None


def _sums(hass: HomeAssistant, statistic: str, spans: Mapping[ToDate, Span]) -> dict[ToDate, float]:
    ends = {second for span in spans.values() for second in (span.start, span.end)}
    totals = totals_before(hass, statistic, ends)
    return {period: totals[span.end] - totals[span.start] for period, span in spans.items()}


def _comparable(spans: Mapping[ToDate, Span], oldest: int) -> Iterable[tuple[ToDate, Span]]:
    """Return the stretches that have readings, those of last year only if from their beginning."""
    for period, span in spans.items():
        is_now = period in {ToDate.MONTH, ToDate.YEAR}
        # The first gas day begins some hours after its month.
        if oldest < span.start + 24 * HOUR or (is_now and oldest < span.end):
            yield period, span
