"""Rows of the outbox; each function runs inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from watcher.store import tables
from watcher.store.compression import unpack
from watcher.store.counters import MESSAGES, count
from watcher.store.database import add_row, chunks
from watcher.store.delivery_model import ENDED_IN_VAIN, NewMessage, OutboxEntry, State, Step

TABLE = tables.message
"""The messages; payloads have a table of their own."""

WAITING = TABLE.c.state.in_([State.PENDING.value, State.UNKNOWN.value])
"""Condition: a message is still to be sent."""


def put_messages(
    connection: Connection, messages: Collection[NewMessage], now: datetime, *, base: int | None = None
) -> tuple[int, ...]:
    """Add messages, due at once; call it inside a writing transaction.

    Args:
        connection: The transaction.
        messages: The messages.
        now: The time.
        base: The cursor they were composed from, to recompose them; None for notices.

    Returns:
        Their numbers, in their order.

    Raises:
        ValueError: A Message-ID exists already.
    """
    return tuple(_put(connection, message, now, base) for message in messages)


def _put(connection: Connection, message: NewMessage, now: datetime, base: int | None) -> int:
    known = select(TABLE.c.id).where(TABLE.c.message_id == message.message_id)
    if connection.scalar(known) is not None:
        raise ValueError(f"There is a message {message.message_id} in the outbox already.")
    row = {
        "recipient": message.recipient,
        "channel": message.channel,
        "part": message.part,
        "subject": message.subject,
        "message_id": message.message_id,
        "state": State.PENDING.value,
        "step": Step.NONE.value,
        "attempts": 0,
        "unclear": 0,
        "crashes": 0,
        "created_at": now,
        "queued_at": now,
        "next_attempt_at": now,
        "last_reply": "",
        "base_seq": base,
    }
    number = add_row(connection, TABLE, row)
    packed = {"message": number, "codec": message.payload.codec, "data": message.payload.data}
    connection.execute(insert(tables.payload), packed)
    return number


def entries(connection: Connection, which: ColumnElement[bool]) -> tuple[OutboxEntry, ...]:
    """Return the messages that meet a condition, oldest first."""
    rows = connection.execute(select(TABLE).where(which).order_by(TABLE.c.id))
    return tuple(read_entry(row) for row in rows)


def read_entry(row: Row[*tuple[Any, ...]]) -> OutboxEntry:
    """Return the value of a row."""
    return OutboxEntry(
        id=row.id,
        recipient=row.recipient,
        channel=row.channel,
        part=row.part,
        subject=row.subject,
        message_id=row.message_id,
        state=State(row.state),
        step=Step(row.step),
        attempts=row.attempts,
        unclear=row.unclear,
        crashes=row.crashes,
        created_at=row.created_at,
        queued_at=row.queued_at,
        next_attempt_at=row.next_attempt_at,
        last_reply=row.last_reply,
        ended_at=row.ended_at,
    )


def numbered(connection: Connection, numbers: Collection[int]) -> tuple[OutboxEntry, ...]:
    """Return messages by number, oldest first; unknown numbers are left out."""
    found = (entries(connection, TABLE.c.id.in_(piece)) for piece in chunks(sorted(numbers)))
    return tuple(entry for piece in found for entry in piece)


def the_entry(connection: Connection, number: int) -> OutboxEntry:
    """Return one message.

    Raises:
        ValueError: There is none of this number.
    """
    found = numbered(connection, [number])
    if not found:
        raise ValueError(f"There is no message {number} in the outbox.")
    return found[0]


def in_sending(connection: Connection, number: int) -> OutboxEntry:
    """Return one message that is being sent.

    Raises:
        ValueError: It is not being sent.
    """
    entry = the_entry(connection, number)
    if entry.state is not State.SENDING:
        raise ValueError(f"Message {number} is {entry.state}, not in sending.")
    return entry


def the_payload(connection: Connection, number: int) -> bytes:
    """Return the frozen bytes of a message.

    Raises:
        LookupError: There is no such message.
        DamagedError: They cannot be unpacked.
    """
    table = tables.payload
    row = connection.execute(select(table.c.codec, table.c.data).where(table.c.message == number)).first()
    if row is None:
        raise LookupError(f"There is no message {number} in the outbox.")
    return unpack(row.codec, row.data, f"message {number}")


def set_values(connection: Connection, number: int, **values: object) -> None:
    """Change columns of one message."""
    connection.execute(update(TABLE).where(TABLE.c.id == number).values(**values))


def doubt(connection: Connection, entry: OutboxEntry, when: datetime, reply: str, now: datetime) -> State:
    """Count an attempt that may have arrived; retry the first time, give up the second."""
    set_values(connection, entry.id, unclear=entry.unclear + 1)
    if entry.unclear:
        end(connection, entry.id, f"unclear twice whether it arrived: {reply}", now)
        return State.DEAD
    set_values(connection, entry.id, state=State.UNKNOWN.value, next_attempt_at=when, last_reply=reply)
    count(connection, MESSAGES, "unknown", entry.channel)
    return State.UNKNOWN


def end(connection: Connection, number: int, reason: str, now: datetime, state: State = State.DEAD) -> None:
    """Abandon a message, or keep it as rejected."""
    count(connection, MESSAGES, state.value, the_entry(connection, number).channel)
    set_values(connection, number, state=state.value, next_attempt_at=None, last_reply=reason, ended_at=now)


def open_to_operator(connection: Connection, numbers: Collection[int] | None) -> tuple[OutboxEntry, ...]:
    """Return the messages that the operator may change: not being sent, not delivered."""
    states = (State.PENDING, State.UNKNOWN, *ENDED_IN_VAIN)
    if numbers is None:
        return entries(connection, TABLE.c.state.in_([state.value for state in states]))
    return tuple(entry for entry in numbered(connection, set(numbers)) if entry.state in states)


def remove_messages(connection: Connection, numbers: Sequence[int]) -> None:
    """Remove messages and their payloads."""
    for piece in chunks(numbers):
        connection.execute(delete(tables.payload).where(tables.payload.c.message.in_(piece)))
        connection.execute(delete(TABLE).where(TABLE.c.id.in_(piece)))
