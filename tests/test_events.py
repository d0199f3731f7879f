"""What is new of a meter's readings is told once, and only what came after the history."""

from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.core import CoreState, HomeAssistant, State
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
    mock_restore_cache_with_extra_data,
)

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
    kept_progress,
    later,
    sensor_state,
    set_up,
    total,
)
from .news import OF_ENTITIES, Newspaper, event_entity, follow
from .observing import POLL, energy_requests
from .sandbox import Sandbox

FINE = "hourly_quarterhourly"
QUARTER = timedelta(minutes=15)
ONE_DAY = timedelta(days=1)


@pytest.fixture(params=["v3", "v2"])
def entry(
    sandbox: Sandbox, certificate: IssuedCertificate, now: datetime, request: pytest.FixtureRequest
) -> MockConfigEntry:
    """A contract with one electricity meter and nine days of quarter-hours of this month."""
    sandbox.add_mandate(QUARTER_HOUR_EAN, data_period_from=days_ago(now, 9))
    return contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN], api_version=request.param)


@pytest.fixture
def paper(hass: HomeAssistant) -> Newspaper:
    """What is told from the beginning on."""
    return follow(hass)


@pytest.fixture
async def history(hass: HomeAssistant, entry: MockConfigEntry, paper: Newspaper) -> None:
    """Import the history."""
    await set_up(hass, entry)


def set_peak(
    sandbox: Sandbox, start: datetime, power: float, inserted: datetime, ean: str = QUARTER_HOUR_EAN
) -> None:
    """Correct a quarter-hour of offtake to what a mean power (kW) amounts to."""
    sandbox.correct(
        ean, "offtake", start, start + QUARTER, power / 4, inserted=inserted, granularity=FINE
    )


@pytest.mark.usefixtures("history")
async def test_the_history_is_no_news(hass: HomeAssistant, paper: Newspaper) -> None:
    assert paper.told == []
    state = hass.states.get(event_entity(hass, QUARTER_HOUR_EAN))
    assert state
    assert state.state == "unknown"
    assert state.attributes["event_types"] == ["new_day", "corrected", "new_month_peak"]


@pytest.mark.usefixtures("history")
async def test_nothing_new_tells_nothing_and_costs_one_request(
    hass: HomeAssistant, sandbox: Sandbox, paper: Newspaper, freezer: Any
) -> None:
    sandbox.state.journal.clear()
    await later(hass, freezer, POLL)
    assert paper.told == []
    assert len(energy_requests(sandbox)) == 1


@pytest.mark.usefixtures("history")
async def test_a_new_day_is_told_with_its_totals(
    hass: HomeAssistant, sandbox: Sandbox, paper: Newspaper, now: datetime, freezer: Any
) -> None:
    await later(hass, freezer, ONE_DAY)
    (told,) = paper.of_kind("new_day")
    assert told == {
        "date": "2026-11-10",
        "previous_date": "2026-11-09",
        "offtake": pytest.approx(float(sensor_state(hass, QUARTER_HOUR_EAN, "last_day_offtake"))),
        "injection": pytest.approx(
            float(sensor_state(hass, QUARTER_HOUR_EAN, "last_day_injection"))
        ),
    } | {key: told[key] for key in told if key.startswith(("offtake_", "injection_"))}
    day = sandbox.totals(QUARTER_HOUR_EAN, days_ago(now, 0), days_ago(now, -1))
    assert told["offtake"] == pytest.approx(sum(day["offtake"].values()))
    assert paper.of_kind("corrected") == []
    await later(hass, freezer, POLL)
    assert len(paper.of_kind("new_day")) == 1


@pytest.mark.usefixtures("history")
async def test_of_several_new_days_the_newest_is_told_and_from_which_day_on(
    hass: HomeAssistant, sandbox: Sandbox, paper: Newspaper, now: datetime, freezer: Any
) -> None:
    sandbox.delay(QUARTER_HOUR_EAN, days_ago(now, 0), days_ago(now, -2), now + 2 * ONE_DAY + POLL)
    await later(hass, freezer, ONE_DAY)
    await later(hass, freezer, ONE_DAY)
    assert paper.of_kind("new_day") == []
    await later(hass, freezer, POLL)
    await later(hass, freezer, POLL)
    (told,) = paper.of_kind("new_day")
    assert (told["date"], told["previous_date"]) == ("2026-11-11", "2026-11-09")


