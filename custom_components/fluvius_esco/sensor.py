"""The sensor platform: what is known of a contract and of each of its meters."""

from collections.abc import Callable, Iterable
from functools import partial

from homeassistant.components.sensor import SensorEntity
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .certificate_sensors import (
    CERTIFICATE_SENSORS,
    CertificateSensor,
    async_forget_certificate_sensors,
)
from .contract_sensors import CONTRACT_SENSORS, ContractSensor
from .coordinator import FluviusConfigEntry, MeterCoordinator
from .meter_sensors import LAST_DAY_SENSORS, METER_SENSORS, LastDaySensor, MeterSensor
from .pacing import paced

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: FluviusConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors of the contract, and of every meter that the entry follows."""
    contract = entry.runtime_data.contract
    async_add_entities([ContractSensor(contract, description) for description in CONTRACT_SENSORS])
    if contract.certificates.status is None:
        async_forget_certificate_sensors(hass, entry)
    else:
        async_add_entities(
            [CertificateSensor(contract, description) for description in CERTIFICATE_SENSORS]
        )
    async for few in paced(entry.runtime_data.meters.items()):
        for subentry_id, meter in few:
            add_entities = partial(_add_to_meter, entry, async_add_entities, subentry_id)
            add_entities([MeterSensor(meter, description) for description in METER_SENSORS])
            _follow_measures(entry, meter, add_entities)


@callback
def _add_to_meter(
    entry: FluviusConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    subentry_id: str,
    entities: Iterable[SensorEntity],
) -> None:
    """Add the entities of a meter, unless it was removed since the entry began to load."""
    if subentry_id in entry.subentries:
        async_add_entities(entities, config_subentry_id=subentry_id)


def _follow_measures(
    entry: FluviusConfigEntry,
    meter: MeterCoordinator,
    add_entities: Callable[[list[SensorEntity]], None],
) -> None:
    """Add the sensors of a meter's measures as soon as it turns out to have them."""
    missing = dict.fromkeys(LAST_DAY_SENSORS)

    @callback
    def add_known() -> None:
        known = [sensor for sensor in missing if sensor.measure in meter.data.measures]
        for description in known:
            del missing[description]
        if known:
            add_entities([LastDaySensor(meter, description) for description in known])

    entry.async_on_unload(meter.async_add_listener(add_known))
    add_known()
