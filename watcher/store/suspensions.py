"""The rows of what holds messages up: channels, or one address on them; each runs inside the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from watcher.store import tables
from watcher.store.database import put
from watcher.store.messages import TABLE, WAITING
from watcher.store.telling import Suspension

HELD = (
    select(tables.suspension.c.channel)
    .where(
        tables.suspension.c.channel == TABLE.c.channel,
        tables.suspension.c.recipient.in_(["", TABLE.c.recipient]),
    )
    .exists()
)
"""What waits under a suspension of its channel or its address."""


def put_suspension(connection: Connection, suspension: Suspension) -> None:
    """Hold a channel, or one recipient's address on it; replaces an older suspension."""
    key = {"channel": suspension.channel, "recipient": suspension.recipient or ""}
    values = {"since": suspension.since, "reason": suspension.reason, "fingerprint": suspension.fingerprint}
    put(connection, tables.suspension, key, values)


def read_suspensions(connection: Connection) -> tuple[Suspension, ...]:
    """Give what is suspended, by channel and recipient."""
    table = tables.suspension
    rows = connection.execute(select(table).order_by(table.c.channel, table.c.recipient))
    return tuple(
        Suspension(
            channel=row.channel,
            recipient=row.recipient or None,
            since=row.since,
            reason=row.reason,
            fingerprint=row.fingerprint,
        )
        for row in rows
    )


def resume_channel(connection: Connection, channel: str, recipient: str, now: datetime) -> bool:
    """End a suspension; an empty recipient means the whole channel."""
    table = tables.suspension
    own = (table.c.channel == channel) & (table.c.recipient == recipient)
    if connection.execute(delete(table).where(own)).rowcount == 0:
        return False
    waited = (TABLE.c.channel == channel) & WAITING & (TABLE.c.next_attempt_at > now)
    if recipient:
        waited &= TABLE.c.recipient == recipient
    connection.execute(update(TABLE).where(waited).values(next_attempt_at=now))
    return True
