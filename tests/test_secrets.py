"""A full day's work with everything logged and much going wrong: no secret is found anywhere."""

from collections.abc import Callable
from datetime import timedelta
import logging
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.storage import Store
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.fluvius_esco.api.models import (
    DataService,
    DataServiceType,
    Flow as Customer,
    ShortUrlRequest,
)
from custom_components.fluvius_esco.const import DOMAIN, LOGGER

from .certificates import IssuedCertificate, issue_certificate
from .flows import Flow, Upload
from .helpers import (
    ACCESS,
    DAILY_EAN,
    GAS_EAN,
    QUARTER_HOUR_EAN,
    assert_all_there,
    contract_entry,
    imported,
    is_loaded,
    later,
    set_up,
)
from .leaks import Secrets, Watcher, loggers_in, watch_tokens
from .observing import POLL
from .sandbox import Sandbox
from .sandbox.accounts import CLIENT_SECRET, CONTRACT_NUMBER, SUBSCRIPTION_KEY

EANS = [QUARTER_HOUR_EAN, DAILY_EAN, GAS_EAN]
PASSWORD = "correct horse battery staple"

# What goes wrong in each of the day's polls: endpoint, kind, and how often or with which status.
TROUBLE: list[list[tuple[str, str, dict[str, float]]]] = [
    [("token", "status", {"status": 503, "times": 9}), ("energy", "status", {"status": 401})],
    [("mandate", "status", {"status": 401, "times": 1}), ("energy", "garbage", {"times": 2})],
    [("mandate", "status", {"status": 403, "times": 1}), ("energy", "status", {"status": 403})],
    [("mandate", "status", {"status": 429, "retryAfter": 90}), ("energy", "drop", {"times": 9})],
    [("mandate", "truncate", {}), ("energy", "cut", {"times": 9})],
    [("mandate", "status", {"status": 400}), ("energy", "status", {"status": 400})],
    [("token", "garbage", {}), ("mandate", "drop", {"times": 9}), ("energy", "truncate", {})],
    [("mandate", "pascalCase", {"status": 500, "times": 9}), ("energy", "delay", {})],
]


