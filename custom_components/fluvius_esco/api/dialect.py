"""The versions of the API, which differ on the wire and give the same models."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Protocol

from . import v2, v3
from .models import (
    EnergyRequest,
    Headpoint,
    Mandate,
    MandateFilter,
    MockMandateRequest,
    ShortUrl,
    ShortUrlRequest,
)
from .wire import ApiCall


class ApiVersion(StrEnum):
    """A version of the API that Fluvius serves."""

    V2 = "v2"
    V3 = "v3"


class Dialect(Protocol):
    """What to ask in a version of the API and how to read the answers; no I/O.

    Calls raise ValueError for a naive instant and for what the version cannot ask; answers raise
    FluviusMalformedAnswerError, and FluviusValidationError where they tell that nothing was made.
    """

    def mandates_call(self, mandate_filter: MandateFilter) -> ApiCall:
        """Ask for the mandates that match."""

    def parse_mandates(self, body: bytes) -> tuple[Mandate, ...]:
        """Return the mandates in an answer."""

    def energy_call(self, request: EnergyRequest) -> ApiCall:
        """Ask for readings."""

    def parse_energy(self, body: bytes, request: EnergyRequest) -> Headpoint:
        """Return the validated readings in an answer to `request`."""

    def short_url_call(self, request: ShortUrlRequest) -> ApiCall:
        """Ask for a consent link."""

    def parse_short_url(self, body: bytes) -> ShortUrl:
        """Return the consent link in an answer."""

    def mock_mandate_call(self, request: MockMandateRequest) -> ApiCall:
        """Ask the sandbox for a fictitious mandate."""

    def parse_mock_mandate(self, body: bytes) -> None:
        """Check that the sandbox made the mandate."""


DIALECTS: Final[Mapping[ApiVersion, Dialect]] = {ApiVersion.V2: v2, ApiVersion.V3: v3}
