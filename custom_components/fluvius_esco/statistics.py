"""Long-term statistics: hours of readings into the recorder, each counted once.

External statistics under ids made of EAN and meaning only. `state` is the hour's own amount, `sum`
the running total. Reading, writing and checking are one step under one lock; nothing counts as
written before the recorder has committed it and it has been read back.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
import inspect
from typing import Final

from homeassistant.components.recorder.core import Recorder
from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import async_add_external_statistics
from homeassistant.components.recorder.tasks import SynchronizeTask
from homeassistant.const import UnitOfEnergy, UnitOfReactiveEnergy, UnitOfVolume
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.recorder import get_instance
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.unit_conversion import (
    EnergyConverter,
    ReactiveEnergyConverter,
    VolumeConverter,
)
from sqlalchemy.exc import SQLAlchemyError

from .api.models import Unit
from .const import DOMAIN
from .metering.calendar import HOUR, Span
from .metering.corrections import Change, changed_days
from .metering.hourly import HourlySums
from .metering.measures import Measure, SeriesKey
from .metering.running_sum import Plan, Row, Rows, plan, without_deleting
from .stored_rows import Stored, instant, last_row, rows_between, statistic_id, stored_in

_LOCK: Final[HassKey[asyncio.Lock]] = HassKey(f"{DOMAIN}_statistics_lock")
_COMMIT_TIMEOUT: Final = 600
# Far below a watt-hour.
_SAME: Final = 1e-6
_ROWS_AT_ONCE: Final = 60
# Home Assistant 2026.11 deletes rows in a span of time, 2026.10 only whole statistics.
_CAN_DELETE_ROWS: Final = (
    "start_time" in inspect.signature(Recorder.async_clear_statistics).parameters
)
_UNITS: Final[dict[Unit, tuple[str, str | None]]] = {
    Unit.KILOWATT_HOUR: (UnitOfEnergy.KILO_WATT_HOUR, EnergyConverter.UNIT_CLASS),
    Unit.CUBIC_METER: (UnitOfVolume.CUBIC_METERS, VolumeConverter.UNIT_CLASS),
    Unit.KILOVOLT_AMPERE_REACTIVE_HOUR: (
        UnitOfReactiveEnergy.KILO_VOLT_AMPERE_REACTIVE_HOUR,
        ReactiveEnergyConverter.UNIT_CLASS,
    ),
}


class StatisticsNotWrittenError(HomeAssistantError):
    """The recorder did not take the rows; what it holds is unchanged or will be put right."""


@dataclass(frozen=True, slots=True)
class StatisticSeries:
    """One long-term statistic of a meter, and the name that the user sees."""

    key: SeriesKey
    name: str

    @property
    def statistic_id(self) -> str:
        """The statistic's id, which depends on nothing but EAN and meaning."""
        return statistic_id(self.key.ean, self.key.measure)


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: how many hours, and by how much days changed that were stored otherwise.

    The changes are by series and local day, new minus old, in the unit of the series.
    """

    hours: int = 0
    changed: Mapping[SeriesKey, Mapping[date, Change]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What has to be done to a statistic, and how to see afterwards that it was done.

    Rows that only follow what is stored are checked by their first and their last one; all else is
    compared as a whole again.
    """

    series: StatisticSeries
    hours: HourlySums
    needed: Plan
    appends: bool
    changed: Mapping[date, Change]


def unit_of(measure: Measure) -> str:
    """Return the unit of a measure as Home Assistant writes it."""
    unit, _ = _UNITS[measure.unit]
    return unit


async def async_write_hours(
    hass: HomeAssistant, hours: Mapping[StatisticSeries, HourlySums]
) -> Written:
    """Make the recorder tell what these hours amount to; return what was written for that.

    Hours that already tell the same are not touched. Raises StatisticsNotWrittenError if the
    recorder is not there, does not commit in time or tells something else afterwards.
    """
    if not any(of.touched for of in hours.values()):
        return Written()
    async with _lock(hass):
        instance = get_instance(hass)
        # A write that was cut off may still be queued; a plan made on rows before it is wrong.
        await _async_committed(hass, instance)
        prepared = await _async_read(instance, _prepare, hass, hours)
        if not prepared:
            return Written()
        for one in prepared:
            await _async_queue(hass, instance, one)
        await _async_committed(hass, instance)
        if not await _async_read(instance, _are_done, hass, prepared):
            raise _not_written()
        return Written(
            sum(len(one.needed.rows) + len(one.needed.withdrawn) for one in prepared),
            {one.series.key: one.changed for one in prepared if one.changed},
        )


