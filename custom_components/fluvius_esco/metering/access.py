"""What the mandates of one EAN together give access to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from ..api.models import DataServiceType, EnergyType, Granularity, Mandate, MandateStatus
from .calendar import Period

_FAR_FUTURE = datetime.max.replace(tzinfo=UTC)
_FAR_PAST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Access:
    """A period (UTC, end exclusive) and the granularities that may be read in it."""

    period: Period
    granularities: tuple[Granularity, ...]


def is_readable(mandate: Mandate) -> bool:
    """Tell whether a mandate gives access to readings of a known EAN."""
    return (
        mandate.status is MandateStatus.APPROVED
        and mandate.ean is not None
        and _granularities(mandate) != ()
    )


def accesses(mandates: Iterable[Mandate], within: Period) -> list[Access]:
    """Return what may be read of an EAN within a period, oldest first.

    The period is cut wherever a mandate begins or ends, so that each part has one set of
    granularities; a quarter-hour mandate gives the days too.
    """
    readable = [(mandate, _period_of(mandate)) for mandate in mandates if is_readable(mandate)]
    edges = {within.start, within.end}
    for _, period in readable:
        edges |= {edge for edge in (period.start, period.end) if within.start < edge < within.end}
    cuts = sorted(edges)
    parts: list[Access] = []
    for start, end in pairwise(cuts):
        granularities = tuple(
            dict.fromkeys(
                granularity
                for mandate, period in readable
                if period.start <= start and end <= period.end
                for granularity in _granularities(mandate)
            )
        )
        if granularities:
            _append(parts, Access(Period(start, end), tuple(sorted(granularities))))
    return parts


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


def _period_of(mandate: Mandate) -> Period:
    return Period(mandate.data_period_from or _FAR_PAST, mandate.data_period_to or _FAR_FUTURE)


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
