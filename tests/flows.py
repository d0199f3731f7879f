"""The config flow and the meters' forms as a user goes through them, form by form."""

from collections.abc import Awaitable, Callable
from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigFlowResult,
    SubentryFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.json import json_dumps
from probatio import to_field_list

from custom_components.fluvius_esco.const import DOMAIN

from .helpers import ACCESS
from .sandbox import Sandbox
from .sandbox.accounts import CONTRACT_NUMBER

type Upload = Callable[[bytes], Awaitable[str]]


class Flow:
    """A config flow, and what the user types in."""

    def __init__(self, hass: HomeAssistant, sandbox: Sandbox) -> None:
        self._hass = hass
        self._sandbox = sandbox
        self.result: ConfigFlowResult

    async def up_to_user(self) -> ConfigFlowResult:
        self.result = await self._hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_USER}
        )
        assert self.result["step_id"] == "user"
        return self.result

    async def start(self, **access: str) -> ConfigFlowResult:
        await self.up_to_user()
        return await self.enter(
            environment="own", contract_number=CONTRACT_NUMBER, **(ACCESS | access)
        )

    async def enter(self, **values: Any) -> ConfigFlowResult:
        self.result = await self._hass.config_entries.flow.async_configure(
            self.result["flow_id"], values
        )
        return self.result

    async def addresses(self, **values: str) -> ConfigFlowResult:
        addresses = {
            "api_url": self._sandbox.api_url,
            "token_url": self._sandbox.token_url,
            "consent_url": self._sandbox.consent_url,
        }
        return await self.enter(**(addresses | values))

    async def up_to_secret(self, **access: str) -> ConfigFlowResult:
        await self.start(**access)
        await self.addresses()
        return await self.enter(next_step_id="secret")

    async def up_to_certificate(self) -> ConfigFlowResult:
        await self.start()
        await self.addresses()
        return await self.enter(next_step_id="certificate")

    async def confirm(self) -> ConfigFlowResult:
        """Go on with the certificate that was shown."""
        assert self.result["step_id"] == "found", self.errors
        return await self.enter()

    @property
    def found(self) -> dict[str, str]:
        """What is shown of the certificate that was found."""
        assert self.result["step_id"] == "found", self.errors
        return dict(self.result["description_placeholders"] or {})

    @property
    def shown(self) -> str:
        """The form as the browser gets it."""
        fields = to_field_list(self.result["data_schema"], custom_serializer=cv.custom_serializer)
        return json_dumps(fields)

    @property
    def errors(self) -> dict[str, str]:
        return self.result["errors"] or {}


class MeterForm:
    """The form that adds a meter, or changes one, and what the user does with it."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        self._hass = hass
        self._entry = entry
        self.result: SubentryFlowResult

    async def add(self) -> SubentryFlowResult:
        """Press "Add meter"."""
        self.result = await self._hass.config_entries.subentries.async_init(
            (self._entry.entry_id, "meter"), context={"source": SOURCE_USER}
        )
        return self.result

    async def reconfigure(self, subentry_id: str) -> SubentryFlowResult:
        """Open the settings of a meter."""
        self.result = await self._hass.config_entries.subentries.async_init(
            (self._entry.entry_id, "meter"),
            context={"source": SOURCE_RECONFIGURE, "subentry_id": subentry_id},
        )
        return self.result

    async def enter(self, **values: Any) -> SubentryFlowResult:
        """Send the form, or choose from the menu."""
        self.result = await self._hass.config_entries.subentries.async_configure(
            self.result["flow_id"], values
        )
        return self.result

    async def ask(self, **values: Any) -> SubentryFlowResult:
        """Ask for access, with what the form proposes unless told otherwise."""
        schema = self.result["data_schema"]
        assert schema is not None
        proposed = {
            key.schema: key.description["suggested_value"]
            for key in schema.schema
            if key.description and key.description.get("suggested_value") is not None
        }
        return await self.enter(**{**proposed, **values})

    @property
    def link(self) -> str:
        """The consent link that the browser is sent to."""
        assert self.result["type"] is FlowResultType.EXTERNAL_STEP
        return self.result["url"]

    @property
    def step(self) -> str:
        """The step that the form is at by now."""
        return str(
            self._hass.config_entries.subentries.async_get(self.result["flow_id"])["step_id"]
        )

    async def go_on(self) -> SubentryFlowResult:
        """Do what the frontend does by itself after an external step, up to the next choice."""
        flows = self._hass.config_entries.subentries
        self.result = await flows.async_configure(self.result["flow_id"])
        while self.result["type"] is FlowResultType.SHOW_PROGRESS:
            # Home Assistant tells the frontend when the progress is over.
            await self._hass.async_block_till_done()
            self.result = await flows.async_configure(self.result["flow_id"])
        return self.result
