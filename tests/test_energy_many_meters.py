"""A provider's thousand meters on the Energy dashboard never hold up Home Assistant."""

import asyncio

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.fluvius_esco.const import DOMAIN
from custom_components.fluvius_esco.energy_store import EnergyStore, async_energy_store
from custom_components.fluvius_esco.energy_watch import EnergyWatch
from custom_components.fluvius_esco.metering.measures import Measure, SeriesKey

from .dashboard import sources
from .helpers import imported, meter
from .loop_hold import watched_loop

EANS = [f"5414400000{number:08d}" for number in range(1000)]
MEASURES = (
    Measure.OFFTAKE,
    Measure.OFFTAKE_DAY,
    Measure.OFFTAKE_NIGHT,
    Measure.INJECTION,
    Measure.INJECTION_DAY,
    Measure.INJECTION_NIGHT,
)
LONGEST_STEP = 0.05


def series_of(ean: str) -> frozenset[SeriesKey]:
    return frozenset(SeriesKey(ean, measure) for measure in MEASURES)


@pytest.fixture
async def store(hass: HomeAssistant) -> EnergyStore:
    """What is known of a contract with a thousand meters, the last few of which were not read."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Provider",
        options={"energy_dashboard": True},
        subentries_data=[meter(ean) for ean in EANS],
    )
    entry.add_to_hass(hass)
    store = await async_energy_store(hass, entry.entry_id)
    for ean in EANS[:-3]:
        store.keep_series(ean, series_of(ean))
    return store


@pytest.fixture
async def watch(hass: HomeAssistant, store: EnergyStore) -> EnergyWatch:
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    return EnergyWatch(hass, entry, store)


async def test_all_are_added_at_once_and_no_step_is_long(
    hass: HomeAssistant, watch: EnergyWatch
) -> None:
    with watched_loop() as hold:
        # As a step of the loop of its own.
        await asyncio.create_task(watch.async_settle())
        await imported(hass)
        assert len(await sources(hass)) == len(EANS) - 3
        for ean in EANS[-3:]:
            watch.take_in(ean, series_of(ean))
        await imported(hass)
    assert len(await sources(hass)) == len(EANS)
    assert hold.longest < LONGEST_STEP


async def test_meters_that_end_together_are_looked_at_once(
    hass: HomeAssistant, watch: EnergyWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled = []
    settle = EnergyWatch.async_settle

    async def counted(watch: EnergyWatch) -> None:
        settled.append(watch)
        await settle(watch)

    monkeypatch.setattr(EnergyWatch, "async_settle", counted)
    for ean in EANS:
        watch.take_in(ean, series_of(ean))
    await imported(hass)
    assert len(settled) == 1
    assert len(await sources(hass)) == len(EANS)
    for ean in EANS:
        watch.take_in(ean, series_of(ean))
    await imported(hass)
    assert len(settled) == 1, "a poll that finds nothing new changes nothing"
