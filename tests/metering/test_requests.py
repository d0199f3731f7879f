"""Which requests are made for what is to be read."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given, strategies as st

from custom_components.fluvius_esco.api.models import Granularity
from custom_components.fluvius_esco.metering.access import FAR_FUTURE, FAR_PAST, Access, unread
from custom_components.fluvius_esco.metering.calendar import (
    BRUSSELS,
    MAX_REQUEST,
    DayKind,
    Period,
    day_of,
)
from custom_components.fluvius_esco.metering.requests import bundled, halves

GRANULARITIES = (Granularity.DAY, Granularity.QUARTER_HOUR)
ALWAYS = [Access(Period(FAR_PAST, FAR_FUTURE), GRANULARITIES)]
FIRST = date(2023, 12, 1)

kinds = st.sampled_from(DayKind)
instants = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis adds the time zone
    datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def days(first: int, last: int, kind: DayKind = DayKind.ELECTRICITY) -> Access:
    """Return the days so many days after the first one, both inclusive."""
    start = day_of(FIRST + timedelta(days=first), kind).start
    end = day_of(FIRST + timedelta(days=last), kind).end
    period = Period(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
    return Access(period, GRANULARITIES)


@given(instants, st.timedeltas(timedelta(hours=1), timedelta(days=1100)), kinds)
def test_a_long_period_is_cut_where_no_day_is_split(
    start: datetime, length: timedelta, kind: DayKind
) -> None:
    period = Period(start, start + length)
    requests = [
        request.period for request in bundled([Access(period, GRANULARITIES)], ALWAYS, kind)
    ]
    assert all(request.end - request.start <= MAX_REQUEST for request in requests)
    assert all(this.end == following.start for this, following in pairwise(requests))
    for edge in [requests[0].start, *(request.end for request in requests)]:
        assert edge.astimezone(BRUSSELS).hour == kind
        assert edge.astimezone(BRUSSELS).minute == 0
    # It begins and ends with the days of readings that the period begins and ends in.
    assert timedelta(0) <= period.start - requests[0].start < timedelta(hours=25)
    assert timedelta(0) <= requests[-1].end - period.end < timedelta(hours=25)


@given(instants, st.timedeltas(timedelta(hours=1), timedelta(days=500)), kinds)
def test_what_mandates_allow_is_read_to_the_moment(
    start: datetime, length: timedelta, kind: DayKind
) -> None:
    allowed = Access(Period(start, start + length), GRANULARITIES)
    requests = [request.period for request in bundled([allowed], [allowed], kind)]
    assert (requests[0].start, requests[-1].end) == (allowed.period.start, allowed.period.end)


@given(st.sets(st.integers(0, 1000), min_size=1, max_size=12), kinds)
def test_scattered_days_take_no_more_requests_than_they_must(
    numbers: set[int], kind: DayKind
) -> None:
    todo = [days(number, number, kind) for number in numbers]
    requests = list(bundled(todo, ALWAYS, kind))
    assert not unread(todo, requests)
    # A request and the next one's first day never fit into one request.
    for this, following in pairwise(requests):
        first_day = following.period.start + timedelta(hours=25)
        assert first_day - this.period.start > MAX_REQUEST - timedelta(hours=1)


def test_no_request_reaches_beyond_one_part_of_what_is_allowed() -> None:
    allowed = [days(0, 9), days(20, 29)]
    requests = list(bundled([days(5, 5), days(25, 25)], allowed, DayKind.ELECTRICITY))
    assert requests == [days(5, 5), days(25, 25)]


@given(st.integers(0, 700), st.integers(0, 184), kinds)
def test_a_request_is_halved_between_two_days(first: int, more: int, kind: DayKind) -> None:
    whole = days(first, first + more, kind)
    parts = halves(whole, kind)
    if more == 0:
        assert parts == []
        return
    assert [parts[0].period.start, parts[1].period.end] == [whole.period.start, whole.period.end]
    assert parts[0].period.end == parts[1].period.start
    assert parts[0].period.end.astimezone(BRUSSELS).hour == kind
    lengths = [part.period.end - part.period.start for part in parts]
    assert abs(lengths[0] - lengths[1]) <= timedelta(hours=26)
