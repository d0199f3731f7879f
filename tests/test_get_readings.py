"""The readings that an action returns are what Fluvius has, slot by slot, and nothing else."""

import csv
from datetime import UTC, datetime, timedelta
import io
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .certificates import IssuedCertificate
from .helpers import (
    DAILY_EAN,
    GAS_EAN,
    QUARTER_HOUR_EAN,
    contract_entry,
    days_ago,
    set_up,
)
from .observing import energy_requests
from .reading_actions import added_up, column, local, readings
from .sandbox import Sandbox

FINE = "hourly_quarterhourly"
QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
DAYS = 21
SUBS = {"production": "541440000000000801", "auxiliary": "541440000000000802"}


@pytest.fixture
def ean() -> str:
    """The meter that is followed, unless a test names another one."""
    return QUARTER_HOUR_EAN


@pytest.fixture(params=["v3", "v2"])
async def entry(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    ean: str,
    request: pytest.FixtureRequest,
) -> MockConfigEntry:
    """A contract with a meter and three weeks of readings, for a version of the API."""
    service = "VH_dag" if ean == DAILY_EAN else "VH_kwartier_uur"
    sandbox.add_mandate(ean, data_period_from=days_ago(now, DAYS), data_service_type=service)
    entry = contract_entry(sandbox, certificate, [ean], api_version=request.param)
    await set_up(hass, entry)
    sandbox.state.journal.clear()
    return entry


def told(sandbox: Sandbox, ean: str, name: str, start: datetime, end: datetime) -> Any:
    """Return about what Fluvius has of a series in a period."""
    return pytest.approx(sum(sandbox.totals(ean, start, end)[name].values()), abs=1e-6)


async def test_every_quarter_hour_of_a_day(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, now: datetime
) -> None:
    start, end = days_ago(now, 3), days_ago(now, 2)
    found = await readings(hass, QUARTER_HOUR_EAN, "2026-11-07", "2026-11-08")
    assert {name: value for name, value in found.items() if name != "readings"} == {
        "meter": f"Meter {QUARTER_HOUR_EAN}",
        "ean": QUARTER_HOUR_EAN,
        "granularity": "quarter_hour",
        "start": "2026-11-07T00:00:00+01:00",
        "end": "2026-11-08T00:00:00+01:00",
        "units": {"offtake": "kWh", "injection": "kWh"},
        "missing": 0,
    }
    assert len(found["readings"]) == 96
    first = found["readings"][0]
    assert (first["start"], first["end"]) == (local(start), local(start + QUARTER))
    state = "read" if entry.data["api_version"] == "v3" else "validated"
    assert first["states"] == {"offtake": state, "injection": state}
    assert first["gas_factor"] is None
    for name in ("offtake", "injection"):
        assert added_up(found, name) == told(sandbox, QUARTER_HOUR_EAN, name, start, end)
    (asked,) = energy_requests(sandbox)
    assert (asked.start, asked.end) == (start, end)


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize(("granularity", "length"), [("quarter_hour", 100), ("hour", 25)])
async def test_the_day_of_the_clock_change_has_an_hour_more(
    hass: HomeAssistant, sandbox: Sandbox, granularity: str, length: int
) -> None:
    found = await readings(hass, QUARTER_HOUR_EAN, "2026-10-25", "2026-10-26", granularity)
    rows = found["readings"]
    assert len(rows) == length
    assert rows[0]["start"] == "2026-10-25T00:00:00+02:00"
    assert rows[-1]["end"] == "2026-10-26T00:00:00+01:00"
    assert len({row["start"] for row in rows}) == length
    assert found["missing"] == 0
    start, end = datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC)
    assert added_up(found, "offtake") == told(sandbox, QUARTER_HOUR_EAN, "offtake", start, end)


async def test_the_day_of_the_clock_change_has_an_hour_less(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, now: datetime
) -> None:
    sandbox.add_mandate(
        QUARTER_HOUR_EAN, data_period_from=days_ago(now, 230), data_period_to=days_ago(now, 220)
    )
    await set_up(hass, contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN]))
    for granularity, length in (("quarter_hour", 92), ("hour", 23), ("day", 1)):
        found = await readings(hass, QUARTER_HOUR_EAN, "2026-03-29", "2026-03-30", granularity)
        assert (len(found["readings"]), found["missing"]) == (length, 0)
        assert found["end"] == "2026-03-30T00:00:00+02:00"


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize("ean", [QUARTER_HOUR_EAN, DAILY_EAN])
async def test_days_have_their_registers(
    hass: HomeAssistant, sandbox: Sandbox, now: datetime, ean: str
) -> None:
    start, end = days_ago(now, 20), days_ago(now, 10)
    found = await readings(hass, ean, "2026-10-21", "2026-10-31", "day")
    assert len(found["readings"]) == 10
    for name in ("offtake", "offtake_day", "offtake_night"):
        assert added_up(found, name) == told(sandbox, ean, name, start, end)
    for row in found["readings"]:
        values = row["values"]
        parts = values["offtake_day"] + values["offtake_night"]
        assert values["offtake"] == pytest.approx(parts, abs=1e-6)


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize("ean", [GAS_EAN])
async def test_gas_has_hours_days_from_six_and_factors(
    hass: HomeAssistant, sandbox: Sandbox, now: datetime
) -> None:
    by_hour = await readings(hass, GAS_EAN, "2026-11-03", "2026-11-05", "hour")
    assert by_hour["start"] == "2026-11-03T06:00:00+01:00"
    assert by_hour["end"] == "2026-11-05T06:00:00+01:00"
    assert by_hour["units"] == {"gas_energy": "kWh", "gas_volume": "m³"}
    assert (len(by_hour["readings"]), by_hour["missing"]) == (48, 0)
    assert {row["gas_factor"] for row in by_hour["readings"]} == {"provisional"}
    by_day = await readings(hass, GAS_EAN, "2026-11-03", "2026-11-05", "day")
    assert [row["start"] for row in by_day["readings"]] == [
        "2026-11-03T06:00:00+01:00",
        "2026-11-04T06:00:00+01:00",
    ]
    for name in ("gas_energy", "gas_volume"):
        assert added_up(by_hour, name) == pytest.approx(added_up(by_day, name))
        assert added_up(by_hour, name) > 0


