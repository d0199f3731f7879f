"""Actions that a provider's own automations call: consent links and mandates of any customer."""

from datetime import datetime
from typing import Any, Final

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.util import dt as dt_util
import probatio

from .action_fields import CONFIG_ENTRY_ID, asked, entry_of, instant, one_of, whole_number
from .api.const import CONSENT_URL
from .api.link_rules import link_problems
from .api.mock_eans import MAX_MOCK_NUMBER, mock_ean
from .api.models import (
    DataService,
    Direction,
    EnergyType,
    Mandate,
    MandateFilter,
    MandateStatus,
    MockMandateRequest,
    RenewalStatus,
    ShortUrlRequest,
)
from .api.short_urls import consent_link
from .consent_forms import DATA_SERVICE_TYPES, FLOWS, enterprise_number, new_reference
from .const import (
    CONF_CONSENT_URL,
    CONF_CONTRACT_NUMBER,
    CONF_DATA_PERIOD_FROM,
    CONF_DATA_PERIOD_TO,
    CONF_DATA_SERVICE_TYPE,
    CONF_EAN,
    CONF_ENERGY_TYPE,
    CONF_ENTERPRISE_NUMBER,
    CONF_ENVIRONMENT,
    CONF_FLOW,
    CONF_NUMBER_OF_EANS,
    CONF_REFERENCE_NUMBER,
    CONF_SSO,
    DOMAIN,
    Environment,
)
from .coordinator import FluviusConfigEntry

CREATE_CONSENT_LINK: Final = "create_consent_link"
GET_MANDATES: Final = "get_mandates"
CREATE_MOCK_MANDATE: Final = "create_mock_mandate"

_DATA_SERVICES: Final = "data_services"
_DATA_SERVICE_TYPES: Final = "data_service_types"
_RETURN_URL_SUCCESS: Final = "return_url_success"
_RETURN_URL_FAILED: Final = "return_url_failed"
_STATUS: Final = "status"
_EXPIRES: Final = "mandate_expiration_date"
_RENEWAL_STATUS: Final = "renewal_status"
_UPDATED_FROM: Final = "last_updated_from"
_UPDATED_TO: Final = "last_updated_to"
_INJECTION: Final = "injection"
_NUMBER: Final = "number"

_ENERGY_TYPES: Final = {
    kind.name.lower(): kind for kind in EnergyType if kind is not EnergyType.UNKNOWN
}
_STATUSES: Final = {
    status.value.lower(): status for status in MandateStatus if status is not MandateStatus.UNKNOWN
}
_RENEWAL_STATUSES: Final = {
    status.name.lower(): status for status in RenewalStatus if status is not RenewalStatus.UNKNOWN
}


_DATA_SERVICE_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_DATA_SERVICE_TYPE): one_of(dict(DATA_SERVICE_TYPES)),
        probatio.Optional(CONF_DATA_PERIOD_FROM): instant,
        probatio.Optional(CONF_DATA_PERIOD_TO): instant,
    }
)
_CREATE_CONSENT_LINK_SCHEMA: Final = probatio.Schema(
    {
        probatio.Optional(CONFIG_ENTRY_ID): str,
        probatio.Optional(CONF_REFERENCE_NUMBER): cv.string,
        probatio.Required(CONF_FLOW): one_of(dict(FLOWS)),
        probatio.Required(_DATA_SERVICES): probatio.All(cv.ensure_list, [_DATA_SERVICE_SCHEMA]),
        probatio.Optional(CONF_NUMBER_OF_EANS): whole_number,
        probatio.Optional(_RETURN_URL_SUCCESS): cv.string,
        probatio.Optional(_RETURN_URL_FAILED): cv.string,
        probatio.Optional(CONF_SSO): cv.boolean,
        probatio.Optional(CONF_ENTERPRISE_NUMBER): cv.string,
    }
)
_GET_MANDATES_SCHEMA: Final = probatio.Schema(
    {
        probatio.Optional(CONFIG_ENTRY_ID): str,
        probatio.Optional(CONF_REFERENCE_NUMBER): cv.string,
        probatio.Optional(CONF_EAN): cv.string,
        probatio.Optional(_DATA_SERVICE_TYPES): probatio.All(
            cv.ensure_list, [one_of(dict(DATA_SERVICE_TYPES))]
        ),
        probatio.Optional(CONF_ENERGY_TYPE): one_of(_ENERGY_TYPES),
        probatio.Optional(_STATUS): one_of(_STATUSES),
        probatio.Optional(_EXPIRES): instant,
        probatio.Optional(_RENEWAL_STATUS): one_of(_RENEWAL_STATUSES),
        probatio.Optional(_UPDATED_FROM): instant,
        probatio.Optional(_UPDATED_TO): instant,
    }
)
_CREATE_MOCK_MANDATE_SCHEMA: Final = probatio.Schema(
    {
        probatio.Optional(CONFIG_ENTRY_ID): str,
        probatio.Optional(CONF_REFERENCE_NUMBER): cv.string,
        probatio.Required(CONF_ENERGY_TYPE): one_of(_ENERGY_TYPES),
        probatio.Optional(_INJECTION, default=False): cv.boolean,
        probatio.Required(CONF_DATA_SERVICE_TYPE): one_of(dict(DATA_SERVICE_TYPES)),
        probatio.Optional(_NUMBER, default=0): probatio.All(
            whole_number, probatio.Range(min=0, max=MAX_MOCK_NUMBER)
        ),
        probatio.Required(CONF_DATA_PERIOD_FROM): instant,
        probatio.Optional(CONF_DATA_PERIOD_TO): instant,
        probatio.Optional(_STATUS): one_of(_STATUSES),
        probatio.Optional(_EXPIRES): instant,
        probatio.Optional(_RENEWAL_STATUS): one_of(_RENEWAL_STATUSES),
    }
)


