"""What the user has to know and can see under Repairs."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .api.models import RenewalStatus
from .const import DOMAIN
from .importer import Refusal
from .metering.calendar import BRUSSELS
from .metering.mandate_life import MandateLife, Silence

NEW_METERS: Final = "new_meters"
ANSWERS_REFUSED: Final = "answers_refused"
MANDATE_TO_BE_RENEWED: Final = "mandate_to_be_renewed"
MANDATE_RENEWAL_WAITS: Final = "mandate_renewal_waits"
MANDATE_EXPIRED: Final = "mandate_expired"
MANDATE_ENDED: Final = "mandate_ended"
MANDATE_REJECTED: Final = "mandate_rejected"
DATA_PERIOD_ENDED: Final = "data_period_ended"

_SEVERITIES: Final = {
    MANDATE_TO_BE_RENEWED: ir.IssueSeverity.WARNING,
    MANDATE_RENEWAL_WAITS: ir.IssueSeverity.WARNING,
    MANDATE_EXPIRED: ir.IssueSeverity.ERROR,
    MANDATE_ENDED: ir.IssueSeverity.WARNING,
    MANDATE_REJECTED: ir.IssueSeverity.WARNING,
    DATA_PERIOD_ENDED: ir.IssueSeverity.WARNING,
}
_OF_WHAT_IS_FOLLOWED: Final = {NEW_METERS, ANSWERS_REFUSED, *_SEVERITIES}
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
def withdraw_old_issues(hass: HomeAssistant) -> None:
    """Tell no longer of contracts and meters that are not followed any more."""
    known = set()
    for entry in hass.config_entries.async_entries(DOMAIN):
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
