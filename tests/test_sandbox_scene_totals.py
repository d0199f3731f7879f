"""The sandbox's totals against its own answers, whatever happened to the readings."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.sandbox import Sandbox
from tests.sandbox.visitor import Visitor, visiting

BRUSSELS = ZoneInfo("Europe/Brussels")
NOW = datetime(2026, 11, 9, 12, tzinfo=UTC)
START = datetime(2026, 10, 20, 22, tzinfo=UTC)
EAN = "541440110000000001"
GAS = "541441010000000001"
SUB = "541440000000000801"
QUARTER = timedelta(minutes=15)
KINDS = ("meter", "replaced", "exclusiveNight", "headpoint", "headpointAndMeter")
GAS_KINDS = ("meter", "replaced", "headpoint", "headpointAndMeter")

type Slices = dict[tuple[str, datetime], int | None]


@pytest.fixture
async def visitor(socket_enabled: None) -> AsyncIterator[Visitor]:
    async with visiting(lambda: NOW) as visitor:
        visitor.sandbox.clock.set(NOW)
        for ean in (EAN, GAS):
            visitor.sandbox.add_mandate(ean, data_period_from=START)
        yield visitor


def install(sandbox: Sandbox, ean: str, kind: str) -> None:
    subs = [{"ean": SUB, "kind": "production"}] if "headpoint" in kind else []
    at = until = None
    if kind == "replaced":
        at = START + timedelta(days=6, hours=13)
        until = START + timedelta(days=8)
    elif kind == "headpointAndMeter":
        at = datetime(2026, 10, 28, 23 if ean == EAN else 5, tzinfo=UTC)
        until = at + timedelta(days=2)
    sandbox.install(ean, kind, at=at, until=until, sub_headpoints=subs)


def disturb(sandbox: Sandbox, ean: str, chance: Random) -> None:
    """Plan corrections, delays and repeats, also on and around the night of the clock change."""
    names = ["gas_energy", "gas_volume"]
    if ean == EAN:
        names = ["offtake", "injection", "offtake_day", "offtake_night"]
    for _ in range(25):
        start = START + timedelta(hours=chance.randrange(18 * 24))
        end = start + timedelta(hours=chance.choice((1, 1, 5, 30, 80)))
        moment = start + timedelta(hours=chance.randrange(18 * 24))
        series = chance.choice((*names, None))
        match chance.randrange(5):
            case 0 | 1:
                value = chance.choice((None, 0.0, 1.25, 2.5))
                sandbox.correct(ean, series, start, end, value, inserted=moment)
            case 2:
                sandbox.restate(ean, series, start, end, "EST", inserted=moment)
            case 3:
                until = chance.choice((None, moment, moment))
                sandbox.delay(ean, start, end, until, series=series)
            case _:
                sandbox.repeat(ean, start, end, chance.choice((None, 7.5)))
    if chance.random() < 0.5:
        sandbox.shuffle(ean)


def slices_of(holder: dict[str, Any], names: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for name in names:
        for part in holder.get(name) or []:
            for measurement in part["measurements"]:
                for direction, registers in measurement.items():
                    for register, reading in registers.items():
                        key = f"{direction} {register} {reading['unit']}"
                        value = reading["value"]
                        thousandths = None if value is None else round(value * 1000)
                        yield key, (datetime.fromisoformat(part["start"]), thousandths)


def known(holder: dict[str, Any], names: tuple[str, ...]) -> Slices:
    """Return the values of a holder of series; the later of two counts."""
    found: Slices = {}
    for key, (start, value) in slices_of(holder, names):
        found[key, start] = value
    for direction in ("offtake", "injection"):
        days = {start for key, start in found if key in both(direction)}
        for start in days:
            parts = [found[key, start] for key in both(direction) if (key, start) in found]
            missing = None in parts
            found[f"{direction} total kWh", start] = (
                None if missing else sum(part for part in parts if part is not None)
            )
    return found


def both(direction: str) -> tuple[str, str]:
    return f"{direction} day kWh", f"{direction} night kWh"


def of_installation(headpoint: dict[str, Any], names: tuple[str, ...]) -> Slices:
    whole: Slices = {}
    for meter in headpoint.get("physicalMeters", []):
        for slot, value in known(meter, names).items():
            earlier = whole.get(slot)
            whole[slot] = value if earlier is None else earlier + (value or 0)
    return whole | known(headpoint, names)


def begin_of_day(moment: datetime, hour: int) -> datetime:
    """Return the local midnight, or 06:00, that a moment's day began at."""
    local = moment.astimezone(BRUSSELS)
    begin = local.replace(hour=hour, minute=0, fold=0)
    if local.hour < hour:
        begin -= timedelta(days=1)
    return begin.astimezone(UTC)


