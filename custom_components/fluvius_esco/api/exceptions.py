"""What can go wrong between us and Fluvius, as few classes as a caller acts on.

No message of these classes holds a secret, a token, an assertion or a request address.
"""

from enum import StrEnum


class Credential(StrEnum):
    """The part of the access that Fluvius or Entra ID refused."""

    TENANT_ID = "tenant_id"
    CLIENT_ID = "client_id"
    SCOPE = "scope"
    SUBSCRIPTION_KEY = "subscription_key"
    CLIENT_SECRET = "client_secret"
    CERTIFICATE = "certificate"
    UNKNOWN = "unknown"


class FluviusError(Exception):
    """Base of every error that this library raises on purpose."""


class FluviusAuthenticationError(FluviusError):
    """The token endpoint or the API refused who we are; asking again does not help."""

    def __init__(self, message: str, credential: Credential = Credential.UNKNOWN) -> None:
        """Keep which part of the access was refused."""
        super().__init__(message)
        self.credential = credential


class FluviusPermissionError(FluviusError):
    """We are known but may not do this (HTTP 403)."""


class FluviusValidationError(FluviusError):
    """Fluvius refused the request itself (HTTP 400) and said why."""

    def __init__(self, message: str, messages: tuple[str, ...] = ()) -> None:
        """Keep Fluvius' own validation messages, in the order it gave them."""
        super().__init__(message)
        self.messages = messages


class FluviusNotFoundError(FluviusError):
    """Nothing matches the request (HTTP 404)."""


class FluviusRateLimitError(FluviusError):
    """Too many calls (HTTP 429, or a 403 for a spent quota)."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        """Keep the number of seconds Fluvius asks us to wait, where it says so."""
        super().__init__(message)
        self.retry_after = retry_after


class FluviusUnavailableError(FluviusError):
    """No usable answer: connection failure, time-out or HTTP 5xx."""


class FluviusServerError(FluviusUnavailableError):
    """An answer that says no more than that the server fails: HTTP 5xx, or a redirect."""


class FluviusMalformedAnswerError(FluviusError):
    """An answer that contradicts the contract; nothing of it may be used."""
