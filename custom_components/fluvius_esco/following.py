"""What the mandates of a contract bring along: new meters, answers to consents, and news of them.

Runs in the background whenever the mandates were looked at, so that it does not matter whether a form
was closed, Home Assistant was restarted or a grid user took a month to answer.
"""

from collections.abc import Iterable

from homeassistant.components import persistent_notification
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .access_store import AccessStore
from .api.models import Mandate
from .const import CONF_EAN, CONF_FOLLOW_NEW, DOMAIN
from .coordinator import FluviusConfigEntry
from .issues import NEW_METERS
from .metering.consent import Consent, Outcome, after, outcome_of
from .meters import async_meters, followed_eans, not_followed
from .pacing import paced
from .translation import async_texts


async def async_follow_mandates(hass: HomeAssistant, entry: FluviusConfigEntry) -> None:
    """Follow the meters that were asked for or that the user wants followed; offer all others."""
    access = entry.runtime_data.access
    async with access.lock:
        await _async_begin(entry, access)
        wanted = await _async_settle_consents(hass, entry, access)
        if entry.options.get(CONF_FOLLOW_NEW):
            wanted += undecided(entry)
        await async_follow(hass, entry, wanted)
        _offer(hass, entry)


async def async_follow(
    hass: HomeAssistant, entry: FluviusConfigEntry, mandates: Iterable[Mandate]
) -> None:
    """Follow the meters of mandates, those that are not followed yet."""
    await async_add_meters(hass, entry, await async_meters(hass, not_followed(entry, mandates)))


async def async_add_meters(
    hass: HomeAssistant, entry: FluviusConfigEntry, meters: Iterable[ConfigSubentry]
) -> None:
    """Add meters to those that an entry follows; one reload takes over all of them."""
    if not (meters := list(meters)):
        return
    data = entry.runtime_data
    await data.access.async_decide(meter.data[CONF_EAN] for meter in meters)
    # A reload in the middle would break this off.
    is_first = not data.reload_scheduled
    data.reload_scheduled = True
    async for few in paced(meters):
        # While this waited, somebody else may have added the same ones.
        followed = followed_eans(entry)
        for meter in few:
            if meter.unique_id not in followed:
                hass.config_entries.async_add_subentry(entry, meter)
    if is_first:
        hass.config_entries.async_schedule_reload(entry.entry_id)


def undecided(entry: FluviusConfigEntry) -> list[Mandate]:
    """Return the mandates of meters that the user has neither followed nor declined yet.

    Those that an open form is about to follow are not for the user to decide on.
    """
    access = entry.runtime_data.access
    decided = access.decided or frozenset()
    now = dt_util.utcnow()
    return [
        mandate
        for mandate in not_followed(entry, entry.runtime_data.contract.readable_mandates())
        if mandate.ean not in decided and not access.is_claimed(mandate.reference_number, now)
    ]


async def _async_begin(entry: FluviusConfigEntry, access: AccessStore) -> None:
    """Take what there is at the first time as decided: the user has just chosen from it."""
    decided = followed_eans(entry)
    if access.decided is None and not entry.options.get(CONF_FOLLOW_NEW):
        mandates = entry.runtime_data.contract.readable_mandates()
        decided |= {mandate.ean for mandate in mandates if mandate.ean}
    await access.async_decide(decided)


async def _async_settle_consents(
    hass: HomeAssistant, entry: FluviusConfigEntry, access: AccessStore
) -> list[Mandate]:
    """Tell what became of the consents that no open form waits for; return what was granted."""
    now = dt_util.utcnow()
    granted: list[Mandate] = []
    for consent in list(access.consents.values()):
        if access.is_claimed(consent.reference_number, now):
            continue
        outcome = outcome_of(consent, entry.runtime_data.contract.data, now)
        if not consent.renews:
            granted += outcome.approved
        await _async_tell(hass, entry, consent, outcome)
        if outcome.is_over:
            await access.async_drop(consent.reference_number)
        else:
            await access.async_keep(after(consent, outcome))
    return granted


async def _async_tell(
    hass: HomeAssistant, entry: FluviusConfigEntry, consent: Consent, outcome: Outcome
) -> None:
    """Notify of an answer, and of a link that ended without one."""
    placeholders = {"reference": consent.reference_number, "contract": entry.title}
    new = not_followed(entry, outcome.approved)
    if new and not consent.renews:
        titles = [meter.title for meter in await async_meters(hass, new)]
        await _async_notify(hass, "granted", placeholders | {"meters": ", ".join(titles)})
    if outcome.renewed:
        await _async_notify(hass, "renewed", placeholders)
    if outcome.rejected:
        await _async_notify(hass, "rejected", placeholders)
    if outcome.is_over and not (consent.answered or outcome.is_answered):
        await _async_notify(hass, "unused", placeholders)


async def _async_notify(hass: HomeAssistant, key: str, placeholders: dict[str, str]) -> None:
    texts = await async_texts(hass)
    persistent_notification.async_create(
        hass,
        texts[f"consent_{key}"].format_map(placeholders),
        title=texts[f"consent_{key}_title"].format_map(placeholders),
        notification_id=f"{DOMAIN}_{key}_{placeholders['reference']}",
    )


@callback
def _offer(hass: HomeAssistant, entry: FluviusConfigEntry) -> None:
    """Ask which of the new meters to follow, as long as there are any."""
    issue_id = f"{NEW_METERS}_{entry.entry_id}"
    if not (new := undecided(entry)):
        ir.async_delete_issue(hass, DOMAIN, issue_id)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        is_fixable=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key=NEW_METERS,
        translation_placeholders={
            "contract": entry.title,
            "count": str(len({one.ean for one in new})),
        },
        data={"entry_id": entry.entry_id},
    )