def sums(fine: Slices, daily: Slices, key: str, hour: int) -> dict[str, float]:
    """Decide day by day what counts, and sum it up by the local day that it starts on."""
    slots: dict[datetime, dict[datetime, int]] = defaultdict(dict)
    for (name, start), amount in fine.items():
        if name == key and amount is not None:
            slots[begin_of_day(start, hour)][start] = amount
    days = {start: amount for (name, start), amount in daily.items() if name == key}
    found: dict[str, int] = defaultdict(int)
    for begin in slots.keys() | days.keys():
        tomorrow = begin.astimezone(BRUSSELS) + timedelta(days=1)
        hours = (tomorrow.astimezone(UTC) - begin).total_seconds() / 3600
        value = days.get(begin)
        if value is None or len(slots[begin]) == hours * (1 if hour else 4):
            counted = slots[begin]
        else:
            counted = {begin: value}
        for start, amount in counted.items():
            found[start.astimezone(BRUSSELS).date().isoformat()] += amount
    return {day: amount / 1000 for day, amount in found.items()}


async def headpoint_of(visitor: Visitor, ean: str) -> dict[str, Any]:
    bounds = (START, NOW)
    reply = await visitor.energy(ean, *(f"{one:%Y-%m-%dT%H:%M:%SZ}" for one in bounds))
    found = reply.json["data"]["headpoint"]
    assert isinstance(found, dict)
    return found


DAILY, FINE = ("dailyEnergy",), ("hourlyEnergy", "quarterHourlyEnergy")
ELECTRICITY = {
    "offtake": "offtake total kWh",
    "injection": "injection total kWh",
    "offtake_day": "offtake day kWh",
    "offtake_night": "offtake night kWh",
    "injection_day": "injection day kWh",
    "injection_night": "injection night kWh",
}
GAS_SERIES = {"gas_energy": "offtake total kWh", "gas_volume": "offtake total m3"}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", KINDS)
async def test_totals_of_electricity_are_what_the_answers_say(
    visitor: Visitor, kind: str, seed: int
) -> None:
    chance = Random(f"{kind} {seed}")  # noqa: S311 - no secrets
    install(visitor.sandbox, EAN, kind)
    disturb(visitor.sandbox, EAN, chance)

    found = await headpoint_of(visitor, EAN)

    fine, daily = of_installation(found, FINE), of_installation(found, DAILY)
    expected = {name: sums(fine, daily, key, 0) for name, key in ELECTRICITY.items()}
    assert by_day(visitor, EAN) == expected
    for sub in found.get("subHeadpoints", []):
        own = sums(known(sub, FINE), known(sub, DAILY), "production total kWh", 0)
        assert by_day(visitor, SUB) == {"production": own}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", GAS_KINDS)
async def test_totals_of_gas_are_what_the_answers_say(
    visitor: Visitor, kind: str, seed: int
) -> None:
    chance = Random(f"gas {kind} {seed}")  # noqa: S311 - no secrets
    install(visitor.sandbox, GAS, kind)
    disturb(visitor.sandbox, GAS, chance)

    found = await headpoint_of(visitor, GAS)

    fine, daily = of_installation(found, FINE), of_installation(found, DAILY)
    names = by_day(visitor, GAS).keys()
    expected = {name: sums(fine, daily, GAS_SERIES[name], 6) for name in names}
    assert by_day(visitor, GAS) == expected


def by_day(visitor: Visitor, ean: str) -> dict[str, dict[str, float]]:
    return visitor.sandbox.totals(ean, by_day=True)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("ean", "kind"), [(EAN, "meter"), (EAN, "headpoint"), (GAS, "meter")])
async def test_who_keeps_asking_for_what_was_inserted_misses_nothing(
    visitor: Visitor, ean: str, kind: str, seed: int
) -> None:
    chance = Random(f"insert time {kind} {seed}")  # noqa: S311 - no secrets
    install(visitor.sandbox, ean, kind)
    disturb(visitor.sandbox, ean, chance)
    found: dict[str, Any] = {}
    asked = START
    while asked < NOW:
        now = min(NOW, asked + timedelta(hours=chance.choice((1, 7, 24, 60))))
        visitor.sandbox.clock.set(now)
        bounds = [f"{one:%Y-%m-%dT%H:%M:%SZ}" for one in (asked, now)]
        reply = await visitor.energy(ean, *bounds, periodType="insertTime")
        found |= by_slice(reply.json["data"]["headpoint"])
        asked = now

    assert found == by_slice(await headpoint_of(visitor, ean))


def by_slice(headpoint: dict[str, Any]) -> dict[str, Any]:
    """Return the slices of a headpoint and its only meter; the later of two counts."""
    holders = [headpoint, *headpoint.get("physicalMeters", [])]
    return {
        f"{name} {part['start']}": part["measurements"]
        for holder in holders
        for name in (*DAILY, *FINE)
        for part in holder.get(name, [])
    }
