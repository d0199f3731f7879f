"""A table of readings as automations and dashboards get it: rows of JSON, or the text of a CSV file.

Amounts are rounded to the microunit, which only takes away what adding floats up leaves behind.
"""

import csv
from datetime import datetime
import io
from typing import Any, Final

from .api.models import GasConversionFactor, Granularity, ValidationState
from .metering.amounts import Amount, added_up
from .metering.calendar import BRUSSELS, Span
from .metering.measures import SeriesKey
from .reading_table import ReadingTable
from .statistics import unit_of

_DECIMALS: Final = 6
_STATES: Final = {
    ValidationState.READ: "read",
    ValidationState.ESTIMATED: "estimated",
    ValidationState.VALIDATED: "validated",
    ValidationState.NOT_VALIDATED: "not_validated",
}
_FACTORS: Final = {
    GasConversionFactor.PROVISIONAL: "provisional",
    GasConversionFactor.DEFINITIVE: "definitive",
    GasConversionFactor.CONSTANT: "constant",
}


def as_rows(found: ReadingTable, ean: str, title: str, granularity: Granularity) -> dict[str, Any]:
    """Return a row for every slot; takes a while for a long table."""
    names = {key: _name(key, ean) for key in found.amounts}
    rows = [
        _row(slot, {name: found.amounts[key].get(slot.start) for key, name in names.items()})
        for slot in found.slots
    ]
    return {
        "meter": title,
        "ean": ean,
        "granularity": granularity.value,
        "start": _local(found.span.start),
        "end": _local(found.span.end),
        "units": {name: unit_of(key.measure) for key, name in names.items()},
        "readings": rows,
        "missing": sum(all(value is None for value in row["values"].values()) for row in rows),
    }


def as_csv(found: ReadingTable, ean: str) -> str:
    """Return the text of a CSV file (RFC 4180); takes a while for a long table.

    All it holds are instants, numbers and words of ours, so that no cell can be a formula.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    names = {key: _name(key, ean) for key in found.amounts}
    header = ["start", "end"]
    for key, name in names.items():
        header += [f"{name} ({unit_of(key.measure)})", f"{name} state"]
    writer.writerow([*header, "gas factor"])
    for slot in found.slots:
        amounts = [found.amounts[key].get(slot.start) for key in names]
        cells: list[str | float | None] = [_local(slot.start), _local(slot.end)]
        for amount in amounts:
            cells += [_value(amount), _state(amount)]
        writer.writerow([*cells, _factor(amounts)])
    return text.getvalue()


def _row(slot: Span, amounts: dict[str, Amount | None]) -> dict[str, Any]:
    return {
        "start": _local(slot.start),
        "end": _local(slot.end),
        "values": {name: _value(amount) for name, amount in amounts.items()},
        "states": {name: _state(amount) for name, amount in amounts.items()},
        "gas_factor": _factor([*amounts.values()]),
    }


def _name(key: SeriesKey, ean: str) -> str:
    """Return what a series is called: a sub-headpoint's has its EAN before the measure."""
    return key.measure.value if key.ean == ean else f"{key.ean}_{key.measure}"


def _value(amount: Amount | None) -> float | None:
    return None if amount is None else round(float(amount), _DECIMALS)


def _state(amount: Amount | None) -> str | None:
    return None if amount is None or amount.state is None else _STATES.get(amount.state)


def _factor(amounts: list[Amount | None]) -> str | None:
    """Return the factor of a slot, the least sure one of its amounts."""
    factor = added_up(amount for amount in amounts if amount is not None).factor
    return None if factor is None else _FACTORS.get(factor)


def _local(second: int) -> str:
    return datetime.fromtimestamp(second, BRUSSELS).isoformat()
