"""What the user has to know and can see under Repairs."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .api.exceptions import FluviusError, FluviusPermissionError
from .api.models import RenewalStatus
from .certificate_report import days_left
from .certificates import Certificates, Role
from .const import DOMAIN
from .importer import Refusal
from .metering.calendar import BRUSSELS
from .metering.mandate_life import MandateLife, Silence

CERTIFICATE_EXPIRY: Final = "certificate_expiry"
NO_PERMISSION: Final = "no_permission"
NEW_METERS: Final = "new_meters"
ANSWERS_REFUSED: Final = "answers_refused"
MANDATE_TO_BE_RENEWED: Final = "mandate_to_be_renewed"
MANDATE_RENEWAL_WAITS: Final = "mandate_renewal_waits"
MANDATE_EXPIRED: Final = "mandate_expired"
MANDATE_ENDED: Final = "mandate_ended"
MANDATE_REJECTED: Final = "mandate_rejected"
DATA_PERIOD_ENDED: Final = "data_period_ended"
ENERGY_OFFER: Final = "energy_offer"
ENERGY_OTHER_SOURCE: Final = "energy_other_source"
ENERGY_COUNTED_TWICE: Final = "energy_counted_twice"

_SEVERITIES: Final = {
    MANDATE_TO_BE_RENEWED: ir.IssueSeverity.WARNING,
    MANDATE_RENEWAL_WAITS: ir.IssueSeverity.WARNING,
    MANDATE_EXPIRED: ir.IssueSeverity.ERROR,
    MANDATE_ENDED: ir.IssueSeverity.WARNING,
    MANDATE_REJECTED: ir.IssueSeverity.WARNING,
    DATA_PERIOD_ENDED: ir.IssueSeverity.WARNING,
}
_OF_WHAT_IS_FOLLOWED: Final = {
    CERTIFICATE_EXPIRY,
    NO_PERMISSION,
    NEW_METERS,
    ANSWERS_REFUSED,
    ENERGY_OFFER,
    ENERGY_OTHER_SOURCE,
    ENERGY_COUNTED_TWICE,
    *_SEVERITIES,
}
_FIXABLE: Final = {MANDATE_TO_BE_RENEWED, MANDATE_EXPIRED}
_OF_SILENCE: Final = {
    Silence.EXPIRED: MANDATE_EXPIRED,
    Silence.FINISHED: MANDATE_ENDED,
    Silence.NO_MANDATE: MANDATE_ENDED,
    Silence.REJECTED: MANDATE_REJECTED,
    Silence.PERIOD_ENDED: DATA_PERIOD_ENDED,
}
_OF_RENEWAL: Final = {
    RenewalStatus.TO_BE_RENEWED: MANDATE_TO_BE_RENEWED,
    RenewalStatus.RENEWAL_REQUESTED: MANDATE_RENEWAL_WAITS,
}

# How much time is left of a certificate when its end becomes more urgent, the most urgent first.
_EXPIRY: Final = (
    (timedelta(0), ir.IssueSeverity.CRITICAL, "certificate_expired"),
    (timedelta(days=3), ir.IssueSeverity.CRITICAL, "certificate_expires_now"),
    (timedelta(days=14), ir.IssueSeverity.ERROR, "certificate_expires_soon"),
    (timedelta(days=45), ir.IssueSeverity.WARNING, "certificate_expires"),
)


@callback
def report_certificate(hass: HomeAssistant, entry: ConfigEntry[Any], held: Certificates) -> None:
    """Tell of a certificate that ends soon, more urgently as time goes by, or of none any more."""
    issue_id = f"{CERTIFICATE_EXPIRY}_{entry.entry_id}"
    present = held.get(Role.PRESENT)
    left = present.not_after - dt_util.utcnow() if present else timedelta.max
    stage = next((stage for stage in _EXPIRY if left <= stage[0]), None)
    if present is None or stage is None:
        ir.async_delete_issue(hass, DOMAIN, issue_id)
        return
    _, severity, key = stage
    known = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    if known is not None and known.active and known.severity is not severity:
        # One that was ignored is shown again when it becomes more urgent.
        ir.async_delete_issue(hass, DOMAIN, issue_id)
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        is_fixable=True,
        severity=severity,
        translation_key="certificate_not_accepted" if Role.NEXT in held else key,
        translation_placeholders={
            "contract": entry.title,
            "days": str(max(0, days_left(present, dt_util.utcnow()))),
            "end": dt_util.as_local(present.not_after).strftime("%Y-%m-%d %H:%M"),
        },
    )


@callback
def report_permission(
    hass: HomeAssistant, entry: ConfigEntry[Any], about: str, error: FluviusError | None = None
) -> None:
    """Tell of rights that a contract lacks, or that it has them now.

    `about` is the id of the entry or of the meter's subentry that the request was for.
    """
    issue_id = f"{NO_PERMISSION}_{about}"
    if error is None:
        ir.async_delete_issue(hass, DOMAIN, issue_id)
    elif isinstance(error, FluviusPermissionError):
        subentry = entry.subentries.get(about)
        ir.async_create_issue(
            hass,
            DOMAIN,
            issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.ERROR,
            translation_key=NO_PERMISSION,
            translation_placeholders={
                "about": subentry.title if subentry else entry.title,
                "reason": str(error),
            },
        )


@callback
def report_refusals(
    hass: HomeAssistant, subentry: ConfigSubentry, refusals: Iterable[Refusal]
) -> None:
    """Tell of answers that could not be used, or that there are none any more."""
    issue_id = f"{ANSWERS_REFUSED}_{subentry.subentry_id}"
    if not (refused := list(refusals)):
        ir.async_delete_issue(hass, DOMAIN, issue_id)
        return
    smallest = min(refused, key=lambda of: of.asked.period.end - of.asked.period.start)
    period = smallest.asked.period
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key=ANSWERS_REFUSED,
        translation_placeholders={
            "meter": subentry.title,
            "start": period.start.astimezone(BRUSSELS).strftime("%Y-%m-%d %H:%M"),
            "end": period.end.astimezone(BRUSSELS).strftime("%Y-%m-%d %H:%M"),
            "reason": str(smallest.error),
        },
    )


@callback
def report_life(
    hass: HomeAssistant, entry: ConfigEntry, subentry: ConfigSubentry, life: MandateLife
) -> None:
    """Tell where the access to a meter needs the user, and no longer of what is settled."""
    told = _issue_of(life)
    mandate = life.mandate
    for key, severity in _SEVERITIES.items():
        issue_id = f"{key}_{subentry.subentry_id}"
        if key != told:
            ir.async_delete_issue(hass, DOMAIN, issue_id)
            continue
        ir.async_create_issue(
            hass,
            DOMAIN,
            issue_id,
            is_fixable=key in _FIXABLE,
            severity=severity,
            translation_key=key,
            translation_placeholders={
                "meter": subentry.title,
                "expires": _local_day(mandate.expires if mandate else None),
                "period_end": _local_day(mandate.data_period_to if mandate else None),
            },
            data={"entry_id": entry.entry_id, "subentry_id": subentry.subentry_id},
        )


@callback
def report_energy_dashboard(
    hass: HomeAssistant, entry: ConfigEntry[Any], subject: str, *, meters: str, sources: str
) -> None:
    """Ask about meters and their place on the Energy dashboard, if there are any to ask about.

    `sources` names what counts the same kind of energy there, or the same energy.
    """
    issue_id = f"{subject}_{entry.entry_id}"
    if not meters:
        ir.async_delete_issue(hass, DOMAIN, issue_id)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        is_fixable=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key=subject,
        translation_placeholders={
            "contract": entry.title,
            "meters": meters,
            "sources": sources,
        },
        data={"entry_id": entry.entry_id},
    )


@callback
def withdraw_old_issues(hass: HomeAssistant) -> None:
    """Tell no longer of contracts and meters that are not followed any more."""
    known = set()
    for entry in hass.config_entries.async_entries(DOMAIN, include_disabled=False):
        known |= {entry.entry_id, *entry.subentries}
    for domain, issue_id in list(ir.async_get(hass).issues):
        subject, _, of = issue_id.rpartition("_")
        if domain == DOMAIN and subject in _OF_WHAT_IS_FOLLOWED and of not in known:
            ir.async_delete_issue(hass, DOMAIN, issue_id)


def _issue_of(life: MandateLife) -> str | None:
    """Return which issue tells where the access to a meter stands."""
    if life.silence is not None:
        return _OF_SILENCE.get(life.silence)
    if life.mandate is None or life.mandate.renewal_status is None:
        return None
    return _OF_RENEWAL.get(life.mandate.renewal_status)


def _local_day(instant: datetime | None) -> str:
    return f"{instant.astimezone(BRUSSELS):%Y-%m-%d}" if instant else "?"
