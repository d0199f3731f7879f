"""Sensors of a contract: how many of its mandates stand where."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final, override

from homeassistant.components.sensor import (
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory

from .api.models import MandateStatus, RenewalStatus
from .coordinator import ContractCoordinator
from .entity import ContractEntity


@dataclass(frozen=True, kw_only=True)
class ContractSensorDescription(SensorEntityDescription):
    """A sensor of what is known of a contract."""

    value_fn: Callable[[ContractCoordinator], float | datetime | None]


def _with_status(status: MandateStatus, contract: ContractCoordinator) -> int:
    return sum(mandate.status is status for mandate in contract.data)


def _with_renewal_status(status: RenewalStatus, contract: ContractCoordinator) -> int:
    return sum(mandate.renewal_status is status for mandate in contract.data)


def _count(key: str, value_fn: Callable[[ContractCoordinator], int]) -> ContractSensorDescription:
    return ContractSensorDescription(
        key=key,
        translation_key=key,
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=value_fn,
    )


def _rare(count: ContractSensorDescription) -> ContractSensorDescription:
    """Return a sensor that few contracts have a use for."""
    return replace(count, entity_registry_enabled_default=False)


CONTRACT_SENSORS: Final = (
    _count("mandates_approved", partial(_with_status, MandateStatus.APPROVED)),
    _count("mandates_requested", partial(_with_status, MandateStatus.REQUESTED)),
    _rare(_count("mandates_rejected", partial(_with_status, MandateStatus.REJECTED))),
    _rare(_count("mandates_finished", partial(_with_status, MandateStatus.FINISHED))),
    _count("mandates_to_be_renewed", partial(_with_renewal_status, RenewalStatus.TO_BE_RENEWED)),
    _rare(
        _count(
            "mandates_renewal_requested",
            partial(_with_renewal_status, RenewalStatus.RENEWAL_REQUESTED),
        )
    ),
    _count("mandates_expired", partial(_with_renewal_status, RenewalStatus.EXPIRED)),
)


class ContractSensor(ContractEntity, SensorEntity):
    """Something that is known of a contract."""

    entity_description: ContractSensorDescription

    @property
    @override
    def native_value(self) -> float | datetime | None:
        return self.entity_description.value_fn(self.coordinator)