@pytest.mark.parametrize("change", [3.5, -0.25])
@pytest.mark.usefixtures("by_the_day")
async def test_a_correction_is_told_with_its_days_and_its_amount(
    hass: HomeAssistant,
    sandbox: Sandbox,
    paper: Newspaper,
    now: datetime,
    freezer: Any,
    change: float,
) -> None:
    first, last = days_ago(now, 5), days_ago(now, 3)
    before = sandbox.totals(DAILY_EAN, by_day=True)["offtake_night"]
    wanted = [before["2026-11-05"] + change, before["2026-11-06"] + change]
    sandbox.correct(
        DAILY_EAN,
        "offtake_night",
        first,
        last,
        wanted,
        inserted=now + timedelta(hours=1),
        granularity="daily",
    )
    await later(hass, freezer, POLL)
    assert paper.kinds == ["corrected"]
    assert paper.of_kind("corrected") == [
        {
            "dates": ["2026-11-06", "2026-11-05"],
            "count": 2,
            "reason": "readings",
            "offtake_change": pytest.approx(2 * change),
            "offtake_night_change": pytest.approx(2 * change),
        }
    ]
    await later(hass, freezer, POLL)
    assert paper.kinds == ["corrected"]


@pytest.fixture(params=["v3", "v2"])
async def by_the_day(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    paper: Newspaper,
    now: datetime,
    request: pytest.FixtureRequest,
) -> None:
    """Import the history of a meter that is read by the day."""
    sandbox.add_mandate(DAILY_EAN, data_period_from=days_ago(now, 40), data_service_type="VH_dag")
    await set_up(hass, contract_entry(sandbox, certificate, [DAILY_EAN], api_version=request.param))


@pytest.mark.usefixtures("history")
async def test_one_withdrawn_quarter_hour_is_a_correction_only_if_its_day_changes(
    hass: HomeAssistant, sandbox: Sandbox, paper: Newspaper, now: datetime, freezer: Any
) -> None:
    start = days_ago(now, 5) + timedelta(hours=3)
    sandbox.correct(
        QUARTER_HOUR_EAN,
        "offtake",
        start,
        start + QUARTER,
        None,
        inserted=now + timedelta(hours=1),
        granularity=FINE,
    )
    await later(hass, freezer, POLL)
    # The daily value stands in for the quarter-hours of that day.
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)
    assert paper.told == []


async def test_a_day_that_changes_over_to_its_quarter_hours_is_no_correction(
    hass: HomeAssistant,
    sandbox: Sandbox,
    entry: MockConfigEntry,
    paper: Newspaper,
    now: datetime,
    freezer: Any,
) -> None:
    hole = days_ago(now, 5) + timedelta(hours=3)
    arrival = now + timedelta(hours=2)
    sandbox.delay(QUARTER_HOUR_EAN, hole, hole + QUARTER, arrival, granularity=FINE)
    await set_up(hass, entry)
    await later(hass, freezer, POLL)
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)
    assert paper.told == []


@pytest.mark.parametrize("lost", [timedelta(hours=2, minutes=30), ONE_DAY])
async def test_late_readings_of_an_older_day_are_neither_a_new_day_nor_a_correction(
    hass: HomeAssistant,
    sandbox: Sandbox,
    entry: MockConfigEntry,
    paper: Newspaper,
    now: datetime,
    freezer: Any,
    lost: timedelta,
) -> None:
    hole, arrival = days_ago(now, 5), now + timedelta(hours=2)
    sandbox.delay(QUARTER_HOUR_EAN, hole, hole + lost, arrival, granularity=FINE)
    sandbox.delay(QUARTER_HOUR_EAN, hole, hole + ONE_DAY, arrival, granularity="daily")
    await set_up(hass, entry)
    before = sensor_state(hass, QUARTER_HOUR_EAN, "month_offtake")
    await later(hass, freezer, POLL)
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)
    assert sensor_state(hass, QUARTER_HOUR_EAN, "month_offtake") != before
    assert [kind for kind in paper.kinds if kind != "new_month_peak"] == []


