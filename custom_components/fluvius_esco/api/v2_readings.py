"""Read the answer of V2's energy call (OpenAPI document: GetEnergyResponseModel).

A measurement is flat: `offtakeDayValue` and `offtakeDayValidationState` are one reading, and all
readings of a measurement have its `unit`. The answer names no EAN, so only what flows through the
meter can be told from it.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import chain
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
    Unit,
)
from .pieces import Document, read_answer
from .slices import (
    Column,
    ReadingNames,
    Readings,
    SliceList,
    SliceReader,
    lists_of,
    measurements_of,
    only,
    split_by_unit,
    values_of,
)
from .wire import JsonObject, objects_in, text_in, whole_number_in

_METERS: Final = {
    "electricityMeters": EnergyType.ELECTRICITY,
    "gasMeters": EnergyType.GAS,
}
_REGISTERS: Final = {"": Register.TOTAL, "Day": Register.DAY, "Night": Register.NIGHT}
_READINGS: Final = {
    ReadingNames(
        f"{direction}{infix}Value",
        f"{direction}{infix}ValidationState",
        f"{direction}{infix}UsedGCF",
    ): (direction, register)
    for direction in (Direction.OFFTAKE, Direction.INJECTION)
    for infix, register in _REGISTERS.items()
}
_KNOWN_FIELDS: Final = frozenset(
    {"unit", *chain.from_iterable((names.value, names.state, names.factor) for names in _READINGS)}
)


def parse_energy(body: bytes, request: EnergyRequest) -> Headpoint:
    """Return the validated readings in an answer to `request`.

    Without any meter the energy type is unknown. Raises FluviusMalformedAnswerError for an answer
    that breaks a rule; what is merely unknown is left out and counted.
    """
    return read_answer(body, lambda document: _headpoint(document, request))


def _headpoint(document: Document, request: EnergyRequest) -> Headpoint:
    data = document.data
    if not data.keys() & _METERS.keys():
        raise FluviusMalformedAnswerError("The answer has no list of meters")
    found = {
        energy_type: meters
        for name, energy_type in _METERS.items()
        if (meters := objects_in(data, name))
    }
    if len(found) > 1:
        raise FluviusMalformedAnswerError("The answer has electricity and gas for one EAN")
    energy_type, meters = next(iter(found.items()), (EnergyType.UNKNOWN, []))
    reader = _SeriesReader(document, request, energy_type)
    return Headpoint(
        ean=request.ean,
        energy_type=energy_type,
        kind=HeadpointKind.ON_METER,
        meters=tuple(reader.meter(meter) for meter in meters),
        skipped=dict(reader.skipped),
    )


type _Units = dict[Unit | None, _ReadingsOfUnit]


class _SeriesReader:
    """Reads the series of one answer and counts what it has to skip."""

    def __init__(self, document: Document, request: EnergyRequest, energy_type: EnergyType) -> None:
        self._document = document
        self.skipped: Counter[str] = Counter()
        self._slices = SliceReader(request, energy_type)

    def meter(self, meter: JsonObject) -> PhysicalMeter:
        number = whole_number_in(meter, "seqNumber")
        return PhysicalMeter(
            sequence_number=None if number is None else str(number),
            serial=text_in(meter, "meterID"),
            series=self._series_of(meter),
        )

    def _series_of(self, meter: JsonObject) -> tuple[Series, ...]:
        found: list[Series] = []
        for granularity, batches in lists_of(self._document, meter):
            found += self._series_of_list(granularity, batches)
        return tuple(found)

    def _series_of_list(
        self, granularity: Granularity, batches: Iterator[list[JsonObject]]
    ) -> Iterator[Series]:
        slices = SliceList(granularity)
        units: _Units = {}
        for items in batches:
            starts, ends = values_of(items, "timestampStart"), values_of(items, "timestampEnd")
            first = self._slices.add(slices, starts, ends)
            self._add(units, measurements_of(items, "measurement", first))
            del items  # so that its tree is gone before there is another
        for unit, readings in units.items():
            if unit is not None and unit is not Unit.UNKNOWN:
                for names, column in readings.of_the_meter():
                    yield slices.series(Channel(*_READINGS[names], unit), column)
            elif told := sum(len(column.values) for column in readings.telling().values()):
                self.skipped["unknown_unit"] += told

    def _add(self, units: _Units, measurements: Column) -> None:
        for unit, part in split_by_unit(measurements):
            if unit not in units:
                units[unit] = _ReadingsOfUnit()
            units[unit].add(part)
            self._count_unknown_fields(part)

    def _count_unknown_fields(self, part: Column) -> None:
        for name in set(chain.from_iterable(part.shapes())) - _KNOWN_FIELDS:
            values = part.values(name)
            if told := len(values) - values.count(None):
                self.skipped["unknown_field"] += told


class _ReadingsOfUnit:
    """The readings in the measurements of one unit.

    A null without a validation state tells that a register has no value, but not whether there is
    such a register. So a reading that is null throughout is one that the meter does not have, unless
    all are.
    """

    def __init__(self) -> None:
        self._readings = {names: Readings(names) for names in _READINGS}

    def add(self, part: Column) -> None:
        shapes = part.shapes()
        fields = set(chain.from_iterable(shapes))
        for names, readings in self._readings.items():
            if names.value in fields or names.state in fields:
                readings.add(_with_reading(part, names, shapes))

    def telling(self) -> dict[ReadingNames, Readings]:
        return {names: readings for names, readings in self._readings.items() if readings.tells}

    def of_the_meter(self) -> Iterator[tuple[ReadingNames, Readings]]:
        for names, readings in (self.telling() or self._readings).items():
            if readings.values:
                yield names, readings


def _with_reading(column: Column, names: ReadingNames, shapes: set[tuple[str, ...]]) -> Column:
    """Return the measurements with a value or a validation state, be it null.

    `shapes` are the different orders of fields that the measurements have, mostly one.
    """
    if all(names.value in shape or names.state in shape for shape in shapes):
        return column
    return only([names.value in found or names.state in found for found in column.objects], column)
