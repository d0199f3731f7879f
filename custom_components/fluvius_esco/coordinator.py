"""The coordinators: one for a contract's mandates, one for the readings of each meter."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, CoreState, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from .access_store import AccessStore
from .api.client import FluviusClient
from .api.exceptions import FluviusError
from .api.models import EnergyType, Mandate
from .api_watch import ApiWatch
from .certificate_watch import CertificateWatch
from .const import (
    CONF_EAN,
    CONF_ENERGY_TYPE,
    CONF_REACTIVE,
    CONTRACT_INTERVAL,
    DOMAIN,
    FIRST_RETRY,
    LOGGER,
    MAX_REQUESTS_IN_FLIGHT,
    METER_INTERVAL,
)
from .energy_watch import EnergyWatch
from .errors import failure, update_error
from .facts_store import FactsStore, FactsSummary
from .importer import MeterImporter
from .issues import report_life, report_permission, report_refusals
from .meter import Meter
from .metering.access import Access, clip, forbidden, is_readable, share_read, unread
from .metering.answer import span_of
from .metering.calendar import DayKind, Period, Span, day_at
from .metering.gaps import Coverage, IncompleteDay, incomplete_days
from .metering.mandate_book import MandateBook, book_of
from .metering.mandate_life import MandateLife, life_of
from .metering.measures import Measure, SeriesKey, day_kind_of
from .metering.news import Announced, Known, News, announced_with, news_since
from .metering.peaks import months_until
from .metering.summary import DayTotals
from .period_sums import PeriodSums, async_period_sums
from .statistics import StatisticsNotWrittenError
from .storage import ProgressStore

# The one under way and the one before, whose last day comes after its end.
_MONTHS_THAT_CHANGE: Final = 2

type FluviusConfigEntry = ConfigEntry[FluviusData]

_NOTHING_KNOWN: Final = Coverage()


class ContractCoordinator(DataUpdateCoordinator[tuple[Mandate, ...]]):
    """The mandates of one data access contract: one request per poll for all of them."""

    config_entry: FluviusConfigEntry

    def __init__(
        self, hass: HomeAssistant, entry: FluviusConfigEntry, client: FluviusClient, api: ApiWatch
    ) -> None:
        """Prepare polling of the mandates."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name="Fluvius mandates",
            update_interval=CONTRACT_INTERVAL,
        )
        self.client = client
        self.api = api
        self.in_flight = asyncio.Semaphore(MAX_REQUESTS_IN_FLIGHT)
        self.certificates = CertificateWatch(hass, entry, lambda: client.accepted_certificate)
        self._book = book_of(())
        self._booked: tuple[Mandate, ...] | None = None

    @property
    def book(self) -> MandateBook:
        """The mandates as they are known now."""
        if self._booked is not self.data:
            self._booked, self._book = self.data, book_of(self.data)
        return self._book

    def readable_mandates(self, ean: str | None = None) -> list[Mandate]:
        """Return the mandates that give access to readings, of one EAN or of all."""
        mandates = self.data if ean is None else self.book.of(ean)
        return [mandate for mandate in mandates if is_readable(mandate)]

    def renewable_mandates(self, ean: str) -> list[Mandate]:
        """Return the mandates that a new consent link renews: those of the one that counts."""
        life = life_of(self.book.of(ean), ean, (), dt_util.utcnow())
        if life.mandate is None or not life.is_to_be_renewed:
            return []
        reference = life.mandate.reference_number
        mandates = self.readable_mandates(ean)
        return [mandate for mandate in mandates if mandate.reference_number == reference]

    @override
    async def _async_update_data(self) -> tuple[Mandate, ...]:
        try:
            async with self.in_flight:
                mandates = await self.client.mandates()
        except FluviusError as err:
            report_permission(self.hass, self.config_entry, self.config_entry.entry_id, err)
            self.api.async_contract_polled(err)
            raise update_error(err) from err
        finally:
            self.certificates.async_check()
        report_permission(self.hass, self.config_entry, self.config_entry.entry_id)
        self.api.async_contract_polled()
        return mandates


@dataclass(frozen=True, slots=True)
class MeterData:
    """What is known of a meter; `import_progress` of its history is 0 to 100 percent.

    `incomplete` days should be complete by now and are not; `skipped` counts, by reason, what
    answers held and could not be used since Home Assistant started. `life` is where the access stands.
    `serials` are the numbers of the physical meters in use.
    `facts` is what its days say beside their amounts, and `sums` what they add up to.
    """

    import_progress: float
    data_until: datetime | None
    measures: frozenset[Measure] = frozenset()
    last_day: DayTotals | None = None
    incomplete: Mapping[SeriesKey, list[IncompleteDay]] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)
    life: MandateLife = field(default_factory=MandateLife)
    facts: FactsSummary = field(default_factory=FactsSummary)
    sums: PeriodSums = field(default_factory=dict)
    serials: frozenset[str] = frozenset()

    @property
    def serial_number(self) -> str | None:
        """The numbers of the physical meters in use, seldom more than one."""
        return ", ".join(sorted(self.serials)) or None


