"""Check and convert readings column by column, for all API versions.

A quarter-hour answer of half a year has 18 000 slices. Comprehensions and built-ins over whole
columns take a fraction of the time of a loop with an object per reading.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from operator import sub
import re
from types import NoneType
from typing import Any, Final

from .exceptions import FluviusMalformedAnswerError
from .models import Granularity

# No slice of a grid user on the distribution grid comes near a gigawatt-hour.
_LARGEST_VALUE: Final = 1e6

_HOUR: Final = 3600
_DAY: Final = 24 * _HOUR
_LENGTHS: Final = {
    Granularity.QUARTER_HOUR: frozenset({900}),
    Granularity.HOUR: frozenset({_HOUR}),
    # Local days, and gas days too, have an hour less or more when the clock changes.
    Granularity.DAY: frozenset({23 * _HOUR, 24 * _HOUR, 25 * _HOUR}),
}

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(
    r"T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:\.0+)?"
    r"(?:Z|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))"
)
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_INSTANT_LENGTH: Final = len("1970-01-01T00:00:00Z")


class _Grid:
    """Slices of one length that begin at multiples of it."""

    def __init__(self, length: int) -> None:
        self.length = length
        self._day = "".join(
            f"d{time(second // _HOUR, second % _HOUR // 60):T%H:%M:%SZ}"
            for second in range(0, _DAY, length)
        )

    def text_of(self, slices: range) -> str:
        """Return the starts of adjoining slices as they are mostly written, one after the other."""
        first_day = slices.start // _DAY
        days = range(first_day, slices.stop // _DAY + 1)
        text = "".join(
            self._day.replace("d", date.fromordinal(_EPOCH_DAY + day).isoformat()) for day in days
        )
        skipped = (slices.start - first_day * _DAY) // self.length
        return text[skipped * _INSTANT_LENGTH : (skipped + len(slices)) * _INSTANT_LENGTH]


_GRIDS: Final = {Granularity.QUARTER_HOUR: _Grid(900), Granularity.HOUR: _Grid(_HOUR)}


class _Dates(dict[str, int]):
    """The seconds since the epoch of a date's midnight in UTC, worked out once per date."""

    def __missing__(self, text: str) -> int:
        parts = _DATE.fullmatch(text)
        try:
            year, month, day = map(int, parts.groups() if parts else (0, 0, 0), strict=False)
            ordinal = date(year, month, day).toordinal()
        except ValueError:
            raise FluviusMalformedAnswerError("A slice has a date that is none") from None
        seconds = self[text] = (ordinal - _EPOCH_DAY) * _DAY
        return seconds


class _Times(dict[str, int]):
    """The seconds between a date's midnight in UTC and a time with offset, once per time."""

    def __missing__(self, text: str) -> int:
        parts = _TIME.fullmatch(text)
        if parts is None:
            raise FluviusMalformedAnswerError("A slice has a time that is none")
        hour, minute, second, sign, offset_hour, offset_minute = parts.groups(default="0")
        offset = int(offset_hour) * _HOUR + int(offset_minute) * 60
        seconds = int(hour) * _HOUR + int(minute) * 60 + int(second)
        seconds += offset if sign == "-" else -offset
        self[text] = seconds
        return seconds


