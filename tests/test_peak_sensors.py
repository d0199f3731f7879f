"""Peak power as the capacity tariff sees it: of this month, of the last one, and the mean of twelve."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.fluvius_esco.const import DOMAIN
from custom_components.fluvius_esco.facts_store import FactsStore
from custom_components.fluvius_esco.metering.day_facts import DayFacts, ReadDay
from custom_components.fluvius_esco.metering.measures import Measure

from .certificates import IssuedCertificate
from .helpers import (
    BRUSSELS,
    DAILY_EAN,
    QUARTER_HOUR_EAN,
    contract_entry,
    days_ago,
    imported,
    later,
    set_up,
)
from .observing import POLL, period_types
from .sandbox import Sandbox

EAN = QUARTER_HOUR_EAN
QUARTER = timedelta(minutes=15)
BY_NOW = datetime(2026, 11, 10, 9, 20, tzinfo=UTC)
PUBLISHED = [0.632, 4.6, 0.0, 1.028, 3.444, 4.164, 4.564, 6.0, 9.2, 5.0, 4.12, 4.88]


def midnight(year: int, month: int, day: int = 1) -> datetime:
    return datetime(year, month, day, tzinfo=BRUSSELS).astimezone(UTC)


def peak_state(hass: HomeAssistant, key: str, ean: str = EAN) -> State:
    entity_id = er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"{ean}_{key}")
    assert entity_id, key
    state = hass.states.get(entity_id)
    assert state
    return state


def power(hass: HomeAssistant, key: str) -> float:
    return float(peak_state(hass, key).state)


def set_quarter_hours(
    sandbox: Sandbox,
    start: datetime,
    end: datetime,
    value: float,
    inserted: datetime,
    **others: Any,
) -> None:
    """Let Fluvius have a value for all quarter-hours of offtake in a span."""
    sandbox.correct(
        EAN,
        "offtake",
        start,
        end,
        value,
        inserted=inserted,
        granularity="hourly_quarterhourly",
        **others,
    )


def months() -> Iterator[tuple[datetime, datetime]]:
    """Return the twelve months before the tests' November of 2026."""
    for number in range(10, 22):
        year, month = 2025 + number // 12, number % 12 + 1
        following = 2025 + (number + 1) // 12, (number + 1) % 12 + 1
        yield midnight(year, month), midnight(*following)


def set_month(sandbox: Sandbox, start: datetime, end: datetime, power: float) -> None:
    """Let a month have its peak, in kW, at noon of the 15th, and no other offtake."""
    set_quarter_hours(sandbox, start, end, 0.0, BY_NOW)
    noon = start + timedelta(days=14, hours=12)
    set_quarter_hours(sandbox, noon, noon + QUARTER, power / 4, BY_NOW)


@pytest.fixture
def autumn(sandbox: Sandbox, now: datetime) -> None:
    """A meter with readings since September; the months' peaks are 4.12 and 4.88 kW so far."""
    sandbox.add_mandate(EAN, data_period_from=midnight(2026, 9))
    set_month(sandbox, midnight(2026, 9), midnight(2026, 10), 4.12)
    set_month(sandbox, midnight(2026, 10), midnight(2026, 11), 4.88)
    set_quarter_hours(sandbox, midnight(2026, 11), now, 0.05, BY_NOW)


@pytest.fixture
def entry(sandbox: Sandbox, certificate: IssuedCertificate, autumn: None) -> MockConfigEntry:
    return contract_entry(sandbox, certificate, [EAN])


