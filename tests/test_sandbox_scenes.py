"""What can happen to readings in the sandbox: corrected, late, missing, twice, out of order."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.visitor import Visitor, visiting

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
EAN = "541440110000000001"
GAS = "541441010000000001"
DAY = datetime(2026, 6, 9, 22, tzinfo=UTC)
NEXT_DAY = DAY + timedelta(days=1)
NOON = DAY + timedelta(hours=12)
QUARTER = timedelta(minutes=15)
INSERTED = datetime(2026, 11, 18, 9, tzinfo=UTC)
LATER = INSERTED + timedelta(hours=3)
FINE = "hourly_quarterhourly"


@pytest.fixture
async def visitor(socket_enabled: None) -> AsyncIterator[Visitor]:
    async with visiting(lambda: NOW) as visitor:
        for ean in (EAN, GAS):
            visitor.sandbox.add_mandate(ean, data_period_from=datetime(2026, 1, 1, tzinfo=UTC))
        yield visitor


def wire(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


async def meter(
    visitor: Visitor, start: datetime = DAY, end: datetime = NEXT_DAY, ean: str = EAN, **others: str
) -> dict[str, Any]:
    reply = await visitor.energy(ean, wire(start), wire(end), **others)
    assert reply.status == 200, reply.json
    (found,) = reply.json["data"]["headpoint"]["physicalMeters"]
    assert isinstance(found, dict)
    return found


async def quarters(visitor: Visitor) -> dict[str, dict[str, Any]]:
    """Return the directions of every quarter-hour of the day, by its start."""
    slices = (await meter(visitor))["quarterHourlyEnergy"]
    return {part["start"]: part["measurements"][0] for part in slices}


async def inserted(visitor: Visitor, start: datetime, end: datetime) -> dict[str, list[str]]:
    """Return the starts of what was inserted in a period, per list."""
    found = await meter(visitor, start, end, periodType="insertTime")
    lists = ("dailyEnergy", "quarterHourlyEnergy")
    return {name: [part["start"] for part in found[name]] for name in lists}


async def test_a_correction_shows_from_its_instant_on(visitor: Visitor) -> None:
    sandbox = visitor.sandbox
    before = await quarters(visitor)
    sandbox.correct(EAN, "offtake", NOON, NOON + 2 * QUARTER, 1.5, inserted=INSERTED, state="EST")

    sandbox.clock.set(INSERTED - timedelta(seconds=1))
    assert await quarters(visitor) == before
    sandbox.clock.set(INSERTED)
    after = await quarters(visitor)

    changed = [start for start in before if after[start] != before[start]]
    assert changed == [wire(NOON), wire(NOON + QUARTER)]
    assert after[wire(NOON)]["offtake"]["total"] == {
        "value": 1.5,
        "unit": "kWh",
        "validationState": "EST",
    }
    assert after[wire(NOON)]["injection"] == before[wire(NOON)]["injection"]


async def test_insert_time_has_the_corrected_slices_only(visitor: Visitor) -> None:
    visitor.sandbox.correct(EAN, "offtake", NOON, NOON + QUARTER, 1.5, inserted=INSERTED)

    hit = await inserted(visitor, INSERTED, INSERTED + timedelta(hours=1))
    missed = await inserted(visitor, INSERTED - timedelta(hours=1), INSERTED)

    assert hit == {"dailyEnergy": [], "quarterHourlyEnergy": [wire(NOON)]}
    assert missed == {"dailyEnergy": [], "quarterHourlyEnergy": []}


async def test_insert_time_has_the_whole_day_when_the_scene_wants_it(visitor: Visitor) -> None:
    visitor.sandbox.correct(
        EAN, "offtake", NOON, NOON + QUARTER, 1.5, inserted=INSERTED, whole_day=True
    )

    found = await inserted(visitor, INSERTED, INSERTED + timedelta(hours=1))

    assert found["dailyEnergy"] == [wire(DAY)]
    assert len(found["quarterHourlyEnergy"]) == 96


async def test_the_correction_that_was_inserted_last_counts(visitor: Visitor) -> None:
    sandbox = visitor.sandbox
    sandbox.correct(EAN, "offtake", NOON, NOON + QUARTER, 2, inserted=LATER)
    sandbox.correct(EAN, "offtake", NOON, NOON + QUARTER, 1, inserted=INSERTED)

    seen = []
    for moment in (INSERTED, LATER):
        sandbox.clock.set(moment)
        seen.append((await quarters(visitor))[wire(NOON)]["offtake"]["total"]["value"])

    assert seen == [1, 2]


async def test_a_correction_can_take_values_away(visitor: Visitor) -> None:
    visitor.sandbox.correct(EAN, None, DAY, NEXT_DAY, None, inserted=INSERTED)

    found = await meter(visitor)

    for part in (found["dailyEnergy"][0], *found["quarterHourlyEnergy"]):
        readings = [
            value for direction in part["measurements"][0].values() for value in direction.values()
        ]
        assert {reading["value"] for reading in readings} == {None}
    assert visitor.sandbox.totals(EAN, DAY, NEXT_DAY)["offtake"] == {}


async def test_a_correction_can_give_every_slice_its_own_value(visitor: Visitor) -> None:
    sandbox = visitor.sandbox
    values = [0.25, None, 0.75]
    end = NOON + 3 * QUARTER
    sandbox.correct(EAN, "offtake", NOON, end, values, inserted=INSERTED, granularity=FINE)
    days = [1.0, 2.0]
    two_days = DAY + timedelta(days=2)
    sandbox.correct(
        EAN, "offtake_night", DAY, two_days, days, inserted=INSERTED, granularity="daily"
    )

    found = await quarters(visitor)
    daily = (await meter(visitor, DAY, two_days))["dailyEnergy"]

    got = [found[wire(NOON + index * QUARTER)]["offtake"]["total"]["value"] for index in range(3)]
    assert got == values
    assert [part["measurements"][0]["offtake"]["night"]["value"] for part in daily] == days


async def test_a_state_can_change_while_the_value_stays(visitor: Visitor) -> None:
    before = (await quarters(visitor))[wire(NOON)]["offtake"]["total"]
    visitor.sandbox.restate(EAN, "offtake", NOON, NOON + QUARTER, "EST", inserted=INSERTED)

    after = (await quarters(visitor))[wire(NOON)]["offtake"]["total"]

    assert after == before | {"validationState": "EST"}


async def test_definitive_gas_replaces_an_earlier_correction(visitor: Visitor) -> None:
    sandbox = visitor.sandbox
    day = datetime(2026, 10, 10, 4, tzinfo=UTC)
    early = datetime(2026, 10, 20, tzinfo=UTC)
    sandbox.correct(GAS, "gas_energy", day, day + timedelta(days=1), 1, inserted=early)

    def energy(found: dict[str, Any]) -> float:
        value = found["dailyEnergy"][0]["measurements"][1]["offtake"]["total"]["value"]
        assert isinstance(value, float)
        return value

    sandbox.clock.set(early)
    provisional = await meter(visitor, day, day + timedelta(days=1), GAS)
    sandbox.clock.set(NOW)
    definitive = await meter(visitor, day, day + timedelta(days=1), GAS)

    assert energy(provisional) == 1
    assert energy(definitive) > 1


async def test_a_late_day_arrives_when_it_is_told_to(visitor: Visitor) -> None:
    sandbox = visitor.sandbox
    sandbox.delay(EAN, DAY, NEXT_DAY, INSERTED)

    sandbox.clock.set(INSERTED - timedelta(seconds=1))
    early = await meter(visitor)
    sandbox.clock.set(NOW)
    late = await meter(visitor)

    assert (early["dailyEnergy"], early["quarterHourlyEnergy"]) == ([], [])
    assert (len(late["dailyEnergy"]), len(late["quarterHourlyEnergy"])) == (1, 96)
    assert await inserted(visitor, INSERTED, LATER) == {
        "dailyEnergy": [wire(DAY)],
        "quarterHourlyEnergy": [part["start"] for part in late["quarterHourlyEnergy"]],
    }
    at_first = await inserted(visitor, NEXT_DAY, NEXT_DAY + timedelta(hours=1))
    assert at_first == {"dailyEnergy": [], "quarterHourlyEnergy": []}


async def test_slices_can_stay_away(visitor: Visitor) -> None:
    sandbox = visitor.sandbox
    sandbox.delay(EAN, NOON, NOON + QUARTER, None)
    sandbox.delay(EAN, DAY, NEXT_DAY, None, granularity="daily")
    sandbox.delay(EAN, NOON + QUARTER, NOON + 2 * QUARTER, None, series="injection")

    found = await meter(visitor)

    assert found["dailyEnergy"] == []
    assert len(found["quarterHourlyEnergy"]) == 95
    assert (await quarters(visitor))[wire(NOON + QUARTER)].keys() == {"offtake"}


async def test_a_correction_fills_what_never_arrived(visitor: Visitor) -> None:
    visitor.sandbox.delay(EAN, NOON, NOON + QUARTER, None)
    visitor.sandbox.correct(EAN, "offtake", NOON, NOON + QUARTER, 0.5, inserted=INSERTED)

    found = (await quarters(visitor))[wire(NOON)]

    assert found.keys() == {"offtake"}
    assert found["offtake"]["total"]["value"] == 0.5


async def test_a_repeated_slice_has_its_outdated_value_first(visitor: Visitor) -> None:
    ordinary = await meter(visitor)
    visitor.sandbox.repeat(EAN, NOON, NOON + QUARTER, 9.5)

    found = (await meter(visitor))["quarterHourlyEnergy"]

    twice = [part for part in found if part["start"] == wire(NOON)]
    assert len(twice) == 2
    assert twice[0]["measurements"][0]["offtake"]["total"]["value"] == 9.5
    found.remove(twice[0])
    assert found == ordinary["quarterHourlyEnergy"]


async def test_shuffled_slices_are_the_same_in_another_order(visitor: Visitor) -> None:
    ordinary = (await meter(visitor))["quarterHourlyEnergy"]
    visitor.sandbox.shuffle(EAN)
    visitor.sandbox.repeat(EAN, NOON, NOON + QUARTER, 9.5)

    found = (await meter(visitor))["quarterHourlyEnergy"]

    assert found[0]["measurements"][0]["offtake"]["total"]["value"] == 9.5
    assert found[1:] != ordinary
    assert sorted(found[1:], key=lambda part: part["start"]) == ordinary


async def test_an_ordinary_scene_can_be_had_back(visitor: Visitor) -> None:
    ordinary = await meter(visitor)
    visitor.sandbox.correct(EAN, None, DAY, NEXT_DAY, None, inserted=INSERTED)
    assert await meter(visitor) != ordinary

    assert (await visitor.admin("DELETE", "scenes")).status == 204

    assert await meter(visitor) == ordinary


async def test_the_admin_endpoints_do_the_same(visitor: Visitor) -> None:
    span = {"ean": EAN, "from": wire(NOON), "to": wire(NOON + QUARTER)}
    correction = span | {"series": "offtake", "value": 0.125, "inserted": wire(INSERTED)}
    for method, path, body in (
        ("POST", "corrections", correction),
        ("POST", "delays", span | {"series": "injection"}),
        ("POST", "repeats", span | {"outdated": None}),
        ("PUT", "order", {"ean": EAN, "shuffled": True}),
    ):
        assert (await visitor.admin(method, path, body)).status == 201

    found = (await meter(visitor))["quarterHourlyEnergy"]

    same = [part["measurements"][0] for part in found if part["start"] == wire(NOON)]
    assert [directions["offtake"]["total"]["value"] for directions in same] == [None, 0.125]
    assert [directions.keys() for directions in same] == [{"offtake"}, {"offtake"}]
    assert found[0]["start"] == wire(NOON)


@pytest.mark.parametrize(
    "change",
    [
        {"series": "heat"},
        {"granularity": "weekly"},
        {"to": wire(NOON)},
        {"value": "1"},
        {"value": True},
        {"state": "SEEN"},
        {"inserted": None},
        {"wholeDay": 1},
        {"meter": "1"},
    ],
)
async def test_a_correction_that_makes_no_sense_is_refused(
    visitor: Visitor, change: dict[str, Any]
) -> None:
    body = {"ean": EAN, "from": wire(NOON), "to": wire(NOON + QUARTER), "value": 1}
    body |= {"inserted": wire(INSERTED)} | change

    assert (await visitor.admin("POST", "corrections", body)).status == 400


@pytest.mark.parametrize("values", [5, [1, 2]])
async def test_a_list_of_values_must_fit_its_span(visitor: Visitor, values: Any) -> None:
    body = {"ean": EAN, "from": wire(NOON), "to": wire(NOON + QUARTER), "granularity": FINE}
    body |= {"inserted": wire(INSERTED)}

    assert (await visitor.admin("POST", "corrections", body | {"values": values})).status == 400
    assert (await visitor.admin("POST", "corrections", body)).status == 400
    assert (await visitor.admin("POST", "corrections", body | {"values": [1]})).status == 201
