"""Records of past polls."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select

from watcher.store import tables
from watcher.store.counters import POLLS, count
from watcher.store.database import Database
from watcher.store.trial_model import Poll, PollCounts, PollOutcome

_COUNTS = tuple(field.name for field in fields(PollCounts))
_COMPLETE = tuple(outcome.value for outcome in PollOutcome if outcome.is_complete)


class Polls:
    """The records of past polls."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, poll: Poll) -> None:
        """Store the record of a finished poll."""
        counts = {name: getattr(poll.counts, name) for name in _COUNTS}
        row = {
            "started": poll.started,
            "finished": poll.finished,
            "token": poll.token,
            "outcome": poll.outcome.value,
            "note": poll.note,
            "requests": poll.requests,
        }
        with self._database.write() as connection:
            connection.execute(insert(tables.poll).values(**row, **counts))
            count(connection, POLLS, poll.outcome.value)

    def last(self) -> Poll | None:
        """Return the last poll, or None."""
        with self._database.read() as connection:
            return _newest(connection, select(tables.poll))

    def last_complete(self, *, until: datetime | None = None) -> Poll | None:
        """Return the last complete poll (no news included), or None.

        Args:
            until: Only polls finished at or before this moment.
        """
        complete = select(tables.poll).where(tables.poll.c.outcome.in_(_COMPLETE))
        if until is not None:
            complete = complete.where(tables.poll.c.finished <= until)
        with self._database.read() as connection:
            return _newest(connection, complete)

    def first_complete(self, since: datetime) -> Poll | None:
        """Return the first complete poll (no news included) that ended at a moment or later, or None."""
        complete = tables.poll.c.outcome.in_(_COMPLETE) & (tables.poll.c.finished >= since)
        with self._database.read() as connection:
            return _first(connection, select(tables.poll).where(complete).order_by(tables.poll.c.id))

    def last_read(self) -> Poll | None:
        """Return the last poll that read trials or found no news, or None."""
        told = tables.poll.c.outcome.in_(_COMPLETE) | (tables.poll.c.read > 0)
        with self._database.read() as connection:
            return _newest(connection, select(tables.poll).where(told))

    def last_dated(self) -> Poll | None:
        """Return the last poll with a token, or None."""
        with self._database.read() as connection:
            return _newest(connection, select(tables.poll).where(tables.poll.c.token.is_not(None)))

    def forget(self, before: datetime) -> int:
        """Remove records of polls finished before a time, except the last complete one; return how many."""
        kept = select(func.max(tables.poll.c.id)).where(tables.poll.c.outcome.in_(_COMPLETE)).scalar_subquery()
        old = (tables.poll.c.finished < before) & (tables.poll.c.id != func.coalesce(kept, 0))
        with self._database.write() as connection:
            return connection.execute(delete(tables.poll).where(old)).rowcount


def _newest(connection: Connection, polls: Select[*tuple[Any, ...]]) -> Poll | None:
    return _first(connection, polls.order_by(tables.poll.c.id.desc()))


def _first(connection: Connection, polls: Select[*tuple[Any, ...]]) -> Poll | None:
    row = connection.execute(polls.limit(1)).first()
    if row is None:
        return None
    return Poll(
        started=row.started,
        finished=row.finished,
        token=row.token,
        outcome=PollOutcome(row.outcome),
        counts=PollCounts(**{name: getattr(row, name) for name in _COUNTS}),
        note=row.note,
        requests=row.requests,
    )
