"""Answers read piece by piece come out as answers read at once."""

from collections.abc import Callable
from datetime import timedelta
import json
import random
from typing import Any

from hypothesis import given, strategies as st
import orjson
import pytest

from custom_components.fluvius_esco.api import pieces, v2_readings, v3_readings
from custom_components.fluvius_esco.api.exceptions import FluviusMalformedAnswerError
from custom_components.fluvius_esco.api.models import EnergyRequest, Headpoint

from . import builders, v2_builders
from .builders import START, energy_request, reading

type Parse = Callable[[bytes, EnergyRequest], Headpoint]

QUARTER = timedelta(minutes=15)
DECOYS = (
    "1SAG1100000001",
    "",
    'x"},{"start":"y"},{"start":"z',
    '"quarterHourlyEnergy":[{"start":1},{"start":2},{"start":3}],"',
    'dailyEnergy":[{"',
    "\\",
    "\N{SNOWMAN}é\u0000",
    "]}}",
)
NESTED = [{"start": text, "end": [{"start": 1}, {"start": {}}]} for text in DECOYS]


def outcome(parse: Parse, body: bytes, piece_bytes: int) -> Headpoint | str:
    """What an answer gives with pieces of a size: readings or the reason for which it is refused."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "PIECE_BYTES", piece_bytes)
        try:
            return parse(body, energy_request())
        except FluviusMalformedAnswerError as refusal:
            return str(refusal)


def written(value: object, choices: random.Random) -> str:
    """JSON with its fields in any order, any white space and any escapes."""

    def space() -> str:
        return choices.choice(["", "", "", " ", "\n\t"])

    match value:
        case dict():
            fields = choices.sample(list(value.items()), len(value))
            inside = ",".join(
                f"{space()}{written(name, choices)}{space()}:{space()}{written(item, choices)}{space()}"
                for name, item in fields
            )
            return f"{{{inside}}}"
        case list():
            inside = ",".join(f"{space()}{written(item, choices)}{space()}" for item in value)
            return f"[{inside}]"
        case _:
            return json.dumps(value, ensure_ascii=choices.random() < 0.5)


def numbers() -> st.SearchStrategy[float | None]:
    return st.none() | st.integers(0, 5000).map(lambda watt_hours: watt_hours / 1000)


def measurements_v3() -> st.SearchStrategy[dict[str, Any]]:
    words = st.sampled_from(["READ", "EST", "NEW", None])
    found = st.none() | st.builds(reading, numbers(), st.sampled_from(["kWh", "m3", "?"]), words)
    registers = st.dictionaries(st.sampled_from(["total", "day", "average"]), found)
    return st.dictionaries(st.sampled_from(["offtake", "injection", "storage"]), registers)


def measurements_v2() -> st.SearchStrategy[dict[str, Any]]:
    values = {name: numbers() for name in ("offtakeValue", "injectionDayValue", "storage")}
    words: dict[str, st.SearchStrategy[object]] = {
        "offtakeValidationState": st.sampled_from(["VAL", "EST", None]),
        "injectionDayValidationState": st.none(),
        "offtakeUsedGCF": st.sampled_from(["P", "D", None]),
        "injectionDayUsedGCF": st.sampled_from([None, "P", {}]),
    }
    units = {"unit": st.sampled_from(["kWh", "m3", "?", None])}
    return st.fixed_dictionaries({}, optional=values | words | units)


def lists(
    quarter: Callable[..., dict[str, Any]], measurements: st.SearchStrategy[dict[str, Any]]
) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Lists of quarter-hours: mostly a usual one repeated, and some unusual ones."""

    def built(usual: dict[str, Any], unusual: dict[int, list[dict[str, Any]]]) -> list[Any]:
        return [
            quarter(START + number * QUARTER, *unusual.get(number, [usual])) for number in range(40)
        ]

    extra = st.fixed_dictionaries({}, optional={"dailyEnergy": st.just(NESTED), "note": texts()})
    some = st.dictionaries(st.integers(0, 39), st.lists(measurements, max_size=2), max_size=3)
    found = st.builds(built, measurements, some)
    return st.builds(lambda slices, more: [*slices[:-1], slices[-1] | more], found, extra)


def texts() -> st.SearchStrategy[str]:
    return st.sampled_from(DECOYS) | st.text(max_size=5)


def answers_v3() -> st.SearchStrategy[object]:
    found = lists(builders.quarter, measurements_v3())
    meters = st.builds(builders.meter, quarterHourlyEnergy=found, meterID=texts())
    kinds = st.sampled_from(["submetering-production", "submetering-storage"])
    subs = st.fixed_dictionaries({"$type": kinds, "type": texts(), "quarterHourlyEnergy": found})
    return st.builds(
        lambda meters, own, subs: builders.headpoint(
            *meters, quarterHourlyEnergy=own, subHeadpoints=subs
        ),
        st.lists(meters, max_size=2),
        found,
        st.lists(subs, max_size=2),
    ).map(lambda content: {"data": {"headpoint": content}})


