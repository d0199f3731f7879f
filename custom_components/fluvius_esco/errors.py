"""What the library's errors mean to Home Assistant, in words of the user's language."""

from homeassistant.exceptions import ConfigEntryAuthFailed, HomeAssistantError
from homeassistant.helpers.update_coordinator import UpdateFailed

from .api.certificate import CertificateError
from .api.exceptions import (
    FluviusAuthenticationError,
    FluviusError,
    FluviusMalformedAnswerError,
    FluviusNotFoundError,
    FluviusPermissionError,
    FluviusRateLimitError,
    FluviusServerError,
    FluviusUnavailableError,
    FluviusValidationError,
)
from .const import DOMAIN

# The same keys name the messages of a failed update and the errors of the forms.
_KEYS: dict[type[FluviusError], str] = {
    CertificateError: "certificate_unreadable",
    FluviusAuthenticationError: "invalid_auth",
    FluviusPermissionError: "no_permission",
    FluviusValidationError: "refused",
    FluviusNotFoundError: "not_found",
    FluviusRateLimitError: "rate_limited",
    FluviusUnavailableError: "cannot_connect",
    FluviusServerError: "cannot_connect",
    FluviusMalformedAnswerError: "malformed_answer",
}


def error_key(error: FluviusError) -> str:
    """Return the translation key that says what an error means to the user."""
    return _KEYS.get(type(error), "cannot_connect")


def update_error(error: FluviusError, retry_after: float | None = None) -> HomeAssistantError:
    """Return what a coordinator raises for an error; `retry_after` in seconds.

    A refused access asks the user to sign in again; all else is tried again later, not before
    Fluvius allows it.
    """
    key = error_key(error)
    placeholders = {"error": str(error)}
    if isinstance(error, FluviusAuthenticationError | CertificateError):
        return ConfigEntryAuthFailed(
            translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders
        )
    if isinstance(error, FluviusRateLimitError) and error.retry_after is not None:
        retry_after = max(error.retry_after, retry_after or 0)
    return UpdateFailed(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
        retry_after=retry_after,
    )


def failure(error: BaseException | None) -> HomeAssistantError:
    """Return what an action raises for the failed update of a coordinator."""
    if isinstance(error, HomeAssistantError) and error.translation_key is not None:
        found = HomeAssistantError(
            translation_domain=error.translation_domain,
            translation_key=error.translation_key,
            translation_placeholders=error.translation_placeholders,
        )
    else:
        found = HomeAssistantError(translation_domain=DOMAIN, translation_key="refresh_failed")
    found.__cause__ = error
    return found