@pytest.mark.parametrize("api_version", ["v3", "v2"])
async def test_definitive_gas_is_a_correction_of_its_energy_by_the_gas_factor(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    paper: Newspaper,
    now: datetime,
    freezer: Any,
    api_version: str,
) -> None:
    sandbox.add_mandate(GAS_EAN, data_period_from=days_ago(now, 9))
    await set_up(hass, contract_entry(sandbox, certificate, [GAS_EAN], api_version=api_version))
    for _ in range(26):
        await later(hass, freezer, ONE_DAY)
    await assert_all_there(hass, sandbox, GAS_EAN)
    told = paper.of_kind("corrected")
    assert told
    for one in told:
        assert one["reason"] == "gas_factor"
        assert one["gas_energy_change"]
        assert "gas_volume_change" not in one
        assert one["count"] == len(one["dates"])
    days = paper.of_kind("new_day")
    assert days
    assert all(day["gas_energy"] and day["gas_volume"] for day in days)
    assert [day["previous_date"] for day in days[1:]] == [day["date"] for day in days[:-1]]


@pytest.mark.usefixtures("history")
async def test_a_higher_peak_of_the_month_is_told(
    hass: HomeAssistant, sandbox: Sandbox, paper: Newspaper, now: datetime, freezer: Any
) -> None:
    before = float(sensor_state(hass, QUARTER_HOUR_EAN, "month_peak"))
    start = days_ago(now, 4) + timedelta(hours=18)
    set_peak(sandbox, start, 9.2, now + timedelta(hours=1))
    await later(hass, freezer, POLL)
    (told,) = paper.of_kind("new_month_peak")
    assert told == {
        "month": "2026-11",
        "peak": pytest.approx(9.2),
        "previous_peak": pytest.approx(before),
        "counted": pytest.approx(9.2),
        "start": start.isoformat(),
        "provisional": True,
    }
    await later(hass, freezer, POLL)
    assert len(paper.of_kind("new_month_peak")) == 1


@pytest.mark.usefixtures("history")
async def test_a_peak_that_was_taken_back_may_be_reached_anew(
    hass: HomeAssistant, sandbox: Sandbox, paper: Newspaper, now: datetime, freezer: Any
) -> None:
    start = days_ago(now, 4) + timedelta(hours=18)
    for hour, power in ((1, 9.2), (4, 0.4), (7, 8.0)):
        set_peak(sandbox, start, power, now + timedelta(hours=hour))
    for _ in range(3):
        await later(hass, freezer, POLL)
    peaks = [told["peak"] for told in paper.of_kind("new_month_peak")]
    assert peaks == [pytest.approx(9.2), pytest.approx(8.0)]


@pytest.mark.usefixtures("history")
async def test_the_last_day_of_a_month_tells_its_peak_though_the_next_month_is_under_way(
    hass: HomeAssistant, sandbox: Sandbox, paper: Newspaper, freezer: Any
) -> None:
    freezer.move_to(datetime(2026, 11, 30, 12, tzinfo=UTC))
    await later(hass, freezer, POLL)
    paper.clear()
    start = datetime(2026, 11, 30, 18, tzinfo=UTC)
    set_peak(sandbox, start, 9.2, start + timedelta(hours=10))
    freezer.move_to(datetime(2026, 12, 1, 9, tzinfo=UTC))
    await later(hass, freezer, POLL)
    november = [told for told in paper.of_kind("new_month_peak") if told["month"] == "2026-11"]
    assert [told["start"] for told in november] == [start.isoformat()]
    paper.clear()
    await later(hass, freezer, ONE_DAY)
    (december,) = paper.of_kind("new_month_peak")
    assert december["month"] == "2026-12"
    assert december["previous_peak"] is None
    assert december["counted"] == max(december["peak"], 2.5)


