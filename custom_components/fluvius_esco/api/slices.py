"""Read lists of slices column by column, for all API versions.

As nearly all slices of a list look the same, a whole level of them is one column.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import compress, repeat
from operator import itemgetter
from types import NoneType
from typing import Any, Final

from .columns import InstantReader, Window, check_bounds, check_values, members
from .exceptions import FluviusMalformedAnswerError
from .models import (
    Channel,
    EnergyRequest,
    EnergyType,
    GasConversionFactor,
    Granularity,
    PeriodType,
    Series,
    Unit,
    ValidationState,
)
from .pieces import Document
from .wire import JsonObject

_LISTS: Final = {
    "dailyEnergy": Granularity.DAY,
    "hourlyEnergy": Granularity.HOUR,
    "quarterHourlyEnergy": Granularity.QUARTER_HOUR,
}
# Days at the ends of the calendar have no local time that Python knows.
_ANY_TIME: Final = Window.between(
    datetime(1000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
)
_UNITS: Final = {member.value: member for member in Unit if member is not Unit.UNKNOWN}
_STATES: Final = {member.value: member for member in ValidationState}
_FACTORS: Final = {member.value: member for member in GasConversionFactor}


@dataclass(frozen=True, slots=True)
class Column:
    """Objects of one level and, for each, the position of the slice it belongs to.

    `fields` has the values by field; it is None where not all objects have the same fields.
    """

    positions: Sequence[int]
    objects: list[JsonObject]
    fields: dict[str, list[Any]] | None

    @classmethod
    def of(cls, positions: Sequence[int], objects: list[JsonObject]) -> Column:
        """Return a column of objects."""
        return cls(positions, objects, _fields_of(objects))

    def values(self, name: str) -> list[Any]:
        """Return the values of one field, None where it is left out."""
        if self.fields is None:
            return values_of(self.objects, name)
        return self.fields.get(name) or [None] * len(self.objects)

    def shapes(self) -> set[tuple[str, ...]]:
        """Return the names of the fields that objects have, in all the orders that occur."""
        return set(map(tuple, self.objects)) if self.fields is None else {tuple(self.fields)}


@dataclass(frozen=True, slots=True)
class ReadingNames:
    """What the parts of a reading are called in the object that holds them."""

    value: str
    state: str
    factor: str


class SliceList:
    """The checked bounds of a list of slices that comes in batches, UTC seconds since the epoch."""

    def __init__(self, granularity: Granularity) -> None:
        """Hold no slice yet."""
        self.granularity = granularity
        self.starts: list[int] = []
        self.ends: list[int] = []

    def series(self, channel: Channel, readings: Readings) -> Series:
        """Return the readings of one channel in all the slices.

        Raises FluviusMalformedAnswerError.
        """
        starts, ends = self.starts, self.ends
        if readings.positions != range(len(starts)):
            starts = [starts[position] for position in readings.positions]
            ends = [ends[position] for position in readings.positions]
        readings.check()
        return Series(
            channel=channel,
            granularity=self.granularity,
            starts=starts,
            ends=ends,
            values=readings.values,
            states=readings.states,
            factors=readings.factors if any(readings.factors) else (),
        )


class Readings:
    """The readings of one channel, which grow batch by batch.

    What Fluvius means by them is only known at the end, so that they are judged only then.
    """

    def __init__(self, names: ReadingNames) -> None:
        """Hold no reading yet."""
        self._names = names
        self._problem: FluviusMalformedAnswerError | None = None
        self.tells = False
        """Whether any reading has more to tell than null."""
        self.positions: range | list[int] = range(0)
        self.values: list[Any] = []
        self.states: list[ValidationState | None] = []
        self.factors: list[GasConversionFactor | None] = []

    def add(self, column: Column) -> None:
        """Append the readings in a column."""
        values, states = column.values(self._names.value), column.values(self._names.state)
        self.tells = self.tells or _tell(values) or _tell(states)
        self._add_positions(column.positions)
        self.values += values
        try:
            self.states += members(states, _STATES, ValidationState.UNKNOWN)
            self.factors += members(
                column.values(self._names.factor), _FACTORS, GasConversionFactor.UNKNOWN
            )
        except FluviusMalformedAnswerError as problem:
            self._problem = problem

    def _add_positions(self, added: Sequence[int]) -> None:
        """Append positions; they stay a range as long as no slice is left out."""
        known = self.positions
        if isinstance(known, range):
            if isinstance(added, range) and known.stop in {0, added.start}:
                self.positions = range(known.start if known else added.start, added.stop)
                return
            self.positions = known = list(known)
        known += added

    def check(self) -> None:
        """Check what was added; raises FluviusMalformedAnswerError."""
        check_values(self.values)
        if self._problem is not None:
            raise self._problem


def _tell(values: list[Any]) -> bool:
    """Whether any value is not null."""
    return bool(values) and (values[0] is not None or values.count(None) < len(values))


class SliceReader:
    """Reads the slices of one answer and checks them against the request."""

    def __init__(self, request: EnergyRequest, energy_type: EnergyType) -> None:
        """Know what was asked; arrivals may have been measured at any time."""
        self._instants = InstantReader()
        self._is_gas = energy_type is EnergyType.GAS
        self._window = (
            Window.between(request.start, request.end)
            if request.period_type is PeriodType.READ_TIME
            else _ANY_TIME
        )

    def add(self, slices: SliceList, starts: list[Any], ends: list[Any]) -> int:
        """Append the slices between the instants of two columns; return the first's position.

        Raises FluviusMalformedAnswerError for slices of the wrong length, that begin between two
        others, or outside the period.
        """
        position = len(slices.starts)
        run = self._instants.run(starts, ends, slices.granularity)
        if run is None:
            first, last = self._instants.bounds(starts, ends)
            check_bounds(first, last, slices.granularity)
            self._check_window(first, last, slices.granularity)
        else:
            first = list(run)
            last = [*first[1:], run.stop]
            self._check_window(first[:1], last[-1:], slices.granularity)
        slices.starts += first
        slices.ends += last
        return position

    def _check_window(self, starts: list[int], ends: list[int], granularity: Granularity) -> None:
        # A gas day runs from 06:00 to 06:00, so local days cut the first and the last in two.
        fits: Callable[[Sequence[int], Sequence[int]], bool] = self._window.contains
        if self._is_gas and granularity is Granularity.DAY:
            fits = self._window.overlaps
        if not fits(starts, ends):
            raise FluviusMalformedAnswerError("A slice lies outside the requested period")


def lists_of(
    document: Document, holder: JsonObject
) -> Iterator[tuple[Granularity, Iterator[list[JsonObject]]]]:
    """Return the lists of slices in batches."""
    for name, granularity in _LISTS.items():
        yield granularity, document.batches(holder, name)


def values_of(objects: list[JsonObject], name: str) -> list[Any]:
    """Return the values under one name in all objects, None where it is left out."""
    try:
        return list(map(itemgetter(name), objects))
    except KeyError:
        return list(map(dict.get, objects, repeat(name)))


def _fields_of(objects: list[JsonObject]) -> dict[str, list[Any]] | None:
    """Return the values by field, None where not all objects have the same fields."""
    names = objects[0] if objects else {}
    if set(map(len, objects)) != {len(names)}:
        return None
    try:
        return {name: list(map(itemgetter(name), objects)) for name in names}
    except KeyError:
        return None


def measurements_of(slices: list[JsonObject], name: str, first: int) -> Column:
    """Return the measurements of slices, in order; most slices have exactly one.

    `first` is the position of the first slice. Raises FluviusMalformedAnswerError.
    """
    lists = values_of(slices, name)
    kinds = set(map(type, lists))
    if not kinds <= {list, NoneType}:
        raise FluviusMalformedAnswerError("The measurements of a slice are not a list")
    if kinds == {list} and set(map(len, lists)) == {1}:
        return column_of(
            range(first, first + len(lists)), [measurement for (measurement,) in lists]
        )
    positions = [position for position, found in enumerate(lists, first) for _ in found or ()]
    return column_of(positions, [measurement for found in lists for measurement in found or ()])


def column_of(positions: Sequence[int], values: list[object]) -> Column:
    """Return a column of what must be objects, without the nulls.

    Raises FluviusMalformedAnswerError.
    """
    kinds = set(map(type, values))
    if not kinds <= {dict, NoneType}:
        raise FluviusMalformedAnswerError("A measurement is not an object")
    if NoneType in kinds:
        positions = [at for at, value in zip(positions, values, strict=True) if value is not None]
        values = [value for value in values if value is not None]
    return Column.of(positions, values)  # type: ignore[arg-type] # checked for all at once


def only(chosen: list[bool], column: Column) -> Column:
    """Return the chosen objects of a column."""
    return Column.of(
        list(compress(column.positions, chosen)), list(compress(column.objects, chosen))
    )


def split_by_unit(column: Column) -> Iterator[tuple[Unit | None, Column]]:
    """Split a column by unit: gas has its m³ and its kWh in the same place.

    Raises FluviusMalformedAnswerError.
    """
    units = members(column.values("unit"), _UNITS, Unit.UNKNOWN)
    distinct = dict.fromkeys(units)
    for unit in distinct:
        part = column
        if len(distinct) > 1:
            part = only([found is unit for found in units], column)
        yield unit, part
