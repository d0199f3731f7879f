"""Random histories of households, and how to live through them.

A household, on a digital meter or on its headpoint, lives through random days: readings late,
missing, twice, out of order, corrected and withdrawn, mandates that end within days, go on or leave
a hole, failures of Fluvius and of the recorder, restarts in the middle of an import, clock changes.
After every step the real recorder is compared, day by day and series by series, with what the
sandbox works out from its own records, without the code that answers requests.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import SystemRandom
import time
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import uuid
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.fluvius_esco import statistics
from custom_components.fluvius_esco.const import DOMAIN
from custom_components.fluvius_esco.metering.measures import Measure

from .helpers import (
    BRUSSELS,
    DAILY_EAN,
    GAS_EAN,
    QUARTER_HOUR_EAN,
    assert_every_day_as_told,
    contract_entry,
    days_ago,
    imported,
    later,
    set_up,
)
from .observing import POLL
from .sandbox import Sandbox

STEPS = 25
FINE, BY_DAY = "hourly_quarterhourly", "daily"
SERVICES = {
    QUARTER_HOUR_EAN: "VH_kwartier_uur",
    DAILY_EAN: "VH_dag",
    GAS_EAN: "VH_kwartier_uur",
}
MISHAPS = ("status", "drop", "cut", "truncate", "garbage", "negative", "wrongLength", "outside")
SUB_HEADPOINTS = (
    {"ean": "541448800000000011", "kind": "production"},
    {"ean": "541448800000000022", "kind": "auxiliary"},
)
HOURS = st.sampled_from([0, 0, 0, 1, 6, 13])
SERIES = st.sampled_from([None, "", "_day", "_night"])
AMOUNTS = st.integers(0, 9000).map(lambda thousandths: thousandths / 1000)


@dataclass(slots=True)
class World:
    """Home Assistant, Fluvius and the clock; `steps` counts what was lived through and compared."""

    hass: HomeAssistant
    sandbox: Sandbox
    freezer: Any
    version: str
    start: datetime
    loop: asyncio.AbstractEventLoop
    entry: MockConfigEntry | None = None
    eans: tuple[str, ...] = ()
    steps: int = 0

    def do(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something in Home Assistant's event loop."""
        asyncio.run_coroutine_threadsafe(work, self.loop).result()

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    async def begin(
        self, eans: tuple[str, ...], days: int, since_clock_change: int | None, on_headpoint: bool
    ) -> None:
        """Set a contract up for meters with some days of history, perhaps around a clock change."""
        self.eans = eans
        if on_headpoint and self.version == "v3" and eans[0] != GAS_EAN:
            self.sandbox.install(eans[0], "headpoint", sub_headpoints=SUB_HEADPOINTS)
            self.eans += tuple(sub["ean"] for sub in SUB_HEADPOINTS)
        if since_clock_change is not None:
            self.freezer.move_to(_next_clock_change(self.now) + timedelta(days=since_clock_change))
        # What arrives at the very instant of a poll, a whole minute, is there for the next one only.
        self.freezer.tick(timedelta(seconds=30))
        for ean in eans:
            self.sandbox.add_mandate(
                ean,
                data_period_from=days_ago(self.now, days),
                data_service_type=SERVICES[ean],
            )
        self.entry = contract_entry(self.sandbox, None, eans, api_version=self.version)
        await set_up(self.hass, self.entry)
        await self.compare()

    async def live(self, delay: timedelta = POLL) -> None:
        """Let time pass; nothing may differ afterwards."""
        await later(self.hass, self.freezer, delay)
        await self.compare()

    async def restart(self) -> None:
        assert self.entry is not None
        assert await self.hass.config_entries.async_reload(self.entry.entry_id)
        await imported(self.hass)
        await self.compare()

    async def be_cut_off(self, milliseconds: int) -> None:
        """Restart while time has just passed, wherever the import is by then."""
        assert self.entry is not None
        self.freezer.tick(POLL)
        async_fire_time_changed(self.hass)
        # The clock of the event loop stands still.
        await asyncio.to_thread(time.sleep, milliseconds / 1000)
        await self.restart()

    async def lose_rows(self) -> None:
        """Let the recorder write nothing while time passes, and then all it is told."""
        with pytest.MonkeyPatch.context() as failing:
            failing.setattr(statistics, "async_add_external_statistics", lambda *_: None)
            await later(self.hass, self.freezer, POLL)
        await self.live()

    async def suffer(self, kind: str, times: int) -> None:
        """Let requests fail while time passes, and then no more."""
        self.sandbox.add_fault("energy", kind, times=times)
        await later(self.hass, self.freezer, POLL)
        self.sandbox.state.faults.clear()
        await self.live()

    async def compare(self) -> None:
        """Every day of every series must be as Fluvius last said, every row as its total."""
        self.steps += 1
        for ean in self.eans:
            await assert_every_day_as_told(self.hass, self.sandbox, ean)

    async def end(self) -> None:
        """Leave nothing for the next household."""
        if self.entry is not None:
            await self.hass.config_entries.async_remove(self.entry.entry_id)
            self.entry = None
        instance = get_instance(self.hass)
        instance.async_clear_statistics(
            [f"{DOMAIN}:{ean}_{measure}" for ean in self.eans for measure in Measure]
        )
        await instance.async_block_till_done()
        self.sandbox.state.faults.clear()
        self.sandbox.clear_scenes()
        for mandates in self.sandbox.state.mandates.values():
            mandates.clear()
        self.freezer.move_to(self.start)