@pytest.mark.usefixtures("history")
async def test_a_restart_tells_nothing_twice_and_keeps_what_was_told_last(
    hass: HomeAssistant, entry: MockConfigEntry, paper: Newspaper, freezer: Any
) -> None:
    await later(hass, freezer, ONE_DAY)
    told = paper.of_kind("new_day")
    shown = hass.states.get(event_entity(hass, QUARTER_HOUR_EAN))
    assert shown
    assert await hass.config_entries.async_reload(entry.entry_id)
    await later(hass, freezer, POLL)
    assert paper.of_kind("new_day") == told
    restored = hass.states.get(event_entity(hass, QUARTER_HOUR_EAN))
    assert restored
    assert restored.state == shown.state
    assert restored.attributes["event_type"] == shown.attributes["event_type"]


@pytest.mark.usefixtures("history")
async def test_what_arrived_while_home_assistant_was_away_is_told(
    hass: HomeAssistant,
    sandbox: Sandbox,
    entry: MockConfigEntry,
    paper: Newspaper,
    now: datetime,
    freezer: Any,
) -> None:
    assert await hass.config_entries.async_unload(entry.entry_id)
    start = days_ago(now, 4) + timedelta(hours=18)
    set_peak(sandbox, start, 9.2, now + timedelta(hours=1))
    freezer.tick(ONE_DAY)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await imported(hass)
    assert "new_day" in paper.kinds
    assert [told["peak"] for told in paper.of_kind("new_month_peak")] == [pytest.approx(9.2)]


@pytest.mark.usefixtures("history")
async def test_what_is_found_while_home_assistant_starts_reaches_its_automations(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, now: datetime, freezer: Any
) -> None:
    assert await hass.config_entries.async_unload(entry.entry_id)
    set_peak(sandbox, days_ago(now, 4), 9.2, now + timedelta(hours=1))
    freezer.tick(ONE_DAY)
    hass.set_state(CoreState.not_running)
    calls = async_mock_service(hass, "test", "told")
    trigger = {
        "trigger": "event.received",
        "target": {"entity_id": event_entity(hass, QUARTER_HOUR_EAN)},
        "options": {"event_type": ["new_day", "new_month_peak"]},
    }
    automation = {
        "triggers": trigger,
        "actions": {
            "action": "test.told",
            "data": {"kind": "{{ trigger.to_state.attributes.event_type }}"},
        },
        "mode": "queued",
    }
    assert await async_setup_component(hass, "automation", {"automation": automation})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await imported(hass)
    assert calls == []
    await hass.async_start()
    await imported(hass)
    assert [call.data["kind"] for call in calls] == ["new_day", "new_month_peak"]
    await later(hass, freezer, POLL)
    assert len(calls) == 2


@pytest.mark.usefixtures("history")
async def test_a_correction_is_told_though_its_poll_was_cut_off_once_it_was_written(
    hass: HomeAssistant,
    sandbox: Sandbox,
    entry: MockConfigEntry,
    paper: Newspaper,
    now: datetime,
    freezer: Any,
) -> None:
    # One day arrives whole and is written; what the other one lacks has to be asked for.
    for days, whole_day in ((5, True), (3, False)):
        start = days_ago(now, days) + timedelta(hours=18)
        sandbox.correct(
            QUARTER_HOUR_EAN,
            "offtake",
            start,
            start + QUARTER,
            0.0,
            inserted=now + timedelta(hours=1),
            granularity=FINE,
            whole_day=whole_day,
        )
    before = sensor_state(hass, QUARTER_HOUR_EAN, "month_offtake")
    sandbox.add_fault("energy", "status", status=500, skip=1, times=20)
    await later(hass, freezer, POLL)
    assert sensor_state(hass, QUARTER_HOUR_EAN, "month_offtake") != before
    assert paper.told == []
    sandbox.state.faults.clear()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await imported(hass)
    assert paper.kinds == ["corrected"]
    assert paper.told[0].attributes["dates"] == ["2026-11-07", "2026-11-05"]
    assert paper.told[0].attributes["offtake_change"] < 0


