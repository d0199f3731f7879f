"""A customer at the consent page: goes through it like a browser without scripts."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser

import aiohttp
from yarl import URL

_QUIET = {"style", "title"}


class PageError(Exception):
    """The page has no such form, link or choice."""


@dataclass(slots=True)
class Form:
    """A form as it would be sent: its address, its fields as they stand, what can be ticked."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    choices: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    """Read the text, the forms and the links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self._within: list[str] = []
        self._address: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self._within.append(tag)
        if tag == "form":
            self.forms.append(Form(named["action"]))
        elif tag == "a":
            self._address = named["href"]
        elif tag == "input":
            self._take_input(named)
        elif tag == "button" and "name" in named:
            self.forms[-1].buttons.append((named["name"], named["value"]))

    def handle_endtag(self, tag: str) -> None:
        while self._within and self._within.pop() != tag:
            pass
        if tag == "a":
            self._address = None

    def handle_data(self, data: str) -> None:
        if _QUIET & {*self._within}:
            return
        self.words.append(data)
        if self._address is not None:
            self.links[data] = self._address

    def _take_input(self, named: dict[str, str]) -> None:
        found = (named["name"], named["value"])
        kind = named["type"]
        if "disabled" in named:
            return
        if kind in {"checkbox", "radio"}:
            self.forms[-1].choices.append(found)
        if kind not in {"checkbox", "radio"} or "checked" in named:
            self.forms[-1].fields.append(found)


class Customer:
    """Goes through a consent link; after every step `status`, `text` and `url` are the page's."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        """Use an open session; no page is open yet."""
        self._session = session
        self._reader = _Reader()
        self.status = 0
        self.text = ""
        self.url = URL()

    @property
    def return_url(self) -> str | None:
        """Where the button back to the provider leads, exactly as given; None without a button."""
        return self._reader.links.get("Terug naar dienstverlener")

    @property
    def eans(self) -> list[str]:
        """The EANs that can be ticked on the page."""
        return [value for form in self._forms for name, value in form.choices if name == "ean"]

    @property
    def levels(self) -> list[str]:
        """The levels of detail that can be picked on the page, as on the wire."""
        choices = [found for form in self._forms for found in form.choices]
        return [value.partition("-")[2] for name, value in choices if name == "option"]

    async def open(self, link: str | URL) -> None:
        """Open an address: a consent link, or any other page of the site."""
        await self._ask("GET", link)

    async def log_in(self, user: str) -> None:
        """Log in from the start or the login page, by a user's name or key."""
        if address := self._reader.links.get("Aanmelden"):
            await self.open(self.url.join(URL(address)))
        await self._send(self._form("user"), user=user)

    async def choose(
        self,
        eans: Iterable[str],
        level: str | None = None,
        *,
        start: str | None = None,
        end: str | None = None,
    ) -> None:
        """Tick EANs and go on; `level` as on the wire, `start` and `end` (last day) YYYY-MM-DD.

        What is not given stays as the page has it.
        """
        form = self._form("sessie")
        changed = {"from": start, "to": end}
        if level is not None:
            changed["option"] = self._option(form, level)
        given = {name: value for name, value in changed.items() if value is not None}
        await self._send(form, *(("ean", ean) for ean in eans), **given)

    async def confirm(self) -> None:
        """Press the button that approves."""
        await self._send(self._form("decision"), decision="approve")

    async def refuse(self) -> None:
        """Press the button that cancels."""
        await self._send(self._form("decision"), decision="refuse")

    async def share(self, link: str | URL, user: str, *eans: str, level: str | None = None) -> None:
        """Go through the whole page, up to its last step."""
        await self.open(link)
        await self.log_in(user)
        await self.choose(eans, level)
        await self.confirm()

    @property
    def _forms(self) -> list[Form]:
        return self._reader.forms

    def _form(self, name: str) -> Form:
        """Return the form with a field or button of a name."""
        for form in self._forms:
            if any(name == known for known, _ in (*form.fields, *form.buttons)):
                return form
        raise PageError(f"No form with '{name}' on {self.url.path}: {self.text}")

    def _option(self, form: Form, level: str) -> str:
        """Return what the form sends for a level of detail, the first of several."""
        for name, value in (*form.choices, *form.fields):
            if name == "option" and value.partition("-")[2] == level:
                return value
        raise PageError(f"No level '{level}' on {self.url.path}: {self.text}")

    async def _send(self, form: Form, *more: tuple[str, str], **changed: str) -> None:
        kept = [(name, value) for name, value in form.fields if name not in changed]
        data = [*kept, *more, *changed.items()]
        await self._ask("POST", self.url.join(URL(form.action)), data)

    async def _ask(
        self, method: str, address: str | URL, data: list[tuple[str, str]] | None = None
    ) -> None:
        async with self._session.request(method, address, data=data) as response:
            page = await response.text()
            self.status = response.status
            self.url = response.url
        self._reader = _Reader()
        self._reader.feed(page)
        self.text = " ".join(" ".join(self._reader.words).split())
