"""Loading, failing, going on and going away."""

from datetime import datetime, timedelta
import json
from typing import Any

from homeassistant.components.recorder.db_schema import Statistics
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.recorder import session_scope
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from sqlalchemy.exc import OperationalError

from custom_components.fluvius_esco import stored_rows
from custom_components.fluvius_esco.const import DOMAIN

from .certificates import IssuedCertificate
from .helpers import (
    DAILY_EAN,
    GAS_EAN,
    QUARTER_HOUR_EAN,
    assert_all_there,
    contract_entry,
    days_ago,
    hourly_rows,
    imported,
    is_loaded,
    kept_progress,
    later,
    sensor_state,
    set_up,
)
from .sandbox import Sandbox
from .sandbox.accounts import CLIENT_SECRET, SUBSCRIPTION_KEY

OFFTAKE = f"{DOMAIN}:{QUARTER_HOUR_EAN}_offtake"


@pytest.fixture
def year_of_readings(sandbox: Sandbox, now: datetime) -> None:
    """Approve meters whose history takes three requests each."""
    for ean, service in ((QUARTER_HOUR_EAN, "VH_kwartier_uur"), (DAILY_EAN, "VH_dag")):
        sandbox.add_mandate(ean, data_period_from=days_ago(now, 400), data_service_type=service)


@pytest.fixture
def week_of_readings(sandbox: Sandbox, now: datetime) -> None:
    """Approve all meters for a short time."""
    for ean, service in (
        (QUARTER_HOUR_EAN, "VH_kwartier_uur"),
        (DAILY_EAN, "VH_dag"),
        (GAS_EAN, "VH_kwartier_uur"),
    ):
        sandbox.add_mandate(ean, data_period_from=days_ago(now, 7), data_service_type=service)


@pytest.mark.usefixtures("year_of_readings")
async def test_history_is_read_in_windows_oldest_first(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    await set_up(hass, contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN]))
    assert sandbox.counts["energy"] == 3
    assert sandbox.counts["mandate"] == 1
    assert sandbox.counts["token"] == 1
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


@pytest.mark.usefixtures("year_of_readings")
@pytest.mark.parametrize("kind", ["truncate", "garbage", "cut", "drop"])
async def test_a_failed_window_is_tried_again_and_what_was_imported_stays(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, freezer: Any, kind: str
) -> None:
    sandbox.add_fault("energy", kind, skip=1, times=99)
    entry = contract_entry(sandbox, certificate, [DAILY_EAN])
    await set_up(hass, entry)
    assert is_loaded(entry)
    first_window = await hourly_rows(hass, f"{DOMAIN}:{DAILY_EAN}_offtake")
    assert 180 <= len(first_window) <= 185
    assert 0 < float(sensor_state(hass, DAILY_EAN, "import_progress")) < 100
    sandbox.state.faults.clear()
    await later(hass, freezer, timedelta(minutes=2))
    assert sensor_state(hass, DAILY_EAN, "import_progress") == "100.0"
    await assert_all_there(hass, sandbox, DAILY_EAN)


@pytest.mark.usefixtures("year_of_readings")
async def test_a_cut_off_import_goes_on_where_it_was(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    sandbox.add_fault("energy", "truncate", skip=2, times=1)
    entry = contract_entry(sandbox, certificate, [DAILY_EAN])
    await set_up(hass, entry)
    sandbox.state.journal.clear()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await imported(hass)
    assert sandbox.counts["energy"] == 1
    await assert_all_there(hass, sandbox, DAILY_EAN)


@pytest.mark.usefixtures("week_of_readings")
async def test_a_new_day_arrives_and_a_poll_with_nothing_new_writes_nothing(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, freezer: Any
) -> None:
    eans = [QUARTER_HOUR_EAN, DAILY_EAN, GAS_EAN]
    await set_up(hass, contract_entry(sandbox, certificate, eans))
    before = await hourly_rows(hass, OFFTAKE)
    sandbox.state.journal.clear()
    await later(hass, freezer, timedelta(hours=3, minutes=1))
    answered = [entry for entry in sandbox.state.journal.entries if entry.status == 200]
    assert sum(entry.endpoint == "energy" for entry in answered) == len(eans)
    assert await hourly_rows(hass, OFFTAKE) == before
    await later(hass, freezer, timedelta(hours=24))
    assert len(await hourly_rows(hass, OFFTAKE)) == len(before) + 24
    for ean in eans:
        await assert_all_there(hass, sandbox, ean)


@pytest.mark.usefixtures("week_of_readings")
async def test_removing_and_adding_a_contract_again_doubles_nothing(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    first = contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN])
    await set_up(hass, first)
    await hass.config_entries.async_remove(first.entry_id)
    await set_up(hass, contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN]))
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


