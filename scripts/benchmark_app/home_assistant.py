"""A Home Assistant in this process: the real core, recorder and integration, and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import json
from pathlib import Path
import socket
from types import MappingProxyType
from typing import Any

from homeassistant import bootstrap, loader
from homeassistant.components.http.config import HTTP_STORAGE_SCHEMA
from homeassistant.components.recorder.tasks import SynchronizeTask
from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryState,
    ConfigSubentryData,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance

from custom_components.fluvius_esco.const import DOMAIN
from custom_components.fluvius_esco.coordinator import MeterCoordinator
from scripts.demo_app.folder import ROOT
from tests.sandbox import accounts

from .errors import BenchmarkError

DATABASE = "home-assistant_v2.db"

# What a Home Assistant has running long before somebody sets the integration up.
_CONFIGURATION: dict[str, Any] = {
    "homeassistant": {"time_zone": "Europe/Brussels", "country": "BE", "currency": "EUR"},
    "energy": {},
    "file_upload": {},
    "http": {},
    "recorder": {},
    "sensor": {},
}
_SETTLE = 2.0


@asynccontextmanager
async def running_home_assistant(folder: Path) -> AsyncIterator[HomeAssistant]:
    """Start Home Assistant with a configuration folder of its own, and let it come to rest."""
    await asyncio.to_thread(_prepare, folder)
    bootstrap.DEFAULT_INTEGRATIONS = set()
    hass = HomeAssistant(str(folder))
    loader.async_setup(hass)
    hass.config.skip_pip = True
    try:
        await _start(hass)
        yield hass
        # The recorder closes its database over whoever still reads from it.
        await hass.async_block_till_done(wait_background_tasks=True)
    finally:
        await hass.async_stop(force=True)


async def _start(hass: HomeAssistant) -> None:
    if await bootstrap.async_from_config_dict(dict(_CONFIGURATION), hass) is None:
        raise BenchmarkError("Home Assistant does not start")
    await hass.async_start()
    missing = _CONFIGURATION.keys() - hass.config.components - {"homeassistant"}
    if missing:
        raise BenchmarkError(f"Home Assistant starts without {', '.join(sorted(missing))}")
    integration = await loader.async_get_integration(hass, DOMAIN)
    await integration.async_get_component()
    await integration.async_get_platforms(["config_flow", "sensor"])
    await asyncio.sleep(_SETTLE)


def _prepare(folder: Path) -> None:
    storage = folder / ".storage"
    storage.mkdir(parents=True)
    address = {"server_host": ["127.0.0.1"], "server_port": _free_port()}
    settings = {
        "stable": HTTP_STORAGE_SCHEMA(address),
        "pending": None,
        "yaml_migration_done": True,
    }
    store = {"version": 3, "minor_version": 1, "key": "http", "data": settings}
    (storage / "http").write_text(json.dumps(store))
    custom_components = folder / "custom_components"
    custom_components.mkdir()
    target = ROOT / "custom_components" / DOMAIN
    (custom_components / DOMAIN).symlink_to(target, target_is_directory=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def contract_entry(url: str, ean: str) -> ConfigEntry:
    """Return the entry of a contract at a local Fluvius, which follows one electricity meter."""
    return ConfigEntry(
        version=1,
        minor_version=1,
        domain=DOMAIN,
        title=f"Fluvius {accounts.CONTRACT_NUMBER}",
        source=SOURCE_USER,
        unique_id=f"own_{accounts.CONTRACT_NUMBER}",
        discovery_keys=MappingProxyType({}),
        options={},
        data={
            "environment": "own",
            "api_version": "v3",
            "api_url": f"{url}/esco-sbx/v3",
            "token_url": f"{url}/{accounts.TENANT_ID}/oauth2/v2.0/token",
            "tenant_id": accounts.TENANT_ID,
            "client_id": accounts.CLIENT_ID,
            "client_secret": accounts.CLIENT_SECRET,
            "scope": accounts.SCOPE,
            "subscription_key": accounts.SUBSCRIPTION_KEY,
            "contract_number": accounts.CONTRACT_NUMBER,
        },
        subentries_data=[
            ConfigSubentryData(
                data={"ean": ean, "energy_type": "E"},
                subentry_type="meter",
                title=f"Electricity …{ean[-5:]}",
                unique_id=ean,
            )
        ],
    )


async def import_history(hass: HomeAssistant, entry: ConfigEntry) -> MeterCoordinator:
    """Set a contract up and wait until the whole history of its meter is in the recorder."""
    await hass.config_entries.async_add(entry)
    if entry.state is not ConfigEntryState.LOADED:
        raise BenchmarkError(f"The contract is not set up: {entry.reason}")
    (meter,) = entry.runtime_data.meters.values()
    done = asyncio.Event()

    def look() -> None:
        if not meter.last_update_success or meter.data.import_progress == 100:
            done.set()

    stop = meter.async_add_listener(look)
    look()
    await done.wait()
    stop()
    if not meter.last_update_success:
        raise BenchmarkError(f"The import failed: {meter.last_exception}")
    found: MeterCoordinator = meter
    return found


async def committed(hass: HomeAssistant) -> None:
    """Wait until the recorder has committed all that was queued."""
    done = hass.loop.create_future()
    get_instance(hass).queue_task(SynchronizeTask(done))
    await done
