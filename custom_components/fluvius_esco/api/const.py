"""Addresses and limits of the Fluvius energy service provider API."""

from typing import Final

LIVE_URL_V3: Final = "https://apihub.fluvius.be/esco-live/v3"
SANDBOX_URL_V3: Final = "https://apihub.fluvius.be/esco-sbx/v3"
LIVE_URL_V2: Final = "https://apihub.fluvius.be/esco-live"
SANDBOX_URL_V2: Final = "https://apihub.fluvius.be/esco-sbx"

CONSENT_URL: Final = "https://mijn.fluvius.be/verbruik/dienstverlener"

LOGIN_URL: Final = "https://login.microsoftonline.com"

MAX_ANSWER_BYTES: Final = 64 * 1024 * 1024