def series_of(ean: str, series: str | None) -> str | None:
    """Return the name of one series of a meter, None for all of them."""
    if series is None:
        return None
    return "gas_energy" if ean == GAS_EAN else f"offtake{series}"


def _next_clock_change(now: datetime) -> datetime:
    moment = now
    offset = now.astimezone(BRUSSELS).utcoffset()
    while moment.astimezone(BRUSSELS).utcoffset() == offset:
        moment += timedelta(hours=12)
    return moment


class Household(RuleBasedStateMachine):
    """What can happen to the meters of a contract."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.ended: set[str] = set()
        self.since: dict[str, datetime] = {}
        self.followed: tuple[str, ...] = ()

    def ean(self, choice: int) -> str:
        return self.followed[choice % len(self.followed)]

    @initialize(
        eans=st.sampled_from(
            [(QUARTER_HOUR_EAN,), (DAILY_EAN,), (GAS_EAN,), (QUARTER_HOUR_EAN, GAS_EAN)]
        ),
        days=st.integers(3, 20),
        since_clock_change=st.none() | st.integers(-1, 6),
        on_headpoint=st.booleans(),
    )
    def begin(
        self,
        eans: tuple[str, ...],
        days: int,
        since_clock_change: int | None,
        on_headpoint: bool,
    ) -> None:
        self.followed = eans
        self.world.do(self.world.begin(eans, days, since_clock_change, on_headpoint))
        self.since = dict.fromkeys(eans, days_ago(self.world.now, days))

    @rule(hours=st.integers(1, 60))
    def time_passes(self, hours: int) -> None:
        self.world.do(self.world.live(POLL + timedelta(hours=hours)))

    @rule(
        choice=st.integers(0, 1),
        series=SERIES,
        days=st.integers(2, 20),
        first=st.integers(0, 90),
        slices=st.integers(1, 30),
        value=st.none() | AMOUNTS,
        whole_day=st.booleans(),
    )
    def slices_are_corrected(
        self,
        choice: int,
        series: str | None,
        days: int,
        first: int,
        slices: int,
        value: float | None,
        whole_day: bool,
    ) -> None:
        ean = self.ean(choice)
        if SERVICES[ean] == "VH_dag":
            return
        length = timedelta(hours=1) if ean == GAS_EAN else timedelta(minutes=15)
        start = days_ago(self.world.now, days) + (first % (24 if ean == GAS_EAN else 91)) * length
        self.world.sandbox.correct(
            ean,
            series_of(ean, series),
            start,
            start + slices * length,
            value,
            inserted=self.world.now + timedelta(hours=1),
            granularity=FINE,
            whole_day=whole_day,
        )
        self.world.do(self.world.live())

    @rule(
        choice=st.integers(0, 1),
        series=SERIES,
        days=st.integers(2, 20),
        length=st.integers(1, 3),
        value=st.none() | AMOUNTS,
    )
    def days_are_corrected(
        self, choice: int, series: str | None, days: int, length: int, value: float | None
    ) -> None:
        ean = self.ean(choice)
        shift = timedelta(hours=6) if ean == GAS_EAN else timedelta(0)
        end = max(days - length, 1)
        self.world.sandbox.correct(
            ean,
            series_of(ean, series),
            days_ago(self.world.now, days) + shift,
            days_ago(self.world.now, end) + shift,
            value,
            inserted=self.world.now + timedelta(hours=1),
            granularity=BY_DAY,
        )
        self.world.do(self.world.live())

    @rule(
        choice=st.integers(0, 1),
        first=st.integers(0, 60),
        hours=st.integers(1, 40),
        wait=st.none() | st.integers(1, 5),
        granularity=st.sampled_from([None, FINE, BY_DAY]),
    )
    def readings_to_come_will_be_late(
        self,
        choice: int,
        first: int,
        hours: int,
        wait: int | None,
        granularity: str | None,
    ) -> None:
        start = days_ago(self.world.now, -1) + timedelta(hours=first)
        end = start + timedelta(hours=hours)
        until = None if wait is None else end + timedelta(days=wait)
        self.world.sandbox.delay(self.ean(choice), start, end, until, granularity=granularity)
        self.world.do(self.world.live(timedelta(days=1)))

    @rule(choice=st.integers(0, 1), days=st.integers(1, 20), outdated=st.none() | AMOUNTS)
    def slices_come_twice(self, choice: int, days: int, outdated: float | None) -> None:
        now = self.world.now
        self.world.sandbox.repeat(
            self.ean(choice), days_ago(now, days), days_ago(now, -5), outdated
        )
        self.world.do(self.world.live())

    @rule(choice=st.integers(0, 1))
    def slices_come_out_of_order(self, choice: int) -> None:
        self.world.sandbox.shuffle(self.ean(choice))
        self.world.do(self.world.live())

    @rule(choice=st.integers(0, 1), days=st.integers(0, 10), hours=HOURS)
    def a_mandate_ends(self, choice: int, days: int, hours: int) -> None:
        ean, now = self.ean(choice), self.world.now
        end = days_ago(now, days) + timedelta(hours=hours)
        self.world.sandbox.change_mandate(ean, at=now, dataPeriodTo=end)
        self.ended.add(ean)
        self.world.do(self.world.live())

    @precondition(lambda self: self.ended)
    @rule()
    def mandates_go_on(self) -> None:
        for ean in sorted(self.ended):
            self.world.sandbox.change_mandate(ean, at=self.world.now, dataPeriodTo=None)
        self.ended.clear()
        self.world.do(self.world.live())

    @precondition(lambda self: self.ended)
    @rule(days=st.integers(0, 8), hours=HOURS, number=st.integers(2, 4))
    def another_mandate_begins(self, days: int, hours: int, number: int) -> None:
        ean = min(self.ended)
        self.world.sandbox.add_mandate(
            ean,
            data_period_from=days_ago(self.world.now, days) + timedelta(hours=hours),
            data_service_type=SERVICES[ean],
            reference_number=f"REF-{number}",
        )
        self.world.do(self.world.live())

    @rule(choice=st.integers(0, 1), days=st.integers(1, 5), hours=HOURS)
    def a_mandate_reaches_further_back(self, choice: int, days: int, hours: int) -> None:
        ean = self.ean(choice)
        since = days_ago(self.since[ean] - timedelta(hours=12), days) + timedelta(hours=hours)
        self.since[ean] = since
        self.world.sandbox.change_mandate(ean, at=self.world.now, dataPeriodFrom=self.since[ean])
        self.world.do(self.world.live())

    @rule(kind=st.sampled_from(MISHAPS), times=st.integers(1, 30))
    def requests_fail(self, kind: str, times: int) -> None:
        self.world.do(self.world.suffer(kind, times))

    @rule()
    def home_assistant_restarts(self) -> None:
        self.world.do(self.world.restart())

    @rule(milliseconds=st.integers(0, 400))
    def home_assistant_is_cut_off(self, milliseconds: int) -> None:
        self.world.do(self.world.be_cut_off(milliseconds))

    @rule()
    def the_recorder_loses_rows(self) -> None:
        self.world.do(self.world.lose_rows())

    def teardown(self) -> None:
        self.world.do(self.world.end())


async def live_through_random_histories(world: World, households: int) -> None:
    """Let so many households live, and see that they did."""
    lived = settings(
        max_examples=households,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )

    def live() -> None:
        machine: Any = lambda: Household(world)  # noqa: E731
        run_state_machine_as_test(machine, settings=lived)

    with pytest.MonkeyPatch.context() as ids:
        # Hypothesis seeds what Home Assistant draws its ids from anew for every household, which
        # gives one of them the ids that a former one has left in the registries.
        ids.setattr(uuid, "getrandbits", SystemRandom().getrandbits)
        await asyncio.to_thread(live)
    assert world.steps > households * STEPS // 4
