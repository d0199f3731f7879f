"""A consent link that was made and that somebody waits for."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .access_store import AccessStore, async_access_store
from .api.client import FluviusClient
from .api.const import CONSENT_URL
from .api.exceptions import FluviusError, FluviusValidationError
from .api.models import MandateFilter, ShortUrl, ShortUrlRequest
from .api.short_urls import consent_link
from .consent_callback import async_return_addresses
from .const import CONF_CONSENT_URL
from .coordinator import FluviusConfigEntry
from .metering.calendar import BRUSSELS
from .metering.consent import Consent, Outcome, after, begun, outcome_of

# Somebody who opened a form may have left it open; then the background does what is to be done.
CLAIM: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that an open form waits for; `address` is a secret until it is used."""

    address: str = field(repr=False)
    request: ShortUrlRequest
    consent: Consent
    entry: FluviusConfigEntry
    access: AccessStore

    @property
    def placeholders(self) -> dict[str, str]:
        """What the texts of the form name."""
        until = self.consent.link_valid_to.astimezone(BRUSSELS)
        return {
            "reference": self.consent.reference_number,
            "valid_to": f"{until:%Y-%m-%d %H:%M}",
        }

    @property
    def is_expired(self) -> bool:
        """Whether Fluvius takes the link no more."""
        return dt_util.utcnow() >= self.consent.link_valid_to

    def claim(self) -> None:
        """Keep the background from doing what the form is about to do."""
        self.access.claims[self.consent.reference_number] = dt_util.utcnow() + CLAIM

    def release(self) -> None:
        """Leave the rest to the background."""
        self.access.claims.pop(self.consent.reference_number, None)

    async def async_is_answered(self) -> bool:
        """Ask Fluvius, in one request, whether anything came of the link."""
        if self.entry.state is not ConfigEntryState.LOADED:
            return False
        contract = self.entry.runtime_data.contract
        wanted = MandateFilter(reference_number=self.consent.reference_number)
        try:
            async with contract.in_flight:
                mandates = await contract.client.mandates(wanted)
        except FluviusError:
            # The poll of the contract tells the user what is wrong; here it is only too early.
            return False
        return outcome_of(self.consent, mandates, dt_util.utcnow()).is_answered

    async def async_outcome(self) -> Outcome:
        """Return what came of the link, and keep the background from dealing with it again."""
        contract = self.entry.runtime_data.contract
        await contract.async_refresh()
        outcome = outcome_of(self.consent, contract.data, dt_util.utcnow())
        if outcome.is_over:
            await self.access.async_drop(self.consent.reference_number)
        else:
            await self.access.async_keep(after(self.consent, outcome))
        return outcome


async def async_make_link(
    hass: HomeAssistant,
    entry: FluviusConfigEntry,
    flow_id: str,
    request: ShortUrlRequest,
    renews: str | None = None,
) -> OpenLink:
    """Make a link for which a form waits, and keep what it asks; raises FluviusError.

    `renews` is the EAN of the meter whose mandate is to be renewed.
    """
    contract = entry.runtime_data.contract
    access = await async_access_store(hass, entry.entry_id)
    # What the reference number gives access to already is not what came of the link.
    await contract.async_refresh()
    success, failed = await async_return_addresses(hass, access, entry.entry_id, flow_id)
    asked = replace(request, return_url_success=success, return_url_failed=failed)
    made = await _async_create(contract.client, asked)
    consent = begun(request.reference_number, made.valid_to, contract.data, renews)
    address = consent_link(entry.data.get(CONF_CONSENT_URL) or CONSENT_URL, made.identifier)
    link = OpenLink(address, request, consent, entry, access)
    link.claim()
    await access.async_keep(consent)
    return link


async def _async_create(client: FluviusClient, asked: ShortUrlRequest) -> ShortUrl:
    """Make a link, without a way back if Fluvius does not take the address of this instance."""
    try:
        return await client.create_short_url(asked)
    except FluviusValidationError:
        if asked.return_url_success is None:
            raise
    return await client.create_short_url(
        replace(asked, return_url_success=None, return_url_failed=None)
    )
