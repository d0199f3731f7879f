"""What the system's information page tells, for every environment that contracts are in."""

from datetime import datetime
import json
from typing import Any

import aiohttp
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, get_system_health_info
from yarl import URL

from custom_components.fluvius_esco.const import DOMAIN

from .certificates import IssuedCertificate
from .helpers import GAS_EAN, QUARTER_HOUR_EAN, contract_entry, days_ago, set_up
from .sandbox import Sandbox

UNREACHABLE = {"type": "failed", "error": "unreachable"}


class Internet:
    """Stands for the hosts of Fluvius and of Microsoft, of which some cannot be reached."""

    def __init__(self) -> None:
        self.asked: set[str] = set()
        self.gone: set[str] = set()

    async def get(self, _session: Any, url: str, **_options: Any) -> None:
        self.asked.add(url)
        if URL(url).host in self.gone:
            raise aiohttp.ClientConnectionError


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch) -> Internet:
    internet = Internet()

    async def get(session: Any, url: str, **options: Any) -> None:
        await internet.get(session, url, **options)

    monkeypatch.setattr(aiohttp.ClientSession, "get", get)
    return internet


@pytest.fixture(autouse=True)
async def system_health(hass: HomeAssistant, now: datetime) -> None:
    """The information page of a running Home Assistant."""
    assert await async_setup_component(hass, "system_health", {})
    assert await async_setup_component(hass, DOMAIN, {})


async def info(hass: HomeAssistant) -> dict[str, Any]:
    """Return what the page shows once everything has been checked."""
    shown = await get_system_health_info(hass, DOMAIN)
    return {
        key: await value if hasattr(value, "__await__") else value for key, value in shown.items()
    }


def entry_in(environment: str, number: str) -> MockConfigEntry:
    """A contract in an environment of Fluvius, which is not loaded."""
    return MockConfigEntry(
        domain=DOMAIN,
        title=f"Fluvius {number}",
        unique_id=f"{environment}_{number}",
        data={"environment": environment, "tenant_id": "a-tenant", "api_version": "v3"},
    )


async def test_without_contracts_there_is_nothing_to_reach(hass: HomeAssistant) -> None:
    assert await info(hass) == {
        "contracts": 0,
        "meters": 0,
        "requests_today": 0,
        "last_successful_poll": None,
    }


async def test_contracts_meters_and_requests_are_counted(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, now: datetime
) -> None:
    for ean in (QUARTER_HOUR_EAN, GAS_EAN):
        sandbox.add_mandate(ean, data_period_from=days_ago(now, 5))
    entry = contract_entry(sandbox, certificate, [QUARTER_HOUR_EAN, GAS_EAN])
    await set_up(hass, entry)
    shown = await info(hass)
    assert shown == {
        "contracts": 1,
        "meters": 2,
        "requests_today": entry.runtime_data.contract.client.requests_sent,
        "last_successful_poll": now,
        "own_api": "ok",
        "own_token": "ok",
    }
    assert str(URL(sandbox.api_url).port) not in json.dumps(shown, default=str)


async def test_an_own_address_where_nobody_listens_is_told_without_naming_it(
    hass: HomeAssistant, sandbox: Sandbox, certificate: IssuedCertificate, internet: Internet
) -> None:
    internet.gone = {str(URL(sandbox.api_url).host)}
    contract_entry(sandbox, certificate).add_to_hass(hass)
    shown = await info(hass)
    assert shown["own_api"] == shown["own_token"] == UNREACHABLE


async def test_every_environment_is_checked_at_its_host_alone(
    hass: HomeAssistant, internet: Internet
) -> None:
    for environment, number in (("live", "1"), ("live", "2"), ("sandbox", "3")):
        entry_in(environment, number).add_to_hass(hass)
    internet.gone = {"login.microsoftonline.com"}
    shown = await info(hass)
    assert (shown["contracts"], shown["meters"]) == (3, 0)
    assert shown["live_api"] == shown["sandbox_api"] == "ok"
    assert shown["live_token"] == shown["sandbox_token"] == UNREACHABLE
    assert not any(key.startswith("own") for key in shown)
    assert internet.asked == {"https://apihub.fluvius.be", "https://login.microsoftonline.com"}


async def test_a_contract_that_is_switched_off_is_left_out(
    hass: HomeAssistant, internet: Internet
) -> None:
    entry = entry_in("live", "1")
    entry.add_to_hass(hass)
    entry.disabled_by = "user"  # type: ignore[assignment]
    assert (await info(hass))["contracts"] == 0
    assert internet.asked == set()