async def test_the_published_example_of_twelve_month_peaks(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    sandbox.add_mandate(EAN, data_period_from=midnight(2025, 11))
    for (start, end), of_month in zip(months(), PUBLISHED, strict=True):
        set_month(sandbox, start, end, of_month)
    await set_up(hass, contract_entry(sandbox, certificate, [EAN]))
    mean = peak_state(hass, "peak_mean")
    assert float(mean.state) == pytest.approx(4.456, abs=1e-9)
    shown = mean.attributes["months"]
    assert [month["month"] for month in (shown[0], shown[-1])] == ["2025-11", "2026-10"]
    assert [month["peak"] for month in shown] == pytest.approx(PUBLISHED)
    assert [month["counted"] for month in shown] == pytest.approx(
        [max(of_month, 2.5) for of_month in PUBLISHED]
    )
    assert not any(month["provisional"] or month["missing"] for month in shown)
    assert (mean.attributes["months_counted"], mean.attributes["provisional"]) == (12, False)


async def test_the_peaks_of_this_month_and_the_last_know_their_moment(
    hass: HomeAssistant, sandbox: Sandbox, now: datetime, entry: MockConfigEntry
) -> None:
    moment = days_ago(now, 3) + timedelta(hours=19)
    set_quarter_hours(sandbox, moment, moment + QUARTER, 1.3, BY_NOW)
    await set_up(hass, entry)
    this, last = peak_state(hass, "month_peak"), peak_state(hass, "last_month_peak")
    assert float(this.state) == pytest.approx(5.2)
    assert datetime.fromisoformat(this.attributes["start"]) == moment
    assert (this.attributes["month"], this.attributes["provisional"]) == ("2026-11", True)
    assert float(last.state) == pytest.approx(4.88)
    assert (last.attributes["month"], last.attributes["provisional"]) == ("2026-10", False)
    assert this.attributes["unit_of_measurement"] == "kW"


async def test_a_corrected_quarter_hour_changes_the_peak(
    hass: HomeAssistant, sandbox: Sandbox, now: datetime, entry: MockConfigEntry, freezer: Any
) -> None:
    await set_up(hass, entry)
    noon = midnight(2026, 9, 15) + timedelta(hours=12)
    set_quarter_hours(sandbox, noon, noon + QUARTER, 0.2, now + timedelta(hours=1))
    await later(hass, freezer, POLL)
    shown = peak_state(hass, "peak_mean").attributes["months"]
    assert [month["peak"] for month in shown[-2:]] == pytest.approx([0.8, 4.88])
    assert power(hass, "peak_mean") == pytest.approx((2.5 + 4.88) / 2)


async def test_a_peak_that_is_withdrawn_goes(
    hass: HomeAssistant, sandbox: Sandbox, now: datetime, entry: MockConfigEntry, freezer: Any
) -> None:
    await set_up(hass, entry)
    noon = midnight(2026, 10, 15) + timedelta(hours=12)
    sandbox.correct(
        EAN,
        "offtake",
        noon,
        noon + QUARTER,
        None,
        inserted=now + timedelta(hours=1),
        granularity="hourly_quarterhourly",
    )
    await later(hass, freezer, POLL)
    last = peak_state(hass, "last_month_peak")
    assert (float(last.state), last.attributes["provisional"]) == (0.0, True)


@pytest.mark.parametrize("version", ["v3", "v2"])
async def test_a_month_with_an_estimated_quarter_hour_is_provisional_until_it_is_read(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    autumn: None,
    freezer: Any,
    version: str,
) -> None:
    morning = midnight(2026, 10, 20) + timedelta(hours=6)
    sandbox.restate(
        EAN,
        "offtake",
        morning,
        morning + QUARTER,
        "EST",
        inserted=BY_NOW,
        granularity="hourly_quarterhourly",
    )
    await set_up(hass, contract_entry(sandbox, certificate, [EAN], api_version=version))
    assert peak_state(hass, "last_month_peak").attributes["provisional"]
    assert peak_state(hass, "peak_mean").attributes["provisional"]
    sandbox.restate(
        EAN,
        "offtake",
        morning,
        morning + QUARTER,
        "READ",
        inserted=now + timedelta(hours=1),
        granularity="hourly_quarterhourly",
    )
    await later(hass, freezer, POLL)
    assert not peak_state(hass, "last_month_peak").attributes["provisional"]
    assert not peak_state(hass, "peak_mean").attributes["provisional"]


@pytest.mark.parametrize("is_lacking", [False, True])
async def test_a_month_that_lacks_a_quarter_hour_is_provisional(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, is_lacking: bool
) -> None:
    sandbox.add_mandate(EAN, data_period_from=midnight(2026, 10))
    if is_lacking:
        morning = midnight(2026, 10, 20) + timedelta(hours=6)
        sandbox.delay(EAN, morning, morning + QUARTER, None, granularity="hourly_quarterhourly")
    await set_up(hass, contract_entry(sandbox, certificate, [EAN]))
    last = peak_state(hass, "last_month_peak")
    assert float(last.state) > 0
    assert last.attributes["provisional"] is is_lacking


async def test_the_peaks_are_kept_while_fluvius_cannot_be_reached(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry
) -> None:
    await set_up(hass, entry)
    sandbox.add_fault("energy", "status", status=503, times=99)
    sandbox.state.journal.clear()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await imported(hass)
    assert period_types(sandbox) == []
    assert power(hass, "peak_mean") == pytest.approx((4.12 + 4.88) / 2)
    assert power(hass, "month_peak") == pytest.approx(0.2)


async def test_a_new_month_begins_without_a_peak(
    hass: HomeAssistant, entry: MockConfigEntry, freezer: Any
) -> None:
    await set_up(hass, entry)
    freezer.move_to(midnight(2026, 12) + timedelta(hours=9))
    await later(hass, freezer, POLL)
    assert peak_state(hass, "month_peak").state == "unknown"
    last = peak_state(hass, "last_month_peak")
    assert last.attributes["month"] == "2026-11"
    assert peak_state(hass, "peak_mean").attributes["months"][0]["month"] == "2025-12"


async def test_a_meter_with_days_only_has_no_peaks(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, now: datetime
) -> None:
    sandbox.add_mandate(DAILY_EAN, data_period_from=days_ago(now, 40), data_service_type="VH_dag")
    await set_up(hass, contract_entry(sandbox, certificate, [DAILY_EAN]))
    registry = er.async_get(hass)
    for key in ("month_peak", "last_month_peak", "peak_mean"):
        assert registry.async_get_entity_id("sensor", DOMAIN, f"{DAILY_EAN}_{key}") is None


async def test_nothing_is_kept_of_days_that_a_mandate_no_longer_covers(
    hass: HomeAssistant,
    sandbox: Sandbox,
    entry: MockConfigEntry,
    freezer: Any,
    hass_storage: dict[str, Any],
) -> None:
    await set_up(hass, entry)
    sandbox.change_mandate(EAN, dataPeriodTo=midnight(2026, 10))
    await later(hass, freezer, timedelta(hours=1, minutes=1))
    await later(hass, freezer, POLL)
    shown = peak_state(hass, "peak_mean").attributes["months"]
    assert [month["month"] for month in shown if not month["missing"]] == ["2026-09"]
    assert power(hass, "peak_mean") == pytest.approx(4.12)
    kept = hass_storage[f"{DOMAIN}.{entry.entry_id}.{EAN}"]["data"]["offtake"]
    assert max(map(date.fromisoformat, kept)) == date(2026, 9, 30)


async def test_no_month_is_kept_that_is_no_longer_shown(hass: HomeAssistant, now: datetime) -> None:
    store = FactsStore(hass, "entry", EAN)
    await store.async_load()
    days = [date(2025, 10, 31), date(2025, 11, 1), date(2026, 11, 9)]
    read = {day: ReadDay(DayFacts(slices=96)) for day in days}
    await store.async_update({Measure.OFFTAKE: read})
    again = FactsStore(hass, "entry", EAN)
    assert await again.async_load()
    assert [*again.facts[Measure.OFFTAKE]] == days[1:]


async def test_what_was_kept_goes_with_the_meter_and_with_the_contract(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    hass_storage: dict[str, Any],
) -> None:
    for ean in (EAN, DAILY_EAN):
        sandbox.add_mandate(ean, data_period_from=days_ago(now, 3))
    entry = contract_entry(sandbox, certificate, [EAN, DAILY_EAN])
    await set_up(hass, entry)
    files = {ean: f"{DOMAIN}.{entry.entry_id}.{ean}" for ean in (EAN, DAILY_EAN)}
    assert hass_storage.keys() >= {*files.values()}
    (subentry,) = [one for one in entry.subentries.values() if one.unique_id == EAN]
    hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
    await imported(hass)
    assert files[EAN] not in hass_storage
    assert files[DAILY_EAN] in hass_storage
    await hass.config_entries.async_remove(entry.entry_id)
    await imported(hass)
    assert files[DAILY_EAN] not in hass_storage


@pytest.mark.parametrize(
    "kept", [None, {"offtake": {"2026-11-08": [1] * 20}}, {"offtake": []}, {"?": {}}]
)
async def test_a_history_of_whose_days_nothing_readable_was_kept_is_read_once_more(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    hass_storage: dict[str, Any],
    kept: dict[str, Any] | None,
) -> None:
    sandbox.add_mandate(EAN, data_period_from=days_ago(now, 3))
    entry = contract_entry(sandbox, certificate, [EAN])
    await set_up(hass, entry)
    assert await hass.config_entries.async_unload(entry.entry_id)
    file = f"{DOMAIN}.{entry.entry_id}.{EAN}"
    if kept is None:
        del hass_storage[file]
    else:
        hass_storage[file]["data"] = kept
    for asked in (["readTime"], ["insertTime"]):
        sandbox.state.journal.clear()
        assert await hass.config_entries.async_reload(entry.entry_id)
        await imported(hass)
        assert period_types(sandbox) == asked
    assert power(hass, "month_peak") > 0
