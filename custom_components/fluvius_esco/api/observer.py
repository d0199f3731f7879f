"""What others may want to know of the calls that a client makes."""

from typing import Final


class Observer:
    """Is told of requests to the API and of their outcome, and does nothing about it.

    Requests for tokens are no requests to the API, but a call that gets none has failed.
    """

    def request_sent(self) -> None:
        """Hear of a request; every try is one."""

    def call_ended(self, *, answered: bool) -> None:
        """Hear of the end of a call, and whether the API gave what was asked for."""


NOBODY: Final = Observer()
