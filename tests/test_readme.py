"""What the README, in English and in Dutch, must name, and what both must have alike."""

from collections.abc import Iterable, Iterator
from pathlib import Path
import re
from typing import Any, Final

import pytest
import yaml

from custom_components.fluvius_esco.const import DOMAIN
from custom_components.fluvius_esco.event import READINGS
from custom_components.fluvius_esco.metering.measures import Measure

from .files import INTEGRATION, ROOT
from .test_repository import ADDRESS
from .test_translations import translation

PICTURES: Final = ROOT / ".github" / "images"
FILES: Final = {"en": ROOT / "README.md", "nl": ROOT / "README.nl.md"}
LANGUAGES: Final = tuple(FILES)
TROUBLE: Final = {"en": "## Troubleshooting", "nl": "## Problemen oplossen"}
# The table that scripts/benchmark writes stands in the English README alone.
BENCHMARK: Final = re.compile(
    r"<!-- scripts/benchmark --write fills in from here … -->\n.*<!-- … to here -->\n", re.DOTALL
)
LARGEST_PICTURE: Final = 150_000
ALL_PICTURES: Final = 1_500_000

# Where the messages come from that people look up.
MESSAGES: Final = re.compile(
    r"exceptions\.\w+\.message|issues\.\w+\.title"
    r"|config\.(error|abort)\.\w+|config_subentries\.meter\.(error|abort)\.\w+"
)
# The fields of the set-up and of the options: what Home Assistant's rules want documented.
FIELDS: Final = re.compile(
    r"config\.step\.(user|certificate|secret|meters)\.data\.\w+|options\.step\.init\.data\.\w+"
    r"|config_subentries\.meter\.step\.settings\.data\.\w+"
)


def readme(language: str) -> str:
    """Return a README without what is generated."""
    return BENCHMARK.sub("", FILES[language].read_text(encoding="utf-8"))


def shown(text: str) -> str:
    """Return a text as the README writes it, with … for what differs."""
    return re.sub(r"\{\w+\}", "…", text)