def answers_v2() -> st.SearchStrategy[object]:
    found = lists(v2_builders.quarter, measurements_v2())
    meters = st.builds(v2_builders.meter, quarterHourlyEnergy=found, meterID=texts())
    return st.lists(meters, max_size=3).map(
        lambda meters: {"data": v2_builders.electricity(*meters)}
    )


ANSWERS = st.one_of(
    st.tuples(st.just(v3_readings.parse_energy), answers_v3()),
    st.tuples(st.just(v2_readings.parse_energy), answers_v2()),
)
SIZES = st.sampled_from([1, 200, 1000, 5000])


@given(answer=ANSWERS, seed=st.integers(0, 2**32), size=SIZES)
def test_pieces_change_nothing(answer: tuple[Parse, object], seed: int, size: int) -> None:
    parse, content = answer
    body = written(content, random.Random(seed)).encode()  # noqa: S311 - a test's own
    assert outcome(parse, body, size) == outcome(parse, body, len(body))


@given(
    answer=ANSWERS,
    size=SIZES,
    at=st.floats(0, 1),
    lost=st.sampled_from([0, 1, 2, 20, 10**9]),
    instead=st.sampled_from(
        [b"", b"{", b"}", b"]", b"[", b'"', b",", b"1", b"\\", b"},{", b"\xff"]
    ),
)
def test_pieces_let_no_damaged_answer_through(
    answer: tuple[Parse, object], size: int, at: float, lost: int, instead: bytes
) -> None:
    parse, content = answer
    body = orjson.dumps(content)
    place = int(at * len(body))
    damaged = body[:place] + instead + body[place + lost :]
    assert outcome(parse, damaged, size) == outcome(parse, damaged, len(damaged))


def days_of_quarters(days: int) -> EnergyRequest:
    return energy_request(START, START + timedelta(days=days))


LONG = [
    (
        v3_readings.parse_energy,
        builders.energy_answer(
            builders.headpoint(builders.meter(quarterHourlyEnergy=builders.quarters([0.25] * 1920)))
        ),
    ),
    (
        v2_readings.parse_energy,
        v2_builders.energy_answer(
            v2_builders.electricity(
                v2_builders.meter(quarterHourlyEnergy=v2_builders.quarters([0.25] * 1920))
            )
        ),
    ),
]


@pytest.mark.parametrize(("parse", "body"), LONG, ids=["v3", "v2"])
def test_a_long_answer_is_never_parsed_at_once(
    parse: Parse, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    loads = orjson.loads

    def recorded(text: bytes) -> object:
        sizes.append(len(text))
        return loads(text)

    monkeypatch.setattr(orjson, "loads", recorded)
    found = parse(body, days_of_quarters(20))
    assert found.meters[0].series[0].values == [0.25] * 1920
    assert len(body) > 4 * pieces.PIECE_BYTES
    assert max(sizes) < 1.5 * pieces.PIECE_BYTES


def slices_of(count: int) -> list[dict[str, Any]]:
    return builders.quarters([0.25] * count)


def pieces_of(body: bytes) -> Headpoint | str:
    return outcome(v3_readings.parse_energy, body, 200)


@pytest.mark.parametrize("first", ["", "0", 0, None, []])
def test_a_list_whose_first_element_is_no_slice_is_refused(first: object) -> None:
    good = builders.meter(quarterHourlyEnergy=slices_of(20))
    bad = builders.meter(quarterHourlyEnergy=[first, *slices_of(20)])
    refusal = pieces_of(builders.energy_answer(builders.headpoint(good, bad)))
    assert refusal == "quarterHourlyEnergy is not a list of objects"


def test_damage_in_a_list_that_is_not_read_refuses_the_answer() -> None:
    content = builders.headpoint(type_="?", quarterHourlyEnergy=slices_of(40))
    body = builders.energy_answer(content)
    found = pieces_of(body)
    assert isinstance(found, Headpoint)
    assert found.skipped == {"unknown_headpoint_type": 1}
    assert pieces_of(body.replace(b"0.25", b"0,25", 1)) == "The answer is not JSON"


def test_of_a_field_that_occurs_twice_the_later_one_counts() -> None:
    first, second = (orjson.dumps(builders.quarters([value] * 30)) for value in (1, 2))
    body = builders.energy_answer(builders.headpoint(builders.meter())).replace(
        b'"seqNumber"',
        b'"quarterHourlyEnergy":%b,"quarterHourlyEnergy":%b,"seqNumber"' % (first, second),
    )
    found = pieces_of(body)
    assert isinstance(found, Headpoint)
    assert found.meters[0].series[0].values == [2] * 30
