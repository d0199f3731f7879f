"""Long-term statistics: hours of readings into the recorder, each counted once.

External statistics under ids made of EAN and meaning only. `state` is the hour's own amount, `sum`
the running total. Reading, writing and checking are one step under one lock; nothing counts as
written before the recorder has committed it and it has been read back.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from homeassistant.components.recorder.core import Recorder
from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import (
    StatisticsRow,
    async_add_external_statistics,
    get_last_statistics,
    statistics_during_period,
)
from homeassistant.components.recorder.tasks import SynchronizeTask
from homeassistant.const import UnitOfEnergy, UnitOfVolume
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.recorder import get_instance
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.unit_conversion import EnergyConverter, VolumeConverter

from .api.models import Unit
from .const import DOMAIN
from .metering.calendar import HOUR
from .metering.hourly import HourlySums
from .metering.measures import Measure
from .metering.running_sum import Plan, Row, plan

_LOCK: Final[HassKey[asyncio.Lock]] = HassKey(f"{DOMAIN}_statistics_lock")
_COMMIT_TIMEOUT: Final = 600
# Where the next row is looked for first: a hole is seldom longer.
_NEAR: Final = 7 * 24 * HOUR
_UNITS: Final[dict[Unit, tuple[str, str | None]]] = {
    Unit.KILOWATT_HOUR: (UnitOfEnergy.KILO_WATT_HOUR, EnergyConverter.UNIT_CLASS),
    Unit.CUBIC_METER: (UnitOfVolume.CUBIC_METERS, VolumeConverter.UNIT_CLASS),
}


class StatisticsNotWrittenError(HomeAssistantError):
    """The recorder did not take the rows; what it holds is unchanged or will be put right."""


@dataclass(frozen=True, slots=True)
class StatisticSeries:
    """One long-term statistic of a meter, and the name that the user sees."""

    ean: str
    measure: Measure
    name: str

    @property
    def statistic_id(self) -> str:
        """The statistic's id, which depends on nothing but EAN and meaning."""
        return statistic_id(self.ean, self.measure)


def statistic_id(ean: str, measure: Measure) -> str:
    """Return the id of the statistic of a measure."""
    return f"{DOMAIN}:{ean}_{measure}"


async def async_write_hours(hass: HomeAssistant, series: StatisticSeries, hours: HourlySums) -> int:
    """Make the recorder tell what these hours amount to; return how many rows were written.

    Hours that already tell the same are not touched. Raises StatisticsNotWrittenError if the
    recorder is not there, does not commit in time or tells something else afterwards.
    """
    if not hours.hours:
        return 0
    async with hass.data.setdefault(_LOCK, asyncio.Lock()):
        instance = get_instance(hass)
        # A write that was cut off may still be queued; a plan made on rows before it is wrong.
        await _async_committed(hass, instance)
        needed = await instance.async_add_executor_job(_plan, hass, series.statistic_id, hours)
        if needed.is_empty:
            return 0
        _queue(hass, instance, series, needed)
        await _async_committed(hass, instance)
        left = await instance.async_add_executor_job(_plan, hass, series.statistic_id, hours)
        if not left.is_empty:
            raise StatisticsNotWrittenError(
                translation_domain=DOMAIN, translation_key="statistics_not_written"
            )
        return len(needed.rows)


async def async_delete_from(hass: HomeAssistant, series: StatisticSeries, first: int) -> None:
    """Delete every row of a statistic from an hour on (UTC seconds since the epoch).

    The statistic is cleared and what stays is written anew, which every supported version of Home
    Assistant can do; if that is cut off, the import finds the rows missing and reads them again.
    Raises StatisticsNotWrittenError as async_write_hours does.
    """
    async with hass.data.setdefault(_LOCK, asyncio.Lock()):
        instance = get_instance(hass)
        await _async_committed(hass, instance)
        statistic = series.statistic_id
        last = await instance.async_add_executor_job(_last_row, hass, statistic)
        if last is None or last["start"] < first:
            return
        kept = await instance.async_add_executor_job(_rows, hass, statistic, 0, first)
        instance.async_clear_statistics([statistic])
        if kept:
            _queue(hass, instance, series, Plan(tuple(map(_row, kept))))
        await _async_committed(hass, instance)
        last = await instance.async_add_executor_job(_last_row, hass, statistic)
        if (last is None) != (not kept) or (last and last["start"] >= first):
            raise StatisticsNotWrittenError(
                translation_domain=DOMAIN, translation_key="statistics_not_written"
            )


