"""The board: its files reach the browser, its texts are whole, its calculations hold."""

import json
import os
from pathlib import Path
import re
import subprocess
from typing import Any

from homeassistant.components import frontend
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import playwright
import pytest

from custom_components.fluvius_esco import board
from custom_components.fluvius_esco.const import DOMAIN

from .files import read_json
from .test_translations import LANGUAGES, leaves, placeholders

FOLDER = Path(board.__file__).with_name("frontend")
MODULES = sorted(FOLDER.rglob("*.js"))
CALCULATIONS = sorted((Path(__file__).parent / "board").glob("*.test.js"))
# Playwright, which takes the demo's pictures, brings its own.
NODE = Path(playwright.__file__).parent / "driver" / "node"


@pytest.fixture
async def frontend_is_there(hass: HomeAssistant, tmp_path: Path) -> None:
    """Home Assistant's frontend, without the pages that only its own package has."""
    config = {"frontend": {"development_repo": str(tmp_path)}}
    assert await async_setup_component(hass, "frontend", config)


def registered(hass: HomeAssistant) -> str:
    """Return the address of the only module that the frontend is to load."""
    (address,) = hass.data[frontend.DATA_EXTRA_MODULE_URL].urls
    return str(address)


@pytest.mark.usefixtures("frontend_is_there")
async def test_the_frontend_loads_the_board(hass: HomeAssistant, hass_client: Any) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    client = await hass_client()
    response = await client.get(registered(hass))
    assert response.status == 200
    assert response.content_type == "text/javascript"
    assert (await response.text()) == (FOLDER / "board.js").read_text(encoding="utf-8")


@pytest.mark.usefixtures("frontend_is_there")
async def test_every_file_stands_beside_the_others_and_is_kept(
    hass: HomeAssistant, hass_client: Any
) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    client = await hass_client()
    folder = registered(hass).rsplit("/", 1)[0]
    for path in [*MODULES, *FOLDER.rglob("*.json")]:
        response = await client.get(f"{folder}/{path.relative_to(FOLDER)}")
        assert response.status == 200
        assert "max-age=" in response.headers["Cache-Control"]


@pytest.mark.usefixtures("frontend_is_there")
async def test_other_contents_have_another_address(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    newer = tmp_path / "newer"
    newer.mkdir()
    for name in ("board.js", "card.js"):
        (newer / name).write_bytes((FOLDER / name).read_bytes())
    monkeypatch.setattr(board, "_FOLDER", newer)
    await board.async_serve_board(hass)
    (newer / "card.js").write_text("// another version\n", encoding="utf-8")
    await board.async_serve_board(hass)
    assert len(hass.data[frontend.DATA_EXTRA_MODULE_URL].urls) == 2


async def test_without_a_frontend_there_is_no_board(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    assert frontend.DATA_EXTRA_MODULE_URL not in hass.data


def words(language: str) -> dict[str, str]:
    return leaves(read_json(FOLDER / "words" / f"{language}.json"))


def test_the_board_speaks_the_languages_of_the_integration() -> None:
    assert {path.stem for path in (FOLDER / "words").iterdir()} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_all_texts_with_their_placeholders(language: str) -> None:
    english, texts = words("en"), words(language)
    assert texts.keys() == english.keys()
    for key, text in texts.items():
        assert text == text.strip() != "", key
        assert placeholders(text) == placeholders(english[key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_written_in_the_form_of_the_translations(language: str) -> None:
    path = FOLDER / "words" / f"{language}.json"
    form = json.dumps(read_json(path), indent=2, ensure_ascii=False, sort_keys=True)
    assert path.read_text(encoding="utf-8") == f"{form}\n"


def test_every_text_that_a_card_names_is_there() -> None:
    texts = words("en")
    for path in (FOLDER / "cards").glob("*.js"):
        source = path.read_text(encoding="utf-8")
        card = re.search(r'static card = "(\w+)"', source)
        assert card is not None, path.name
        named = {f"{card[1]}.{key}" for key in re.findall(r'\.text\("(\w+)"', source)}
        named |= {f"shared.{key}" for key in re.findall(r'\.shared\("(\w+)"', source)}
        named |= {f"{card[1]}.title", f"{card[1]}.description"}
        assert named - texts.keys() == set(), path.name


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_needs_nothing_from_elsewhere(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    for name in re.findall(r'(?:from |import\()"(.+?)"', source):
        assert name.startswith("."), name
        assert (path.parent / name).is_file(), name
    addresses = set(re.findall(r"https?://[^\s\"'`]+", source))
    assert addresses <= {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_name_or_value_is_read_as_html(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", source)


def test_only_what_draws_knows_the_page() -> None:
    """What is calculated can be tried without a browser."""
    calculations = {"time.js", "curve.js", "hours.js", "peaks.js", "quality.js", "meters.js"}
    for name in calculations | {"answers.js", "format.js"}:
        source = (FOLDER / name).read_text(encoding="utf-8")
        assert not re.search(r"\b(document|window|localStorage)\b", source), name
        imported = {Path(found).name for found in re.findall(r'from "(.+)"', source)}
        assert imported <= calculations, name


@pytest.mark.parametrize("zone", ["Europe/Brussels", "America/Los_Angeles", "Pacific/Auckland"])
@pytest.mark.parametrize("path", CALCULATIONS, ids=lambda path: path.name.removesuffix(".test.js"))
def test_the_calculations_hold_in_every_zone(path: Path, zone: str) -> None:
    result = subprocess.run(  # noqa: S603 - our own file, by the program that Playwright brings
        [NODE, "--test", path],
        env=os.environ | {"TZ": zone},
        check=False,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout
