"""Hours in the real recorder, after any change."""

from datetime import UTC, datetime, timedelta

from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant
import pytest

from custom_components.fluvius_esco import statistics
from custom_components.fluvius_esco.metering.hourly import HourlySums
from custom_components.fluvius_esco.metering.measures import Measure, SeriesKey
from custom_components.fluvius_esco.statistics import (
    StatisticSeries,
    StatisticsNotWrittenError,
    async_write_hours,
)

from .helpers import hourly_rows

SERIES = StatisticSeries(SeriesKey("541440110000000001", Measure.OFFTAKE), "Meter offtake")
START = datetime(2026, 3, 1, tzinfo=UTC)


def hours(first: int, *amounts: float, void: tuple[int, ...] = ()) -> HourlySums:
    """Return hours in a row, the first one so many hours after the start."""

    def second(hour: int) -> int:
        return int((START + timedelta(hours=hour)).timestamp())

    values = {second(first + number): amount for number, amount in enumerate(amounts)}
    return HourlySums(values, frozenset(second(hour) for hour in void))


async def write(hass: HomeAssistant, wanted: HourlySums) -> int:
    """Write hours, and return how many rows that took."""
    return (await async_write_hours(hass, {SERIES: wanted})).hours


async def stored(hass: HomeAssistant) -> dict[int, float]:
    """Return the stored amounts by hour, after checking that the totals agree with them."""
    amounts = {}
    for row in await hourly_rows(hass, SERIES.statistic_id):
        assert row["change"] == pytest.approx(row["state"], abs=1e-9), row
        amounts[int((row["start"] - START.timestamp()) // 3600)] = row["state"]
    return amounts


async def test_hours_are_written_once(hass: HomeAssistant) -> None:
    assert await write(hass, hours(0, 1.0, 2.0, 3.0)) == 3
    assert await write(hass, hours(0, 1.0, 2.0, 3.0)) == 0
    assert await stored(hass) == {0: 1.0, 1: 2.0, 2: 3.0}


async def test_a_correction_rewrites_its_hour_and_moves_the_rest(hass: HomeAssistant) -> None:
    await write(hass, hours(0, *[1.0] * 100))
    assert await write(hass, hours(10, 5.0)) == 1
    assert await stored(hass) == dict.fromkeys(range(100), 1.0) | {10: 5.0}


async def test_a_correction_downwards_never_shows_a_negative_hour(hass: HomeAssistant) -> None:
    await write(hass, hours(0, *[4.0] * 10))
    await write(hass, hours(3, 0.0, 1.0))
    assert await stored(hass) == dict.fromkeys(range(10), 4.0) | {3: 0.0, 4: 1.0}


async def test_a_hole_is_filled_without_touching_its_edges(hass: HomeAssistant) -> None:
    await write(hass, hours(0, 1.0, 1.0))
    await write(hass, hours(8, 2.0, 2.0))
    assert await write(hass, hours(4, 7.0)) == 1
    assert await stored(hass) == {0: 1.0, 1: 1.0, 4: 7.0, 8: 2.0, 9: 2.0}


async def test_older_history_goes_before_what_is_there(hass: HomeAssistant) -> None:
    await write(hass, hours(10, 2.0, 2.0))
    await write(hass, hours(0, 1.0, 3.0))
    assert await stored(hass) == {0: 1.0, 1: 3.0, 10: 2.0, 11: 2.0}


async def test_void_hours_count_nothing_and_absent_ones_stay(hass: HomeAssistant) -> None:
    await write(hass, hours(0, 1.0, 2.0, 3.0, 4.0))
    await write(hass, hours(1, 9.0, void=(2, 7)))
    assert await stored(hass) == {0: 1.0, 1: 9.0, 2: 0.0, 3: 4.0}


async def test_a_day_changes_over_to_its_quarter_hours(hass: HomeAssistant) -> None:
    await write(hass, hours(0, 24.0))
    await write(hass, hours(24, 10.0))
    await write(hass, hours(0, *[1.0] * 24))
    assert await stored(hass) == dict.fromkeys(range(24), 1.0) | {24: 10.0}


async def test_nothing_to_write_writes_nothing(hass: HomeAssistant) -> None:
    assert await write(hass, HourlySums()) == 0
    assert await write(hass, hours(0, void=(1,))) == 0
    assert await stored(hass) == {}


async def test_a_shift_that_was_lost_in_a_crash_is_made_up_for(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(hass, hours(0, *[1.0] * 10))
    with monkeypatch.context() as crash:
        crash.setattr(Recorder, "async_adjust_statistics", lambda *_: None)
        with pytest.raises(StatisticsNotWrittenError):
            await write(hass, hours(4, 3.0))
    await write(hass, hours(4, 3.0))
    assert await stored(hass) == dict.fromkeys(range(10), 1.0) | {4: 3.0}


async def test_rows_that_the_recorder_loses_are_told(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as failing:
        failing.setattr(statistics, "async_add_external_statistics", lambda *_: None)
        with pytest.raises(StatisticsNotWrittenError):
            await write(hass, hours(0, 1.0))
    assert await write(hass, hours(0, 1.0)) == 1


async def test_a_recorder_that_does_not_commit_is_told(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "_COMMIT_TIMEOUT", 0)
    with pytest.raises(StatisticsNotWrittenError):
        await write(hass, hours(0, 1.0))
