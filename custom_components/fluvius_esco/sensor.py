"""The sensor platform: what is known of a contract and of each of its meters."""

from collections.abc import Callable
from functools import partial

from homeassistant.components.sensor import SensorEntity
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api_entities import REQUEST_SENSORS, RequestSensor
from .certificate_sensors import (
    CERTIFICATE_SENSORS,
    CertificateSensor,
    async_forget_certificate_sensors,
)
from .const import DOMAIN
from .contract_sensors import CONTRACT_SENSORS, ContractSensor
from .coordinator import FluviusConfigEntry, MeterCoordinator
from .entity import async_add_to_meter
from .meter_sensors import METER_SENSORS, MeterSensor
from .pacing import paced
from .peak_sensors import PEAK_SENSORS
from .reading_sensors import READING_SENSORS

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
    async for few in paced(entry.runtime_data.meters.items()):
        for subentry_id, meter in few:
            add_entities = partial(async_add_to_meter, entry, async_add_entities, subentry_id)
            _follow_meter(entry, meter, add_entities)


def _follow_meter(
    entry: FluviusConfigEntry,
    meter: MeterCoordinator,
    add_entities: Callable[[list[SensorEntity]], None],
) -> None:
    """Add the sensors of a meter, each as soon as there is something for it to tell."""
    missing = {one.key: one for one in (*METER_SENSORS, *READING_SENSORS, *PEAK_SENSORS)}

    @callback
    def add_known() -> None:
        known = [key for key, sensor in missing.items() if sensor.exists_fn(meter.data)]
        if known:
            add_entities([MeterSensor(meter, missing.pop(key)) for key in known])

    entry.async_on_unload(meter.async_add_listener(add_known))
    entry.async_on_unload(meter.async_add_listener(partial(_show_serial_number, meter)))
    add_known()


@callback
def _show_serial_number(meter: MeterCoordinator) -> None:
    """Let the device have the number of the physical meter, which another one may replace."""
    registry = dr.async_get(meter.hass)
    device = registry.async_get_device_by_identifier(
        (DOMAIN, meter.ean), meter.config_entry.entry_id
    )
    if device and device.serial_number != meter.data.serial_number:
        registry.async_update_device(device.id, serial_number=meter.data.serial_number)
