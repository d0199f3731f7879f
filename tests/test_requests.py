"""What keeping up costs: requests to Fluvius, and rows in the recorder."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.fluvius_esco.const import DOMAIN, MAX_REQUESTS_IN_FLIGHT

from .certificates import IssuedCertificate
from .helpers import (
    DAILY_EAN,
    GAS_EAN,
    QUARTER_HOUR_EAN,
    assert_all_there,
    contract_entry,
    days_ago,
    hourly_rows,
    later,
    set_up,
)
from .observing import POLL, energy_requests, period_types, watch_recorder
from .sandbox import Sandbox
from .sandbox.journal import Entry

OFFTAKE = f"{DOMAIN}:{QUARTER_HOUR_EAN}_offtake"
FINE = "hourly_quarterhourly"
ONE_DAY = timedelta(days=1)

type Correct = Callable[..., datetime]


@pytest.fixture
def correct(sandbox: Sandbox, now: datetime) -> Correct:
    """Correct the quarter-hour of noon so many days ago; return the hour."""

    def corrected(days: int, inserted: datetime, value: float | None = 4.5) -> datetime:
        noon = days_ago(now, days) + timedelta(hours=12)
        sandbox.correct(
            QUARTER_HOUR_EAN,
            "offtake",
            noon,
            noon + timedelta(minutes=15),
            value,
            inserted=inserted,
            granularity=FINE,
        )
        return noon

    return corrected


async def follow(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, ean: str, since: datetime
) -> None:
    """Import a meter from an instant on, and forget what was asked for it."""
    service = "VH_dag" if ean == DAILY_EAN else "VH_kwartier_uur"
    sandbox.add_mandate(ean, data_period_from=since, data_service_type=service)
    await set_up(hass, contract_entry(sandbox, certificate, [ean]))
    await assert_all_there(hass, sandbox, ean)
    sandbox.state.journal.clear()


async def test_scattered_corrections_within_half_a_year_take_two_requests(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
    monkeypatch: pytest.MonkeyPatch,
    correct: Correct,
) -> None:
    await follow(hass, sandbox, certificate, QUARTER_HOUR_EAN, days_ago(now, 200))
    work = watch_recorder(monkeypatch)
    hours = [correct(days, now + timedelta(hours=1)) for days in (190, 100, 60, 7)]
    await later(hass, freezer, POLL)
    arrivals, again = energy_requests(sandbox)
    assert (arrivals.period_type, again.period_type) == ("insertTime", "readTime")
    assert (again.start, again.end) == (days_ago(now, 190), days_ago(now, 6))
    assert sorted(set(work.rows)) == [(OFFTAKE, hour) for hour in hours]
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


async def test_corrections_further_apart_take_as_few_requests_as_possible(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
    correct: Correct,
) -> None:
    await follow(hass, sandbox, certificate, QUARTER_HOUR_EAN, days_ago(now, 420))
    for days in (410, 300, 90, 7):
        correct(days, now + timedelta(hours=1))
    await later(hass, freezer, POLL)
    assert period_types(sandbox) == ["insertTime", "readTime", "readTime"]
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


@pytest.mark.parametrize("ean", [QUARTER_HOUR_EAN, DAILY_EAN, GAS_EAN])
async def test_a_new_whole_day_takes_one_request(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
    ean: str,
) -> None:
    await follow(hass, sandbox, certificate, ean, days_ago(now, 14))
    series = "gas_energy" if ean == GAS_EAN else "offtake"
    before = len(await hourly_rows(hass, f"{DOMAIN}:{ean}_{series}"))
    await later(hass, freezer, ONE_DAY)
    assert period_types(sandbox) == ["insertTime"]
    new_hours = 1 if ean == DAILY_EAN else 24
    assert len(await hourly_rows(hass, f"{DOMAIN}:{ean}_{series}")) == before + new_hours
    await assert_all_there(hass, sandbox, ean)


@pytest.mark.parametrize("ean", [QUARTER_HOUR_EAN, DAILY_EAN, GAS_EAN])
async def test_a_correction_that_comes_with_its_whole_day_takes_one_request(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
    ean: str,
) -> None:
    await follow(hass, sandbox, certificate, ean, days_ago(now, 40))
    morning = days_ago(now, 30) + timedelta(hours=6)
    sandbox.correct(
        ean,
        {GAS_EAN: "gas_energy", DAILY_EAN: "offtake_day"}.get(ean, "offtake"),
        days_ago(now, 30) if ean == DAILY_EAN else morning,
        days_ago(now, 29) if ean == DAILY_EAN else morning + timedelta(hours=1),
        6.5,
        inserted=now + timedelta(hours=1),
        whole_day=True,
    )
    await later(hass, freezer, POLL)
    assert period_types(sandbox) == ["insertTime"]
    await assert_all_there(hass, sandbox, ean)


async def test_a_quarter_hour_a_year_back_rewrites_its_hour_and_shifts_once(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
    monkeypatch: pytest.MonkeyPatch,
    correct: Correct,
) -> None:
    await follow(hass, sandbox, certificate, QUARTER_HOUR_EAN, days_ago(now, 380))
    work = watch_recorder(monkeypatch)
    hour = correct(365, now + timedelta(hours=1))
    await later(hass, freezer, POLL)
    assert work.rows == [(OFFTAKE, hour)]
    assert work.shifts == [(OFFTAKE, hour + timedelta(hours=1))]
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


async def test_a_correction_that_only_the_sweep_finds_is_written_the_same_way(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
    monkeypatch: pytest.MonkeyPatch,
    correct: Correct,
) -> None:
    await follow(hass, sandbox, certificate, QUARTER_HOUR_EAN, days_ago(now, 80))
    hour = correct(40, now - 2 * ONE_DAY)
    for _ in range(6):
        await later(hass, freezer, ONE_DAY)
    assert set(period_types(sandbox)) == {"insertTime"}
    new_day = days_ago(now, -6)
    work = watch_recorder(monkeypatch)
    await later(hass, freezer, ONE_DAY)
    assert period_types(sandbox)[-2:] == ["insertTime", "readTime"]
    found = [row for row in work.rows if row[1] < new_day]
    assert found == [(OFFTAKE, hour)]
    assert work.shifts == [(OFFTAKE, hour + timedelta(hours=1))]
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


async def test_a_sweep_that_failed_is_made_up_for(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
    correct: Correct,
) -> None:
    await follow(hass, sandbox, certificate, QUARTER_HOUR_EAN, days_ago(now, 80))
    correct(40, now - 2 * ONE_DAY)
    for _ in range(6):
        await later(hass, freezer, ONE_DAY)
    await later(hass, freezer, ONE_DAY - POLL)
    # The mandates are asked for in between, so that the token is fresh.
    await later(hass, freezer, POLL - timedelta(minutes=50))
    sandbox.add_fault("energy", "status", status=503, skip=1, times=4)
    await later(hass, freezer, timedelta(minutes=50))
    assert set(period_types(sandbox)) == {"insertTime"}
    await later(hass, freezer, POLL)
    assert period_types(sandbox)[-1] == "readTime"
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


async def test_a_sweep_that_finds_nothing_writes_nothing_old(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await follow(hass, sandbox, certificate, GAS_EAN, days_ago(now, 80))
    for _ in range(6):
        await later(hass, freezer, ONE_DAY)
    work = watch_recorder(monkeypatch)
    await later(hass, freezer, ONE_DAY)
    assert "readTime" in period_types(sandbox)
    assert {row for row in work.rows if row[1] < days_ago(now, -6)} == set()
    assert work.shifts == []


async def test_a_meter_at_two_places_is_read_again_whole(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
    correct: Correct,
) -> None:
    sandbox.install(QUARTER_HOUR_EAN, "exclusiveNight")
    await follow(hass, sandbox, certificate, QUARTER_HOUR_EAN, days_ago(now, 14))
    await later(hass, freezer, ONE_DAY)
    arrivals, again = energy_requests(sandbox)
    assert (arrivals.period_type, again.period_type) == ("insertTime", "readTime")
    assert (again.start, again.end) == (days_ago(now, 0), days_ago(now, -1))
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)
    sandbox.state.journal.clear()
    correct(8, now + timedelta(hours=25))
    await later(hass, freezer, POLL)
    arrivals, again = energy_requests(sandbox)
    assert (arrivals.period_type, again.period_type) == ("insertTime", "readTime")
    assert (again.start, again.end) == (days_ago(now, 8), days_ago(now, 7))
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


async def test_no_more_than_two_requests_are_in_flight(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    eans = (QUARTER_HOUR_EAN, DAILY_EAN, GAS_EAN)
    for ean in eans:
        service = "VH_dag" if ean == DAILY_EAN else "VH_kwartier_uur"
        sandbox.add_mandate(ean, data_period_from=days_ago(now, 200), data_service_type=service)
    sandbox.add_fault("energy", "delay", seconds=0.05, times=99)
    journal = sandbox.state.journal
    note = journal.open
    in_flight: list[int] = []

    def noted(endpoint: str, method: str, query: dict[str, str]) -> Entry:
        entry = note(endpoint, method, query)
        in_flight.append(sum(entry.status is None for entry in journal.entries))
        return entry

    monkeypatch.setattr(journal, "open", noted)
    await set_up(hass, contract_entry(sandbox, certificate, eans))
    assert len(energy_requests(sandbox)) == len(eans) * 2
    assert max(in_flight) == MAX_REQUESTS_IN_FLIGHT
    for ean in eans:
        await assert_all_there(hass, sandbox, ean)


async def test_a_null_takes_the_energy_of_its_hour_away(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
) -> None:
    await follow(hass, sandbox, certificate, QUARTER_HOUR_EAN, days_ago(now, 14))
    before = await hourly_rows(hass, OFFTAKE)
    start, end = days_ago(now, 8), days_ago(now, 7)
    noon, one = start + timedelta(hours=12), start + timedelta(hours=13)
    inserted = now + timedelta(hours=1)
    sandbox.correct(
        QUARTER_HOUR_EAN, "offtake", noon, one, None, inserted=inserted, granularity=FINE
    )
    for register in ("offtake_day", "offtake_night"):
        sandbox.correct(
            QUARTER_HOUR_EAN, register, start, end, None, inserted=inserted, granularity="daily"
        )
    await later(hass, freezer, POLL)
    after = await hourly_rows(hass, OFFTAKE)
    expected = {row["start"]: row["state"] for row in before} | {noon.timestamp(): 0.0}
    assert before[0]["state"] > 0
    assert {row["start"]: row["state"] for row in after} == expected
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


async def test_a_null_for_a_whole_day_takes_the_day_away(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
) -> None:
    await follow(hass, sandbox, certificate, DAILY_EAN, days_ago(now, 14))
    start = days_ago(now, 8)
    sandbox.correct(
        DAILY_EAN, None, start, days_ago(now, 7), None, inserted=now + timedelta(hours=1)
    )
    await later(hass, freezer, POLL)
    for name in ("offtake", "offtake_day", "offtake_night"):
        rows = {
            row["start"]: row for row in await hourly_rows(hass, f"{DOMAIN}:{DAILY_EAN}_{name}")
        }
        assert rows[start.timestamp()]["state"] == 0
        assert rows[start.timestamp()]["change"] == 0
    await assert_all_there(hass, sandbox, DAILY_EAN)
