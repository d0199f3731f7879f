"""Checks and conversions of whole columns."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.fluvius_esco.api.columns import (
    InstantReader,
    Window,
    check_bounds,
    check_values,
    members,
)
from custom_components.fluvius_esco.api.exceptions import FluviusMalformedAnswerError
from custom_components.fluvius_esco.api.models import Granularity, ValidationState

from .builders import seconds

STATES = {state.value: state for state in ValidationState}
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001 - hypothesis adds the time zone
    timezones=OFFSETS,
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
).map(lambda moment: moment.replace(microsecond=0))


def read(starts: list[Any], ends: list[Any]) -> tuple[list[int], list[int]]:
    return InstantReader().bounds(starts, ends)


@given(moments=st.lists(MOMENTS, min_size=1), fraction=st.sampled_from(["", ".0", ".0000000"]))
def test_instants_are_read_as_the_standard_library_does(
    moments: list[datetime], fraction: str
) -> None:
    texts = [
        moment.isoformat()[:19] + fraction + (moment.isoformat()[19:] or "Z") for moment in moments
    ]
    expected = [seconds(moment) for moment in moments]
    assert read(texts, texts) == (expected, expected)


def test_z_means_utc() -> None:
    moment = datetime(2026, 10, 25, 0, 15, tzinfo=UTC)
    assert read(["2026-10-25T00:15:00Z"], ["2026-10-25T00:15:00+00:00"]) == (
        [seconds(moment)],
        [seconds(moment)],
    )


def test_adjoining_slices_read_as_others_do() -> None:
    texts = [f"2026-03-01T00:{minute:02}:00Z" for minute in (0, 15, 30, 45)]
    first = seconds(datetime(2026, 3, 1, tzinfo=UTC))
    starts, ends = read(texts[:3], texts[1:])
    assert starts == [first, first + 900, first + 1800]
    assert ends == [first + 900, first + 1800, first + 2700]
    assert read(texts[:2][::-1], texts[1:3][::-1]) == (starts[:2][::-1], ends[:2][::-1])


def texts_of(start: datetime, count: int) -> list[Any]:
    return [
        (start + number * timedelta(minutes=15)).isoformat().replace("+00:00", "Z")
        for number in range(count + 1)
    ]


def run(texts: list[Any]) -> range | None:
    return InstantReader().run(texts[:-1], texts[1:], Granularity.QUARTER_HOUR)


@given(
    start=MOMENTS.map(lambda moment: moment.astimezone(UTC).replace(minute=15, second=0)),
    count=st.integers(1, 300),
)
def test_a_run_of_quarter_hours_is_known_by_its_texts(start: datetime, count: int) -> None:
    texts = texts_of(start, count)
    found = run(texts)
    assert found is not None
    assert list(found) == read(texts[:-1], texts[1:])[0]


@pytest.mark.parametrize(
    "change",
    [
        lambda texts: [*texts[:2], texts[3], texts[2], *texts[4:]],
        lambda texts: [*texts[:3], *texts[4:]],
        lambda texts: [text.replace("Z", ".0Z") for text in texts],
        lambda texts: [text.replace("Z", "+00:00") for text in texts],
        lambda texts: [text.replace(":00Z", ":01Z") for text in texts],
        lambda texts: [*texts[:2], None, *texts[3:]],
        lambda texts: [*texts[:2], ["x"] * 20, *texts[3:]],
        lambda texts: [*texts[:2], texts[2] + "2", texts[3][1:], *texts[4:]],
        lambda texts: texts[:1] * 2,
        lambda texts: texts[::-1],
    ],
)
def test_all_else_is_no_run(change: Callable[[list[Any]], list[Any]]) -> None:
    texts = texts_of(datetime(2026, 3, 1, 22, tzinfo=UTC), 20)
    assert run(texts) is not None
    assert run(change(texts)) is None


def test_slices_that_do_not_adjoin_are_no_run() -> None:
    texts = texts_of(datetime(2026, 3, 1, 22, tzinfo=UTC), 3)
    reader = InstantReader()
    assert reader.run(texts[:2], texts[2:], Granularity.QUARTER_HOUR) is None
    assert reader.run(texts[:1], texts[1:2], Granularity.DAY) is None


@pytest.mark.parametrize("offset", ["-05:00", "+05:00"])
@pytest.mark.parametrize("day", ["0001-01-01T", "9999-12-31T"])
def test_runs_on_days_that_python_does_not_know_are_read_one_by_one(day: str, offset: str) -> None:
    texts = [f"{day}{time}:00{offset}" for time in ("00:00", "00:15", "00:30", "23:30", "23:45")]
    assert run(texts[:3]) is None
    assert run(texts[3:]) is None


def test_the_last_quarter_hours_that_can_be_written_are_a_run() -> None:
    texts = [f"9999-12-31T23:{minute}:00Z" for minute in (15, 30, 45)]
    assert run(texts) is not None


@pytest.mark.parametrize(
    "text",
    [
        None,
        1772409600,
        [],
        {},
        "",
        "2026-03-01",
        "2026-03-01T00:00:00",
        "2026-03-01 00:00:00Z",
        "2026-03-01T24:00:00Z",
        "2026-03-01T00:60:00Z",
        "2026-03-01T00:00:00.5Z",
        "2026-02-30T00:00:00Z",
        "2026-W10-1T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "٢٠٢٦-03-01T00:00:00Z",
    ],
)
def test_what_is_no_instant_of_a_slice_is_malformed(text: object) -> None:
    with pytest.raises(FluviusMalformedAnswerError):
        read([text], [text])


@pytest.mark.parametrize(
    ("granularity", "lengths"),
    [
        (Granularity.QUARTER_HOUR, {900}),
        (Granularity.HOUR, {3600}),
        (Granularity.DAY, {23 * 3600, 24 * 3600, 25 * 3600}),
    ],
)
@given(length=st.integers(-100_000, 100_000) | st.sampled_from([900, 3600, 82800, 86400, 90000]))
def test_slices_have_the_length_of_their_granularity(
    granularity: Granularity, lengths: set[int], length: int
) -> None:
    if length in lengths:
        check_bounds([0, 7200], [length, 7200 + length], granularity)
        return
    with pytest.raises(FluviusMalformedAnswerError, match=granularity.value):
        check_bounds([0], [length], granularity)


@given(start=st.integers(-100_000, 100_000) | st.sampled_from([-900, 0, 900, 3600, 4500]))
@pytest.mark.parametrize(
    ("granularity", "length"), [(Granularity.QUARTER_HOUR, 900), (Granularity.HOUR, 3600)]
)
def test_quarter_hours_and_hours_begin_where_the_one_before_ends(
    granularity: Granularity, length: int, start: int
) -> None:
    if start % length == 0:
        check_bounds([0, start], [length, start + length], granularity)
        return
    with pytest.raises(FluviusMalformedAnswerError, match="between two others"):
        check_bounds([0, start], [length, start + length], granularity)


def test_window_is_in_whole_seconds_and_ends_before_its_end() -> None:
    start = datetime(1970, 1, 1, 1, 0, 10, 999999, tzinfo=timezone(timedelta(hours=1)))
    window = Window.between(start, start + timedelta(seconds=10))
    assert window == Window(10, 20)
    assert window.contains([10, 15], [15, 20])
    assert not window.contains([9], [15])
    assert not window.contains([15], [21])
    assert window.overlaps([1, 19], [11, 25])
    assert not window.overlaps([1], [10])
    assert not window.overlaps([20], [25])


@given(values=st.lists(st.none() | st.floats(0, 1e6) | st.integers(0, 1_000_000)))
def test_plausible_amounts_pass(values: list[float | None]) -> None:
    check_values(values)


@pytest.mark.parametrize(
    "wrong",
    [-0.001, -1, 1_000_000.1, 10**30, float("inf"), float("-inf"), True, False, "1", [], {}],
)
@pytest.mark.parametrize("others", [[], [1.0], [None, 2]])
def test_one_implausible_amount_refuses_all(wrong: object, others: list[object]) -> None:
    with pytest.raises(FluviusMalformedAnswerError, match="value"):
        check_values([*others, wrong])


@given(words=st.lists(st.sampled_from(["READ", "EST", "VAL", "NVAL", "NEW", "", None, 3])))
def test_words_become_members(words: list[object]) -> None:
    found = members(words, STATES, ValidationState.UNKNOWN)
    assert list(found) == [
        None if word is None else STATES.get(str(word), ValidationState.UNKNOWN) for word in words
    ]


def test_object_for_a_word_is_malformed() -> None:
    with pytest.raises(FluviusMalformedAnswerError):
        members(["READ", {}], STATES, ValidationState.UNKNOWN)
