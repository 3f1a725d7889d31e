"""The rows of what holds messages up: channels, or one address on them; each runs inside the caller's transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, or_, select, update

from watcher.store import tables
from watcher.store.database import put
from watcher.store.delivery_model import Suspension
from watcher.store.outbox_rows import TABLE, WAITING

REMOVED = "recipient removed"
"""Why a message waits whose recipient was taken out of the configuration; no channel ends that."""

_OF_MESSAGE = (tables.suspension.c.channel == TABLE.c.channel) & tables.suspension.c.recipient.in_(
    ["", TABLE.c.recipient]
)

SUSPENDED = select(tables.suspension.c.channel).where(_OF_MESSAGE).exists()
"""Whether the channel or the address of a message is suspended, due for a probe or not."""


def held(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a message waits under a suspension that is not to be probed yet."""
    probe_at = tables.suspension.c.probe_at
    return select(tables.suspension.c.channel).where(_OF_MESSAGE, or_(probe_at.is_(None), probe_at > now)).exists()


def put_suspension(connection: Connection, suspension: Suspension) -> None:
    """Hold a channel, or one recipient's address on it; replaces an older suspension."""
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
    """Return what is suspended, by channel and recipient."""
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

    What waited under it is due at once, and its days of trying begin anew: the channel's failures are not its own.
    """
    table = tables.suspension
    own = (table.c.channel == channel) & (table.c.recipient == recipient)
    if connection.execute(delete(table).where(own)).rowcount == 0:
        return False
    # what waits for a recipient who was taken out does not wait for a channel (`store.takeover`)
    waited = (TABLE.c.channel == channel) & WAITING & (TABLE.c.last_reply != REMOVED)
    if recipient:
        waited &= TABLE.c.recipient == recipient
    connection.execute(update(TABLE).where(waited).values(queued_at=now))
    connection.execute(update(TABLE).where(waited, TABLE.c.next_attempt_at > now).values(next_attempt_at=now))
    return True


def reset_probe_times(connection: Connection, now: datetime, within: timedelta) -> None:
    """Make probes due that lie further away than any wait is: the clock had been ahead."""
    table = tables.suspension
    connection.execute(update(table).where(table.c.probe_at > now + within).values(probe_at=now))
