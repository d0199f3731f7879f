"""The blueprints load, and automations that are made of them do what they say."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
import shutil
from typing import Any

from homeassistant.components.automation.helpers import async_get_blueprints
from homeassistant.components.blueprint.importer import fetch_blueprint_from_github_url
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.fluvius_esco.const import DOMAIN

from .certificates import IssuedCertificate
from .helpers import QUARTER_HOUR_EAN, contract_entry, days_ago, later, notifications, set_up
from .news import event_entity
from .observing import POLL
from .sandbox import Sandbox

ROOT = Path(__file__).parents[1]
BLUEPRINTS = ROOT / "custom_components" / DOMAIN / "blueprints" / "automation"
NAMES = [path.stem for path in sorted(BLUEPRINTS.rglob("*.yaml"))]
QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)


@pytest.fixture
async def config_folder(hass: HomeAssistant, tmp_path: Path) -> None:
    """A configuration at home in Belgium with the blueprints in it, as an import puts them there."""
    await hass.config.async_set_time_zone("Europe/Brussels")
    hass.config.config_dir = str(tmp_path)
    shutil.copytree(BLUEPRINTS, tmp_path / "blueprints" / "automation" / DOMAIN)


@pytest.fixture
async def meter(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, now: datetime
) -> None:
    """A meter whose history is there."""
    sandbox.add_mandate(QUARTER_HOUR_EAN, data_period_from=days_ago(now, 9))
    await set_up(hass, contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN]))


async def automate(hass: HomeAssistant, name: str, inputs: Mapping[str, Any]) -> None:
    """Make an automation of a blueprint."""
    config = {
        "alias": name,
        "use_blueprint": {"path": f"fluvius_esco/{name}.yaml", "input": dict(inputs)},
    }
    assert await async_setup_component(hass, "automation", {"automation": config})
    state = hass.states.get(f"automation.{name}")
    assert state
    assert state.state == "on"


def data_until(hass: HomeAssistant) -> str:
    entity_id = er.async_get(hass).async_get_entity_id(
        "sensor", DOMAIN, f"{QUARTER_HOUR_EAN}_data_until"
    )
    assert entity_id
    return entity_id


def reach(sandbox: Sandbox, start: datetime, power: float, inserted: datetime) -> None:
    """Let the mean power (kW) of a quarter-hour become another one."""
    sandbox.correct(
        QUARTER_HOUR_EAN,
        "offtake",
        start,
        start + QUARTER,
        power / 4,
        inserted=inserted,
        granularity="hourly_quarterhourly",
    )


def test_there_are_two_blueprints() -> None:
    assert NAMES == ["new_month_peak", "readings_late"]


@pytest.mark.usefixtures("config_folder")
async def test_every_blueprint_loads_and_supports_this_home_assistant(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, "automation", {})
    blueprints = await async_get_blueprints(hass).async_get_blueprints()
    assert {Path(path).stem for path in blueprints} == set(NAMES)
    for blueprint in blueprints.values():
        assert isinstance(blueprint, Blueprint)
        assert blueprint.validate() is None


@pytest.mark.parametrize("name", NAMES)
async def test_every_blueprint_can_be_imported_from_the_address_that_the_readme_links(
    hass: HomeAssistant, name: str, aioclient_mock: Any
) -> None:
    path = BLUEPRINTS / f"{name}.yaml"
    repository = "fluvius-esco/home-assistant-fluvius-esco"
    inside = path.relative_to(ROOT).as_posix()
    address = f"https://github.com/{repository}/blob/main/{inside}"
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"https://my.home-assistant.io/redirect/blueprint_import/?blueprint_url={address}" in (
        readme
    )
    raw = f"https://raw.githubusercontent.com/{repository}/main/{inside}"
    aioclient_mock.get(raw, text=path.read_text(encoding="utf-8"))
    imported = await fetch_blueprint_from_github_url(hass, address)
    assert imported.suggested_filename == f"fluvius-esco/{name}"
    assert imported.blueprint.metadata["source_url"] == address


@pytest.mark.usefixtures("config_folder", "meter")
async def test_a_new_month_peak_above_the_threshold_is_acted_on(
    hass: HomeAssistant, sandbox: Sandbox, now: datetime, freezer: Any
) -> None:
    calls = async_mock_service(hass, "notify", "phone")
    actions = [
        {
            "action": "notify.phone",
            "data": {"message": "{{ message }}", "title": "{{ peak }} {{ month }}"},
        }
    ]
    await automate(
        hass,
        "new_month_peak",
        {"readings": event_entity(hass, QUARTER_HOUR_EAN), "threshold": 8, "actions": actions},
    )
    start = days_ago(now, 4) + timedelta(hours=18)
    reach(sandbox, start, 7.6, now + timedelta(hours=1))
    reach(sandbox, start, 9.2, now + timedelta(hours=4))
    await later(hass, freezer, POLL)
    assert calls == []
    await later(hass, freezer, POLL)
    await later(hass, freezer, timedelta(days=1))
    assert [call.data["title"] for call in calls] == ["9.2 2026-11"]
    told = calls[0].data["message"]
    assert told == "The peak power of 2026-11 is now 9.2 kW, reached on 2026-11-06 at 18:00."


@pytest.mark.usefixtures("config_folder", "meter")
async def test_without_a_choice_home_assistant_shows_the_new_month_peak(
    hass: HomeAssistant, sandbox: Sandbox, now: datetime, freezer: Any
) -> None:
    readings = event_entity(hass, QUARTER_HOUR_EAN)
    await automate(hass, "new_month_peak", {"readings": readings})
    reach(sandbox, days_ago(now, 4), 9.2, now + timedelta(hours=1))
    await later(hass, freezer, POLL)
    assert notifications(hass).count("New month peak") == 1


@pytest.mark.usefixtures("config_folder", "meter")
async def test_late_readings_are_told_once_until_new_ones_came(
    hass: HomeAssistant, sandbox: Sandbox, now: datetime, freezer: Any
) -> None:
    calls = async_mock_service(hass, "notify", "phone")
    inputs = {
        "data_until": data_until(hass),
        "actions": [{"action": "notify.phone", "data": {"message": "{{ message }}"}}],
    }
    # What follows today's midnight comes three days late, and then nothing at all.
    arrival = now + timedelta(days=4)
    sandbox.delay(QUARTER_HOUR_EAN, days_ago(now, 0), days_ago(now, -3), arrival)
    sandbox.delay(QUARTER_HOUR_EAN, days_ago(now, -3), days_ago(now, -30), None)
    await automate(hass, "readings_late", inputs)

    async def told_by(day: datetime) -> list[str]:
        """Let the hours pass until a day begins; return all that was told."""
        while dt_util.utcnow() < day:
            freezer.move_to((dt_util.utcnow() + HOUR).replace(minute=7, second=1))
            await later(hass, freezer, timedelta())
        return [call.data["message"] for call in calls]

    first = "The newest reading is from 2026-11-10 at 00:00, 60 hours ago."
    second = "The newest reading is from 2026-11-13 at 00:00, 60 hours ago."
    assert await told_by(days_ago(now, -2)) == []
    assert await told_by(days_ago(now, -3)) == [first]
    assert await told_by(days_ago(now, -5)) == [first]
    assert await told_by(days_ago(now, -7)) == [first, second]
    await hass.services.async_call("automation", "turn_off", {"entity_id": "all"}, blocking=True)
