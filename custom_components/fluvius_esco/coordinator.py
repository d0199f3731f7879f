"""The coordinators: one for a contract's mandates, one for the readings of each meter."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, override

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from .access_store import AccessStore
from .api.client import FluviusClient
from .api.exceptions import FluviusError
from .api.models import EnergyType, Mandate
from .certificate_watch import CertificateWatch
from .const import (
    CONF_EAN,
    CONF_ENERGY_DASHBOARD,
    CONF_ENERGY_TYPE,
    CONF_REACTIVE,
    CONTRACT_INTERVAL,
    FIRST_RETRY,
    LOGGER,
    MAX_REQUESTS_IN_FLIGHT,
    METER_INTERVAL,
)
from .energy_dashboard import async_add_meter
from .errors import update_error
from .importer import MeterImporter
from .issues import report_life, report_permission, report_refusals
from .meter import Meter
from .metering.access import is_readable, share_read
from .metering.gaps import IncompleteDay, incomplete_days
from .metering.mandate_book import MandateBook, book_of
from .metering.mandate_life import MandateLife, life_of
from .metering.measures import Measure, SeriesKey, day_kind_of
from .metering.summary import DayTotals
from .statistics import StatisticsNotWrittenError
from .storage import ProgressStore

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
        )
        self.client = client
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
            raise update_error(err) from err
        finally:
            self.certificates.async_check()
        report_permission(self.hass, self.config_entry, self.config_entry.entry_id)
        return mandates


@dataclass(frozen=True, slots=True)
class MeterData:
    """What is known of a meter; `import_progress` of its history is 0 to 100 percent.

    `incomplete` days should be complete by now and are not; `skipped` counts, by reason, what
    answers held and could not be used since Home Assistant started. `life` is where the access stands.
    """

    import_progress: float
    data_until: datetime | None
    measures: frozenset[Measure] = frozenset()
    last_day: DayTotals | None = None
    incomplete: Mapping[SeriesKey, list[IncompleteDay]] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)
    life: MandateLife = field(default_factory=MandateLife)


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
        self._failures = 0
        self._mandates = contract.readable_mandates(self.ean)
        meter = Meter(
            self.ean,
            self.energy_type,
            subentry.title,
            reactive=subentry.data.get(CONF_REACTIVE, False),
        )
        self._importer = MeterImporter(
            hass, contract.client, contract.in_flight, store, meter, self._show
        )
        self.data = self._known()

    @override
    async def _async_update_data(self) -> MeterData:
        try:
            await self._importer.async_run(self._contract.readable_mandates(self.ean))
        except FluviusError as err:
            report_permission(self.hass, self.config_entry, self.subentry.subentry_id, err)
            raise update_error(err, self._next_retry()) from err
        except StatisticsNotWrittenError as err:
            raise UpdateFailed(
                translation_domain=err.translation_domain,
                translation_key=err.translation_key,
                retry_after=self._next_retry(),
            ) from err
        finally:
            report_refusals(self.hass, self.subentry, self._importer.refusals)
        report_permission(self.hass, self.config_entry, self.subentry.subentry_id)
        if self._importer.refusals:
            self.update_interval = timedelta(seconds=self._next_retry())
        else:
            self.update_interval = METER_INTERVAL
            self._failures = 0
        await self._async_add_to_energy_dashboard()
        return self._known()

    def _next_retry(self) -> float:
        """Return the seconds to wait after one more failure in a row."""
        delay: timedelta = FIRST_RETRY * 2**self._failures
        self._failures = min(self._failures + 1, 10)
        return min(delay, METER_INTERVAL).total_seconds()

    def _known(self) -> MeterData:
        """Return what is known of the meter by now."""
        progress = self._importer.progress
        allowed = self._importer.allowed(self._contract.readable_mandates(self.ean))
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

    async def _async_add_to_energy_dashboard(self) -> None:
        """Add the meter once, if the user asked for it; what the user does with it later is theirs."""
        progress = self._importer.progress
        measures = progress.measures(self.ean)
        if progress.on_energy_dashboard or not measures:
            return
        if self.config_entry.options.get(CONF_ENERGY_DASHBOARD) and await async_add_meter(
            self.hass, self.ean, measures
        ):
            await self._store.async_set(self.ean, replace(progress, on_energy_dashboard=True))


@dataclass(slots=True)
class FluviusData:
    """What a loaded entry holds: its contract, the access to it, its meters by subentry id.

    `settings` are those that it was loaded with.
    """

    contract: ContractCoordinator
    access: AccessStore
    meters: dict[str, MeterCoordinator]
    settings: Mapping[str, Any]
    reload_scheduled: bool = False
