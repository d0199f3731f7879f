"""The words of the integration: four languages that agree, for all that the code shows."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
import inspect
import json
import re
from typing import Any

from homeassistant import const
from homeassistant.components.sensor import SensorDeviceClass, SensorEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.helpers.entity import EntityDescription
import pytest
import yaml

from custom_components.fluvius_esco.api import exceptions
from custom_components.fluvius_esco.api.exceptions import FluviusError
from custom_components.fluvius_esco.api.link_rules import LinkProblem
from custom_components.fluvius_esco.errors import error_key

from .files import INTEGRATION, read_json

LANGUAGES = ("en", "nl", "fr", "de")
SOURCES = sorted(INTEGRATION.rglob("*.py"))
PACKAGE = "custom_components.fluvius_esco"

# Parts of keys that Home Assistant gives a meaning; all others are names of ours.
STRUCTURE = {
    *("abort", "common", "conditions", "config", "config_subentries", "create_entry", "data"),
    *("data_description", "description", "device", "entity", "entry_type", "error", "exceptions"),
    *("fields", "fix_flow", "info", "initiate_flow", "issues", "menu_option_descriptions"),
    *("menu_options", "message", "name", "options", "progress", "reconfigure", "sections"),
    *("selector", "services", "state", "state_attributes", "step", "system_health", "title"),
    *("triggers", "unit_of_measurement", "user"),
    *("binary_sensor", "event", "event_type", "image", "sensor"),
    *("device_automation", "trigger_subtype", "trigger_type"),
}
# Reasons that Home Assistant ends a flow with by itself.
REASONS = {"already_configured", "already_in_progress", "reauth_successful"}
REASONS |= {"reconfigure_successful"}
# Keys that the code puts together, and the part of them that is a name of ours.
COMPOSED = (
    r"link_(\w+)",
    r"(\w+)_refused",
    r"consent_(\w+?)(?:_title)?",
    r"(live|sandbox|own)_(?:api|token)",
    r"(\w+)_change",
)

# What Fluvius calls otherwise in its Dutch guides and letters, with its own word.
NOT_FLUVIUS = {
    "verbruik van het net": "afname",
    "netverbruik": "afname",
    "teruglevering": "injectie",
    "terugleveren": "injecteren",
    "machtiging": "mandaat",
    "volmacht": "mandaat",
    "kwartuur": "kwartier",
    "kwartierdata": "kwartierwaarden",
    "piekverbruik": "piekvermogen",
    "piekbelasting": "piekvermogen",
    "slimme meter": "digitale meter",
}

# What a description is of, by the name of its class.
PLATFORMS = {
    "BinarySensorEntityDescription": "binary_sensor",
    "EventEntityDescription": "event",
    "SensorEntityDescription": "sensor",
}
# Amounts of these kinds arrive days late; a state class would book them on the day they arrive.
LATE = {SensorDeviceClass.ENERGY, SensorDeviceClass.GAS, SensorDeviceClass.REACTIVE_ENERGY}
READINGS = {*LATE, SensorDeviceClass.POWER, SensorDeviceClass.TIMESTAMP}


def leaves(tree: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """Return the texts of a translation file by their dotted keys."""
    found: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            found |= leaves(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = value
    return found


@cache
def tree(language: str) -> dict[str, Any]:
    return read_json(INTEGRATION / "translations" / f"{language}.json")


def translation(language: str) -> dict[str, str]:
    texts = leaves(tree(language))
    assert texts
    return texts


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def nodes() -> Iterator[ast.AST]:
    """Yield all of the integration's code."""
    for path in SOURCES:
        yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def name_of(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]


def keyword_texts(*keywords: str, of: str = r".*") -> set[str]:
    """Return the texts that calls are given by a keyword, as such or in a list."""
    found = set()
    for node in nodes():
        if not (isinstance(node, ast.Call) and re.fullmatch(of, name_of(node))):
            continue
        for keyword in node.keywords:
            if keyword.arg in keywords:
                parts = (
                    keyword.value.elts if isinstance(keyword.value, ast.List) else [keyword.value]
                )
                found |= {str(one.value) for one in parts if isinstance(one, ast.Constant)}
    return found


def texts_in_code() -> set[str]:
    """Return every text that stands in the code, every name of a step, and Home Assistant's names."""
    found = set()
    for node in nodes():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
        elif isinstance(node, ast.AsyncFunctionDef) and node.name.startswith("async_step_"):
            found.add(node.name.removeprefix("async_step_"))
        elif isinstance(node, ast.ImportFrom) and node.module == "homeassistant.const":
            found |= {str(getattr(const, alias.name)) for alias in node.names}
    return found


