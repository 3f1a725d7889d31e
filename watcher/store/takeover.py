"""What becomes of waiting messages whose recipient or channel was taken out of the configuration.

A recipient who was taken out may come back: the messages wait for 30 days. A channel that was taken out does not: what
waited for it, and was told on no other channel of the recipient, is composed anew for the channels that are there.
Each function runs inside a transaction of its caller.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from watcher.store import tables
from watcher.store.delivery_model import OutboxEntry, OverrideDirection, State
from watcher.store.outbox_rows import TABLE, WAITING, end, entries, numbered, remove_messages, set_values
from watcher.store.suspensions import REMOVED

NOT_CONFIGURED = "not configured"
"""What ended a message that cannot be composed anew, since it follows from no version: a notice."""

RECIPIENT_REMOVED = REMOVED
"""What a message waits for, or was ended by, whose recipient is no longer in the configuration."""

KEPT_FOR = timedelta(days=30)
"""How long the messages of a recipient who was taken out wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of waiting messages; each in one of the groups, oldest first.

    Attributes:
        back: Their recipient is in the configuration again; due at once.
        removed: Their recipient was taken out; they wait.
        ended: Their recipient did not come back in time, or they cannot be composed anew; dead now.
        anew: Their channel was taken out; removed, and what they told is told again by the next digest.
        told: Their channel was taken out, and another one of the recipient has the same; removed.
    """

    back: tuple[OutboxEntry, ...] = ()
    removed: tuple[OutboxEntry, ...] = ()
    ended: tuple[OutboxEntry, ...] = ()
    anew: tuple[OutboxEntry, ...] = ()
    told: tuple[OutboxEntry, ...] = ()


def settle(connection: Connection, known: Collection[tuple[str, str]], now: datetime) -> Settled:
    """Settle every waiting message by the recipients, and channels of theirs, that are configured."""
    pairs, names = set(known), {name for name, _ in known}
    back, removed, ended = list[int](), list[int](), list[int]()
    lost: dict[str, list[OutboxEntry]] = {}
    for entry in entries(connection, WAITING):
        is_removed = entry.last_reply == RECIPIENT_REMOVED
        if (entry.recipient, entry.channel) in pairs:
            if is_removed:
                set_values(connection, entry.id, next_attempt_at=now, queued_at=now, last_reply="")
                back.append(entry.id)
        elif entry.recipient in names:
            lost.setdefault(entry.recipient, []).append(entry)
        elif not is_removed:
            set_values(connection, entry.id, next_attempt_at=now + KEPT_FOR, last_reply=RECIPIENT_REMOVED)
            removed.append(entry.id)
        elif entry.next_attempt_at is not None and entry.next_attempt_at <= now:
            end(connection, entry.id, RECIPIENT_REMOVED, now)
            ended.append(entry.id)
    anew, told = list[OutboxEntry](), list[OutboxEntry]()
    for name, some in sorted(lost.items()):
        for entry in some:
            if _is_told_elsewhere(connection, entry, lost=some):
                told.append(entry)
            elif _base(connection, entry) is None:
                end(connection, entry.id, NOT_CONFIGURED, now)
                ended.append(entry.id)
            else:
                anew.append(entry)
        _go_back(connection, name, [entry for entry in anew if entry.recipient == name])
    remove_messages(connection, [entry.id for entry in (*anew, *told)])
    return Settled(
        back=numbered(connection, back),
        removed=numbered(connection, removed),
        ended=numbered(connection, ended),
        anew=tuple(anew),
        told=tuple(told),
    )


def _is_told_elsewhere(connection: Connection, entry: OutboxEntry, *, lost: Sequence[OutboxEntry]) -> bool:
    """Return whether another channel has, or will get, what was composed for it at the same moment."""
    states = [state.value for state in State if state is not State.DEAD]
    sibling = (
        (TABLE.c.recipient == entry.recipient)
        & (TABLE.c.created_at == entry.created_at)
        & (TABLE.c.channel != entry.channel)
        & TABLE.c.state.in_(states)
        & TABLE.c.id.not_in([one.id for one in lost])
    )
    return connection.scalar(select(TABLE.c.id).where(sibling).limit(1)) is not None


def _base(connection: Connection, entry: OutboxEntry) -> int | None:
    found: int | None = connection.scalar(select(TABLE.c.base_seq).where(TABLE.c.id == entry.id))
    return found


def _go_back(connection: Connection, name: str, anew: Sequence[OutboxEntry]) -> None:
    """Set a recipient back to before what is composed anew; a channel that had its own copy stays where it is."""
    reader, channel, exempt = tables.reader, tables.reader_channel, tables.exempt
    known = connection.execute(select(reader).where(reader.c.name == name)).first()
    bases = [base for entry in anew if (base := _base(connection, entry)) is not None]
    if known is None or not bases:
        return
    base, moments = min(bases), {entry.created_at for entry in anew}
    values: dict[str, object] = {"cursor": min(known.cursor, base)}
    if known.welcomed_at in moments:
        values["welcomed_at"] = None
    connection.execute(update(reader).where(reader.c.name == name).values(values))
    own = (TABLE.c.recipient == name) & TABLE.c.created_at.in_(sorted(moments))
    had = set(connection.scalars(select(TABLE.c.channel).where(own)))
    for row in connection.execute(select(channel).where(channel.c.name == name)).all():
        since = max(row.since_seq, known.cursor) if row.channel in had else min(row.since_seq, base)
        mine = (channel.c.name == name) & (channel.c.channel == row.channel)
        connection.execute(update(channel).where(mine).values(since_seq=since))
    ahead = (exempt.c.name == name) & (exempt.c.direction == OverrideDirection.AHEAD.value) & (exempt.c.base > base)
    connection.execute(delete(exempt).where(ahead))
