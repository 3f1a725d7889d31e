"""Renames a recipient in every table, inside one transaction."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, or_, select, update

from watcher.errors import UsageError
from watcher.store import tables
from watcher.store.delivery_model import State, recipient_note
from watcher.store.takeover import NOT_CONFIGURED, RECIPIENT_REMOVED


def rename(connection: Connection, old: str, new: str) -> None:
    """Move everything of one recipient to another name; arguments and errors as for `admin.rename_recipient`."""
    names = set(connection.scalars(select(tables.reader.c.name)))
    if old not in names:
        raise UsageError(
            f'There is no recipient "{old}" in the store; it knows: {", ".join(sorted(names)) or "none yet"}.'
        )
    if new in names:
        if not _was_just_met(connection, new, after=old) or _was_told_news(connection, new):
            raise UsageError(
                f'There is a recipient "{new}" in the store already, with a history of its own, and two cannot become '
                "one; leave it so, or give the recipient a name the store does not know yet."
            )
        _forget(connection, new)
    reader = tables.reader
    row = connection.execute(select(reader).where(reader.c.name == old)).one()
    connection.execute(insert(reader), {**row._mapping, "name": new})
    for child in (tables.reader_channel, tables.exempt):
        connection.execute(update(child).where(child.c.name == old).values(name=new))
    connection.execute(delete(reader).where(reader.c.name == old))
    _wait_again(connection, old)
    for named in (tables.message, tables.snooze, tables.suspension):
        connection.execute(update(named).where(named.c.recipient == old).values(recipient=new))
    note = tables.note
    for what in _notes(connection, old):
        moved = recipient_note(new, what)
        connection.execute(update(note).where(note.c.name == recipient_note(old, what)).values(name=moved))


def _was_just_met(connection: Connection, name: str, *, after: str) -> bool:
    reader = tables.reader
    started = dict(
        connection.execute(select(reader.c.name, reader.c.started_at).where(reader.c.name.in_([name, after]))).all()
    )
    return bool(started[name] > started[after])


def _was_told_news(connection: Connection, name: str) -> bool:
    """Return True if anything but the welcome was ever composed for a recipient."""
    message, reader = tables.message, tables.reader
    welcomed = select(reader.c.welcomed_at).where(reader.c.name == name).scalar_subquery()
    is_news = or_(welcomed.is_(None), message.c.created_at != welcomed)
    return connection.scalar(select(message.c.id).where(message.c.recipient == name, is_news).limit(1)) is not None


def _forget(connection: Connection, name: str) -> None:
    """Remove a recipient that was just registered; its welcome stays in the outbox."""
    for child in (tables.reader_channel, tables.exempt):
        connection.execute(delete(child).where(child.c.name == name))
    connection.execute(delete(tables.reader).where(tables.reader.c.name == name))
    for named in (tables.snooze, tables.suspension):
        connection.execute(delete(named).where(named.c.recipient == name))
    for what in _notes(connection, name):
        connection.execute(delete(tables.note).where(tables.note.c.name == recipient_note(name, what)))


def _notes(connection: Connection, name: str) -> Sequence[str]:
    """Return the names of a recipient's notes.

    Excludes notes of a recipient with a longer name, such as `team:paris` for `team`.
    """
    note, start = tables.note, recipient_note(name)
    names = connection.scalars(select(note.c.name).where(note.c.name.startswith(start, autoescape=True)))
    found = [one.removeprefix(start) for one in names]
    return [what for what in found if ":" not in what]


def _wait_again(connection: Connection, name: str) -> None:
    """Make messages due that waited or ended only because the recipient was not configured."""
    message = tables.message
    own = message.c.recipient == name
    dead = own & message.c.last_reply.in_([NOT_CONFIGURED, RECIPIENT_REMOVED]) & (message.c.state == State.DEAD.value)
    connection.execute(
        update(message)
        .where(dead)
        .values(state=State.PENDING.value, next_attempt_at=message.c.ended_at, ended_at=None, last_reply="")
    )
    waits = own & (message.c.last_reply == RECIPIENT_REMOVED)
    connection.execute(update(message).where(waits).values(next_attempt_at=message.c.created_at, last_reply=""))