class MeterCoordinator(DataUpdateCoordinator[MeterData]):
    """The readings of one EAN, kept up to date."""

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
        self._contract = contract
        self._store = store
        self._facts = FactsStore(hass, entry.entry_id, self.ean)
        self._sums: PeriodSums = {}
        self._added_up: tuple[datetime, date] | None = None
        self._failures = 0
        self._news_listeners: list[Callable[[News], None]] = []
        self._deletion_listeners: list[Callable[[Span], None]] = []
        self._news_are_due = False
        self._mandates = contract.readable_mandates(self.ean)
        self._to_read_again: list[Period] = []
        self.meter = Meter(
            self.ean,
            self.energy_type,
            subentry.title,
            reactive=subentry.data.get(CONF_REACTIVE, False),
        )
        self._importer = MeterImporter(
            hass,
            contract.client,
            contract.in_flight,
            store,
            self._facts,
            self.meter,
            self._show,
            self._tell_deletion,
        )
        self.data = self._known()

    async def async_read_again(self, period: Period | None) -> int:
        """Read what is new, and a period anew, after a run under way; return the hours written.

        Raises HomeAssistantError for what failed, which later runs try again, or if the meter is
        unloaded meanwhile.
        """
        if period is not None:
            self._to_read_again.append(period)
        # As one of the entry's tasks it ends with it, so that no two runs of a meter overlap.
        run = self.config_entry.async_create_background_task(
            self.hass, self._async_refresh_and_count(period), name=f"refresh {self.name}"
        )
        await asyncio.wait([run])
        if run.cancelled() or self._shutdown_requested:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="meter_not_loaded",
                translation_placeholders={"meter": self.subentry.title},
            )
        return run.result()

    async def _async_refresh_and_count(self, period: Period | None) -> int:
        await self.async_refresh()
        if not self.last_update_success:
            raise failure(self.last_exception)
        read = self._importer.progress.read
        for refusal in self._importer.refusals:
            # Of a refused request the days may have been read one by one.
            if period is not None and clip(unread([refusal.asked], read), period):
                raise failure(update_error(refusal.error))
        return self._importer.hours_written

    @override
    async def _async_update_data(self) -> MeterData:
        self._news_are_due = False
        if not self._sums:
            await self._async_add_up()
        to_read_again, self._to_read_again = self._to_read_again, []
        for period in to_read_again:
            await self._importer.async_read_again(period)
        try:
            await self._importer.async_run(self._contract.readable_mandates(self.ean))
        except FluviusError as err:
            report_permission(self.hass, self.config_entry, self.subentry.subentry_id, err)
            self._contract.api.async_meter_polled(self.subentry.subentry_id, err)
            await self._async_add_up()
            raise update_error(err, self._next_retry()) from err
        except StatisticsNotWrittenError as err:
            raise UpdateFailed(
                translation_domain=err.translation_domain,
                translation_key=err.translation_key,
                retry_after=self._next_retry(),
            ) from err
        finally:
            report_refusals(self.hass, self.subentry, self._importer.refusals)
        await self._async_add_up()
        report_permission(self.hass, self.config_entry, self.subentry.subentry_id)
        self._contract.api.async_meter_polled(self.subentry.subentry_id)
        if self._importer.refusals:
            self.update_interval = timedelta(seconds=self._next_retry())
        else:
            self.update_interval = METER_INTERVAL
            self._failures = 0
        self.config_entry.runtime_data.energy.take_in(self.ean, self._importer.progress.newest)
        await self._async_tell_news()
        return self._known()

    async def _async_add_up(self) -> None:
        """Add up the month and the year from what the recorder holds by now."""
        progress = self._importer.progress
        if progress.data_until is None:
            self._sums = {}
            return
        now = dt_util.utcnow()
        about = (progress.data_until, day_at(now, DayKind.ELECTRICITY).date)
        if about == self._added_up and not self._importer.hours_written:
            return
        first = {
            key.measure: coverage.first
            for key, coverage in progress.coverage.items()
            if key.ean == self.ean and coverage.first is not None
        }
        sums = await async_period_sums(self.hass, self.ean, first, now, progress.data_until)
        if sums is not None:
            self._sums, self._added_up = sums, about
            self._show()

    @callback
    def async_follow_news(self, listener: Callable[[News], None]) -> CALLBACK_TYPE:
        """Call a listener with all that is new of the readings; return what ends that."""
        self._news_listeners.append(listener)
        return partial(self._news_listeners.remove, listener)

    @callback
    def async_follow_deletions(self, listener: Callable[[Span], None]) -> CALLBACK_TYPE:
        """Call a listener with every span whose days are deleted; return what ends that."""
        self._deletion_listeners.append(listener)
        return partial(self._deletion_listeners.remove, listener)

    @callback
    def _tell_deletion(self, gone: Span) -> None:
        for listener in tuple(self._deletion_listeners):
            listener(gone)

    def forbidden(self) -> list[Span]:
        """Return the spans up to now of which the mandates let no readings be held."""
        periods = forbidden(self._contract.readable_mandates(self.ean))
        return [span_of(period) for period in periods if period.start <= dt_util.utcnow()]

    async def async_tell_due_news(self, _: HomeAssistant) -> None:
        """Tell what was read while Home Assistant started, unless more of it is being read."""
        if self._news_are_due:
            await self._async_tell_news()

    async def _async_tell_news(self) -> None:
        """Tell what was not told yet, once all of it is read; the history itself is no news.

        Automations listen from the moment on that Home Assistant runs.
        """
        self._news_are_due = self.hass.state is not CoreState.running
        if self._news_are_due:
            return
        progress = self._importer.progress
        if progress.asked_until is None:
            return
        known = Known(
            progress.last_day,
            self.data.facts.peaks,
            self._offtake_coverage.first_fine,
            progress.corrected,
            months_until(dt_util.utcnow(), _MONTHS_THAT_CHANGE)[0],
        )
        news = () if progress.announced is None else news_since(progress.announced, known)
        announced = announced_with(progress.announced or Announced(), known)
        told = replace(progress, announced=announced, corrected={})
        await self._store.async_set(self.ean, told)
        for one in news:
            for listener in tuple(self._news_listeners):
                listener(one)

    def _next_retry(self) -> float:
        """Return the seconds to wait after one more failure in a row."""
        delay: timedelta = FIRST_RETRY * 2**self._failures
        self._failures = min(self._failures + 1, 10)
        return min(delay, METER_INTERVAL).total_seconds()

    def allowed(self) -> list[Access]:
        """Return what mandates allow to be read now, up to the day of readings under way."""
        return self._importer.allowed(self._contract.readable_mandates(self.ean))

    @property
    def _offtake_coverage(self) -> Coverage:
        key = SeriesKey(self.ean, Measure.OFFTAKE)
        return self._importer.progress.coverage.get(key, _NOTHING_KNOWN)

    def _known(self) -> MeterData:
        """Return what is known of the meter by now."""
        progress = self._importer.progress
        allowed = self.allowed()
        kind = day_kind_of(self.energy_type)
        now = dt_util.utcnow()
        mandates = self._contract.book.about(self.ean, progress.references)
        return MeterData(
            import_progress=share_read(allowed, progress.read) if allowed else 100.0,
            data_until=progress.data_until,
            measures=progress.measures(self.ean),
            last_day=progress.last_day,
            incomplete={
                key: days
                for key, coverage in progress.coverage.items()
                if (days := incomplete_days(coverage.missing(now, kind), kind))
            },
            skipped=dict(self._importer.skipped),
            life=life_of(mandates, self.ean, progress.references, now),
            facts=self._facts.summary(self._offtake_coverage, now),
            sums=self._sums,
            serials=progress.serials,
        )

    @callback
    def _show(self) -> None:
        """Let the sensors show how far the import is."""
        if (known := self._known()) != self.data:
            self.data = known
            self.async_update_listeners()

    @callback
    def async_mandates_changed(self) -> None:
        """Show where the access stands, and read what the mandates of this meter newly allow."""
        self._show()
        report_life(self.hass, self.config_entry, self.subentry, self.data.life)
        mandates = self._contract.readable_mandates(self.ean)
        if mandates != self._mandates:
            self._mandates = mandates
            self.config_entry.async_create_background_task(
                self.hass, self.async_refresh(), name=f"import {self.name}"
            )


@dataclass(slots=True)
class FluviusData:
    """What a loaded entry holds: its contract, the access to it, its meters by subentry id.

    `energy` looks after their place on the Energy dashboard. `settings` are those that it was loaded
    with.
    """

    contract: ContractCoordinator
    access: AccessStore
    meters: dict[str, MeterCoordinator]
    energy: EnergyWatch
    settings: Mapping[str, Any]
    reload_scheduled: bool = False