async def async_delete_from(
    hass: HomeAssistant, all_series: Iterable[StatisticSeries], first: int
) -> None:
    """Delete every row of some statistics from an hour on (UTC seconds since the epoch).

    Where Home Assistant cannot delete rows, the statistic is cleared and what stays is written anew;
    if that is cut off, the import finds the rows missing and reads them again. Raises
    StatisticsNotWrittenError as async_write_hours does.
    """
    async with _lock(hass):
        instance = get_instance(hass)
        await _async_committed(hass, instance)
        for series in all_series:
            statistic = series.statistic_id
            last = await _async_read(instance, last_row, hass, statistic)
            if last is None or last.start < first:
                continue
            kept = await _async_read(instance, rows_between, hass, statistic, 0, first)
            if kept and _CAN_DELETE_ROWS:
                _delete_rows(instance, statistic, Span(first, last.start + HOUR))
            else:
                instance.async_clear_statistics([statistic])
                rows = Rows()
                for row in kept.values():
                    rows.add(row.start, row.state, row.sum)
                await _async_add_rows(hass, instance, series, rows)
            await _async_committed(hass, instance)
            left = await _async_read(instance, last_row, hass, statistic)
            if left != (list(kept.values())[-1] if kept else None):
                raise _not_written()


async def async_delete_between(
    hass: HomeAssistant, all_series: Iterable[StatisticSeries], span: Span
) -> None:
    """Delete every row of some statistics in a span of whole hours.

    Where Home Assistant cannot delete rows, they stay with an amount of 0. Raises
    StatisticsNotWrittenError as async_write_hours does.
    """
    nothing = HourlySums(void=frozenset(range(span.start, span.end, HOUR)))
    await async_write_hours(hass, dict.fromkeys(all_series, nothing))


async def async_clear(hass: HomeAssistant, statistic_ids: Iterable[str]) -> None:
    """Delete statistics as a whole; raises StatisticsNotWrittenError as async_write_hours does."""
    async with _lock(hass):
        instance = get_instance(hass)
        instance.async_clear_statistics(list(statistic_ids))
        await _async_committed(hass, instance)


async def async_newest_hours(
    hass: HomeAssistant, keys: Iterable[SeriesKey]
) -> dict[SeriesKey, int]:
    """Return the newest stored hour (UTC seconds since the epoch) of each series that has any.

    Raises StatisticsNotWrittenError if the recorder's database cannot be read.
    """

    def newest() -> dict[SeriesKey, int]:
        rows = {key: last_row(hass, statistic_id(key.ean, key.measure)) for key in keys}
        return {key: row.start for key, row in rows.items() if row}

    return await _async_read(get_instance(hass), newest)


def _lock(hass: HomeAssistant) -> asyncio.Lock:
    return hass.data.setdefault(_LOCK, asyncio.Lock())


def _not_written() -> StatisticsNotWrittenError:
    return StatisticsNotWrittenError(
        translation_domain=DOMAIN, translation_key="statistics_not_written"
    )


async def _async_read[*Arguments, Result](
    instance: Recorder, read: Callable[[*Arguments], Result], *args: *Arguments
) -> Result:
    """Read in the recorder's executor what a database that is down or restarting cannot tell."""
    try:
        return await instance.async_add_executor_job(read, *args)
    except SQLAlchemyError as err:
        raise _not_written() from err


async def _async_queue(hass: HomeAssistant, instance: Recorder, prepared: _Prepared) -> None:
    """Hand to the recorder what has to be done: shifts first, for rows have their final sums."""
    series = prepared.series
    unit, _ = _UNITS[series.key.measure.unit]
    for span in _spans(row.start for row in prepared.needed.withdrawn):
        _delete_rows(instance, series.statistic_id, span)
    for shift in prepared.needed.shifts:
        instance.async_adjust_statistics(
            series.statistic_id, instant(shift.start), shift.amount, unit
        )
    await _async_add_rows(hass, instance, series, prepared.needed.rows)


