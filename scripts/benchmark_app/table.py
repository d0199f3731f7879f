"""The table of figures, on the terminal and between two comments of README.md."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from .errors import BenchmarkError
from .figures import Figure

BEGIN = "<!-- scripts/benchmark --write fills in from here … -->"
END = "<!-- … to here -->"

_HEADINGS = ("What", "Measured", "Bar", "Met")
_MISSED = "no"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Under what a run was measured."""

    day: date
    home_assistant: str
    python: str
    processors: int
    rounds: int
    years: int

    def text(self) -> str:
        """Return the circumstances as a sentence."""
        cores = "1 core" if self.processors == 1 else f"{self.processors} cores"
        years = "1 year" if self.years == 1 else f"{self.years} years"
        return (
            f"Measured on {self.day} with Home Assistant {self.home_assistant} and SQLite, Python"
            f" {self.python}, {cores}; imports of {years}, medians of {self.rounds} runs."
        )


def rows_of(figures: Iterable[Figure]) -> list[tuple[str, ...]]:
    """Return the cells of the table, without its headings."""
    return [
        (
            figure.what,
            figure.measured(),
            figure.bar.text() if figure.bar else "",
            _verdict(figure),
        )
        for figure in figures
    ]


def terminal_table(figures: Sequence[Figure]) -> str:
    """Return the table with aligned columns, each line followed by what it is made of."""
    rows = rows_of(figures)
    widths = [max(map(len, column)) for column in zip(_HEADINGS, *rows, strict=True)]
    lines = [_aligned(_HEADINGS, widths), "  ".join("-" * width for width in widths)]
    for figure, row in zip(figures, rows, strict=True):
        lines.append(_aligned(row, widths))
        if figure.explanation:
            lines.append(f"    {figure.explanation}")
    return "\n".join(lines)


def markdown_table(figures: Iterable[Figure]) -> str:
    """Return the table in Markdown."""
    rows = [
        (*cells, f"**{verdict}**" if verdict == _MISSED else verdict)
        for *cells, verdict in rows_of(figures)
    ]
    lines = [_HEADINGS, tuple("---" for _ in _HEADINGS), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def section(figures: Iterable[Figure], circumstances: Circumstances) -> str:
    """Return what stands between the comments."""
    return f"{circumstances.text()}\n\n{markdown_table(figures)}"


def filled_in(text: str, content: str) -> str:
    """Return a text with the content between its two comments; raises BenchmarkError without them."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise BenchmarkError(f"There is no place for the table: {BEGIN} and {END} are missing")
    return f"{before}{BEGIN}\n\n{content}\n\n{END}{after}"


def write_section(path: Path, content: str) -> None:
    """Put the content between the two comments of a file."""
    path.write_text(filled_in(path.read_text(encoding="utf-8"), content), encoding="utf-8")


def _verdict(figure: Figure) -> str:
    if figure.bar is None:
        return ""
    return "yes" if figure.is_good else _MISSED


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
    return "  ".join(padded).rstrip()
