"""The actions that add meters to the Energy dashboard, and the undo."""

from datetime import datetime
from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import device_registry as dr
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.fluvius_esco.const import DOMAIN

from .certificates import IssuedCertificate
from .dashboard import (
    BY_REGISTER,
    GAS,
    INJECTION,
    OFFTAKE,
    P1,
    PANELS,
    configure,
    counted,
    restarted,
    shown,
    sources,
)
from .helpers import (
    GAS_EAN,
    QUARTER_HOUR_EAN,
    contract_entry,
    days_ago,
    imported,
    issue_about,
    later,
    set_up,
)
from .observing import POLL
from .sandbox import Sandbox
from .sandbox.accounts import CONTRACT_NUMBER

TOTALS = ("grid", OFFTAKE, INJECTION)


@pytest.fixture(params=["v3", "v2"])
async def entry(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    request: pytest.FixtureRequest,
) -> MockConfigEntry:
    """A contract with an electricity and a gas meter, imported and not on the dashboard."""
    for ean in (QUARTER_HOUR_EAN, GAS_EAN):
        sandbox.add_mandate(ean, data_period_from=days_ago(now, 3))
    entry = contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN, GAS_EAN], request.param)
    await set_up(hass, entry)
    return entry


def device_of(hass: HomeAssistant, identifier: str) -> str:
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, identifier), entry.entry_id)
    assert device
    return device.id


async def call(hass: HomeAssistant, action: str, *eans: str, **data: Any) -> dict[str, Any]:
    """Call an action about meters and return its response."""
    devices = [device_of(hass, ean) for ean in eans]
    response = await hass.services.async_call(
        DOMAIN, action, {"device_id": devices} | data, blocking=True, return_response=True
    )
    assert isinstance(response, dict)
    await imported(hass)
    return response


async def add(hass: HomeAssistant, *eans: str, **data: Any) -> dict[str, Any]:
    return await call(hass, "add_to_energy_dashboard", *eans, **data)


async def undo(hass: HomeAssistant, *eans: str) -> dict[str, Any]:
    return await call(hass, "remove_from_energy_dashboard", *eans)


@pytest.mark.usefixtures("entry")
async def test_meters_are_added_and_told(hass: HomeAssistant) -> None:
    await configure(hass, PANELS)
    response = await add(hass, QUARTER_HOUR_EAN, GAS_EAN)
    assert response == {
        "added": [
            {
                "device_id": device_of(hass, QUARTER_HOUR_EAN),
                "type": "grid",
                "statistics": [INJECTION, OFFTAKE],
            },
            {"device_id": device_of(hass, GAS_EAN), "type": "gas", "statistics": [GAS]},
        ],
        "skipped": [],
    }
    found = await sources(hass)
    assert found[0] == PANELS
    assert issue_about(hass, "energy_offer") is None


@pytest.mark.usefixtures("entry")
async def test_day_and_night_count_everything_once(hass: HomeAssistant, sandbox: Sandbox) -> None:
    await add(hass, QUARTER_HOUR_EAN, registers="day_night")
    assert await shown(hass) == BY_REGISTER
    response = await add(hass, QUARTER_HOUR_EAN, registers="total")
    assert [one["reason"] for one in response["skipped"]] == ["already_there"]
    assert await shown(hass) == BY_REGISTER
    told = sum(sandbox.totals(QUARTER_HOUR_EAN)["offtake"].values())
    assert await counted(hass, "stat_energy_from") == pytest.approx(told, abs=1e-6)


