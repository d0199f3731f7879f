"""What a changed mandate allows, forbids and takes away, while Home Assistant runs."""

from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.fluvius_esco import statistics
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
    later,
    sensor_state,
    set_up,
)
from .observing import POLL, period_types
from .sandbox import Sandbox

OFFTAKE = f"{DOMAIN}:{QUARTER_HOUR_EAN}_offtake"


def granted(sandbox: Sandbox, ean: str, first: datetime, last: datetime | None = None) -> None:
    """Approve a meter by the day for a period, besides what it has already."""
    sandbox.add_mandate(
        ean,
        data_period_from=first,
        data_period_to=last,
        data_service_type="VH_dag",
        reference_number=f"REF-{first:%Y%m%d}",
    )


async def test_a_gap_that_a_new_mandate_fills_is_imported(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
) -> None:
    granted(sandbox, DAILY_EAN, days_ago(now, 100), days_ago(now, 90))
    granted(sandbox, DAILY_EAN, days_ago(now, 10))
    await set_up(hass, contract_entry(sandbox, certificate, [DAILY_EAN]))
    offtake = f"{DOMAIN}:{DAILY_EAN}_offtake"
    assert len(await hourly_rows(hass, offtake)) == 20
    granted(sandbox, DAILY_EAN, days_ago(now, 90), days_ago(now, 10))
    await later(hass, freezer, timedelta(hours=1, minutes=1))
    assert len(await hourly_rows(hass, offtake)) == 100
    await assert_all_there(hass, sandbox, DAILY_EAN)


async def test_days_become_quarter_hours_when_a_mandate_allows_them(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
) -> None:
    ean = QUARTER_HOUR_EAN
    granted(sandbox, ean, days_ago(now, 60))
    await set_up(hass, contract_entry(sandbox, certificate, [ean]))
    assert len(await hourly_rows(hass, OFFTAKE)) == 60
    sandbox.add_mandate(ean, data_period_from=days_ago(now, 50), reference_number="REF-2")
    await later(hass, freezer, timedelta(hours=1, minutes=1))
    assert len(await hourly_rows(hass, OFFTAKE)) == 10 + 50 * 24 + 1
    await assert_all_there(hass, sandbox, ean)


async def test_a_gas_day_at_the_change_from_days_to_hours_is_not_lost(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, now: datetime
) -> None:
    granted(sandbox, GAS_EAN, days_ago(now, 20), days_ago(now, 10))
    sandbox.add_mandate(GAS_EAN, data_period_from=days_ago(now, 10), reference_number="REF-2")
    await set_up(hass, contract_entry(sandbox, certificate, [GAS_EAN]))
    await assert_all_there(hass, sandbox, GAS_EAN)


async def test_a_mandate_that_ended_stops_its_meter_only(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, now: datetime
) -> None:
    sandbox.add_mandate(QUARTER_HOUR_EAN, data_period_from=days_ago(now, 7))
    sandbox.add_mandate(GAS_EAN, data_period_from=days_ago(now, 7), status="Finished")
    await set_up(hass, contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN, GAS_EAN]))
    assert not await hourly_rows(hass, f"{DOMAIN}:{GAS_EAN}_gas_energy")
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


@pytest.mark.parametrize("ean", [QUARTER_HOUR_EAN, GAS_EAN])
async def test_readings_after_an_end_that_moved_back_are_deleted(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
    ean: str,
) -> None:
    sandbox.add_mandate(ean, data_period_from=days_ago(now, 30))
    await set_up(hass, contract_entry(sandbox, certificate, [ean], energy_dashboard=True))
    moved = days_ago(now, 12)
    sandbox.change_mandate(ean, at=now, dataPeriodTo=moved)
    await later(hass, freezer, timedelta(hours=1, minutes=1))
    for name in sandbox.totals(ean):
        rows = await hourly_rows(hass, f"{DOMAIN}:{ean}_{name}")
        assert rows
        assert max(row["start"] for row in rows) < moved.timestamp()
    await assert_all_there(hass, sandbox, ean)
    assert datetime.fromisoformat(sensor_state(hass, ean, "data_until")) <= moved
    sandbox.change_mandate(ean, at=now, dataPeriodTo=None)
    await later(hass, freezer, timedelta(hours=1, minutes=1))
    await assert_all_there(hass, sandbox, ean)
    offtake_or_gas = "offtake" if ean == QUARTER_HOUR_EAN else "gas_energy"
    rows = await hourly_rows(hass, f"{DOMAIN}:{ean}_{offtake_or_gas}")
    assert max(row["start"] for row in rows) > days_ago(now, 2).timestamp()


