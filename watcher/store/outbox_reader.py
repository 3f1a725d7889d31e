"""Read-only queries of the outbox."""

from __future__ import annotations

import builtins
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select

from watcher.store.database import Database
from watcher.store.delivery_model import OutboxEntry, State, Suspension
from watcher.store.outbox_rows import TABLE, WAITING, entries, the_payload
from watcher.store.suspensions import SUSPENDED, held, read_suspensions


class OutboxReader:
    """Read-only queries of the outbox."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due_channels(self, now: datetime) -> tuple[str, ...]:
        """Return the keys of channels with something to claim now, sorted; suspended ones are left out."""
        due = (TABLE.c.next_attempt_at <= now) & WAITING & ~held(now)
        with self._database.read() as connection:
            found = connection.scalars(select(TABLE.c.channel).where(due).distinct().order_by(TABLE.c.channel))
            return tuple(found)

    def destinations(self) -> frozenset[tuple[str, str]]:
        """Return recipient and channel key of all waiting messages."""
        with self._database.read() as connection:
            rows = connection.execute(select(TABLE.c.recipient, TABLE.c.channel).where(WAITING).distinct())
            return frozenset((row.recipient, row.channel) for row in rows)

    def next_due(self) -> datetime | None:
        """Return when the next message is due, or None; suspended messages do not count."""
        with self._database.read() as connection:
            due = select(func.min(TABLE.c.next_attempt_at)).where(WAITING, ~SUSPENDED)
            found: datetime | None = connection.scalar(due)
            return found

    def suspensions(self) -> tuple[Suspension, ...]:
        """Return the suspensions, by channel and recipient."""
        with self._database.read() as connection:
            return read_suspensions(connection)

    def list(
        self, *, states: Collection[State] = (), recipient: str | None = None, channel: str | None = None
    ) -> tuple[OutboxEntry, ...]:
        """Return messages, oldest first.

        Args:
            states: Only these; empty for all but delivered.
            recipient: Only this one's.
            channel: Only this channel's.
        """
        wanted = states or tuple(state for state in State if state is not State.DELIVERED)
        which: builtins.list[ColumnElement[bool]] = [TABLE.c.state.in_([state.value for state in wanted])]
        if recipient is not None:
            which.append(TABLE.c.recipient == recipient)
        if channel is not None:
            which.append(TABLE.c.channel == channel)
        with self._database.read() as connection:
            return entries(connection, and_(*which))

    def payload(self, message: int) -> bytes:
        """Return the frozen bytes of a message.

        Raises:
            LookupError: There is no such message.
        """
        with self._database.read() as connection:
            return the_payload(connection, message)

    def counts(self) -> Mapping[State, int]:
        """Return how many messages are in each state; every state is there."""
        with self._database.read() as connection:
            rows = connection.execute(select(TABLE.c.state, func.count()).group_by(TABLE.c.state))
            found = {State(state): count for state, count in rows}
        return {state: found.get(state, 0) for state in State}

    def oldest_waiting(self) -> datetime | None:
        """Return when the oldest message not yet delivered or given up was queued, or None when there is none."""
        waiting = TABLE.c.state.in_([State.PENDING.value, State.UNKNOWN.value, State.SENDING.value])
        with self._database.read() as connection:
            found: datetime | None = connection.scalar(select(func.min(TABLE.c.queued_at)).where(waiting))
            return found
