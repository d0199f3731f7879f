"""What the user has to know and can see under Repairs."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .api.exceptions import FluviusError, FluviusPermissionError
from .certificate_report import days_left
from .certificates import Certificates, Role
from .const import DOMAIN
from .importer import Refusal
from .metering.calendar import BRUSSELS

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
    issue_id = f"certificate_expiry_{entry.entry_id}"
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
    issue_id = f"no_permission_{about}"
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
            translation_key="no_permission",
            translation_placeholders={
                "about": subentry.title if subentry else entry.title,
                "reason": str(error),
            },
        )


@callback
def withdraw_all(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Tell no longer of the access of an entry that is not used any more."""
    ir.async_delete_issue(hass, DOMAIN, f"certificate_expiry_{entry.entry_id}")
    for about in (entry.entry_id, *entry.subentries):
        ir.async_delete_issue(hass, DOMAIN, f"no_permission_{about}")


@callback
def report_refusals(
    hass: HomeAssistant, subentry: ConfigSubentry, refusals: Iterable[Refusal]
) -> None:
    """Tell of answers that could not be used, or that there are none any more."""
    issue_id = f"answers_refused_{subentry.subentry_id}"
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
        translation_key="answers_refused",
        translation_placeholders={
            "meter": subentry.title,
            "start": period.start.astimezone(BRUSSELS).strftime("%Y-%m-%d %H:%M"),
            "end": period.end.astimezone(BRUSSELS).strftime("%Y-%m-%d %H:%M"),
            "reason": str(smallest.error),
        },
    )
