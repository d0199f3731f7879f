"""Production, auxiliary and offtake behind a headpoint have statistics under their own EAN."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from homeassistant.components.recorder.statistics import list_statistic_ids
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.fluvius_esco.const import DOMAIN

from .certificates import IssuedCertificate
from .helpers import (
    QUARTER_HOUR_EAN,
    assert_all_there,
    contract_entry,
    days_ago,
    hourly_rows,
    later,
    sensor_state,
    set_up,
)
from .observing import POLL, RecorderWork, period_types, watch_recorder
from .sandbox import Sandbox

SUB_HEADPOINTS: Mapping[str, str] = {
    "production": "541440000000000801",
    "auxiliary": "541440000000000802",
    "offtake": "541440000000000803",
}
SHOWN = {"production": "production", "auxiliary": "auxiliary services", "offtake": "offtake"}
INSTALLED = [{"ean": ean, "kind": kind} for kind, ean in SUB_HEADPOINTS.items()]
OWN_SERIES = ("offtake", "injection")
# Since the clock change, so that every day has 24 hours.
DAYS = 14


def sub_statistic(kind: str) -> str:
    return f"{DOMAIN}:{SUB_HEADPOINTS[kind]}_{kind}"


async def assert_equal_to_fluvius(hass: HomeAssistant, sandbox: Sandbox) -> None:
    """The headpoint and its sub-headpoints must all hold what Fluvius has."""
    for kind, ean in SUB_HEADPOINTS.items():
        assert [*sandbox.totals(ean)] == [kind]
        await assert_all_there(hass, sandbox, ean)
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)


@pytest.fixture(params=["headpoint", "headpointAndMeter"])
def installation(request: pytest.FixtureRequest, sandbox: Sandbox, now: datetime) -> str:
    """Approve an AMR installation with one sub-headpoint of each kind."""
    kind: str = request.param
    sandbox.add_mandate(QUARTER_HOUR_EAN, data_period_from=days_ago(now, DAYS))
    changed = days_ago(now, DAYS // 2) if kind == "headpointAndMeter" else None
    sandbox.install(QUARTER_HOUR_EAN, kind, at=changed, sub_headpoints=INSTALLED)
    return kind


@pytest.fixture
async def followed(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, installation: str
) -> MockConfigEntry:
    """Import all there is of the installation."""
    entry = contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN])
    await set_up(hass, entry)
    return entry


@pytest.mark.usefixtures("followed")
async def test_each_one_has_a_statistic_of_its_own(hass: HomeAssistant, sandbox: Sandbox) -> None:
    await assert_equal_to_fluvius(hass, sandbox)
    for kind in SUB_HEADPOINTS:
        rows = await hourly_rows(hass, sub_statistic(kind))
        assert len(rows) == DAYS * 24
        assert rows[-1]["sum"] > 0


@pytest.mark.usefixtures("followed")
async def test_they_bear_the_name_of_the_meter_they_belong_to(hass: HomeAssistant) -> None:
    listed = await get_instance(hass).async_add_executor_job(list_statistic_ids, hass)
    found = {one["statistic_id"]: one for one in listed}
    for kind, ean in SUB_HEADPOINTS.items():
        statistic = found[sub_statistic(kind)]
        assert statistic["name"] == f"Meter {QUARTER_HOUR_EAN} {SHOWN[kind]} …{ean[-5:]}"
        assert statistic["statistics_unit_of_measurement"] == "kWh"
    own = found[f"{DOMAIN}:{QUARTER_HOUR_EAN}_offtake"]
    assert own["name"] == f"Meter {QUARTER_HOUR_EAN} offtake"


@pytest.mark.usefixtures("followed")
async def test_they_are_no_part_of_what_the_meter_itself_tells(
    hass: HomeAssistant, sandbox: Sandbox, now: datetime
) -> None:
    yesterday = sandbox.totals(QUARTER_HOUR_EAN, days_ago(now, 1), days_ago(now, 0))
    for name in OWN_SERIES:
        state = sensor_state(hass, QUARTER_HOUR_EAN, f"last_day_{name}")
        assert float(state) == pytest.approx(sum(yesterday[name].values()), abs=1e-6)


@pytest.mark.usefixtures("followed")
@pytest.mark.parametrize("kind", SUB_HEADPOINTS)
async def test_a_correction_reaches_one_and_leaves_the_others_alone(
    hass: HomeAssistant,
    sandbox: Sandbox,
    now: datetime,
    freezer: Any,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    work = watch_recorder(monkeypatch)
    noon = days_ago(now, 10) + timedelta(hours=12)
    sandbox.correct(
        SUB_HEADPOINTS[kind],
        kind,
        noon,
        noon + timedelta(minutes=15),
        7.25,
        inserted=now + timedelta(hours=1),
        granularity="hourly_quarterhourly",
    )
    await later(hass, freezer, POLL)
    assert [row for row in work.rows if row[0] == sub_statistic(kind)] == [
        (sub_statistic(kind), noon)
    ]
    assert {statistic for statistic, _ in [*work.rows, *work.shifts]} == {sub_statistic(kind)}
    await assert_equal_to_fluvius(hass, sandbox)


@pytest.mark.usefixtures("followed")
async def test_new_days_reach_them(hass: HomeAssistant, sandbox: Sandbox, freezer: Any) -> None:
    for _ in range(2):
        await later(hass, freezer, timedelta(days=1))
    for kind in SUB_HEADPOINTS:
        assert len(await hourly_rows(hass, sub_statistic(kind))) == (DAYS + 2) * 24
    await assert_equal_to_fluvius(hass, sandbox)


@pytest.mark.usefixtures("followed")
async def test_a_poll_with_nothing_new_writes_nothing(
    hass: HomeAssistant, sandbox: Sandbox, freezer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    work: RecorderWork = watch_recorder(monkeypatch)
    sandbox.state.journal.clear()
    await later(hass, freezer, POLL)
    assert period_types(sandbox) == ["insertTime"]
    assert (work.rows, work.shifts) == ([], [])


@pytest.mark.usefixtures("followed")
async def test_the_end_of_the_mandate_deletes_them_as_well(
    hass: HomeAssistant, sandbox: Sandbox, now: datetime, freezer: Any
) -> None:
    end = days_ago(now, 5)
    sandbox.change_mandate(QUARTER_HOUR_EAN, at=now, dataPeriodTo=end)
    await later(hass, freezer, timedelta(hours=1, minutes=1))
    own = [f"{DOMAIN}:{QUARTER_HOUR_EAN}_{name}" for name in OWN_SERIES]
    for statistic in [*own, *map(sub_statistic, SUB_HEADPOINTS)]:
        rows = await hourly_rows(hass, statistic)
        assert rows[-1]["start"] == (end - timedelta(hours=1)).timestamp()
    await assert_equal_to_fluvius(hass, sandbox)


@pytest.mark.usefixtures("followed")
async def test_null_takes_the_energy_of_one_away(
    hass: HomeAssistant, sandbox: Sandbox, now: datetime, freezer: Any
) -> None:
    start = days_ago(now, 9)
    before = (await hourly_rows(hass, sub_statistic("production")))[-1]["sum"]
    sandbox.correct(
        SUB_HEADPOINTS["production"],
        "production",
        start,
        days_ago(now, 8),
        None,
        inserted=now + timedelta(hours=1),
    )
    await later(hass, freezer, POLL)
    after = (await hourly_rows(hass, sub_statistic("production")))[-1]["sum"]
    assert after < before
    await assert_equal_to_fluvius(hass, sandbox)
