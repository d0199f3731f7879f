"""The sensor platform: what is known of a contract and of each of its meters."""

from collections.abc import Callable
from functools import partial

from homeassistant.components.sensor import SensorEntity
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api_entities import REQUEST_SENSORS, RequestSensor
from .certificate_sensors import (
    CERTIFICATE_SENSORS,
    CertificateSensor,
    async_forget_certificate_sensors,
)
from .contract_sensors import CONTRACT_SENSORS, ContractSensor
from .coordinator import FluviusConfigEntry, MeterCoordinator
from .meter_sensors import LAST_DAY_SENSORS, METER_SENSORS, LastDaySensor, MeterSensor

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: FluviusConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors of the contract, and of every meter that the entry follows."""
    contract = entry.runtime_data.contract
    async_add_entities([ContractSensor(contract, description) for description in CONTRACT_SENSORS])
    async_add_entities([RequestSensor(contract, description) for description in REQUEST_SENSORS])
    if contract.certificates.status is None:
        async_forget_certificate_sensors(hass, entry)
    else:
        async_add_entities(
            [CertificateSensor(contract, description) for description in CERTIFICATE_SENSORS]
        )
    for subentry_id, meter in entry.runtime_data.meters.items():
        async_add_entities(
            [MeterSensor(meter, description) for description in METER_SENSORS],
            config_subentry_id=subentry_id,
        )
        _follow_measures(entry, meter, partial(async_add_entities, config_subentry_id=subentry_id))


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
