"""The month and the year under way, and as much of them a year before."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st

from custom_components.fluvius_esco.metering.calendar import Span
from custom_components.fluvius_esco.metering.periods import ToDate, periods_until

BRUSSELS = ZoneInfo("Europe/Brussels")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS)


def span(first: str, end: str) -> Span:
    return Span(int(local(first).timestamp()), int(local(end).timestamp()))


def test_the_stretches_begin_at_belgian_midnight_and_end_with_the_newest_reading() -> None:
    assert periods_until(local("2026-11-26T12:00"), local("2026-11-26T00:00")) == {
        ToDate.MONTH: span("2026-11-01", "2026-11-26"),
        ToDate.YEAR: span("2026-01-01", "2026-11-26"),
        ToDate.MONTH_LAST_YEAR: span("2025-11-01", "2025-11-26"),
        ToDate.YEAR_LAST_YEAR: span("2025-01-01", "2025-11-26"),
    }


def test_a_month_without_readings_yet_has_no_stretch() -> None:
    found = periods_until(local("2026-12-01T09:00"), local("2026-12-01T00:00"))
    assert set(found) == {ToDate.YEAR, ToDate.YEAR_LAST_YEAR}
    found = periods_until(local("2027-01-01T09:00"), local("2026-12-31T00:00"))
    assert found == {}


def test_the_last_day_of_february_of_a_leap_year_is_compared_with_all_of_february() -> None:
    found = periods_until(local("2028-02-29T20:00"), local("2028-02-29T12:00"))
    assert found[ToDate.MONTH_LAST_YEAR] == span("2027-02-01", "2027-03-01T12:00")
    found = periods_until(local("2028-03-01T20:00"), local("2028-03-01T00:00"))
    assert found[ToDate.YEAR_LAST_YEAR] == span("2027-01-01", "2027-03-01")


@given(st.integers(1_577_836_800, 2_208_988_800))
def test_every_stretch_is_of_whole_hours_and_not_empty(second: int) -> None:
    now = datetime.fromtimestamp(second, UTC)
    for of in periods_until(now, now).values():
        assert of.start < of.end
        assert of.start % 3600 == of.end % 3600 == 0
