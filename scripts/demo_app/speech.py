"""The languages that pictures are taken in, and what the pages say in them."""

from dataclasses import dataclass
from functools import cached_property
import json
import re
from typing import Any

from .folder import ROOT

_WORDS = ROOT / "custom_components" / "fluvius_esco" / "translations"
# What Home Assistant's own frontend calls what has to be found by its name.
_FRONTEND = {
    "nl": {
        "This month": "Deze maand",
        "Yesterday": "Gisteren",
        "Previous": "Vorige",
        "Configure": "Configureer",
    }
}
_LOCALES = {"en": "en-GB", "nl": "nl-BE"}


@dataclass(frozen=True)
class Speech:
    """One language, by its code."""

    language: str

    @property
    def locale(self) -> str:
        """The locale of a browser that speaks it."""
        return _LOCALES[self.language]

    def frontend(self, english: str) -> str:
        """Return what Home Assistant's frontend says for what it says in English."""
        return _FRONTEND.get(self.language, {}).get(english, english)

    def says(self, key: str) -> str:
        """Return a text of the integration by its dotted key, up to what differs in it."""
        text: Any = self._words
        for part in key.split("."):
            text = text[part]
        return re.split(r"\{|\n", str(text))[0].strip()

    @cached_property
    def _words(self) -> dict[str, Any]:
        path = _WORDS / f"{self.language}.json"
        words: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return words


ENGLISH = Speech("en")
DUTCH = Speech("nl")
LANGUAGES = (ENGLISH, DUTCH)
