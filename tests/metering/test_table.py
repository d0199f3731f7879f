"""Slots of an EAN: their amounts as the statistics have them, with how sure Fluvius is of each."""

from collections.abc import Mapping
from itertools import pairwise
import math

from hypothesis import given, strategies as st
import pytest

from custom_components.fluvius_esco.api.models import (
    Channel,
    EnergyType,
    GasConversionFactor,
    Granularity,
    Headpoint,
    PhysicalMeter,
    Register,
    Series,
    SubHeadpoint,
    SubHeadpointKind,
    ValidationState,
)
from custom_components.fluvius_esco.metering.calendar import Day, DayKind, Span
from custom_components.fluvius_esco.metering.hourly import day_hours, hourly_sums
from custom_components.fluvius_esco.metering.measures import Measure, SeriesKey
from custom_components.fluvius_esco.metering.readings import combine
from custom_components.fluvius_esco.metering.table import Amounts, slots, table

from .builders import (
    EAN,
    OFFTAKE,
    OFFTAKE_DAY,
    OFFTAKE_NIGHT,
    VOLUME,
    electricity_day,
    gas_day,
    headpoint,
    meter,
    quarters,
    series,
)

QUARTER, HOUR, DAY = Granularity.QUARTER_HOUR, Granularity.HOUR, Granularity.DAY
READ, ESTIMATED = ValidationState.READ, ValidationState.ESTIMATED
VALIDATED, NOT_VALIDATED = ValidationState.VALIDATED, ValidationState.NOT_VALIDATED
SUMMER = electricity_day("2026-07-01")
SPRING = electricity_day("2026-03-29")
AUTUMN = electricity_day("2026-10-25")


def said(
    channel: Channel,
    granularity: Granularity,
    values: Mapping[int, float | None],
    state: ValidationState | None,
    factor: GasConversionFactor | None = None,
) -> Series:
    """Return a series whose readings all have one state, and one factor."""
    plain = series(channel, granularity, values)
    factors = [factor] * len(values) if factor else []
    return Series(
        channel, granularity, plain.starts, plain.ends, plain.values, [state] * len(values), factors
    )


def of_day(day: Day) -> Span:
    return Span(day.start, day.end)


def offtake(answer: Headpoint, granularity: Granularity, day: Day = SUMMER) -> Amounts:
    return table(answer, granularity, of_day(day))[SeriesKey(EAN, Measure.OFFTAKE)]


def by_quarter(
    values: Mapping[int, float | None],
    state: ValidationState | None = READ,
    number: str = "1",
    daily: float | None = None,
) -> PhysicalMeter:
    """Return a meter with quarter-hours, and with a daily value if there is one."""
    of_meter = [said(OFFTAKE, QUARTER, values, state)]
    if daily is not None:
        of_meter.append(said(OFFTAKE, DAY, {SUMMER.start: daily}, state))
    return meter(*of_meter, number=number)


@pytest.mark.parametrize(
    ("day", "granularity", "number"),
    [
        (SUMMER, QUARTER, 96),
        (SPRING, QUARTER, 92),
        (AUTUMN, QUARTER, 100),
        (SPRING, HOUR, 23),
        (AUTUMN, HOUR, 25),
        (AUTUMN, DAY, 1),
    ],
)
def test_a_day_has_all_its_slots(day: Day, granularity: Granularity, number: int) -> None:
    found = slots(of_day(day), granularity, DayKind.ELECTRICITY)
    assert len(found) == number
    assert (found[0].start, found[-1].end) == (day.start, day.end)
    assert all(first.end == second.start for first, second in pairwise(found))


def test_slots_that_are_touched_are_whole() -> None:
    part = Span(SUMMER.start + 100, SUMMER.start + 950)
    assert slots(part, QUARTER, DayKind.ELECTRICITY) == [
        Span(SUMMER.start, SUMMER.start + 900),
        Span(SUMMER.start + 900, SUMMER.start + 1800),
    ]
    assert slots(part, HOUR, DayKind.ELECTRICITY) == [Span(SUMMER.start, SUMMER.start + 3600)]
    assert slots(part, DAY, DayKind.GAS) == [of_day(gas_day("2026-06-30"))]


def test_meters_of_a_slot_add_up_and_the_least_sure_one_counts() -> None:
    start = SUMMER.start
    answer = headpoint(
        by_quarter({start: 0.25, start + 900: 0.5}, READ),
        by_quarter({start: 1.0, start + 900: 2.0}, ESTIMATED, number="2"),
    )
    found = offtake(answer, QUARTER)
    assert found == {start: 1.25, start + 900: 2.5}
    assert {amount.state for amount in found.values()} == {ESTIMATED}


