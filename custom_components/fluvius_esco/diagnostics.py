"""What a user can send along with a question: no secret, no EAN, no name."""

from datetime import UTC, datetime
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_CLIENT_SECRET
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .api.models import Mandate
from .certificate_report import facts
from .certificates import held_certificates
from .const import (
    CONF_API_VERSION,
    CONF_ENERGY_DASHBOARD,
    CONF_ENVIRONMENT,
    CONF_FOLLOW_NEW,
    CONF_WAITING_KEY,
    DOMAIN,
)
from .coordinator import FluviusConfigEntry, MeterCoordinator

_OPTIONS = (CONF_ENERGY_DASHBOARD, CONF_FOLLOW_NEW)


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: FluviusConfigEntry
) -> dict[str, Any]:
    """Return the state of a contract and its meters, which are only numbered.

    Fields are named one by one rather than taken over and redacted, so that a new field cannot
    leak by being forgotten.
    """
    if not _is_loaded(entry):
        return _set_up(entry)
    numbers = _numbers(entry)
    meters = entry.runtime_data.meters.values()
    return {
        **_set_up(entry),
        "contract": _contract(entry, numbers),
        "meters": {numbers[meter.ean]: _meter(meter) for meter in meters},
    }


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: FluviusConfigEntry, device: DeviceEntry
) -> dict[str, Any]:
    """Return the state of a contract alone or of one meter, under the number that it has there."""
    if not _is_loaded(entry):
        return _set_up(entry)
    numbers = _numbers(entry)
    for meter in entry.runtime_data.meters.values():
        if (DOMAIN, meter.ean) in device.identifiers:
            mandates = [
                _mandate(mandate, numbers)
                for mandate in entry.runtime_data.contract.data
                if mandate.ean == meter.ean
            ]
            state = _meter(meter) | {"mandates": mandates}
            return {**_set_up(entry), "api": _api(entry), "meters": {numbers[meter.ean]: state}}
    return {**_set_up(entry), "contract": _contract(entry, numbers)}


def _is_loaded(entry: FluviusConfigEntry) -> bool:
    return entry.state is ConfigEntryState.LOADED


def _numbers(entry: FluviusConfigEntry) -> dict[str, str]:
    """Return what stands for the EANs of the meters."""
    meters = entry.runtime_data.meters.values()
    return {meter.ean: f"meter {number}" for number, meter in enumerate(meters, 1)}


def _set_up(entry: FluviusConfigEntry) -> dict[str, Any]:
    """Return how an entry is set up, and why it does not work where it does not."""
    return {
        "state": entry.state.value,
        "set_up_error": entry.error_reason_translation_key,
        "environment": entry.data[CONF_ENVIRONMENT],
        "api_version": entry.data[CONF_API_VERSION],
        "options": {name: entry.options[name] for name in _OPTIONS if name in entry.options},
        "credential": _credential(entry),
    }


def _contract(entry: FluviusConfigEntry, numbers: dict[str, str]) -> dict[str, Any]:
    contract = entry.runtime_data.contract
    return {
        **_polls(contract),
        **_api(entry),
        "open_consents": len(entry.runtime_data.access.consents),
        "mandates": [_mandate(mandate, numbers) for mandate in contract.data],
    }


def _api(entry: FluviusConfigEntry) -> dict[str, Any]:
    """Return whether the API can be used, and how often it was."""
    contract = entry.runtime_data.contract
    log = contract.api.log
    return {
        "trouble": contract.api.trouble,
        "last_successful_poll": log.answered_at and log.answered_at.isoformat(),
        "requests_today": log.requests_today,
        "requests_sent": contract.client.requests_sent,
    }


def _polls(coordinator: DataUpdateCoordinator[Any]) -> dict[str, Any]:
    """Return how the last poll ended; what an error says may name what it is about."""
    error = None if coordinator.last_update_success else coordinator.last_exception
    return {
        "last_update_success": coordinator.last_update_success,
        "last_error": error and (getattr(error, "translation_key", None) or type(error).__name__),
    }


def _credential(entry: FluviusConfigEntry) -> dict[str, Any]:
    """Return what the access is proved by; nothing secret of it, and no name."""
    if CONF_CLIENT_SECRET in entry.data:
        return {"kind": "secret"}
    client = entry.runtime_data.contract.client if _is_loaded(entry) else None
    accepted = client and client.accepted_certificate
    return {
        "kind": "certificate",
        "certificates": {
            role: facts(one) | {"accepted": accepted and accepted.thumbprint == one.thumbprint}
            for role, one in held_certificates(entry.data).items()
        },
        "key_waits": CONF_WAITING_KEY in entry.data,
    }


def _mandate(mandate: Mandate, numbers: dict[str, str]) -> dict[str, Any]:
    return {
        "meter": numbers.get(mandate.ean or "", "not followed"),
        "status": mandate.status,
        "energy_type": mandate.energy_type,
        "data_service_type": mandate.data_service_type,
        "data_period_from": mandate.data_period_from and mandate.data_period_from.isoformat(),
        "data_period_to": mandate.data_period_to and mandate.data_period_to.isoformat(),
        "expires": mandate.expires and mandate.expires.isoformat(),
        "renewal_status": mandate.renewal_status,
    }


def _meter(meter: MeterCoordinator) -> dict[str, Any]:
    data = meter.data
    return {
        "energy_type": meter.energy_type,
        **_polls(meter),
        "import_progress": data.import_progress,
        "data_until": data.data_until and data.data_until.isoformat(),
        "no_new_data": data.life.silence,
        "measures": sorted(data.measures),
        "last_complete_day": data.last_day and data.last_day.date.isoformat(),
        "skipped": dict(data.skipped),
        "incomplete_days": [
            {
                "series": f"{'sub-headpoint ' if key.ean != meter.ean else ''}{key.measure}",
                "date": day.date.isoformat(),
                "missing": [
                    [datetime.fromtimestamp(second, UTC).isoformat() for second in (s.start, s.end)]
                    for s in day.missing
                ],
                "daily_value_counts": day.counted,
            }
            for key, days in data.incomplete.items()
            for day in days
        ],
    }
