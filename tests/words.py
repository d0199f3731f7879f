"""Looking whether all that the integration shows has its words, whatever a test makes it show."""

from collections.abc import Callable, Iterable, Mapping
import re
from typing import Any

from homeassistant.components.repairs import RepairsFlow
from homeassistant.config_entries import ConfigFlow, ConfigSubentryFlow, OptionsFlow
from homeassistant.data_entry_flow import FlowHandler
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.fluvius_esco.const import DOMAIN, SUBENTRY_METER

from .files import INTEGRATION, read_json

WORDS = read_json(INTEGRATION / "translations" / "en.json")


def texts_in(value: Any) -> Iterable[str]:
    """Yield all texts of a part of the words."""
    if isinstance(value, dict):
        for of in value.values():
            yield from texts_in(of)
    else:
        yield value


class WordWatch:
    """Notes the words that are missing, and those that name what they are not given."""

    def __init__(self) -> None:
        self.missing: set[str] = set()
        # An issue may go while the flow that settles it is open.
        self._issues: dict[str, str] = {}

    def need(self, path: str, given: Mapping[str, Any] | None = None) -> None:
        """Note if there are no words at a path, or if they name more than what is given."""
        words: Any = WORDS
        for part in path.split("/"):
            if not isinstance(words, dict) or part not in words:
                self.missing.add(path)
                return
            words = words[part]
        named = {name for text in texts_in(words) for name in re.findall(r"\{(\w+)\}", text)}
        self.missing |= {f"{path} {{{name}}}" for name in named - set(given or {})}

    def flow(self, flow: FlowHandler[Any, Any, Any]) -> str:
        """Return the path of the words of a flow."""
        match flow:
            case ConfigFlow():
                return "config"
            case OptionsFlow():
                return "options"
            case ConfigSubentryFlow():
                return f"config_subentries/{SUBENTRY_METER}"
            case RepairsFlow():
                return f"issues/{self._issues[flow.issue_id]}/fix_flow"
        raise NotImplementedError(type(flow))

    def form(self, flow: Any, given: dict[str, Any]) -> None:
        """Look at a form."""
        path, step = self.flow(flow), given["step_id"]
        self.need(f"{path}/step/{step}", given.get("description_placeholders"))
        schema = given.get("data_schema")
        for field in schema.schema if schema else ():
            self.need(f"{path}/step/{step}/data/{field}", given.get("description_placeholders"))
        for error in (given.get("errors") or {}).values():
            self.need(f"{path}/error/{error}", given.get("description_placeholders"))

    def menu(self, flow: Any, given: dict[str, Any]) -> None:
        """Look at a menu."""
        path, step = self.flow(flow), given["step_id"]
        self.need(f"{path}/step/{step}", given.get("description_placeholders"))
        for option in given["menu_options"]:
            self.need(
                f"{path}/step/{step}/menu_options/{option}", given.get("description_placeholders")
            )

    def end(self, flow: Any, given: dict[str, Any]) -> None:
        """Look at the end of a flow."""
        if (given.get("translation_domain") or DOMAIN) == DOMAIN:
            self.need(
                f"{self.flow(flow)}/abort/{given['reason']}", given.get("description_placeholders")
            )

    def progress(self, flow: Any, given: dict[str, Any]) -> None:
        """Look at what is shown meanwhile."""
        self.need(
            f"{self.flow(flow)}/progress/{given['progress_action']}",
            given.get("description_placeholders"),
        )

    def issue(self, issue_id: str, given: dict[str, Any]) -> None:
        """Look at an issue; a flow that settles it is looked at when it is opened."""
        self._issues[issue_id] = given["translation_key"]
        path = f"issues/{given['translation_key']}"
        part = "title" if given["is_fixable"] else "description"
        self.need(f"{path}/title", given.get("translation_placeholders"))
        self.need(f"{path}/{part}", given.get("translation_placeholders"))

    def error(self, given: dict[str, Any]) -> None:
        """Look at an error."""
        self.need(
            f"exceptions/{given['translation_key']}/message", given.get("translation_placeholders")
        )


def watch_words(monkeypatch: pytest.MonkeyPatch) -> WordWatch:
    """Look from now on at all that is shown."""
    watch = WordWatch()

    def look(method: str, at: Callable[[Any, dict[str, Any]], None]) -> None:
        shown = getattr(FlowHandler, method)

        def show(flow: Any, *args: Any, **given: Any) -> Any:
            if type(flow).__module__.startswith(f"custom_components.{DOMAIN}"):
                at(flow, given)
            return shown(flow, *args, **given)

        monkeypatch.setattr(FlowHandler, method, show)

    look("async_show_form", watch.form)
    look("async_show_menu", watch.menu)
    look("async_abort", watch.end)
    look("async_show_progress", watch.progress)

    create, begin = ir.async_create_issue, HomeAssistantError.__init__

    def create_issue(hass: Any, domain: str, issue_id: str, **given: Any) -> None:
        if domain == DOMAIN:
            watch.issue(issue_id, given)
        create(hass, domain, issue_id, **given)

    def begin_error(error: HomeAssistantError, *args: Any, **given: Any) -> None:
        if given.get("translation_domain") == DOMAIN:
            watch.error(given)
        begin(error, *args, **given)

    monkeypatch.setattr(ir, "async_create_issue", create_issue)
    monkeypatch.setattr(HomeAssistantError, "__init__", begin_error)
    return watch
