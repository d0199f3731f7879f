"""From an entry's data to a client that talks to Fluvius."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .api.auth import Access, CertificateCredential, SecretCredential, token_url_for
from .api.certificate import ClientCertificate
from .api.certificate_files import load_stored
from .api.client import FluviusClient
from .api.const import LIVE_URL_V2, LIVE_URL_V3, SANDBOX_URL_V2, SANDBOX_URL_V3
from .api.dialect import ApiVersion
from .api.observer import NOBODY, Observer
from .certificates import held_certificates
from .const import (
    CONF_API_URL,
    CONF_API_VERSION,
    CONF_ENVIRONMENT,
    CONF_SCOPE,
    CONF_SUBSCRIPTION_KEY,
    CONF_TENANT_ID,
    CONF_TOKEN_URL,
    Environment,
)

_API_URLS: Final = {
    (Environment.LIVE, ApiVersion.V3): LIVE_URL_V3,
    (Environment.LIVE, ApiVersion.V2): LIVE_URL_V2,
    (Environment.SANDBOX, ApiVersion.V3): SANDBOX_URL_V3,
    (Environment.SANDBOX, ApiVersion.V2): SANDBOX_URL_V2,
}


async def async_create_client(
    hass: HomeAssistant, data: Mapping[str, Any], observer: Observer = NOBODY
) -> FluviusClient:
    """Return a client for the access that an entry's data describes.

    Raises CertificateError if the stored certificate or key cannot be read.
    """
    environment = Environment(data[CONF_ENVIRONMENT])
    version = ApiVersion(data[CONF_API_VERSION])
    own = environment is Environment.OWN
    access = Access(
        tenant_id=data[CONF_TENANT_ID],
        client_id=data[CONF_CLIENT_ID],
        scope=data[CONF_SCOPE],
        credential=await _async_credential(hass, data),
        token_url=data[CONF_TOKEN_URL] if own else token_url_for(data[CONF_TENANT_ID]),
    )
    api_url = data[CONF_API_URL] if own else _API_URLS[environment, version]
    return FluviusClient(
        async_get_clientsession(hass),
        api_url,
        access,
        data[CONF_SUBSCRIPTION_KEY],
        api_version=version,
        observer=observer,
    )


async def _async_credential(
    hass: HomeAssistant, data: Mapping[str, Any]
) -> CertificateCredential | SecretCredential:
    if CONF_CLIENT_SECRET in data:
        return SecretCredential(data[CONF_CLIENT_SECRET])

    def load() -> tuple[ClientCertificate, ...]:
        held = held_certificates(data).values()
        return tuple(load_stored(one.certificate_pem, one.private_key_pem) for one in held)

    return CertificateCredential(await hass.async_add_executor_job(load))
