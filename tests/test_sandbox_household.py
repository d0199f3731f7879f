"""The sandbox's readings: repeatable, adding up, and like a Flemish household's."""

from datetime import date, timedelta
from pathlib import Path
import subprocess
import sys
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings, strategies as st
import pytest

from tests.sandbox.arrival import electricity_arrival, gas_arrival
from tests.sandbox.ean import energy_type_of, has_injection, mock_detail
from tests.sandbox.gas import conversion_factor, gas_day, gas_energy
from tests.sandbox.household import ElectricityDay, electricity_day, household_of
from tests.sandbox.localtime import gas_day_bounds, local_time
from tests.sandbox.weather import sun_of

BRUSSELS = ZoneInfo("Europe/Brussels")
PROSUMER = "541440110000000001"
CONSUMER = "541440010000000001"
GAS = "541441010000000001"
YEAR = [date(2025, 1, 1) + timedelta(days=number) for number in range(365)]
FAR_FUTURE = 1 << 40

days = st.dates(date(2022, 1, 1), date(2030, 12, 31))
numbers = st.integers(0, 999)


@given(days, numbers, st.sampled_from(["54144011", "54144001", "54144000"]))
@example(date(2026, 3, 29), 1, "54144011")
@example(date(2026, 10, 25), 1, "54144011")
@settings(deadline=None)
def test_day_and_night_add_up_to_the_quarter_hours(day: date, number: int, kind: str) -> None:
    power = electricity_day(f"{kind}{number:010}", day)

    by_register: dict[str, int] = {"day": 0, "night": 0, "day in": 0, "night in": 0}
    for index, (offtake, injection) in enumerate(zip(power.offtake, power.injection, strict=True)):
        moment = local_time(power.start + 900 * index)
        assert moment.date() == day
        register = "day" if moment.weekday() < 5 and 7 <= moment.hour < 22 else "night"
        by_register[register] += offtake
        by_register[f"{register} in"] += injection
    assert by_register == {
        "day": power.offtake_day,
        "night": power.offtake_night,
        "day in": power.injection_day,
        "night in": power.injection_night,
    }
    assert len(power.offtake) * 900 == power.end - power.start


@given(days, numbers)
@example(date(2026, 3, 28), 1)
@example(date(2026, 10, 24), 1)
@settings(deadline=None)
def test_gas_hours_fill_the_gas_day(day: date, number: int) -> None:
    gas = gas_day(f"54144101{number:010}", day)

    assert (gas.start, gas.end) == gas_day_bounds(day)
    assert len(gas.volumes) == (gas.end - gas.start) // 3600
    assert all(volume >= 0 for volume in gas.volumes)
    assert sum(gas.volumes) > 0
    provisional, definitive = (
        sum(gas_energy(gas, day, definitive=known)) for known in (False, True)
    )
    assert provisional != definitive
    assert 10.1 < definitive / sum(gas.volumes) < 11.7


@given(st.integers(2020, 2035), st.integers(1, 12))
def test_the_forecast_of_the_conversion_factor_is_close_but_wrong(year: int, month: int) -> None:
    forecast = conversion_factor(year, month, definitive=False)
    proven = conversion_factor(year, month, definitive=True)

    assert 10.19 < proven < 11.61
    assert 0 < abs(forecast - proven) < 0.1


@given(days, numbers)
@settings(deadline=None)
def test_a_day_arrives_after_it_ended_and_stays(day: date, number: int) -> None:
    ean = f"54144011{number:010}"
    arrival = electricity_arrival(ean, day, FAR_FUTURE)
    assert arrival is not None
    end = electricity_day(ean, day).end
    assert end + 5 * 60 <= arrival.instant <= end + 55 * 60
    assert electricity_arrival(ean, day, arrival.instant - 1) is None
    assert electricity_arrival(ean, day, arrival.instant) == arrival


