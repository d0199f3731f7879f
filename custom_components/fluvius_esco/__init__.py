"""Fluvius ESCO: the readings of Flemish electricity and gas meters."""

import asyncio
from typing import Any

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.typing import ConfigType

from .access_store import async_access_store, async_remove_access_store
from .actions import async_set_up_actions
from .api.certificate import CertificateError
from .api_watch import ApiWatch
from .board import async_serve_board
from .certificate_watch import async_settle_certificates
from .certificates import held_certificates, with_certificates
from .connection import async_create_client
from .consent_callback import ConsentCallbackView
from .const import CONF_EAN, CONF_WAITING_KEY, DOMAIN, SUBENTRY_METER
from .coordinator import ContractCoordinator, FluviusConfigEntry, FluviusData, MeterCoordinator
from .energy_actions import async_set_up_energy_actions
from .energy_store import async_energy_store
from .energy_watch import EnergyWatch, async_watch_dashboard
from .facts_store import async_remove_facts
from .following import async_follow_mandates
from .issues import withdraw_old_issues
from .meters import followed_eans
from .pacing import paced
from .removal import async_ask_about_entry, async_ask_about_meters
from .request_log import async_remove_request_log, async_request_log
from .storage import ProgressStore
from .waiting_keys import WaitingKeys

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)
PLATFORMS = [Platform.BINARY_SENSOR, Platform.EVENT, Platform.SENSOR]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register what is there once, however many contracts there are."""
    hass.http.register_view(ConsentCallbackView())
    async_set_up_actions(hass)
    await async_serve_board(hass)
    async_set_up_energy_actions(hass)
    await async_watch_dashboard(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: FluviusConfigEntry) -> bool:
    """Set up a contract and follow its meters."""
    settings = _settings(entry)
    subentries = entry.get_subentries_of_type(SUBENTRY_METER)
    store = ProgressStore(hass, entry.entry_id)
    followed = {subentry.data[CONF_EAN] for subentry in subentries}
    await store.async_load(followed)
    gone = store.others(followed)
    await async_ask_about_meters(hass, entry, gone)
    await async_remove_facts(hass, entry.entry_id, gone)
    await store.async_forget(gone)
    await WaitingKeys(hass).async_settle(entry)
    async_settle_certificates(hass, entry)
    log = await async_request_log(hass, entry.entry_id)
    try:
        client = await async_create_client(hass, entry.data, log)
    except CertificateError as err:
        raise ConfigEntryAuthFailed(
            translation_domain=DOMAIN, translation_key="certificate_unreadable"
        ) from err
    contract = ContractCoordinator(hass, entry, client, ApiWatch(log))
    await contract.async_config_entry_first_refresh()
    meters = {
        subentry.subentry_id: MeterCoordinator(hass, entry, subentry, contract, store)
        async for few in paced(subentries)
        for subentry in few
    }
    access = await async_access_store(hass, entry.entry_id)
    energy = EnergyWatch(hass, entry, await async_energy_store(hass, entry.entry_id))
    await energy.async_begin(
        meter.ean for meter in meters.values() if store.get(meter.ean).on_energy_dashboard
    )
    entry.runtime_data = FluviusData(contract, access, meters, energy, settings)
    withdraw_old_issues(hass)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    entry.async_on_unload(entry.add_update_listener(_async_reload))
    entry.async_on_unload(contract.certificates.async_start())
    async for few in paced(meters.values()):
        for meter in few:
            entry.async_on_unload(async_at_started(hass, meter.async_tell_due_news))
            entry.async_create_background_task(
                hass, meter.async_refresh(), name=f"import {meter.name}"
            )
    _follow_mandates(hass, entry)
    await energy.async_settle()
    # A meter that was added meanwhile is none of those that are followed now.
    await _async_reload(hass, entry)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: FluviusConfigEntry) -> bool:
    """Stop following the meters of a contract."""
    if entry.disabled_by is not None:
        withdraw_old_issues(hass)
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: FluviusConfigEntry) -> None:
    """Forget how far the meters of a removed contract were imported, and ask what is to stay."""
    store = ProgressStore(hass, entry.entry_id)
    await store.async_load(followed_eans(entry))
    gone = store.others(())
    await async_remove_facts(hass, entry.entry_id, gone)
    await store.async_remove()
    await async_remove_access_store(hass, entry.entry_id)
    await async_remove_request_log(hass, entry.entry_id)
    # What was added stays known for the answer to the question about the statistics.
    await (await async_energy_store(hass, entry.entry_id)).async_remove()
    withdraw_old_issues(hass)
    await async_ask_about_entry(hass, entry, gone)


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: FluviusConfigEntry, device: DeviceEntry
) -> bool:
    """Let a device be removed that stands for nothing that is followed any more."""
    followed = {f"contract_{entry.unique_id}", *followed_eans(entry)}
    return device.identifiers.isdisjoint((DOMAIN, name) for name in followed)


def _settings(entry: FluviusConfigEntry) -> dict[str, Any]:
    """Return all of an entry that is not about its certificates."""
    data = with_certificates(entry.data, {})
    return {
        "data": {key: value for key, value in data.items() if key != CONF_WAITING_KEY},
        "options": dict(entry.options),
        # A changed subentry is the same object with other contents.
        "subentries": {
            subentry_id: (subentry.title, subentry.data)
            for subentry_id, subentry in entry.subentries.items()
        },
        "title": entry.title,
        "polls": not entry.pref_disable_polling,
    }


async def _async_reload(hass: HomeAssistant, entry: FluviusConfigEntry) -> None:
    """Take over a change of the entry or of its meters; many at once take one reload.

    Certificates that change places or end interrupt nothing: they are in use already.
    """
    loaded = entry.runtime_data
    known = {one.thumbprint for one in loaded.contract.client.certificates}
    held = {one.thumbprint for one in held_certificates(entry.data).values()}
    if held <= known and loaded.settings == _settings(entry):
        return
    if not loaded.reload_scheduled:
        loaded.reload_scheduled = True
        hass.config_entries.async_schedule_reload(entry.entry_id)


def _follow_mandates(hass: HomeAssistant, entry: FluviusConfigEntry) -> None:
    """Let the meters know of changed mandates, and follow what is new."""
    data = entry.runtime_data

    async def take_over() -> None:
        async for few in paced(data.meters.values()):
            for meter in few:
                meter.async_mandates_changed()
        # What follows can change the entry, which is still being set up the first time.
        await asyncio.sleep(0)
        await async_follow_mandates(hass, entry)

    @callback
    def on_mandates() -> None:
        entry.async_create_background_task(hass, take_over(), name="follow meters")

    entry.async_on_unload(data.contract.async_add_listener(on_mandates))
    on_mandates()