@pytest.mark.parametrize(
    ("first", "second", "worst"),
    [
        (READ, ESTIMATED, ESTIMATED),
        (VALIDATED, NOT_VALIDATED, NOT_VALIDATED),
        (NOT_VALIDATED, ESTIMATED, ESTIMATED),
        (READ, None, ValidationState.UNKNOWN),
        (READ, VALIDATED, READ),
    ],
)
def test_an_hour_is_as_sure_as_its_least_sure_quarter(
    first: ValidationState | None, second: ValidationState | None, worst: ValidationState
) -> None:
    start = SUMMER.start
    answer = headpoint(
        meter(
            said(OFFTAKE, QUARTER, {start: 0.25, start + 900: 0.5, start + 1800: 0.25}, first),
            said(OFFTAKE, QUARTER, {start + 2700: 1.0}, second),
        )
    )
    (hour,) = offtake(answer, HOUR).values()
    assert (hour, hour.state) == (2.0, worst)


def test_an_hour_that_lacks_a_quarter_has_no_amount() -> None:
    values = quarters(SUMMER, 0.25)
    values[SUMMER.start] = None
    del values[SUMMER.start + 2 * 3600]
    found = offtake(headpoint(by_quarter(values)), HOUR)
    assert len(found) == 22
    assert SUMMER.start not in found
    assert SUMMER.start + 2 * 3600 not in found


def test_the_headpoint_s_value_counts_alone_with_its_own_state() -> None:
    start = SUMMER.start
    answer = headpoint(
        by_quarter({start: 0.25}, ESTIMATED),
        own=(said(OFFTAKE, QUARTER, {start: 1.0}, VALIDATED),),
    )
    (amount,) = offtake(answer, QUARTER).values()
    assert (amount, amount.state) == (1.0, VALIDATED)


def test_of_a_double_slice_the_later_one_counts_with_its_state() -> None:
    start = SUMMER.start
    answer = headpoint(
        meter(
            said(OFFTAKE, QUARTER, {start: 9.0}, ESTIMATED),
            said(OFFTAKE, QUARTER, {start: 1.0}, READ),
        )
    )
    (amount,) = offtake(answer, QUARTER).values()
    assert (amount, amount.state) == (1.0, READ)


def test_a_meter_that_lacks_a_slice_between_its_own_leaves_the_slot_unknown() -> None:
    first, gap, last = (SUMMER.start + 900 * n for n in range(3))
    answer = headpoint(
        by_quarter({first: 1.0, gap: 1.0, last: 1.0}),
        by_quarter({first: 1.0, gap: None, last: 1.0}, number="2"),
    )
    assert offtake(answer, QUARTER) == {first: 2.0, last: 2.0}


def test_a_replaced_meter_s_nulls_hide_nothing_of_the_new_one() -> None:
    noon = SUMMER.start + 12 * 3600
    old: dict[int, float | None] = {
        start: 0.25 if start < noon else None for start in quarters(SUMMER, None)
    }
    new = {start: value for start, value in quarters(SUMMER, 0.5).items() if start >= noon}
    answer = headpoint(by_quarter(old), by_quarter(new, number="2"))
    assert len(offtake(answer, QUARTER)) == 96
    assert offtake(answer, DAY) == {SUMMER.start: 36.0}


def test_a_meter_known_by_day_only_leaves_the_quarter_hours_beside_it_unknown() -> None:
    answer = headpoint(
        by_quarter(quarters(SUMMER, 0.25)),
        by_quarter(quarters(SUMMER, None), number="2", daily=8.0),
    )
    assert offtake(answer, QUARTER) == {}
    assert offtake(answer, DAY) == {SUMMER.start: 32.0}


def test_a_meter_that_measured_nothing_that_day_leaves_them_known() -> None:
    answer = headpoint(
        by_quarter(quarters(SUMMER, 0.25)),
        by_quarter(quarters(SUMMER, None), number="2", daily=0.0),
    )
    assert len(offtake(answer, QUARTER)) == 96


def test_a_day_has_its_registers_and_their_sum() -> None:
    answer = headpoint(
        meter(
            said(OFFTAKE_DAY, DAY, {SUMMER.start: 5.0}, READ),
            said(OFFTAKE_NIGHT, DAY, {SUMMER.start: 2.0}, ESTIMATED),
        )
    )
    found = table(answer, DAY, of_day(SUMMER))
    assert {key.measure: dict(amounts) for key, amounts in found.items()} == {
        Measure.OFFTAKE: {SUMMER.start: 7.0},
        Measure.OFFTAKE_DAY: {SUMMER.start: 5.0},
        Measure.OFFTAKE_NIGHT: {SUMMER.start: 2.0},
    }
    assert found[SeriesKey(EAN, Measure.OFFTAKE)][SUMMER.start].state is ESTIMATED
    assert table(answer, QUARTER, of_day(SUMMER)) == {}


