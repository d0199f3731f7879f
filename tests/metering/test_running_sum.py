"""A stored running total after any change tells what a total made from scratch would."""

from hypothesis import given, strategies as st
import pytest

from custom_components.fluvius_esco.metering.hourly import DayHours, HourlySums
from custom_components.fluvius_esco.metering.running_sum import (
    Plan,
    Row,
    Rows,
    Shift,
    plan,
    without_deleting,
)

from .builders import electricity_day

type Table = dict[int, Row]

hours = st.integers(0, 40).map(lambda hour: hour * 3600)
amounts = st.integers(0, 9000).map(lambda watt_hours: watt_hours / 1000)
series = st.dictionaries(hours, amounts)
HOUR = 3600


def stored(states: dict[int, float]) -> Table:
    rows = {}
    total = 0.0
    for start in sorted(states):
        total += states[start]
        rows[start] = Row(start, states[start], total)
    return rows


def planned(table: Table, wanted: HourlySums) -> Plan:
    """Return the plan for a table, read as the recorder is."""
    touched = wanted.touched
    if touched is None:
        return Plan()
    window = {s: row for s, row in table.items() if touched.start <= s < touched.end}
    before = [row.sum for s, row in sorted(table.items()) if s < touched.start]
    behind = [row for s, row in sorted(table.items()) if s >= touched.end]
    return plan(before[-1] if before else 0.0, window, wanted, behind[0] if behind else None)


def apply(table: Table, todo: Plan) -> Table:
    """Do to a table what a plan says, as the recorder does it."""
    result = dict(table)
    for row in todo.withdrawn:
        del result[row.start]
    for shift in todo.shifts:
        for start, row in result.items():
            if start >= shift.start:
                result[start] = Row(start, row.state, row.sum + shift.amount)
    return result | {row.start: row for row in todo.rows}


def shifts(todo: Plan) -> dict[int, float]:
    return {shift.start: shift.amount for shift in todo.shifts}


def assert_same(table: Table, expected: Table) -> None:
    assert table.keys() == expected.keys()
    for start, row in expected.items():
        assert table[start].state == row.state
        assert table[start].sum == pytest.approx(row.sum, abs=1e-9)


@given(series, series, st.sets(hours))
def test_after_a_change_every_row_is_what_it_would_be_from_scratch(
    first: dict[int, float], second: dict[int, float], void: set[int]
) -> None:
    wanted = HourlySums(second, frozenset(void - second.keys()))
    expected = {start: state for start, state in first.items() if start not in wanted.void}
    result = apply(stored(first), planned(stored(first), wanted))
    assert_same(result, stored(expected | second))
    assert planned(result, wanted).is_empty


@given(series, series, st.sets(hours))
def test_where_rows_cannot_be_deleted_they_stay_with_nothing(
    first: dict[int, float], second: dict[int, float], void: set[int]
) -> None:
    wanted = HourlySums(second, frozenset(void - second.keys()))
    expected = first | {start: 0.0 for start in wanted.void if start in first} | second
    table = stored(first)
    result = apply(table, without_deleting(planned(table, wanted), table))
    assert_same(result, stored(expected))
    assert without_deleting(planned(result, wanted), result).is_empty


@given(series, series, st.integers(0, 40))
def test_what_a_crash_left_half_done_is_put_right(
    first: dict[int, float], second: dict[int, float], done: int
) -> None:
    todo = planned(stored(first), HourlySums(second))
    # The recorder takes the shifts one by one, then the rows together.
    half = Plan(rows=todo.rows if done > len(todo.shifts) else Rows(), shifts=todo.shifts[:done])
    left = apply(stored(first), half)
    result = apply(left, planned(left, HourlySums(second)))
    assert_same(result, stored(first | second))


@given(series)
def test_what_is_stored_already_is_not_written_again(states: dict[int, float]) -> None:
    assert planned(stored(states), HourlySums(states)).is_empty


def test_a_correction_writes_its_hours_and_shifts_the_rest_once() -> None:
    table = stored(dict.fromkeys(range(0, HOUR * 1000, HOUR), 1.0))
    todo = planned(table, HourlySums({HOUR * 10: 2.5, HOUR * 11: 0.5}))
    assert [row.start for row in todo.rows] == [HOUR * 10, HOUR * 11]
    assert shifts(todo) == {HOUR * 12: pytest.approx(1.0)}


def test_a_correction_within_a_long_answer_writes_no_more() -> None:
    states = dict.fromkeys(range(0, HOUR * 1000, HOUR), 1.0)
    todo = planned(stored(states), HourlySums(states | {HOUR * 10: 2.5}))
    assert [row.start for row in todo.rows] == [HOUR * 10]
    assert shifts(todo) == {HOUR * 11: pytest.approx(1.5)}


def test_of_two_corrections_far_apart_only_the_hours_are_written() -> None:
    states = dict.fromkeys(range(0, HOUR * 1000, HOUR), 1.0)
    todo = planned(stored(states), HourlySums(states | {HOUR * 10: 2.5, HOUR * 500: 0.0}))
    assert [row.start for row in todo.rows] == [HOUR * 10, HOUR * 500]
    assert shifts(todo) == {HOUR * 11: pytest.approx(1.5), HOUR * 501: pytest.approx(-1.0)}


def test_a_shift_that_was_lost_in_a_crash_is_made_up_for() -> None:
    table = stored(dict.fromkeys(range(0, HOUR * 10, HOUR), 1.0))
    half_done = table | {HOUR * 4: Row(HOUR * 4, 3.0, 7.0)}
    todo = planned(half_done, HourlySums({HOUR * 4: 3.0}))
    assert todo == Plan(shifts=(Shift(HOUR * 5, 2.0),))


def test_a_partial_day_counts_only_where_it_says_more_than_what_is_held() -> None:
    day = electricity_day("2026-07-01")
    held = {day.start: Row(day.start, 10.0, 10.0)}
    less = DayHours(day, {day.start + HOUR: 9.0}, is_partial=True)
    more = DayHours(day, {day.start + HOUR: 11.0}, is_partial=True)
    assert planned(held, HourlySums(partial=(less,))).is_empty
    assert planned(held, HourlySums(partial=(more,))) == Plan(
        rows=Rows([day.start + HOUR], [11.0], [11.0]), withdrawn=(Row(day.start, 0.0, 0.0),)
    )
