"""Looking after the certificates of an entry: which one is used, and when it ends."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from .api.certificate import ClientCertificate
from .certificates import (
    Certificates,
    Role,
    held_certificates,
    with_accepted,
    with_certificates,
    without_expired,
)
from .const import CERTIFICATE_INTERVAL, LOGGER
from .issues import report_certificate


class Renewal(StrEnum):
    """Where the renewal of a certificate stands."""

    NONE = "none"
    WAITING = "waiting"
    TAKEN_OVER = "taken_over"


@dataclass(frozen=True, slots=True)
class CertificateStatus:
    """The certificate that Fluvius accepts, as far as is known, and where its renewal stands."""

    certificate: ClientCertificate
    renewal: Renewal


class CertificateWatch:
    """Changes certificates when Fluvius accepts a new one, drops old ones, and tells of their end."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        accepted: Callable[[], ClientCertificate | None],
    ) -> None:
        """Prepare; `accepted` gives the certificate that Fluvius accepted last."""
        self._hass = hass
        self._entry = entry
        self._accepted = accepted
        self._listeners: list[CALLBACK_TYPE] = []

    @property
    def status(self) -> CertificateStatus | None:
        """How the entry's certificate stands; None for an entry without one."""
        held = held_certificates(self._entry.data)
        if Role.PRESENT not in held:
            return None
        renewal = Renewal.NONE
        if Role.NEXT in held:
            renewal = Renewal.WAITING
        elif Role.PREVIOUS in held:
            renewal = Renewal.TAKEN_OVER
        return CertificateStatus(held[Role.PRESENT], renewal)

    @callback
    def async_add_listener(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener after every check; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def async_start(self) -> CALLBACK_TYPE:
        """Check from time to time, for a certificate ends without anything happening."""

        @callback
        def check(_now: datetime) -> None:
            self.async_check()

        return async_track_time_interval(
            self._hass, check, CERTIFICATE_INTERVAL, name="Fluvius certificates"
        )

    @callback
    def async_check(self) -> None:
        """Take over what has changed by now; a request may outlive the entry it was made for."""
        if self._hass.config_entries.async_get_entry(self._entry.entry_id) is None:
            return
        async_settle_certificates(self._hass, self._entry, self._accepted())
        report_certificate(self._hass, self._entry, held_certificates(self._entry.data))
        for listener in list(self._listeners):
            listener()


@callback
def async_settle_certificates(
    hass: HomeAssistant, entry: ConfigEntry[Any], accepted: ClientCertificate | None = None
) -> None:
    """Let an accepted certificate take its place in the entry, and drop those past their end."""
    now = dt_util.utcnow()
    held = held_certificates(entry.data)
    settled = without_expired(with_accepted(held, accepted, now), now)
    if settled == held:
        return
    _tell(held, settled)
    hass.config_entries.async_update_entry(entry, data=with_certificates(entry.data, settled))


def _tell(before: Certificates, after: Certificates) -> None:
    present = after[Role.PRESENT]
    if present.thumbprint != before[Role.PRESENT].thumbprint:
        LOGGER.info(
            "The new certificate %s, valid until %s, is used from now on",
            present.thumbprint,
            present.not_after.isoformat(),
        )
    kept = {one.thumbprint for one in after.values()}
    for one in before.values():
        if one.thumbprint not in kept:
            LOGGER.info("The certificate %s has ended and was dropped", one.thumbprint)
