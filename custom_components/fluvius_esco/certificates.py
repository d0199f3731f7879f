"""The certificates of an entry: the present one, and before and after a renewal a second one.

A new certificate is kept beside the present one until Fluvius accepts it; then the two change
places, and the former is kept as something to fall back on until its end.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from .api.certificate import ClientCertificate
from .const import (
    CONF_CERTIFICATE,
    CONF_NEXT_CERTIFICATE,
    CONF_NEXT_PRIVATE_KEY,
    CONF_PREVIOUS_CERTIFICATE,
    CONF_PREVIOUS_PRIVATE_KEY,
    CONF_PRIVATE_KEY,
)


class Role(StrEnum):
    """What a certificate of an entry is there for, in the order in which they are tried."""

    NEXT = "next"
    PRESENT = "present"
    PREVIOUS = "previous"


type Certificates = Mapping[Role, ClientCertificate]

_FIELDS: Final = {
    Role.NEXT: (CONF_NEXT_CERTIFICATE, CONF_NEXT_PRIVATE_KEY),
    Role.PRESENT: (CONF_CERTIFICATE, CONF_PRIVATE_KEY),
    Role.PREVIOUS: (CONF_PREVIOUS_CERTIFICATE, CONF_PREVIOUS_PRIVATE_KEY),
}


def held_certificates(data: Mapping[str, Any]) -> dict[Role, ClientCertificate]:
    """Return the certificates that an entry's data hold, in the order to try them."""
    return {
        role: ClientCertificate(data[certificate], data[key])
        for role, (certificate, key) in _FIELDS.items()
        if certificate in data and key in data
    }


def with_certificates(data: Mapping[str, Any], held: Certificates) -> dict[str, Any]:
    """Return an entry's data with these certificates and no others."""
    fields = {field for pair in _FIELDS.values() for field in pair}
    others = {name: value for name, value in data.items() if name not in fields}
    for role, one in held.items():
        certificate, key = _FIELDS[role]
        others |= {certificate: one.certificate_pem, key: one.private_key_pem}
    return others


def with_new(
    held: Certificates, new: ClientCertificate, now: datetime
) -> dict[Role, ClientCertificate]:
    """Return the certificates to hold when a new one is given: beside the present one, if valid."""
    left = without_expired(held, now)
    present = left.get(Role.PRESENT)
    if present is None or present.not_after < now or present.thumbprint == new.thumbprint:
        return {**left, Role.PRESENT: new}
    return {**left, Role.NEXT: new}


def with_accepted(
    held: Certificates, accepted: ClientCertificate | None, now: datetime
) -> dict[Role, ClientCertificate]:
    """Return the certificates to hold once one was accepted: the next one becomes the present one."""
    expected = held.get(Role.NEXT)
    if accepted is None or expected is None or accepted.thumbprint != expected.thumbprint:
        return dict(held)
    changed = {Role.PRESENT: accepted, Role.PREVIOUS: held[Role.PRESENT]}
    return without_expired(changed, now)


def without_expired(held: Certificates, now: datetime) -> dict[Role, ClientCertificate]:
    """Return the certificates without those that are past their end, as long as another is there."""
    left = {role: one for role, one in held.items() if one.not_after >= now}
    if Role.PRESENT in left:
        return left
    for role in (Role.NEXT, Role.PREVIOUS):
        if role in left:
            left[Role.PRESENT] = left.pop(role)
            return left
    return {role: one for role, one in held.items() if role is Role.PRESENT}
