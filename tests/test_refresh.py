"""An action reads a period again, in turn with the import, so that every kWh still counts once."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.fluvius_esco.const import DOMAIN

from .certificates import IssuedCertificate
from .helpers import (
    DAILY_EAN,
    GAS_EAN,
    QUARTER_HOUR_EAN,
    assert_all_there,
    assert_every_day_as_told,
    contract_entry,
    days_ago,
    hourly_rows,
    imported,
    later,
    sensor_state,
    set_up,
)
from .observing import energy_requests, period_types, watch_recorder
from .reading_actions import act, device_of
from .sandbox import Sandbox

NIGHT = f"{DOMAIN}:{DAILY_EAN}_offtake_night"
DAYS = 100


@pytest.fixture(params=["v3", "v2"])
async def entry(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    request: pytest.FixtureRequest,
) -> MockConfigEntry:
    """A contract with a meter that is read by the day, for a version of the API."""
    sandbox.add_mandate(DAILY_EAN, data_period_from=days_ago(now, DAYS), data_service_type="VH_dag")
    entry = contract_entry(sandbox, certificate, [DAILY_EAN], api_version=request.param)
    await set_up(hass, entry)
    sandbox.state.journal.clear()
    return entry


def correct_unseen(sandbox: Sandbox, now: datetime, days: int, value: float | None) -> None:
    """Correct a night so long ago that neither arrivals nor the sweep show it.

    It was inserted before the meter was followed, and yet after its history was read.
    """
    sandbox.correct(
        DAILY_EAN,
        "offtake_night",
        days_ago(now, days),
        days_ago(now, days - 1),
        value,
        inserted=now - timedelta(hours=5),
        granularity="daily",
    )


async def refresh(hass: HomeAssistant, *eans: str, **asked: str) -> list[dict[str, Any]]:
    devices = [device_of(hass, ean) for ean in eans]
    found: list[dict[str, Any]] = (await act(hass, "refresh", device_id=devices, **asked))["meters"]
    return found


async def test_a_correction_older_than_the_sweep_is_found(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, now: datetime
) -> None:
    before = await hourly_rows(hass, NIGHT)
    correct_unseen(sandbox, now, 90, 99.5)
    start, end = days_ago(now, 95), days_ago(now, 85)
    (done,) = await refresh(hass, DAILY_EAN, start=start.isoformat(), end=end.isoformat())
    assert done == {"meter": f"Meter {DAILY_EAN}", "ean": DAILY_EAN, "hours_written": 2}
    _, again = energy_requests(sandbox)
    assert (again.period_type, again.start, again.end) == ("readTime", start, end)
    after = await hourly_rows(hass, NIGHT)
    changed = [
        new["state"] for old, new in zip(before, after, strict=True) if old["state"] != new["state"]
    ]
    assert changed == [99.5]
    await assert_all_there(hass, sandbox, DAILY_EAN)
    assert sensor_state(hass, DAILY_EAN, "import_progress") == "100.0"


@pytest.mark.usefixtures("entry")
async def test_without_a_change_nothing_is_written(
    hass: HomeAssistant, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = watch_recorder(monkeypatch)
    (done,) = await refresh(hass, DAILY_EAN, start="2026-08-10", end="2026-11-10")
    assert done["hours_written"] == 0
    assert (work.rows, work.shifts) == ([], [])


@pytest.mark.usefixtures("entry")
async def test_without_a_period_it_asks_for_what_is_new(
    hass: HomeAssistant, sandbox: Sandbox, now: datetime, freezer: Any
) -> None:
    sandbox.correct(
        DAILY_EAN,
        "offtake_night",
        days_ago(now, 70),
        days_ago(now, 69),
        42.5,
        inserted=now + timedelta(minutes=5),
        granularity="daily",
    )
    freezer.tick(timedelta(minutes=10))
    (done,) = await refresh(hass, DAILY_EAN)
    assert done["hours_written"] > 0
    assert period_types(sandbox)[0] == "insertTime"
    await assert_all_there(hass, sandbox, DAILY_EAN)


@pytest.mark.usefixtures("entry")
async def test_a_withdrawn_day_goes(hass: HomeAssistant, sandbox: Sandbox, now: datetime) -> None:
    correct_unseen(sandbox, now, 90, None)
    (done,) = await refresh(hass, DAILY_EAN, start="2026-08-12", end="2026-08-13")
    assert done["hours_written"] == 2
    await assert_every_day_as_told(hass, sandbox, DAILY_EAN)


async def test_several_meters_are_read_at_once(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, three_meters: None
) -> None:
    eans = (QUARTER_HOUR_EAN, DAILY_EAN, GAS_EAN)
    await set_up(hass, contract_entry(sandbox, certificate, eans))
    sandbox.state.journal.clear()
    done = await refresh(hass, *eans, start="2026-11-06", end="2026-11-08")
    assert [(one["ean"], one["hours_written"]) for one in done] == [(ean, 0) for ean in eans]
    assert period_types(sandbox).count("readTime") == 3
    for ean in eans:
        await assert_all_there(hass, sandbox, ean)


async def test_it_waits_for_an_import_under_way(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, now: datetime
) -> None:
    sandbox.add_mandate(QUARTER_HOUR_EAN, data_period_from=days_ago(now, 30))
    entry = contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN])
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    (done, again) = await asyncio.gather(
        refresh(hass, QUARTER_HOUR_EAN, start="2026-11-01", end="2026-11-03"),
        refresh(hass, QUARTER_HOUR_EAN, start="2026-11-05", end="2026-11-06"),
    )
    assert (done[0]["hours_written"], again[0]["hours_written"]) == (0, 0)
    await imported(hass)
    asked = [(one.start, one.end) for one in energy_requests(sandbox)]
    assert asked.count((days_ago(now, 30), days_ago(now, 0))) == 1
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


async def test_what_fails_is_told_and_tried_again(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, now: datetime, freezer: Any
) -> None:
    correct_unseen(sandbox, now, 90, 99.5)
    sandbox.add_fault("energy", "status", status=503, skip=1, times=9)
    with pytest.raises(HomeAssistantError) as failed:
        await refresh(hass, DAILY_EAN, start="2026-08-10", end="2026-08-20")
    assert failed.value.translation_key == "cannot_connect"
    sandbox.state.faults.clear()
    await later(hass, freezer, timedelta(minutes=2))
    await assert_all_there(hass, sandbox, DAILY_EAN)


async def test_a_refused_day_of_the_period_is_told(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, now: datetime
) -> None:
    correct_unseen(sandbox, now, 90, -1.5)
    with pytest.raises(HomeAssistantError) as failed:
        await refresh(hass, DAILY_EAN, start="2026-08-10", end="2026-08-20")
    assert failed.value.translation_key == "malformed_answer"
    assert await refresh(hass, DAILY_EAN, start="2026-10-10", end="2026-10-20")


async def test_a_contract_that_is_unloaded_meanwhile_ends_it(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry
) -> None:
    sandbox.add_fault("energy", "delay", seconds=30, times=1)
    waiting = hass.async_create_task(refresh(hass, DAILY_EAN, start="2026-08-10", end="2026-08-20"))
    while "energy" not in sandbox.counts:  # noqa: ASYNC110 - the server tells of no arrival
        await asyncio.sleep(0)
    assert await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(HomeAssistantError) as failed:
        await waiting
    assert failed.value.translation_key == "meter_not_loaded"


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize("part", [{"start": "2026-11-01"}, {"end": "2026-11-01"}])
async def test_a_period_has_a_start_and_an_end(hass: HomeAssistant, part: dict[str, str]) -> None:
    with pytest.raises(probatio.Invalid):
        await refresh(hass, DAILY_EAN, **part)