@pytest.mark.usefixtures("history")
async def test_a_history_that_was_lost_and_is_read_again_is_no_news(
    hass: HomeAssistant,
    sandbox: Sandbox,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
    paper: Newspaper,
) -> None:
    assert await hass.config_entries.async_unload(entry.entry_id)
    progress = kept_progress(hass_storage, entry, QUARTER_HOUR_EAN)
    # As if the recorder had held more.
    progress["newest"] = {name: hour + 3600 for name, hour in progress["newest"].items()}
    sandbox.state.journal.clear()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await imported(hass)
    assert len(energy_requests(sandbox)) > 1
    assert paper.told == []


@pytest.mark.parametrize("api_version", ["v3", "v2"])
async def test_older_readings_that_a_mandate_newly_allows_are_no_news(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    paper: Newspaper,
    now: datetime,
    freezer: Any,
    api_version: str,
) -> None:
    ean = QUARTER_HOUR_EAN
    sandbox.add_mandate(ean, data_period_from=days_ago(now, 4))
    # The highest quarter-hour of the month lies in what is newly allowed.
    set_peak(sandbox, days_ago(now, 7), 9.2, now - ONE_DAY)
    await set_up(hass, contract_entry(sandbox, certificate, [ean], api_version=api_version))
    assert float(sensor_state(hass, ean, "month_peak")) < 9
    sandbox.change_mandate(ean, dataPeriodFrom=days_ago(now, 60))
    await later(hass, freezer, POLL)
    assert float(sensor_state(hass, ean, "month_peak")) == pytest.approx(9.2)
    await assert_all_there(hass, sandbox, ean)
    assert paper.told == []
    await later(hass, freezer, ONE_DAY)
    assert paper.kinds[0] == "new_day"


@pytest.mark.parametrize("api_version", ["v3", "v2"])
async def test_days_that_are_allowed_again_after_their_deletion_are_no_news(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    paper: Newspaper,
    now: datetime,
    freezer: Any,
    api_version: str,
) -> None:
    ean = QUARTER_HOUR_EAN
    sandbox.add_mandate(ean, data_period_from=days_ago(now, 14))
    await set_up(hass, contract_entry(sandbox, certificate, [ean], api_version=api_version))
    before = await hourly_rows(hass, f"{DOMAIN}:{ean}_offtake")
    sandbox.change_mandate(ean, at=now, dataPeriodTo=days_ago(now, 8))
    sandbox.add_mandate(ean, data_period_from=days_ago(now, 4), reference_number="REF-2")
    await later(hass, freezer, POLL)
    deleted = days_ago(now, 6), days_ago(now, 5)
    assert await total(hass, f"{DOMAIN}:{ean}_offtake", *deleted) == 0
    sandbox.change_mandate(ean, at=now, dataPeriodTo=None)
    await later(hass, freezer, POLL)
    assert await hourly_rows(hass, f"{DOMAIN}:{ean}_offtake") == before
    assert paper.told == []


