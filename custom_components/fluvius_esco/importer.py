"""The import of one meter's readings: history first, oldest first, then whatever is new.

Every answer is written to the statistics before it counts as read; an import that was cut off, by
an error or a restart, goes on at the window it was in. An answer that breaks a rule is refused as a
whole; its days are asked for again in smaller and smaller requests, so that the rest of them is not
lost with one bad reading, and at every later poll.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .api.client import FluviusClient
from .api.exceptions import (
    FluviusError,
    FluviusMalformedAnswerError,
    FluviusNotFoundError,
    FluviusValidationError,
)
from .api.models import EnergyRequest, Headpoint, Mandate, PeriodType
from .const import ARRIVAL_OVERLAP, LOGGER, SWEEP, SWEEP_INTERVAL
from .facts_store import FactsStore
from .fetching import async_ask
from .meter import Meter
from .metering.access import (
    FAR_FUTURE,
    Access,
    accesses,
    clip,
    forbidden,
    is_expired,
    union,
    unread,
    without,
)
from .metering.answer import (
    Evaluation,
    Question,
    awaited,
    evaluate,
    period_of,
    span_of,
    with_silence,
)
from .metering.arrivals import Followed, arrived
from .metering.calendar import MAX_REQUEST, Period, Span, day_at, day_at_second, earliest_readable
from .metering.corrections import corrections, corrections_outside
from .metering.gaps import forgotten
from .metering.measures import Measure, SeriesKey
from .metering.news import announced_outside
from .metering.requests import bundled, halves
from .reading_progress import after_answer
from .statistics import (
    StatisticSeries,
    async_delete_between,
    async_delete_from,
    async_newest_hours,
    async_write_hours,
)
from .storage import Progress, ProgressStore
from .translation import async_measure_names

# Longer than this no single request for arrivals reaches back; all is read again then.
_LONGEST_ABSENCE: Final = MAX_REQUEST - timedelta(days=1)

# So many refused days more than good answers mean that Fluvius is at fault, not a reading.
_TOLERATED_REFUSALS: Final = 3

_DIGITS_IN_NAME: Final = 5


@dataclass(frozen=True, slots=True)
class Refusal:
    """Readings that were asked for, and why the answer could not be used."""

    asked: Access
    error: FluviusError


class MeterImporter:
    """Brings the statistics of one meter up to date; `on_progress` is called after every step.

    `on_deletion` is called with the days of readings that are deleted, before they are.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        client: FluviusClient,
        in_flight: asyncio.Semaphore,
        store: ProgressStore,
        facts: FactsStore,
        meter: Meter,
        on_progress: Callable[[], None],
        on_deletion: Callable[[Span], None],
    ) -> None:
        """Prepare the import; `in_flight` limits the requests of the whole contract."""
        self._hass = hass
        self._client = client
        self._in_flight = in_flight
        self._store = store
        self._facts = facts
        self._meter = meter
        self._on_progress = on_progress
        self._on_deletion = on_deletion
        self._day_kind = meter.day_kind
        self.skipped: Counter[str] = Counter()
        self.refusals: list[Refusal] = []
        self.hours_written = 0
        self._is_of_use = False

    @property
    def progress(self) -> Progress:
        """How far the import is."""
        return self._store.get(self._meter.ean)

    def allowed(self, mandates: Iterable[Mandate]) -> list[Access]:
        """Return what mandates allow to be read now, up to the day of readings under way."""
        now = dt_util.utcnow()
        today = datetime.fromtimestamp(day_at(now, self._day_kind).start, UTC)
        return accesses(mandates, Period(earliest_readable(now), today), self._day_kind)

    async def async_read_again(self, period: Period) -> None:
        """Let the next run read a period anew, or a later one where that fails.

        Only between two runs.
        """
        await self._async_keep(read=tuple(without(self.progress.read, period)))

    async def async_run(self, mandates: list[Mandate]) -> None:
        """Forget what is no longer allowed, and read what is not there yet.

        Raises FluviusError, if nothing that Fluvius answered could be used or it did not answer, and
        StatisticsNotWrittenError.
        """
        self.refusals = []
        self.hours_written = 0
        self._is_of_use = False
        references = frozenset(one.reference_number for one in mandates if one.reference_number)
        await self._async_begin_anew_without_facts()
        await self._async_keep(references=self.progress.references | references)
        await self._async_trust_what_is_stored()
        await self._async_forget_beyond_mandate(mandates)
        allowed = self.allowed(mandates)
        if not allowed:
            return
        if all(map(is_expired, mandates)):
            # Nothing arrives any more: days that are refused for good must not hide the others.
            self._is_of_use = bool(self.progress.read)
            todo = unread(allowed, self.progress.read)
            await self._async_read(bundled(todo, allowed, self._day_kind))
            await self._async_rest(allowed[-1].period.end)
            return
        begun = dt_util.utcnow()
        await self._async_begin_anew_if_due(begun)
        todo = await self._async_todo(allowed, begun)
        sweep = self._sweep(allowed, begun)
        await self._async_read(bundled([*todo, *sweep], allowed, self._day_kind))
        swept_at = begun if sweep else self.progress.swept_at
        await self._async_keep(asked_until=begun, swept_at=swept_at)

    async def _async_rest(self, end: datetime) -> None:
        """Keep where the readings end, so that a renewed mandate goes on from there.

        Before the mandate was seen to have expired, days behind it may have been asked for in vain.
        """
        behind = Period(end, FAR_FUTURE)
        if clip(self.progress.read, behind):
            await self._async_forget(behind)
        await self._async_keep(asked_until=min(self.progress.asked_until or end, end))

    async def _async_todo(self, allowed: list[Access], now: datetime) -> list[Access]:
        """Return what to read: what was never read and what arrived lately."""
        progress = self.progress
        if progress.asked_until is None:
            # Whatever arrives while the history is read will be asked for by its arrival.
            await self._async_keep(asked_until=now, swept_at=now)
            return unread(allowed, progress.read)
        grown = self._grown_since(allowed, progress.asked_until)
        await self._async_keep(
            read=tuple(union([*progress.read, *grown])),
            coverage=awaited(progress.coverage, map(Question.about, grown)),
        )
        again = await self._async_take_arrivals(allowed, progress.asked_until, now)
        return [*unread(allowed, self.progress.read), *again]

    def _sweep(self, allowed: list[Access], now: datetime) -> list[Access]:
        """Return the last weeks, once a week."""
        swept_at = self.progress.swept_at
        if swept_at is not None and now - swept_at < SWEEP_INTERVAL:
            return []
        end = allowed[-1].period.end
        since = day_at(end - SWEEP, self._day_kind).start
        return clip(allowed, Period(datetime.fromtimestamp(since, UTC), end))

    def _grown_since(self, allowed: list[Access], asked_until: datetime) -> list[Access]:
        """Return the days that time has added at the end; their readings show by their arrival.

        Days that a mandate added are none of these: theirs may have arrived long ago.
        """
        read_until = max((part.period.end for part in self.progress.read), default=None)
        today_then = day_at(asked_until, self._day_kind).start
        if read_until is None or read_until.timestamp() < today_then:
            return []
        return clip(allowed, Period(read_until, allowed[-1].period.end))

    async def _async_take_arrivals(
        self, allowed: list[Access], asked_until: datetime, now: datetime
    ) -> tuple[Access, ...]:
        """Write the days that arrived whole; return what arrived and has to be read again."""
        request = EnergyRequest(
            ean=self._meter.ean,
            start=(asked_until - ARRIVAL_OVERLAP).replace(microsecond=0),
            end=now.replace(microsecond=0),
            period_type=PeriodType.INSERT_TIME,
            granularities=tuple(
                sorted({granularity for part in allowed for granularity in part.granularities})
            ),
            complex_energy_types=self._meter.complex_energy_types,
        )
        try:
            headpoint = await self._async_ask(request)
        except FluviusNotFoundError, FluviusValidationError:
            # A data period that has ended gets no new readings, and V2 refuses to look for them.
            if day_at(now, self._day_kind).start <= allowed[-1].period.end.timestamp():
                raise
            self._is_of_use = True
            return ()
        except FluviusMalformedAnswerError as err:
            # Whatever else arrived is to be found as well: all is read again, and the rule-breaking
            # readings are found on the way.
            LOGGER.warning("%s: the answer about arrivals was refused: %s", self._meter.title, err)
            return tuple(allowed)
        progress = self.progress
        followed = Followed(
            progress.coverage, progress.last_day, progress.sources, progress.newest.keys()
        )
        arrivals = await self._hass.async_add_executor_job(arrived, headpoint, allowed, followed)
        for evaluation in arrivals.whole:
            await self._async_write(evaluation)
        self._is_of_use = True
        return arrivals.again

    async def _async_read(self, requests: Iterable[Access]) -> None:
        """Read one request after the other; the next answer is on its way while one is written."""
        queue = deque(requests)
        good = refused_days = 0
        reading = self._start(queue)
        try:
            while reading is not None:
                asked, answer = reading
                evaluation = None
                try:
                    evaluation = await answer
                    good += 1
                    self._is_of_use = True
                except (FluviusMalformedAnswerError, FluviusValidationError) as err:
                    await self._async_refuse(Refusal(asked, err))
                    smaller = halves(asked, self._day_kind)
                    queue.extendleft(reversed(smaller))
                    refused_days += not smaller
                    if refused_days - good >= _TOLERATED_REFUSALS:
                        await self._async_leave_unread(queue)
                reading = self._start(queue)
                if evaluation is not None:
                    await self._async_write(with_silence(evaluation, self.progress.coverage))
        finally:
            if reading is not None:
                _abandon(reading[1])
        if self.refusals and not self._is_of_use:
            raise self.refusals[0].error

    def _start(self, queue: deque[Access]) -> tuple[Access, asyncio.Task[Evaluation]] | None:
        """Begin with the next request, if there is one left."""
        if not queue:
            return None
        asked = queue.popleft()
        return asked, self._hass.async_create_task(self._async_fetch(asked), eager_start=False)

    async def _async_fetch(self, asked: Access) -> Evaluation:
        request = EnergyRequest(
            ean=self._meter.ean,
            start=asked.period.start,
            end=asked.period.end,
            granularities=asked.granularities,
            complex_energy_types=self._meter.complex_energy_types,
        )
        headpoint = await self._async_ask(request)
        return await self._hass.async_add_executor_job(
            evaluate, headpoint, Question.about(asked), self.progress.coverage
        )

    async def _async_ask(self, request: EnergyRequest) -> Headpoint:
        return await async_ask(self._client, self._in_flight, self._meter, request)

    async def _async_refuse(self, refusal: Refusal) -> None:
        """Count what was asked for as not read, so that it is asked for again."""
        self.refusals.append(refusal)
        period = refusal.asked.period
        LOGGER.warning(
            "%s: the answer about %s to %s was refused: %s",
            self._meter.title,
            period.start,
            period.end,
            refusal.error,
        )
        await self._async_keep(read=tuple(without(self.progress.read, period)))

    async def _async_leave_unread(self, queue: deque[Access]) -> None:
        """Ask for nothing more now, but again at the next poll."""
        for asked in queue:
            await self._async_keep(read=tuple(without(self.progress.read, asked.period)))
        queue.clear()

    async def _async_write(self, evaluation: Evaluation) -> None:
        """Write what an answer amounts to, and keep how far that brought us."""
        series = {key: await self._async_series(key) for key in evaluation.hours}
        written = await async_write_hours(
            self._hass, {series[key]: hours for key, hours in evaluation.hours.items()}
        )
        period = period_of(evaluation.question.hull)
        LOGGER.debug("%s: %s read, %d hours written", self._meter.title, period, written.hours)
        self.hours_written += written.hours
        self.skipped.update(evaluation.skipped)
        await self._facts.async_update(evaluation.facts)
        progress = self.progress
        corrected = corrections(written.changed, progress.coverage, progress.read, self._meter.ean)
        await self._async_keep_all(after_answer(progress, evaluation, corrected))

    async def _async_forget_beyond_mandate(self, mandates: list[Mandate]) -> None:
        """Delete what is held and no longer allowed to be."""
        for period in forbidden(mandates):
            if self._may_hold(period):
                await self._async_delete(period)

    def _may_hold(self, period: Period) -> bool:
        """Whether the recorder may have something of a period."""
        if period.start > dt_util.utcnow():
            return False
        progress = self.progress
        # What was left when the meter was followed before is not in what is kept of it.
        if progress.asked_until is None or clip(progress.read, period):
            return True
        # A deletion that was cut off leaves what lies behind.
        first = period.start.timestamp()
        return period.end == FAR_FUTURE and any(hour >= first for hour in progress.newest.values())

    async def _async_delete(self, period: Period) -> None:
        """Delete the days of readings that a period touches; what is allowed is read again."""
        # A day that a mandate begins or ends in may stand there as a whole.
        first = day_at(period.start, self._day_kind).start
        own = (SeriesKey(self._meter.ean, measure) for measure in Measure)
        series = [await self._async_series(key) for key in {*self.progress.newest, *own}]
        end = period.end
        if end != FAR_FUTURE:
            last_day = day_at(end - timedelta(seconds=1), self._day_kind)
            end = datetime.fromtimestamp(last_day.end, UTC)
        gone = Period(datetime.fromtimestamp(first, UTC), end)
        self._on_deletion(span_of(gone))
        if end == FAR_FUTURE:
            await async_delete_from(self._hass, series, first)
        else:
            await async_delete_between(self._hass, series, span_of(gone))
        await self._async_forget(gone)
        LOGGER.info(
            "%s: nothing is held of %s to %s, which no mandate allows",
            self._meter.title,
            period.start,
            period.end,
        )

    async def _async_forget(self, gone: Period) -> None:
        """Keep that nothing is held of some days any more; the last weeks are read again."""
        span = span_of(gone)
        await self._facts.async_forget(span, self._day_kind)
        progress = self.progress
        read_until = int(progress.data_until.timestamp()) if progress.data_until else 0
        read = tuple(without(progress.read, gone))
        until = progress.data_until
        if until is not None and until > gone.start:
            until = gone.start if read else None
        await self._async_keep(
            read=read,
            data_until=until,
            last_day=None,
            swept_at=None,
            newest=await async_newest_hours(self._hass, progress.newest),
            coverage={
                key: forgotten(coverage, span) for key, coverage in progress.coverage.items()
            },
            announced=progress.announced
            and announced_outside(progress.announced, span, read_until),
            corrected=corrections_outside(progress.corrected, span, self._day_kind),
        )

    async def _async_begin_anew_if_due(self, now: datetime) -> None:
        """Count nothing as read if other energy is wanted, or one request cannot catch up any more."""
        progress = self.progress
        is_long_ago = progress.asked_until and now - progress.asked_until > _LONGEST_ABSENCE
        if is_long_ago or (self._meter.reactive and not progress.reactive):
            await self._async_keep(read=(), asked_until=None)
        await self._async_keep(reactive=self._meter.reactive)

    async def _async_begin_anew_without_facts(self) -> None:
        """Count nothing as read if what its days say, beside their amounts, was never kept."""
        if not await self._facts.async_load() and self.progress.read:
            await self._async_keep(read=(), asked_until=None)

    async def _async_trust_what_is_stored(self) -> None:
        """Count as read only what the recorder still has."""
        progress = self.progress
        held = await async_newest_hours(self._hass, progress.newest)
        lost = [
            held.get(key, 0) for key, hour in progress.newest.items() if held.get(key, 0) < hour
        ]
        if not lost:
            return
        LOGGER.warning(
            "The recorder lost statistics of %s; they are imported again", self._meter.title
        )
        lost_from = day_at_second(min(lost), self._day_kind).start
        await self._async_forget(Period(datetime.fromtimestamp(lost_from, UTC), FAR_FUTURE))

    async def _async_series(self, key: SeriesKey) -> StatisticSeries:
        names = await async_measure_names(self._hass)
        name = f"{self._meter.title} {names[key.measure]}"
        if key.ean != self._meter.ean:
            name = f"{name} …{key.ean[-_DIGITS_IN_NAME:]}"
        return StatisticSeries(key, name)

    async def _async_keep(self, **changes: Any) -> None:
        """Keep how far the import is, and tell."""
        await self._async_keep_all(replace(self.progress, **changes))

    async def _async_keep_all(self, progress: Progress) -> None:
        await self._store.async_set(self._meter.ean, progress)
        self._on_progress()


def _abandon(task: asyncio.Task[Evaluation]) -> None:
    """Cancel a request whose answer, or failure, nobody waits for any more."""
    task.cancel()
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
