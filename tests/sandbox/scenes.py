"""What went wrong, or came later, with the readings of an EAN. Instants in seconds UTC.

A span concerns the slices that lie wholly in it. Every value of a slice is inserted by the arrival
of its day (later, or never, by a `Delay`) and by each `Correction`; of all inserts up to now the
last one counts, and of two at the same instant the correction that was planned last.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from .ean import EnergyType
from .installation import Installation, Source, one_meter
from .localtime import ONE_DAY, local_day
from .mandate import Detail
from .readings import Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Slices of one source, or of any: of one series and granularity, or of all."""

    start: int
    end: int
    series: str | None = None
    detail: Detail | None = None
    source: str | None = None

    def overlaps(self, start: int, end: int) -> bool:
        """Tell whether the span has a part of a period."""
        return start < self.end and self.start < end

    def holds(self, series: str, detail: Detail, start: int, end: int) -> bool:
        """Tell whether a series of a slice, of the right source, is meant."""
        return (
            self.series in {None, series}
            and self.detail in {None, detail}
            and self.start <= start
            and end <= self.end
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay(Span):
    """Slices that arrive at `until` at the earliest, or never; without a source: of every one."""

    until: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction(Span):
    """Values that are inserted at an instant; without a source: those of the leading one.

    `values` are one for all slices, or one for each in the order of time; None leaves them. With
    `whole_day` the insertTime answers hold every slice of the days that are touched.
    """

    inserted: int
    values: tuple[Amount, ...] | None
    state: str | None = None
    whole_day: bool = False

    def value_at(self, start: int, length: int) -> Amount:
        """Return the value of a slice; `length` is 0 for a daily one."""
        assert self.values is not None
        if len(self.values) == 1:
            return self.values[0]
        if length:
            return self.values[(start - self.start) // length]
        return self.values[(local_day(start) - local_day(self.start)).days]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat(Span):
    """Slices that an answer has twice, first with an outdated value in every register."""

    outdated: Amount


@dataclass(slots=True)
class Scene:
    """Everything that is special about one EAN; `shuffled` answers are out of order."""

    installation: Installation | None = None
    delays: list[Delay] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    repeats: list[Repeat] = field(default_factory=list)
    shuffled: bool = False

    def installed(self, ean: str, energy_type: EnergyType) -> Installation:
        """Return where the energy is measured: by one meter unless told otherwise."""
        return self.installation or one_meter(ean, energy_type)

    def delays_of(self, source: Source, start: int, end: int) -> list[Delay]:
        """Return the delays of a source that touch a period."""
        return [
            delay
            for delay in self.delays
            if delay.source in {None, source.name} and delay.overlaps(start, end)
        ]

    def corrections_of(self, source: Source, start: int, end: int, now: int) -> list[Correction]:
        """Return what was inserted by now and can concern slices of a source in a period.

        A correction without a source still has to be checked for which source leads.
        """
        return [
            found
            for found in self.corrections
            if found.inserted <= now
            and found.overlaps(start, end)
            and (found.source == source.name or (found.source is None and not source.is_sub))
        ]

    def days_with_news(self, start: int, end: int) -> Iterator[date]:
        """Go through the days of which something was inserted late in a period."""
        spans: list[Span] = [
            delay for delay in self.delays if delay.until and start <= delay.until < end
        ]
        spans += [found for found in self.corrections if start <= found.inserted < end]
        for span in spans:
            day = local_day(span.start) - ONE_DAY
            while day <= local_day(span.end):
                yield day
                day += ONE_DAY


class SceneBook:
    """The scenes of one sandbox, by EAN; a sub-headpoint is in the scene of its headpoint."""

    def __init__(self) -> None:
        """Start with nothing special."""
        self._scenes: dict[str, Scene] = {}

    def of(self, ean: str) -> Scene:
        """Return the scene of a headpoint's EAN."""
        return self._scenes.setdefault(ean, Scene())

    def headpoint_of(self, ean: str) -> str:
        """Return the EAN of the headpoint that an EAN belongs to, mostly itself."""
        for headpoint, scene in self._scenes.items():
            if scene.installation is not None and any(
                source.is_sub and source.name == ean for source in scene.installation.sources
            ):
                return headpoint
        return ean

    def around(self, ean: str) -> Scene:
        """Return the scene that an EAN is in, also a sub-headpoint's."""
        return self.of(self.headpoint_of(ean))

    def clear(self) -> None:
        """Make everything ordinary again."""
        self._scenes.clear()
