"""Late, corrected and withdrawn readings find their hour, however old they are."""

from datetime import datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

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
    kept_progress,
    later,
    sensor_state,
    set_up,
)
from .sandbox import Sandbox

POLL = timedelta(hours=3, minutes=1)
OFFTAKE = f"{DOMAIN}:{DAILY_EAN}_offtake_night"


def answered(sandbox: Sandbox) -> list[str]:
    """Return the kinds of period of the energy requests that were answered."""
    return [
        entry.query["periodType"]
        for entry in sandbox.state.journal.entries
        if entry.endpoint == "energy" and entry.status == 200
    ]


@pytest.fixture
def by_the_day(sandbox: Sandbox, now: datetime) -> None:
    sandbox.add_mandate(DAILY_EAN, data_period_from=days_ago(now, 400), data_service_type="VH_dag")


@pytest.mark.usefixtures("by_the_day")
async def test_nothing_new_costs_one_request(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, freezer: Any
) -> None:
    await set_up(hass, contract_entry(sandbox, certificate, [DAILY_EAN]))
    sandbox.state.journal.clear()
    await later(hass, freezer, POLL)
    assert answered(sandbox) == ["insertTime"]


@pytest.mark.usefixtures("by_the_day")
async def test_a_year_old_correction_of_a_whole_day_takes_one_request(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
) -> None:
    await set_up(hass, contract_entry(sandbox, certificate, [DAILY_EAN]))
    before = await hourly_rows(hass, OFFTAKE)
    day = days_ago(now, 380)
    sandbox.correct(
        DAILY_EAN,
        "offtake_night",
        day,
        days_ago(now, 379),
        99.5,
        inserted=now + timedelta(hours=1),
        granularity="daily",
    )
    sandbox.state.journal.clear()
    await later(hass, freezer, POLL)
    assert answered(sandbox) == ["insertTime"]
    after = await hourly_rows(hass, OFFTAKE)
    changed = [
        new["state"] for old, new in zip(before, after, strict=True) if old["state"] != new["state"]
    ]
    assert changed == [99.5]
    await assert_all_there(hass, sandbox, DAILY_EAN)


async def test_a_late_day_is_filled_in_when_it_arrives(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
) -> None:
    ean = QUARTER_HOUR_EAN
    sandbox.add_mandate(ean, data_period_from=days_ago(now, 100))
    late, next_day = days_ago(now, 90), days_ago(now, 89)
    sandbox.delay(ean, late, next_day, now + timedelta(hours=2))
    await set_up(hass, contract_entry(sandbox, certificate, [ean]))
    assert len(await hourly_rows(hass, f"{DOMAIN}:{ean}_offtake")) == 99 * 24 + 1
    await later(hass, freezer, POLL)
    assert len(await hourly_rows(hass, f"{DOMAIN}:{ean}_offtake")) == 100 * 24 + 1
    await assert_all_there(hass, sandbox, ean)


@pytest.mark.usefixtures("by_the_day")
async def test_a_day_with_one_register_only_counts_that(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
) -> None:
    start, end = days_ago(now, 15), days_ago(now, 10)
    arrival = now + timedelta(hours=1)
    sandbox.delay(DAILY_EAN, start, end, arrival, series="offtake_night")
    await set_up(hass, contract_entry(sandbox, certificate, [DAILY_EAN]))
    await assert_every_day_as_told(hass, sandbox, DAILY_EAN)
    await later(hass, freezer, POLL)
    await assert_every_day_as_told(hass, sandbox, DAILY_EAN)


async def test_a_day_changes_over_to_its_quarter_hours_when_the_last_one_arrives(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
) -> None:
    ean = QUARTER_HOUR_EAN
    sandbox.add_mandate(ean, data_period_from=days_ago(now, 10))
    hole = days_ago(now, 5) + timedelta(hours=3)
    sandbox.delay(
        ean,
        hole,
        hole + timedelta(minutes=15),
        now + timedelta(hours=2),
        granularity="hourly_quarterhourly",
    )
    await set_up(hass, contract_entry(sandbox, certificate, [ean]))
    assert len(await hourly_rows(hass, f"{DOMAIN}:{ean}_offtake")) == 9 * 24 + 1
    await assert_all_there(hass, sandbox, ean)
    await later(hass, freezer, POLL)
    assert len(await hourly_rows(hass, f"{DOMAIN}:{ean}_offtake")) == 10 * 24
    await assert_all_there(hass, sandbox, ean)


async def test_provisional_gas_becomes_definitive(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
) -> None:
    sandbox.add_mandate(GAS_EAN, data_period_from=days_ago(now, 9))
    await set_up(hass, contract_entry(sandbox, certificate, [GAS_EAN]))
    before = {
        row["start"]: row["state"]
        for row in await hourly_rows(hass, f"{DOMAIN}:{GAS_EAN}_gas_energy")
    }
    for _ in range(26):
        await later(hass, freezer, timedelta(days=1))
    await assert_all_there(hass, sandbox, GAS_EAN)
    after = {
        row["start"]: row["state"]
        for row in await hourly_rows(hass, f"{DOMAIN}:{GAS_EAN}_gas_energy")
    }
    assert before.items() - after.items()
    assert before.keys() < after.keys()


@pytest.mark.usefixtures("by_the_day")
async def test_the_last_weeks_are_read_again_once_a_week(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, freezer: Any
) -> None:
    await set_up(hass, contract_entry(sandbox, certificate, [DAILY_EAN]))
    await later(hass, freezer, POLL)
    sandbox.state.journal.clear()
    await later(hass, freezer, timedelta(days=7))
    (sweep,) = [
        entry.query
        for entry in sandbox.state.journal.entries
        if entry.endpoint == "energy"
        and entry.query["periodType"] == "readTime"
        and entry.status == 200
    ]
    length = datetime.fromisoformat(sweep["to"]) - datetime.fromisoformat(sweep["from"])
    assert timedelta(days=61) < length <= timedelta(days=63)


@pytest.mark.usefixtures("by_the_day")
async def test_after_half_a_year_away_all_is_read_again(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    hass_storage: dict[str, Any],
    now: datetime,
) -> None:
    entry = contract_entry(sandbox, certificate, [DAILY_EAN])
    await set_up(hass, entry)
    progress = kept_progress(hass_storage, entry, DAILY_EAN)
    progress["asked_until"] = (now - timedelta(days=200)).isoformat()
    sandbox.state.journal.clear()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await imported(hass)
    assert answered(sandbox) == ["readTime"] * 3
    await assert_all_there(hass, sandbox, DAILY_EAN)


@pytest.mark.usefixtures("by_the_day")
async def test_the_last_day_is_known_again_after_a_restart_without_news(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, freezer: Any
) -> None:
    entry = contract_entry(sandbox, certificate, [DAILY_EAN])
    await set_up(hass, entry)
    known = sensor_state(hass, DAILY_EAN, "last_day_offtake")
    assert float(known) > 0
    freezer.tick(POLL)
    sandbox.state.journal.clear()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await later(hass, freezer, timedelta(seconds=1))
    assert answered(sandbox) == ["insertTime"]
    assert sensor_state(hass, DAILY_EAN, "last_day_offtake") == known
