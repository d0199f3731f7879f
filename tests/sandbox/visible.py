"""What the slices of one source on one day look like to an answer, and when they were inserted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from .installation import Installation, Place, Source
from .mandate import Detail
from .readings import Amount, arrival_of, bounds_of, day_readings
from .scenes import Scene


@dataclass(frozen=True, slots=True)
class Cell:
    """A value in thousandths and its validation state, as known now."""

    value: Amount
    state: str


@dataclass(frozen=True, slots=True)
class VisibleSlice:
    """A slice with what is known of each series, and when anything of it was inserted."""

    start: int
    end: int
    cells: dict[str, Cell]
    inserted: frozenset[int]


class VisibleDay:
    """One day of one source, as known at an instant."""

    def __init__(
        self, scene: Scene, installation: Installation, source: Source, day: date, now: int
    ) -> None:
        """Look up what arrived and what happened to it."""
        bounds = bounds_of(source, day)
        self._installation = installation
        self._source = source
        self._day = day
        self._now = now
        self._delays = scene.delays_of(source, *bounds)
        self._corrections = scene.corrections_of(source, *bounds, now)
        self._arrival = arrival_of(source, day, now)
        self.definitive = self._arrival is not None and self._arrival.definitive
        self._state = "READ"
        if source.place is not Place.METER:
            self._state = "VAL" if self.definitive else "NVAL"

    def slices(self, detail: Detail) -> Iterator[VisibleSlice]:
        """Return the slices of a granularity of which any value is known, in order."""
        if self._arrival is None and not self._corrections:
            return
        readings = day_readings(self._source, self._day, definitive=self.definitive)
        columns = readings.columns[detail]
        length = 0 if detail is Detail.DAILY else readings.length
        if not self._delays and not self._corrections and self._arrival is not None:
            inserted = frozenset({self._arrival.instant})
            for start, end in readings.slices(detail):
                cells = {
                    name: Cell(column[start], self._state)
                    for name, column in columns.items()
                    if start in column
                }
                yield VisibleSlice(start, end, cells, inserted)
            return
        for start, end in readings.slices(detail):
            found = {
                name: self._history(name, detail, (start, end), length, column[start])
                for name, column in columns.items()
                if start in column
            }
            known = {name: cell for name, (cell, _) in found.items() if cell is not None}
            if known:
                instants = frozenset(at for _, history in found.values() for at in history)
                yield VisibleSlice(start, end, known, instants)

    def _history(
        self, name: str, detail: Detail, bounds: tuple[int, int], length: int, measured: Amount
    ) -> tuple[Cell | None, list[int]]:
        """Return what is known of one value now, and when something of it was inserted."""
        arrived = self._arrived(name, detail, bounds)
        steps = [] if arrived is None else [(arrived, -1)]
        steps += [
            (found.inserted, index)
            for index, found in enumerate(self._corrections)
            if found.holds(name, detail, *bounds)
            and (found.source or self._installation.leading(*bounds)) == self._source.name
        ]
        cell: Cell | None = None
        for _, index in sorted(steps):
            if index < 0:
                cell = Cell(measured, self._state)
                continue
            correction = self._corrections[index]
            if correction.values is not None:
                value = correction.value_at(bounds[0], length)
                cell = Cell(value, correction.state or self._state)
            elif cell is not None:
                cell = Cell(cell.value, correction.state or cell.state)
        return cell, [instant for instant, _ in steps]

    def _arrived(self, name: str, detail: Detail, bounds: tuple[int, int]) -> int | None:
        """Return when the visible version of a value arrived, None before that."""
        if self._arrival is None:
            return None
        delays = [found for found in self._delays if found.holds(name, detail, *bounds)]
        if not delays:
            return self._arrival.instant
        until = delays[-1].until
        if until is None or until > self._now:
            return None
        return max(until, self._arrival.instant)
