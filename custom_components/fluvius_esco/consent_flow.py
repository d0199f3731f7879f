"""Asking a customer for access: the consent link, the way back, and what became of it.

The link leads the customer's browser to Fluvius. The form goes on when the browser comes back or when
Fluvius shows a mandate, whichever is first; a form that was closed loses nothing, as open consents
are kept and followed in the background (see `following`).
"""

import asyncio
from collections.abc import Iterable, Iterator
from itertools import chain, repeat
from typing import Any, Final, override

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from .api.exceptions import FluviusError, FluviusValidationError
from .api.link_rules import link_problems
from .api.models import Mandate, ShortUrlRequest
from .consent_callback import CONSENT_STEP, Return
from .consent_forms import (
    ASK_SCHEMA,
    FLOWS,
    RENEW_SCHEMA,
    asked_access,
    errors_of,
    proposal,
    renewed_access,
)
from .consent_link import OpenLink, async_make_link
from .const import CONF_CONTRACT_NUMBER, CONF_EAN, CONF_FLOW
from .coordinator import FluviusConfigEntry
from .errors import error_key
from .following import async_add_meters
from .metering.consent import Outcome
from .meters import async_meters, not_followed

# A customer who is at the page answers within minutes; one who is not may take a day. Seconds, times.
LOOKS: Final = ((10, 30), (60, 25))
LOOKS_THEN: Final = 300
# How long a mandate may take to be shown after the customer has finished. Seconds.
ARRIVAL_LOOKS: Final = (2, 3, *repeat(5, 23))


