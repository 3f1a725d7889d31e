"""What each recipient was told: cursor, slot, overrides; windows of what was not; composing made durable."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, select, true, update

from watcher.store import tables
from watcher.store.database import CHUNK, Database, chunks, put
from watcher.store.delivery_model import (
    ComposeResult,
    CursorOverride,
    OverrideDirection,
    RecipientState,
    Window,
    recipient_note,
)
from watcher.store.outbox_rows import put_messages
from watcher.store.pending import VersionMark, window
from watcher.store.trial_model import VersionKind
from watcher.store.versions import read_max_seq


class Ledger:
    """The recipients and how far each has been told."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def recipient(self, name: str) -> RecipientState | None:
        """Return one recipient, or None when never started."""
        with self._database.read() as connection:
            return _reader(connection, name)

    def recipients(self) -> tuple[RecipientState, ...]:
        """Return all recipients ever started, by name, also those no longer configured."""
        with self._database.read() as connection:
            return _readers(connection, select(tables.reader))

    def start_recipient(
        self, name: str, *, send: str, slot: str | None, channels: Collection[str], now: datetime
    ) -> RecipientState:
        """Meet a configured recipient; may be called at every run and writes only what is new.

        An unknown name starts at the newest version. A channel not known before begins at the newest version, one no
        longer there is forgotten; when no channel is left that had to tell what came before, those there now tell it.
        An edited `send` sets `last_slot` to `slot`: it starts at now.

        Args:
            name: The recipient's name in the configuration.
            send: Its `send`, as the configuration spells it.
            slot: The newest slot not after now, or None for `immediate`.
            channels: Its channel keys.
            now: The time.

        Returns:
            The recipient as now kept.
        """
        wanted = set(channels)
        with self._database.read() as connection:
            known = _reader(connection, name)
        if known is not None and known.send == send and set(known.channels) == wanted:
            return known
        with self._database.write() as connection:
            newest = read_max_seq(connection)
            known = _reader(connection, name)
            if known is None:
                row = {"name": name, "cursor": newest, "send": send, "last_slot": slot, "started_at": now}
                connection.execute(insert(tables.reader), row)
            elif known.send != send:
                own = tables.reader.c.name == name
                connection.execute(update(tables.reader).where(own).values(send=send, last_slot=slot))
            _set_channels(connection, name, wanted, known.channels if known else {}, newest)
            return _started(connection, name)

    def forget_recipient(self, name: str) -> None:
        """Remove a recipient, its channels and its overrides; an unknown name is fine. Messages stay in the outbox."""
        with self._database.write() as connection:
            for table in (tables.exempt, tables.reader_channel, tables.reader):
                connection.execute(delete(table).where(table.c.name == name))

    def overrides(self, name: str) -> tuple[CursorOverride, ...]:
        """Return the trials that do not follow a recipient's cursor, by id."""
        table = tables.exempt
        with self._database.read() as connection:
            rows = connection.execute(select(table).where(table.c.name == name).order_by(table.c.nct_id))
            return tuple(
                CursorOverride(nct_id=r.nct_id, direction=OverrideDirection(r.direction), base=r.base) for r in rows
            )

    def windows(self, name: str, ids: Collection[str], *, begins: int = 0) -> tuple[Window, ...]:
        """Return what a recipient has not been told of, per trial.

        The base of a trial is its exempt, else the newest version not after the cursor, but never older than the
        trial's newest baseline. A trial whose newest version is a baseline after the cursor comes with base None.

        Args:
            name: A started recipient.
            ids: The trials this recipient watches.
            begins: Everything up to this version counts as told: a channel added later begins later.

        Returns:
            One window per trial whose newest version lies after its base, by id; empty when there is nothing.

        Raises:
            LookupError: The recipient was never started.
        """
        with self._database.read() as connection:
            cursor = _cursor(connection, name)
            told = _told(connection, name, cursor, set(ids))
            marks = _marks(connection, sorted(told))
        found = (window(nct_id, max(told[nct_id], begins), marks[nct_id]) for nct_id in sorted(marks))
        return tuple(one for one in found if one is not None)

    def commit_composed(self, composed: ComposeResult, now: datetime) -> tuple[int, ...]:
        """Store messages, cursor, overrides, slot and notes of one composing in one transaction: all of it, or nothing.

        Exempts ahead of the cursor that the new cursor has reached end by themselves.

        Args:
            composed: What composing did.
            now: The time; messages are due at once.

        Returns:
            The outbox numbers of the messages, in their order.

        Raises:
            LookupError: The recipient was never started.
            ValueError: The cursor would go back, or past the newest version, or a Message-ID exists already: a bug of
                the caller; nothing is stored.
        """
        with self._database.write() as connection:
            cursor, newest = _cursor(connection, composed.recipient), read_max_seq(connection)
            if not cursor <= composed.cursor <= newest:
                raise ValueError(
                    f"The cursor of {composed.recipient} cannot move from {cursor} to {composed.cursor}: "
                    f"it never goes back, nor past the newest version, {newest}."
                )
            _move(connection, composed, now)
            _set_exempts(connection, composed)
            for what, value in composed.notes.items():
                put(connection, tables.note, {"name": recipient_note(composed.recipient, what)}, {"value": value})
            return put_messages(connection, composed.messages, now, base=cursor)