@pytest.mark.usefixtures("week_of_readings")
async def test_a_recorder_that_lost_everything_is_filled_again(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, recorder_mock: Any
) -> None:
    entry = contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN])
    await set_up(hass, entry)
    done = hass.loop.create_future()
    names = [f"{DOMAIN}:{QUARTER_HOUR_EAN}_{name}" for name in sandbox.totals(QUARTER_HOUR_EAN)]
    recorder_mock.async_clear_statistics(
        names, on_done=lambda: hass.loop.call_soon_threadsafe(done.set_result, None)
    )
    await done
    assert not await hourly_rows(hass, OFFTAKE)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await imported(hass)
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


@pytest.mark.usefixtures("week_of_readings")
async def test_a_database_that_is_down_costs_a_retry(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    freezer: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def down(*_args: Any, **_kwargs: Any) -> None:
        raise OperationalError("SELECT", {}, ConnectionError())

    with monkeypatch.context() as outage:
        outage.setattr(stored_rows, "get_last_statistics", down)
        await set_up(hass, contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN]))
        assert not await hourly_rows(hass, OFFTAKE)
    await later(hass, freezer, timedelta(minutes=1, seconds=1))
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


async def test_set_up_waits_for_a_fluvius_that_is_down(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, freezer: Any
) -> None:
    sandbox.add_fault("mandate", "status", status=503, times=9)
    entry = contract_entry(sandbox, certificate)
    await set_up_failing(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    sandbox.state.faults.clear()
    await later(hass, freezer, timedelta(minutes=5))
    assert is_loaded(entry)


async def set_up_failing(hass: HomeAssistant, entry: Any) -> None:
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)


async def test_a_certificate_that_cannot_be_read_any_more_asks_for_a_new_one(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    entry = contract_entry(sandbox, certificate)
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, data={**entry.data, "private_key": "broken"})
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert hass.config_entries.flow.async_progress()[0]["context"]["source"] == "reauth"


@pytest.mark.usefixtures("week_of_readings")
async def test_sensors_tell_the_last_complete_day(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    eans = [QUARTER_HOUR_EAN, DAILY_EAN, GAS_EAN]
    await set_up(hass, contract_entry(sandbox, certificate, eans))
    for ean, key, series in (
        (QUARTER_HOUR_EAN, "last_day_offtake", "offtake"),
        (QUARTER_HOUR_EAN, "last_day_injection", "injection"),
        (DAILY_EAN, "last_day_offtake", "offtake"),
        (GAS_EAN, "last_day_gas_energy", "gas_energy"),
        (GAS_EAN, "last_day_gas_volume", "gas_volume"),
    ):
        entity_id = er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"{ean}_{key}")
        state = hass.states.get(entity_id or "")
        assert state
        day = "2026-11-09"
        assert state.attributes["date"] == day
        hours = await hourly_rows(hass, f"{DOMAIN}:{ean}_{series}")
        first = datetime.fromisoformat(f"{day}T05:00Z" if ean == GAS_EAN else "2026-11-08T23:00Z")
        of_day = [row["state"] for row in hours if row["start"] >= first.timestamp()]
        assert float(state.state) == pytest.approx(sum(of_day), abs=1e-6)
    assert sensor_state(hass, QUARTER_HOUR_EAN, "data_until") == "2026-11-09T23:00:00+00:00"
    registry = er.async_get(hass)
    assert not registry.async_get_entity_id("sensor", DOMAIN, f"{DAILY_EAN}_last_day_injection")


