"""The peak power of months, and the mean that the capacity tariff is charged by."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.fluvius_esco.metering.calendar import DayKind, day_of
from custom_components.fluvius_esco.metering.day_facts import DayFacts
from custom_components.fluvius_esco.metering.gaps import Coverage, Gap
from custom_components.fluvius_esco.metering.peaks import (
    LEAST_PEAK,
    MonthPeak,
    Peaks,
    mean_of,
    month_span,
    peaks,
)

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
COMPLETE = Coverage()
type Days = dict[date, DayFacts]


def day(
    of: date, peak: float = 0.1, lacking: int = 0, unsure: int = 0, at_hour: int = 18
) -> DayFacts:
    """A day whose highest quarter-hour (kWh) began at a local hour; `lacking` ones are not there."""
    span = day_of(of, DayKind.ELECTRICITY)
    slices = (span.end - span.start) // 900 - lacking
    return DayFacts(
        slices=slices,
        peak=peak,
        peak_start=span.start + at_hour * 3600,
        readings=slices,
        unsure=unsure,
    )


def month(first: str, peak: float = 0.1) -> Days:
    """A month of complete days, on the 10th of which the highest quarter-hour was."""
    start = date.fromisoformat(first)
    days: Days = {}
    while start.month == date.fromisoformat(first).month:
        days[start] = day(start, peak if start.day == 10 else peak / 2)
        start += timedelta(days=1)
    return days


def months(powers: Iterable[float | None]) -> list[MonthPeak]:
    return [MonthPeak(date(2026, 1, 1), power) for power in powers]


def found(days: Days, coverage: Coverage = COMPLETE) -> Peaks:
    of = peaks(days, coverage, NOW)
    assert of is not None
    return of


def test_the_published_example_of_twelve_month_peaks() -> None:
    """Each month counts as at least 2.5 kW."""
    powers = [0.632, 4.6, 0.0, 1.028, 3.444, 4.164, 4.564, 6.0, 9.2, 5.0, 4.12, 4.88]
    assert mean_of(months(powers)) == pytest.approx(4.456, abs=1e-9)


def test_the_published_example_from_quarter_hours() -> None:
    powers = [0.632, 4.6, 0.0, 1.028, 3.444, 4.164, 4.564, 6.0, 9.2, 5.0, 4.12, 4.88]
    days: Days = {}
    for number, power in enumerate(powers):
        year, of_year = divmod(10 + number, 12)
        days |= month(f"{2025 + year}-{of_year + 1:02}-01", power / 4)
    of = found(days)
    assert [peak.month for peak in of.before][:: len(powers) - 1] == [
        date(2025, 11, 1),
        date(2026, 10, 1),
    ]
    assert [peak.power for peak in of.before] == pytest.approx(powers)
    assert all(peak.is_final for peak in of.before)
    assert of.mean == pytest.approx(4.456, abs=1e-9)


def test_a_month_without_quarter_hours_is_left_out_of_the_mean() -> None:
    assert mean_of(months([None, 4.0, None, 1.0])) == pytest.approx((4.0 + LEAST_PEAK) / 2)
    assert mean_of(months([None, None])) is None


@given(st.lists(st.floats(0, 100), min_size=1, max_size=12))
def test_no_mean_is_below_the_floor_or_above_the_highest_month(powers: list[float]) -> None:
    mean = mean_of(months(powers))
    assert mean is not None
    assert LEAST_PEAK - 1e-9 <= mean <= max(*powers, LEAST_PEAK) + 1e-9


def test_a_peak_is_four_times_the_highest_quarter_hour_and_knows_its_moment() -> None:
    peak = found(month("2026-10-01", 1.15)).last_month
    assert peak.power == pytest.approx(4.6)
    assert peak.start == datetime(2026, 10, 10, 16, tzinfo=UTC)
    assert peak.is_final


def test_of_two_equal_peaks_the_first_counts() -> None:
    days = month("2026-10-01", 0.2)
    days[date(2026, 10, 3)] = day(date(2026, 10, 3), 0.2)
    assert found(days).last_month.start == datetime(2026, 10, 3, 16, tzinfo=UTC)


def test_the_months_of_the_clock_changes_have_other_numbers_of_quarter_hours() -> None:
    of = found(month("2026-03-01") | month("2026-10-01"))
    assert [peak.month.month for peak in of.before if peak.is_final] == [3, 10]
    span = month_span(date(2026, 3, 1))
    assert span.end - span.start == (31 * 24 - 1) * 3600


def test_a_month_under_way_is_provisional() -> None:
    days = {
        date(2026, 11, number): day(date(2026, 11, number), number / 10) for number in range(1, 26)
    }
    peak = found(days).this_month
    assert (peak.month, peak.is_final) == (date(2026, 11, 1), False)
    assert peak.power == pytest.approx(10.0)


@pytest.mark.parametrize(
    "of_one_day",
    [
        pytest.param(day(date(2026, 10, 20), lacking=1), id="a quarter-hour is missing"),
        pytest.param(day(date(2026, 10, 20), unsure=1), id="a quarter-hour is estimated"),
        pytest.param(DayFacts(readings=1), id="only the daily value is there"),
    ],
)
def test_a_month_is_final_only_when_every_quarter_hour_is_there_and_validated(
    of_one_day: DayFacts,
) -> None:
    days = month("2026-10-01", 1.0)
    assert found(days).last_month.is_final
    days[date(2026, 10, 20)] = of_one_day
    peak = found(days).last_month
    assert peak.power == pytest.approx(4.0)
    assert not peak.is_final


def test_one_of_several_meters_that_lacks_a_quarter_hour_keeps_a_month_provisional() -> None:
    span = month_span(date(2026, 10, 1))
    gap = Gap(span.start + 3600, span.start + 4500, counted=True)
    assert not found(month("2026-10-01"), Coverage((gap,))).last_month.is_final
    before = Gap(span.start - 900, span.start, counted=True)
    assert found(month("2026-10-01"), Coverage((before,))).last_month.is_final


def test_there_are_no_peaks_of_a_meter_without_quarter_hours() -> None:
    assert peaks({date(2026, 11, 1): DayFacts(readings=1)}, COMPLETE, NOW) is None
    assert peaks({}, COMPLETE, NOW) is None


def test_a_month_begins_at_belgian_midnight() -> None:
    evening = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    of = peaks({date(2026, 11, 1): day(date(2026, 11, 1))}, COMPLETE, evening)
    assert of is not None
    assert (of.this_month.month, of.last_month.month) == (date(2026, 12, 1), date(2026, 11, 1))
    assert len(of.before) == 12
