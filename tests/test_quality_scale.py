"""Home Assistant's integration quality scale: every rule is met, or said not to apply."""

import ast
from pathlib import Path
import re
from typing import Any

import pytest
import yaml

from .files import INTEGRATION, ROOT, read_json

BRONZE = """
    action-setup appropriate-polling brands common-modules config-flow config-flow-test-coverage
    dependency-transparency docs-actions docs-conditions docs-high-level-description
    docs-installation-instructions docs-removal-instructions docs-triggers entity-event-setup
    entity-unique-id has-entity-name runtime-data test-before-configure test-before-setup
    unique-config-entry
"""
SILVER = """
    action-exceptions config-entry-unloading docs-configuration-parameters
    docs-installation-parameters entity-unavailable integration-owner log-when-unavailable
    parallel-updates reauthentication-flow test-coverage
"""
GOLD = """
    devices diagnostics discovery discovery-update-info docs-data-update docs-examples
    docs-known-limitations docs-supported-devices docs-supported-functions docs-troubleshooting
    docs-use-cases dynamic-devices entity-category entity-device-class entity-disabled-by-default
    entity-translations exception-translations icon-translations reconfiguration-flow repair-issues
    stale-devices
"""
PLATINUM = "async-dependency inject-websession strict-typing"
TIERS = [set(tier.split()) for tier in (BRONZE, SILVER, GOLD, PLATINUM)]

# Entity components; a module of such a name is a platform.
PLATFORMS = {"binary_sensor", "button", "calendar", "event", "image", "sensor", "update"}


@pytest.fixture(scope="module")
def rules() -> dict[str, Any]:
    path = INTEGRATION / "quality_scale.yaml"
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(found) == {"rules"}
    return dict(found["rules"])


def test_every_rule_of_every_tier_is_there_and_no_other(rules: dict[str, Any]) -> None:
    assert set(rules) == set().union(*TIERS)
    assert sum(map(len, TIERS)) == len(rules)


def test_every_rule_is_met_or_does_not_apply(rules: dict[str, Any]) -> None:
    assert {name: rule["status"] for name, rule in rules.items()} == {
        name: "exempt" if rule["status"] == "exempt" else "done" for name, rule in rules.items()
    }


def test_every_rule_says_where_it_is_met_or_why_it_does_not_apply(rules: dict[str, Any]) -> None:
    for name, rule in rules.items():
        assert set(rule) == {"status", "comment"}, name
        assert re.fullmatch(r"[A-Z_a-z].{20,}\.", rule["comment"]), name


def test_every_file_that_a_rule_names_is_there(rules: dict[str, Any]) -> None:
    comments = " ".join(rule["comment"] for rule in rules.values())
    named = set(re.findall(r"[\w/]+\.(?:py|json|yaml|toml)\b", comments))
    named |= set(re.findall(r"\b(?:scripts|tests|api|brand)/\w*(?![\w.])", comments))
    assert len(named) > 30
    lost = {name for name in named if not ((INTEGRATION / name).exists() or (ROOT / name).exists())}
    assert lost == set()


def test_every_platform_says_how_many_updates_run_at_once() -> None:
    modules = {path.stem: path for path in INTEGRATION.glob("*.py")}
    platforms = {name: modules[name] for name in modules.keys() & PLATFORMS}
    assert {"sensor", "binary_sensor"} <= set(platforms)
    for name, path in platforms.items():
        assert "PARALLEL_UPDATES = 0\n" in path.read_text(encoding="utf-8"), name


def raised_in(path: Path) -> list[tuple[int, str, set[str | None]]]:
    """Return what a module raises of Home Assistant's errors: line, name and keywords."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            name = ast.unparse(node.exc.func)
            found.append((node.lineno, name, {keyword.arg for keyword in node.exc.keywords}))
    return found


def test_whatever_is_raised_for_the_user_is_translated() -> None:
    of_home_assistant = re.compile(
        r"(HomeAssistantError|ServiceValidationError|UpdateFailed|ConfigEntry\w+|ServiceNotSupported)$"
    )
    raised = [
        (path.name, line, keywords)
        for path in INTEGRATION.glob("*.py")
        for line, name, keywords in raised_in(path)
        if of_home_assistant.search(name)
    ]
    assert len(raised) > 5
    untranslated = [
        (name, line)
        for name, line, keywords in raised
        if not {"translation_domain", "translation_key"} <= keywords
    ]
    assert untranslated == []


def test_the_manifest_names_an_owner() -> None:
    assert read_json(INTEGRATION / "manifest.json")["codeowners"]
