"""Days that should be complete and are not are known, shown, and filled when readings arrive."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)

from .certificates import IssuedCertificate
from .helpers import (
    DAILY_EAN,
    GAS_EAN,
    QUARTER_HOUR_EAN,
    assert_all_there,
    contract_entry,
    days_ago,
    imported,
    later,
    set_up,
)
from .observing import POLL, missing_days, period_types
from .sandbox import Sandbox

FINE = "hourly_quarterhourly"
QUARTER = timedelta(minutes=15)
ONE_DAY = timedelta(days=1)
DIRECTIONS = ["injection", "offtake"]


def shown(hass: HomeAssistant, ean: str) -> dict[str, dict[str, tuple[list[str], bool]]]:
    """Return by date and series what the sensor shows: missing times, and if a daily value counts."""
    state = missing_days(hass, ean)
    found: dict[str, dict[str, tuple[list[str], bool]]] = {}
    for day in state.attributes["days"]:
        found.setdefault(day["date"], {})[day["series"]] = (
            day["missing"],
            day["daily_value_counts"],
        )
    assert state.state == str(len(found))
    return found


def quarter_hours_only(of: dict[str, tuple[list[str], bool]]) -> tuple[list[str], bool]:
    """Return what both directions of a day lack alike."""
    assert sorted(of) == DIRECTIONS
    first, second = of.values()
    assert first == second
    return first


@pytest.fixture
def entry(
    sandbox: Sandbox, certificate: IssuedCertificate, now: datetime, request: pytest.FixtureRequest
) -> MockConfigEntry:
    """A contract with one electricity meter and ten days of quarter-hours."""
    sandbox.add_mandate(QUARTER_HOUR_EAN, data_period_from=days_ago(now, 10))
    return contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN])


@pytest.fixture
def hole(now: datetime) -> datetime:
    """The quarter-hour that is missing: 03:00 local, five days ago."""
    return days_ago(now, 5) + timedelta(hours=3)


def lose(
    sandbox: Sandbox,
    start: datetime,
    end: datetime,
    until: datetime | None = None,
    ean: str = QUARTER_HOUR_EAN,
    granularity: str | None = None,
) -> None:
    """Let slices arrive at an instant, or never."""
    sandbox.delay(ean, start, end, until, granularity=granularity)


async def test_a_complete_meter_lacks_nothing(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    await set_up(hass, entry)
    assert shown(hass, QUARTER_HOUR_EAN) == {}


async def test_a_daily_value_stands_in_for_a_missing_quarter_hour(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, hole: datetime
) -> None:
    lose(sandbox, hole, hole + QUARTER)
    await set_up(hass, entry)
    (of_day,) = shown(hass, QUARTER_HOUR_EAN).items()
    assert of_day[0] == "2026-11-05"
    assert quarter_hours_only(of_day[1]) == (["03:00-03:15"], True)
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


async def test_nothing_stands_in_without_a_daily_value(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, now: datetime, hole: datetime
) -> None:
    lose(sandbox, hole, hole + QUARTER)
    lose(sandbox, hole + timedelta(hours=6), hole + timedelta(hours=7))
    lose(sandbox, days_ago(now, 5), days_ago(now, 4), granularity="daily")
    await set_up(hass, entry)
    (of_day,) = shown(hass, QUARTER_HOUR_EAN).values()
    assert quarter_hours_only(of_day) == (["03:00-03:15", "09:00-10:00"], False)
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


async def test_a_whole_day_can_be_missing(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, now: datetime
) -> None:
    lose(sandbox, days_ago(now, 6), days_ago(now, 4))
    await set_up(hass, entry)
    found = shown(hass, QUARTER_HOUR_EAN)
    assert [*found] == ["2026-11-05", "2026-11-04"]
    for of_day in found.values():
        assert quarter_hours_only(of_day) == (["00:00-00:00"], False)


async def test_one_direction_can_lack_what_the_other_has(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, hole: datetime
) -> None:
    sandbox.delay(QUARTER_HOUR_EAN, hole, hole + QUARTER, None, series="injection")
    await set_up(hass, entry)
    assert shown(hass, QUARTER_HOUR_EAN) == {"2026-11-05": {"injection": (["03:00-03:15"], True)}}


async def test_a_null_is_as_good_as_missing(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, now: datetime, hole: datetime
) -> None:
    sandbox.correct(
        QUARTER_HOUR_EAN,
        "offtake",
        hole,
        hole + QUARTER,
        None,
        inserted=now - timedelta(hours=1),
        granularity=FINE,
    )
    await set_up(hass, entry)
    assert shown(hass, QUARTER_HOUR_EAN) == {"2026-11-05": {"offtake": (["03:00-03:15"], True)}}


@pytest.mark.parametrize("with_daily_value", [True, False])
async def test_it_is_filled_when_it_arrives(
    hass: HomeAssistant,
    sandbox: Sandbox,
    entry: MockConfigEntry,
    now: datetime,
    freezer: Any,
    hole: datetime,
    with_daily_value: bool,
) -> None:
    arrival = now + timedelta(hours=2)
    lose(sandbox, hole, hole + QUARTER, arrival)
    if not with_daily_value:
        lose(sandbox, days_ago(now, 5), days_ago(now, 4), arrival, granularity="daily")
    await set_up(hass, entry)
    assert missing_days(hass, QUARTER_HOUR_EAN).state == "1"
    await later(hass, freezer, POLL)
    assert shown(hass, QUARTER_HOUR_EAN) == {}
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


async def test_it_is_filled_piece_by_piece(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, now: datetime, freezer: Any
) -> None:
    day, noon = days_ago(now, 5), days_ago(now, 5) + timedelta(hours=12)
    lose(sandbox, day, noon, now + timedelta(hours=2))
    lose(sandbox, noon, days_ago(now, 4), now + timedelta(hours=5))
    lose(sandbox, day, days_ago(now, 4), now + timedelta(hours=8), granularity="daily")
    await set_up(hass, entry)
    expected = ["00:00-00:00"], ["12:00-00:00"], None
    for missing in expected:
        (of_day,) = shown(hass, QUARTER_HOUR_EAN).values() or ({},)
        if missing:
            assert quarter_hours_only(of_day) == (missing, False)
        else:
            assert of_day == {}
        await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)
        await later(hass, freezer, POLL)
    assert shown(hass, QUARTER_HOUR_EAN) == {}
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


async def test_days_without_an_answer_after_a_long_history_are_missed(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, now: datetime, freezer: Any
) -> None:
    sandbox.change_mandate(QUARTER_HOUR_EAN, dataPeriodFrom=days_ago(now, 186))
    lose(sandbox, days_ago(now, 2), days_ago(now, 0))
    await set_up(hass, entry)
    await later(hass, freezer, ONE_DAY)
    assert [*shown(hass, QUARTER_HOUR_EAN)] == ["2026-11-09", "2026-11-08"]


async def test_yesterday_is_missing_only_once_it_is_overdue(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, now: datetime, freezer: Any
) -> None:
    lose(sandbox, days_ago(now, 1), days_ago(now, 0))
    await set_up(hass, entry)
    assert shown(hass, QUARTER_HOUR_EAN) == {}
    await later(hass, freezer, ONE_DAY)
    assert [*shown(hass, QUARTER_HOUR_EAN)] == ["2026-11-09"]


async def test_a_day_that_never_comes_is_missed_while_home_assistant_runs(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, now: datetime, freezer: Any
) -> None:
    today, tomorrow = days_ago(now, 0), days_ago(now, -1)
    arrival = now + timedelta(days=4)
    lose(sandbox, today, tomorrow, arrival)
    await set_up(hass, entry)
    for expected in ([], ["2026-11-10"], ["2026-11-10"]):
        await later(hass, freezer, ONE_DAY)
        assert [*shown(hass, QUARTER_HOUR_EAN)] == expected
    await later(hass, freezer, ONE_DAY + POLL)
    assert shown(hass, QUARTER_HOUR_EAN) == {}
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


async def test_a_quarter_hour_of_a_new_day_that_never_comes_is_missed(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, now: datetime, freezer: Any
) -> None:
    evening = days_ago(now, 0) + timedelta(hours=20)
    lose(sandbox, evening, evening + QUARTER)
    await set_up(hass, entry)
    await later(hass, freezer, ONE_DAY)
    assert shown(hass, QUARTER_HOUR_EAN) == {}
    await later(hass, freezer, ONE_DAY)
    (of_day,) = shown(hass, QUARTER_HOUR_EAN).values()
    assert quarter_hours_only(of_day) == (["20:00-20:15"], True)
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


@pytest.mark.parametrize("granularity", [None, FINE])
async def test_days_before_the_first_reading_are_not_missing(
    hass: HomeAssistant,
    sandbox: Sandbox,
    entry: MockConfigEntry,
    now: datetime,
    hole: datetime,
    granularity: str | None,
) -> None:
    lose(sandbox, days_ago(now, 10), days_ago(now, 7), granularity=granularity)
    lose(sandbox, hole, hole + QUARTER)
    await set_up(hass, entry)
    assert [*shown(hass, QUARTER_HOUR_EAN)] == ["2026-11-05"]
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


async def test_what_is_missing_survives_a_restart_without_fluvius(
    hass: HomeAssistant,
    sandbox: Sandbox,
    entry: MockConfigEntry,
    now: datetime,
    freezer: Any,
    hole: datetime,
) -> None:
    lose(sandbox, hole, hole + QUARTER, now + timedelta(hours=1))
    await set_up(hass, entry)
    before = shown(hass, QUARTER_HOUR_EAN)
    sandbox.add_fault("energy", "status", status=503, times=99)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await imported(hass)
    assert before
    assert shown(hass, QUARTER_HOUR_EAN) == before
    sandbox.state.faults.clear()
    sandbox.state.journal.clear()
    await later(hass, freezer, POLL)
    assert period_types(sandbox) == ["insertTime", "readTime"]
    assert shown(hass, QUARTER_HOUR_EAN) == {}
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


async def test_diagnostics_list_it_with_its_instants(
    hass: HomeAssistant,
    sandbox: Sandbox,
    entry: MockConfigEntry,
    hole: datetime,
    hass_client: Any,
) -> None:
    lose(sandbox, hole, hole + QUARTER)
    await set_up(hass, entry)
    diagnostics: Any = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    found = diagnostics["meters"]["meter 1"]["incomplete_days"]
    expected = {
        "date": "2026-11-05",
        "missing": [["2026-11-05T02:00:00+00:00", "2026-11-05T02:15:00+00:00"]],
        "daily_value_counts": True,
    }
    assert sorted(found, key=lambda day: str(day["series"])) == [
        expected | {"series": direction} for direction in DIRECTIONS
    ]


async def test_gas_has_three_days_to_arrive(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
) -> None:
    sandbox.add_mandate(GAS_EAN, data_period_from=days_ago(now, 10))
    six = timedelta(hours=6)
    lose(sandbox, days_ago(now, 3) + six, days_ago(now, 2) + six, ean=GAS_EAN)
    await set_up(hass, contract_entry(sandbox, certificate, [GAS_EAN]))
    assert shown(hass, GAS_EAN) == {}
    await later(hass, freezer, ONE_DAY)
    whole_day = (["06:00-06:00"], False)
    assert shown(hass, GAS_EAN) == {
        "2026-11-07": {"gas_energy": whole_day, "gas_volume": whole_day}
    }


async def test_an_hour_of_gas_can_be_missing(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, now: datetime
) -> None:
    sandbox.add_mandate(GAS_EAN, data_period_from=days_ago(now, 10))
    night = days_ago(now, 5) + timedelta(hours=2)
    lose(sandbox, night, night + timedelta(hours=1), ean=GAS_EAN)
    await set_up(hass, contract_entry(sandbox, certificate, [GAS_EAN]))
    hour = (["02:00-03:00"], True)
    assert shown(hass, GAS_EAN) == {"2026-11-04": {"gas_energy": hour, "gas_volume": hour}}
    await assert_all_there(hass, sandbox, GAS_EAN)


async def test_a_daily_meter_can_lack_a_day(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
) -> None:
    sandbox.add_mandate(DAILY_EAN, data_period_from=days_ago(now, 10), data_service_type="VH_dag")
    arrival = now + timedelta(hours=2)
    lose(sandbox, days_ago(now, 5), days_ago(now, 4), arrival, ean=DAILY_EAN)
    await set_up(hass, contract_entry(sandbox, certificate, [DAILY_EAN]))
    assert shown(hass, DAILY_EAN) == {"2026-11-05": {"offtake": (["00:00-00:00"], False)}}
    await later(hass, freezer, POLL)
    assert shown(hass, DAILY_EAN) == {}
    await assert_all_there(hass, sandbox, DAILY_EAN)


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        (date(2026, 3, 29), datetime(2026, 3, 29, 1, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ],
    ids=["23 hours", "25 hours"],
)
async def test_a_day_on_which_the_clock_changes_is_as_long_as_it_is(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    freezer: Any,
    changed: date,
    missing: datetime,
) -> None:
    ean = QUARTER_HOUR_EAN
    sandbox.add_mandate(
        ean,
        data_period_from=missing - timedelta(days=4, hours=1),
        data_period_to=missing + timedelta(days=4),
    )
    lose(sandbox, missing, missing + QUARTER, now + timedelta(hours=2))
    await set_up(hass, contract_entry(sandbox, certificate, [ean]))
    local = "03:00-03:15" if changed.month == 3 else "02:00-02:15"
    (of_day,) = shown(hass, ean).items()
    assert of_day[0] == changed.isoformat()
    assert quarter_hours_only(of_day[1]) == ([local], True)
    await assert_all_there(hass, sandbox, ean)
    await later(hass, freezer, POLL)
    assert shown(hass, ean) == {}
    await assert_all_there(hass, sandbox, ean)


async def test_days_beyond_the_end_of_the_mandate_are_not_missed(
    hass: HomeAssistant,
    sandbox: Sandbox,
    entry: MockConfigEntry,
    now: datetime,
    freezer: Any,
    hole: datetime,
) -> None:
    lose(sandbox, hole, hole + QUARTER)
    lose(sandbox, days_ago(now, 3), days_ago(now, 2))
    await set_up(hass, entry)
    assert [*shown(hass, QUARTER_HOUR_EAN)] == ["2026-11-07", "2026-11-05"]
    sandbox.change_mandate(QUARTER_HOUR_EAN, at=now, dataPeriodTo=days_ago(now, 4))
    await later(hass, freezer, timedelta(hours=1, minutes=1))
    assert [*shown(hass, QUARTER_HOUR_EAN)] == ["2026-11-05"]
    await later(hass, freezer, timedelta(days=8))
    assert [*shown(hass, QUARTER_HOUR_EAN)] == ["2026-11-05"]
