"""Instants, fields and answers that all API versions share."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given, strategies as st
import pytest

from custom_components.fluvius_esco.api.exceptions import FluviusMalformedAnswerError
from custom_components.fluvius_esco.api.models import MandateStatus
from custom_components.fluvius_esco.api.wire import (
    ApiCall,
    format_instant,
    instant_in,
    member_of,
    objects_in,
    optional_member_of,
    parse_data,
    parse_instant,
    text_in,
    whole_number_in,
)

from .builders import EAN

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(
    min_value=datetime(1, 1, 3),  # noqa: DTZ001 - hypothesis adds the time zone
    max_value=datetime(9999, 12, 29),  # noqa: DTZ001
    timezones=OFFSETS,
).map(lambda moment: moment.replace(microsecond=0))


@given(moment=MOMENTS)
def test_instants_survive_the_wire(moment: datetime) -> None:
    text = format_instant(moment)
    assert len(text) == len("2026-01-01T00:00:00Z")
    parsed = parse_instant(text)
    assert parsed == moment
    assert parsed.tzinfo is UTC


@given(moment=MOMENTS)
def test_any_offset_is_read(moment: datetime) -> None:
    assert parse_instant(moment.isoformat()) == moment


def test_instant_with_the_server_framework_s_seven_digits() -> None:
    expected = datetime(2026, 3, 1, 12, 0, 1, 123456, tzinfo=UTC)
    assert parse_instant("2026-03-01T12:00:01.1234567Z") == expected


@pytest.mark.parametrize(
    "text",
    [
        None,
        5,
        "",
        "yesterday",
        "2026-03-01T00:00:00",
        "2026-02-30T00:00:00Z",
        "0001-01-01T00:00:00+02:00",
    ],
)
def test_what_is_no_instant_is_malformed(text: object) -> None:
    with pytest.raises(FluviusMalformedAnswerError):
        parse_instant(text)


def test_naive_instants_are_not_sent() -> None:
    with pytest.raises(ValueError, match="time zone"):
        format_instant(datetime(2026, 3, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"null", b"{}", b'{"data": null}', b'{"data": []}', b'{"data"']
)
def test_answer_without_data_is_malformed(body: bytes) -> None:
    with pytest.raises(FluviusMalformedAnswerError):
        parse_data(body)


def test_absent_and_null_fields_are_none() -> None:
    holder = {"null": None}
    for name in ("null", "absent"):
        assert text_in(holder, name) is None
        assert instant_in(holder, name) is None
        assert objects_in(holder, name) == []


@pytest.mark.parametrize("value", [{}, "text", 1, [1], [None], [{}, "text"]])
def test_list_of_anything_else_is_malformed(value: object) -> None:
    with pytest.raises(FluviusMalformedAnswerError, match="things"):
        objects_in({"things": value}, "things")


@pytest.mark.parametrize("value", [1, True, [], {}])
def test_text_of_another_type_is_malformed(value: object) -> None:
    with pytest.raises(FluviusMalformedAnswerError, match="word"):
        text_in({"word": value}, "word")


@pytest.mark.parametrize("value", ["Paused", "", None, 3, [], {}])
def test_unknown_words_do_not_fail(value: object) -> None:
    assert member_of(value, MandateStatus, MandateStatus.UNKNOWN) is MandateStatus.UNKNOWN


def test_optional_word() -> None:
    unknown = MandateStatus.UNKNOWN
    assert optional_member_of(None, MandateStatus, unknown) is None
    assert optional_member_of("Approved", MandateStatus, unknown) is MandateStatus.APPROVED


def test_call_does_not_show_its_ean() -> None:
    call = ApiCall("GET", "/api/mandate", query={"ean": EAN}, body={"ean": EAN})
    assert EAN not in repr(call)


@pytest.mark.parametrize("value", [None, 0, 7])
def test_whole_number(value: int | None) -> None:
    assert whole_number_in({"seqNumber": value}, "seqNumber") == value
    assert whole_number_in({}, "seqNumber") is None


@pytest.mark.parametrize("value", ["7", 7.0, True, [], {}])
def test_what_is_no_whole_number_is_refused(value: object) -> None:
    with pytest.raises(FluviusMalformedAnswerError, match="seqNumber"):
        whole_number_in({"seqNumber": value}, "seqNumber")
