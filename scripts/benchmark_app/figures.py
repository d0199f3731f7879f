"""Figures: what was measured, the bar that it has to meet, and whether it does."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median as _median


class Limit(StrEnum):
    """On which side of its bar a figure has to be."""

    AT_MOST = "≤"
    AT_LEAST = "≥"


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure has to reach; `unit` is written as in the table."""

    limit: Limit
    value: float
    unit: str = ""

    def is_met_by(self, figure: float) -> bool:
        """Tell whether a figure is on the right side of the bar, or on it."""
        return figure <= self.value if self.limit is Limit.AT_MOST else figure >= self.value

    def text(self) -> str:
        """Return the bar as the table shows it."""
        return f"{self.limit} {number(self.value)}{self.unit}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; a figure without a bar is there for comparison.

    `explanation` tells what the figure is made of.
    """

    what: str
    value: float
    unit: str = ""
    bar: Bar | None = None
    explanation: str = ""

    @property
    def is_good(self) -> bool:
        """Whether the bar is met; a figure without one is always good."""
        return self.bar is None or self.bar.is_met_by(self.value)

    def measured(self) -> str:
        """Return the figure as the table shows it."""
        return f"{number(self.value)}{self.unit}"


def at_most(value: float, unit: str = "") -> Bar:
    """Return a bar that figures must not exceed."""
    return Bar(Limit.AT_MOST, value, unit)


def at_least(value: float, unit: str = "") -> Bar:
    """Return a bar that figures must reach."""
    return Bar(Limit.AT_LEAST, value, unit)


def number(value: float) -> str:
    """Write a number with three digits, more only before the point; whole ones without a point.

    It is rounded for display only: whether a bar is met is judged before.
    """
    if value == int(value):
        return str(int(value))
    size = abs(value)
    return f"{value:.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def median(values: Sequence[float]) -> float:
    """Return the median of one or more values."""
    return _median(values)


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest of some values that at least this share of them do not exceed."""
    if not 0 < share <= 1:
        raise ValueError("A share is more than 0 and at most 1")
    ordered = sorted(values)
    return ordered[max(0, _rank(len(ordered), share) - 1)]


def _rank(count: int, share: float) -> int:
    """Return count x share, rounded up but for what floats add to it."""
    exact = count * share
    nearest = round(exact)
    return nearest if abs(exact - nearest) < 1e-9 * count else int(exact) + 1
