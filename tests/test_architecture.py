"""The layers of the project: who may import whom."""

import ast
from collections.abc import Iterator
from pathlib import Path
import sys

import pytest

ROOT = Path(__file__).parents[1]
INTEGRATION = "custom_components.fluvius_esco"
API = f"{INTEGRATION}.api"
METERING = f"{INTEGRATION}.metering"
API_LIBRARIES = {"aiohttp", "cryptography", "jwt", "orjson"}


def modules_in(package: str) -> list[Path]:
    modules = sorted((ROOT / package.replace(".", "/")).rglob("*.py"))
    assert modules, f"{package} has no modules"
    return modules


def imports_of(source: str, package: str) -> Iterator[str]:
    """Yield the absolute names that a module of a package imports, in functions too.

    The names of a `from … import …` are part of it: each of them can be a module.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")
            origin = parents[: len(parents) - node.level + 1] if node.level else []
            module = ".".join([*origin, *(node.module or "").split(".")]).strip(".")
            yield from (f"{module}.{alias.name}" for alias in node.names)


def imports_in(package: str) -> set[tuple[str, str]]:
    """Return all imports of the modules of a package, with the file that each one is in."""
    found = set()
    for path in modules_in(package):
        parts = path.relative_to(ROOT).with_suffix("").parts
        for name in imports_of(path.read_text(encoding="utf-8"), ".".join(parts[:-1])):
            found.add((str(path.relative_to(ROOT)), name))
    return found


def is_within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import aiohttp.web", ["aiohttp.web"]),
        ("from . import models", [f"{API}.models"]),
        ("from .models import Mandate", [f"{API}.models.Mandate"]),
        ("from .. import const", [f"{INTEGRATION}.const"]),
        ("from ..const import DOMAIN", [f"{INTEGRATION}.const.DOMAIN"]),
        ("def late():\n    from homeassistant import core", ["homeassistant.core"]),
    ],
)
def test_every_way_to_import_is_seen(source: str, expected: list[str]) -> None:
    assert list(imports_of(source, API)) == expected


def test_the_client_library_imports_only_itself_and_its_libraries() -> None:
    allowed = {API, *API_LIBRARIES, *sys.stdlib_module_names}
    assert {found for found in imports_in(API) if not is_within(found[1], *allowed)} == set()


def test_the_calculations_import_only_themselves_and_the_models() -> None:
    allowed = {METERING, f"{API}.models", *sys.stdlib_module_names}
    assert {found for found in imports_in(METERING) if not is_within(found[1], *allowed)} == set()


def test_the_calculations_do_no_input_or_output() -> None:
    forbidden = {"asyncio", "http", "io", "os", "pathlib", "socket", "sqlite3", "subprocess"}
    assert {found for found in imports_in(METERING) if is_within(found[1], *forbidden)} == set()


def test_the_sandbox_knows_nothing_of_the_integration() -> None:
    sandbox = imports_in("tests.sandbox")
    assert {found for found in sandbox if is_within(found[1], "custom_components")} == set()
    assert {found for found in sandbox if is_within(found[1], "homeassistant")} == set()
