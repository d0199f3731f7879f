"""Read the answer of V3's energy call (OpenAPI document: GetEnergyResponse).

A slice nests four deep: measurements, directions, registers, reading. As nearly all slices of a
list look the same, we go down level by level with whole columns instead of slice by slice.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from types import NoneType
from typing import Any, Final

from .columns import InstantReader, Window, check_lengths, check_values, members
from .exceptions import FluviusMalformedAnswerError
from .models import (
    Channel,
    Direction,
    EnergyRequest,
    EnergyType,
    GasConversionFactor,
    Granularity,
    Headpoint,
    HeadpointKind,
    PeriodType,
    PhysicalMeter,
    Register,
    Series,
    SubHeadpoint,
    SubHeadpointKind,
    Unit,
    ValidationState,
)
from .wire import JsonObject, member_of, object_in, objects_in, parse_data, text_in

_LISTS: Final = {
    "dailyEnergy": Granularity.DAY,
    "hourlyEnergy": Granularity.HOUR,
    "quarterHourlyEnergy": Granularity.QUARTER_HOUR,
}
_DIRECTIONS: Final = {member.value: member for member in Direction}
_REGISTERS: Final = {member.value: member for member in Register}
_UNITS: Final = {member.value: member for member in Unit if member is not Unit.UNKNOWN}
_STATES: Final = {member.value: member for member in ValidationState}
_FACTORS: Final = {member.value: member for member in GasConversionFactor}


@dataclass(frozen=True, slots=True)
class _Column:
    """Objects of one level and, for each, the position of the slice it belongs to."""

    positions: Sequence[int]
    objects: list[JsonObject]


def parse_energy(body: bytes, request: EnergyRequest) -> Headpoint:
    """Return the validated readings in an answer to `request`.

    Raises FluviusMalformedAnswerError for an answer that breaks a rule; what is merely unknown is
    left out and counted.
    """
    headpoint = object_in(parse_data(body), "headpoint")
    if headpoint.get("ean") != request.ean:
        raise FluviusMalformedAnswerError("The answer is about another EAN")
    energy_type = member_of(headpoint.get("energyType"), EnergyType, EnergyType.UNKNOWN)
    kind = member_of(headpoint.get("$type"), HeadpointKind, HeadpointKind.UNKNOWN)
    if kind is HeadpointKind.UNKNOWN:
        skipped = {"unknown_headpoint_type": 1}
        return Headpoint(request.ean, energy_type, kind, skipped=skipped)
    reader = _SeriesReader(request, energy_type)
    meters = tuple(reader.meter(meter) for meter in objects_in(headpoint, "physicalMeters"))
    series = reader.series_of(headpoint)
    subs = tuple(reader.sub_headpoint(sub) for sub in objects_in(headpoint, "subHeadpoints"))
    return Headpoint(
        ean=request.ean,
        energy_type=energy_type,
        kind=kind,
        meters=meters,
        series=series,
        sub_headpoints=subs,
        skipped=dict(reader.skipped),
    )


class _SeriesReader:
    """Reads the series of one answer and counts what it has to skip."""

    def __init__(self, request: EnergyRequest, energy_type: EnergyType) -> None:
        self.skipped: Counter[str] = Counter()
        self._instants = InstantReader()
        self._is_gas = energy_type is EnergyType.GAS
        self._window = (
            Window.between(request.start, request.end)
            if request.period_type is PeriodType.READ_TIME
            else None
        )

    def meter(self, meter: JsonObject) -> PhysicalMeter:
        return PhysicalMeter(
            sequence_number=text_in(meter, "seqNumber"),
            serial=text_in(meter, "meterID"),
            series=self.series_of(meter),
        )

    def sub_headpoint(self, sub: JsonObject) -> SubHeadpoint:
        kind = member_of(sub.get("$type"), SubHeadpointKind, SubHeadpointKind.UNKNOWN)
        if kind is SubHeadpointKind.UNKNOWN:
            self.skipped["unknown_sub_headpoint_type"] += 1
        return SubHeadpoint(
            kind=kind,
            ean=text_in(sub, "ean"),
            sequence_number=text_in(sub, "seqNumber"),
            vreg_id=text_in(sub, "vregId"),
            installation_type=text_in(sub, "type"),
            series=() if kind is SubHeadpointKind.UNKNOWN else self.series_of(sub),
        )

    def series_of(self, holder: JsonObject) -> tuple[Series, ...]:
        return tuple(
            series
            for name, granularity in _LISTS.items()
            if (slices := objects_in(holder, name))
            for series in self._series(slices, granularity)
        )

    def _series(self, slices: list[JsonObject], granularity: Granularity) -> Iterator[Series]:
        starts, ends = self._instants.bounds(_all(slices, "start"), _all(slices, "end"))
        check_lengths(starts, ends, granularity)
        self._check_window(starts, ends, granularity)
        for channel, column in self._channels(_measurements(slices)):
            yield _build_series(channel, granularity, starts, ends, column)

    def _check_window(self, starts: list[int], ends: list[int], granularity: Granularity) -> None:
        if self._window is None:
            return
        # A gas day runs from 06:00 to 06:00, so local days cut the first and the last in two.
        fits: Callable[[Sequence[int], Sequence[int]], bool] = self._window.contains
        if self._is_gas and granularity is Granularity.DAY:
            fits = self._window.overlaps
        if not fits(starts, ends):
            raise FluviusMalformedAnswerError("A slice lies outside the requested period")

    def _channels(self, measurements: _Column) -> Iterator[tuple[Channel, _Column]]:
        for direction_name, directions in _fan_out(measurements):
            direction = _DIRECTIONS.get(direction_name)
            if direction is None:
                self.skipped["unknown_direction"] += len(directions.objects)
                continue
            for register_name, readings in _fan_out(directions):
                register = _REGISTERS.get(register_name)
                if register is None:
                    self.skipped["unknown_register"] += len(readings.objects)
                    continue
                for unit, column in self._units(readings):
                    yield Channel(direction, register, unit), column

    def _units(self, readings: _Column) -> Iterator[tuple[Unit, _Column]]:
        """Split readings by unit: gas has its m³ and its kWh in the same place."""
        units = members(_all(readings.objects, "unit"), _UNITS, Unit.UNKNOWN)
        distinct = dict.fromkeys(units)
        for unit in distinct:
            column = readings
            if len(distinct) > 1:
                column = _only([found is unit for found in units], readings)
            if unit is None or unit is Unit.UNKNOWN:
                self.skipped["unknown_unit"] += len(column.objects)
            else:
                yield unit, column


def _all(objects: list[JsonObject], name: str) -> list[Any]:
    """Return the values under one name in all objects, None where it is left out."""
    try:
        return list(map(itemgetter(name), objects))
    except KeyError:
        return [found.get(name) for found in objects]


def _measurements(slices: list[JsonObject]) -> _Column:
    """Return the measurements of all slices, in order; most slices have exactly one."""
    lists = _all(slices, "measurements")
    kinds = set(map(type, lists))
    if not kinds <= {list, NoneType}:
        raise FluviusMalformedAnswerError("The measurements of a slice are not a list")
    if kinds == {list} and set(map(len, lists)) == {1}:
        return _objects(range(len(lists)), [measurement for (measurement,) in lists])
    positions = [position for position, found in enumerate(lists) for _ in found or ()]
    return _objects(positions, [measurement for found in lists for measurement in found or ()])


def _fan_out(column: _Column) -> Iterator[tuple[str, _Column]]:
    """Return for each key in a column of objects the column of what is under it."""
    objects = column.objects
    if not objects:
        return
    names = objects[0]
    if set(map(len, objects)) == {len(names)}:
        try:
            same = {name: list(map(itemgetter(name), objects)) for name in names}
        except KeyError:
            pass
        else:
            for name, values in same.items():
                yield name, _objects(column.positions, values)
            return
    mixed: dict[str, tuple[list[int], list[object]]] = {}
    for position, found in zip(column.positions, objects, strict=True):
        for name, value in found.items():
            positions, column_values = mixed.setdefault(name, ([], []))
            positions.append(position)
            column_values.append(value)
    for name, (positions, column_values) in mixed.items():
        yield name, _objects(positions, column_values)


def _objects(positions: Sequence[int], values: list[object]) -> _Column:
    """Return a column of what must be objects, without the nulls."""
    kinds = set(map(type, values))
    if not kinds <= {dict, NoneType}:
        raise FluviusMalformedAnswerError("A measurement is not an object")
    column = _Column(positions, values)  # type: ignore[arg-type] # checked for all at once
    if NoneType not in kinds:
        return column
    return _only([value is not None for value in values], column)


def _only(chosen: list[bool], column: _Column) -> _Column:
    return _Column(
        [position for position, take in zip(column.positions, chosen, strict=True) if take],
        [found for found, take in zip(column.objects, chosen, strict=True) if take],
    )


def _build_series(
    channel: Channel,
    granularity: Granularity,
    starts: Sequence[int],
    ends: Sequence[int],
    column: _Column,
) -> Series:
    readings = column.objects
    values = _all(readings, "value")
    check_values(values)
    states = _all(readings, "validationState")
    factors = members(_all(readings, "gasConversionFactor"), _FACTORS, GasConversionFactor.UNKNOWN)
    if column.positions != range(len(starts)):
        starts = [starts[position] for position in column.positions]
        ends = [ends[position] for position in column.positions]
    return Series(
        channel=channel,
        granularity=granularity,
        starts=starts,
        ends=ends,
        values=values,
        states=members(states, _STATES, ValidationState.UNKNOWN),
        factors=() if not any(factors) else factors,
    )
