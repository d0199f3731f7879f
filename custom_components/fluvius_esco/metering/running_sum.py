"""What has to change in a stored running total so that it tells the same as the readings.

A stored row holds the hour's own amount (`state`) and the running total (`sum`). After a change the
changed hours are rewritten, and the rows behind them are shifted by the difference, so that for
every row `sum` minus the previous row's `sum` stays its `state`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
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
class Rows:
    """Rows in order, column by column: three years of them as objects are a load for the collector."""

    starts: list[int] = field(default_factory=list)
    states: list[float] = field(default_factory=list)
    sums: list[float] = field(default_factory=list)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.starts)

    def __iter__(self) -> Iterator[Row]:
        """Go through the rows."""
        return map(Row, self.starts, self.states, self.sums, strict=True)

    def row(self, index: int) -> Row:
        """Return one row."""
        return Row(self.starts[index], self.states[index], self.sums[index])

    def part(self, begin: int, end: int) -> Rows:
        """Return the rows from one index up to another."""
        return Rows(self.starts[begin:end], self.states[begin:end], self.sums[begin:end])

    def add(self, start: int, state: float, total: float) -> None:
        """Append a row."""
        self.starts.append(start)
        self.states.append(state)
        self.sums.append(total)

    def extend(self, rows: Rows) -> None:
        """Append rows."""
        self.starts.extend(rows.starts)
        self.states.extend(rows.states)
        self.sums.extend(rows.sums)


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

    rows: Rows = field(default_factory=Rows)
    withdrawn: tuple[Row, ...] = ()
    shifts: tuple[Shift, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether all that is stored is as it should be."""
        return not self.rows and not self.withdrawn and not self.shifts


@dataclass(frozen=True, slots=True)
class _Run:
    """Wanted rows that follow each other, by index; `end` is exclusive.

    `error` is by how much their stored sums are too low, None for rows that are not stored with the
    wanted amount.
    """

    begin: int
    end: int
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
        total = rows.sums[-1] if rows else baseline
        rows.add(behind.start, behind.state, total + behind.state)
        stored = {**stored, behind.start: behind}
    rewritten = Rows()
    shifts: list[Shift] = []
    shifted = 0.0
    for run in _runs(rows, stored):
        if run.error is None:
            rewritten.extend(rows.part(run.begin, run.end))
        elif abs(needed := run.error - shifted) < _SAME:
            continue
        elif run.end - run.begin < _FEW and run.end < len(rows):
            rewritten.extend(rows.part(run.begin, run.end))
        else:
            shifts.append(Shift(rows.starts[run.begin], needed))
            shifted = run.error
    return Plan(rewritten, tuple(withdrawn), tuple(shifts))


def without_deleting(needed: Plan, stored: Mapping[int, Row]) -> Plan:
    """Return a plan that leaves withdrawn rows in place with an amount of 0."""
    rows = needed.rows.part(0, len(needed.rows))
    for row in needed.withdrawn:
        held = stored[row.start]
        if held.state or abs(held.sum - row.sum) >= _SAME:
            rows.add(row.start, row.state, row.sum)
    return Plan(rows, (), needed.shifts)


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


def _wanted_rows(baseline: float, amounts: Mapping[int, float | None]) -> tuple[Rows, list[Row]]:
    """Return the rows that have to be there, and those that have to go, in order."""
    rows = Rows()
    withdrawn: list[Row] = []
    total = baseline
    for start in sorted(amounts):
        amount = amounts[start]
        if amount is None:
            withdrawn.append(Row(start, 0.0, total))
        else:
            total += amount
            rows.add(start, amount, total)
    return rows, withdrawn


def _runs(rows: Rows, stored: Mapping[int, Row]) -> Iterator[_Run]:
    """Group rows that follow each other by what is wrong with them as they are stored."""
    if not stored:
        yield _Run(0, len(rows), None)
        return
    errors = [_error(row, stored.get(row.start)) for row in rows]
    begin = 0
    for index in range(1, len(errors) + 1):
        if index == len(errors) or not _is_alike(errors[begin], errors[index]):
            yield _Run(begin, index, errors[begin])
            begin = index


def _error(row: Row, held: Row | None) -> float | None:
    if held is None or abs(held.state - row.state) > _SAME:
        return None
    return row.sum - held.sum


def _is_alike(first: float | None, second: float | None) -> bool:
    if first is None or second is None:
        return first is second
    return abs(first - second) < _SAME
