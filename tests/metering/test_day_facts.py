"""What a day of readings says beside its amount."""

from dataclasses import replace
from datetime import date

from hypothesis import given, strategies as st
import pytest

from custom_components.fluvius_esco.api.models import (
    Channel,
    EnergyType,
    GasConversionFactor,
    Granularity,
    Headpoint,
    Series,
    ValidationState,
)
from custom_components.fluvius_esco.metering.answer import Question, evaluate
from custom_components.fluvius_esco.metering.calendar import Day, Span
from custom_components.fluvius_esco.metering.day_facts import (
    DayFacts,
    Facts,
    ReadFacts,
    facts_outside,
    newest_slice,
    provisional_since,
    unsure_share,
    updated_facts,
    worth_keeping,
)
from custom_components.fluvius_esco.metering.measures import Measure

from .builders import (
    INJECTION,
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

SATURDAY = electricity_day("2026-10-24")
SUNDAY = electricity_day("2026-10-25")
BOTH = Span(SATURDAY.start, SUNDAY.end)
FINE = (Granularity.DAY, Granularity.QUARTER_HOUR)
READ, ESTIMATED = ValidationState.READ, ValidationState.ESTIMATED


def read_in(answer: Headpoint, asked: Span = BOTH) -> ReadFacts:
    return evaluate(answer, Question((asked,), FINE), {}).facts


def facts_of(answer: Headpoint, asked: Span = BOTH) -> Facts:
    return updated_facts({}, read_in(answer, asked))


def offtake(
    day: Day, values: dict[int, float | None], state: ValidationState | None = READ
) -> Series:
    """Quarter-hours of offtake that are read, but for those of the day's first hour."""
    one = series(OFFTAKE, Granularity.QUARTER_HOUR, values)
    hour = range(day.start, day.start + 3600)
    states = [state if start in hour else READ for start in values]
    return replace(one, states=states)


def with_peak(day: Day, at: int, value: float) -> dict[int, float | None]:
    return quarters(day, 0.1) | {day.start + at * 900: value}


def test_the_highest_and_the_newest_quarter_hour_of_every_day() -> None:
    values = with_peak(SATURDAY, 50, 1.5) | with_peak(SUNDAY, 99, 0.7)
    of = facts_of(headpoint(meter(offtake(SATURDAY, values))))[Measure.OFFTAKE]
    assert of[date(2026, 10, 24)] == DayFacts(
        slices=96,
        peak=1.5,
        peak_start=SATURDAY.start + 50 * 900,
        newest=0.1,
        newest_start=SATURDAY.end - 900,
        readings=96,
    )
    assert of[date(2026, 10, 25)].slices == 100
    newest = newest_slice(of)
    assert newest is not None
    assert (newest.newest, newest.newest_start) == (0.7, SUNDAY.end - 900)


def test_meters_side_by_side_are_added_up_per_quarter_hour() -> None:
    first = meter(offtake(SATURDAY, with_peak(SATURDAY, 10, 1.0)), number="1")
    second = meter(offtake(SATURDAY, with_peak(SATURDAY, 20, 1.2)), number="2")
    of = facts_of(headpoint(first, second))[Measure.OFFTAKE][SATURDAY.date]
    assert of.peak == pytest.approx(1.3)
    assert of.peak_start == SATURDAY.start + 20 * 900


def test_the_headpoint_counts_alone_also_for_how_sure_its_values_are() -> None:
    own = offtake(SATURDAY, with_peak(SATURDAY, 10, 0.4))
    of_meter = offtake(SATURDAY, quarters(SATURDAY, 9.0), state=ESTIMATED)
    of = facts_of(headpoint(meter(of_meter), own=(own,)))[Measure.OFFTAKE][SATURDAY.date]
    assert (of.peak, of.unsure) == (0.4, 0)


@pytest.mark.parametrize(
    ("state", "unsure"),
    [
        (ValidationState.READ, 0),
        (ValidationState.VALIDATED, 0),
        (ValidationState.ESTIMATED, 4),
        (ValidationState.NOT_VALIDATED, 4),
        (ValidationState.UNKNOWN, 4),
        (None, 4),
    ],
)
def test_what_is_not_validated_is_not_sure(state: ValidationState | None, unsure: int) -> None:
    one = offtake(SATURDAY, quarters(SATURDAY, 0.1), state=state)
    of = facts_of(headpoint(meter(one)))[Measure.OFFTAKE][SATURDAY.date]
    assert (of.readings, of.unsure) == (96, unsure)


def test_of_a_slice_that_occurs_twice_the_later_state_counts() -> None:
    one = series(OFFTAKE, Granularity.QUARTER_HOUR, quarters(SATURDAY, 0.1))
    twice = replace(
        one,
        starts=[SATURDAY.start, *one.starts],
        ends=[SATURDAY.start + 900, *one.ends],
        values=[0.1, *one.values],
        states=[ESTIMATED, *[READ] * 96],
    )
    assert facts_of(headpoint(meter(twice)))[Measure.OFFTAKE][SATURDAY.date].unsure == 0
    turned = replace(twice, states=[READ, ESTIMATED, *[READ] * 95])
    assert facts_of(headpoint(meter(turned)))[Measure.OFFTAKE][SATURDAY.date].unsure == 1


def test_a_day_without_quarter_hours_is_judged_by_its_daily_value_and_has_no_peak() -> None:
    registers = [
        replace(series(channel, Granularity.DAY, {SATURDAY.start: 5.0}), states=[state])
        for channel, state in ((OFFTAKE_DAY, READ), (OFFTAKE_NIGHT, ESTIMATED))
    ]
    of = facts_of(headpoint(meter(*registers)))[Measure.OFFTAKE][SATURDAY.date]
    assert of == DayFacts(readings=1, unsure=1)


def test_a_null_is_no_reading_however_sure_it_is() -> None:
    values: dict[int, float | None] = quarters(SATURDAY, 0.1)
    nulls = dict.fromkeys(values)
    without = replace(series(OFFTAKE, Granularity.QUARTER_HOUR, nulls), states=[None] * 96)
    both = headpoint(meter(offtake(SATURDAY, values)), meter(without, number="2"))
    of = facts_of(both)[Measure.OFFTAKE][SATURDAY.date]
    assert (of.readings, of.unsure) == (96, 0)


def test_injection_has_no_say_in_the_peak_of_offtake() -> None:
    injection = series(INJECTION, Granularity.QUARTER_HOUR, quarters(SATURDAY, 3.0))
    answer = headpoint(meter(offtake(SATURDAY, quarters(SATURDAY, 0.1)), injection))
    assert facts_of(answer)[Measure.OFFTAKE][SATURDAY.date].peak == 0.1


@pytest.mark.parametrize(
    ("factor", "since"),
    [
        (GasConversionFactor.PROVISIONAL, date(2026, 10, 24)),
        (GasConversionFactor.DEFINITIVE, None),
        (GasConversionFactor.CONSTANT, None),
    ],
)
def test_the_kwh_of_gas_are_provisional_until_their_factor_is_definitive(
    factor: GasConversionFactor, since: date | None
) -> None:
    day = gas_day("2026-10-24")
    hours = dict.fromkeys(range(day.start, day.end, 3600), 1.0)

    def gas(channel: Channel, factors: list[GasConversionFactor | None]) -> Series:
        return replace(series(channel, Granularity.HOUR, dict(hours)), factors=factors)

    answer = headpoint(
        meter(gas(VOLUME, []), gas(OFFTAKE, [factor] * len(hours))), energy_type=EnergyType.GAS
    )
    assert provisional_since(facts_of(answer, Span(day.start, day.end))) == since


def test_a_day_that_is_read_again_replaces_what_was_known_of_it() -> None:
    known = facts_of(headpoint(meter(offtake(SATURDAY, with_peak(SATURDAY, 5, 2.0)))))
    lower = read_in(headpoint(meter(offtake(SATURDAY, with_peak(SATURDAY, 7, 1.0)))))
    assert updated_facts(known, lower)[Measure.OFFTAKE][SATURDAY.date].peak == 1.0


@pytest.mark.parametrize("daily", [(), (series(OFFTAKE, Granularity.DAY, {SATURDAY.start: 9.0}),)])
def test_a_peak_outlives_its_absence_from_an_answer_but_not_its_withdrawal(
    daily: tuple[Series, ...],
) -> None:
    values = with_peak(SATURDAY, 5, 2.0)
    known = facts_of(headpoint(meter(offtake(SATURDAY, values))))
    absent = {start: value for start, value in values.items() if value != 2.0}
    null: dict[int, float | None] = values | {SATURDAY.start + 5 * 900: None}

    def after(values: dict[int, float | None]) -> DayFacts:
        read = read_in(headpoint(meter(offtake(SATURDAY, values), *daily)))
        return updated_facts(known, read)[Measure.OFFTAKE][SATURDAY.date]

    assert (after(absent).peak, after(absent).slices) == (2.0, 95)
    assert after(null).peak == 0.1
    # One that is there with less counts with that, whatever else is absent.
    assert after(absent | {SATURDAY.start + 5 * 900: 0.2}).peak == 0.2
    del absent[SATURDAY.start]
    assert after(absent | {SATURDAY.start + 5 * 900: 0.2}).peak == 0.2
    assert after({}).peak == 2.0


def test_one_measure_of_a_day_leaves_the_others_alone() -> None:
    known = facts_of(headpoint(meter(offtake(SATURDAY, quarters(SATURDAY, 0.3)))))
    injection = series(INJECTION, Granularity.QUARTER_HOUR, quarters(SATURDAY, 0.2))
    both = updated_facts(known, read_in(headpoint(meter(injection))))
    assert {measure: of[SATURDAY.date].peak for measure, of in both.items()} == {
        Measure.OFFTAKE: 0.3,
        Measure.INJECTION: 0.2,
    }


def test_nothing_is_kept_of_days_that_are_gone() -> None:
    values = quarters(SATURDAY, 0.1) | quarters(SUNDAY, 0.1)
    known = facts_of(headpoint(meter(offtake(SATURDAY, values))))
    gone = facts_outside(known, Span(SUNDAY.start + 900, 2**40), Measure.OFFTAKE.day_kind)
    assert set(gone[Measure.OFFTAKE]) == {SATURDAY.date}


def test_peaks_are_looked_back_at_longer_than_all_else_but_what_is_provisional() -> None:
    old, older, recent = date(2026, 5, 1), date(2025, 1, 1), date(2026, 11, 1)
    days = {day: DayFacts(slices=1) for day in (older, old, recent)}
    gas = {**days, older: DayFacts(provisional=True)}
    kept = worth_keeping(
        {Measure.OFFTAKE: days, Measure.INJECTION: days, Measure.GAS_ENERGY: gas},
        date(2025, 11, 1),
        date(2026, 9, 1),
    )
    assert {measure: [*of] for measure, of in kept.items()} == {
        Measure.OFFTAKE: [old, recent],
        Measure.INJECTION: [recent],
        Measure.GAS_ENERGY: [older, recent],
    }


@given(
    st.dictionaries(
        st.dates(date(2026, 1, 1), date(2026, 12, 31)),
        st.integers(0, 96).flatmap(
            lambda readings: st.builds(
                DayFacts, readings=st.just(readings), unsure=st.integers(0, readings)
            )
        ),
    )
)
def test_the_unsure_share_is_that_of_the_newest_days(days: dict[date, DayFacts]) -> None:
    share = unsure_share({Measure.OFFTAKE: days}, 30)
    known = sorted(day for day, facts in days.items() if facts.readings)
    if not known:
        assert share is None
        return
    newest = [days[day] for day in known if (known[-1] - day).days < 30]
    expected = 100 * sum(of.unsure for of in newest) / sum(of.readings for of in newest)
    assert share == pytest.approx(expected)
