"""Read lists of slices column by column, for all API versions.

As nearly all slices of a list look the same, a whole level of them is one column.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import itemgetter
from types import NoneType
from typing import Any, Final

from .columns import InstantReader, Window, check_lengths, check_values, members
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
from .wire import JsonObject, objects_in

_LISTS: Final = {
    "dailyEnergy": Granularity.DAY,
    "hourlyEnergy": Granularity.HOUR,
    "quarterHourlyEnergy": Granularity.QUARTER_HOUR,
}
_UNITS: Final = {member.value: member for member in Unit if member is not Unit.UNKNOWN}
_STATES: Final = {member.value: member for member in ValidationState}
_FACTORS: Final = {member.value: member for member in GasConversionFactor}


@dataclass(frozen=True, slots=True)
class Column:
    """Objects of one level and, for each, the position of the slice it belongs to."""

    positions: Sequence[int]
    objects: list[JsonObject]


@dataclass(frozen=True, slots=True)
class ReadingNames:
    """What the parts of a reading are called in the object that holds them."""

    value: str
    state: str
    factor: str


@dataclass(frozen=True, slots=True)
class Slices:
    """The checked bounds of a list of slices, UTC seconds since the epoch."""

    granularity: Granularity
    starts: Sequence[int]
    ends: Sequence[int]

    def series(self, channel: Channel, names: ReadingNames, column: Column) -> Series:
        """Return the readings in a column; raises FluviusMalformedAnswerError."""
        values = values_of(column.objects, names.value)
        check_values(values)
        states = values_of(column.objects, names.state)
        factors = members(
            values_of(column.objects, names.factor), _FACTORS, GasConversionFactor.UNKNOWN
        )
        starts, ends = self.starts, self.ends
        if column.positions != range(len(starts)):
            starts = [starts[position] for position in column.positions]
            ends = [ends[position] for position in column.positions]
        return Series(
            channel=channel,
            granularity=self.granularity,
            starts=starts,
            ends=ends,
            values=values,
            states=members(states, _STATES, ValidationState.UNKNOWN),
            factors=() if not any(factors) else factors,
        )


class SliceReader:
    """Reads the slices of one answer and checks them against the request."""

    def __init__(self, request: EnergyRequest, energy_type: EnergyType) -> None:
        """Know what was asked; arrivals may have been measured at any time."""
        self._instants = InstantReader()
        self._is_gas = energy_type is EnergyType.GAS
        self._window = (
            Window.between(request.start, request.end)
            if request.period_type is PeriodType.READ_TIME
            else None
        )

    def read(self, granularity: Granularity, starts: list[Any], ends: list[Any]) -> Slices:
        """Return the slices between the instants of two columns.

        Raises FluviusMalformedAnswerError for slices of the wrong length or outside the period.
        """
        first, last = self._instants.bounds(starts, ends)
        check_lengths(first, last, granularity)
        self._check_window(first, last, granularity)
        return Slices(granularity, first, last)

    def _check_window(self, starts: list[int], ends: list[int], granularity: Granularity) -> None:
        if self._window is None:
            return
        # A gas day runs from 06:00 to 06:00, so local days cut the first and the last in two.
        fits: Callable[[Sequence[int], Sequence[int]], bool] = self._window.contains
        if self._is_gas and granularity is Granularity.DAY:
            fits = self._window.overlaps
        if not fits(starts, ends):
            raise FluviusMalformedAnswerError("A slice lies outside the requested period")


def lists_of(holder: JsonObject) -> Iterator[tuple[Granularity, list[JsonObject]]]:
    """Return the lists of slices that are not empty; raises FluviusMalformedAnswerError."""
    for name, granularity in _LISTS.items():
        if slices := objects_in(holder, name):
            yield granularity, slices


def values_of(objects: list[JsonObject], name: str) -> list[Any]:
    """Return the values under one name in all objects, None where it is left out."""
    try:
        return list(map(itemgetter(name), objects))
    except KeyError:
        return list(map(dict.get, objects, repeat(name)))


def measurements_of(slices: list[JsonObject], name: str) -> Column:
    """Return the measurements of all slices, in order; most slices have exactly one.

    Raises FluviusMalformedAnswerError.
    """
    lists = values_of(slices, name)
    kinds = set(map(type, lists))
    if not kinds <= {list, NoneType}:
        raise FluviusMalformedAnswerError("The measurements of a slice are not a list")
    if kinds == {list} and set(map(len, lists)) == {1}:
        return column_of(range(len(lists)), [measurement for (measurement,) in lists])
    positions = [position for position, found in enumerate(lists) for _ in found or ()]
    return column_of(positions, [measurement for found in lists for measurement in found or ()])


def column_of(positions: Sequence[int], values: list[object]) -> Column:
    """Return a column of what must be objects, without the nulls.

    Raises FluviusMalformedAnswerError.
    """
    kinds = set(map(type, values))
    if not kinds <= {dict, NoneType}:
        raise FluviusMalformedAnswerError("A measurement is not an object")
    column = Column(positions, values)  # type: ignore[arg-type] # checked for all at once
    if NoneType not in kinds:
        return column
    return only([value is not None for value in values], column)


def only(chosen: list[bool], column: Column) -> Column:
    """Return the chosen objects of a column."""
    return Column(
        [position for position, take in zip(column.positions, chosen, strict=True) if take],
        [found for found, take in zip(column.objects, chosen, strict=True) if take],
    )


def split_by_unit(column: Column) -> Iterator[tuple[Unit, Column]]:
    """Split a column by unit: gas has its m³ and its kWh in the same place.

    Objects without a unit count as having an unknown one. Raises FluviusMalformedAnswerError.
    """
    units = members(values_of(column.objects, "unit"), _UNITS, Unit.UNKNOWN)
    distinct = dict.fromkeys(units)
    for unit in distinct:
        part = column
        if len(distinct) > 1:
            part = only([found is unit for found in units], column)
        yield unit or Unit.UNKNOWN, part
