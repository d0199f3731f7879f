"""The server's idea of now."""

from collections.abc import Callable
from datetime import UTC, datetime


def _real_time() -> datetime:
    return datetime.now(UTC)


class Clock:
    """Tell the time in UTC: the real time, that of a given source, or a fixed instant."""

    def __init__(self, source: Callable[[], datetime] | None = None) -> None:
        """Use `source` (aware datetimes) instead of the real time where it is given."""
        self._source = source or _real_time
        self._fixed: datetime | None = None

    def now(self) -> datetime:
        """Return the present instant in UTC."""
        return (self._fixed or self._source()).astimezone(UTC)

    def set(self, moment: datetime | None) -> None:
        """Stand still at an aware instant, or run again with None."""
        self._fixed = moment
