"""What all entities of a meter share."""

from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN
from .coordinator import MeterCoordinator


class MeterEntity(CoordinatorEntity[MeterCoordinator]):
    """An entity of one meter."""

    _attr_has_entity_name = True

    def __init__(self, coordinator: MeterCoordinator, description: EntityDescription) -> None:
        """Name the entity by its meter's EAN."""
        super().__init__(coordinator)
        self.entity_description = description
        self._attr_unique_id = f"{coordinator.ean}_{description.key}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, coordinator.ean)},
            name=coordinator.subentry.title,
            manufacturer="Fluvius",
            entry_type=DeviceEntryType.SERVICE,
        )