@pytest.fixture
def secrets(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Secrets:
    """The secrets of a day, to which tokens and assertions are added as they come."""
    known = Secrets()
    known.add("subscription key", SUBSCRIPTION_KEY)
    known.add("client secret", CLIENT_SECRET)
    known.add("password", PASSWORD)
    watch_tokens(sandbox, known, monkeypatch)
    return known


@pytest.fixture
def watcher(
    hass: HomeAssistant,
    sandbox: Sandbox,
    caplog: pytest.LogCaptureFixture,
    hass_storage: dict[str, Any],
) -> Watcher:
    caplog.set_level(logging.DEBUG)
    hass.loop.set_debug(True)
    return Watcher(hass, caplog, hass_storage)


async def make_a_consent_link(entry: MockConfigEntry, secrets: Secrets) -> None:
    services = (DataService(DataServiceType.QUARTER_HOUR),)
    request = ShortUrlRequest(CONTRACT_NUMBER, "REF-2", Customer.PERSON, services)
    link = await entry.runtime_data.contract.client.create_short_url(request)
    secrets.add("consent link", link.identifier)


async def live_a_day(
    hass: HomeAssistant,
    sandbox: Sandbox,
    entry: MockConfigEntry,
    secrets: Secrets,
    watcher: Watcher,
    freezer: Any,
) -> None:
    """Poll for a day with something else going wrong every time, and once with nothing wrong."""
    for faults in TROUBLE:
        for endpoint, kind, others in faults:
            sandbox.add_fault(endpoint, kind, **others)
        await later(hass, freezer, POLL)
        watcher.look()
        sandbox.state.faults.clear()
        # The pause that Fluvius asked for is over then.
        freezer.tick(timedelta(minutes=2))
        await make_a_consent_link(entry, secrets)
    await later(hass, freezer, POLL)
    for ean in EANS:
        await assert_all_there(hass, sandbox, ean)


async def lose_the_access_and_mend_it(
    hass: HomeAssistant, sandbox: Sandbox, entry: MockConfigEntry, watcher: Watcher, freezer: Any
) -> None:
    """Let Fluvius refuse the access while Home Assistant runs and when it starts; sign in again."""
    refused = dict(entry.data)
    hass.config_entries.async_update_entry(entry, data=refused | {"tenant_id": "nowhere"})
    await imported(hass)
    sandbox.add_fault("token", "status", status=400, times=99)
    assert not await hass.config_entries.async_reload(entry.entry_id)
    watcher.look()
    sandbox.state.faults.clear()
    hass.config_entries.async_update_entry(entry, data=refused)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await imported(hass)


async def renew_by_hand(
    hass: HomeAssistant,
    sandbox: Sandbox,
    upload: Upload,
    entry: MockConfigEntry,
    secrets: Secrets,
    watcher: Watcher,
) -> None:
    """Go wrong in every form of a renewal, make a key, and end with a certificate that waits."""
    new = issue_certificate()
    secrets.add_key("new key", new.key_pem.decode())
    flow = Flow(hass, sandbox)
    flow.result = await entry.start_reconfigure_flow(hass)
    await flow.enter(**ACCESS)
    await flow.addresses()
    await flow.enter(next_step_id="new_key")
    await flow.enter(organization="bv", locality="Gent", country="BE", domain="example.be")
    await flow.enter()
    await imported(hass)
    secrets.add_key("waiting key", entry.data["waiting_key"]["private_key"])
    files = {
        "certificate": await upload(new.certificate_pem),
        "private_key": await upload(new.encrypted_key_pem(PASSWORD)),
    }
    flow.result = await entry.start_reconfigure_flow(hass)
    await flow.enter(**(ACCESS | {"subscription_key": SUBSCRIPTION_KEY}))
    await flow.addresses()
    await flow.enter(next_step_id="certificate")
    await flow.enter(certificate=files["private_key"], password=PASSWORD)
    watcher.look()
    await flow.enter(**files, password=f"{PASSWORD}!")
    watcher.look()
    await flow.enter(**files, password=PASSWORD)
    await flow.confirm()
    assert flow.result["reason"] == "certificate_added"
    await imported(hass)
    secrets.add_key("present key", entry.data["private_key"])
    assert is_loaded(entry)


@pytest.mark.usefixtures("three_meters")
async def test_a_day_with_certificates_leaves_no_secret_behind(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    secrets: Secrets,
    watcher: Watcher,
    upload: Upload,
    freezer: Any,
) -> None:
    entry = contract_entry(sandbox, certificate, EANS)
    await set_up(hass, entry)
    await renew_by_hand(hass, sandbox, upload, entry, secrets, watcher)
    await live_a_day(hass, sandbox, entry, secrets, watcher, freezer)
    await lose_the_access_and_mend_it(hass, sandbox, entry, watcher, freezer)
    places = await watcher.places([entry])
    assert {"subscription key", "token", "assertion", "consent link"} < secrets.pieces.keys()
    assert {"present key", "new key", "waiting key"} < secrets.pieces.keys()
    assert {"custom_components", "homeassistant", "asyncio"} <= loggers_in(places["log"])
    assert all(places.values())
    assert secrets.found_in(places) == set()


@pytest.mark.usefixtures("three_meters")
async def test_a_day_with_a_client_secret_leaves_no_secret_behind(
    hass: HomeAssistant, sandbox: Sandbox, secrets: Secrets, watcher: Watcher, freezer: Any
) -> None:
    entry = contract_entry(sandbox, None, EANS)
    await set_up(hass, entry)
    await live_a_day(hass, sandbox, entry, secrets, watcher, freezer)
    await lose_the_access_and_mend_it(hass, sandbox, entry, watcher, freezer)
    assert secrets.found_in(await watcher.places([entry])) == set()


def in_the_log(_hass: HomeAssistant, secret: str) -> None:
    LOGGER.debug("Something about %s", secret)


def in_an_exception(_hass: HomeAssistant, secret: str) -> None:
    try:
        int(secret, 2)
    except ValueError:
        LOGGER.exception("It failed")


def in_a_state(hass: HomeAssistant, secret: str) -> None:
    hass.states.async_set("sensor.planted", "1", {"about": secret})


def in_an_event(hass: HomeAssistant, secret: str) -> None:
    hass.bus.async_fire("planted", {"about": secret})


def in_an_issue(hass: HomeAssistant, secret: str) -> None:
    ir.async_create_issue(
        hass,
        DOMAIN,
        "planted",
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key="no_permission",
        translation_placeholders={"about": "it", "reason": secret},
    )


def in_a_file(hass: HomeAssistant, secret: str) -> None:
    store: Store[dict[str, str]] = Store(hass, 1, f"{DOMAIN}.planted")
    store.async_delay_save(lambda: {"about": secret})


@pytest.mark.parametrize(
    ("plant", "place"),
    [
        (in_the_log, "log"),
        (in_an_exception, "log"),
        (in_a_state, "states"),
        (in_an_event, "events"),
        (in_an_issue, "states"),
        (in_a_file, "storage"),
    ],
)
@pytest.mark.parametrize("kind", ["subscription key", "key line", "key integer", "token"])
async def test_a_secret_that_is_planted_is_found(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    secrets: Secrets,
    watcher: Watcher,
    plant: Callable[[HomeAssistant, str], None],
    place: str,
    kind: str,
) -> None:
    pem = certificate.key_pem.decode()
    numbers = certificate.key.private_numbers()
    token = "eyJhbGciOiJSUzI1NiJ9.eyJqdGkiOiJmaXJzdC1vbmUifQ.c2lnbmF0dXJlLW9mLWEtdG9rZW4"
    secrets.add_key("private key", pem)
    secrets.add_token("token", token)
    planted = {
        "subscription key": ("subscription key", SUBSCRIPTION_KEY),
        "key line": ("private key", pem.splitlines()[-2]),
        "key integer": ("private key", str(getattr(numbers, "q", ""))),
        "token": ("token", f"Bearer {token}"),
    }
    name, secret = planted[kind]
    assert secrets.found_in(await watcher.places([])) == set()
    plant(hass, secret)
    found = secrets.found_in(await watcher.places([]))
    assert (name, place) in found
