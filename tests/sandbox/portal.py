"""The customers' portal: who can log in, which connections they see, whose they are.

Users are named by their role. A portal user sees connections of which another is the grid user;
only the grid user can give access to the readings of a connection.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from .ean import mock_detail
from .environments import Environment
from .links import LinkRequest

PRIVATE = "B2C"
ORGANISATION = "B2B"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalUser:
    """Somebody who can log in: a private person, or an organisation with its number."""

    key: str
    name: str
    flow: str = PRIVATE
    enterprise_number: str | None = None


GRID_USER = PortalUser(key="netgebruiker", name="Netgebruiker")
HOUSEMATE = PortalUser(key="huisgenoot", name="Huisgenoot")
COMPANY = PortalUser(
    key="onderneming", name="Onderneming", flow=ORGANISATION, enterprise_number="0999999922"
)
USERS = (GRID_USER, HOUSEMATE, COMPANY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """An EAN, where it is, and the name of its grid user, who need not be a portal user."""

    ean: str
    place: str
    grid_user: str
    seen_by: frozenset[str]

    @property
    def has_fine_readings(self) -> bool:
        """Whether quarter-hours or hours can be had; EANs outside the mock scheme have them."""
        return mock_detail(self.ean) != "VH_dag"

    def is_of(self, user: PortalUser) -> bool:
        """Tell whether a portal user is the grid user."""
        return self.grid_user == user.name


def _connection(ean: str, place: str, grid_user: str, *seen_by: PortalUser) -> Connection:
    return Connection(
        ean=ean,
        place=place,
        grid_user=grid_user,
        seen_by=frozenset(user.key for user in seen_by),
    )


_CONNECTIONS = (
    _connection("541440110000000101", "Woning", GRID_USER.name, GRID_USER, HOUSEMATE),
    _connection("541441010000000102", "Woning", GRID_USER.name, GRID_USER, HOUSEMATE),
    _connection("541440100000000103", "Garage", HOUSEMATE.name, GRID_USER, HOUSEMATE),
    _connection("541440010000000104", "Kantoor", COMPANY.name, COMPANY),
    _connection("541441000000000105", "Kantoor", COMPANY.name, COMPANY),
    _connection("541440010000000106", "Magazijn", "Verhuurder", COMPANY),
)


class Portal:
    """The connections, and the customer that each reference number belongs to."""

    def __init__(self) -> None:
        """Start with the connections that everyone knows, and no customers."""
        self._connections = {connection.ean: connection for connection in _CONNECTIONS}
        self._customers: dict[tuple[Environment, str], str] = {}

    def connect(self, connection: Connection) -> None:
        """Add a connection, or replace the one with its EAN."""
        self._connections[connection.ean] = connection

    def connection(self, ean: str) -> Connection | None:
        """Return a connection by its EAN."""
        return self._connections.get(ean)

    def seen_by(self, user: PortalUser) -> list[Connection]:
        """Return the connections that a user can share, in the order they were added."""
        return [found for found in self._connections.values() if user.key in found.seen_by]

    def belongs_to_another(
        self, environment: Environment, reference_number: str, user: PortalUser
    ) -> bool:
        """Tell whether a reference number is that of another customer (guide: of one only)."""
        return self._customers.get((environment, reference_number), user.key) != user.key

    def keep_customer(
        self, environment: Environment, reference_number: str, user: PortalUser
    ) -> None:
        """Let a reference number belong to the customer who finished a request with it first."""
        self._customers.setdefault((environment, reference_number), user.key)


def user_of(key: str) -> PortalUser | None:
    """Return the user with a key, or with that name."""
    return next((user for user in USERS if key in {user.key, user.name}), None)


def users_for(request: LinkRequest) -> Iterator[PortalUser]:
    """Return the users that the login page of a link offers.

    Where the provider says that the customer has a CSAM session, only the kind that it asks for.
    """
    return (user for user in USERS if not request.sso or user.flow == request.flow)


def signed_in(request: LinkRequest) -> PortalUser | None:
    """Return who is logged in without asking (guide: SSO); None when the customer has to log in.

    The CSAM session is that of the first private person, and an organisation is known by its number
    with or without the leading zero.
    """
    if not request.sso:
        return None
    if request.flow == PRIVATE:
        return GRID_USER
    number = (request.enterprise_number or "").zfill(10)
    return next((user for user in USERS if user.enterprise_number == number), None)
