"""What is added to the user's Energy dashboard by itself, and what never is."""

from datetime import datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.fluvius_esco.const import DOMAIN

from .certificates import IssuedCertificate
from .dashboard import (
    BY_REGISTER,
    GAS,
    INJECTION,
    OFFTAKE,
    PANELS,
    configure,
    counted,
    restarted,
    shown,
    sources,
    without_injection,
)
from .flows import Flow
from .helpers import (
    DAILY_EAN,
    GAS_EAN,
    QUARTER_HOUR_EAN,
    contract_entry,
    days_ago,
    imported,
    issue_about,
    kept_progress,
    later,
    set_up,
)
from .observing import POLL
from .repairs import Repairs
from .sandbox import Sandbox
from .sandbox.accounts import CLIENT_SECRET

EANS = [QUARTER_HOUR_EAN, DAILY_EAN, GAS_EAN]
DAILY = f"{DOMAIN}:{DAILY_EAN}_offtake"
PRODUCER = "541440000000000801"
SUB_HEADPOINTS = [
    {"ean": PRODUCER, "kind": "production"},
    {"ean": "541440000000000802", "kind": "auxiliary"},
    {"ean": "541440000000000803", "kind": "offtake"},
]


@pytest.fixture(autouse=True)
def mandates(sandbox: Sandbox, now: datetime) -> None:
    for ean in EANS:
        service = "VH_dag" if ean == DAILY_EAN else "VH_kwartier_uur"
        sandbox.add_mandate(ean, data_period_from=days_ago(now, 3), data_service_type=service)


@pytest.mark.parametrize("api_version", ["v3", "v2"])
async def test_meters_are_appended_behind_what_the_user_has(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, api_version: str
) -> None:
    await configure(hass, PANELS)
    await set_up(
        hass, contract_entry(sandbox, certificate, EANS, api_version, energy_dashboard=True)
    )
    found = await sources(hass)
    assert found[0] == PANELS
    await configure(hass, *found[1:])
    assert set(await shown(hass)) == {
        ("grid", OFFTAKE, INJECTION),
        ("grid", DAILY, None),
        ("gas", GAS, None),
    }
    assert len(found) == 1 + len(EANS)


@pytest.mark.parametrize("api_version", ["v3", "v2"])
async def test_day_and_night_are_two_sources_where_the_user_wants_that(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, api_version: str
) -> None:
    entry = contract_entry(
        sandbox,
        certificate,
        [QUARTER_HOUR_EAN, GAS_EAN],
        api_version,
        energy_dashboard=True,
        registers="day_night",
    )
    await set_up(hass, entry)
    assert sorted(await shown(hass), key=repr) == [("gas", GAS, None), *BY_REGISTER]


@pytest.mark.parametrize("registers", ["total", "day_night"])
async def test_the_sources_together_count_everything_once(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, registers: str
) -> None:
    entry = contract_entry(
        sandbox, certificate, [QUARTER_HOUR_EAN], energy_dashboard=True, registers=registers
    )
    await set_up(hass, entry)
    totals = sandbox.totals(QUARTER_HOUR_EAN)
    for field, name in (("stat_energy_from", "offtake"), ("stat_energy_to", "injection")):
        told = sum(totals[name].values())
        assert told > 0
        assert await counted(hass, field) == pytest.approx(told, abs=1e-6)


async def test_totals_are_counted_where_a_register_was_never_told(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, now: datetime
) -> None:
    sandbox.correct(
        QUARTER_HOUR_EAN,
        "injection_night",
        days_ago(now, 4),
        days_ago(now, 0),
        None,
        inserted=now - timedelta(hours=1),
        granularity="daily",
    )
    entry = contract_entry(
        sandbox, certificate, [QUARTER_HOUR_EAN], energy_dashboard=True, registers="day_night"
    )
    await set_up(hass, entry)
    assert await shown(hass) == [("grid", OFFTAKE, INJECTION)]


async def test_what_is_produced_behind_a_headpoint_is_solar(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    sandbox.install(QUARTER_HOUR_EAN, "headpoint", sub_headpoints=SUB_HEADPOINTS)
    await set_up(
        hass, contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN], energy_dashboard=True)
    )
    assert sorted(await shown(hass)) == [
        ("grid", OFFTAKE, INJECTION),
        ("solar", f"{DOMAIN}:{PRODUCER}_production", None),
    ]


