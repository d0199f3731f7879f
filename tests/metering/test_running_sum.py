"""A stored running total after any change tells what a total made from scratch would."""

from hypothesis import given, strategies as st
import pytest

from custom_components.fluvius_esco.metering.hourly import DayHours, HourlySums
from custom_components.fluvius_esco.metering.running_sum import Row, plan

from .builders import electricity_day

hours = st.integers(0, 40).map(lambda hour: hour * 3600)
amounts = st.integers(0, 9000).map(lambda watt_hours: watt_hours / 1000)
series = st.dictionaries(hours, amounts)


def stored(states: dict[int, float]) -> dict[int, Row]:
    rows = {}
    total = 0.0
    for start in sorted(states):
        total += states[start]
        rows[start] = Row(start, states[start], total)
    return rows


def apply(table: dict[int, Row], wanted: HourlySums) -> dict[int, Row]:
    """Do to a table what a plan says, as the recorder does it."""
    touched = wanted.values.keys() | wanted.void
    if not touched:
        return table
    window = {s: row for s, row in table.items() if min(touched) <= s <= max(touched)}
    before = [row.sum for s, row in sorted(table.items()) if s < min(touched)]
    behind = [row for s, row in sorted(table.items()) if s > max(touched)]
    todo = plan(before[-1] if before else 0.0, window, wanted, behind[0] if behind else None)
    result = table | {row.start: row for row in todo.rows}
    return {
        start: Row(start, row.state, row.sum + todo.shift)
        if todo.shift and start >= todo.shift_from
        else row
        for start, row in result.items()
    }


@given(series, series, st.sets(hours))
def test_after_a_change_every_row_is_what_it_would_be_from_scratch(
    first: dict[int, float], second: dict[int, float], void: set[int]
) -> None:
    wanted = HourlySums(second, frozenset(void - second.keys()))
    expected = first | {start: 0.0 for start in wanted.void if start in first} | second
    result = apply(stored(first), wanted)
    assert result.keys() == expected.keys()
    for start, row in stored(expected).items():
        assert result[start].state == row.state
        assert result[start].sum == pytest.approx(row.sum, abs=1e-9)


@given(series)
def test_what_is_stored_already_is_not_written_again(states: dict[int, float]) -> None:
    table = stored(states)
    if states:
        baseline = 0.0
        assert plan(baseline, table, HourlySums(states)).is_empty


def test_a_correction_writes_its_hours_and_shifts_the_rest_once() -> None:
    table = stored(dict.fromkeys(range(0, 3600 * 1000, 3600), 1.0))
    corrected = {3600 * 10: 2.5, 3600 * 11: 0.5}
    window = {start: table[start] for start in corrected}
    todo = plan(table[3600 * 9].sum, window, HourlySums(corrected), table[3600 * 12])
    assert [row.start for row in todo.rows] == [3600 * 10, 3600 * 11]
    assert todo.shift == pytest.approx(1.0)
    assert todo.shift_from == 3600 * 12


def test_a_shift_that_was_lost_in_a_crash_is_made_up_for() -> None:
    table = stored(dict.fromkeys(range(0, 3600 * 10, 3600), 1.0))
    corrected = HourlySums({3600 * 4: 3.0})
    half_done = table | {3600 * 4: Row(3600 * 4, 3.0, 7.0)}
    window = {3600 * 4: half_done[3600 * 4]}
    todo = plan(4.0, window, corrected, half_done[3600 * 5])
    assert not todo.rows
    assert (todo.shift, todo.shift_from) == (2.0, 3600 * 5)


def test_a_partial_day_counts_only_where_it_says_more_than_what_is_held() -> None:
    day = electricity_day("2026-07-01")
    held = {day.start: Row(day.start, 10.0, 10.0)}
    less = DayHours(day, {day.start + 3600: 9.0}, is_partial=True)
    more = DayHours(day, {day.start + 3600: 11.0}, is_partial=True)
    assert plan(0.0, held, HourlySums(partial=(less,))).is_empty
    assert plan(0.0, held, HourlySums(partial=(more,))).rows == (
        Row(day.start, 0.0, 0.0),
        Row(day.start + 3600, 11.0, 11.0),
    )
