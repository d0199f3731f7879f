"""Fixtures for tests of the integration: a local Fluvius, a certificate, a set-up contract."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
import logging
import os
from pathlib import Path
import tempfile
from typing import Any

import aiohttp
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
from homeassistant.setup import async_setup_component
from hypothesis import settings
import pytest

from custom_components.fluvius_esco import energy_watch
from custom_components.fluvius_esco.api.transport import RetryPolicy
from custom_components.fluvius_esco.const import DOMAIN

from .certificates import IssuedCertificate, issue_certificate
from .flows import Flow, Upload
from .helpers import DAILY_EAN, GAS_EAN, QUARTER_HOUR_EAN, days_ago
from .repairs import Repairs
from .sandbox import Sandbox
from .sandbox.customer import Customer
from .words import watch_words

# Every statement of the recorder in a failed test's output hides what failed.
logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)

# A slow machine is no failure; on CI the examples are the same every time.
settings.register_profile(
    "unhurried", settings.get_profile("ci" if os.environ.get("CI") else "default"), deadline=None
)
settings.load_profile("unhurried")

NOW = datetime(2026, 11, 10, 9, 30, tzinfo=UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the longest test be longer."""
    parser.addoption(
        "--stateful-examples",
        type=int,
        default=12,
        help="how many random histories to live through with each API version (12)",
    )


@pytest.fixture
def stateful_examples(request: pytest.FixtureRequest) -> int:
    """How many random histories to live through."""
    return int(request.config.getoption("--stateful-examples"))


@pytest.fixture(autouse=True)
def integration_enabled(request: pytest.FixtureRequest) -> None:
    """Let tests that use Home Assistant load the integration, with a real recorder."""
    if "hass" in request.fixturenames:
        request.getfixturevalue("recorder_mock")
        request.getfixturevalue("enable_custom_integrations")
        request.getfixturevalue("no_debugging_of_the_event_loop")


@pytest.fixture(autouse=True)
def all_that_is_shown_has_its_words(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Fail a test in which a form, an issue or an error had no words, or gaps in them."""
    if "hass" not in request.fixturenames:
        yield
        return
    watch = watch_words(monkeypatch)
    yield
    assert watch.missing == set()


@pytest.fixture(scope="session")
def certificate() -> IssuedCertificate:
    """A certificate from a small authority, with its key."""
    return issue_certificate()


@pytest.fixture
async def no_debugging_of_the_event_loop(hass: HomeAssistant) -> None:
    """Keep no stack of everything that is put into the loop; that takes half of the time."""
    hass.loop.set_debug(False)


@pytest.fixture
def recorder_config() -> dict[str, Any]:
    """Record statistics alone: dozens of sensors and their states take longer than all else."""
    return {
        "exclude": {
            "domains": ["binary_sensor", "event", "sensor"],
            "event_types": [
                "component_loaded",
                "device_registry_updated",
                "entity_registry_updated",
                "service_registered",
            ],
        }
    }


@pytest.fixture
def now(freezer: Any) -> datetime:
    """A fixed moment: a winter morning, yesterday's readings are there."""
    freezer.move_to(NOW)
    return NOW


@pytest.fixture
async def sandbox(
    socket_enabled: None, now: datetime, certificate: IssuedCertificate
) -> AsyncIterator[Sandbox]:
    """A local Fluvius that knows the certificate."""
    async with Sandbox() as server:
        server.register_certificate(certificate.certificate_pem)
        yield server


@pytest.fixture(autouse=True)
def no_waiting_between_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try failed requests again at once; how long the waits are is tested where they are made."""
    monkeypatch.setattr(RetryPolicy, "delay", lambda _policy, _failures: 0.0)


@pytest.fixture(autouse=True)
def nothing_gathered_over_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at what is new of a meter at once: the clock stands still while a test waits."""
    monkeypatch.setattr(energy_watch, "SECONDS_GATHERED", 0.0)


@pytest.fixture
def entity_registry_enabled_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enable the entities as well that a user would have to."""
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)


@pytest.fixture
async def upload(
    hass: HomeAssistant,
    now: datetime,
    hass_client: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Upload:
    """Upload a file as the frontend does, and return its id."""
    # Home Assistant keeps uploads in one folder, which tests that run side by side would share.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    # The test's web server takes no addresses once it runs, as Home Assistant's own does.
    assert await async_setup_component(hass, DOMAIN, {})
    client = await hass_client()

    async def upload_file(content: bytes) -> str:
        form = aiohttp.FormData()
        form.add_field("file", content, filename="file.pem")
        response = await client.post("/api/file_upload", data=form)
        assert response.status == 200
        return str((await response.json())["file_id"])

    return upload_file


@pytest.fixture
async def repairs(hass: HomeAssistant, now: datetime, hass_client: Any) -> Repairs:
    """The Repairs page of a running Home Assistant."""
    assert await async_setup_component(hass, DOMAIN, {})
    assert await async_setup_component(hass, "repairs", {})
    return Repairs(await hass_client())


@pytest.fixture
async def customer(sandbox: Sandbox) -> AsyncIterator[Customer]:
    """A customer with a browser."""
    async with aiohttp.ClientSession() as session:
        yield Customer(session)


@pytest.fixture
def flow(hass: HomeAssistant, sandbox: Sandbox) -> Flow:
    return Flow(hass, sandbox)


@pytest.fixture
def three_meters(sandbox: Sandbox, now: datetime) -> None:
    """Approve mandates for a meter of each kind."""
    for ean, service in (
        (QUARTER_HOUR_EAN, "VH_kwartier_uur"),
        (DAILY_EAN, "VH_dag"),
        (GAS_EAN, "VH_kwartier_uur"),
    ):
        sandbox.add_mandate(ean, data_period_from=days_ago(now, 5), data_service_type=service)