@pytest.mark.usefixtures("entry")
async def test_instants_ask_for_the_slots_that_they_touch(
    hass: HomeAssistant, now: datetime
) -> None:
    found = await readings(
        hass, QUARTER_HOUR_EAN, "2026-11-07T10:07:00+01:00", "2026-11-07T10:20:00+01:00"
    )
    assert [row["start"] for row in found["readings"]] == [
        "2026-11-07T10:00:00+01:00",
        "2026-11-07T10:15:00+01:00",
    ]
    assert found["missing"] == 0


async def test_what_is_missing_has_a_row_without_a_value(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, now: datetime
) -> None:
    hole = days_ago(now, 5) + 3 * HOUR
    sandbox.delay(QUARTER_HOUR_EAN, hole, hole + QUARTER, None)
    sandbox.correct(
        QUARTER_HOUR_EAN,
        "injection",
        hole + HOUR,
        hole + HOUR + QUARTER,
        None,
        inserted=now - timedelta(minutes=1),
        granularity=FINE,
    )
    found = await readings(hass, QUARTER_HOUR_EAN, "2026-11-05", "2026-11-06")
    assert (len(found["readings"]), found["missing"]) == (96, 1)
    by_start = {row["start"]: row for row in found["readings"]}
    assert by_start[local(hole)]["values"] == {"offtake": None, "injection": None}
    assert by_start[local(hole)]["states"] == {"offtake": None, "injection": None}
    null = by_start[local(hole + HOUR)]
    assert null["values"]["injection"] is None
    assert null["values"]["offtake"] is not None
    by_hour = await readings(hass, QUARTER_HOUR_EAN, "2026-11-05", "2026-11-06", "hour")
    assert column(by_hour, "offtake")[3] is None
    assert column(by_hour, "injection")[3:5] == [None, None]
    assert column(by_hour, "offtake").count(None) == 1
    by_day = await readings(hass, QUARTER_HOUR_EAN, "2026-11-05", "2026-11-06", "day")
    assert by_day["missing"] == 0, "the daily value stands in"


async def test_days_that_are_still_to_come_have_no_value(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry
) -> None:
    found = await readings(hass, QUARTER_HOUR_EAN, "2026-11-09", "2026-11-12", "day")
    assert found["missing"] == 2
    assert found["readings"][0]["values"]["offtake"] > 0
    sandbox.state.journal.clear()
    found = await readings(hass, QUARTER_HOUR_EAN, "2026-11-10", "2026-11-11", "hour")
    assert (found["missing"], len(found["readings"])) == (24, 24)
    assert set(found["units"]) == {"offtake", "injection"}
    assert energy_requests(sandbox) == []


@pytest.mark.usefixtures("entry")
async def test_estimated_readings_are_marked(
    hass: HomeAssistant, sandbox: Sandbox, now: datetime
) -> None:
    start = days_ago(now, 5) + 3 * HOUR
    sandbox.restate(
        QUARTER_HOUR_EAN,
        "offtake",
        start,
        start + QUARTER,
        "EST",
        inserted=now - timedelta(minutes=1),
        granularity=FINE,
    )
    found = await readings(hass, QUARTER_HOUR_EAN, "2026-11-05", "2026-11-06", "hour")
    states = [row["states"]["offtake"] for row in found["readings"]]
    assert states.count("estimated") == 1
    assert states[3] == "estimated"
    assert "estimated" not in {row["states"]["injection"] for row in found["readings"]}


@pytest.mark.usefixtures("entry")
async def test_a_late_correction_is_shown_at_once(
    hass: HomeAssistant, sandbox: Sandbox, now: datetime
) -> None:
    start = days_ago(now, 5)
    sandbox.correct(
        QUARTER_HOUR_EAN,
        "offtake",
        start,
        start + QUARTER,
        7.125,
        inserted=now - timedelta(minutes=1),
        granularity=FINE,
    )
    found = await readings(hass, QUARTER_HOUR_EAN, "2026-11-05", "2026-11-06")
    assert column(found, "offtake")[0] == 7.125


