"""What the recorder does to the table of long-term statistics, statement by statement."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import re
from typing import Any

from homeassistant.components.recorder.core import Recorder
from sqlalchemy import event, text
from sqlalchemy.engine import Connection

from .errors import BenchmarkError

_VERB = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM) statistics\b(?!_)")
# Home Assistant adds to the sums of all later rows in one statement of this form.
_SHIFT = re.compile(r"SET sum=\(statistics\.sum \+ ")
_OWNER = "SELECT metadata_id FROM statistics WHERE id = :id"
_INSERTED = text("SELECT metadata_id, count(*) FROM statistics WHERE id > :id GROUP BY metadata_id")


@dataclass(slots=True)
class Writing:
    """What was done to each statistic: rows inserted or updated one by one, and shifts.

    Deleted rows are counted over all statistics.
    """

    rows: Counter[str] = field(default_factory=Counter)
    shifts: Counter[str] = field(default_factory=Counter)
    deleted: int = 0


@dataclass(slots=True)
class _Statements:
    updated: list[int] = field(default_factory=list)
    shifted: list[int] = field(default_factory=list)
    deleted: int = 0


class StatementWatch:
    """Watches a recorder's engine; begin and end it when the recorder has nothing to do."""

    def __init__(self, instance: Recorder) -> None:
        """Watch a recorder's engine."""
        if instance.engine is None:
            raise BenchmarkError("The recorder has no database")
        self._instance = instance
        self._engine = instance.engine
        self._seen = _Statements()
        self._names: dict[int, str] = {}
        self._newest = 0

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[Writing]:
        """Fill in what was done when the block ends."""
        writing = Writing()
        await self._instance.async_add_executor_job(self._note_newest)
        event.listen(self._engine, "after_cursor_execute", self._on_statement)
        try:
            yield writing
        finally:
            event.remove(self._engine, "after_cursor_execute", self._on_statement)
            await self._instance.async_add_executor_job(self._fill_in, writing)

    def _note_newest(self) -> None:
        with self._engine.connect() as connection:
            self._newest = _scalar(connection, "SELECT coalesce(max(id), 0) FROM statistics")

    def _on_statement(
        self,
        _connection: Connection,
        cursor: Any,
        statement: str,
        parameters: Any,
        _context: Any,
        executemany: bool,  # noqa: FBT001
    ) -> None:
        found = _VERB.match(statement)
        if found is None:
            return
        if found[1] == "DELETE FROM":
            self._seen.deleted += cursor.rowcount
        elif found[1] == "UPDATE":
            rows = parameters if executemany else [parameters]
            if _SHIFT.search(statement):
                self._seen.shifted += [row[1] for row in rows]
            else:
                self._seen.updated += [row[-1] for row in rows]

    def _fill_in(self, writing: Writing) -> None:
        with self._engine.connect() as connection:
            names: dict[int, str] = dict(
                connection.execute(text("SELECT id, statistic_id FROM statistics_meta"))
                .tuples()
                .all()
            )
            for row in self._seen.updated:
                writing.rows[names[_scalar(connection, _OWNER, id=row)]] += 1
            inserted = connection.execute(_INSERTED, {"id": self._newest})
            for metadata, count in inserted.tuples():
                writing.rows[names[metadata]] += count
        for metadata in self._seen.shifted:
            writing.shifts[names[metadata]] += 1
        writing.deleted = self._seen.deleted


def _scalar(connection: Connection, query: str, **values: int) -> int:
    return int(connection.execute(text(query), values).scalar_one())
