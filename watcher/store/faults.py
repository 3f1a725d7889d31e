"""The fault table, and notes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select

from watcher.store import tables
from watcher.store.database import Database, put
from watcher.store.delivery_model import Fault, FaultGrade, FaultState, NewMessage
from watcher.store.outbox_rows import put_messages


class Faults:
    """The stored faults, one row per root cause."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, part: str) -> Fault | None:
        """Return the fault of a part, or None."""
        with self._database.read() as connection:
            row = connection.execute(select(tables.fault).where(tables.fault.c.part == part)).first()
        return None if row is None else _fault(row)

    def put(self, fault: Fault, *, messages: Collection[NewMessage] = (), now: datetime | None = None) -> None:
        """Store the fault of a part and its notices in one transaction.

        Args:
            fault: The new row.
            messages: Notices for the outbox, due at once.
            now: The time; needed with messages.

        Raises:
            ValueError: Messages without `now`, or a Message-ID that exists already; nothing is stored.
        """
        if messages and now is None:
            raise ValueError("Notices need the time they are put in at.")
        values = {
            "state": fault.state.value,
            "since": fault.since,
            "message": fault.message,
            "told_at": fault.notified_at,
            "grade": fault.grade.value,
        }
        with self._database.write() as connection:
            put(connection, tables.fault, {"part": fault.part}, values)
            if now is not None:
                put_messages(connection, messages, now)

    def all(self) -> tuple[Fault, ...]:
        """Return all faults, by part."""
        with self._database.read() as connection:
            return tuple(_fault(row) for row in connection.execute(select(tables.fault).order_by(tables.fault.c.part)))

    def remove(self, part: str) -> None:
        """Remove the fault of a part, if any."""
        with self._database.write() as connection:
            connection.execute(delete(tables.fault).where(tables.fault.c.part == part))


class Notes:
    """Small values by name, such as the transport that passed, or the breaker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> str | None:
        """Return a note, or None."""
        with self._database.read() as connection:
            return connection.scalar(select(tables.note.c.value).where(tables.note.c.name == name))

    def put(self, name: str, value: str) -> None:
        """Store a note."""
        with self._database.write() as connection:
            put(connection, tables.note, {"name": name}, {"value": value})

    def remove(self, name: str) -> None:
        """Remove a note, if any."""
        with self._database.write() as connection:
            connection.execute(delete(tables.note).where(tables.note.c.name == name))

    def all(self, prefix: str = "") -> Mapping[str, str]:
        """Return the notes whose name starts with a prefix, by name."""
        named = tables.note.c.name.startswith(prefix, autoescape=True)
        with self._database.read() as connection:
            rows = connection.execute(select(tables.note).where(named).order_by(tables.note.c.name))
            return {row.name: row.value for row in rows}


def _fault(row: Row[*tuple[Any, ...]]) -> Fault:
    return Fault(
        part=row.part,
        state=FaultState(row.state),
        since=row.since,
        message=row.message,
        notified_at=row.told_at,
        grade=FaultGrade(row.grade),
    )