async def test_a_long_period_is_asked_for_in_windows(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, now: datetime
) -> None:
    sandbox.add_mandate(GAS_EAN, data_period_from=days_ago(now, 197))
    await set_up(hass, contract_entry(sandbox, certificate, [GAS_EAN]))
    sandbox.state.journal.clear()
    start, end = days_ago(now, 196) + 6 * HOUR, days_ago(now, 10) + 6 * HOUR
    found = await readings(hass, GAS_EAN, start.isoformat(), end.isoformat(), "hour")
    assert (len(found["readings"]), found["missing"]) == (186 * 24 + 1, 0)
    windows = energy_requests(sandbox)
    assert len(windows) == 2
    assert all(window.length <= timedelta(days=185) for window in windows)
    assert windows[0].end == windows[1].start
    assert (windows[0].start, windows[-1].end) == (start, end)
    by_day = await readings(hass, GAS_EAN, start.isoformat(), end.isoformat(), "day")
    assert (len(by_day["readings"]), by_day["missing"]) == (186, 0)
    for name in ("gas_energy", "gas_volume"):
        assert added_up(found, name) == pytest.approx(added_up(by_day, name))


async def test_nothing_beyond_the_mandate_is_asked_for(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, now: datetime
) -> None:
    found = await readings(hass, QUARTER_HOUR_EAN, "2026-10-14", "2026-10-22", "hour")
    since = days_ago(now, DAYS)
    (asked,) = energy_requests(sandbox)
    assert (asked.start, asked.end) == (since, days_ago(now, DAYS - 2))
    rows = {row["start"]: row["values"]["offtake"] for row in found["readings"]}
    assert len(rows) == 8 * 24
    assert rows[local(since)] is not None
    assert rows[local(since - HOUR)] is None


async def test_an_installation_shows_its_sub_headpoints(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, now: datetime
) -> None:
    sandbox.add_mandate(QUARTER_HOUR_EAN, data_period_from=days_ago(now, 14))
    sandbox.install(
        QUARTER_HOUR_EAN,
        "headpointAndMeter",
        at=days_ago(now, 7),
        sub_headpoints=[{"ean": ean, "kind": kind} for kind, ean in SUBS.items()],
    )
    await set_up(hass, contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN]))
    start, end = days_ago(now, 10), days_ago(now, 4)
    found = await readings(hass, QUARTER_HOUR_EAN, start.isoformat(), end.isoformat(), "hour")
    names = {kind: f"{ean}_{kind}" for kind, ean in SUBS.items()}
    assert set(found["units"]) == {"offtake", "injection", *names.values()}
    assert found["missing"] == 0
    for name in ("offtake", "injection"):
        assert added_up(found, name) == told(sandbox, QUARTER_HOUR_EAN, name, start, end)
    for kind, name in names.items():
        assert added_up(found, name) == told(sandbox, SUBS[kind], kind, start, end)
    states = {row["states"]["offtake"] for row in found["readings"]}
    assert states <= {"read", "validated", "not_validated"}
    assert len(states) > 1


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize(
    ("ean", "granularity", "others"),
    [(QUARTER_HOUR_EAN, "quarter_hour", []), (GAS_EAN, "hour", ["provisional"])],
)
async def test_a_csv_file_holds_the_same(
    hass: HomeAssistant,
    sandbox: Sandbox,
    now: datetime,
    ean: str,
    granularity: str,
    others: list[str],
) -> None:
    hole = days_ago(now, 5) + 12 * HOUR
    sandbox.delay(ean, hole, hole + HOUR, None)
    asked = (ean, "2026-11-05", "2026-11-06", granularity)
    found = await readings(hass, *asked)
    response = await readings(hass, *asked, format="csv")
    assert set(response) == {"csv"}
    text = response["csv"]
    assert ";" not in text
    assert text.endswith("\r\n")
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    names = [*found["units"]]
    assert header[:2] == ["start", "end"]
    assert header[-1] == "gas factor"
    assert header[2:-1] == [
        cell for name in names for cell in (f"{name} ({found['units'][name]})", f"{name} state")
    ]
    assert len(rows) == len(found["readings"])
    for cells, row in zip(rows, found["readings"], strict=True):
        assert cells[:2] == [row["start"], row["end"]]
        assert datetime.fromisoformat(cells[0]) < datetime.fromisoformat(cells[1])
        for number, name in enumerate(names):
            value, state = cells[2 + 2 * number : 4 + 2 * number]
            assert (float(value) if value else None) == row["values"][name]
            assert (state or None) == row["states"][name]
        assert (cells[-1] or None) == row["gas_factor"]
    assert any(cells[2] == "" for cells in rows)
    assert {cells[-1] for cells in rows} == {"", *others}
    assert not any(cell[:1] in {"=", "+", "-", "@", "\t"} for cells in rows for cell in cells)