def named(language: str) -> set[str]:
    """Return what a README has in italics, where it names what is on the screen."""
    return set(re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", readme(language)))


def texts_of(language: str, keys: re.Pattern[str]) -> dict[str, str]:
    return {key: text for key, text in translation(language).items() if keys.fullmatch(key)}


def prose(language: str) -> Iterator[str]:
    """Yield the lines of a README that are not code."""
    is_code = False
    for line in readme(language).splitlines():
        if line.startswith("```"):
            is_code = not is_code
        elif not is_code:
            yield line


def headings(language: str) -> list[str]:
    return [line for line in prose(language) if line.startswith("#")]


def pictures(language: str) -> list[str]:
    return re.findall(r"!\[[^\]]+\]\(([^)]+)\)", readme(language))


def tables(language: str) -> list[list[list[str]]]:
    """Return the cells of all tables, row by row."""
    found: list[list[list[str]]] = [[]]
    for line in prose(language):
        if line.startswith("|"):
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
        elif found[-1]:
            found.append([])
    return [table for table in found if table]


def messages(language: str) -> list[str]:
    """Return the messages of the troubleshooting, in their order."""
    section = readme(language).split(f"\n{TROUBLE[language]}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| \*([^*]+)\* \|", section, re.MULTILINE)


def keys_of(message: str, texts: dict[str, str]) -> set[str]:
    """Return the keys of the texts that a message is, or begins whole sentences of."""
    return {
        key
        for key, text in texts.items()
        if shown(text) == message or shown(text).startswith(f"{message} ")
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_readme_names_every_entity(language: str) -> None:
    names = texts_of(language, re.compile(r"entity\.\w+\.\w+\.name"))
    assert names
    assert set(names.values()) - named(language) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_readme_names_every_action(language: str) -> None:
    actions: dict[str, Any] = yaml.safe_load(
        (INTEGRATION / "services.yaml").read_text(encoding="utf-8")
    )
    texts = translation(language)
    rows = [row for table in tables(language) for row in table]
    for action in actions:
        name = texts[f"services.{action}.name"]
        assert f"*{name}* `{DOMAIN}.{action}`" in {row[0] for row in rows}, action


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_readme_names_every_statistic(language: str) -> None:
    statistics = re.findall(rf"`{DOMAIN}:<ean>_(\w+)`", readme(language))
    assert sorted(statistics) == sorted(Measure)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_readme_names_every_event(language: str) -> None:
    first_cells = {row[0] for table in tables(language) for row in table}
    assert {f"`{event_type}`" for event_type in READINGS.event_types or ()} <= first_cells


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_readme_leads_to_every_blueprint(language: str) -> None:
    folder = INTEGRATION / "blueprints"
    found = {path.relative_to(ROOT).as_posix() for path in folder.rglob("*.yaml")}
    assert found == set(re.findall(rf"{ADDRESS}/blob/main/([^)]+)\)", readme(language)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_readme_explains_every_field_and_option(language: str) -> None:
    assert set(texts_of(language, FIELDS).values()) - named(language) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_troubleshooting_has_every_issue(language: str) -> None:
    titles = texts_of(language, re.compile(r"issues\.\w+\.title"))
    assert {shown(title) for title in titles.values()} - set(messages(language)) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_troubleshooting_has_only_messages_that_are_shown(language: str) -> None:
    texts = texts_of(language, MESSAGES)
    assert [message for message in messages(language) if not keys_of(message, texts)] == []


def test_both_troubleshootings_are_about_the_same_messages_in_the_same_order() -> None:
    english, dutch = texts_of("en", MESSAGES), texts_of("nl", MESSAGES)
    for one, other in zip(messages("en"), messages("nl"), strict=True):
        assert keys_of(one, english) & keys_of(other, dutch), (one, other)


def test_both_readmes_have_the_same_structure() -> None:
    def levels(language: str) -> list[str]:
        return [heading.split()[0] for heading in headings(language)]

    def sizes(language: str) -> list[tuple[int, int]]:
        return [(len(table), len(table[0])) for table in tables(language)]

    assert levels("en") == levels("nl")
    assert sizes("en") == sizes("nl")
    assert readme("en").count("```") == readme("nl").count("```")
    assert [name.replace(".en.", ".nl.") for name in pictures("en")] == pictures("nl")
    assert f"({FILES['nl'].name})" in readme("en")
    assert f"({FILES['en'].name})" in readme("nl")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_has_as_many_cells_in_every_row(language: str) -> None:
    for table in tables(language):
        assert {len(row) for row in table} == {len(table[0])}, table[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_within_the_repository_leads_somewhere(language: str) -> None:
    links = re.findall(r"\]\((?!https:)([^)]+)\)", readme(language))
    assert links
    for link in links:
        name, _, part = link.partition("#")
        target = ROOT / name if name else FILES[language]
        assert target.exists(), link
        if part:
            assert part in set(anchors(target)), link


def anchors(path: Path) -> Iterable[str]:
    """Yield what a page on GitHub calls its headings."""
    for heading in re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE):
        yield re.sub(r"[^\w\s-]", "", heading.lower()).replace(" ", "-")


def test_the_pictures_are_those_that_the_readmes_show_and_not_too_large() -> None:
    wanted = {ROOT / name for language in LANGUAGES for name in pictures(language)}
    found = {path: path.stat().st_size for path in PICTURES.iterdir()}
    assert found.keys() == wanted
    assert {path for path, size in found.items() if size > LARGEST_PICTURE} == set()
    assert sum(found.values()) < ALL_PICTURES


def test_a_picture_is_in_the_first_screen() -> None:
    for language in LANGUAGES:
        beginning = "\n".join(readme(language).splitlines()[:12])
        assert "![" in beginning


def test_the_measured_performance_stands_in_the_english_readme_alone() -> None:
    assert len(BENCHMARK.findall(FILES["en"].read_text(encoding="utf-8"))) == 1
    assert "scripts/benchmark --write" not in FILES["nl"].read_text(encoding="utf-8")
