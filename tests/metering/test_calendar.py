"""Days and windows, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.fluvius_esco.metering.calendar import (
    BRUSSELS,
    DayKind,
    Span,
    day_at,
    day_of,
    day_start,
    earliest_readable,
)

instants = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis adds the time zone
    datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
kinds = st.sampled_from(DayKind)
spans = st.tuples(st.integers(0, 9), st.integers(1, 9)).map(lambda of: Span(of[0], sum(of)))


@given(spans, spans)
def test_spans_overlap_where_they_have_a_second_in_common(first: Span, second: Span) -> None:
    in_common = range(max(first.start, second.start), min(first.end, second.end))
    assert first.overlaps(second) is bool(in_common)


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-07-01", 24)]
)
def test_a_local_day_has_as_many_hours_as_the_clock_change_leaves(day: str, hours: int) -> None:
    of_day = day_of(date.fromisoformat(day), DayKind.ELECTRICITY)
    assert of_day.end - of_day.start == hours * 3600


@pytest.mark.parametrize(("day", "hours"), [("2026-03-28", 23), ("2026-10-24", 25)])
def test_the_gas_day_before_a_clock_change_takes_it(day: str, hours: int) -> None:
    of_day = day_of(date.fromisoformat(day), DayKind.GAS)
    assert of_day.end - of_day.start == hours * 3600


def test_a_gas_day_begins_at_six_local_time() -> None:
    assert day_start(date(2026, 1, 15), DayKind.GAS) == datetime(2026, 1, 15, 5, tzinfo=UTC)
    assert day_start(date(2026, 7, 15), DayKind.GAS) == datetime(2026, 7, 15, 4, tzinfo=UTC)


@given(instants, kinds)
def test_every_instant_falls_in_the_day_that_surrounds_it(instant: datetime, kind: DayKind) -> None:
    day = day_at(instant, kind)
    assert day.start <= instant.timestamp() < day.end


@given(instants)
def test_what_is_asked_first_stays_readable_for_the_rest_of_the_day(now: datetime) -> None:
    first = earliest_readable(now).astimezone(BRUSSELS)
    today = now.astimezone(BRUSSELS).date()
    three_years_ago = (
        date(today.year - 3, 3, 1)
        if (today.month, today.day) == (2, 29)
        else today.replace(year=today.year - 3)
    )
    assert first.time() == time(0)
    assert first.date() == three_years_ago + timedelta(days=1)