def words_in(value: object) -> Iterator[str]:
    """Yield the keys and the texts of a YAML file."""
    match value:
        case dict():
            for key, of in value.items():
                yield str(key)
                yield from words_in(of)
        case list():
            for of in value:
                yield from words_in(of)
        case str():
            yield value


def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(
        (INTEGRATION / "services.yaml").read_text(encoding="utf-8")
    )
    return found


@cache
def descriptions() -> dict[tuple[str, str], EntityDescription]:
    """Return the descriptions of all entities, by platform and translation key."""
    found = {}
    for path in INTEGRATION.glob("*.py"):
        module = import_module(f"{PACKAGE}.{path.stem}" if path.stem != "__init__" else PACKAGE)
        for value in vars(module).values():
            for one in value if isinstance(value, tuple | list) else [value]:
                # An instance of one of Home Assistant's own classes is not of that very class.
                kinds = {kind.__name__ for kind in type(one).__mro__}
                for kind in kinds & PLATFORMS.keys():
                    found[PLATFORMS[kind], str(one.translation_key)] = one
    assert len(found) > 20
    return found


def steps(*sections: dict[str, Any]) -> set[str]:
    return {step for section in sections for step in section.get("step", {})}


def flows() -> list[dict[str, Any]]:
    """Return the words of all kinds of flows."""
    english = tree("en")
    repairs = [issue["fix_flow"] for issue in english["issues"].values() if "fix_flow" in issue]
    return [english["config"], english["options"], *english["config_subentries"].values(), *repairs]