async def restored(hass: HomeAssistant, entry: MockConfigEntry, shown: State) -> State:
    """Restart with what an event entity showed at last; return what it shows then."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    attributes = {
        name: value
        for name, value in shown.attributes.items()
        if name not in OF_ENTITIES | {"event_type"}
    }
    told = {
        "last_event_type": shown.attributes["event_type"],
        "last_event_attributes": attributes,
    }
    mock_restore_cache_with_extra_data(hass, [(shown, told)])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await imported(hass)
    state = hass.states.get(shown.entity_id)
    assert state
    return state


@pytest.mark.parametrize("kind", ["new_day", "corrected", "new_month_peak"])
@pytest.mark.usefixtures("history")
async def test_what_is_of_deleted_days_is_shown_no_more_and_stays_away_after_a_restart(
    hass: HomeAssistant,
    sandbox: Sandbox,
    entry: MockConfigEntry,
    now: datetime,
    freezer: Any,
    kind: str,
) -> None:
    if kind == "new_day":
        await later(hass, freezer, ONE_DAY)
    else:
        power = 9.2 if kind == "new_month_peak" else 0.0
        set_peak(sandbox, days_ago(now, 2) + timedelta(hours=18), power, now + timedelta(hours=1))
        await later(hass, freezer, POLL)
    shown = hass.states.get(event_entity(hass, QUARTER_HOUR_EAN))
    assert shown
    assert shown.attributes["event_type"] == kind
    kept = await restored(hass, entry, shown)
    assert (kept.state, kept.attributes) == (shown.state, shown.attributes)
    sandbox.change_mandate(QUARTER_HOUR_EAN, at=now, dataPeriodTo=days_ago(now, 4))
    await later(hass, freezer, POLL)
    cleared = hass.states.get(shown.entity_id)
    assert cleared
    assert (cleared.state, cleared.attributes["event_type"]) == ("unknown", None)
    assert not {"date", "dates", "month", "offtake", "peak"} & cleared.attributes.keys()
    again = await restored(hass, entry, shown)
    assert (again.state, again.attributes) == (cleared.state, cleared.attributes)


@pytest.mark.usefixtures("history")
async def test_what_is_of_days_that_stay_is_shown_on(
    hass: HomeAssistant, sandbox: Sandbox, now: datetime, freezer: Any
) -> None:
    start = days_ago(now, 6) + timedelta(hours=18)
    set_peak(sandbox, start, 0.0, now + timedelta(hours=1))
    await later(hass, freezer, POLL)
    sandbox.change_mandate(QUARTER_HOUR_EAN, at=now, dataPeriodTo=days_ago(now, 4))
    await later(hass, freezer, POLL)
    shown = hass.states.get(event_entity(hass, QUARTER_HOUR_EAN))
    assert shown
    assert shown.attributes["event_type"] == "corrected"


@pytest.mark.usefixtures("history")
async def test_corrections_and_peaks_of_deleted_days_are_neither_told_nor_kept(
    hass: HomeAssistant,
    sandbox: Sandbox,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
    paper: Newspaper,
    now: datetime,
    freezer: Any,
) -> None:
    # One day arrives whole and is written; what the other one lacks cannot be asked for.
    for days, whole_day in ((2, True), (1, False)):
        sandbox.correct(
            QUARTER_HOUR_EAN,
            "offtake",
            days_ago(now, days),
            days_ago(now, days) + QUARTER,
            9.2,
            inserted=now + timedelta(hours=1),
            granularity=FINE,
            whole_day=whole_day,
        )
    sandbox.add_fault("energy", "status", status=500, skip=1, times=20)
    freezer.tick(POLL)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await imported(hass)

    def kept() -> dict[str, Any]:
        return kept_progress(hass_storage, entry, QUARTER_HOUR_EAN)

    assert list(kept()["corrected"]) == ["2026-11-08"]
    assert kept()["announced"]["peaks"]
    sandbox.state.faults.clear()
    sandbox.change_mandate(QUARTER_HOUR_EAN, at=now, dataPeriodTo=days_ago(now, 4))
    assert await hass.config_entries.async_reload(entry.entry_id)
    await imported(hass)
    assert paper.told == []
    assert kept()["corrected"] == {}
    held = float(sensor_state(hass, QUARTER_HOUR_EAN, "month_peak"))
    assert kept()["announced"]["peaks"] == {"2026-11-01": pytest.approx(held)}
    sandbox.change_mandate(QUARTER_HOUR_EAN, at=now, dataPeriodTo=None)
    await later(hass, freezer, POLL)
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)
    assert paper.told == []


async def test_a_history_that_was_cut_off_is_no_news_once_it_is_there(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    paper: Newspaper,
    now: datetime,
) -> None:
    sandbox.add_mandate(QUARTER_HOUR_EAN, data_period_from=days_ago(now, 400))
    entry = contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN])
    sandbox.add_fault("energy", "status", status=500, skip=1, times=20)
    await set_up(hass, entry)
    assert 0 < float(sensor_state(hass, QUARTER_HOUR_EAN, "import_progress")) < 100
    sandbox.state.faults.clear()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await imported(hass)
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)
    assert paper.told == []
