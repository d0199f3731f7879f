"""The consent links that were made, and what became of each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
import secrets

from .clock import Clock
from .environments import Environment

LIFETIME = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataService:
    """What a link asks for: a level of detail and its period; without both dates it is open."""

    level: str
    data_period_from: datetime | None = None
    data_period_to: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the customer chooses the period (guide: when neither date is given)."""
        return self.data_period_from is None and self.data_period_to is None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRequest:
    """What a provider asked for; `number_of_eans` 0 means any number."""

    contract_number: str
    reference_number: str
    flow: str
    data_services: tuple[DataService, ...]
    number_of_eans: int = 0
    return_url_success: str | None = None
    return_url_failed: str | None = None
    sso: bool = False
    enterprise_number: str | None = None


class Outcome(StrEnum):
    """What became of an EAN when its customer finished a link."""

    APPROVED = "approved"
    REQUESTED = "requested"
    RENEWED = "renewed"
    RENEWAL_REQUESTED = "renewalRequested"


@dataclass(frozen=True, slots=True)
class Shared:
    """An EAN that a customer shared at a level of detail."""

    ean: str
    level: str
    outcome: Outcome


@dataclass(slots=True, kw_only=True)
class ConsentLink:
    """A link; `shared` is empty until a customer finishes it."""

    identifier: str
    environment: Environment
    request: LinkRequest
    valid_to: datetime
    shared: tuple[Shared, ...] = ()


class LinkBook:
    """Every link of both environments."""

    def __init__(self, clock: Clock) -> None:
        """Start without links."""
        self._clock = clock
        self._links: dict[str, ConsentLink] = {}

    def open(self, environment: Environment, request: LinkRequest) -> ConsentLink:
        """Make a link that is valid for a day (guide: Create Short URL)."""
        link = ConsentLink(
            identifier=secrets.token_hex(32),
            environment=environment,
            request=request,
            valid_to=self._clock.now() + LIFETIME,
        )
        self._links[link.identifier] = link
        return link

    def find(self, identifier: str) -> ConsentLink | None:
        """Return a link by its identifier, expired ones too."""
        return self._links.get(identifier)

    def is_expired(self, link: ConsentLink) -> bool:
        """Tell whether a link's day is over; `valid_to` is exclusive."""
        return self._clock.now() >= link.valid_to
