"""Every rule of the guide's table for consent links is checked before the call."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.fluvius_esco.api.link_rules import (
    LinkProblem,
    is_enterprise_number,
    link_problems,
    oldest_start,
)
from custom_components.fluvius_esco.api.models import (
    DataService,
    DataServiceType,
    Flow,
    ShortUrlRequest,
)

NOW = datetime(2026, 11, 10, 9, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
GOOD = ShortUrlRequest(
    contract_number="1234567890",
    reference_number="HA-2026-11-10-a",
    flow=Flow.PERSON,
    data_services=(DataService(DataServiceType.QUARTER_HOUR, NOW - timedelta(days=100)),),
)


def service(start: datetime | None = None, end: datetime | None = None) -> tuple[DataService, ...]:
    return (DataService(DataServiceType.DAY, start, end),)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"reference_number": "a" * 35},
        {"data_services": service()},
        {"data_services": service(oldest_start(NOW), NOW)},
        {"data_services": service(NOW)},
        {"data_services": service(end=NOW + timedelta(days=1))},
        {"data_services": service() * 3},
        {"number_of_eans": 0},
        {"number_of_eans": 1000},
        {"return_url_success": "https://example.com:8123/path?state=1"},
        {"sso": True, "flow": Flow.ORGANISATION, "enterprise_number": "0203430576"},
    ],
)
def test_what_the_guide_allows_is_allowed(fields: dict[str, Any]) -> None:
    assert link_problems(replace(GOOD, **fields), NOW) == []


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"reference_number": ""}, LinkProblem.REFERENCE_EMPTY),
        ({"reference_number": "a" * 36}, LinkProblem.REFERENCE_TOO_LONG),
        ({"reference_number": "a b"}, LinkProblem.REFERENCE_CHARACTERS),
        ({"reference_number": "né"}, LinkProblem.REFERENCE_CHARACTERS),
        ({"reference_number": "a_b"}, LinkProblem.REFERENCE_CHARACTERS),
        ({"reference_number": "MijnFluvius-1"}, LinkProblem.REFERENCE_PREFIX),
        ({"data_services": ()}, LinkProblem.DATA_SERVICES),
        ({"data_services": service() * 4}, LinkProblem.DATA_SERVICES),
        ({"data_services": service(NOW + SECOND)}, LinkProblem.START_IN_FUTURE),
        ({"data_services": service(oldest_start(NOW) - SECOND)}, LinkProblem.START_TOO_OLD),
        ({"data_services": service(NOW, NOW)}, LinkProblem.END_BEFORE_START),
        ({"data_services": service(end=NOW)}, LinkProblem.END_BEFORE_START),
        ({"number_of_eans": -1}, LinkProblem.NUMBER_OF_EANS),
        ({"number_of_eans": 1001}, LinkProblem.NUMBER_OF_EANS),
        ({"return_url_success": "example.com"}, LinkProblem.RETURN_URL),
        ({"return_url_failed": "https://exa mple.com"}, LinkProblem.RETURN_URL),
        ({"return_url_failed": "https://[::1"}, LinkProblem.RETURN_URL),
        ({"return_url_failed": "ftp://example.com"}, LinkProblem.RETURN_URL),
        (
            {"sso": True, "flow": Flow.ORGANISATION, "enterprise_number": "0203430577"},
            LinkProblem.ENTERPRISE_NUMBER,
        ),
        ({"enterprise_number": "0203430576"}, LinkProblem.ENTERPRISE_NUMBER_UNUSED),
    ],
)
def test_what_the_guide_forbids_is_told(fields: dict[str, Any], problem: LinkProblem) -> None:
    assert link_problems(replace(GOOD, **fields), NOW) == [problem]


def test_three_years_before_a_leap_day_is_the_day_after_february() -> None:
    leap_day = datetime(2028, 2, 29, 12, tzinfo=UTC)
    assert oldest_start(leap_day) == datetime(2025, 3, 1, 12, tzinfo=UTC)


@given(st.integers(1, 99_999_999))
def test_an_enterprise_number_has_one_pair_of_check_digits(leading: int) -> None:
    good = [
        check for check in range(100) if is_enterprise_number(f"{leading:08}{check:02}".zfill(10))
    ]
    assert good == [97 - leading % 97]


@pytest.mark.parametrize("text", ["", "12345678", "BE0203430576", "0203.430.576", "02034305760"])
def test_other_ways_of_writing_an_enterprise_number_are_refused(text: str) -> None:
    assert not is_enterprise_number(text)