@pytest.mark.parametrize("ean", [QUARTER_HOUR_EAN, DAILY_EAN, GAS_EAN])
async def test_readings_between_two_mandates_are_deleted(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
    ean: str,
) -> None:
    service = "VH_dag" if ean == DAILY_EAN else "VH_kwartier_uur"
    sandbox.add_mandate(ean, data_period_from=days_ago(now, 40), data_service_type=service)
    await set_up(hass, contract_entry(sandbox, certificate, [ean]))
    sandbox.change_mandate(ean, at=now, dataPeriodTo=days_ago(now, 20))
    sandbox.add_mandate(
        ean,
        data_period_from=days_ago(now, 10),
        data_service_type=service,
        reference_number="REF-2",
    )
    await later(hass, freezer, timedelta(hours=1, minutes=1))
    await assert_every_day_as_told(hass, sandbox, ean)
    sandbox.state.journal.clear()
    await later(hass, freezer, POLL)
    assert period_types(sandbox) == ["insertTime"]


async def test_a_meter_that_is_followed_again_keeps_nothing_that_is_no_longer_allowed(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, now: datetime
) -> None:
    ean = QUARTER_HOUR_EAN
    sandbox.add_mandate(ean, data_period_from=days_ago(now, 40))
    entry = contract_entry(sandbox, certificate, [ean])
    await set_up(hass, entry)
    await hass.config_entries.async_remove(entry.entry_id)
    sandbox.change_mandate(ean, at=now, dataPeriodTo=days_ago(now, 20))
    await set_up(hass, contract_entry(sandbox, certificate, [ean]))
    await assert_every_day_as_told(hass, sandbox, ean)


async def test_a_mandate_that_ends_when_the_calendar_does_is_read(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, now: datetime
) -> None:
    end = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    sandbox.add_mandate(QUARTER_HOUR_EAN, data_period_from=days_ago(now, 5), data_period_to=end)
    await set_up(hass, contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN]))
    assert await hourly_rows(hass, OFFTAKE)
    await assert_every_day_as_told(hass, sandbox, QUARTER_HOUR_EAN)


async def test_a_deletion_that_was_cut_off_loses_nothing_that_is_allowed(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ean = QUARTER_HOUR_EAN
    sandbox.add_mandate(ean, data_period_from=days_ago(now, 100))
    await set_up(hass, contract_entry(sandbox, certificate, [ean]))
    moved = days_ago(now, 20)
    sandbox.change_mandate(ean, at=now, dataPeriodTo=moved)
    with monkeypatch.context() as crash:
        crash.setattr(statistics, "async_add_external_statistics", lambda *_: None)
        await later(hass, freezer, timedelta(hours=1, minutes=1))
    await later(hass, freezer, POLL)
    await assert_every_day_as_told(hass, sandbox, ean)
    assert sensor_state(hass, ean, "data_until") == moved.isoformat()


async def test_readings_of_a_finished_mandate_stay(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
) -> None:
    sandbox.add_mandate(QUARTER_HOUR_EAN, data_period_from=days_ago(now, 5))
    await set_up(hass, contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN]))
    before = await hourly_rows(hass, OFFTAKE)
    sandbox.change_mandate(QUARTER_HOUR_EAN, at=now, status="Finished")
    await later(hass, freezer, timedelta(hours=4))
    assert before
    assert await hourly_rows(hass, OFFTAKE) == before


async def test_a_data_period_that_shrinks_to_nothing_leaves_nothing(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
) -> None:
    start = days_ago(now, 5)
    sandbox.add_mandate(QUARTER_HOUR_EAN, data_period_from=start)
    await set_up(hass, contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN]))
    sandbox.change_mandate(QUARTER_HOUR_EAN, at=now, dataPeriodTo=start + timedelta(hours=1))
    await later(hass, freezer, timedelta(hours=1, minutes=1))
    rows = await hourly_rows(hass, OFFTAKE)
    assert [row["start"] for row in rows] == [start.timestamp()]
