"""Read the answer of V3's energy call (OpenAPI document: GetEnergyResponse).

A slice nests four deep: measurements, directions, registers, reading. As nearly all slices of a
list look the same, we go down level by level with whole columns instead of slice by slice.
"""

from collections import Counter
from collections.abc import Iterator
from operator import itemgetter
from typing import Final

from .exceptions import FluviusMalformedAnswerError
from .models import (
    Channel,
    Direction,
    EnergyRequest,
    EnergyType,
    Headpoint,
    HeadpointKind,
    PhysicalMeter,
    Register,
    Series,
    SubHeadpoint,
    SubHeadpointKind,
    Unit,
)
from .slices import (
    Column,
    ReadingNames,
    SliceReader,
    column_of,
    lists_of,
    measurements_of,
    split_by_unit,
    values_of,
)
from .wire import JsonObject, member_of, object_in, objects_in, parse_data, text_in

_DIRECTIONS: Final = {member.value: member for member in Direction}
_REGISTERS: Final = {member.value: member for member in Register}
_NAMES: Final = ReadingNames("value", "validationState", "gasConversionFactor")


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
        self._slices = SliceReader(request, energy_type)

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
        found = []
        for granularity, items in lists_of(holder):
            slices = self._slices.read(
                granularity, values_of(items, "start"), values_of(items, "end")
            )
            for channel, column in self._channels(measurements_of(items, "measurements")):
                found.append(slices.series(channel, _NAMES, column))
        return tuple(found)

    def _channels(self, measurements: Column) -> Iterator[tuple[Channel, Column]]:
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

    def _units(self, readings: Column) -> Iterator[tuple[Unit, Column]]:
        for unit, column in split_by_unit(readings):
            if unit is Unit.UNKNOWN:
                self.skipped["unknown_unit"] += len(column.objects)
            else:
                yield unit, column


def _fan_out(column: Column) -> Iterator[tuple[str, Column]]:
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
                yield name, column_of(column.positions, values)
            return
    mixed: dict[str, tuple[list[int], list[object]]] = {}
    for position, found in zip(column.positions, objects, strict=True):
        for name, value in found.items():
            positions, column_values = mixed.setdefault(name, ([], []))
            positions.append(position)
            column_values.append(value)
    for name, (positions, column_values) in mixed.items():
        yield name, column_of(positions, column_values)
