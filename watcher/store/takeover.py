"""Settles waiting messages whose recipient or channel was removed from the configuration.

A removed recipient may return, so the messages wait for 30 days. Messages of a removed channel are recomposed for the
present channels, unless another channel of the recipient has them. Each function runs inside the caller's
transaction.
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
"""Why a message ended that cannot be recomposed, since it comes from no version: a notice."""

RECIPIENT_REMOVED = REMOVED
"""Why a message waits, or ended, whose recipient was removed."""

KEPT_FOR = timedelta(days=30)
"""How long messages of a removed recipient wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The settled messages, each in one group, oldest first.

    Attributes:
        back: Their recipient is configured again; due at once.
        removed: Their recipient was removed; they wait.
        ended: Their recipient did not return in time, or they cannot be recomposed; dead.
        anew: Their channel was removed; deleted, and the next digest reports their changes.
        told: Their channel was removed, and another channel of the recipient has the same message; deleted.
    """

    back: tuple[OutboxEntry, ...] = ()
    removed: tuple[OutboxEntry, ...] = ()
    ended: tuple[OutboxEntry, ...] = ()
    anew: tuple[OutboxEntry, ...] = ()
    told: tuple[OutboxEntry, ...] = ()


def settle(connection: Connection, known: Collection[tuple[str, str]], now: datetime) -> Settled:
    """Settle every waiting message by the configured recipients and channels."""
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
            if _is_sent_elsewhere(connection, entry, lost=some):
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


def _is_sent_elsewhere(connection: Connection, entry: OutboxEntry, *, lost: Sequence[OutboxEntry]) -> bool:
    """Return True if another channel has, or will get, the message composed at the same time."""
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
    """Move a recipient's cursor back before the recomposed messages; a channel with its own copy keeps its start."""
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
