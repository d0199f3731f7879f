"""Names and figures that several modules of the integration share."""

from datetime import timedelta
from enum import StrEnum
import logging
from typing import Final

DOMAIN: Final = "fluvius_esco"
LOGGER: Final = logging.getLogger(__package__)

CONF_ENVIRONMENT: Final = "environment"
CONF_API_VERSION: Final = "api_version"
CONF_TENANT_ID: Final = "tenant_id"
CONF_SCOPE: Final = "scope"
CONF_SUBSCRIPTION_KEY: Final = "subscription_key"
CONF_CONTRACT_NUMBER: Final = "contract_number"
CONF_API_URL: Final = "api_url"
CONF_TOKEN_URL: Final = "token_url"
CONF_CONSENT_URL: Final = "consent_url"
CONF_CERTIFICATE: Final = "certificate"
CONF_PRIVATE_KEY: Final = "private_key"
CONF_NEXT_CERTIFICATE: Final = "next_certificate"
CONF_NEXT_PRIVATE_KEY: Final = "next_private_key"
CONF_PREVIOUS_CERTIFICATE: Final = "previous_certificate"
CONF_PREVIOUS_PRIVATE_KEY: Final = "previous_private_key"
CONF_WAITING_KEY: Final = "waiting_key"

CONF_METERS: Final = "meters"
CONF_EAN: Final = "ean"
CONF_ENERGY_TYPE: Final = "energy_type"
CONF_ENERGY_DASHBOARD: Final = "energy_dashboard"
CONF_REGISTERS: Final = "registers"
CONF_FOLLOW_NEW: Final = "follow_new"
CONF_REACTIVE: Final = "reactive"

CONF_REFERENCE_NUMBER: Final = "reference_number"
CONF_FLOW: Final = "flow"
CONF_DATA_SERVICE_TYPE: Final = "data_service_type"
CONF_DATA_PERIOD_FROM: Final = "data_period_from"
CONF_DATA_PERIOD_TO: Final = "data_period_to"
CONF_NUMBER_OF_EANS: Final = "number_of_eans"
CONF_SSO: Final = "sso"
CONF_ENTERPRISE_NUMBER: Final = "enterprise_number"

SUBENTRY_METER: Final = "meter"


class Environment(StrEnum):
    """Which Fluvius an entry talks to."""

    LIVE = "live"
    SANDBOX = "sandbox"
    OWN = "own"


# Readings appear once a day; a mandate changes by a person's hand.
CONTRACT_INTERVAL: Final = timedelta(hours=1)
METER_INTERVAL: Final = timedelta(hours=3)
CERTIFICATE_INTERVAL: Final = timedelta(hours=1)

# How long a failed import waits before it goes on; doubled at every failure in a row.
FIRST_RETRY: Final = timedelta(minutes=1)

# What is new is asked for by its arrival at Fluvius, a little further back than the last time, so
# that nothing that was on its way then is missed; the sweep is the net below that.
ARRIVAL_OVERLAP: Final = timedelta(hours=1)
SWEEP_INTERVAL: Final = timedelta(days=7)
SWEEP: Final = timedelta(days=62)

# So many days back it is told how many of the readings are estimated.
SHARE_DAYS: Final = 30

MAX_REQUESTS_IN_FLIGHT: Final = 2
