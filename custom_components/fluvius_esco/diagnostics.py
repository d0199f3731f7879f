"""What a user can send along with a question: no secret, no EAN, no name."""

from datetime import UTC, datetime
from typing import Any

from homeassistant.const import CONF_CLIENT_SECRET
from homeassistant.core import HomeAssistant

from .api.models import Mandate
from .certificate_report import facts
from .certificates import held_certificates
from .const import CONF_API_VERSION, CONF_ENVIRONMENT, CONF_WAITING_KEY
from .coordinator import ContractCoordinator, FluviusConfigEntry, MeterCoordinator


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: FluviusConfigEntry
) -> dict[str, Any]:
    """Return the state of a contract and its meters, which are only numbered.

    Fields are named one by one rather than taken over and redacted, so that a new field cannot
    leak by being forgotten.
    """
    contract = entry.runtime_data.contract
    meters = list(entry.runtime_data.meters.values())
    numbers = {meter.ean: f"meter {number}" for number, meter in enumerate(meters, 1)}
    return {
        "environment": entry.data[CONF_ENVIRONMENT],
        "api_version": entry.data[CONF_API_VERSION],
        "options": dict(entry.options),
        "credential": _credential(contract),
        "contract": {
            "last_update_success": contract.last_update_success,
            "requests_sent": contract.client.requests_sent,
            "open_consents": len(entry.runtime_data.access.consents),
            "mandates": [_mandate(mandate, numbers) for mandate in contract.data],
        },
        "meters": {numbers[meter.ean]: _meter(meter) for meter in meters},
    }


def _credential(contract: ContractCoordinator) -> dict[str, Any]:
    """Return what the access is proved by; what a certificate says is public, its key is not."""
    data = contract.config_entry.data
    if CONF_CLIENT_SECRET in data:
        return {"kind": "secret"}
    accepted = contract.client.accepted_certificate
    return {
        "kind": "certificate",
        "certificates": {
            role: facts(one) | {"accepted": accepted and accepted.thumbprint == one.thumbprint}
            for role, one in held_certificates(data).items()
        },
        "key_waits": CONF_WAITING_KEY in data,
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
        "last_update_success": meter.last_update_success,
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
