"""What was asked of the sandbox."""

from collections import Counter
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Entry:
    """One request; the status is None while it runs and when it got no answer."""

    endpoint: str
    method: str
    query: dict[str, str]
    status: int | None = None

    def wire(self) -> dict[str, Any]:
        """Return the entry as the admin endpoint shows it."""
        return {
            "endpoint": self.endpoint,
            "method": self.method,
            "query": self.query,
            "status": self.status,
        }


class Journal:
    """Every request to the token endpoint and the API, in order of arrival."""

    def __init__(self) -> None:
        """Start empty."""
        self.entries: list[Entry] = []

    def open(self, endpoint: str, method: str, query: dict[str, str]) -> Entry:
        """Note a request as it comes in."""
        entry = Entry(endpoint, method, query)
        self.entries.append(entry)
        return entry

    def counts(self) -> dict[str, int]:
        """Return how many requests each endpoint got."""
        return dict(Counter(entry.endpoint for entry in self.entries))

    def clear(self) -> None:
        """Start counting anew."""
        self.entries.clear()
