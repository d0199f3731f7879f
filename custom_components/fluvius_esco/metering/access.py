"""What the mandates of one EAN together give access to, and what of it has been read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

from ..api.models import (
    DataServiceType,
    EnergyType,
    Granularity,
    Mandate,
    MandateStatus,
    RenewalStatus,
)
from .calendar import DayKind, Period, day_at

FAR_FUTURE: Final = datetime.max.replace(tzinfo=UTC)
FAR_PAST: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Access:
    """A period (UTC, end exclusive) and the granularities that may be, or were, read in it."""

    period: Period
    granularities: tuple[Granularity, ...]


def is_readable(mandate: Mandate) -> bool:
    """Tell whether a mandate gives access to readings of a known EAN."""
    return (
        mandate.status is MandateStatus.APPROVED
        and mandate.ean is not None
        and _granularities(mandate) != ()
    )


def is_fine(mandate: Mandate) -> bool:
    """Tell whether a mandate gives quarter-hours or hours besides days."""
    return mandate.data_service_type is DataServiceType.QUARTER_HOUR


def is_expired(mandate: Mandate) -> bool:
    """Tell whether a mandate gives no new readings any more; its older ones stay readable."""
    return mandate.renewal_status is RenewalStatus.EXPIRED


def accesses(mandates: Iterable[Mandate], within: Period, kind: DayKind) -> list[Access]:
    """Return what may be read of an EAN within a period, oldest first.

    The period is cut wherever a mandate begins or ends, so that each part has one set of
    granularities; a quarter-hour mandate gives the days too. An expired one gives nothing beyond its
    expiry. Where one part follows another, the cut moves to the end of the day of readings that it
    falls in, so that no gas day is split.
    """
    readable = [
        Access(_readable_period_of(mandate), _granularities(mandate))
        for mandate in mandates
        if is_readable(mandate)
    ]
    return _on_day_edges(union(clip(readable, within)), kind)


def forbidden(mandates: Iterable[Mandate]) -> list[Period]:
    """Return the periods (UTC) of which no readings may be held, oldest first.

    When a customer moves, Fluvius moves the end of the data period back, and what was fetched
    beyond it must be deleted (guide: validity of a mandate), up to where another mandate begins. A
    mandate that is no longer readable sets no limit: its older readings may be kept.
    """
    periods = [_period_of(mandate) for mandate in mandates if is_readable(mandate)]
    found = []
    for end in sorted({period.end for period in periods} - {FAR_FUTURE}):
        next_start = min(
            (period.start for period in periods if period.end > end), default=FAR_FUTURE
        )
        if end < next_start:
            found.append(Period(end, next_start))
    return found


def clip(parts: Iterable[Access], within: Period) -> list[Access]:
    """Return what of some parts lies within a period."""
    clipped = (
        Access(
            Period(max(part.period.start, within.start), min(part.period.end, within.end)),
            part.granularities,
        )
        for part in parts
    )
    return [part for part in clipped if part.period.start < part.period.end]


def union(parts: Iterable[Access]) -> list[Access]:
    """Return parts that may overlap as parts that follow each other, oldest first."""
    parts = list(parts)
    edges = sorted({edge for part in parts for edge in (part.period.start, part.period.end)})
    united: list[Access] = []
    for start, end in pairwise(edges):
        granularities = {
            granularity
            for part in parts
            if part.period.start <= start and end <= part.period.end
            for granularity in part.granularities
        }
        if granularities:
            _append(united, Access(Period(start, end), tuple(sorted(granularities))))
    return united


def without(parts: Iterable[Access], period: Period) -> list[Access]:
    """Return what of some parts lies outside a period."""
    parts = list(parts)
    return union(
        [
            *clip(parts, Period(FAR_PAST, period.start)),
            *clip(parts, Period(period.end, FAR_FUTURE)),
        ]
    )


def unread(allowed: Iterable[Access], read: Iterable[Access]) -> list[Access]:
    """Return what is allowed and has not been read yet at all its granularities, oldest first."""
    read = list(read)
    left: list[Access] = []
    for part in allowed:
        edges = {part.period.start, part.period.end}
        edges |= {
            edge
            for done in clip(read, part.period)
            for edge in (done.period.start, done.period.end)
        }
        for start, end in pairwise(sorted(edges)):
            piece = Access(Period(start, end), part.granularities)
            if not any(_includes(done, piece) for done in read):
                _append(left, piece)
    return left


def share_read(allowed: Iterable[Access], read: Iterable[Access]) -> float:
    """Return how much of what is allowed has been read, in percent."""
    allowed = list(allowed)
    whole = _seconds(allowed)
    return round(100.0 * (whole - _seconds(unread(allowed, union(read)))) / whole, 1)


def _seconds(parts: Iterable[Access]) -> float:
    return sum((part.period.end - part.period.start).total_seconds() for part in parts)


def _includes(done: Access, piece: Access) -> bool:
    return (
        done.period.start <= piece.period.start
        and piece.period.end <= done.period.end
        and set(piece.granularities) <= set(done.granularities)
    )


def _append(parts: list[Access], access: Access) -> None:
    """Add a part, joined to the one before where nothing changes between them."""
    last = parts[-1] if parts else None
    if (
        last is not None
        and last.granularities == access.granularities
        and last.period.end == access.period.start
    ):
        parts[-1] = Access(Period(last.period.start, access.period.end), last.granularities)
    else:
        parts.append(access)


def _on_day_edges(parts: list[Access], kind: DayKind) -> list[Access]:
    """Move the cuts between adjoining parts to the end of the day that they fall in."""
    moved: list[Access] = []
    for part in parts:
        start = part.period.start
        if moved and moved[-1].period.end == start:
            day = day_at(start, kind)
            if int(start.timestamp()) != day.start:
                start = min(datetime.fromtimestamp(day.end, UTC), part.period.end)
                before = moved[-1]
                moved[-1] = Access(Period(before.period.start, start), before.granularities)
        if start < part.period.end:
            moved.append(Access(Period(start, part.period.end), part.granularities))
    return moved


def _period_of(mandate: Mandate) -> Period:
    return Period(mandate.data_period_from or FAR_PAST, mandate.data_period_to or FAR_FUTURE)


def _readable_period_of(mandate: Mandate) -> Period:
    """Return the period that readings are given of."""
    period = _period_of(mandate)
    if is_expired(mandate) and mandate.expires is not None:
        return Period(period.start, min(period.end, mandate.expires))
    return period


def _granularities(mandate: Mandate) -> tuple[Granularity, ...]:
    """Return the granularities of a mandate's level of detail."""
    match mandate.data_service_type:
        case DataServiceType.DAY:
            return (Granularity.DAY,)
        case DataServiceType.QUARTER_HOUR if mandate.energy_type is EnergyType.GAS:
            return (Granularity.DAY, Granularity.HOUR)
        case DataServiceType.QUARTER_HOUR:
            return (Granularity.DAY, Granularity.QUARTER_HOUR)
        case _:
            return ()
