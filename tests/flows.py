"""A config flow as a user goes through it, form by form."""

from collections.abc import Awaitable, Callable
from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult
from homeassistant.core import HomeAssistant
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
        addresses = {"api_url": self._sandbox.api_url, "token_url": self._sandbox.token_url}
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
