"""What the user has to know and can see under Repairs."""

from collections.abc import Iterable

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .importer import Refusal
from .metering.calendar import BRUSSELS


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
