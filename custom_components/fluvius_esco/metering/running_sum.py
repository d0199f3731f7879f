"""What has to change in a stored running total so that it tells the same as the readings.

A stored row holds the hour's own amount (`state`) and the running total (`sum`). After a change the
changed hours are rewritten, and the rows behind them are shifted by the difference, so that for
every row `sum` minus the previous row's `sum` stays its `state`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from .calendar import HOUR
from .hourly import HourlySums

# Far below a watt-hour, far above what adding floats in another order can differ by.
_SAME: Final = 1e-6

# Between two changes fewer rows than this are rewritten rather than shifted.
_FEW: Final = 24


@dataclass(frozen=True, slots=True)
class Row:
    """One stored hour; `start` in UTC seconds since the epoch, amounts in the series' unit."""

    start: int
    state: float
    sum: float


@dataclass(frozen=True, slots=True)
class Shift:
    """By how much to move all sums from an hour on (UTC seconds since the epoch)."""

    start: int
    amount: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do to the stored rows: first the shifts, one after the other, then the rest.

    `withdrawn` rows must go; the sum of each is the running total at its hour, for where a row
    cannot be deleted and has to stay with an amount of 0.
    """

    rows: tuple[Row, ...] = ()
    withdrawn: tuple[Row, ...] = ()
    shifts: tuple[Shift, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether all that is stored is as it should be."""
        return not self.rows and not self.withdrawn and not self.shifts


@dataclass(frozen=True, slots=True)
class _Run:
    """Wanted rows that follow each other; `error` is by how much their stored sums are too low.

    It is None for rows that are not stored with the wanted amount.
    """

    rows: list[Row]
    error: float | None


def plan(
    baseline: float, stored: Mapping[int, Row], wanted: HourlySums, behind: Row | None = None
) -> Plan:
    """Return what to do so that the stored hours become the wanted ones.

    `baseline` is the running total before the first of these hours; `stored` must hold every stored
    row from the first to the last wanted hour, and `behind` is the first stored row after them. A
    stored hour that is not wanted keeps its amount (absence is no withdrawal); a void one goes. A
    partial day replaces what is held of it only if it amounts to more. All shifts follow from the
    sums as they are stored, so that one that was lost in a crash is made up for.
    """
    rows, withdrawn = _wanted_rows(baseline, _amounts(stored, wanted))
    if behind is not None:
        total = rows[-1].sum if rows else baseline
        rows.append(Row(behind.start, behind.state, total + behind.state))
        stored = {**stored, behind.start: behind}
    rewritten: list[Row] = []
    shifts: list[Shift] = []
    shifted = 0.0
    runs = _runs(rows, stored)
    for run in runs:
        if run.error is None:
            rewritten += run.rows
        elif abs(needed := run.error - shifted) < _SAME:
            continue
        elif len(run.rows) < _FEW and run is not runs[-1]:
            rewritten += run.rows
        else:
            shifts.append(Shift(run.rows[0].start, needed))
            shifted = run.error
    return Plan(tuple(rewritten), tuple(withdrawn), tuple(shifts))


def without_deleting(needed: Plan, stored: Mapping[int, Row]) -> Plan:
    """Return a plan that leaves withdrawn rows in place with an amount of 0."""
    zeros = (row for row in needed.withdrawn if not _is_stored(row, stored[row.start]))
    return Plan((*needed.rows, *zeros), (), needed.shifts)


def _is_stored(row: Row, held: Row) -> bool:
    return held.state == row.state and abs(held.sum - row.sum) < _SAME


def _amounts(stored: Mapping[int, Row], wanted: HourlySums) -> dict[int, float | None]:
    """Return what each hour has to amount to, None where its row has to go."""
    amounts: dict[int, float | None] = {start: row.state for start, row in stored.items()}
    amounts |= dict.fromkeys(wanted.void & stored.keys())
    amounts |= wanted.values
    for of in wanted.partial:
        held = {start for start in range(of.day.start, of.day.end, HOUR) if start in amounts}
        if sum(of.values.values()) > sum(amounts[start] or 0.0 for start in held) + _SAME:
            amounts |= dict.fromkeys(held & stored.keys()) | of.values
    return amounts


def _wanted_rows(
    baseline: float, amounts: Mapping[int, float | None]
) -> tuple[list[Row], list[Row]]:
    """Return the rows that have to be there, and those that have to go, in order."""
    rows: list[Row] = []
    withdrawn: list[Row] = []
    total = baseline
    for start in sorted(amounts):
        amount = amounts[start]
        if amount is None:
            withdrawn.append(Row(start, 0.0, total))
        else:
            total += amount
            rows.append(Row(start, amount, total))
    return rows, withdrawn


def _runs(rows: Iterable[Row], stored: Mapping[int, Row]) -> list[_Run]:
    """Group rows that follow each other by what is wrong with them as they are stored."""
    runs: list[_Run] = []
    for row in rows:
        error = _error(row, stored.get(row.start))
        if runs and _is_alike(runs[-1].error, error):
            runs[-1].rows.append(row)
        else:
            runs.append(_Run([row], error))
    return runs


def _error(row: Row, held: Row | None) -> float | None:
    if held is None or abs(held.state - row.state) > _SAME:
        return None
    return row.sum - held.sum


def _is_alike(first: float | None, second: float | None) -> bool:
    if first is None or second is None:
        return first is second
    return abs(first - second) < _SAME