async def test_the_options_say_what_is_counted_without_a_choice(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    hass.config_entries.async_update_entry(entry, options={"registers": "day_night"})
    await imported(hass)
    await add(hass, QUARTER_HOUR_EAN)
    assert await shown(hass) == BY_REGISTER


@pytest.mark.usefixtures("entry")
async def test_another_source_stops_it_unless_it_is_meant(hass: HomeAssistant) -> None:
    await configure(hass, P1)
    device = device_of(hass, QUARTER_HOUR_EAN)
    assert await add(hass, QUARTER_HOUR_EAN) == {
        "added": [],
        "skipped": [{"device_id": device, "type": "grid", "reason": "other_source"}],
    }
    assert await sources(hass) == [P1]
    response = await add(hass, QUARTER_HOUR_EAN, even_with_other_source=True)
    assert [one["type"] for one in response["added"]] == ["grid"]
    assert (await sources(hass))[0] == P1


async def test_the_undo_leaves_the_dashboard_as_it_was(
    hass: HomeAssistant, entry: MockConfigEntry, freezer: Any
) -> None:
    await configure(hass, P1, PANELS)
    await add(hass, QUARTER_HOUR_EAN, GAS_EAN, even_with_other_source=True)
    added = (await sources(hass))[2:]
    await restarted(hass, entry)
    response = await undo(hass, QUARTER_HOUR_EAN, GAS_EAN)
    assert [one["source"] for one in response["removed"]] == added
    assert response["left"] == []
    assert await sources(hass) == [P1, PANELS]
    await later(hass, freezer, POLL)
    assert issue_about(hass, "energy_offer") is None
    hass.config_entries.async_update_entry(entry, options={"energy_dashboard": True})
    await imported(hass)
    assert await sources(hass) == [P1, PANELS], "what was undone does not come back by itself"


@pytest.mark.usefixtures("entry")
async def test_the_undo_tells_the_prices_that_go_along(hass: HomeAssistant) -> None:
    await add(hass, QUARTER_HOUR_EAN)
    (source,) = await sources(hass)
    priced = source | {"stat_cost": "sensor.costs", "name": "House"}
    await configure(hass, priced)
    response = await undo(hass, QUARTER_HOUR_EAN)
    assert [one["source"] for one in response["removed"]] == [priced]
    assert await sources(hass) == []


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize(
    "change",
    [
        {"stat_energy_to": "sensor.p1_export"},
        {"stat_energy_to": None},
        {"stat_rate": "sensor.p1_power"},
    ],
)
async def test_the_undo_leaves_what_counts_something_else_by_now(
    hass: HomeAssistant, change: dict[str, Any]
) -> None:
    await add(hass, QUARTER_HOUR_EAN, GAS_EAN)
    grid, gas = await sources(hass)
    await configure(hass, grid | change, gas)
    response = await undo(hass, QUARTER_HOUR_EAN, GAS_EAN)
    assert response == {
        "removed": [{"device_id": device_of(hass, GAS_EAN), "source": gas}],
        "left": [
            {
                "device_id": device_of(hass, QUARTER_HOUR_EAN),
                "type": "grid",
                "statistics": [INJECTION, OFFTAKE],
                "reason": "changed",
            }
        ],
    }
    assert await sources(hass) == [grid | change]


@pytest.mark.usefixtures("entry")
async def test_the_undo_leaves_what_the_user_added(hass: HomeAssistant) -> None:
    await add(hass, GAS_EAN)
    (gas,) = await sources(hass)
    await configure(hass)
    await configure(hass, gas)
    assert await undo(hass, GAS_EAN) == {"removed": [], "left": []}
    assert await sources(hass) == [gas]


@pytest.mark.usefixtures("entry")
async def test_what_was_undone_can_be_added_in_another_way(hass: HomeAssistant) -> None:
    await add(hass, QUARTER_HOUR_EAN)
    await undo(hass, QUARTER_HOUR_EAN)
    await add(hass, QUARTER_HOUR_EAN, registers="day_night")
    assert await shown(hass) == BY_REGISTER
    await undo(hass, QUARTER_HOUR_EAN)
    assert await sources(hass) == []


async def test_what_was_added_can_be_undone_when_the_meter_is_followed_again(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await add(hass, GAS_EAN)
    meter = next(one for one in entry.subentries.values() if one.unique_id == GAS_EAN)
    hass.config_entries.async_remove_subentry(entry, meter.subentry_id)
    await imported(hass)
    assert await shown(hass) == [("gas", GAS, None)]
    hass.config_entries.async_add_subentry(entry, meter)
    await imported(hass)
    assert len((await undo(hass, GAS_EAN))["removed"]) == 1
    assert await sources(hass) == []


async def test_a_meter_that_was_not_read_yet_is_skipped(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, now: datetime
) -> None:
    sandbox.add_mandate(GAS_EAN, data_period_from=days_ago(now, 3))
    sandbox.add_fault("energy", "status", times=10_000)
    await set_up(hass, contract_entry(sandbox, certificate, [GAS_EAN]))
    response = await add(hass, GAS_EAN)
    assert [one["reason"] for one in response["skipped"]] == ["not_read_yet"]
    assert await sources(hass) == []


@pytest.mark.usefixtures("entry")
async def test_a_device_that_is_no_meter_is_refused(hass: HomeAssistant) -> None:
    for device in (device_of(hass, f"contract_own_{CONTRACT_NUMBER}"), "unknown"):
        for action in ("add_to_energy_dashboard", "remove_from_energy_dashboard"):
            with pytest.raises(ServiceValidationError) as refused:
                await call(hass, action, device_id=[device])
            assert refused.value.translation_key == "energy_no_such_meter"
    assert await sources(hass) == []


async def test_a_contract_that_is_not_working_is_named(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(ServiceValidationError) as refused:
        await add(hass, GAS_EAN)
    assert refused.value.translation_key == "energy_contract_not_loaded"
    assert refused.value.translation_placeholders == {"contract": entry.title}


@pytest.mark.usefixtures("entry")
async def test_a_dashboard_that_is_not_in_order_is_told(hass: HomeAssistant) -> None:
    await configure(hass, {"type": "unknown"})
    with pytest.raises(HomeAssistantError) as refused:
        await add(hass, GAS_EAN)
    assert refused.value.translation_key == "energy_dashboard_not_in_order"
    assert await sources(hass) == [{"type": "unknown"}]


@pytest.mark.usefixtures("entry")
async def test_an_unknown_way_of_counting_is_refused(hass: HomeAssistant) -> None:
    with pytest.raises(probatio.Invalid):
        await add(hass, QUARTER_HOUR_EAN, registers="both")


@pytest.mark.usefixtures("entry")
async def test_only_administrators_change_the_dashboard(
    hass: HomeAssistant, hass_read_only_user: MockUser
) -> None:
    with pytest.raises(Unauthorized):
        await hass.services.async_call(
            DOMAIN,
            "add_to_energy_dashboard",
            {"device_id": device_of(hass, GAS_EAN)},
            blocking=True,
            context=Context(user_id=hass_read_only_user.id),
        )
    assert await sources(hass) == []
