"""The coordinators: one for a contract's mandates, one for the readings of each meter."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final, override

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from .api.client import FluviusClient
from .api.exceptions import FluviusError, FluviusNotFoundError
from .api.models import EnergyRequest, EnergyType, Mandate, PeriodType
from .const import (
    ARRIVAL_OVERLAP,
    CONF_EAN,
    CONF_ENERGY_DASHBOARD,
    CONF_ENERGY_TYPE,
    CONTRACT_INTERVAL,
    FIRST_RETRY,
    LOGGER,
    MAX_REQUESTS_IN_FLIGHT,
    METER_INTERVAL,
    SWEEP,
    SWEEP_INTERVAL,
)
from .energy_dashboard import async_add_meter
from .errors import update_error
from .metering.access import Access, accesses, clip, data_ends, is_readable, union, unread
from .metering.answer import days_in, evaluate, latest, newest_day
from .metering.calendar import (
    MAX_REQUEST,
    Period,
    day_at,
    day_at_second,
    earliest_readable,
    windows,
)
from .metering.hourly import Span
from .metering.measures import Measure, day_kind_of
from .metering.summary import DayTotals
from .statistics import (
    StatisticSeries,
    StatisticsNotWrittenError,
    async_delete_from,
    async_newest_hours,
    async_write_hours,
)
from .storage import Progress, ProgressStore
from .translation import async_measure_names

# Longer than this no single request for arrivals reaches back; all is read again then.
_LONGEST_ABSENCE: Final = MAX_REQUEST - timedelta(days=1)

type FluviusConfigEntry = ConfigEntry[FluviusData]


class ContractCoordinator(DataUpdateCoordinator[tuple[Mandate, ...]]):
    """The mandates of one data access contract: one request per poll for all of them."""

    config_entry: FluviusConfigEntry

    def __init__(
        self, hass: HomeAssistant, entry: FluviusConfigEntry, client: FluviusClient
    ) -> None:
        """Prepare polling of the mandates."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name="Fluvius mandates",
            update_interval=CONTRACT_INTERVAL,
            always_update=False,
        )
        self.client = client
        self.in_flight = asyncio.Semaphore(MAX_REQUESTS_IN_FLIGHT)

    def readable_mandates(self, ean: str | None = None) -> list[Mandate]:
        """Return the mandates that give access to readings, of one EAN or of all."""
        return [
            mandate
            for mandate in self.data
            if is_readable(mandate) and (ean is None or mandate.ean == ean)
        ]

    @override
    async def _async_update_data(self) -> tuple[Mandate, ...]:
        try:
            return await self.client.mandates()
        except FluviusError as err:
            raise update_error(err) from err


@dataclass(frozen=True, slots=True)
class MeterData:
    """What is known of a meter; `import_progress` of its history is 0 to 100 percent."""

    import_progress: float
    data_until: datetime | None
    measures: frozenset[Measure] = frozenset()
    last_day: DayTotals | None = None
    skipped: dict[str, int] = field(default_factory=dict)


