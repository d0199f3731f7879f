"""Entities that tell how a contract and the API of Fluvius get on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory
from homeassistant.core import callback
from homeassistant.helpers.event import async_track_utc_time_change

from .entity import ContractEntity
from .request_log import RequestLog

NO_TROUBLE: Final = "none"

API_REACHABLE: Final = BinarySensorEntityDescription(
    key="api_reachable",
    translation_key="api_reachable",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)


@dataclass(frozen=True, kw_only=True)
class RequestSensorDescription(SensorEntityDescription):
    """A sensor of what was asked of Fluvius."""

    value_fn: Callable[[RequestLog], int | datetime | None]


REQUEST_SENSORS: Final = (
    RequestSensorDescription(
        key="last_successful_poll",
        translation_key="last_successful_poll",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda log: log.answered_at,
    ),
    RequestSensorDescription(
        key="requests_today",
        translation_key="requests_today",
        state_class=SensorStateClass.TOTAL_INCREASING,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda log: log.requests_today,
    ),
)


class _ApiEntity(ContractEntity):
    """Known also while Fluvius cannot be reached, and as new as the last poll of any meter."""

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.api.async_add_listener(self.async_write_ha_state))

    @property
    @override
    def available(self) -> bool:
        return True


class ApiReachable(_ApiEntity, BinarySensorEntity):
    """Whether the API can be used, and why not."""

    @property
    @override
    def is_on(self) -> bool:
        return self.coordinator.api.trouble is None

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        return {"reason": self.coordinator.api.trouble or NO_TROUBLE}


class RequestSensor(_ApiEntity, SensorEntity):
    """Something about the requests to Fluvius."""

    entity_description: RequestSensorDescription

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()

        @callback
        def show(_now: datetime) -> None:
            self.async_write_ha_state()

        # One of the full hours is the midnight of Belgium, wherever Home Assistant is.
        self.async_on_remove(async_track_utc_time_change(self.hass, show, minute=0, second=0))

    @property
    @override
    def native_value(self) -> int | datetime | None:
        return self.entity_description.value_fn(self.coordinator.api.log)
