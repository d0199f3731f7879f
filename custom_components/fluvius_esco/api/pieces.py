"""Read answers with long lists of slices piece by piece.

To parse half a year of quarter-hours at once holds the interpreter lock for as long as that takes,
builds a tree many times as large as the text, and has the garbage collector walk through it. Small
pieces, whose trees are dropped at once, take little memory and less time.

The first slices of a long list are cut out of the text in pieces that end between two slices, and
a marker stands in for them. Why this is sound: in JSON a quote after a `y` always ends a string, so
that what looks like the name of a list and its `[` is just that. If the text with the marker is JSON,
and each piece in brackets is, then the text with the pieces in the marker's place is JSON as well,
by the grammar of lists, and their values are the list's first elements. A cut in a wrong place, in
a string or on another level, leaves a piece that is no JSON. Whenever anything is wrong, the whole
text is parsed at once and judged.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
import re
import secrets
from typing import Final

import orjson

from .exceptions import FluviusMalformedAnswerError
from .wire import JsonObject, as_objects, objects_in, parse_data

# The tree of a piece fits in the processor's cache and hardly sets off the collector.
PIECE_BYTES: Final = 64 * 1024

_END_OF_NAME: Final = b'lyEnergy"'
_LIST: Final = re.compile(rb'lyEnergy"\s*:\s*\[\s*(?=\{\s*("[^"\\]+")\s*:)')

type _Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Cut:
    """Where the pieces of one list are in the text, with a comma between two."""

    pieces: list[_Span]

    @property
    def start(self) -> int:
        return self.pieces[0][0]

    @property
    def end(self) -> int:
        return self.pieces[-1][1]


@dataclass(frozen=True, slots=True)
class Document:
    """The data of an answer; its lists of slices are to be read with `batches`."""

    data: JsonObject
    _body: bytes = field(default=b"", repr=False)
    _cuts: dict[str, _Cut] = field(default_factory=dict, repr=False)

    def batches(self, holder: JsonObject, name: str) -> Iterator[list[JsonObject]]:
        """Return a list of objects in parts, none where it is empty, null or left out.

        A part is to be dropped before the next is taken. Raises FluviusMalformedAnswerError.
        """
        match holder.get(name):
            case [str(marker), *rest] if marker in self._cuts:
                for span in self._cuts.pop(marker).pieces:
                    yield as_objects(self._parsed(span), name)
                rest = as_objects(rest, name)
            case _:
                rest = objects_in(holder, name)
        if rest:
            yield rest

    def check_unread(self) -> None:
        """Check the pieces of lists that nobody read; raises FluviusMalformedAnswerError."""
        while self._cuts:
            _, cut = self._cuts.popitem()
            for span in cut.pieces:
                self._parsed(span)

    def _parsed(self, span: _Span) -> object:
        start, end = span
        try:
            return orjson.loads(b"[%b]" % self._body[start:end])
        except orjson.JSONDecodeError:
            raise FluviusMalformedAnswerError("A piece of the answer is not JSON") from None


def read_answer[Result](body: bytes, read: Callable[[Document], Result]) -> Result:
    """Return what `read` makes of an answer, piece by piece where that can be.

    Raises what `read` raises for the whole answer, and FluviusMalformedAnswerError where it is no
    JSON or has no data.
    """
    cuts = list(_cuts(body))
    if cuts:
        try:
            document = _without(body, cuts)
            result = read(document)
            document.check_unread()
        except FluviusMalformedAnswerError:
            pass
        else:
            return result
    return read(Document(parse_data(body)))


def _cuts(body: bytes) -> Iterator[_Cut]:
    """Return where pieces can be cut out of the lists that are longer than a piece."""
    lists = list(_lists(body))
    ends = [*(following.start() for following in lists[1:]), len(body)]
    for found, end in zip(lists, ends, strict=False):
        if pieces := list(_pieces(body, found, end)):
            yield _Cut(pieces)


def _lists(body: bytes) -> Iterator[re.Match[bytes]]:
    """Return the beginnings of lists of slices, which end with the name of a slice's first field."""
    at = body.find(_END_OF_NAME)
    while at >= 0:
        if found := _LIST.match(body, at):
            yield found
        at = body.find(_END_OF_NAME, at + 1)


def _pieces(body: bytes, beginning: re.Match[bytes], end: int) -> Iterator[_Span]:
    """Return the pieces of a list, which end where a slice with the same first field follows."""
    boundary = re.compile(rb"\}\s*(,)\s*\{\s*" + re.escape(beginning[1]) + rb"\s*:")
    start = beginning.end()
    while found := boundary.search(body, start + PIECE_BYTES, end):
        yield start, found.start(1)
        start = found.end(1)


def _without(body: bytes, cuts: list[_Cut]) -> Document:
    """Return an answer without the pieces that are cut out, to be parsed when they are read.

    The markers cannot be guessed, so that no answer can hold one. Raises
    FluviusMalformedAnswerError.
    """
    secret = secrets.token_hex(16)
    marked = {f"{secret}-{number}": cut for number, cut in enumerate(cuts)}
    parts = []
    kept_from = 0
    for marker, cut in marked.items():
        parts += [body[kept_from : cut.start], orjson.dumps(marker)]
        kept_from = cut.end
    parts.append(body[kept_from:])
    return Document(parse_data(b"".join(parts)), body, marked)
