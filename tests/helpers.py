"""Steps that several tests of the integration share."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from homeassistant.components.persistent_notification import _async_get_or_create_notifications
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.helpers.recorder import get_instance
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.fluvius_esco.const import DOMAIN

from .certificates import IssuedCertificate
from .sandbox import Sandbox
from .sandbox.accounts import (
    CLIENT_ID,
    CLIENT_SECRET,
    CONTRACT_NUMBER,
    SCOPE,
    SUBSCRIPTION_KEY,
    TENANT_ID,
)

BRUSSELS = ZoneInfo("Europe/Brussels")

QUARTER_HOUR_EAN = "541440110000000001"
DAILY_EAN = "541440000000000002"
GAS_EAN = "541441010000000003"

ACCESS = {
    "tenant_id": TENANT_ID,
    "client_id": CLIENT_ID,
    "scope": SCOPE,
    "subscription_key": SUBSCRIPTION_KEY,
}


def meter(ean: str) -> ConfigSubentryData:
    """A followed meter; the EAN's sixth digit tells electricity from gas."""
    return ConfigSubentryData(
        data={"ean": ean, "energy_type": "G" if ean[5] == "1" else "E"},
        subentry_type="meter",
        title=f"Meter {ean}",
        unique_id=ean,
    )


def contract_entry(
    sandbox: Sandbox,
    certificate: IssuedCertificate | None,
    eans: Iterable[str] = (),
    api_version: str = "v3",
    **options: Any,
) -> MockConfigEntry:
    """A contract at the local Fluvius, set up with a certificate, or else with a secret."""
    credentials = {"client_secret": CLIENT_SECRET}
    if certificate is not None:
        credentials = {
            "certificate": certificate.certificate_pem.decode(),
            "private_key": certificate.key_pem.decode(),
        }
    return MockConfigEntry(
        domain=DOMAIN,
        title=f"Fluvius {CONTRACT_NUMBER}",
        unique_id=f"own_{CONTRACT_NUMBER}",
        data={
            **ACCESS,
            "environment": "own",
            "api_version": api_version,
            "contract_number": CONTRACT_NUMBER,
            "api_url": sandbox.api_url if api_version == "v3" else sandbox.api_url_v2,
            "token_url": sandbox.token_url,
            "consent_url": sandbox.consent_url,
            **credentials,
        },
        options=options,
        subentries_data=[meter(ean) for ean in eans],
    )


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set an entry up and let its imports finish."""
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await imported(hass)


async def imported(hass: HomeAssistant) -> None:
    """Wait for the imports that run in the background."""
    await hass.async_block_till_done(wait_background_tasks=True)


def kept_progress(storage: dict[str, Any], entry: ConfigEntry, ean: str) -> dict[str, Any]:
    """Return what is kept of how far a meter was read; changing it changes what is kept."""
    kept: dict[str, Any] = storage[f"{DOMAIN}.{entry.entry_id}.{ean}.progress"]["data"]
    return kept


def is_loaded(entry: ConfigEntry) -> bool:
    return entry.state is ConfigEntryState.LOADED


async def hourly_rows(hass: HomeAssistant, statistic_id: str) -> list[dict[str, Any]]:
    """Return all stored hours of a statistic."""
    rows = await get_instance(hass).async_add_executor_job(
        statistics_during_period,
        hass,
        datetime(2000, 1, 1, tzinfo=UTC),
        None,
        {statistic_id},
        "hour",
        None,
        {"change", "state", "sum"},
    )
    return [dict(row) for row in rows.get(statistic_id, [])]


async def total(hass: HomeAssistant, statistic_id: str, start: datetime, end: datetime) -> float:
    """Return what a statistic shows for a period (UTC)."""
    return sum(
        float(row["change"])
        for row in await hourly_rows(hass, statistic_id)
        if start.timestamp() <= row["start"] < end.timestamp()
    )


async def assert_consistent(hass: HomeAssistant, statistic_id: str) -> None:
    """Every row's own amount must be what the running total grew by."""
    for row in await hourly_rows(hass, statistic_id):
        assert abs(row["state"] - row["change"]) < 1e-6, row


def days_ago(now: datetime, days: int) -> datetime:
    """Return the Belgian midnight (UTC) that the day so many days before began with."""
    day = now.astimezone(BRUSSELS).date() - timedelta(days=days)
    return datetime.combine(day, time(0), tzinfo=BRUSSELS).astimezone(UTC)


async def later(hass: HomeAssistant, freezer: Any, delay: timedelta) -> None:
    """Let time pass, and what is due then happen."""
    freezer.tick(delay)
    async_fire_time_changed(hass)
    await imported(hass)


async def assert_all_there(hass: HomeAssistant, sandbox: Sandbox, ean: str) -> None:
    """Every series must hold what Fluvius has, no more, no less."""
    for name, months in sandbox.totals(ean).items():
        rows = await hourly_rows(hass, f"{DOMAIN}:{ean}_{name}")
        assert rows[-1]["sum"] == pytest.approx(sum(months.values()), abs=1e-6), name
        await assert_consistent(hass, f"{DOMAIN}:{ean}_{name}")


async def assert_every_day_as_told(hass: HomeAssistant, sandbox: Sandbox, ean: str) -> None:
    """Every day of every series must be as Fluvius last said, every row as its total."""
    for name, told in sandbox.totals(ean, by_day=True).items():
        shown: dict[str, float] = {}
        for row in await hourly_rows(hass, f"{DOMAIN}:{ean}_{name}"):
            assert abs(row["state"] - row["change"]) < 1e-6, (ean, name, row)
            day = datetime.fromtimestamp(row["start"], BRUSSELS).date().isoformat()
            shown[day] = shown.get(day, 0.0) + row["state"]
        for day in shown.keys() | told.keys():
            difference = shown.get(day, 0.0) - told.get(day, 0.0)
            assert abs(difference) < 1e-6, (ean, name, day, shown.get(day), told.get(day))


def sensor_state(hass: HomeAssistant, ean: str, key: str) -> str:
    entity_id = er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"{ean}_{key}")
    assert entity_id, key
    state = hass.states.get(entity_id)
    assert state
    return str(state.state)


def notifications(hass: HomeAssistant) -> list[str]:
    """Return the titles of the notifications that the user sees."""
    return [str(one["title"]) for one in _async_get_or_create_notifications(hass).values()]


def issues(hass: HomeAssistant) -> dict[str, ir.IssueEntry]:
    """Return what the user sees of the integration under Repairs, by what it is about.

    The offer to add meters to the Energy dashboard stands beside whatever a test is about.
    """
    return {
        str(issue.translation_key): issue
        for issue in ir.async_get(hass).issues.values()
        if issue.active and issue.domain == DOMAIN and issue.translation_key != "energy_offer"
    }


def contract_state(hass: HomeAssistant, key: str) -> str:
    """Return the state of a sensor of the contract at the local Fluvius."""
    unique_id = f"own_{CONTRACT_NUMBER}_{key}"
    entity_id = er.async_get(hass).async_get_entity_id("sensor", DOMAIN, unique_id)
    assert entity_id, key
    state = hass.states.get(entity_id)
    assert state
    return str(state.state)


def issue_about(hass: HomeAssistant, subject: str) -> ir.IssueEntry | None:
    """Return the open issue whose id begins with its subject."""
    issues = ir.async_get(hass).issues.values()
    found = [one for one in issues if one.active and one.issue_id.startswith(f"{subject}_")]
    assert len(found) <= 1
    return found[0] if found else None
