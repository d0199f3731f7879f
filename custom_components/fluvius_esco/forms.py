"""The forms of the config flow, and the checks that need no Fluvius."""

from collections.abc import Mapping
from ipaddress import ip_address
import re
from typing import Any, Final

from homeassistant.const import (
    CONF_CLIENT_ID,
    CONF_CLIENT_SECRET,
    CONF_COUNTRY,
    CONF_PASSWORD,
)
from homeassistant.helpers.selector import (
    BooleanSelector,
    CountrySelector,
    FileSelector,
    FileSelectorConfig,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import probatio
from yarl import URL

from .api.const import CONSENT_URL
from .api.dialect import ApiVersion
from .api.key_request import LONGEST_LOCALITY, LONGEST_NAME, Subject, is_domain
from .const import (
    CONF_API_URL,
    CONF_API_VERSION,
    CONF_CERTIFICATE,
    CONF_CONSENT_URL,
    CONF_CONTRACT_NUMBER,
    CONF_ENERGY_DASHBOARD,
    CONF_ENVIRONMENT,
    CONF_FOLLOW_NEW,
    CONF_METERS,
    CONF_PRIVATE_KEY,
    CONF_REACTIVE,
    CONF_REGISTERS,
    CONF_SCOPE,
    CONF_SUBSCRIPTION_KEY,
    CONF_TENANT_ID,
    CONF_TOKEN_URL,
    Environment,
)
from .energy_sources import Counting

# More tick boxes than this are no help; what comes then has a field to search in.
_LONGEST_LIST: Final = 20

ACCESS_FIELDS: Final = (CONF_TENANT_ID, CONF_CLIENT_ID, CONF_SCOPE, CONF_SUBSCRIPTION_KEY)

_SECRET_FIELDS: Final = (
    CONF_SUBSCRIPTION_KEY,
    CONF_CLIENT_SECRET,
    CONF_PASSWORD,
    CONF_PRIVATE_KEY,
)
_TEXT: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.TEXT))
_URL: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.URL))
_SECRET: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD))


_API_VERSION: Final = SelectSelector(
    SelectSelectorConfig(
        options=[version.value for version in reversed(ApiVersion)],
        translation_key=CONF_API_VERSION,
        mode=SelectSelectorMode.DROPDOWN,
    )
)
_ACCESS: Final = {
    probatio.Required(CONF_API_VERSION, default=ApiVersion.V3.value): _API_VERSION,
    probatio.Required(CONF_TENANT_ID): _TEXT,
    probatio.Required(CONF_CLIENT_ID): _TEXT,
    probatio.Required(CONF_SCOPE): _TEXT,
}

# A stored key is not sent back to the browser; left empty, it stays.
MEND_ACCESS_SCHEMA: Final = probatio.Schema(
    {**_ACCESS, probatio.Optional(probatio.Secret(CONF_SUBSCRIPTION_KEY)): _SECRET}
)


_ENVIRONMENT: Final = SelectSelector(
    SelectSelectorConfig(
        options=[environment.value for environment in Environment],
        translation_key=CONF_ENVIRONMENT,
        mode=SelectSelectorMode.LIST,
    )
)
_CONTRACT: Final = {
    probatio.Required(CONF_ENVIRONMENT, default=Environment.LIVE.value): _ENVIRONMENT,
    probatio.Required(CONF_CONTRACT_NUMBER): _TEXT,
}

CONTRACT_SCHEMA: Final = probatio.Schema(
    {**_CONTRACT, **_ACCESS, probatio.Required(probatio.Secret(CONF_SUBSCRIPTION_KEY)): _SECRET}
)
# The same form once the key was typed in.
CONTRACT_AGAIN_SCHEMA: Final = probatio.Schema({**_CONTRACT, **MEND_ACCESS_SCHEMA.schema})

EXAMPLE_API_URL: Final = "https://proxy.example/esco-live/v3"

ADDRESSES_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_API_URL): _URL,
        probatio.Required(CONF_TOKEN_URL): _URL,
        probatio.Required(CONF_CONSENT_URL, default=CONSENT_URL): _URL,
    }
)

CERTIFICATE_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_CERTIFICATE): FileSelector(
            FileSelectorConfig(accept=".pem,.crt,.cer,.der,.p12,.pfx,.p7b,.p7c,.txt")
        ),
        probatio.Optional(CONF_PRIVATE_KEY): FileSelector(
            FileSelectorConfig(accept=".pem,.key,.der,.p12,.pfx,.txt")
        ),
        probatio.Optional(probatio.Secret(CONF_PASSWORD)): _SECRET,
    }
)

CONFIRM_SCHEMA: Final = probatio.Schema({})

CONF_ORGANIZATION: Final = "organization"
CONF_LOCALITY: Final = "locality"
CONF_DOMAIN: Final = "domain"
CONF_REQUEST: Final = "request"