@given(days, numbers)
@settings(deadline=None)
def test_gas_arrives_provisional_first_and_definitive_later(day: date, number: int) -> None:
    ean = f"54144101{number:010}"
    last = gas_arrival(ean, day, FAR_FUTURE)
    assert last is not None
    assert last.definitive
    first = gas_arrival(ean, day, last.instant - 1)
    assert first is not None
    assert not first.definitive
    end = gas_day(ean, day).end
    assert end + 5 * 60 <= first.instant <= end + 55 * 60
    assert gas_arrival(ean, day, first.instant - 1) is None


def test_another_process_generates_the_same_readings() -> None:
    script = (
        "from datetime import date;"
        "from tests.sandbox.household import electricity_day;"
        "from tests.sandbox.gas import gas_day;"
        f"print(electricity_day('{PROSUMER}', date(2026, 5, 17)));"
        f"print(gas_day('{GAS}', date(2026, 1, 17)))"
    )
    other = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", script],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )

    assert other.stdout.splitlines() == [
        str(electricity_day(PROSUMER, date(2026, 5, 17))),
        str(gas_day(GAS, date(2026, 1, 17))),
    ]


def test_meters_and_days_differ() -> None:
    day = date(2026, 5, 17)
    generated = {
        electricity_day(CONSUMER, day).offtake,
        electricity_day(f"{CONSUMER[:-1]}2", day).offtake,
        electricity_day(CONSUMER, day + timedelta(days=7)).offtake,
        electricity_day(f"54144000{CONSUMER[8:]}", day).offtake,
    }

    assert len(generated) == 4


def yearly(ean: str) -> list[ElectricityDay]:
    return [electricity_day(ean, day) for day in YEAR]


def test_a_year_is_that_of_a_household() -> None:
    year = yearly(PROSUMER)

    assert 1500 < sum(sum(day.offtake) for day in year) / 1000 < 7000
    assert 2000 < sum(sum(day.injection) for day in year) / 1000 < 9000
    assert max(max(day.offtake) for day in year) * 4 / 1000 < 15
    assert min(min(day.offtake) for day in yearly(CONSUMER)) * 4 >= 50


def test_the_sun_makes_injection_in_summer_and_never_at_night() -> None:
    year = yearly(PROSUMER)
    december, june = year[334:365], year[151:181]

    assert sum(sum(day.injection) for day in june) > 3 * sum(sum(day.injection) for day in december)
    assert all(sum(day.injection[:12] + day.injection[-4:]) == 0 for day in year)
    assert sum(sun_of(date(2025, 6, 21)).height(hour) > 0 for hour in range(24)) in {16, 17}


def test_some_quarter_hours_both_take_and_inject() -> None:
    both = sum(
        1
        for day in yearly(PROSUMER)
        for offtake, injection in zip(day.offtake, day.injection, strict=True)
        if offtake and injection
    )

    assert both > 500


def test_a_car_charges_on_about_two_nights_a_week() -> None:
    driver = next(
        ean
        for ean in (f"54144001{number:010}" for number in range(20))
        if household_of(ean).car == 7400
    )
    evenings = sum(max(day.offtake[-4:]) > 1700 for day in yearly(driver))

    assert 60 < evenings < 150


def test_heating_gas_goes_with_the_season() -> None:
    year = [sum(gas_day(GAS, day).volumes) for day in YEAR]

    assert sum(year[:31]) > 5 * sum(year[181:212])
    assert min(year) > 0
    assert 500 < sum(year) / 1000 < 2500


@pytest.mark.parametrize(
    ("ean", "energy_type", "injects", "detail"),
    [
        ("541440000000000000", "E", False, "VH_dag"),
        ("541440010000000999", "E", False, "VH_kwartier_uur"),
        ("541440100000000000", "E", True, "VH_dag"),
        ("541440110000000000", "E", True, "VH_kwartier_uur"),
        ("541441000000000000", "G", False, "VH_dag"),
        ("541441010000000000", "G", False, "VH_kwartier_uur"),
        ("541441110000000000", "G", True, None),
        ("541448000000000003", "E", True, None),
        ("541448000000000004", "E", False, None),
    ],
)
def test_the_ean_scheme(ean: str, energy_type: str, detail: str | None, *, injects: bool) -> None:
    assert energy_type_of(ean) == energy_type
    assert has_injection(ean) is injects
    assert mock_detail(ean) == detail
