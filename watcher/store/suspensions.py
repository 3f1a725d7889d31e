"""Suspended channels and addresses; each function runs inside the caller's transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, or_, select, update

from watcher.store import tables
from watcher.store.database import put
from watcher.store.delivery_model import Suspension
from watcher.store.outbox_rows import TABLE, WAITING

REMOVED = "recipient removed"
"""Why a message waits whose recipient was removed from the configuration; a working channel does not end that."""

_OF_MESSAGE = (tables.suspension.c.channel == TABLE.c.channel) & tables.suspension.c.recipient.in_(
    ["", TABLE.c.recipient]
)

SUSPENDED = select(tables.suspension.c.channel).where(_OF_MESSAGE).exists()
"""Condition: the channel or the address of a message is suspended, due for a probe or not."""


def held(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a message is suspended and its probe is not due."""
    probe_at = tables.suspension.c.probe_at
    return select(tables.suspension.c.channel).where(_OF_MESSAGE, or_(probe_at.is_(None), probe_at > now)).exists()


def put_suspension(connection: Connection, suspension: Suspension) -> None:
    """Suspend a channel or one recipient's address on it; replaces an older suspension."""
    key = {"channel": suspension.channel, "recipient": suspension.recipient or ""}
    values = {
        "since": suspension.since,
        "reason": suspension.reason,
        "fingerprint": suspension.fingerprint,
        "probe_at": suspension.probe_at,
        "failures": suspension.failures,
    }
    put(connection, tables.suspension, key, values)


def read_suspensions(connection: Connection) -> tuple[Suspension, ...]:
    """Return the suspensions, by channel and recipient."""
    table = tables.suspension
    rows = connection.execute(select(table).order_by(table.c.channel, table.c.recipient))
    return tuple(
        Suspension(
            channel=row.channel,
            recipient=row.recipient or None,
            since=row.since,
            reason=row.reason,
            fingerprint=row.fingerprint,
            probe_at=row.probe_at,
            failures=row.failures if row.failures is not None else 1,
        )
        for row in rows
    )


def resume_channel(connection: Connection, channel: str, recipient: str, now: datetime) -> bool:
    """End a suspension; an empty recipient means the whole channel.

    Its messages are due at once with a new retry period: the channel's failures were not theirs.
    """
    table = tables.suspension
    own = (table.c.channel == channel) & (table.c.recipient == recipient)
    if connection.execute(delete(table).where(own)).rowcount == 0:
        return False
    # a message for a removed recipient does not wait for a channel (`store.takeover`)
    waited = (TABLE.c.channel == channel) & WAITING & (TABLE.c.last_reply != REMOVED)
    if recipient:
        waited &= TABLE.c.recipient == recipient
    connection.execute(update(TABLE).where(waited).values(queued_at=now))
    connection.execute(update(TABLE).where(waited, TABLE.c.next_attempt_at > now).values(next_attempt_at=now))
    return True


def reset_probe_times(connection: Connection, now: datetime, within: timedelta) -> None:
    """Reset probe times that lie implausibly far ahead (the clock was wrong)."""
    table = tables.suspension
    connection.execute(update(table).where(table.c.probe_at > now + within).values(probe_at=now))