NEW_KEY_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_ORGANIZATION): _TEXT,
        probatio.Required(CONF_LOCALITY): _TEXT,
        probatio.Required(CONF_COUNTRY, default="BE"): CountrySelector(),
        probatio.Required(CONF_DOMAIN): _TEXT,
    }
)
# What is typed into it is ignored: the field is there to copy from.
REQUEST_SCHEMA: Final = probatio.Schema(
    {
        probatio.Optional(CONF_REQUEST): TextSelector(
            TextSelectorConfig(type=TextSelectorType.TEXT, multiline=True)
        )
    }
)

SECRET_SCHEMA: Final = probatio.Schema(
    {probatio.Required(probatio.Secret(CONF_CLIENT_SECRET)): _SECRET}
)


COUNTING: Final = {
    probatio.Required(CONF_REGISTERS, default=Counting.TOTAL.value): SelectSelector(
        SelectSelectorConfig(
            options=[counting.value for counting in Counting],
            translation_key=CONF_REGISTERS,
            mode=SelectSelectorMode.LIST,
        )
    )
}
_DASHBOARD: Final = {
    probatio.Required(CONF_ENERGY_DASHBOARD, default=False): BooleanSelector(),
    **COUNTING,
}


def meters_schema(names: Mapping[str, str]) -> probatio.Schema:
    """Return the form of the first meters to follow, all chosen; `names` by EAN."""
    return probatio.Schema(
        {probatio.Required(CONF_METERS, default=list(names)): _meters(names), **_DASHBOARD}
    )


WAITING_SCHEMA: Final = probatio.Schema(_DASHBOARD)


def choice_schema(names: Mapping[str, str]) -> probatio.Schema:
    """Return the form of more meters to follow, the only one chosen already; `names` by EAN."""
    chosen = list(names) if len(names) == 1 else []
    return probatio.Schema({probatio.Required(CONF_METERS, default=chosen): _meters(names)})


def offer_schema(names: Mapping[str, str]) -> probatio.Schema:
    """Return the form of meters that are offered, all chosen; `names` by EAN."""
    return probatio.Schema({probatio.Required(CONF_METERS, default=list(names)): _meters(names)})


def _meters(names: Mapping[str, str]) -> SelectSelector:
    """Return the choice of several meters; a long list can be searched."""
    return SelectSelector(
        SelectSelectorConfig(
            options=[SelectOptionDict(value=ean, label=name) for ean, name in names.items()],
            multiple=True,
            mode=(
                SelectSelectorMode.LIST
                if len(names) <= _LONGEST_LIST
                else SelectSelectorMode.DROPDOWN
            ),
        )
    )


OPTIONS_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_FOLLOW_NEW): BooleanSelector(),
        probatio.Required(CONF_ENERGY_DASHBOARD): BooleanSelector(),
        **COUNTING,
    }
)

METER_SETTINGS_SCHEMA: Final = probatio.Schema(
    {probatio.Required(CONF_REACTIVE, default=False): BooleanSelector()}
)


def without_secrets(data: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what may be sent back to the browser to be shown again."""
    return {key: value for key, value in (data or {}).items() if key not in _SECRET_FIELDS}


def stripped(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the input without the blanks that copying from a letter or a page brings along."""
    return {
        key: value.strip() if isinstance(value, str) else value for key, value in user_input.items()
    }


def entered(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that were filled in; one that was left empty keeps what it was."""
    return {key: value for key, value in stripped(user_input).items() if value != ""}


def subject_of(user_input: Mapping[str, Any]) -> Subject:
    """Return who the request that was filled in is for."""
    given = stripped(user_input)
    return Subject(
        organization=given[CONF_ORGANIZATION],
        locality=given[CONF_LOCALITY],
        country=given[CONF_COUNTRY].upper(),
        domain=given[CONF_DOMAIN].lower(),
    )


def invalid_subject(subject: Subject) -> dict[str, str]:
    """Return the errors of who a request is for, by field."""
    errors = {}
    for field, text, longest in (
        (CONF_ORGANIZATION, subject.organization, LONGEST_NAME),
        (CONF_LOCALITY, subject.locality, LONGEST_LOCALITY),
    ):
        if not text:
            errors[field] = "blank"
        elif len(text) > longest:
            errors[field] = "too_long"
    if not re.fullmatch("[A-Z]{2}", subject.country):
        errors[CONF_COUNTRY] = "invalid_country"
    if not is_domain(subject.domain):
        errors[CONF_DOMAIN] = "invalid_domain"
    return errors


def invalid_addresses(data: Mapping[str, Any]) -> dict[str, str]:
    """Return the errors of own addresses: secrets travel over https, or stay on this machine."""
    errors = {}
    for field in (CONF_API_URL, CONF_TOKEN_URL, CONF_CONSENT_URL):
        if error := _address_error(data[field]):
            errors[field] = error
    return errors


def _address_error(address: str) -> str | None:
    try:
        url = URL(address)
    except ValueError:
        return "invalid_address"
    if url.scheme not in ("http", "https") or not url.host or url.user or url.password:
        return "invalid_address"
    if url.scheme == "http" and not _is_loopback(url.host):
        return "insecure_address"
    return None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