def _readers(connection: Connection, which: Select[*tuple[Any, ...]]) -> tuple[RecipientState, ...]:
    readers = connection.execute(which.order_by(tables.reader.c.name)).all()
    table = tables.reader_channel
    of_one = table.c.name == readers[0].name if len(readers) == 1 else true()
    channels: dict[str, dict[str, int]] = defaultdict(dict)
    for row in connection.execute(select(table).where(of_one).order_by(table.c.channel)):
        channels[row.name][row.channel] = row.since_seq
    return tuple(
        RecipientState(
            name=row.name,
            cursor=row.cursor,
            last_slot=row.last_slot,
            send=row.send,
            channels=channels.get(row.name, {}),
            started_at=row.started_at,
            welcomed_at=row.welcomed_at,
        )
        for row in readers
    )


def _reader(connection: Connection, name: str) -> RecipientState | None:
    found = _readers(connection, select(tables.reader).where(tables.reader.c.name == name))
    return found[0] if found else None


def _started(connection: Connection, name: str) -> RecipientState:
    reader = _reader(connection, name)
    if reader is None:
        raise _unknown(name)
    return reader


def _cursor(connection: Connection, name: str) -> int:
    cursor: int | None = connection.scalar(select(tables.reader.c.cursor).where(tables.reader.c.name == name))
    if cursor is None:
        raise _unknown(name)
    return cursor


def _unknown(name: str) -> LookupError:
    return LookupError(f'The recipient "{name}" was never started.')


def _set_channels(connection: Connection, name: str, wanted: Set[str], known: Mapping[str, int], newest: int) -> None:
    """Allow new channels begin at the newest version, or, where no other is left.

    With what the old ones had to tell.
    """
    table = tables.reader_channel
    first = min(known.values(), default=newest)
    is_orphaned = all(known[channel] > first for channel in known.keys() & wanted)
    since = {channel: first if is_orphaned else known.get(channel, newest) for channel in wanted}
    if since != known:
        connection.execute(delete(table).where(table.c.name == name))
        rows = [{"name": name, "channel": channel, "since_seq": since[channel]} for channel in sorted(since)]
        if rows:
            connection.execute(insert(table), rows)


def _told(connection: Connection, name: str, cursor: int, ids: Set[str]) -> Mapping[str, int]:
    """Return, for each trial with a version after what was told last of it, up to where it was told.

    A short list is asked for by id, a long one by what moved since the cursor: either way few rows are read.
    """
    trial, exempt = tables.trial, tables.exempt
    own = select(exempt.c.nct_id, exempt.c.base).where(exempt.c.name == name)
    overrides = {row.nct_id: row.base for row in connection.execute(own) if row.nct_id in ids}
    moved = select(trial.c.nct_id).where(trial.c.newest_seq > cursor)
    if len(ids) <= CHUNK:
        moved = moved.where(trial.c.nct_id.in_(sorted(ids)))
    told = {nct_id: cursor for nct_id in connection.scalars(moved) if nct_id in ids}
    return {**told, **{nct_id: base for nct_id, base in overrides.items() if base < cursor or nct_id in told}}


def _marks(connection: Connection, ids: Sequence[str]) -> Mapping[str, Sequence[VersionMark]]:
    table = tables.version
    record = VersionKind.RECORD.value
    marks: dict[str, list[VersionMark]] = defaultdict(list)
    for piece in chunks(ids):
        rows = connection.execute(
            select(table.c.nct_id, table.c.seq, table.c.baseline, table.c.kind)
            .where(table.c.nct_id.in_(piece))
            .order_by(table.c.nct_id, table.c.seq)
        )
        for row in rows:
            marks[row.nct_id].append(VersionMark(row.seq, row.baseline, row.kind != record))
    return marks


def _move(connection: Connection, composed: ComposeResult, now: datetime) -> None:
    moved: dict[str, object] = {"cursor": composed.cursor}
    if composed.slot is not None:
        moved["last_slot"] = composed.slot
    if composed.welcomed:
        moved["welcomed_at"] = now
    connection.execute(update(tables.reader).where(tables.reader.c.name == composed.recipient).values(moved))


def _set_exempts(connection: Connection, composed: ComposeResult) -> None:
    """Write overrides and end those that are over: cleared ones, and ones ahead that the cursor has reached."""
    table = tables.exempt
    own = table.c.name == composed.recipient
    for nct_id in composed.cleared:
        connection.execute(delete(table).where(own, table.c.nct_id == nct_id))
    for one in composed.overrides:
        key = {"name": composed.recipient, "nct_id": one.nct_id}
        put(connection, table, key, {"direction": one.direction.value, "base": one.base})
    reached = (table.c.direction == OverrideDirection.AHEAD.value) & (table.c.base <= composed.cursor)
    connection.execute(delete(table).where(own, reached))
