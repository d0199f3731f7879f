"""Fixtures for tests of the integration: a local Fluvius, a certificate, a set-up contract."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
import logging
import os
from typing import Any

from hypothesis import settings
import pytest

from custom_components.fluvius_esco.api.transport import RetryPolicy

from .certificates import IssuedCertificate, issue_certificate
from .sandbox import Sandbox

# Every statement of the recorder in a failed test's output hides what failed.
logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)

# A slow machine is no failure; on CI the examples are the same every time.
settings.register_profile(
    "unhurried", settings.get_profile("ci" if os.environ.get("CI") else "default"), deadline=None
)
settings.load_profile("unhurried")

NOW = datetime(2026, 11, 10, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def integration_enabled(request: pytest.FixtureRequest) -> None:
    """Let tests that use Home Assistant load the integration, with a real recorder."""
    if "hass" in request.fixturenames:
        request.getfixturevalue("recorder_mock")
        request.getfixturevalue("enable_custom_integrations")


@pytest.fixture(scope="session")
def certificate() -> IssuedCertificate:
    """A certificate from a small authority, with its key."""
    return issue_certificate()


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
