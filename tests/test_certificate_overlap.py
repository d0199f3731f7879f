"""A year's renewal lived through: the old certificate, both, the new one, and the old one's end."""

from datetime import datetime, timedelta
import json
import logging
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.fluvius_esco.diagnostics import async_get_config_entry_diagnostics

from .certificates import IssuedCertificate, issue_certificate
from .flows import Flow, Upload
from .helpers import (
    ACCESS,
    QUARTER_HOUR_EAN,
    assert_all_there,
    contract_entry,
    contract_state,
    days_ago,
    imported,
    is_loaded,
    later,
    sensor_state,
    set_up,
)
from .observing import POLL
from .sandbox import Sandbox

DAY = timedelta(days=1)


class Life:
    """A contract with one meter that is polled on and on; no poll may miss."""

    def __init__(self, hass: HomeAssistant, sandbox: Sandbox, freezer: Any) -> None:
        self._hass = hass
        self._sandbox = sandbox
        self._freezer = freezer
        self.polls = 0
        self.refused = 0

    async def go_on(self, until: datetime) -> None:
        """Let time pass, poll by poll."""
        while self._sandbox.clock.now() < until:
            await self.one_poll()

    async def one_poll(self) -> None:
        self._sandbox.state.journal.clear()
        await later(self._hass, self._freezer, POLL)
        answered = self._sandbox.state.journal.entries
        for endpoint in ("mandate", "energy"):
            # A token that ran out is noticed by a 401, and another one fetched.
            statuses = [one.status for one in answered if one.endpoint == endpoint]
            assert 200 in statuses, f"{endpoint} missed at {self._sandbox.clock.now()}"
            assert set(statuses) <= {200, 401}
        assert sensor_state(self._hass, QUARTER_HOUR_EAN, "last_day_offtake") != "unavailable"
        self.polls += 1
        self.refused += sum(one.status == 401 for one in answered if one.endpoint == "token")


@pytest.fixture
def life(hass: HomeAssistant, sandbox: Sandbox, freezer: Any) -> Life:
    return Life(hass, sandbox, freezer)


@pytest.fixture
def old(now: datetime, sandbox: Sandbox) -> IssuedCertificate:
    """A certificate that Fluvius knows and that ends in ten days."""
    one = issue_certificate(not_before=now - 350 * DAY, not_after=now + 10 * DAY)
    sandbox.register_certificate(one.certificate_pem)
    return one


@pytest.fixture
async def entry(
    hass: HomeAssistant, sandbox: Sandbox, now: datetime, old: IssuedCertificate
) -> MockConfigEntry:
    sandbox.add_mandate(QUARTER_HOUR_EAN, data_period_from=days_ago(now, 5))
    one = contract_entry(sandbox, old, [QUARTER_HOUR_EAN])
    await set_up(hass, one)
    return one


async def uploaded(upload: Upload, new: IssuedCertificate) -> dict[str, str]:
    """Upload the files of a certificate; the user is logged in at the beginning only."""
    return {
        "certificate": await upload(new.certificate_pem),
        "private_key": await upload(new.key_pem),
    }


async def add(
    hass: HomeAssistant, flow: Flow, entry: MockConfigEntry, files: dict[str, str]
) -> str:
    """Add a new certificate as a user does; return how the flow ended."""
    flow.result = await entry.start_reconfigure_flow(hass)
    await flow.enter(**ACCESS)
    await flow.addresses()
    await flow.enter(next_step_id="certificate")
    await flow.enter(**files)
    await flow.confirm()
    await imported(hass)
    return str(flow.result["reason"])


def held(entry: MockConfigEntry) -> dict[str, str]:
    """Return the certificates of an entry by the names of their fields."""
    return {name: pem for name, pem in entry.data.items() if name.endswith("certificate")}


