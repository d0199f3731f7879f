"""What all entities of a meter share, and all of a contract."""

from collections.abc import Iterable

from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN
from .coordinator import ContractCoordinator, FluviusConfigEntry, MeterCoordinator


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
            # What the board knows a gas meter by, whichever entities are disabled.
            model=coordinator.model,
            model_id=coordinator.energy_type.value,
            serial_number=coordinator.data.serial_number,
            entry_type=DeviceEntryType.SERVICE,
        )


class ContractEntity(CoordinatorEntity[ContractCoordinator]):
    """An entity of the contract itself."""

    _attr_has_entity_name = True

    def __init__(self, coordinator: ContractCoordinator, description: EntityDescription) -> None:
        """Name the entity by its contract's environment and number."""
        super().__init__(coordinator)
        entry = coordinator.config_entry
        self.entity_description = description
        self._attr_unique_id = f"{entry.unique_id}_{description.key}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, f"contract_{entry.unique_id}")},
            name=entry.title,
            manufacturer="Fluvius",
            entry_type=DeviceEntryType.SERVICE,
        )


@callback
def async_add_to_meter(
    entry: FluviusConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    subentry_id: str,
    entities: Iterable[MeterEntity],
) -> None:
    """Add the entities of a meter, unless it was removed since the entry began to load."""
    if subentry_id in entry.subentries:
        async_add_entities(entities, config_subentry_id=subentry_id)
