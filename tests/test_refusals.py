"""Answers that break a rule are refused, told, and do not stop what is right."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
import logging
from typing import Any

from homeassistant.components.recorder.statistics import list_statistic_ids
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.recorder import get_instance
from homeassistant.helpers.update_coordinator import UpdateFailed
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)

from custom_components.fluvius_esco.const import DOMAIN

from .certificates import IssuedCertificate
from .helpers import (
    DAILY_EAN,
    QUARTER_HOUR_EAN,
    assert_all_there,
    contract_entry,
    days_ago,
    hourly_rows,
    imported,
    later,
    sensor_state,
    set_up,
)
from .news import follow as follow_news
from .observing import POLL, energy_requests
from .sandbox import Sandbox

OFFTAKE = f"{DOMAIN}:{QUARTER_HOUR_EAN}_offtake"
FINE = "hourly_quarterhourly"
RETRY = timedelta(minutes=1, seconds=1)
ONE_DAY = timedelta(days=1)
ALWAYS = 999

REASONS = {
    "wrongEan": "another EAN",
    "noData": "data is not an object",
    "nullData": "data is not an object",
    "garbage": "not JSON",
    "truncate": "not JSON",
    "nan": "not JSON",
    "negative": "negative",
    "absurd": "absurdly large",
    "infinite": "not JSON",
    "text": "not a number",
    "outside": "outside the requested period",
    "wrongLength": "wrong length",
}
# An answer of V2 does not tell which EAN it is about.
REFUSED = [
    (version, kind)
    for version in ("v3", "v2")
    for kind in REASONS
    if (version, kind) != ("v2", "wrongEan")
]


async def own_statistics(hass: HomeAssistant) -> list[str]:
    listed = await get_instance(hass).async_add_executor_job(list_statistic_ids, hass)
    ids = [str(one["statistic_id"]) for one in listed]
    return [statistic for statistic in ids if statistic.startswith(f"{DOMAIN}:")]


def issue_of(hass: HomeAssistant, entry: MockConfigEntry) -> ir.IssueEntry | None:
    """Return what Repairs shows of the only meter of an entry."""
    (subentry_id,) = entry.subentries
    return ir.async_get(hass).async_get_issue(DOMAIN, f"answers_refused_{subentry_id}")


def placeholders(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, str]:
    issue = issue_of(hass, entry)
    assert issue is not None
    assert issue.translation_key == "answers_refused"
    assert issue.severity is ir.IssueSeverity.WARNING
    assert issue.translation_placeholders is not None
    return dict(issue.translation_placeholders)


def last_error(entry: MockConfigEntry) -> UpdateFailed | None:
    """Return why the last update of the only meter of an entry failed."""
    (meter,) = entry.runtime_data.meters.values()
    return None if meter.last_update_success else meter.last_exception


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components") and record.levelno >= logging.WARNING
    ]


@pytest.fixture
def approve(sandbox: Sandbox, now: datetime) -> Callable[[int], None]:
    """Approve a meter for so many days."""

    def approved(days: int) -> None:
        sandbox.add_mandate(QUARTER_HOUR_EAN, data_period_from=days_ago(now, days))

    return approved


@pytest.fixture
def spoil(sandbox: Sandbox, now: datetime) -> Callable[[int], None]:
    """Put an impossible value in a day so many days ago, at Fluvius."""

    def spoilt(days: int, inserted: datetime = now - timedelta(hours=2)) -> None:
        noon = days_ago(now, days) + timedelta(hours=12)
        sandbox.correct(
            QUARTER_HOUR_EAN,
            "offtake",
            noon,
            noon + timedelta(minutes=15),
            -1.5,
            inserted=inserted,
            granularity=FINE,
        )

    return spoilt


@pytest.fixture
def follow(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> Callable[[], Awaitable[MockConfigEntry]]:
    """Set up the contract with its meter."""

    async def followed() -> MockConfigEntry:
        entry = contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN])
        await set_up(hass, entry)
        return entry

    return followed


type Approve = Callable[[int], None]
type Spoil = Callable[..., None]
type Follow = Callable[[], Awaitable[MockConfigEntry]]


@pytest.mark.parametrize(("version", "kind"), REFUSED)
async def test_nothing_of_a_wrong_answer_is_written(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    approve: Approve,
    freezer: Any,
    caplog: pytest.LogCaptureFixture,
    version: str,
    kind: str,
) -> None:
    approve(5)
    sandbox.add_fault("energy", kind, times=ALWAYS)
    entry = contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN], api_version=version)
    await set_up(hass, entry)

    assert await own_statistics(hass) == []
    assert float(sensor_state(hass, QUARTER_HOUR_EAN, "import_progress")) == 0
    error = last_error(entry)
    assert error is not None
    assert error.translation_key == "malformed_answer"
    assert REASONS[kind] in (error.translation_placeholders or {})["error"]
    assert REASONS[kind] in placeholders(hass, entry)["reason"]
    assert placeholders(hass, entry)["meter"] == f"Meter {QUARTER_HOUR_EAN}"
    assert any(REASONS[kind] in text for text in warnings(caplog))

    sandbox.state.faults.clear()
    await later(hass, freezer, RETRY)
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)
    assert issue_of(hass, entry) is None
    assert last_error(entry) is None


@pytest.mark.parametrize("version", ["v3", "v2"])
async def test_an_answer_about_another_kind_of_energy_is_refused(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    approve: Approve,
    version: str,
) -> None:
    approve(5)
    entry = contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN], api_version=version)
    entry.add_to_hass(hass)
    (subentry,) = entry.subentries.values()
    of_gas = {**subentry.data, "energy_type": "G"}
    hass.config_entries.async_update_subentry(entry, subentry, data=of_gas)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await imported(hass)
    assert await own_statistics(hass) == []
    assert "another kind of energy" in placeholders(hass, entry)["reason"]


async def test_a_fluvius_that_is_all_wrong_is_not_asked_over_and_over(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, now: datetime
) -> None:
    sandbox.add_mandate(DAILY_EAN, data_period_from=days_ago(now, 1000), data_service_type="VH_dag")
    sandbox.add_fault("energy", "garbage", times=ALWAYS)
    await set_up(hass, contract_entry(sandbox, certificate, [DAILY_EAN]))
    assert len(energy_requests(sandbox)) <= 12


async def test_a_refused_request_tells_why(
    hass: HomeAssistant, sandbox: Sandbox, approve: Approve, follow: Follow, freezer: Any
) -> None:
    approve(5)
    sandbox.add_fault("energy", "pascalCase", status=400, times=ALWAYS)
    entry = await follow()
    error = last_error(entry)
    assert error is not None
    assert error.translation_key == "refused"
    assert (error.translation_placeholders or {})["error"] == placeholders(hass, entry)["reason"]
    assert await own_statistics(hass) == []
    sandbox.state.faults.clear()
    await later(hass, freezer, RETRY)
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)
    assert issue_of(hass, entry) is None


@pytest.mark.parametrize("bad", [29, 12, 1], ids=["oldest day", "some day", "newest day"])
async def test_one_wrong_day_costs_that_day_only(
    hass: HomeAssistant,
    sandbox: Sandbox,
    now: datetime,
    approve: Approve,
    spoil: Spoil,
    follow: Follow,
    freezer: Any,
    caplog: pytest.LogCaptureFixture,
    bad: int,
) -> None:
    approve(29)
    spoil(bad)
    entry = await follow()
    start, end = days_ago(now, bad), days_ago(now, bad - 1)

    held = {row["start"] for row in await hourly_rows(hass, OFFTAKE)}
    hours = int((days_ago(now, 0) - days_ago(now, 29)) / timedelta(hours=1))
    all_hours = {
        (days_ago(now, 29) + timedelta(hours=number)).timestamp() for number in range(hours)
    }
    assert held == {hour for hour in all_hours if not start.timestamp() <= hour < end.timestamp()}
    assert last_error(entry) is None
    told = placeholders(hass, entry)
    midnights = [moment.strftime("%Y-%m-%d 00:00") for moment in (start + ONE_DAY / 2, end)]
    assert told["start"] == midnights[0]
    assert told["end"] == (end + ONE_DAY / 2).strftime("%Y-%m-%d 00:00")
    assert "negative" in told["reason"]
    assert any(told["reason"] in text for text in warnings(caplog))

    sandbox.state.journal.clear()
    await later(hass, freezer, RETRY)
    arrivals, again = energy_requests(sandbox)
    assert arrivals.period_type == "insertTime"
    assert (again.period_type, again.start, again.end) == ("readTime", start, end)
    assert issue_of(hass, entry) is not None

    sandbox.clear_scenes()
    await later(hass, freezer, POLL)
    assert issue_of(hass, entry) is None
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)
    assert float(sensor_state(hass, QUARTER_HOUR_EAN, "import_progress")) == 100


@pytest.mark.parametrize("version", ["v3", "v2"])
async def test_a_wrong_day_keeps_no_later_day_from_being_told(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    approve: Approve,
    spoil: Spoil,
    freezer: Any,
    version: str,
) -> None:
    approve(14)
    spoil(8)
    entry = contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN], api_version=version)
    await set_up(hass, entry)
    paper = follow_news(hass)
    for day in ("2026-11-10", "2026-11-11"):
        await later(hass, freezer, ONE_DAY)
        assert paper.of_kind("new_day")[-1]["date"] == day
        assert last_error(entry) is None
        assert placeholders(hass, entry)["start"] == "2026-11-02 00:00"


async def test_a_wrong_day_of_an_expired_mandate_leaves_the_others_shown(
    hass: HomeAssistant,
    sandbox: Sandbox,
    approve: Approve,
    spoil: Spoil,
    follow: Follow,
    now: datetime,
    freezer: Any,
) -> None:
    approve(14)
    spoil(8)
    entry = await follow()
    expiry = days_ago(now, 0) + 2 * ONE_DAY
    sandbox.change_mandate(QUARTER_HOUR_EAN, at=now, mandateExpirationDate=expiry)
    await later(hass, freezer, 3 * ONE_DAY)
    await later(hass, freezer, POLL)
    sandbox.state.journal.clear()
    await later(hass, freezer, POLL)
    assert [one.period_type for one in energy_requests(sandbox)] == ["readTime"]
    assert last_error(entry) is None
    assert issue_of(hass, entry) is not None
    assert float(sensor_state(hass, QUARTER_HOUR_EAN, "year_offtake")) > 0


@pytest.mark.parametrize("bad", [399, 30])
async def test_one_wrong_day_does_not_stop_a_long_history(
    hass: HomeAssistant,
    sandbox: Sandbox,
    approve: Approve,
    spoil: Spoil,
    follow: Follow,
    freezer: Any,
    bad: int,
) -> None:
    approve(400)
    spoil(bad)
    entry = await follow()
    # The period has one day of 23 hours and two of 25.
    assert len(await hourly_rows(hass, OFFTAKE)) == 399 * 24 + 1
    assert issue_of(hass, entry) is not None
    sandbox.clear_scenes()
    await later(hass, freezer, RETRY)
    assert issue_of(hass, entry) is None
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


async def test_several_wrong_days_cost_those_days_only(
    hass: HomeAssistant,
    sandbox: Sandbox,
    approve: Approve,
    spoil: Spoil,
    follow: Follow,
    freezer: Any,
) -> None:
    approve(60)
    for bad in (60, 45, 44, 20, 3):
        spoil(bad)
    entry = await follow()
    hours = {row["start"] for row in await hourly_rows(hass, OFFTAKE)}
    assert len(hours) == 55 * 24 + 1
    sandbox.clear_scenes()
    await later(hass, freezer, RETRY)
    assert issue_of(hass, entry) is None
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


async def test_readings_that_were_held_stay_when_they_turn_wrong(
    hass: HomeAssistant,
    sandbox: Sandbox,
    now: datetime,
    approve: Approve,
    spoil: Spoil,
    follow: Follow,
    freezer: Any,
) -> None:
    approve(14)
    entry = await follow()
    before = await hourly_rows(hass, OFFTAKE)
    spoil(8, inserted=now + timedelta(hours=1))
    await later(hass, freezer, POLL)
    assert await hourly_rows(hass, OFFTAKE) == before
    sandbox.clear_scenes()
    await later(hass, freezer, POLL)
    assert last_error(entry) is None
    assert issue_of(hass, entry) is None
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


async def test_a_wrong_reading_among_the_arrivals_does_not_stop_the_days_after_it(
    hass: HomeAssistant,
    sandbox: Sandbox,
    now: datetime,
    approve: Approve,
    spoil: Spoil,
    follow: Follow,
    freezer: Any,
) -> None:
    approve(14)
    entry = await follow()
    before = len(await hourly_rows(hass, OFFTAKE))
    spoil(8, inserted=now + timedelta(hours=1))
    for day in range(1, 4):
        await later(hass, freezer, ONE_DAY)
        assert len(await hourly_rows(hass, OFFTAKE)) == before + day * 24
    assert placeholders(hass, entry)["start"] == "2026-11-02 00:00"
    sandbox.clear_scenes()
    await later(hass, freezer, POLL)
    assert issue_of(hass, entry) is None
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


@pytest.mark.parametrize(
    ("kind", "skipped"),
    [
        ("unknownSubType", {"unknown_sub_headpoint_type": 1}),
        ("unknownEnum", {"unknown_unit": 1}),
        ("extraFields", {"unknown_direction": 1, "unknown_register": 2}),
        ("nullObjects", {}),
        ("noMeasurements", {}),
    ],
)
async def test_what_is_unknown_is_counted_and_the_rest_is_read(
    hass: HomeAssistant,
    sandbox: Sandbox,
    approve: Approve,
    follow: Follow,
    hass_client: Any,
    kind: str,
    skipped: dict[str, int],
) -> None:
    approve(14)
    sandbox.add_fault("energy", kind, times=ALWAYS)
    entry = await follow()
    diagnostics: Any = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert diagnostics["meters"]["meter 1"]["skipped"] == skipped
    assert last_error(entry) is None
    assert issue_of(hass, entry) is None
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


@pytest.mark.parametrize(
    ("kind", "skipped"),
    [
        ("unknownEnum", {"unknown_unit": 1}),
        ("extraFields", {"unknown_field": 14 * (96 + 1)}),
        ("nullObjects", {}),
        ("noMeasurements", {}),
    ],
)
async def test_what_is_unknown_is_counted_in_v2_as_well(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    approve: Approve,
    hass_client: Any,
    kind: str,
    skipped: dict[str, int],
) -> None:
    approve(14)
    sandbox.add_fault("energy", kind, times=ALWAYS)
    entry = contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN], api_version="v2")
    await set_up(hass, entry)
    diagnostics: Any = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert diagnostics["meters"]["meter 1"]["skipped"] == skipped
    assert last_error(entry) is None
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


async def test_an_installation_of_an_unknown_type_is_counted(
    hass: HomeAssistant, sandbox: Sandbox, approve: Approve, follow: Follow, hass_client: Any
) -> None:
    approve(14)
    sandbox.add_fault("energy", "unknownType", times=ALWAYS)
    entry = await follow()
    diagnostics: Any = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert diagnostics["meters"]["meter 1"]["skipped"] == {"unknown_headpoint_type": 1}
    assert last_error(entry) is None
    assert await own_statistics(hass) == []