async def test_a_renewal_misses_no_poll(
    hass: HomeAssistant,
    sandbox: Sandbox,
    now: datetime,
    flow: Flow,
    upload: Upload,
    entry: MockConfigEntry,
    old: IssuedCertificate,
    life: Life,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "custom_components.fluvius_esco")
    new = issue_certificate(not_before=now)
    files = await uploaded(upload, new)
    old_pem, new_pem = old.certificate_pem.decode(), new.certificate_pem.decode()

    await life.go_on(now + DAY)
    assert contract_state(hass, "certificate_renewal") == "none"
    assert life.refused == 0

    assert await add(hass, flow, entry, files) == "certificate_added"
    await life.go_on(now + 4 * DAY)
    assert held(entry) == {"certificate": old_pem, "next_certificate": new_pem}
    assert contract_state(hass, "certificate_renewal") == "waiting"
    assert contract_state(hass, "certificate_days_left") == "5"
    assert life.refused > 10, "the new certificate is tried again and again"

    sandbox.register_certificate(new.certificate_pem)
    await life.one_poll()
    assert held(entry) == {"certificate": new_pem, "previous_certificate": old_pem}
    assert contract_state(hass, "certificate_renewal") == "taken_over"
    assert f"The new certificate {new.thumbprint}" in caplog.text
    refused = life.refused
    await life.go_on(now + 9 * DAY)
    assert life.refused == refused

    await life.go_on(now + 11 * DAY)
    assert held(entry) == {"certificate": new_pem}
    assert f"The certificate {old.thumbprint} has ended" in caplog.text
    assert contract_state(hass, "certificate_renewal") == "none"
    assert contract_state(hass, "certificate_days_left") == "353"
    await life.go_on(now + 12 * DAY)
    assert is_loaded(entry)
    assert life.polls > 90
    await assert_all_there(hass, sandbox, QUARTER_HOUR_EAN)
    assert not hass.config_entries.flow.async_progress()


async def test_a_new_certificate_that_is_withdrawn_again_is_fallen_back_from_at_once(
    hass: HomeAssistant,
    sandbox: Sandbox,
    now: datetime,
    flow: Flow,
    upload: Upload,
    entry: MockConfigEntry,
    old: IssuedCertificate,
    life: Life,
) -> None:
    new = issue_certificate(not_before=now)
    sandbox.register_certificate(new.certificate_pem)
    assert await add(hass, flow, entry, await uploaded(upload, new)) == "reconfigure_successful"
    sandbox.state.certificates.clear()
    sandbox.register_certificate(old.certificate_pem)
    await life.go_on(now + DAY)
    diagnostics = await async_get_config_entry_diagnostics(hass, entry)
    of_roles = diagnostics["credential"]["certificates"]
    assert {role: of["accepted"] for role, of in of_roles.items()} == {
        "present": False,
        "previous": True,
    }


async def test_a_certificate_that_is_not_valid_yet_waits_for_its_day(
    hass: HomeAssistant,
    sandbox: Sandbox,
    now: datetime,
    flow: Flow,
    upload: Upload,
    entry: MockConfigEntry,
    life: Life,
) -> None:
    new = issue_certificate(not_before=now + 2 * DAY)
    sandbox.register_certificate(new.certificate_pem)
    assert await add(hass, flow, entry, await uploaded(upload, new)) == "certificate_added"
    await life.go_on(now + 2 * DAY)
    assert life.refused == 0
    await life.go_on(now + 2 * DAY + timedelta(hours=6))
    assert contract_state(hass, "certificate_renewal") == "taken_over"


async def test_another_new_certificate_takes_the_place_of_one_that_still_waits(
    hass: HomeAssistant,
    sandbox: Sandbox,
    now: datetime,
    flow: Flow,
    upload: Upload,
    entry: MockConfigEntry,
    old: IssuedCertificate,
) -> None:
    wrong, right = (issue_certificate(not_before=now) for _ in range(2))
    assert await add(hass, flow, entry, await uploaded(upload, wrong)) == "certificate_added"
    assert await add(hass, flow, entry, await uploaded(upload, right)) == "certificate_added"
    assert held(entry) == {
        "certificate": old.certificate_pem.decode(),
        "next_certificate": right.certificate_pem.decode(),
    }


async def test_at_the_end_of_the_old_one_only_the_new_one_is_left_to_ask_about(
    hass: HomeAssistant,
    sandbox: Sandbox,
    now: datetime,
    flow: Flow,
    upload: Upload,
    entry: MockConfigEntry,
    freezer: Any,
) -> None:
    new = issue_certificate(not_before=now)
    assert await add(hass, flow, entry, await uploaded(upload, new)) == "certificate_added"
    await later(hass, freezer, 11 * DAY)
    assert held(entry) == {"certificate": new.certificate_pem.decode()}
    (progress,) = hass.config_entries.flow.async_progress()
    assert progress["context"]["source"] == "reauth"
    sandbox.register_certificate(new.certificate_pem)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await imported(hass)
    diagnostics = await async_get_config_entry_diagnostics(hass, entry)
    assert list(diagnostics["credential"]["certificates"]) == ["present"]
    facts = diagnostics["credential"]["certificates"]["present"]
    assert facts["thumbprint"] == new.thumbprint
    assert facts["policy"] == "ov"
    assert "PRIVATE" not in json.dumps(diagnostics)