def test_there_are_four_languages() -> None:
    files = (INTEGRATION / "translations").iterdir()
    assert {path.name for path in files} == {f"{language}.json" for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_file_is_in_the_order_that_merges_best(language: str) -> None:
    written = (INTEGRATION / "translations" / f"{language}.json").read_text(encoding="utf-8")
    ordered = json.dumps(tree(language), indent=2, ensure_ascii=False, sort_keys=True)
    assert written == f"{ordered}\n"


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_a_translation_has_the_texts_of_the_english_one(language: str) -> None:
    assert translation(language).keys() == translation("en").keys()


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_a_translation_keeps_the_placeholders(language: str) -> None:
    english = translation("en")
    for key, text in translation(language).items():
        assert placeholders(text) == placeholders(english[key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_translated_texts_are_ones_that_hassfest_accepts(language: str) -> None:
    for key, text in translation(language).items():
        assert text, key
        assert text == text.strip(), key
        assert not re.search(r"<[a-z/]|'\{\w+\}'", text), key
        assert "://" not in text, f"{key}: an address must be a placeholder"
        assert all(re.fullmatch(r"[a-z0-9]+([-_][a-z0-9]+)*", part) for part in key.split(".")), key


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_no_sentence_was_left_in_english(language: str) -> None:
    english = translation("en")
    same = {key for key, text in translation(language).items() if text == english[key]}
    assert {key for key in same if len(english[key].split()) > 3} == set()


def test_dutch_has_the_words_of_fluvius() -> None:
    wrong = {
        (key, word, own)
        for key, text in translation("nl").items()
        for word, own in NOT_FLUVIUS.items()
        if word in text.lower()
    }
    assert wrong == set()
    everything = " ".join(translation("nl").values()).lower()
    assert [
        w for w in ("afname", "injectie", "kwartierwaarden", "mandaat") if w not in everything
    ] == []


@pytest.mark.parametrize(
    ("language", "other"),
    [
        ("nl", r"\b[Uu]w?\b"),
        ("de", r"\b([Dd]u|[Dd]ich|[Dd]ir|[Dd]eine?\w?)\b"),
        ("fr", r"\b[Tt]u\b"),
    ],
)
def test_a_reader_is_addressed_in_one_way(language: str, other: str) -> None:
    assert {key for key, text in translation(language).items() if re.search(other, text)} == set()


@pytest.mark.parametrize("flow", range(len(flows())))
def test_every_field_of_a_form_is_described(flow: int) -> None:
    for name, step in flows()[flow].get("step", {}).items():
        assert step.get("data", {}).keys() == step.get("data_description", {}).keys(), name
        described = step.get("menu_option_descriptions", {}).keys()
        assert described <= step.get("menu_options", {}).keys(), name


def test_every_entity_has_its_words_and_no_words_are_left_over() -> None:
    worded = {
        (platform, key) for platform, entities in tree("en")["entity"].items() for key in entities
    }
    assert worded == set(descriptions())
    for platform, key in worded:
        assert tree("en")["entity"][platform][key]["name"], key


def test_every_state_of_an_entity_has_its_word() -> None:
    for (platform, key), description in descriptions().items():
        states = set(tree("en")["entity"][platform][key].get("state", {}))
        if isinstance(description, SensorEntityDescription):
            assert states == set(description.options or ()), key


def test_every_entity_has_an_icon_and_no_icon_is_left_over() -> None:
    icons = read_json(INTEGRATION / "icons.json")["entity"]
    assert {(p, key) for p, of in icons.items() for key in of} == set(descriptions())
    for of in icons.values():
        for key, icon in of.items():
            assert re.fullmatch(r"mdi:[a-z0-9-]+", icon["default"]), key


def test_the_lines_of_the_icons_are_in_order() -> None:
    icons = read_json(INTEGRATION / "icons.json")
    for of in [icons["entity"], *icons["entity"].values(), icons["services"]]:
        assert list(of) == sorted(of)


def test_every_entity_is_named_by_its_key_and_is_a_reading_or_diagnostic() -> None:
    for (platform, key), description in descriptions().items():
        assert description.key == description.translation_key, key
        is_reading = platform == "event" or description.device_class in READINGS
        assert description.entity_category is EntityCategory.DIAGNOSTIC or is_reading, key


def test_no_amount_that_arrives_late_is_booked_when_it_arrives() -> None:
    for (_, key), description in descriptions().items():
        if isinstance(description, SensorEntityDescription) and description.device_class in LATE:
            assert description.state_class is None, key


def test_every_number_has_a_unit() -> None:
    for (platform, key), description in descriptions().items():
        if isinstance(description, SensorEntityDescription) and description.state_class:
            unit = tree("en")["entity"][platform][key].get("unit_of_measurement")
            assert description.native_unit_of_measurement or unit, key


def test_every_action_has_its_words_its_icon_and_its_fields() -> None:
    english = tree("en")["services"]
    icons = read_json(INTEGRATION / "icons.json")["services"]
    assert english.keys() == services().keys() == icons.keys()
    for name, service in services().items():
        assert {"name", "description"} <= english[name].keys(), name
        assert english[name].get("fields", {}).keys() == service.get("fields", {}).keys(), name
        for field, words in english[name].get("fields", {}).items():
            assert words.keys() == {"name", "description"}, (name, field)


def test_every_selector_has_a_word_for_each_of_its_options() -> None:
    def selectors(value: Any) -> Iterable[tuple[str, list[str]]]:
        if isinstance(value, dict):
            if "translation_key" in value and "options" in value:
                yield value["translation_key"], value["options"]
            for of in value.values():
                yield from selectors(of)

    for key, options in selectors(services()):
        assert set(options) <= tree("en")["selector"][key]["options"].keys(), key
    assert keyword_texts("translation_key", of=r".*SelectorConfig") <= tree("en")["selector"].keys()


def test_every_step_of_a_flow_has_its_words() -> None:
    shown = keyword_texts("step_id", of=r"async_(show_form|show_menu)")
    assert len(shown) > 15
    assert shown - steps(*flows()) == set()
    offered = keyword_texts("menu_options")
    worded = {
        option
        for flow in flows()
        for step in flow.get("step", {}).values()
        for option in step.get("menu_options", {})
    }
    assert offered - worded == set()


def test_every_reason_that_ends_a_flow_has_its_words() -> None:
    reasons = keyword_texts("reason", of=r"async_(abort|update_and_abort)")
    assert len(reasons) > 10
    assert reasons - {reason for flow in flows() for reason in flow.get("abort", {})} == set()


def errors_of_the_api() -> list[FluviusError]:
    kinds = [kind for _, kind in inspect.getmembers(exceptions, inspect.isclass)]
    return [kind("about it") for kind in kinds if issubclass(kind, FluviusError)]


def test_every_error_of_the_api_has_its_words_wherever_it_is_shown() -> None:
    english = tree("en")
    for error in errors_of_the_api():
        for section in (english["config"]["error"], english["exceptions"]):
            assert error_key(error) in section, error


def test_every_error_that_is_raised_has_its_words() -> None:
    raised = keyword_texts("translation_key", of=r"\w*(Error|Failed|NotReady|ValidationError)")
    raised |= {f"link_{problem}" for problem in LinkProblem}
    assert len(raised) > 10
    assert raised - tree("en")["exceptions"].keys() == set()


def test_every_issue_has_its_words_and_one_way_to_deal_with_it() -> None:
    english = tree("en")["issues"]
    told = keyword_texts("translation_key", of=r"async_create_issue")
    assert told - english.keys() == set()
    for key, issue in english.items():
        assert issue["title"], key
        assert ("description" in issue) != ("fix_flow" in issue), key


def test_no_words_are_left_of_what_the_code_no_longer_has() -> None:
    known = texts_in_code() | set(words_in(services())) | STRUCTURE | REASONS
    known |= {key for _, key in descriptions()}
    left = set()
    for key in translation("en"):
        for part in key.split("."):
            composed = [found[1] for one in COMPOSED if (found := re.fullmatch(one, part))]
            if part not in known and not any(name in known for name in composed):
                left.add(key)
    assert left == set()