async def test_nothing_is_added_without_the_users_tick(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    await set_up(hass, contract_entry(sandbox, certificate, EANS, energy_dashboard=False))
    assert await sources(hass) == []


async def test_what_the_user_removed_stays_removed(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, freezer: Any
) -> None:
    entry = contract_entry(sandbox, certificate, EANS, energy_dashboard=True)
    await set_up(hass, entry)
    await configure(hass)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await imported(hass)
    await later(hass, freezer, POLL)
    assert await sources(hass) == []
    hass.config_entries.async_update_entry(entry, options={"energy_dashboard": False})
    await imported(hass)
    assert issue_about(hass, "energy_offer") is None


async def test_a_meter_that_is_there_already_is_not_added_twice(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    first = contract_entry(sandbox, certificate, EANS, energy_dashboard=True)
    await set_up(hass, first)
    before = await sources(hass)
    await hass.config_entries.async_remove(first.entry_id)
    await set_up(hass, contract_entry(sandbox, certificate, EANS, energy_dashboard=True))
    assert await sources(hass) == before


@pytest.mark.parametrize(
    "own",
    [
        {"type": "grid", "stat_energy_from": f"{OFFTAKE}_night", "cost_adjustment_day": 0.0},
        {"type": "grid", "stat_energy_from": OFFTAKE, "cost_adjustment_day": 0.0},
        {"type": "grid", "stat_energy_to": INJECTION, "cost_adjustment_day": 0.0},
    ],
)
@pytest.mark.parametrize("registers", ["total", "day_night"])
async def test_energy_that_is_counted_in_another_way_is_not_added(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    own: dict[str, Any],
    registers: str,
) -> None:
    await configure(hass, own)
    entry = contract_entry(
        sandbox, certificate, [QUARTER_HOUR_EAN], energy_dashboard=True, registers=registers
    )
    await set_up(hass, entry)
    assert await sources(hass) == [own]


async def test_a_dashboard_that_is_not_in_order_is_left_alone(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    broken = {"type": "unknown"}
    await configure(hass, broken)
    await set_up(hass, contract_entry(sandbox, certificate, EANS, energy_dashboard=True))
    assert await sources(hass) == [broken]


async def test_a_meter_that_an_earlier_version_added_is_not_added_again(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    hass_storage: dict[str, Any],
) -> None:
    entry = contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN, GAS_EAN])
    await set_up(hass, entry)
    assert await hass.config_entries.async_unload(entry.entry_id)
    kept_progress(hass_storage, entry, QUARTER_HOUR_EAN)["on_energy_dashboard"] = True
    hass.config_entries.async_update_entry(entry, options={"energy_dashboard": True})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await imported(hass)
    assert await shown(hass) == [("gas", GAS, None)]


async def test_a_meter_that_is_followed_again_is_added_again(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    entry = contract_entry(sandbox, certificate, [GAS_EAN], energy_dashboard=True)
    await set_up(hass, entry)
    (meter,) = entry.subentries.values()
    hass.config_entries.async_remove_subentry(entry, meter.subentry_id)
    await imported(hass)
    await configure(hass)
    hass.config_entries.async_add_subentry(entry, meter)
    await imported(hass)
    assert await shown(hass) == [("gas", GAS, None)]


async def test_the_set_up_asks_what_is_counted(hass: HomeAssistant, flow: Flow) -> None:
    await flow.up_to_secret()
    await flow.enter(client_secret=CLIENT_SECRET)
    await flow.enter(meters=[QUARTER_HOUR_EAN], energy_dashboard=True, registers="day_night")
    await imported(hass)
    assert sorted(await shown(hass), key=repr) == BY_REGISTER


async def test_the_options_ask_what_is_counted(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate
) -> None:
    entry = contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN])
    await set_up(hass, entry)
    form = await hass.config_entries.options.async_init(entry.entry_id)
    await hass.config_entries.options.async_configure(
        form["flow_id"], {"follow_new": False, "energy_dashboard": True, "registers": "day_night"}
    )
    await imported(hass)
    assert sorted(await shown(hass), key=repr) == BY_REGISTER


async def test_injection_that_came_later_is_added_to_what_was_added(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, freezer: Any
) -> None:
    without_injection(sandbox)
    entry = contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN], energy_dashboard=True)
    await set_up(hass, entry)
    assert await shown(hass) == [("grid", OFFTAKE, None)]
    await later(hass, freezer, timedelta(days=2))
    assert await shown(hass) == [("grid", OFFTAKE, None), ("grid", None, INJECTION)]
    await configure(hass, (await sources(hass))[0])
    await later(hass, freezer, POLL)
    assert await shown(hass) == [("grid", OFFTAKE, None)], "what the user removed stays removed"


@pytest.mark.parametrize("change", [{"stat_energy_to": "sensor.export"}, {"stat_rate": "sensor.p"}])
async def test_injection_is_the_users_where_the_source_is(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    freezer: Any,
    change: dict[str, Any],
) -> None:
    without_injection(sandbox)
    entry = contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN], energy_dashboard=True)
    await set_up(hass, entry)
    (source,) = await sources(hass)
    assert source["stat_energy_to"] is None
    await configure(hass, source | change)
    await later(hass, freezer, timedelta(days=2))
    assert await sources(hass) == [source | change]


async def test_gas_that_comes_in_kilowatt_hours_later_is_not_added_again(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, freezer: Any
) -> None:
    volume = {"type": "gas", "stat_energy_from": f"{DOMAIN}:{GAS_EAN}_gas_volume"}
    await configure(hass, volume)
    entry = contract_entry(sandbox, certificate, [GAS_EAN], energy_dashboard=True)
    await set_up(hass, entry)
    await later(hass, freezer, POLL)
    assert await sources(hass) == [volume]


async def test_a_new_wish_is_stronger_than_an_old_no(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, repairs: Repairs
) -> None:
    entry = contract_entry(sandbox, certificate, [DAILY_EAN, GAS_EAN])
    await set_up(hass, entry)
    issue = issue_about(hass, "energy_offer")
    assert issue
    await repairs.enter(await repairs.open(issue.issue_id), meters=[DAILY_EAN])
    await configure(hass)
    await restarted(hass, entry)
    for options in ({"energy_dashboard": True}, {"energy_dashboard": True, "follow_new": True}):
        hass.config_entries.async_update_entry(entry, options=options)
        await imported(hass)
        assert await shown(hass) == [("gas", GAS, None)], "what was removed by hand stays removed"
