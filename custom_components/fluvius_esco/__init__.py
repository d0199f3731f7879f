"""Fluvius ESCO: the readings of Flemish electricity and gas meters."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed

from .api.certificate import CertificateError
from .connection import async_create_client
from .const import CONF_EAN, CONF_FOLLOW_NEW, DOMAIN, SUBENTRY_METER
from .coordinator import ContractCoordinator, FluviusConfigEntry, FluviusData, MeterCoordinator
from .meters import async_meters
from .storage import ProgressStore

PLATFORMS = [Platform.SENSOR]


async def async_setup_entry(hass: HomeAssistant, entry: FluviusConfigEntry) -> bool:
    """Set up a contract and follow its meters."""
    try:
        client = await async_create_client(hass, entry.data)
    except CertificateError as err:
        raise ConfigEntryAuthFailed(
            translation_domain=DOMAIN, translation_key="certificate_unreadable"
        ) from err
    contract = ContractCoordinator(hass, entry, client)
    await contract.async_config_entry_first_refresh()
    store = ProgressStore(hass, entry.entry_id)
    await store.async_load()
    subentries = entry.get_subentries_of_type(SUBENTRY_METER)
    await store.async_keep_only({subentry.data[CONF_EAN] for subentry in subentries})
    meters = {
        subentry.subentry_id: MeterCoordinator(hass, entry, subentry, contract, store)
        for subentry in subentries
    }
    entry.runtime_data = FluviusData(contract, meters, store)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    entry.async_on_unload(entry.add_update_listener(_async_reload))
    for meter in meters.values():
        entry.async_create_background_task(hass, meter.async_refresh(), name=f"import {meter.name}")
    _follow_first_mandates(hass, entry, contract)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: FluviusConfigEntry) -> bool:
    """Stop following the meters of a contract."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: FluviusConfigEntry) -> None:
    """Forget how far the meters of a removed contract were imported."""
    await ProgressStore(hass, entry.entry_id).async_remove()


async def _async_reload(hass: HomeAssistant, entry: FluviusConfigEntry) -> None:
    """Take over a change of the entry or of its meters."""
    hass.config_entries.async_schedule_reload(entry.entry_id)


def _follow_first_mandates(
    hass: HomeAssistant, entry: FluviusConfigEntry, contract: ContractCoordinator
) -> None:
    """Follow the first approved mandates of a contract that was set up before it had any."""
    if not entry.options.get(CONF_FOLLOW_NEW) or entry.get_subentries_of_type(SUBENTRY_METER):
        return

    async def async_add_meters() -> None:
        if entry.get_subentries_of_type(SUBENTRY_METER):
            return
        for meter in await async_meters(hass, contract.readable_mandates()):
            hass.config_entries.async_add_subentry(entry, meter)

    @callback
    def on_mandates() -> None:
        if contract.readable_mandates():
            entry.async_create_task(hass, async_add_meters())

    entry.async_on_unload(contract.async_add_listener(on_mandates))
    on_mandates()
