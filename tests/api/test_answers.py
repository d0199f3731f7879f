"""What statuses and error bodies mean."""

import orjson
import pytest

from custom_components.fluvius_esco.api.answers import (
    Answer,
    error_of,
    has_code,
    is_about_subscription_key,
)
from custom_components.fluvius_esco.api.exceptions import (
    Credential,
    FluviusAuthenticationError,
    FluviusError,
    FluviusNotFoundError,
    FluviusPermissionError,
    FluviusRateLimitError,
    FluviusServerError,
    FluviusValidationError,
)

from .builders import EAN

BAD_KEY = {"statusCode": 401, "message": "Access denied due to invalid subscription key."}


def refused(status: int, body: object = None, retry_after: float | None = None) -> Answer:
    return Answer(status, orjson.dumps(body), retry_after)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (302, FluviusServerError),
        (400, FluviusValidationError),
        (401, FluviusAuthenticationError),
        (403, FluviusPermissionError),
        (404, FluviusNotFoundError),
        (418, FluviusServerError),
        (429, FluviusRateLimitError),
        (500, FluviusServerError),
        (503, FluviusServerError),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'{"message": 1, "code": {}}'])
def test_status_decides_whatever_the_body(
    status: int, expected: type[FluviusError], body: bytes
) -> None:
    assert type(error_of(Answer(status, body))) is expected


@pytest.mark.parametrize("names", [str, str.capitalize], ids=["camelCase", "PascalCase"])
def test_subscription_key_is_named_in_the_message(names: type[str]) -> None:
    answer = refused(401, {names(name): value for name, value in BAD_KEY.items()})
    error = error_of(answer)
    assert is_about_subscription_key(answer)
    assert isinstance(error, FluviusAuthenticationError)
    assert error.credential is Credential.SUBSCRIPTION_KEY


def test_other_401_does_not_say_what_was_wrong() -> None:
    answer = refused(401, {"statusCode": 401, "message": "Unauthorized. Access token is missing"})
    error = error_of(answer)
    assert not is_about_subscription_key(answer)
    assert isinstance(error, FluviusAuthenticationError)
    assert error.credential is Credential.UNKNOWN


@pytest.mark.parametrize(
    ("message", "header", "wait"),
    [
        ("Out of call volume quota. Quota will be replenished in 02:15:30.", None, 8130),
        ("Out of call volume quota. Quota will be replenished in 1.00:00:01.", None, 86401),
        ("Out of call volume quota. Quota will be replenished in 02:15:30.", 5, 5),
        ("Out of Call Volume Quota", None, None),
        ("no", 30, 30),
        ("no", 0, 0),
    ],
)
def test_spent_quota_is_a_rate_limit(
    message: str, header: float | None, wait: float | None
) -> None:
    error = error_of(refused(403, {"message": message}, header))
    assert isinstance(error, FluviusRateLimitError)
    assert error.retry_after == wait


def test_rate_limit_keeps_the_wait() -> None:
    error = error_of(refused(429, {}, 120))
    assert isinstance(error, FluviusRateLimitError)
    assert error.retry_after == 120


@pytest.mark.parametrize(
    ("body", "messages"),
    [
        (
            {"validationErrorMessages": ["from is wrong", "to is wrong"]},
            ("from is wrong", "to is wrong"),
        ),
        ({"ValidationErrorMessages": ["from is wrong"]}, ("from is wrong",)),
        ({"validationErrorMessages": [1, "two", None], "message": "m"}, ("two",)),
        ({"validationErrorMessages": None, "message": "only this"}, ("only this",)),
        ({"validationErrorMessages": "text"}, ()),
        ({}, ()),
    ],
)
def test_validation_messages_are_kept(body: object, messages: tuple[str, ...]) -> None:
    error = error_of(refused(400, body))
    assert isinstance(error, FluviusValidationError)
    assert error.messages == messages
    assert all(message in str(error) for message in messages)


def test_eans_in_fluvius_messages_are_hidden_and_long_ones_cut() -> None:
    error = error_of(refused(400, {"message": f"EAN {EAN} is wrong " + "x" * 1000}))
    assert EAN not in str(error)
    assert "EAN <EAN> is wrong" in str(error)
    assert len(str(error)) < 400


def test_code_is_shown_where_it_looks_like_one() -> None:
    body = {"Code": "DependentResource.Meters.Unavailable"}
    assert "(DependentResource.Meters.Unavailable)" in str(error_of(refused(503, body)))
    assert EAN not in str(error_of(refused(404, {"code": f"no {EAN}"})))


def test_code_in_either_case() -> None:
    assert has_code(refused(404, {"code": "Mandates.NotFound"}), "Mandates.NotFound")
    assert has_code(refused(404, {"Code": "Mandates.NotFound"}), "Mandates.NotFound")
    assert not has_code(refused(404, {"message": "Mandates.NotFound"}), "Mandates.NotFound")


def test_answer_does_not_show_its_body() -> None:
    assert EAN not in repr(refused(200, {"ean": EAN}))


@pytest.mark.parametrize(
    "secret",
    [
        "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
        "eyJhbGciOiJSUzI1NiJ9.eyJqdGkiOiIxIn0.c2lnbmF0dXJl-_8",
        "A1b2C3d4E5f6G7h8I9j0==",
    ],
)
def test_what_an_answer_repeats_of_a_request_is_hidden(secret: str) -> None:
    error = error_of(refused(400, {"message": f"The header 'Key: {secret}' is not valid"}))
    assert secret not in str(error)
    assert str(error) == "Fluvius refused the request: The header 'Key: <hidden>' is not valid"


def test_the_names_of_fields_and_instants_are_not_hidden() -> None:
    text = "dataAccessContractNumber: unknown from 2026-11-10T00:00:00Z"
    assert str(error_of(refused(400, {"message": text}))).endswith(text)