class ConsentFlow(ConfigSubentryFlow):
    """The steps from asking for access to the meters that came of it."""

    _link: OpenLink

    def __init__(self) -> None:
        """Begin with nothing asked."""
        self._renews: str | None = None
        self._refusal = ""
        self._watch: asyncio.Task[None] | None = None
        self._arrival: asyncio.Task[None] | None = None

    async def async_step_ask(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask what access to ask for, and make a consent link for it."""
        if (entry := self._loaded_entry()) is None:
            return self.async_abort(reason="entry_not_loaded")
        now = dt_util.utcnow()
        errors: dict[str, str] = {}
        if user_input is not None:
            request = asked_access(user_input, entry.data[CONF_CONTRACT_NUMBER])
            errors = errors_of(link_problems(request, now))
            errors = errors or await self._async_make_link(entry, request)
            if not errors:
                return await self.async_step_consent()
        shown = user_input or proposal(entry.runtime_data.contract.data, now)
        return self.async_show_form(
            step_id="ask",
            data_schema=self.add_suggested_values_to_schema(ASK_SCHEMA, shown),
            errors=errors,
            description_placeholders={"reason": self._refusal},
            last_step=False,
        )

    async def async_step_renew(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Make a consent link that renews the mandate of a followed meter."""
        if (entry := self._loaded_entry()) is None:
            return self.async_abort(reason="entry_not_loaded")
        subentry = self._get_reconfigure_subentry()
        self._renews = subentry.data[CONF_EAN]
        mandates = entry.runtime_data.contract.renewable_mandates(subentry.data[CONF_EAN])
        if not mandates:
            return self.async_abort(reason="nothing_to_renew")
        errors: dict[str, str] = {}
        if user_input is not None:
            contract_number = entry.data[CONF_CONTRACT_NUMBER]
            flow = FLOWS[user_input[CONF_FLOW]]
            request = renewed_access(mandates, flow, contract_number, dt_util.utcnow())
            errors = await self._async_make_link(entry, request)
            if not errors:
                return await self.async_step_consent()
        return self.async_show_form(
            step_id="renew",
            data_schema=self.add_suggested_values_to_schema(RENEW_SCHEMA, user_input),
            errors=errors,
            description_placeholders={
                "meter": subentry.title,
                "reference": mandates[0].reference_number or "",
                "reason": self._refusal,
            },
            last_step=False,
        )

    async def async_step_consent(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Send the user to Fluvius, and go on once the browser is back or a mandate is seen."""
        way = (user_input or {}).get("way")
        if way not in set(Return):
            if self._watch is None:
                self._watch = self.hass.async_create_background_task(
                    self._async_watch(), name="watch for a mandate"
                )
            return self.async_external_step(
                step_id=CONSENT_STEP,
                url=self._link.address,
                description_placeholders=self._link.placeholders,
            )
        self._stop_watching()
        self._link.claim()
        match Return(way):
            case Return.FAILED:
                return self.async_external_step_done(next_step_id="unfinished")
            case Return.EXPIRED:
                return self.async_external_step_done(next_step_id="link_expired")
            case _:
                return self.async_external_step_done(next_step_id="arriving")

    async def async_step_unfinished(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Tell that the customer came back too early, and let the user choose."""
        return self._show_what_now("unfinished")

    async def async_step_link_expired(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Tell that the link was not used in time, and let the user choose."""
        return self._show_what_now("link_expired")

    def _show_what_now(self, step_id: str) -> SubentryFlowResult:
        return self.async_show_menu(
            step_id=step_id,
            menu_options=["new_link", "stop"],
            description_placeholders=self._link.placeholders,
        )

    async def async_step_new_link(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the same access with a new link."""
        if (entry := self._loaded_entry()) is None:
            return self.async_abort(reason="entry_not_loaded")
        if await self._async_make_link(entry, self._link.request):
            return self.async_abort(
                reason="link_not_made", description_placeholders={"reason": self._refusal}
            )
        return await self.async_step_consent()

    async def async_step_stop(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Leave it at that; the link can still be used while it is valid."""
        return self.async_abort(
            reason="consent_stopped", description_placeholders=self._link.placeholders
        )

    async def async_step_arriving(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Wait for what Fluvius shows of the mandates."""
        if self._arrival is None:
            self._arrival = self.hass.async_create_task(self._async_await_answer())
        if not self._arrival.done():
            return self.async_show_progress(
                step_id="arriving", progress_action="arriving", progress_task=self._arrival
            )
        return self.async_show_progress_done(next_step_id="answered")

    async def async_step_answered(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Follow the meters that were granted, or tell what there is to wait for."""
        if (entry := self._loaded_entry()) is None:
            return self.async_abort(reason="entry_not_loaded")
        outcome = await self._link.async_outcome()
        new = not_followed(entry, outcome.approved)
        if new and self._renews is None:
            return await self._async_follow(entry, new)
        return self.async_abort(
            reason=_reason(outcome, self._renews),
            description_placeholders=self._link.placeholders,
        )

    async def _async_follow(
        self, entry: FluviusConfigEntry, mandates: Iterable[Mandate]
    ) -> SubentryFlowResult:
        """Add the first of some meters as what this form makes, and the others beside it."""
        first, *others = await async_meters(self.hass, mandates)
        await async_add_meters(self.hass, entry, others)
        return self.async_create_entry(
            title=first.title,
            data=first.data,
            unique_id=first.unique_id,
            description="several" if others else None,
            description_placeholders={"count": str(1 + len(others))},
        )

    async def _async_make_link(
        self, entry: FluviusConfigEntry, request: ShortUrlRequest
    ) -> dict[str, str]:
        """Make a consent link; return what is wrong, by field."""
        try:
            self._link = await async_make_link(
                self.hass, entry, self.flow_id, request, self._renews
            )
        except FluviusValidationError as err:
            self._refusal = "; ".join(err.messages)
            return {"base": "link_refused"}
        except FluviusError as err:
            self._refusal = str(err)
            return {"base": error_key(err)}
        self._arrival = None
        return {}

    async def _async_watch(self) -> None:
        """Look for an answer of the customer or the end of the link, and then go on."""
        for pause in _pauses():
            await asyncio.sleep(pause)
            if await self._link.async_is_answered():
                way = Return.SEEN
            elif self._link.is_expired:
                way = Return.EXPIRED
            else:
                continue
            # In a task of its own, for going on ends this one.
            self.hass.async_create_task(
                self.hass.config_entries.subentries.async_configure(self.flow_id, {"way": way})
            )
            return

    async def _async_await_answer(self) -> None:
        for pause in ARRIVAL_LOOKS:
            if await self._link.async_is_answered():
                return
            await asyncio.sleep(pause)

    @callback
    @override
    def async_remove(self) -> None:
        """Leave the rest to the background when the form is closed."""
        self._stop_watching()
        if hasattr(self, "_link"):
            self._link.release()

    def _stop_watching(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def _loaded_entry(self) -> FluviusConfigEntry | None:
        """Return the contract's entry while it works."""
        entry: FluviusConfigEntry = self._get_entry()
        return entry if entry.state is ConfigEntryState.LOADED else None


def _pauses() -> Iterator[float]:
    often = (repeat(pause, times) for pause, times in LOOKS)
    return chain(chain.from_iterable(often), repeat(LOOKS_THEN))


def _reason(outcome: Outcome, renews: str | None) -> str:
    """Return why a form ends without a new meter."""
    if renews is not None:
        if outcome.renewed is not None:
            return "mandate_renewed"
        return "renewal_waits" if outcome.waiting else "consent_not_seen"
    if outcome.approved:
        return "already_configured"
    if outcome.waiting:
        return "consent_waits"
    return "consent_rejected" if outcome.rejected else "consent_not_seen"
