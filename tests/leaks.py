"""Looking for secrets in all that Home Assistant writes, shows or hands out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
import logging
import re
from typing import Any
from urllib.parse import quote

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE, MATCH_ALL
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, issue_registry as ir
import pytest

from custom_components.fluvius_esco.diagnostics import (
    async_get_config_entry_diagnostics,
    async_get_device_diagnostics,
)

from .sandbox import Sandbox

# A part of a secret is as bad as the whole; shorter ones occur by chance.
PIECE = 16


@dataclass(slots=True)
class Secrets:
    """What must be found nowhere: pieces of secrets, by what they are pieces of."""

    pieces: dict[str, set[str]] = field(default_factory=dict)

    def add(self, name: str, secret: str) -> None:
        """Keep a secret in mind, in all its pieces and as it would stand in an address."""
        found = self.pieces.setdefault(name, set())
        for text in {secret, quote(secret, safe="")}:
            found |= {text[at : at + PIECE] for at in range(0, len(text) - PIECE + 1, PIECE)}
            found.add(text[-PIECE:])

    def add_token(self, name: str, token: str) -> None:
        """Keep a signed token in mind; its header is public."""
        _, claims, signature = token.split(".")
        self.add(name, claims)
        self.add(name, signature)

    def add_key(self, name: str, pem: str) -> None:
        """Keep a private key in mind: the lines of its PEM and its secret integers."""
        # The first lines hold the kind of key and its public part, which certificates repeat.
        lines = [line for line in pem.splitlines() if "-----" not in line]
        for line in lines[len(lines) // 3 :]:
            self.add(name, line)
        key = serialization.load_pem_private_key(pem.encode(), None)
        assert isinstance(key, RSAPrivateKey)
        numbers = key.private_numbers()
        for number in (numbers.d, numbers.p, numbers.q, numbers.dmp1, numbers.dmq1, numbers.iqmp):
            self.add(name, str(number))
            self.add(name, f"{number:x}")

    def found_in(self, places: Mapping[str, str]) -> set[tuple[str, str]]:
        """Return which secrets were found, each with the place where."""
        return {
            (name, place)
            for place, text in places.items()
            for name, pieces in self.pieces.items()
            if any(piece in text for piece in pieces)
        }


def watch_tokens(sandbox: Sandbox, secrets: Secrets, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every assertion and every token in mind that the local Fluvius gets and gives."""
    office = sandbox.state.tokens
    issue = office.issue

    def noting(tenant: str, form: Mapping[str, str]) -> dict[str, Any]:
        if assertion := form.get("client_assertion"):
            secrets.add_token("assertion", assertion)
        answer = issue(tenant, form)
        secrets.add_token("token", answer["access_token"])
        return answer

    monkeypatch.setattr(office, "issue", noting)


class Watcher:
    """Collects what Home Assistant writes, shows and hands out."""

    def __init__(
        self, hass: HomeAssistant, caplog: pytest.LogCaptureFixture, storage: Mapping[str, Any]
    ) -> None:
        self._hass = hass
        self._caplog = caplog
        self._storage = storage
        self._events: list[str] = []
        self._states: list[str] = []
        hass.bus.async_listen(MATCH_ALL, self._note)

    @callback
    def _note(self, event: Event[Any]) -> None:
        self._events.append(repr(event.as_dict()))

    def look(self) -> None:
        """Keep the present states and issues, which later ones take the place of."""
        self._states.extend(repr(state.as_dict()) for state in self._hass.states.async_all())
        issues = ir.async_get(self._hass).issues.values()
        self._states.extend(repr(issue) for issue in issues)
        self._states.extend(repr(one) for one in self._hass.config_entries.flow.async_progress())

    async def places(self, entries: Iterable[ConfigEntry[Any]]) -> dict[str, str]:
        """Return all that was collected, by where it stands."""
        self.look()
        for entry in entries:
            self._states.append(f"{entry!r} {entry.reason} {entry.title}")
        self._hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
        await self._hass.async_block_till_done()
        formatter = logging.Formatter("%(name)s %(threadName)s %(message)s")
        lines = [formatter.format(record) for record in self._caplog.records]
        lines += [repr(record.args) for record in self._caplog.records]
        files = {name: of for name, of in self._storage.items() if name != "core.config_entries"}
        diagnostics = []
        for entry in entries:
            diagnostics.append(await async_get_config_entry_diagnostics(self._hass, entry))
            devices = dr.async_entries_for_config_entry(dr.async_get(self._hass), entry.entry_id)
            diagnostics += [
                await async_get_device_diagnostics(self._hass, entry, device) for device in devices
            ]
        return {
            "log": "\n".join(lines),
            "events": "\n".join(self._events),
            "states": "\n".join(self._states),
            "storage": repr(files),
            "diagnostics": repr(diagnostics),
        }


def loggers_in(text: str) -> set[str]:
    """Return the top packages of the loggers that a collected log has lines of."""
    return set(re.findall(r"^(\w+)[\w.]* ", text, re.MULTILINE))
