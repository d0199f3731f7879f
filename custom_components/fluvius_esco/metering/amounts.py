"""Amounts that remember how sure Fluvius is of them, through every sum that they become part of."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import repeat
from typing import Final, Self, override

from ..api.models import GasConversionFactor, Headpoint, Series, ValidationState

# The least sure ones first.
_STATES: Final = (
    ValidationState.ESTIMATED,
    ValidationState.NOT_VALIDATED,
    ValidationState.UNKNOWN,
    ValidationState.READ,
    ValidationState.VALIDATED,
    None,
)
_SURE: Final = frozenset({ValidationState.READ, ValidationState.VALIDATED})
_FACTORS: Final = (
    GasConversionFactor.PROVISIONAL,
    GasConversionFactor.UNKNOWN,
    GasConversionFactor.CONSTANT,
    GasConversionFactor.DEFINITIVE,
    None,
)


class Amount(float):
    """An amount in the unit of its measure with its validation state and its gas factor.

    A sum is as sure as the least sure of its parts. As it is a float to everybody else, whatever
    adds readings up by the rules keeps their states. None is the state of no reading at all.
    """

    __slots__ = ("factor", "state")

    factor: GasConversionFactor | None
    state: ValidationState | None

    def __new__(
        cls,
        value: float,
        state: ValidationState | None = None,
        factor: GasConversionFactor | None = None,
    ) -> Self:
        """Return an amount with what is known of it."""
        amount = super().__new__(cls, value)
        amount.state = state
        amount.factor = factor
        return amount

    @override
    def __add__(self, other: float, /) -> Amount:
        value = float(self) + float(other)
        if not isinstance(other, Amount):
            return Amount(value, self.state, self.factor)
        return Amount(
            value,
            min(self.state, other.state, key=_STATES.index),
            min(self.factor, other.factor, key=_FACTORS.index),
        )

    __radd__ = __add__


def is_sure(amount: Amount) -> bool:
    """Whether Fluvius measured and, for AMR, validated an amount."""
    return amount.state in _SURE


def added_up(amounts: Iterable[float]) -> Amount:
    """Return the sum of some amounts."""
    total = Amount(0.0)
    for amount in amounts:
        total += amount
    return total


def with_states(headpoint: Headpoint) -> Headpoint:
    """Return an answer in which every value remembers its state and its factor."""
    return replace(
        headpoint,
        meters=tuple(
            replace(meter, series=_with_states(meter.series)) for meter in headpoint.meters
        ),
        series=_with_states(headpoint.series),
        sub_headpoints=tuple(
            replace(sub, series=_with_states(sub.series)) for sub in headpoint.sub_headpoints
        ),
    )


def with_doubts(headpoint: Headpoint) -> Headpoint:
    """Return an answer in which the values that may still change remember why.

    All others stay plain numbers, which are a load for nobody: nearly all readings are sure.
    """
    return replace(
        headpoint,
        meters=tuple(
            replace(meter, series=_with_doubts(meter.series)) for meter in headpoint.meters
        ),
        series=_with_doubts(headpoint.series),
    )


def _with_doubts(all_series: Iterable[Series]) -> tuple[Series, ...]:
    return tuple(
        replace(series, values=_doubted(series)) if _has_doubts(series) else series
        for series in all_series
    )


def _has_doubts(series: Series) -> bool:
    return not set(series.states) <= _SURE or GasConversionFactor.PROVISIONAL in series.factors


def _doubted(series: Series) -> list[float | None]:
    return [
        float(value)
        if value is not None
        and is_sure(value)
        and value.factor is not GasConversionFactor.PROVISIONAL
        else value
        for value in _amounts(series)
    ]


def _with_states(all_series: Iterable[Series]) -> tuple[Series, ...]:
    return tuple(replace(series, values=_amounts(series)) for series in all_series)


def _amounts(series: Series) -> list[Amount | None]:
    factors = series.factors or repeat(None, len(series.values))
    return [
        None if value is None else Amount(value, state or ValidationState.UNKNOWN, factor)
        for value, state, factor in zip(series.values, series.states, factors, strict=True)
    ]
