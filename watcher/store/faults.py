"""The fault table, and small notes that must outlive the process."""

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
    """One row per root cause. Does not decide what follows from what: it makes it durable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, part: str) -> Fault | None:
        """Return the row of a part, or None when it never failed."""
        with self._database.read() as connection:
            row = connection.execute(select(tables.fault).where(tables.fault.c.part == part)).first()
        return None if row is None else _fault(row)

    def put(self, fault: Fault, *, messages: Collection[NewMessage] = (), now: datetime | None = None) -> None:
        """Set the row of a part, together with the notices that follow from it, in one transaction.

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
        """Return all rows, by part."""
        with self._database.read() as connection:
            return tuple(_fault(row) for row in connection.execute(select(tables.fault).order_by(tables.fault.c.part)))

    def remove(self, part: str) -> None:
        """Forget a part; an unknown one is fine."""
        with self._database.write() as connection:
            connection.execute(delete(tables.fault).where(tables.fault.c.part == part))


class Notes:
    """Small values by name: which transport passed, the breaker, when a fault was printed last."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> str | None:
        """Return a note, or None when there is none."""
        with self._database.read() as connection:
            return connection.scalar(select(tables.note.c.value).where(tables.note.c.name == name))

    def put(self, name: str, value: str) -> None:
        """Set a note."""
        with self._database.write() as connection:
            put(connection, tables.note, {"name": name}, {"value": value})

    def remove(self, name: str) -> None:
        """Remove a note; an unknown one is fine."""
        with self._database.write() as connection:
            connection.execute(delete(tables.note).where(tables.note.c.name == name))

    def all(self, prefix: str = "") -> Mapping[str, str]:
        """Return the notes whose name begins so, by name."""
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