class MeterCoordinator(DataUpdateCoordinator[MeterData]):
    """The readings of one EAN: history first, oldest first, then whatever is new.

    Every answer is written to the statistics before it counts as covered; an import that was cut
    off, by an error or a restart, goes on at the window it was in.
    """

    config_entry: FluviusConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: FluviusConfigEntry,
        subentry: ConfigSubentry,
        contract: ContractCoordinator,
        store: ProgressStore,
    ) -> None:
        """Prepare following a meter."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=f"Fluvius meter {subentry.title}",
            update_interval=METER_INTERVAL,
        )
        self.subentry = subentry
        self.ean: str = subentry.data[CONF_EAN]
        self.energy_type = EnergyType(subentry.data[CONF_ENERGY_TYPE])
        self._day_kind = day_kind_of(self.energy_type)
        self._contract = contract
        self._store = store
        self._failures = 0
        self._mandates = contract.readable_mandates(self.ean)
        progress = store.get(self.ean)
        self.data = MeterData(
            import_progress=100.0 if progress.history_imported else 0.0,
            data_until=progress.data_until,
            measures=frozenset(progress.newest),
            last_day=progress.last_day,
        )

    @override
    async def _async_update_data(self) -> MeterData:
        try:
            data = await self._async_import()
        except FluviusError as err:
            raise update_error(err, self._next_retry()) from err
        except StatisticsNotWrittenError as err:
            raise UpdateFailed(
                translation_domain=err.translation_domain,
                translation_key=err.translation_key,
                retry_after=self._next_retry(),
            ) from err
        self._failures = 0
        return data

    def _next_retry(self) -> float:
        """Return the seconds to wait after one more failure in a row."""
        delay: timedelta = FIRST_RETRY * 2**self._failures
        self._failures = min(self._failures + 1, 10)
        return min(delay, METER_INTERVAL).total_seconds()

    async def _async_import(self) -> MeterData:
        """Bring the statistics up to date, window by window."""
        await self._async_forget_beyond_mandate()
        allowed = self._allowed()
        if not allowed:
            return self.data
        progress = await self._async_trusted_progress()
        begun = dt_util.utcnow()
        todo = await self._async_todo(allowed, progress, begun)
        for part in todo:
            for window in windows(part.period, self._day_kind):
                progress = await self._async_import_window(
                    Access(window, part.granularities), progress
                )
                if not progress.history_imported:
                    self._show(_percentage(allowed, progress.read))
        if not progress.history_imported:
            LOGGER.info("The history of %s is imported", self.name)
        swept = _sweep_is_due(progress, begun)
        progress = replace(
            progress,
            read=tuple(union([*progress.read, *allowed])),
            history_imported=True,
            asked_until=begun,
            swept_at=begun if swept else progress.swept_at,
        )
        await self._store.async_set(self.ean, progress)
        await self._async_add_to_energy_dashboard(progress)
        return replace(self.data, import_progress=100.0)

    async def _async_todo(
        self, allowed: list[Access], progress: Progress, now: datetime
    ) -> list[Access]:
        """Return what to read: what was never read, what arrived lately and, weekly, the sweep."""
        if not progress.history_imported or progress.asked_until is None:
            return unread(allowed, progress.read)
        grown = self._grown_since(allowed, progress, progress.asked_until)
        todo = unread(allowed, union([*progress.read, *grown]))
        todo += await self._async_arrived(allowed, progress.asked_until, now)
        if _sweep_is_due(progress, now):
            end = allowed[-1].period.end
            since = day_at(end - SWEEP, self._day_kind).start
            todo += clip(allowed, Period(datetime.fromtimestamp(since, UTC), end))
        return union(todo)

    def _grown_since(
        self, allowed: list[Access], progress: Progress, asked_until: datetime
    ) -> list[Access]:
        """Return the days that time has added at the end; their readings show by their arrival.

        Days that a mandate added are none of these: theirs may have arrived long ago.
        """
        read_until = max((part.period.end for part in progress.read), default=None)
        today_then = day_at(asked_until, self._day_kind).start
        if read_until is None or read_until.timestamp() < today_then:
            return []
        return clip(allowed, Period(read_until, allowed[-1].period.end))

    async def _async_arrived(
        self, allowed: list[Access], asked_until: datetime, now: datetime
    ) -> list[Access]:
        """Return the days of which anything arrived at Fluvius since it was asked last."""
        request = EnergyRequest(
            ean=self.ean,
            start=(asked_until - ARRIVAL_OVERLAP).replace(microsecond=0),
            end=now.replace(microsecond=0),
            period_type=PeriodType.INSERT_TIME,
            granularities=tuple(
                sorted({granularity for part in allowed for granularity in part.granularities})
            ),
        )
        try:
            async with self._contract.in_flight:
                headpoint = await self._contract.client.energy(request)
        except FluviusNotFoundError:
            # Nothing can arrive any more for a data period that has ended.
            return []
        days = await self.hass.async_add_executor_job(days_in, headpoint, self._day_kind)
        return [
            part
            for day in days
            for part in clip(
                allowed,
                Period(
                    datetime.fromtimestamp(day.start, UTC), datetime.fromtimestamp(day.end, UTC)
                ),
            )
        ]

    def _allowed(self) -> list[Access]:
        """Return what the mandates allow to be read now, up to the day of readings under way."""
        now = dt_util.utcnow()
        today = datetime.fromtimestamp(day_at(now, self._day_kind).start, UTC)
        mandates = self._contract.readable_mandates(self.ean)
        return accesses(mandates, Period(earliest_readable(now), today), self._day_kind)

    async def _async_forget_beyond_mandate(self) -> None:
        """Delete what was read and is no longer allowed to be held."""
        end = data_ends(self._contract.readable_mandates(self.ean))
        progress = self._store.get(self.ean)
        if end is None or not any(end < part.period.end for part in progress.read):
            return
        # A day of readings that the end falls in may stand there as a whole; it is read again.
        last_day = day_at(end, self._day_kind)
        for measure in progress.newest:
            series = await self._async_series(measure)
            await async_delete_from(self.hass, series, last_day.start)
        LOGGER.info("%s: readings beyond the end of the mandate were deleted", self.name)
        kept = Period(datetime.min.replace(tzinfo=UTC), datetime.fromtimestamp(last_day.start, UTC))
        progress = replace(
            progress,
            read=tuple(clip(progress.read, kept)),
            data_until=min(filter(None, (progress.data_until, kept.end))),
            last_day=None,
            swept_at=None,
            newest=await async_newest_hours(self.hass, self.ean, progress.newest),
        )
        await self._store.async_set(self.ean, progress)
        self.data = replace(
            self.data,
            data_until=progress.data_until,
            measures=frozenset(progress.newest),
            last_day=None,
        )
        self.async_update_listeners()

    async def _async_series(self, measure: Measure) -> StatisticSeries:
        names = await async_measure_names(self.hass)
        return StatisticSeries(self.ean, measure, f"{self.subentry.title} {names[measure]}")

    async def _async_trusted_progress(self) -> Progress:
        """Return the progress as far as the recorder still has what was written."""
        progress = self._store.get(self.ean)
        if progress.asked_until and dt_util.utcnow() - progress.asked_until > _LONGEST_ABSENCE:
            return replace(progress, read=(), history_imported=False)
        held = await async_newest_hours(self.hass, self.ean, progress.newest)
        lost = [m for m, newest in progress.newest.items() if held.get(m, 0) < newest]
        if not lost:
            return progress
        LOGGER.warning("The recorder lost statistics of %s; they are imported again", self.name)
        intact_until = day_at_second(min(held.get(m, 0) for m in lost), self._day_kind).start
        intact = Period(datetime.min.replace(tzinfo=UTC), datetime.fromtimestamp(intact_until, UTC))
        return replace(
            progress, read=tuple(clip(progress.read, intact)), newest=held, history_imported=False
        )

    async def _async_import_window(self, window: Access, progress: Progress) -> Progress:
        """Fetch one window, write it, and keep how far that brought us."""
        request = EnergyRequest(
            ean=self.ean,
            start=window.period.start,
            end=window.period.end,
            granularities=window.granularities,
        )
        async with self._contract.in_flight:
            headpoint = await self._contract.client.energy(request)
        asked = Span(int(request.start.timestamp()), int(request.end.timestamp()))
        result = await self.hass.async_add_executor_job(evaluate, headpoint, asked)
        rows = 0
        for measure, hours in result.hours.items():
            rows += await async_write_hours(self.hass, await self._async_series(measure), hours)
        LOGGER.debug(
            "%s: %s to %s read, %d rows written", self.name, request.start, request.end, rows
        )
        newest = {m: max(hours.values) for m, hours in result.hours.items() if hours.values}
        progress = replace(
            progress,
            read=tuple(union([*progress.read, window])),
            data_until=latest(progress.data_until, result.data_until),
            last_day=newest_day(progress.last_day, result.last_day),
            newest={
                measure: max(newest.get(measure, 0), progress.newest.get(measure, 0))
                for measure in progress.newest.keys() | newest.keys()
            },
        )
        await self._store.async_set(self.ean, progress)
        self.data = replace(
            self.data,
            data_until=progress.data_until,
            measures=frozenset(progress.newest),
            last_day=progress.last_day,
            skipped=headpoint.skipped,
        )
        return progress

    def _show(self, import_progress: float) -> None:
        """Let the sensors show how far the import is."""
        self.data = replace(self.data, import_progress=import_progress)
        self.async_update_listeners()

    @callback
    def async_mandates_changed(self) -> None:
        """Read what the mandates of this meter newly allow."""
        mandates = self._contract.readable_mandates(self.ean)
        if mandates != self._mandates:
            self._mandates = mandates
            self.config_entry.async_create_background_task(
                self.hass, self.async_refresh(), name=f"import {self.name}"
            )

    async def _async_add_to_energy_dashboard(self, progress: Progress) -> None:
        """Add the meter once, if the user asked for it; what the user does with it later is theirs."""
        if progress.on_energy_dashboard or not progress.newest:
            return
        if self.config_entry.options.get(CONF_ENERGY_DASHBOARD) and await async_add_meter(
            self.hass, self.ean, progress.newest
        ):
            await self._store.async_set(self.ean, replace(progress, on_energy_dashboard=True))


@dataclass(slots=True)
class FluviusData:
    """What a loaded entry holds: its contract and, by subentry id, its meters."""

    contract: ContractCoordinator
    meters: dict[str, MeterCoordinator]
    reload_scheduled: bool = False


def _sweep_is_due(progress: Progress, now: datetime) -> bool:
    return progress.swept_at is None or now - progress.swept_at >= SWEEP_INTERVAL


def _percentage(allowed: list[Access], read: Iterable[Access]) -> float:
    """Return how much of what is allowed has been read."""
    whole = _length(allowed)
    return round(100.0 * (whole - _length(unread(allowed, union(read)))) / whole, 1)


def _length(parts: list[Access]) -> float:
    return sum((part.period.end - part.period.start).total_seconds() for part in parts)
