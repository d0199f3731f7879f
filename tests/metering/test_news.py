"""Everything is told once, in whatever steps it became known."""

from datetime import UTC, date, datetime

from hypothesis import given, strategies as st

from custom_components.fluvius_esco.metering.calendar import DayKind, day_of
from custom_components.fluvius_esco.metering.measures import Measure
from custom_components.fluvius_esco.metering.news import (
    Announced,
    Corrected,
    Known,
    NewDay,
    NewMonthPeak,
    announced_outside,
    announced_with,
    news_since,
)
from custom_components.fluvius_esco.metering.peaks import MonthPeak, Peaks
from custom_components.fluvius_esco.metering.summary import DayTotals

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)

days = st.none() | st.integers(1, 28).map(lambda day: date(2026, 11, day))
powers = st.none() | st.integers(1, 12).map(float)


def month_peak(month: date, power: float | None) -> MonthPeak:
    start = datetime(month.year, month.month, 3, tzinfo=UTC)
    return MonthPeak(month, power, start) if power is not None else MonthPeak(month)


def known(
    day: date | None = None, october: float | None = None, november: float | None = None
) -> Known:
    return Known(
        DayTotals(day, {Measure.OFFTAKE: 1.0}) if day else None,
        Peaks(month_peak(NOVEMBER, november), (month_peak(OCTOBER, october),)),
        fine_since=0,
    )


states = st.builds(known, days, powers, powers)


@given(states)
def test_what_was_told_is_not_told_again(state: Known) -> None:
    assert [*news_since(announced_with(Announced(), state), state)] == []


@given(st.lists(states, max_size=8))
def test_days_are_told_in_their_order_and_each_once(history: list[Known]) -> None:
    announced = Announced()
    told = []
    for state in history:
        told += [one.totals.date for one in news_since(announced, state) if isinstance(one, NewDay)]
        announced = announced_with(announced, state)
    assert told == sorted(set(told))
    assert announced.day == max(
        (one.last_day.date for one in history if one.last_day), default=None
    )


@given(states)
def test_what_is_not_known_any_more_is_no_news_when_it_is_known_again(state: Known) -> None:
    announced = announced_with(announced_with(Announced(), state), Known())
    assert [*news_since(announced, state)] == []


@given(states)
def test_what_was_deleted_is_no_news_when_it_is_known_again(state: Known) -> None:
    told = announced_with(Announced(), state)
    day = day_of(date(2026, 11, 2), DayKind.ELECTRICITY)
    left = announced_outside(told, day.span, read_until=day.end + 28 * 86400)
    assert NOVEMBER not in left.peaks
    assert left.peaks.get(OCTOBER) == told.peaks.get(OCTOBER)
    assert [*news_since(left, state)] == []


def test_peaks_of_older_months_are_kept_no_longer_though_none_is_known() -> None:
    announced = announced_with(Announced(), known(october=4.0, november=3.0))
    later = announced_with(announced, Known(oldest_month=NOVEMBER))
    assert later.peaks == {NOVEMBER: 3.0}


def test_the_first_day_of_a_meter_without_history_is_new() -> None:
    day = date(2026, 11, 9)
    (told,) = news_since(Announced(), known(day))
    assert told == NewDay(DayTotals(day, {Measure.OFFTAKE: 1.0}), None)


def test_both_months_that_can_change_are_told_the_older_one_first() -> None:
    announced = announced_with(Announced(), known(october=3.0, november=2.0))
    told = [*news_since(announced, known(october=4.0, november=3.0))]
    assert [(one.peak.month, one.previous) for one in told if isinstance(one, NewMonthPeak)] == [
        (OCTOBER, 3.0),
        (NOVEMBER, 2.0),
    ]


def test_the_first_quarter_hours_of_a_meter_are_its_history() -> None:
    announced = announced_with(Announced(), Known())
    assert [*news_since(announced, known(november=3.0))] == []


def test_corrections_come_before_the_day_that_is_new() -> None:
    changes = {date(2026, 11, 2): {Measure.OFFTAKE: 1.0}}
    state = Known(DayTotals(date(2026, 11, 9), {}), corrected=changes)
    first, second = news_since(Announced(), state)
    assert first == Corrected(changes)
    assert isinstance(second, NewDay)