class InstantReader:
    """Reads instants of slices as whole seconds since the epoch (UTC).

    An answer has few distinct dates and few distinct times of the day, so the sum of two looked-up
    numbers is several times faster than parsing each instant.
    """

    def __init__(self) -> None:
        """Know no instant yet."""
        self._dates = _Dates()
        self._times = _Times()

    def bounds(self, starts: list[Any], ends: list[Any]) -> tuple[list[int], list[int]]:
        """Return the bounds of slices, which mostly adjoin; raises FluviusMalformedAnswerError."""
        start_column = self._column(starts)
        if starts[1:] == ends[:-1]:
            return start_column, start_column[1:] + self._column(ends[-1:])
        return start_column, self._column(ends)

    def run(self, starts: list[Any], ends: list[Any], granularity: Granularity) -> range | None:
        """Return the starts of quarter-hours or hours on the grid that adjoin, None for others.

        Instants written as `...:00Z` are compared with those of whole days in one text, which is
        much quicker than to read each. Raises FluviusMalformedAnswerError.
        """
        grid = _GRIDS.get(granularity)
        if grid is None or starts[1:] != ends[:-1]:
            return None
        first, last = self._column([starts[0], ends[-1]])
        slices = range(first, last, grid.length)
        is_run = first % grid.length == last % grid.length == 0 and len(slices) == len(starts)
        # Those of this length are in UTC, so that their dates are ones that Python knows.
        if is_run and len(starts[0]) == len(ends[-1]) == _INSTANT_LENGTH:
            return slices if _is_written_as(grid.text_of(slices), starts) else None
        return None

    def _column(self, texts: Iterable[Any]) -> list[int]:
        dates, times = self._dates, self._times
        try:
            return [dates[text[:10]] + times[text[10:]] for text in texts]
        except KeyError, TypeError:
            raise FluviusMalformedAnswerError("A slice has no instant") from None


def _is_written_as(expected: str, texts: list[Any]) -> bool:
    """Whether instants in a row are those in a text that has nothing else in it."""
    try:
        return set(map(len, texts)) == {_INSTANT_LENGTH} and "".join(texts) == expected
    except TypeError:
        return False


@dataclass(frozen=True, slots=True)
class Window:
    """A requested period in seconds since the epoch, `end` exclusive."""

    start: int
    end: int

    @classmethod
    def between(cls, start: datetime, end: datetime) -> Window:
        """Return the window of two aware datetimes, in the whole seconds that are sent."""
        return cls(int(start.astimezone(UTC).timestamp()), int(end.astimezone(UTC).timestamp()))

    def contains(self, starts: Sequence[int], ends: Sequence[int]) -> bool:
        """Whether no slice begins before the window or ends after it."""
        return min(starts) >= self.start and max(ends) <= self.end

    def overlaps(self, starts: Sequence[int], ends: Sequence[int]) -> bool:
        """Whether every slice has at least a part in the window."""
        return max(starts) < self.end and min(ends) > self.start


def check_bounds(starts: Sequence[int], ends: Sequence[int], granularity: Granularity) -> None:
    """Check that slices are as long as their granularity says and begin at multiples of it.

    Raises FluviusMalformedAnswerError.
    """
    if not set(map(sub, ends, starts, strict=True)) <= _LENGTHS[granularity]:
        raise FluviusMalformedAnswerError(f"A {granularity.value} slice has the wrong length")
    grid = _GRIDS.get(granularity)
    if grid is not None and any(start % grid.length for start in starts):
        raise FluviusMalformedAnswerError(f"A {granularity.value} slice begins between two others")


def check_values(values: Sequence[Any]) -> None:
    """Check that values are plausible amounts or null.

    JSON has no NaN, and infinity is larger than the limit. Raises FluviusMalformedAnswerError.
    """
    kinds = set(map(type, values))
    if not kinds <= {float, int, NoneType}:
        raise FluviusMalformedAnswerError("A reading's value is not a number")
    numbers = [value for value in values if value is not None] if NoneType in kinds else values
    if not numbers:
        return
    if min(numbers) < 0:
        raise FluviusMalformedAnswerError("A reading's value is negative")
    if max(numbers) > _LARGEST_VALUE:
        raise FluviusMalformedAnswerError("A reading's value is absurdly large")


def members[Member](
    column: Sequence[object], vocabulary: Mapping[str, Member], unknown: Member
) -> Sequence[Member | None]:
    """Return the enum members of a column of wire values; null stays None.

    Raises FluviusMalformedAnswerError.
    """
    first = column[0] if column else None
    if (first is None or isinstance(first, str)) and column.count(first) == len(column):
        return [None if first is None else vocabulary.get(first, unknown)] * len(column)
    try:
        distinct = set(column)
    except TypeError:
        raise FluviusMalformedAnswerError("A reading has an object for a word") from None
    known: dict[object, Member | None] = {
        word: vocabulary.get(word, unknown) if isinstance(word, str) else unknown
        for word in distinct
    }
    if None in known:
        known[None] = None
    return [known[word] for word in column]