async def _async_add_rows(
    hass: HomeAssistant, instance: Recorder, series: StatisticSeries, rows: Rows
) -> None:
    """Hand rows to the recorder in small portions, never more than two of them at a time.

    The recorder makes a dozen objects of each row. So many at once as a long answer has would be
    there long enough for the garbage collector to go through all of Home Assistant's objects, which
    stops everything for a good part of a second.
    """
    unit, unit_class = _UNITS[series.key.measure.unit]
    metadata = StatisticMetaData(
        has_sum=True,
        mean_type=StatisticMeanType.NONE,
        name=series.name,
        source=DOMAIN,
        statistic_id=series.statistic_id,
        unit_class=unit_class,
        unit_of_measurement=unit,
    )
    before: asyncio.Future[None] | None = None
    for begin in range(0, len(rows), _ROWS_AT_ONCE):
        portion = map(_statistic_data, rows.part(begin, begin + _ROWS_AT_ONCE))
        async_add_external_statistics(hass, metadata, list(portion))
        done = _barrier(hass, instance)
        if before is not None:
            await _async_until(before)
        before = done


def _delete_rows(instance: Recorder, statistic: str, span: Span) -> None:
    instance.async_clear_statistics(
        [statistic],
        start_time=instant(span.start),  # type: ignore[call-arg] # from 2026.11 on
        end_time=instant(span.end),
    )


def _barrier(hass: HomeAssistant, instance: Recorder) -> asyncio.Future[None]:
    """Return what is done once the recorder has committed all that was queued before."""
    committed: asyncio.Future[None] = hass.loop.create_future()
    instance.queue_task(SynchronizeTask(committed))
    return committed


async def _async_until(committed: asyncio.Future[None]) -> None:
    try:
        async with asyncio.timeout(_COMMIT_TIMEOUT):
            await committed
    except TimeoutError as err:
        raise _not_written() from err


async def _async_committed(hass: HomeAssistant, instance: Recorder) -> None:
    """Wait until the recorder has committed all that was queued."""
    await _async_until(_barrier(hass, instance))


def _prepare(hass: HomeAssistant, hours: Mapping[StatisticSeries, HourlySums]) -> list[_Prepared]:
    """Compare what is stored with what is wanted; runs in the recorder's executor."""
    prepared = []
    for series, wanted in hours.items():
        if (touched := wanted.touched) is None:
            continue
        stored = stored_in(hass, series.statistic_id, touched)
        needed = _plan(stored, wanted)
        if not needed.is_empty:
            appends = not stored.rows and stored.behind is None
            changed = changed_days(stored.rows, needed, series.key.measure.day_kind)
            prepared.append(_Prepared(series, wanted, needed, appends, changed))
    return prepared


def _plan(stored: Stored, wanted: HourlySums) -> Plan:
    needed = plan(stored.baseline, stored.rows, wanted, stored.behind)
    return needed if _CAN_DELETE_ROWS else without_deleting(needed, stored.rows)


def _are_done(hass: HomeAssistant, prepared: Iterable[_Prepared]) -> bool:
    """Whether the recorder tells what was wanted; runs in the recorder's executor."""
    return all(
        _ends_are_there(hass, one) if one.appends else not _prepare(hass, {one.series: one.hours})
        for one in prepared
    )


def _ends_are_there(hass: HomeAssistant, prepared: _Prepared) -> bool:
    """Whether the first and the last of the rows that were appended are there as they should be."""
    first, last = prepared.needed.rows.row(0), prepared.needed.rows.row(-1)
    statistic = prepared.series.statistic_id
    found = stored_in(hass, statistic, Span(first.start, first.start + HOUR))
    return (
        found.rows == {first.start: first}
        and abs(found.baseline - (first.sum - first.state)) < _SAME
        and last_row(hass, statistic) == last
    )


def _statistic_data(row: Row) -> StatisticData:
    return StatisticData(start=instant(row.start), state=row.state, sum=row.sum)


def _spans(hours: Iterable[int]) -> Iterator[Span]:
    """Join hours in order that follow each other."""
    span: Span | None = None
    for hour in hours:
        if span is not None and hour == span.end:
            span = Span(span.start, hour + HOUR)
            continue
        if span is not None:
            yield span
        span = Span(hour, hour + HOUR)
    if span is not None:
        yield span
