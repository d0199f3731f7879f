"""What has to change in a stored running total so that it tells the same as the readings.

A stored row holds the hour's own amount (`state`) and the running total (`sum`). After a change the
sums within the changed span are rewritten, and the rows behind it are shifted once by the
difference, so that for every row `sum` minus the previous row's `sum` stays its `state`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .hourly import DayHours, HourlySums

# Far below a watt-hour, far above what adding floats in another order can differ by.
_SAME: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Row:
    """One stored hour; `start` in UTC seconds since the epoch, amounts in the series' unit."""

    start: int
    state: float
    sum: float


@dataclass(frozen=True, slots=True)
class Plan:
    """The rows to write, in order, and by how much to move all sums from `shift_from` on."""

    rows: tuple[Row, ...] = ()
    shift: float = 0.0
    shift_from: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether all that is stored is as it should be."""
        return not self.rows and not self.shift


def plan(
    baseline: float, stored: Mapping[int, Row], wanted: HourlySums, behind: Row | None = None
) -> Plan:
    """Return what to write so that the stored hours become the wanted ones.

    `baseline` is the running total before the first of these hours; `stored` must hold every stored
    row from the first to the last wanted hour, and `behind` is the first stored row after them. A
    stored hour that is not wanted keeps its amount (absence is no withdrawal); a void one becomes
    0, because single rows cannot be deleted. A partial day replaces what is held of it only if it
    amounts to more. The shift follows from the row behind as it is stored,
    so that one that was lost in a crash is made up for.
    """
    states = {start: row.state for start, row in stored.items()}
    states |= dict.fromkeys(wanted.void & states.keys(), 0.0)
    states |= wanted.values
    for day in wanted.partial:
        states |= _more_than_held(day, states)
    rows = []
    total = baseline
    for start in sorted(states):
        total += states[start]
        row = stored.get(start)
        if row is not None and row.state == states[start] and abs(row.sum - total) < _SAME:
            total = row.sum
        else:
            rows.append(Row(start, states[start], total))
    if behind is None or abs(shift := total + behind.state - behind.sum) < _SAME:
        return Plan(tuple(rows))
    return Plan(tuple(rows), shift, behind.start)


def _more_than_held(day: DayHours, states: Mapping[int, float]) -> dict[int, float]:
    held = {start: states[start] for start in states if day.day.start <= start < day.day.end}
    if sum(day.values.values()) < sum(held.values()) + _SAME:
        return {}
    return dict.fromkeys(held, 0.0) | day.values
