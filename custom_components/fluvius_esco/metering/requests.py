"""In which requests to ask for readings."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from .access import FAR_FUTURE, Access, clip, union
from .calendar import MAX_REQUEST, DayKind, Period, day_at


def bundled(todo: Iterable[Access], allowed: Iterable[Access], kind: DayKind) -> Iterator[Access]:
    """Return the fewest requests that cover what is to be read, oldest first.

    Each lies within one part of what mandates allow, is at most 185 days long and splits no day of
    readings, unless mandates do. What lies between scattered days is asked for as well.
    """
    todo = union(_whole_days(part, kind) for part in todo)
    for part in allowed:
        left = clip(todo, part.period)
        while left:
            start = left[0].period.start
            limit = datetime.fromtimestamp(day_at(start + MAX_REQUEST, kind).start, UTC)
            taken = clip(left, Period(start, limit))
            yield Access(Period(start, taken[-1].period.end), part.granularities)
            left = clip(left, Period(limit, FAR_FUTURE))


def _whole_days(part: Access, kind: DayKind) -> Access:
    """Return a part as long as the days of readings that it begins and ends in."""
    start = day_at(part.period.start, kind).start
    end = day_at(part.period.end - timedelta(seconds=1), kind).end
    return Access(
        Period(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)),
        part.granularities,
    )


def halves(request: Access, kind: DayKind) -> list[Access]:
    """Return a request as two of about half as many days, or nothing if it is about one day."""
    start, end = request.period.start, request.period.end
    middle = start + (end - start) / 2
    day = day_at(middle, kind)
    edges = (datetime.fromtimestamp(second, UTC) for second in (day.start, day.end))
    inside = [edge for edge in edges if start < edge < end]
    if not inside:
        return []
    cut = min(inside, key=lambda edge: abs(edge - middle))
    return [
        Access(Period(start, cut), request.granularities),
        Access(Period(cut, end), request.granularities),
    ]