async def async_newest_hours(
    hass: HomeAssistant, ean: str, measures: Iterable[Measure]
) -> dict[Measure, int]:
    """Return the newest stored hour (UTC seconds since the epoch) of each statistic that has any."""

    def newest() -> dict[Measure, int]:
        rows = {measure: _last_row(hass, statistic_id(ean, measure)) for measure in measures}
        return {measure: int(row["start"]) for measure, row in rows.items() if row}

    return await get_instance(hass).async_add_executor_job(newest)


def _queue(hass: HomeAssistant, instance: Recorder, series: StatisticSeries, needed: Plan) -> None:
    """Hand the rows, and the shift of all rows behind them, to the recorder's queue."""
    unit, unit_class = _UNITS[series.measure.unit]
    metadata = StatisticMetaData(
        has_sum=True,
        mean_type=StatisticMeanType.NONE,
        name=series.name,
        source=DOMAIN,
        statistic_id=series.statistic_id,
        unit_class=unit_class,
        unit_of_measurement=unit,
    )
    rows = [
        StatisticData(start=_instant(row.start), state=row.state, sum=row.sum)
        for row in needed.rows
    ]
    if rows:
        async_add_external_statistics(hass, metadata, rows)
    if needed.shift:
        instance.async_adjust_statistics(
            series.statistic_id, _instant(needed.shift_from), needed.shift, unit
        )


async def _async_committed(hass: HomeAssistant, instance: Recorder) -> None:
    """Wait until the recorder has committed all that was queued."""
    committed = hass.loop.create_future()
    instance.queue_task(SynchronizeTask(committed))
    try:
        async with asyncio.timeout(_COMMIT_TIMEOUT):
            await committed
    except TimeoutError as err:
        raise StatisticsNotWrittenError(
            translation_domain=DOMAIN, translation_key="statistics_not_written"
        ) from err


def _plan(hass: HomeAssistant, statistic: str, hours: HourlySums) -> Plan:
    """Compare what is stored with what is wanted; runs in the recorder's executor."""
    touched = hours.hours
    first, end = min(touched), max(touched) + HOUR
    found = _rows(hass, statistic, first, end)
    last = _last_row(hass, statistic)
    behind = _first_row_from(hass, statistic, end) if last and last["start"] >= end else None
    if found:
        baseline = _sum_before(found[0])
    elif behind:
        baseline = _sum_before(behind)
    else:
        baseline = (last["sum"] or 0.0) if last else 0.0
    stored = {row.start: row for row in map(_row, found)}
    return plan(baseline, stored, hours, _row(behind) if behind else None)


def _rows(hass: HomeAssistant, statistic: str, first: int, end: int | None) -> list[StatisticsRow]:
    return statistics_during_period(
        hass,
        _instant(first),
        None if end is None else _instant(end),
        {statistic},
        "hour",
        None,
        {"change", "state", "sum"},
    ).get(statistic, [])


def _first_row_from(hass: HomeAssistant, statistic: str, start: int) -> StatisticsRow:
    """Return the first row from an hour on; the caller knows that there is one."""
    near = _rows(hass, statistic, start, start + _NEAR)
    return near[0] if near else _rows(hass, statistic, start, None)[0]


def _last_row(hass: HomeAssistant, statistic: str) -> StatisticsRow | None:
    rows = get_last_statistics(hass, 1, statistic, convert_units=False, types={"sum"})
    return rows[statistic][0] if rows.get(statistic) else None


def _sum_before(row: StatisticsRow) -> float:
    return (row["sum"] or 0.0) - (row["change"] or 0.0)


def _row(row: StatisticsRow) -> Row:
    return Row(int(row["start"]), row["state"] or 0.0, row["sum"] or 0.0)


def _instant(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
