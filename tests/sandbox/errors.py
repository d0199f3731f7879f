"""Error answers: those of the API (OpenAPI), of API Management and of the token endpoint."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from aiohttp import web
import orjson

from .localtime import to_wire


def _wire_value(value: object) -> str:
    if isinstance(value, datetime):
        return to_wire(value)
    raise TypeError(f"{type(value)} has no place in an answer")


def json_response(payload: object, status: int = 200) -> web.Response:
    """Answer with JSON; datetimes become `YYYY-MM-DDTHH:MM:SSZ`."""
    return web.Response(
        body=orjson.dumps(payload, _wire_value, orjson.OPT_PASSTHROUGH_DATETIME),
        status=status,
        content_type="application/json",
        charset="utf-8",
    )


class ApiError(Exception):
    """An error that the API answers with a type, a code and a message."""

    def __init__(self, status: int, kind: str, code: str, message: str) -> None:
        """Keep what the answer says."""
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.code = code

    def body(self) -> dict[str, Any]:
        """Return the JSON body (ErrorResponse)."""
        return {"type": self.kind, "code": self.code, "message": str(self)}


class InvalidRequestError(ApiError):
    """The request breaks the contract (ErrorValidationResponse)."""

    def __init__(self, messages: Sequence[str]) -> None:
        """Keep every message."""
        super().__init__(400, "Validation", "Validation.Failed", "The request is not valid.")
        self.messages = list(messages)

    def body(self) -> dict[str, Any]:
        """Return the JSON body with its validation messages."""
        return super().body() | {"validationErrorMessages": self.messages}


class MandatesNotFoundError(ApiError):
    """No mandate matches, or none covers what was asked."""

    def __init__(self) -> None:
        """Say so in the one way the API has."""
        super().__init__(404, "NotFound", "Mandates.NotFound", "No mandates were found.")


class GatewayError(Exception):
    """An error of API Management, before the request reaches the API."""

    def __init__(self, status: int, message: str) -> None:
        """Keep what the answer says."""
        super().__init__(message)
        self.status = status

    def body(self) -> dict[str, Any]:
        """Return the JSON body."""
        return {"statusCode": self.status, "message": str(self)}


class TokenError(Exception):
    """A refusal of the token endpoint: an OAuth error and Entra ID's own code."""

    def __init__(self, status: int, error: str, code: int, description: str) -> None:
        """Keep what the answer says."""
        super().__init__(description)
        self.status = status
        self.error = error
        self.code = code

    def body(self) -> dict[str, Any]:
        """Return the JSON body."""
        trace = str(uuid4())
        correlation = str(uuid4())
        timestamp = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        return {
            "error": self.error,
            "error_description": (
                f"AADSTS{self.code}: {self} Trace ID: {trace} "
                f"Correlation ID: {correlation} Timestamp: {timestamp}"
            ),
            "error_codes": [self.code],
            "timestamp": timestamp,
            "trace_id": trace,
            "correlation_id": correlation,
        }


def fault_body(endpoint: str, status: int) -> dict[str, Any]:
    """Return what the real thing says with a status, for a fault that was asked for."""
    if endpoint == "token":
        return TokenError(status, "temporarily_unavailable", 90033, "A transient error.").body()
    if status == 400:
        return InvalidRequestError(["The request was refused."]).body()
    if status == 404:
        return MandatesNotFoundError().body()
    if status == 503:
        message = "A resource that the service depends on is unavailable."
        code = "DependentResource.Mandates.Unavailable"
        return ApiError(503, "DependentResourceUnavailable", code, message).body()
    if status == 500:
        return ApiError(500, "InternalServerError", "InternalServerError", "Oops.").body()
    messages = {
        401: "Unauthorized. Access token is missing or invalid.",
        403: "Forbidden.",
        429: "Rate limit is exceeded. Try again later.",
    }
    return GatewayError(status, messages.get(status, "The service is unavailable.")).body()
