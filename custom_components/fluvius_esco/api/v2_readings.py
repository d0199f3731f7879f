"""Read the answer of V2's energy call (OpenAPI document: GetEnergyResponseModel).

A measurement is flat: `offtakeDayValue` and `offtakeDayValidationState` are one reading, and all
readings of a measurement have its `unit`. The answer names no EAN, so only what flows through the
meter can be told from it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
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
    Unit,
)
from .slices import (
    Column,
    ReadingNames,
    SliceReader,
    lists_of,
    measurements_of,
    only,
    split_by_unit,
    values_of,
)
from .wire import JsonObject, objects_in, parse_data, text_in, whole_number_in

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
    data = parse_data(body)
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
    reader = _SeriesReader(request, energy_type)
    return Headpoint(
        ean=request.ean,
        energy_type=energy_type,
        kind=HeadpointKind.ON_METER,
        meters=tuple(reader.meter(meter) for meter in meters),
        skipped=dict(reader.skipped),
    )


class _SeriesReader:
    """Reads the series of one answer and counts what it has to skip."""

    def __init__(self, request: EnergyRequest, energy_type: EnergyType) -> None:
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
        found = []
        for granularity, items in lists_of(meter):
            slices = self._slices.read(
                granularity, values_of(items, "timestampStart"), values_of(items, "timestampEnd")
            )
            measurements = measurements_of(items, "measurement")
            for unit, part in split_by_unit(measurements):
                for names, column in self._readings(part, unit):
                    channel = Channel(*_READINGS[names], unit)
                    found.append(slices.series(channel, names, column))
        return tuple(found)

    def _readings(self, part: Column, unit: Unit) -> Iterator[tuple[ReadingNames, Column]]:
        """Return for each reading's names the measurements that hold it.

        A null without a validation state tells that a register has no value, but not whether there
        is such a register. So a reading that is null throughout is one that the meter does not
        have, unless all are.
        """
        shapes = set(map(tuple, part.objects))
        self._count_unknown_fields(part, set(chain.from_iterable(shapes)) - _KNOWN_FIELDS)
        readings = {names: _with_reading(part, names, shapes) for names in _READINGS}
        telling = {names: column for names, column in readings.items() if _tells(column, names)}
        if unit is not Unit.UNKNOWN:
            yield from (
                (names, column) for names, column in (telling or readings).items() if column.objects
            )
        elif telling:
            self.skipped["unknown_unit"] += sum(len(column.objects) for column in telling.values())

    def _count_unknown_fields(self, part: Column, names: Iterable[str]) -> None:
        for name in names:
            values = values_of(part.objects, name)
            if told := len(values) - values.count(None):
                self.skipped["unknown_field"] += told


def _with_reading(column: Column, names: ReadingNames, shapes: set[tuple[str, ...]]) -> Column:
    """Return the measurements with a value or a validation state, be it null.

    `shapes` are the different orders of fields that the measurements have, mostly one.
    """
    has = {names.value in shape or names.state in shape for shape in shapes}
    if has == {True}:
        return column
    if has == {False}:
        return Column((), [])
    return only([names.value in found or names.state in found for found in column.objects], column)


def _tells(column: Column, names: ReadingNames) -> bool:
    """Whether any measurement has more to tell of a reading than null."""
    return any(
        value is not None
        for name in (names.value, names.state)
        for value in values_of(column.objects, name)
    )
