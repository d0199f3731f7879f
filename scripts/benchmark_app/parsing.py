"""Measure how long it takes to make sense of the longest answer; a program of its own.

Every round times `orjson.loads`, ours and the other client after one another. The garbage collector
runs before each of them, untimed, and then works as it always does. What they return is freed within
the time that is measured.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
import gc
import json
import time

import orjson

from custom_components.fluvius_esco.api import v2_readings, v3_readings
from custom_components.fluvius_esco.api.models import EnergyRequest, Granularity, Headpoint
from custom_components.fluvius_esco.metering.answer import Question, evaluate
from custom_components.fluvius_esco.metering.calendar import Span

from . import child
from .answers import EAN, answered_period, v2_answer, v3_answer
from .figures import median

_GRANULARITIES = (Granularity.DAY, Granularity.QUARTER_HOUR)


@dataclass(frozen=True, slots=True)
class Parsing:
    """Median seconds to read one answer of so many bytes; `theirs` only where they can read it."""

    size: int
    loads: float
    ours: float
    theirs: float | None


def main() -> None:
    """Measure both versions of the API."""
    rounds = int(child.arguments()["rounds"])
    child.report({"v3": _measured_v3(rounds), "v2": _measured_v2(rounds)})


def _measured_v3(rounds: int) -> Parsing:
    # Home Assistant, which our modules import, refuses to start behind the httpx of this one.
    from fluvius_energy_api.models.energy import (  # noqa: PLC0415
        GetEnergyResponseApiDataResponse as TheirAnswer,
    )

    body = v3_answer()
    times = _interleaved(
        {
            "loads": lambda: orjson.loads(body),
            "ours": lambda: _evaluated(v3_readings.parse_energy, body),
            # What its client does with an answer.
            "theirs": lambda: TheirAnswer.model_validate(json.loads(body)),
        },
        rounds,
    )
    return Parsing(len(body), times["loads"], times["ours"], times["theirs"])


def _measured_v2(rounds: int) -> Parsing:
    body = v2_answer()
    times = _interleaved(
        {
            "loads": lambda: orjson.loads(body),
            "ours": lambda: _evaluated(v2_readings.parse_energy, body),
        },
        rounds,
    )
    return Parsing(len(body), times["loads"], times["ours"], None)


def _evaluated(parse: Callable[[bytes, EnergyRequest], Headpoint], body: bytes) -> object:
    """Return what the integration makes of an answer: validated series and their hourly sums."""
    start, end = answered_period()
    request = EnergyRequest(
        EAN, datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)
    )
    headpoint = parse(body, request)
    return headpoint, evaluate(headpoint, Question((Span(start, end),), _GRANULARITIES), {})


def _interleaved(operations: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median seconds of operations that take turns."""
    times: dict[str, list[float]] = {name: [] for name in operations}
    for _ in range(rounds):
        for name, operation in operations.items():
            gc.collect()
            started = time.perf_counter()
            operation()
            times[name].append(time.perf_counter() - started)
    return {name: median(of) for name, of in times.items()}


if __name__ == "__main__":
    main()
