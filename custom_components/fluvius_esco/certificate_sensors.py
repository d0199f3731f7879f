"""Sensors of a contract's certificate: when it ends, and where its renewal stands."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, override

from homeassistant.components.sensor import (
    DOMAIN as SENSOR_DOMAIN,
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.const import EntityCategory, UnitOfTime
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from .certificate_report import days_left
from .certificate_watch import CertificateStatus, Renewal
from .const import DOMAIN
from .coordinator import FluviusConfigEntry
from .entity import ContractEntity


@dataclass(frozen=True, kw_only=True)
class CertificateSensorDescription(SensorEntityDescription):
    """A sensor of how a contract's certificate stands."""

    value_fn: Callable[[CertificateStatus], str | int | datetime]


CERTIFICATE_SENSORS: Final = (
    CertificateSensorDescription(
        key="certificate_expiry",
        translation_key="certificate_expiry",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda status: status.certificate.not_after,
    ),
    CertificateSensorDescription(
        key="certificate_days_left",
        translation_key="certificate_days_left",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.DAYS,
        entity_category=EntityCategory.DIAGNOSTIC,
        suggested_display_precision=0,
        value_fn=lambda status: days_left(status.certificate, dt_util.utcnow()),
    ),
    CertificateSensorDescription(
        key="certificate_renewal",
        translation_key="certificate_renewal",
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        options=[renewal.value for renewal in Renewal],
        value_fn=lambda status: status.renewal,
    ),
)


class CertificateSensor(ContractEntity, SensorEntity):
    """Something about the certificate, which is known also while Fluvius cannot be reached."""

    entity_description: CertificateSensorDescription

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(
            self.coordinator.certificates.async_add_listener(self.async_write_ha_state)
        )

    @property
    @override
    def available(self) -> bool:
        return self.coordinator.certificates.status is not None

    @property
    @override
    def native_value(self) -> str | int | datetime | None:
        status = self.coordinator.certificates.status
        return self.entity_description.value_fn(status) if status else None


@callback
def async_forget_certificate_sensors(hass: HomeAssistant, entry: FluviusConfigEntry) -> None:
    """Remove the sensors of the certificate that an entry had before it got a secret."""
    registry = er.async_get(hass)
    for description in CERTIFICATE_SENSORS:
        unique_id = f"{entry.unique_id}_{description.key}"
        if entity_id := registry.async_get_entity_id(SENSOR_DOMAIN, DOMAIN, unique_id):
            registry.async_remove(entity_id)