@callback
def async_register_mandate_actions(hass: HomeAssistant) -> None:
    """Register the actions that are about a contract.

    They tell of, or act for, all its customers: a user needs to be an administrator.
    """
    for name, handler, schema in (
        (CREATE_CONSENT_LINK, _async_create_consent_link, _CREATE_CONSENT_LINK_SCHEMA),
        (GET_MANDATES, _async_get_mandates, _GET_MANDATES_SCHEMA),
        (CREATE_MOCK_MANDATE, _async_create_mock_mandate, _CREATE_MOCK_MANDATE_SCHEMA),
    ):
        async_register_admin_service(
            hass, DOMAIN, name, handler, schema, supports_response=SupportsResponse.ONLY
        )


async def _async_create_consent_link(call: ServiceCall) -> ServiceResponse:
    """Make a link for a customer somewhere else; the caller sends it."""
    entry = entry_of(call)
    request = ShortUrlRequest(
        contract_number=entry.data[CONF_CONTRACT_NUMBER],
        reference_number=_reference(call, entry),
        flow=call.data[CONF_FLOW],
        data_services=tuple(
            DataService(
                service[CONF_DATA_SERVICE_TYPE],
                service.get(CONF_DATA_PERIOD_FROM),
                service.get(CONF_DATA_PERIOD_TO),
            )
            for service in call.data[_DATA_SERVICES]
        ),
        number_of_eans=call.data.get(CONF_NUMBER_OF_EANS),
        return_url_success=call.data.get(_RETURN_URL_SUCCESS),
        return_url_failed=call.data.get(_RETURN_URL_FAILED),
        sso=call.data.get(CONF_SSO),
        enterprise_number=enterprise_number(call.data.get(CONF_ENTERPRISE_NUMBER)),
    )
    if problems := link_problems(request, dt_util.utcnow()):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key=f"link_{problems[0]}"
        )
    link = await asked(entry.runtime_data.contract.client.create_short_url(request))
    return {
        "url": consent_link(entry.data.get(CONF_CONSENT_URL) or CONSENT_URL, link.identifier),
        "identifier": link.identifier,
        "valid_to": link.valid_to.isoformat(),
        CONF_REFERENCE_NUMBER: request.reference_number,
    }


async def _async_get_mandates(call: ServiceCall) -> ServiceResponse:
    """Return the mandates that match, as Fluvius shows them now."""
    wanted = MandateFilter(
        reference_number=call.data.get(CONF_REFERENCE_NUMBER),
        ean=call.data.get(CONF_EAN),
        data_service_types=tuple(call.data.get(_DATA_SERVICE_TYPES, ())),
        energy_type=call.data.get(CONF_ENERGY_TYPE),
        status=call.data.get(_STATUS),
        expires=call.data.get(_EXPIRES),
        renewal_status=call.data.get(_RENEWAL_STATUS),
        updated_from=call.data.get(_UPDATED_FROM),
        updated_to=call.data.get(_UPDATED_TO),
    )
    try:
        mandates = await asked(entry_of(call).runtime_data.contract.client.mandates(wanted))
    except ValueError as err:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="filter_needs_v3"
        ) from err
    return {"mandates": [_shown(mandate) for mandate in mandates]}


async def _async_create_mock_mandate(call: ServiceCall) -> ServiceResponse:
    """Make a fictitious mandate, which only a sandbox can."""
    entry = entry_of(call)
    if entry.data[CONF_ENVIRONMENT] == Environment.LIVE:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="sandbox_only")
    directions = {Direction.OFFTAKE}
    if call.data[_INJECTION]:
        directions.add(Direction.INJECTION)
    try:
        ean = mock_ean(
            call.data[CONF_ENERGY_TYPE],
            directions,
            call.data[CONF_DATA_SERVICE_TYPE],
            call.data[_NUMBER],
        )
    except ValueError as err:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="no_such_mock_meter"
        ) from err
    request = MockMandateRequest(
        reference_number=_reference(call, entry),
        ean=ean,
        data_service_type=call.data[CONF_DATA_SERVICE_TYPE],
        data_period_from=call.data[CONF_DATA_PERIOD_FROM],
        data_period_to=call.data.get(CONF_DATA_PERIOD_TO),
        status=call.data.get(_STATUS),
        expires=call.data.get(_EXPIRES),
        renewal_status=call.data.get(_RENEWAL_STATUS),
    )
    await asked(entry.runtime_data.contract.client.create_mock_mandate(request))
    await entry.runtime_data.contract.async_request_refresh()
    return {CONF_EAN: ean, CONF_REFERENCE_NUMBER: request.reference_number}


def _reference(call: ServiceCall, entry: FluviusConfigEntry) -> str:
    used = {mandate.reference_number for mandate in entry.runtime_data.contract.data}
    given: str = call.data.get(CONF_REFERENCE_NUMBER, "")
    return given.strip() or new_reference(used)


def _shown(mandate: Mandate) -> dict[str, Any]:
    """Return a mandate in the words that the filters have."""
    return {
        CONF_REFERENCE_NUMBER: mandate.reference_number,
        _STATUS: mandate.status.value.lower(),
        CONF_EAN: mandate.ean,
        CONF_ENERGY_TYPE: mandate.energy_type and mandate.energy_type.name.lower(),
        CONF_DATA_SERVICE_TYPE: mandate.data_service_type.value.lower(),
        CONF_DATA_PERIOD_FROM: _text(mandate.data_period_from),
        CONF_DATA_PERIOD_TO: _text(mandate.data_period_to),
        _EXPIRES: _text(mandate.expires),
        _RENEWAL_STATUS: mandate.renewal_status and mandate.renewal_status.name.lower(),
    }


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