@pytest.mark.usefixtures("week_of_readings")
async def test_meters_are_devices_of_their_subentries(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    entry = contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN, GAS_EAN])
    await set_up(hass, entry)
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert {device.name for device in devices} == {
        entry.title,
        f"Meter {QUARTER_HOUR_EAN}",
        f"Meter {GAS_EAN}",
    }
    gas = next(s for s in entry.subentries.values() if s.unique_id == GAS_EAN)
    hass.config_entries.async_remove_subentry(entry, gas.subentry_id)
    await imported(hass)
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert {device.name for device in devices} == {entry.title, f"Meter {QUARTER_HOUR_EAN}"}
    assert is_loaded(entry)


@pytest.mark.usefixtures("week_of_readings")
async def test_diagnostics_hold_no_secret_and_no_ean(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, hass_client: Any
) -> None:
    entry = contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN, GAS_EAN])
    await set_up(hass, entry)
    diagnostics: Any = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    text = json.dumps(diagnostics)
    assert diagnostics["meters"]["meter 1"]["measures"]
    assert diagnostics["contract"]["requests_sent"] == 3
    for secret in (
        SUBSCRIPTION_KEY,
        CLIENT_SECRET,
        entry.data["tenant_id"],
        entry.data["client_id"],
        entry.data["contract_number"],
        certificate.key_pem.decode()[100:160],
        QUARTER_HOUR_EAN,
        DAILY_EAN,
        GAS_EAN,
    ):
        assert secret not in text


async def test_diagnostics_of_a_secret_tell_its_kind_only(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, hass_client: Any
) -> None:
    entry = contract_entry(sandbox, certificate)
    data = {k: v for k, v in entry.data.items() if k not in ("certificate", "private_key")}
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, data=data | {"client_secret": CLIENT_SECRET})
    assert await hass.config_entries.async_setup(entry.entry_id)
    diagnostics: Any = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert diagnostics["credential"] == {"kind": "secret"}


@pytest.mark.usefixtures("week_of_readings")
async def test_logs_hold_no_secret(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    caplog: pytest.LogCaptureFixture,
    freezer: Any,
) -> None:
    caplog.set_level("DEBUG")
    sandbox.add_fault("energy", "status", status=401, times=3)
    entry = contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN])
    await set_up(hass, entry)
    await later(hass, freezer, timedelta(minutes=2))
    ours = "\n".join(
        record.getMessage() + str(record.exc_info)
        for record in caplog.records
        if record.name.startswith(("custom_components", "homeassistant", "aiohttp.client"))
    )
    assert "custom_components" in {record.name.split(".")[0] for record in caplog.records}
    for secret in (SUBSCRIPTION_KEY, "eyJ", "BEGIN PRIVATE KEY"):
        assert secret not in ours


async def test_statistics_that_the_recorder_lost_at_the_end_are_imported_again(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    recorder_mock: Any,
) -> None:
    sandbox.add_mandate(DAILY_EAN, data_period_from=days_ago(now, 200), data_service_type="VH_dag")
    entry = contract_entry(sandbox, certificate, [DAILY_EAN])
    await set_up(hass, entry)
    since = days_ago(now, 150).timestamp()

    def lose() -> None:
        with session_scope(session=recorder_mock.get_session()) as session:
            session.query(Statistics).filter(Statistics.start_ts >= since).delete()

    await recorder_mock.async_add_executor_job(lose)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await imported(hass)
    await assert_all_there(hass, sandbox, DAILY_EAN)


@pytest.mark.usefixtures("week_of_readings")
async def test_a_statistic_that_fluvius_no_longer_gives_is_not_asked_for_for_ever(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    hass_storage: dict[str, Any],
    freezer: Any,
) -> None:
    entry = contract_entry(sandbox, certificate, [DAILY_EAN])
    await set_up(hass, entry)
    progress = kept_progress(hass_storage, entry, DAILY_EAN)
    progress["newest"][f"{DAILY_EAN}_injection"] = progress["newest"][f"{DAILY_EAN}_offtake"]
    assert await hass.config_entries.async_reload(entry.entry_id)
    await imported(hass)
    progress = kept_progress(hass_storage, entry, DAILY_EAN)
    assert f"{DAILY_EAN}_injection" not in progress["newest"]
    await assert_all_there(hass, sandbox, DAILY_EAN)
