"""Read the answer of V3's energy call (OpenAPI document: GetEnergyResponse).

A slice nests four deep: measurements, directions, registers, reading. As nearly all slices of a
list look the same, we go down level by level with whole columns instead of slice by slice.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from .exceptions import FluviusMalformedAnswerError
from .models import (
    Channel,
    Direction,
    EnergyRequest,
    EnergyType,
    Granularity,
    Headpoint,
    HeadpointKind,
    PhysicalMeter,
    Register,
    Series,
    SubHeadpoint,
    SubHeadpointKind,
    Unit,
)
from .pieces import Document, read_answer
from .slices import (
    Column,
    ReadingNames,
    Readings,
    SliceList,
    SliceReader,
    column_of,
    lists_of,
    measurements_of,
    split_by_unit,
    values_of,
)
from .wire import JsonObject, member_of, object_in, objects_in, text_in

_DIRECTIONS: Final = {member.value: member for member in Direction}
_REGISTERS: Final = {member.value: member for member in Register}
_NAMES: Final = ReadingNames("value", "validationState", "gasConversionFactor")


type _Units = dict[Unit, Readings]
type _Channels = dict[str, dict[str, _Units]]
"""The readings of a list by direction, register and unit, each in the order of appearance."""


def parse_energy(body: bytes, request: EnergyRequest) -> Headpoint:
    """Return the validated readings in an answer to `request`.

    Raises FluviusMalformedAnswerError for an answer that breaks a rule; what is merely unknown is
    left out and counted.
    """
    return read_answer(body, lambda document: _headpoint(document, request))


def _headpoint(document: Document, request: EnergyRequest) -> Headpoint:
    if document.data.get("headpoint", ()) is None:
        # The contract has null for an installation that there is nothing to tell of.
        return Headpoint(request.ean, EnergyType.UNKNOWN, HeadpointKind.UNKNOWN)
    headpoint = object_in(document.data, "headpoint")
    if headpoint.get("ean") != request.ean:
        raise FluviusMalformedAnswerError("The answer is about another EAN")
    energy_type = member_of(headpoint.get("energyType"), EnergyType, EnergyType.UNKNOWN)
    kind = member_of(headpoint.get("$type"), HeadpointKind, HeadpointKind.UNKNOWN)
    if kind is HeadpointKind.UNKNOWN:
        skipped = {"unknown_headpoint_type": 1}
        return Headpoint(request.ean, energy_type, kind, skipped=skipped)
    reader = _SeriesReader(document, request, energy_type)
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

    def __init__(self, document: Document, request: EnergyRequest, energy_type: EnergyType) -> None:
        self._document = document
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
        found: list[Series] = []
        for granularity, batches in lists_of(self._document, holder):
            found += self._series_of_list(granularity, batches)
        return tuple(found)

    def _series_of_list(
        self, granularity: Granularity, batches: Iterator[list[JsonObject]]
    ) -> Iterator[Series]:
        slices = SliceList(granularity)
        channels: _Channels = {}
        for items in batches:
            first = self._slices.add(slices, values_of(items, "start"), values_of(items, "end"))
            self._add(channels, measurements_of(items, "measurements", first))
            del items  # so that its tree is gone before there is another
        for direction, registers in channels.items():
            for register, units in registers.items():
                for unit, readings in units.items():
                    channel = Channel(_DIRECTIONS[direction], _REGISTERS[register], unit)
                    yield slices.series(channel, readings)

    def _add(self, channels: _Channels, measurements: Column) -> None:
        for direction, directions in _fan_out(measurements):
            if direction not in _DIRECTIONS:
                self.skipped["unknown_direction"] += len(directions.objects)
                continue
            registers = channels.setdefault(direction, {})
            for register, readings in _fan_out(directions):
                if register in _REGISTERS:
                    self._add_readings(registers.setdefault(register, {}), readings)
                else:
                    self.skipped["unknown_register"] += len(readings.objects)

    def _add_readings(self, units: _Units, readings: Column) -> None:
        """Add readings by unit; one without a unit counts as having an unknown one."""
        for unit, column in split_by_unit(readings):
            if unit is None or unit is Unit.UNKNOWN:
                self.skipped["unknown_unit"] += len(column.objects)
                continue
            if unit not in units:
                units[unit] = Readings(_NAMES)
            units[unit].add(column)


def _fan_out(column: Column) -> Iterator[tuple[str, Column]]:
    """Return for each key in a column of objects the column of what is under it."""
    if column.fields is not None:
        for name, values in column.fields.items():
            yield name, column_of(column.positions, values)
        return
    mixed: dict[str, tuple[list[int], list[object]]] = {}
    for position, found in zip(column.positions, column.objects, strict=True):
        for name, value in found.items():
            positions, column_values = mixed.setdefault(name, ([], []))
            positions.append(position)
            column_values.append(value)
    for name, (positions, column_values) in mixed.items():
        yield name, column_of(positions, column_values)
