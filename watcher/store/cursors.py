"""The ledger: cursor, slot and overrides of each recipient, pending windows, and the commit of a composing."""

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
    """The recipients, and up to which version each was composed for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def recipient(self, name: str) -> RecipientState | None:
        """Return one recipient, or None if never registered."""
        with self._database.read() as connection:
            return _reader(connection, name)

    def recipients(self) -> tuple[RecipientState, ...]:
        """Return all recipients ever registered, by name, including those no longer configured."""
        with self._database.read() as connection:
            return _readers(connection, select(tables.reader))

    def start_recipient(
        self, name: str, *, send: str, slot: str | None, channels: Collection[str], now: datetime
    ) -> RecipientState:
        """Register a configured recipient. Call it at every run; it writes only what is new.

        A new name starts at the newest version, and so does a new channel. A removed channel is forgotten. If no
        channel is left that still has to report earlier versions, the present ones report them. An edited `send` sets
        `last_slot` to `slot`.

        Args:
            name: The recipient's name in the configuration.
            send: Its `send`, as the configuration spells it.
            slot: The newest slot not after now; None for `immediate`.
            channels: Its channel keys.
            now: The time.

        Returns:
            The stored recipient.
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
        """Remove a recipient, its channels and its overrides, if known. Messages stay in the outbox."""
        with self._database.write() as connection:
            for table in (tables.exempt, tables.reader_channel, tables.reader):
                connection.execute(delete(table).where(table.c.name == name))

    def overrides(self, name: str) -> tuple[CursorOverride, ...]:
        """Return a recipient's cursor overrides, by trial."""
        table = tables.exempt
        with self._database.read() as connection:
            rows = connection.execute(select(table).where(table.c.name == name).order_by(table.c.nct_id))
            return tuple(
                CursorOverride(nct_id=r.nct_id, direction=OverrideDirection(r.direction), base=r.base) for r in rows
            )

    def windows(self, name: str, ids: Collection[str], *, begins: int = 0) -> tuple[Window, ...]:
        """Return a recipient's pending windows, one per trial.

        The base of a trial is its override, else the newest version not after the cursor, but never older than the
        trial's newest baseline. If the newest version is a baseline after the cursor, the base is None.

        Args:
            name: A registered recipient.
            ids: The trials this recipient watches.
            begins: Versions up to this one are not pending: a channel added later begins later.

        Returns:
            One window per trial whose newest version is after its base, by id; may be empty.

        Raises:
            LookupError: The recipient was never registered.
        """
        with self._database.read() as connection:
            cursor = _cursor(connection, name)
            told = _composed_up_to(connection, name, cursor, set(ids))
            marks = _marks(connection, sorted(told))
        found = (window(nct_id, max(told[nct_id], begins), marks[nct_id]) for nct_id in sorted(marks))
        return tuple(one for one in found if one is not None)

    def commit_composed(self, composed: ComposeResult, now: datetime) -> tuple[int, ...]:
        """Store messages, cursor, overrides, slot and notes of one composing in one transaction.

        Overrides ahead of the cursor end once the new cursor reaches them.

        Args:
            composed: The result of composing.
            now: The time; messages are due at once.

        Returns:
            The outbox numbers of the messages, in their order.

        Raises:
            LookupError: The recipient was never registered.
            ValueError: The cursor would move back or past the newest version, or a Message-ID exists: a bug of the
                caller; nothing is stored.
        """
        with self._database.write() as connection:
            cursor, newest = _cursor(connection, composed.recipient), read_max_seq(connection)
            if not cursor <= composed.cursor <= newest:
                raise ValueError(
                    f"The cursor of {composed.recipient} cannot move from {cursor} to {composed.cursor}: "
                    f"it never goes back, nor past the newest version, {newest}."
                )
            _move(connection, composed, now)
            _set_overrides(connection, composed)
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
    """Start new channels at the newest version, or where the removed ones were if none of those is left."""
    table = tables.reader_channel
    first = min(known.values(), default=newest)
    is_orphaned = all(known[channel] > first for channel in known.keys() & wanted)
    since = {channel: first if is_orphaned else known.get(channel, newest) for channel in wanted}
    if since != known:
        connection.execute(delete(table).where(table.c.name == name))
        rows = [{"name": name, "channel": channel, "since_seq": since[channel]} for channel in sorted(since)]
        if rows:
            connection.execute(insert(table), rows)


def _composed_up_to(connection: Connection, name: str, cursor: int, ids: Set[str]) -> Mapping[str, int]:
    """Return the last composed version of each trial with a newer one.

    Queries a short list by id and a long one by changes since the cursor; either way reads few rows.
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
    record, move = VersionKind.RECORD.value, VersionKind.SEARCH.value
    marks: dict[str, list[VersionMark]] = defaultdict(list)
    for piece in chunks(ids):
        rows = connection.execute(
            select(table.c.nct_id, table.c.seq, table.c.baseline, table.c.kind)
            .where(table.c.nct_id.in_(piece))
            .order_by(table.c.nct_id, table.c.seq)
        )
        for row in rows:
            marks[row.nct_id].append(VersionMark(row.seq, row.baseline, row.kind != record, row.kind == move))
    return marks


def _move(connection: Connection, composed: ComposeResult, now: datetime) -> None:
    moved: dict[str, object] = {"cursor": composed.cursor}
    if composed.slot is not None:
        moved["last_slot"] = composed.slot
    if composed.welcomed:
        moved["welcomed_at"] = now
    connection.execute(update(tables.reader).where(tables.reader.c.name == composed.recipient).values(moved))


def _set_overrides(connection: Connection, composed: ComposeResult) -> None:
    """Write overrides; delete cleared ones and those that the cursor has reached."""
    table = tables.exempt
    own = table.c.name == composed.recipient
    for nct_id in composed.cleared:
        connection.execute(delete(table).where(own, table.c.nct_id == nct_id))
    for one in composed.overrides:
        key = {"name": composed.recipient, "nct_id": one.nct_id}
        put(connection, table, key, {"direction": one.direction.value, "base": one.base})
    reached = (table.c.direction == OverrideDirection.AHEAD.value) & (table.c.base <= composed.cursor)
    connection.execute(delete(table).where(own, reached))
