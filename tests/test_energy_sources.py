"""Which sources a meter makes, by what is measured of it."""

from itertools import chain

from homeassistant.components.energy.data import ENERGY_SOURCE_SCHEMA
from hypothesis import given, strategies as st
import pytest

from custom_components.fluvius_esco.energy_sources import (
    Counted,
    Counting,
    Feed,
    SourceKind,
    counted_statistics,
    feed_key_of,
    feeds_of,
)
from custom_components.fluvius_esco.metering.measures import TOTAL_OF, Measure, SeriesKey
from custom_components.fluvius_esco.stored_rows import statistic_id

from .helpers import GAS_EAN, QUARTER_HOUR_EAN

PRODUCER = "541440000000000801"
REGISTERS = {
    Measure.OFFTAKE,
    Measure.OFFTAKE_DAY,
    Measure.OFFTAKE_NIGHT,
    Measure.INJECTION,
    Measure.INJECTION_DAY,
    Measure.INJECTION_NIGHT,
}
SERIES = st.frozensets(
    st.builds(
        SeriesKey, st.sampled_from([QUARTER_HOUR_EAN, PRODUCER]), st.sampled_from(list(Measure))
    )
)


def feed(ean: str, *measures: Measure) -> Feed:
    """The one feed of a meter of which this is measured."""
    (only,) = feeds_of(ean, [SeriesKey(ean, measure) for measure in measures])
    return only


def pairs(of: Feed, counting: Counting) -> list[tuple[str | None, str | None]]:
    return [(counted.energy_from, counted.energy_to) for counted in of.counted(counting)]


@given(series=SERIES, counting=st.sampled_from(Counting))
def test_the_dashboard_takes_them_and_they_count_nothing_twice(
    series: frozenset[SeriesKey], counting: Counting
) -> None:
    counted = [one for of in feeds_of(QUARTER_HOUR_EAN, series) for one in of.counted(counting)]
    sources = [one.source() for one in counted]
    assert ENERGY_SOURCE_SCHEMA(sources) == sources
    used = list(chain.from_iterable(one.statistics for one in counted))
    assert len(used) == len(set(used)) == len(counted_statistics(sources))
    names = {statistic_id(key.ean, key.measure): key for key in series}
    assert set(used) <= names.keys(), "only statistics that exist"
    keys = [names[one] for one in used]
    for key in keys:
        total = TOTAL_OF.get(key.measure)
        assert SeriesKey(key.ean, total or key.measure) not in keys or total is None
        assert key.ean == QUARTER_HOUR_EAN or key.measure is Measure.PRODUCTION


@given(series=SERIES, counting=st.sampled_from(Counting))
def test_all_offtake_and_injection_is_counted(
    series: frozenset[SeriesKey], counting: Counting
) -> None:
    used = {
        statistic
        for of in feeds_of(QUARTER_HOUR_EAN, series)
        for counted in of.counted(counting)
        for statistic in counted.statistics
    }
    for total in (Measure.OFFTAKE, Measure.INJECTION):
        if SeriesKey(QUARTER_HOUR_EAN, total) in series:
            whole = {statistic_id(QUARTER_HOUR_EAN, total)}
            parts = {
                statistic_id(QUARTER_HOUR_EAN, part) for part, of in TOTAL_OF.items() if of is total
            }
            assert whole <= used or parts <= used


def test_day_and_night_are_a_pair_of_sources() -> None:
    assert pairs(feed(QUARTER_HOUR_EAN, *REGISTERS), Counting.DAY_NIGHT) == [
        (
            statistic_id(QUARTER_HOUR_EAN, Measure.OFFTAKE_DAY),
            statistic_id(QUARTER_HOUR_EAN, Measure.INJECTION_DAY),
        ),
        (
            statistic_id(QUARTER_HOUR_EAN, Measure.OFFTAKE_NIGHT),
            statistic_id(QUARTER_HOUR_EAN, Measure.INJECTION_NIGHT),
        ),
    ]


@pytest.mark.parametrize("missing", [Measure.OFFTAKE_NIGHT, Measure.INJECTION_DAY])
def test_registers_that_do_not_tell_all_are_not_counted(missing: Measure) -> None:
    of = feed(QUARTER_HOUR_EAN, *(REGISTERS - {missing}))
    assert not of.has_registers
    assert of.counted(Counting.DAY_NIGHT) == of.counted(Counting.TOTAL)


def test_a_meter_without_injection_has_registers_of_its_offtake() -> None:
    of = feed(QUARTER_HOUR_EAN, Measure.OFFTAKE, Measure.OFFTAKE_DAY, Measure.OFFTAKE_NIGHT)
    assert pairs(of, Counting.DAY_NIGHT) == [
        (statistic_id(QUARTER_HOUR_EAN, Measure.OFFTAKE_DAY), None),
        (statistic_id(QUARTER_HOUR_EAN, Measure.OFFTAKE_NIGHT), None),
    ]


def test_gas_is_energy_and_only_else_volume() -> None:
    both = feed(GAS_EAN, Measure.GAS_ENERGY, Measure.GAS_VOLUME)
    volume = feed(GAS_EAN, Measure.GAS_VOLUME)
    assert pairs(both, Counting.TOTAL) == [(statistic_id(GAS_EAN, Measure.GAS_ENERGY), None)]
    assert pairs(volume, Counting.TOTAL) == [(statistic_id(GAS_EAN, Measure.GAS_VOLUME), None)]
    assert both.statistics == volume.statistics, "one of them means that the gas is counted"


@given(key=st.builds(SeriesKey, st.just(QUARTER_HOUR_EAN), st.sampled_from(list(Measure))))
def test_a_statistic_leads_back_to_what_it_is_a_part_of(key: SeriesKey) -> None:
    statistic = statistic_id(key.ean, key.measure)
    everything = feeds_of(key.ean, [SeriesKey(key.ean, measure) for measure in Measure])
    keys = [of.key for of in everything if statistic in of.statistics]
    assert feed_key_of(statistic) == (keys[0] if keys else None)
    assert len(keys) <= 1


@pytest.mark.parametrize("statistic", ["sensor.p1_import", "other:1_offtake", "fluvius_esco:1_x"])
def test_other_statistics_lead_nowhere(statistic: str) -> None:
    assert feed_key_of(statistic) is None


def test_prices_and_a_name_change_nothing_of_what_is_counted() -> None:
    counted = Counted(SourceKind.GRID, "fluvius_esco:1_offtake")
    source = counted.source()
    assert counted.is_count_of(source | {"stat_cost": "sensor.costs", "name": "House"})
    for change in (
        {"stat_energy_from": "sensor.other"},
        {"stat_energy_to": "sensor.export"},
        {"stat_rate": "sensor.power"},
        {"power_config": {"stat_rate": "sensor.power"}},
        {"type": "gas"},
    ):
        assert not counted.is_count_of(source | change)
