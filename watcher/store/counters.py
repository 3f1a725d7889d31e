"""Numbers for monitors: what happened so often since the store was made, and what waits now.

Counts live among the notes, in the transaction of what they count: rows that are forgotten later have been counted.
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
    """Add one to a count; to be called inside a writing transaction.

    Args:
        connection: The transaction.
        what: `MESSAGES` or `POLLS`.
        outcome: How it went; no blanks.
        channel: Channel key of a message, or empty.
    """
    name = f"{_PREFIX}{what} {outcome} {channel}"
    known = connection.scalar(select(tables.note.c.value).where(tables.note.c.name == name))
    put(connection, tables.note, {"name": name}, {"value": str(int(known or 0) + 1)})


class Counters:
    """The numbers; reads only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def totals(self, what: str) -> Mapping[tuple[str, str], int]:
        """Return how often each outcome came, by channel (empty for polls) and outcome; empty when nothing did."""
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
        """Return how many messages of each channel are in each state, delivered ones left out; only what there is."""
        table = tables.message
        waiting = table.c.state != State.DELIVERED.value
        counted = select(table.c.channel, table.c.state, func.count()).where(waiting)
        with self._database.read() as connection:
            rows = connection.execute(counted.group_by(table.c.channel, table.c.state)).all()
        return {(channel, State(state)): number for channel, state, number in rows}

    def last_delivered(self) -> Mapping[str, datetime]:
        """Return when each channel last took a message, as far as delivered messages are kept."""
        table = tables.message
        done = select(table.c.channel, func.max(table.c.ended_at)).where(table.c.state == State.DELIVERED.value)
        with self._database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(done.group_by(table.c.channel))}
