"""Counters for monitoring: totals since the store was created, and waiting messages.

Totals are notes, written in the transaction of the event they count, so they survive the removal of old rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, func, select

from watcher.store import tables
from watcher.store.database import Database, put
from watcher.store.delivery_model import State

_PREFIX = "tally "

MESSAGES = "messages"
POLLS = "polls"


def count(connection: Connection, what: str, outcome: str, channel: str = "") -> None:
    """Add one to a total; call it inside a writing transaction.

    Args:
        connection: The transaction.
        what: `MESSAGES` or `POLLS`.
        outcome: The outcome, without blanks.
        channel: Channel key of a message, or empty.
    """
    name = f"{_PREFIX}{what} {outcome} {channel}"
    known = connection.scalar(select(tables.note.c.value).where(tables.note.c.name == name))
    put(connection, tables.note, {"name": name}, {"value": str(int(known or 0) + 1)})


class Counters:
    """Read-only access to the counters."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def totals(self, what: str) -> Mapping[tuple[str, str], int]:
        """Return the total of each outcome, by channel (empty for polls) and outcome."""
        start = f"{_PREFIX}{what} "
        own = tables.note.c.name.startswith(start, autoescape=True)
        with self._database.read() as connection:
            rows = connection.execute(select(tables.note).where(own).order_by(tables.note.c.name)).all()
        found = {}
        for row in rows:
            outcome, _, channel = row.name.removeprefix(start).partition(" ")
            found[channel, outcome] = int(row.value)
        return found

    def depths(self) -> Mapping[tuple[str, State], int]:
        """Return the number of messages by channel and state, without delivered ones."""
        table = tables.message
        waiting = table.c.state != State.DELIVERED.value
        counted = select(table.c.channel, table.c.state, func.count()).where(waiting)
        with self._database.read() as connection:
            rows = connection.execute(counted.group_by(table.c.channel, table.c.state)).all()
        return {(channel, State(state)): number for channel, state, number in rows}

    def last_delivered(self) -> Mapping[str, datetime]:
        """Return the last delivery of each channel, as far as delivered messages are kept."""
        table = tables.message
        done = select(table.c.channel, func.max(table.c.ended_at)).where(table.c.state == State.DELIVERED.value)
        with self._database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(done.group_by(table.c.channel))}
