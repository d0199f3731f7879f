"""What must agree between the files of the repository, and the rules of hassfest and HACS."""

import re
import struct
import subprocess
import tomllib
from typing import Any

import pytest

from .files import INTEGRATION, ROOT, read_json

ADDRESS = "https://github.com/fluvius-esco/home-assistant-fluvius-esco"

REQUIRED_KEYS = {"codeowners", "documentation", "domain", "integration_type", "iot_class", "name"}
REQUIRED_KEYS |= {"issue_tracker", "version"}
OPTIONAL_KEYS = {"after_dependencies", "config_flow", "dependencies", "loggers", "requirements"}
IOT_CLASSES = {"assumed_state", "calculated", "cloud_polling", "cloud_push", "local_polling"}
IOT_CLASSES |= {"local_push"}
# The keys that both HACS and Home Assistant's own marketplace know.
HACS_KEYS = {"content_in_root", "filename", "hacs", "hide_default_branch", "homeassistant", "name"}
HACS_KEYS |= {"persistent_directory", "zip_release"}

# In two parts, so that this file does not name them itself.
REGISTRY_HOSTS = [
    first + second
    for first, second in (
        ("pypi", ".org"),
        ("python", "hosted"),
        ("npm", "js.org"),
        ("npm", "js.com"),
        ("yarn", "pkg.com"),
        ("deb.", "debian"),
        ("snapshot.", "debian"),
        ("security.", "debian"),
        ("ghcr", ".io"),
        ("crates", ".io"),
    )
]


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return read_json(INTEGRATION / "manifest.json")


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def text_files() -> dict[str, str]:
    """Return the text of every file that is, or could be, committed."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607 - the git that made the clone
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    texts = {}
    for name in filter(None, listing.stdout.split("\0")):
        path = ROOT / name
        if not path.is_file():
            continue
        content = path.read_bytes()
        if b"\0" not in content:
            texts[name] = content.decode()
    assert "tests/test_repository.py" in texts
    return texts


def test_the_repository_has_one_address(
    manifest: dict[str, Any], project: dict[str, Any], readme: str
) -> None:
    assert project["project"]["urls"] == {"Homepage": ADDRESS, "Issues": f"{ADDRESS}/issues"}
    assert manifest["documentation"] == ADDRESS
    assert manifest["issue_tracker"] == f"{ADDRESS}/issues"
    named = set(re.findall(r"https://github\.com/[\w-]+/home-assistant-[\w-]+", readme))
    assert named == {ADDRESS}


def test_the_version_is_the_same_everywhere(
    manifest: dict[str, Any], project: dict[str, Any]
) -> None:
    assert manifest["version"] == project["project"]["version"]
    assert re.fullmatch(r"\d+\.\d+\.\d+(b\d+)?", manifest["version"])


def test_the_minimum_version_is_one_that_readers_are_told(readme: str) -> None:
    hacs = read_json(ROOT / "hacs.json")
    assert hacs["homeassistant"] == "2026.10.0"
    assert "Home Assistant 2026.10 or newer" in readme


def test_hacs_and_the_marketplace_know_every_key(manifest: dict[str, Any]) -> None:
    hacs = read_json(ROOT / "hacs.json")
    assert set(hacs) <= HACS_KEYS
    assert hacs["name"] == manifest["name"]


def test_the_readme_s_test_command_is_what_ci_runs(readme: str) -> None:
    shown = re.search(r"Run the tests:\n\n```shell\n(.+)\n```", readme)
    assert shown is not None
    assert shown[1] in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_every_script_that_the_readme_names_can_be_run(readme: str) -> None:
    named = set(re.findall(r"(?:scripts|\.ci)/[a-z-]+(?![\w/-])", readme))
    assert {"scripts/test", "scripts/demo", "scripts/lint", ".ci/run"} <= named
    for script in named | {"scripts/setup", "scripts/find-python"}:
        assert (ROOT / script).stat().st_mode & 0o111, script


def test_every_direct_requirement_is_pinned(project: dict[str, Any]) -> None:
    requirements = [entry for group in project["dependency-groups"].values() for entry in group]
    uv = project["tool"]["uv"]
    requirements += uv["constraint-dependencies"] + uv["build-constraint-dependencies"]
    assert [entry for entry in requirements if not re.fullmatch(r"[\w.-]+==[\w.!]+", entry)] == []


def test_the_manifest_has_the_keys_that_hassfest_asks(manifest: dict[str, Any]) -> None:
    assert set(manifest) >= REQUIRED_KEYS
    assert set(manifest) <= REQUIRED_KEYS | OPTIONAL_KEYS


def test_the_manifest_s_keys_are_in_hassfest_s_order(manifest: dict[str, Any]) -> None:
    others = sorted(set(manifest) - {"domain", "name"})
    assert list(manifest) == ["domain", "name", *others]


def test_the_manifest_s_values_are_ones_that_hassfest_accepts(manifest: dict[str, Any]) -> None:
    assert manifest["domain"] == INTEGRATION.name
    assert manifest["iot_class"] in IOT_CLASSES
    assert manifest["integration_type"] in {"hub", "service"}
    assert manifest["codeowners"]
    assert all(owner.startswith("@") for owner in manifest["codeowners"])
    assert manifest["documentation"].startswith("https://")


def test_nothing_is_installed_beside_home_assistant(manifest: dict[str, Any]) -> None:
    assert manifest["requirements"] == []


def test_every_imported_component_is_a_dependency(manifest: dict[str, Any]) -> None:
    declared = {*manifest["dependencies"], *manifest["after_dependencies"]}
    source = "\n".join(
        path.read_text(encoding="utf-8") for path in sorted(INTEGRATION.rglob("*.py"))
    )
    imported = set(re.findall(r"from homeassistant\.components\.(\w+)", source))
    for names in re.findall(r"from homeassistant\.components import (.+)", source):
        imported |= set(re.findall(r"(\w+)(?: as \w+)?", names))
    platforms = {path.stem for path in INTEGRATION.glob("*.py")}
    assert imported - declared - platforms <= {"system_health", "websocket_api"}
    assert "recorder" in imported


@pytest.mark.parametrize(
    ("name", "width", "height"),
    [
        ("icon.png", 256, 256),
        ("icon@2x.png", 512, 512),
        ("logo.png", 648, 128),
        ("logo@2x.png", 1296, 256),
        ("dark_logo.png", 648, 128),
        ("dark_logo@2x.png", 1296, 256),
    ],
)
def test_brand_images_have_the_sizes_that_home_assistant_shows(
    name: str, width: int, height: int
) -> None:
    content = (INTEGRATION / "brand" / name).read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", content[16:24]) == (width, height)


def test_no_brand_image_is_left_unchecked() -> None:
    names = {path.name for path in (INTEGRATION / "brand").iterdir()}
    assert names == {
        f"{kind}{size}.png" for kind in ("icon", "logo", "dark_logo") for size in ("", "@2x")
    }


def test_no_package_registry_is_named() -> None:
    named = {
        (name, host)
        for name, text in text_files().items()
        for host in REGISTRY_HOSTS
        if host in text.lower()
    }
    assert named == set()


def test_no_text_file_ends_in_the_middle_of_a_line() -> None:
    unended = {name for name, text in text_files().items() if text and not text.endswith("\n")}
    assert unended == set()