def test_a_day_without_all_of_its_energy_has_no_amount() -> None:
    values = quarters(SUMMER, 0.25)
    values[SUMMER.start] = None
    assert offtake(headpoint(by_quarter(values)), DAY) == {}
    assert offtake(headpoint(by_quarter(values, daily=30.0)), DAY) == {SUMMER.start: 30.0}
    assert offtake(headpoint(by_quarter(quarters(SUMMER, None))), DAY) == {}


def test_gas_is_as_sure_as_its_factor() -> None:
    day = gas_day("2026-01-15")
    energy = Channel(OFFTAKE.direction, Register.TOTAL, OFFTAKE.unit)
    hours = dict.fromkeys(range(day.start, day.end, 3600), 1.0)
    provisional = {start: value for start, value in hours.items() if start == day.start}
    answer = headpoint(
        meter(
            said(energy, HOUR, hours, READ, GasConversionFactor.DEFINITIVE),
            said(energy, HOUR, provisional, READ, GasConversionFactor.PROVISIONAL),
            said(VOLUME, HOUR, hours, READ),
        ),
        energy_type=EnergyType.GAS,
    )
    by_hour = table(answer, HOUR, of_day(day))
    energies = by_hour[SeriesKey(EAN, Measure.GAS_ENERGY)]
    assert energies[day.start].factor is GasConversionFactor.PROVISIONAL
    assert energies[day.start + 3600].factor is GasConversionFactor.DEFINITIVE
    assert by_hour[SeriesKey(EAN, Measure.GAS_VOLUME)][day.start].factor is None
    (whole,) = table(answer, DAY, of_day(day))[SeriesKey(EAN, Measure.GAS_ENERGY)].values()
    assert (whole, whole.factor) == (24.0, GasConversionFactor.PROVISIONAL)


def test_a_sub_headpoint_has_series_of_its_own() -> None:
    sub = SubHeadpoint(
        SubHeadpointKind.OFFTAKE,
        "541440000000000803",
        "1",
        None,
        None,
        (said(OFFTAKE, QUARTER, {SUMMER.start: 0.5}, VALIDATED),),
    )
    answer = headpoint(own=(said(OFFTAKE, QUARTER, {SUMMER.start: 2.0}, VALIDATED),), subs=(sub,))
    found = table(answer, QUARTER, of_day(SUMMER))
    assert {key.ean: dict(amounts) for key, amounts in found.items()} == {
        EAN: {SUMMER.start: 2.0},
        "541440000000000803": {SUMMER.start: 0.5},
    }


SLICES = st.lists(
    st.sampled_from(["absent", "null"]) | st.integers(0, 5000), min_size=100, max_size=100
)
MOSTLY_KNOWN = st.lists(st.integers(0, 5000), min_size=100, max_size=100)


@st.composite
def meters(draw: st.DrawFn, day: Day) -> PhysicalMeter:
    """Draw a meter with quarter-hours, some of them maybe missing, and maybe a daily value."""
    watt_hours = draw(MOSTLY_KNOWN | SLICES)
    first = draw(st.sampled_from([0, 0, 48]))
    behind = draw(st.sampled_from([100, 100, 48]))
    fine: dict[int, float | None] = {
        start: None if isinstance(amount, str) else amount / 1000
        for number, (start, amount) in enumerate(
            zip(range(day.start, day.end, 900), watt_hours, strict=False)
        )
        if amount != "absent" and first <= number < behind
    }
    known = sum(value for value in fine.values() if value is not None)
    daily = draw(st.none() | st.just(known) | st.integers(0, 100_000).map(lambda wh: wh / 1000))
    of_meter = [series(OFFTAKE, QUARTER, fine)]
    if daily is not None:
        of_meter.append(series(OFFTAKE, DAY, {day.start: daily}))
    return meter(*of_meter)


@given(st.data(), st.sampled_from([SUMMER, SPRING, AUTUMN]))
def test_slots_amount_to_what_the_statistics_hold(data: st.DataObject, day: Day) -> None:
    answer = headpoint(*data.draw(st.lists(meters(day), min_size=1, max_size=3)))
    key = SeriesKey(EAN, Measure.OFFTAKE)
    of_meters = combine(answer)[key]
    sums = hourly_sums(day_hours(Measure.OFFTAKE, of_meters, of_day(day)))
    held = math.fsum(sums.values.values())
    days = table(answer, DAY, of_day(day))[key]
    assert days == pytest.approx({day.start: held} if days else {}, abs=1e-9)
    for granularity in (QUARTER, HOUR):
        found = table(answer, granularity, of_day(day)).get(key, {})
        if len(found) == len(slots(of_day(day), granularity, DayKind.ELECTRICITY)):
            assert days
            assert not sums.partial
            assert math.fsum(found.values()) == pytest.approx(held, abs=1e-9)
            if granularity is HOUR:
                assert found == pytest.approx(sums.values, abs=1e-9)
