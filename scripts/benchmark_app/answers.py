"""The longest answer that Fluvius gives, as the local sandbox makes it."""

from datetime import date, timedelta
from typing import Any

import orjson

from tests.sandbox.energy_v2 import meters
from tests.sandbox.energy_v3 import EnergyQuery, headpoint
from tests.sandbox.localtime import day_bounds
from tests.sandbox.mandate import Detail

EAN = "541440110000000001"
DAYS = 185
# A summer, and the 25 hours of the last Sunday of October.
_FIRST_DAY = date(2026, 5, 1)
_MONTH = 30 * 86400


def answered_period() -> tuple[int, int]:
    """Return the period that the answers are about, in UTC seconds since the epoch."""
    start, _ = day_bounds(_FIRST_DAY)
    end, _ = day_bounds(_FIRST_DAY + timedelta(days=DAYS))
    return start, end


def v3_answer() -> bytes:
    """Return the body of a V3 answer: quarter-hours, days, and the registers day and night."""
    data = {"headpoint": _headpoint()}
    return orjson.dumps({"_meta": {"fetchTime": "2026-12-01T06:00:00Z"}, "data": data})


def v2_answer() -> bytes:
    """Return the body of a V2 answer with the same readings."""
    data = {"fetchTime": "2026-12-01T06:00:00Z", **meters(_headpoint())}
    return orjson.dumps({"metaData": {"version": "2.0"}, "data": data})


def _headpoint() -> dict[str, Any]:
    start, end = answered_period()
    return headpoint(
        EnergyQuery(
            ean=EAN,
            energy_type="E",
            start=start,
            end=end,
            by_arrival=False,
            active=True,
            periods={Detail.DAILY: [(start, end)], Detail.FINE: [(start, end)]},
            now=end + _MONTH,
        )
    )
