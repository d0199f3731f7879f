"""Whether the API of Fluvius can be used, as the polls of a contract and of its meters find it."""

from enum import StrEnum
from typing import Final

from homeassistant.core import CALLBACK_TYPE, callback

from .api.certificate import CertificateError
from .api.exceptions import (
    FluviusAuthenticationError,
    FluviusError,
    FluviusPermissionError,
    FluviusRateLimitError,
    FluviusServerError,
    FluviusUnavailableError,
)
from .request_log import RequestLog


class Trouble(StrEnum):
    """Why the API cannot be used, what needs the user most first."""

    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    SERVER_ERROR = "server_error"
    RATE_LIMITED = "rate_limited"


_TROUBLES: Final = (
    (FluviusAuthenticationError, Trouble.REFUSED),
    (FluviusPermissionError, Trouble.REFUSED),
    (CertificateError, Trouble.REFUSED),
    (FluviusRateLimitError, Trouble.RATE_LIMITED),
    (FluviusServerError, Trouble.SERVER_ERROR),
    (FluviusUnavailableError, Trouble.UNREACHABLE),
)


class ApiWatch:
    """Keeps what every poll came to; the API is in trouble as long as the last one of any failed.

    An answer to one poll shows that Fluvius can be reached, whatever the others met before.
    """

    def __init__(self, log: RequestLog) -> None:
        """Begin without any trouble."""
        self.log = log
        self._troubles: dict[str, Trouble] = {}
        self._listeners: list[CALLBACK_TYPE] = []

    @property
    def trouble(self) -> Trouble | None:
        """Why the API cannot be used; None while it can."""
        met = set(self._troubles.values())
        if self.log.is_answering:
            met.discard(Trouble.UNREACHABLE)
        return next((trouble for trouble in Trouble if trouble in met), None)

    @callback
    def async_add_listener(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener after every poll; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def async_contract_polled(self, error: FluviusError | None = None) -> None:
        """Note what the poll of the mandates came to: a list that cannot be read is a fault."""
        self._note("", (trouble_of(error) or Trouble.SERVER_ERROR) if error else None)

    @callback
    def async_meter_polled(self, subentry_id: str, error: FluviusError | None = None) -> None:
        """Note what a meter's poll came to: a refused reading says nothing about the API."""
        self._note(subentry_id, trouble_of(error) if error else None)

    def _note(self, poll: str, trouble: Trouble | None) -> None:
        self._troubles.pop(poll, None)
        if trouble is not None:
            self._troubles[poll] = trouble
        for listener in list(self._listeners):
            listener()


def trouble_of(error: FluviusError) -> Trouble | None:
    """Return what an error tells of the API; None for one that is about a single question."""
    return next((trouble for kind, trouble in _TROUBLES if isinstance(error, kind)), None)
