"""What is kept of how far meters were read: a file per meter, and nothing lost or left behind."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
import gc
import json
import os
from pathlib import Path
import threading
import time
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryNotReady
from homeassistant.helpers.storage import Store
from homeassistant.util.file import WriteError, write_utf8_file_atomic
import pytest
from pytest_homeassistant_custom_component.common import (
    async_test_home_assistant,
)

from custom_components.fluvius_esco.api.models import Granularity
from custom_components.fluvius_esco.const import DOMAIN
from custom_components.fluvius_esco.metering.access import Access
from custom_components.fluvius_esco.metering.calendar import Period
from custom_components.fluvius_esco.metering.gaps import Coverage, Gap
from custom_components.fluvius_esco.metering.measures import Measure, SeriesKey
from custom_components.fluvius_esco.metering.news import Announced
from custom_components.fluvius_esco.metering.summary import DayTotals
from custom_components.fluvius_esco.storage import Progress, ProgressStore

ENTRY = "entry"
INDEX = f"{DOMAIN}.{ENTRY}"
EANS = [f"54144011{number:010}" for number in range(3)]
THOUSAND = [f"54144011{number:010}" for number in range(1000)]
LONGEST_BLOCK = 0.05
UNTIL = datetime(2026, 11, 9, 23, tzinfo=UTC)


class Crash(BaseException):
    """Home Assistant ends here."""


def progress_of(ean: str) -> Progress:
    """How far a meter is whose history has holes, with something of everything that is kept."""
    keys = [SeriesKey(ean, measure) for measure in (Measure.OFFTAKE, Measure.INJECTION)]
    totals = dict.fromkeys((Measure.OFFTAKE, Measure.INJECTION), 12.345)
    long_ago = UNTIL - timedelta(days=1000)
    hours = range(0, 20 * 86400, 86400)
    return Progress(
        read=(Access(Period(long_ago, UNTIL), tuple(Granularity)),),
        data_until=UNTIL,
        last_day=DayTotals(date(2026, 11, 9), totals, totals),
        asked_until=UNTIL,
        swept_at=UNTIL,
        on_energy_dashboard=True,
        newest=dict.fromkeys(keys, int(UNTIL.timestamp())),
        coverage={
            key: Coverage(tuple(Gap(at, at + 3600, counted=True) for at in hours)) for key in keys
        },
        sources=frozenset({(ean, "place")}),
        references=frozenset({"REF-1"}),
        serials=frozenset({"1SAG0000000001"}),
        announced=Announced(date(2026, 11, 9), {date(2026, 10, 1): 4.2}, 0),
        corrected={date(2026, 11, 8): totals},
    )


class Disk:
    """A Home Assistant with files of its own, and what was written of them."""

    def __init__(self, hass: HomeAssistant, folder: Path) -> None:
        """Look at the files of an installation."""
        self.hass = hass
        self._folder = folder / ".storage"
        self.written: list[str] = []
        self.ends_before: str | None = None
        self.is_full = False

    @property
    def names(self) -> set[str]:
        """The files that there are."""
        return {path.name for path in self._folder.iterdir()}

    def content(self, name: str) -> Any:
        """Return what a file holds."""
        return json.loads((self._folder / name).read_text())

    def note(self, path: str) -> None:
        """Note that a file is about to be written or removed, or end before it is."""
        name = Path(path).name
        if name == self.ends_before:
            raise Crash
        self.written.append(name)

    async def store(self, eans: list[str]) -> ProgressStore:
        """Return the store as it is after a start."""
        store = ProgressStore(self.hass, ENTRY)
        await store.async_load(eans)
        return store


def file_of(ean: str) -> str:
    return f"{INDEX}.{ean}.progress"


@pytest.fixture
async def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Disk]:
    """An installation whose files are no mock."""
    async with async_test_home_assistant(config_dir=str(tmp_path)) as home:
        disk = Disk(home, tmp_path)
        unlink = os.unlink

        def noted_write(path: str, *args: Any, **kwargs: Any) -> None:
            disk.note(path)
            if disk.is_full and path.endswith(".progress"):
                raise WriteError("no space left")
            write_utf8_file_atomic(path, *args, **kwargs)

        def noted_unlink(path: str, **kwargs: Any) -> None:
            if str(path).startswith(str(tmp_path)):
                disk.note(path)
            unlink(path, **kwargs)

        monkeypatch.setattr(f"{Store.__module__}.write_utf8_file_atomic", noted_write)
        monkeypatch.setattr(os, "unlink", noted_unlink)
        yield disk
        await home.async_stop(force=True)


def index_of(disk: Disk, version: int) -> Store[dict[str, Any]]:
    """Return the file of the entry as some version knows it."""
    return Store(disk.hass, version, INDEX, atomic_writes=True)


async def kept_by_version_3(disk: Disk, eans: list[str]) -> None:
    """Leave what version 3 kept: all meters in one file, each as it is in its own now."""
    store = await disk.store(eans[:1])
    await store.async_set(eans[0], progress_of(eans[0]))
    one = json.dumps(disk.content(file_of(eans[0]))["data"])
    await store.async_remove()
    kept = {ean: json.loads(one.replace(eans[0], ean)) for ean in eans}
    await index_of(disk, 3).async_save(kept)
    assert disk.names == {INDEX}
    disk.written.clear()


async def test_a_step_of_one_meter_writes_the_file_of_that_meter_only(disk: Disk) -> None:
    store = await disk.store(EANS)
    for ean in EANS:
        await store.async_set(ean, progress_of(ean))
    disk.written.clear()
    await store.async_set(EANS[1], replace(progress_of(EANS[1]), reactive=True))
    await store.async_set(EANS[1], replace(progress_of(EANS[1]), reactive=True))
    assert disk.written == [file_of(EANS[1])]


async def test_all_that_was_kept_is_there_after_a_restart(disk: Disk) -> None:
    store = await disk.store(EANS)
    for ean in EANS[:2]:
        await store.async_set(ean, progress_of(ean))
    disk.written.clear()
    again = await disk.store(EANS)
    assert [again.get(ean) for ean in EANS] == [*map(progress_of, EANS[:2]), Progress()]
    assert disk.written == []


async def test_one_file_of_an_earlier_version_becomes_one_per_meter(disk: Disk) -> None:
    await kept_by_version_3(disk, EANS)
    store = await disk.store(EANS[1:])
    assert store.others(EANS[1:]) == {EANS[0]: progress_of(EANS[0])}
    assert [store.get(ean) for ean in EANS] == [*map(progress_of, EANS)]
    assert disk.written == [*map(file_of, EANS), INDEX]
    assert disk.content(INDEX)["data"] == EANS
    disk.written.clear()
    again = await disk.store(EANS)
    assert [again.get(ean) for ean in EANS] == [*map(progress_of, EANS)]
    assert disk.written == []


@pytest.mark.parametrize("ends_before", [*map(file_of, EANS), INDEX])
async def test_nothing_is_lost_if_home_assistant_ends_while_the_file_is_divided(
    disk: Disk, ends_before: str
) -> None:
    await kept_by_version_3(disk, EANS)
    disk.ends_before = ends_before
    with pytest.raises(Crash):
        await disk.store(EANS)
    assert disk.content(INDEX)["version"] == 3
    disk.ends_before = None
    store = await disk.store(EANS)
    assert [store.get(ean) for ean in EANS] == [*map(progress_of, EANS)]


async def test_the_file_of_an_earlier_version_stays_while_the_disk_is_full(disk: Disk) -> None:
    await kept_by_version_3(disk, EANS)
    disk.is_full = True
    with pytest.raises(ConfigEntryNotReady):
        await disk.store(EANS)
    assert disk.names == {INDEX}
    disk.is_full = False
    store = await disk.store(EANS)
    assert [store.get(ean) for ean in EANS] == [*map(progress_of, EANS)]


@pytest.mark.parametrize("version", [1, 2])
async def test_what_still_older_versions_kept_is_read_anew(disk: Disk, version: int) -> None:
    await index_of(disk, version).async_save({EANS[0]: {"imported": "something else"}})
    store = await disk.store(EANS)
    assert store.get(EANS[0]) == Progress()
    assert disk.content(INDEX)["data"] == EANS


async def test_a_forgotten_meter_leaves_no_file(disk: Disk) -> None:
    store = await disk.store(EANS)
    for ean in EANS:
        await store.async_set(ean, progress_of(ean))
    await store.async_forget(EANS[:1])
    assert disk.names == {INDEX, *map(file_of, EANS[1:])}
    again = await disk.store(EANS[1:])
    assert again.others(EANS[1:]) == {}
    await again.async_remove()
    assert disk.names == set()


@pytest.mark.parametrize("ends_before", [file_of(EANS[0]), file_of(EANS[1]), INDEX])
async def test_what_was_not_removed_before_the_end_is_still_known_after_it(
    disk: Disk, ends_before: str
) -> None:
    store = await disk.store(EANS)
    for ean in EANS:
        await store.async_set(ean, progress_of(ean))
    disk.ends_before = ends_before
    with pytest.raises(Crash):
        await store.async_forget(EANS[:2])
    disk.ends_before = None
    again = await disk.store(EANS[2:])
    await again.async_forget(again.others(EANS[2:]))
    assert disk.names == {INDEX, file_of(EANS[2])}
    assert again.get(EANS[2]) == progress_of(EANS[2])


async def test_the_followed_meters_are_known_without_the_index(disk: Disk) -> None:
    store = await disk.store(EANS)
    await store.async_set(EANS[0], progress_of(EANS[0]))
    await index_of(disk, 4).async_remove()
    again = await disk.store(EANS)
    assert again.get(EANS[0]) == progress_of(EANS[0])
    assert disk.content(INDEX)["data"] == EANS


async def test_a_cancelled_import_leaves_no_write_under_way(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await disk.store(EANS)
    begun, may_go_on = threading.Event(), threading.Event()

    def slow_write(*args: Any, **kwargs: Any) -> None:
        begun.set()
        assert may_go_on.wait(10)
        write_utf8_file_atomic(*args, **kwargs)

    monkeypatch.setattr(f"{Store.__module__}.write_utf8_file_atomic", slow_write)
    step = asyncio.create_task(store.async_set(EANS[0], progress_of(EANS[0])))
    await asyncio.to_thread(begun.wait, 10)
    step.cancel()
    await asyncio.wait([step], timeout=0.1)
    assert not step.done()
    may_go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await step
    assert file_of(EANS[0]) in disk.names


class LoopWatch:
    """How long the event loop computed without a break, in seconds of its thread.

    What other processes take of the machine meanwhile is no part of it.
    """

    def __init__(self) -> None:
        """Nothing is seen yet."""
        self.longest = 0.0

    async def _watch(self) -> None:
        last = time.thread_time()
        while True:
            await asyncio.sleep(0.001)
            now = time.thread_time()
            self.longest = max(self.longest, now - last)
            last = now

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch the loop as it runs outside tests, without the garbage of other tests."""
        running = asyncio.get_running_loop()
        running.set_debug(False)
        gc.collect()
        gc.disable()
        watch = running.create_task(self._watch())
        try:
            yield
        finally:
            watch.cancel()
            gc.enable()


async def test_a_thousand_meters_are_divided_and_loaded_without_blocking_the_loop(
    disk: Disk,
) -> None:
    await kept_by_version_3(disk, THOUSAND)
    loop = LoopWatch()
    with loop.watching():
        await disk.store(THOUSAND)
    assert loop.longest < LONGEST_BLOCK
    begun = time.monotonic()
    with loop.watching():
        store = await disk.store(THOUSAND)
    assert time.monotonic() - begun < 15
    assert loop.longest < LONGEST_BLOCK
    assert [store.get(ean) for ean in THOUSAND] == [*map(progress_of, THOUSAND)]


async def test_a_step_of_one_of_a_thousand_meters_costs_no_more_than_its_own(disk: Disk) -> None:
    store = await disk.store(THOUSAND)
    disk.written.clear()
    loop = LoopWatch()
    begun = time.monotonic()
    with loop.watching():
        for ean in THOUSAND[:100]:
            await store.async_set(ean, progress_of(ean))
    assert (time.monotonic() - begun) / 100 < 0.2
    assert loop.longest < LONGEST_BLOCK / 2
    assert disk.written == [*map(file_of, THOUSAND[:100])]
