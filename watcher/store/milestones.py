"""Milestones of trials, and snoozes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, select

from watcher.store import tables
from watcher.store.database import Database, put
from watcher.store.delivery_model import Snooze
from watcher.store.trial_model import Milestone


class Milestones:
    """Dates on which something falls due; `commit_page` writes them with each version."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def passed(self, since: date, until: date, ids: Collection[str] | None = None) -> tuple[Milestone, ...]:
        """Return the milestones with `since < due_on <= until`, by day and id.

        Args:
            since: The day of the previous call.
            until: Today.
            ids: Only these trials; None for all.
        """
        table = tables.milestone
        passed = select(table).where(table.c.due_on > since, table.c.due_on <= until)
        with self._database.read() as connection:
            rows = connection.execute(passed.order_by(table.c.due_on, table.c.nct_id, table.c.kind)).all()
        wanted = None if ids is None else set(ids)
        return tuple(_milestone(row) for row in rows if wanted is None or row.nct_id in wanted)

    def of_trial(self, nct_id: str) -> tuple[Milestone, ...]:
        """Return a trial's milestones, by day."""
        table = tables.milestone
        own = select(table).where(table.c.nct_id == nct_id).order_by(table.c.due_on, table.c.kind)
        with self._database.read() as connection:
            return tuple(_milestone(row) for row in connection.execute(own))


class Snoozes:
    """Stored snoozes; composing applies them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, snooze: Snooze) -> None:
        """Start or change a snooze.

        Raises:
            ValueError: It names neither a recipient nor a trial.
        """
        if not (snooze.recipient or snooze.nct_id):
            raise ValueError("A snooze needs a recipient or a trial.")
        key = {"recipient": snooze.recipient or "", "nct_id": snooze.nct_id or ""}
        with self._database.write() as connection:
            put(connection, tables.snooze, key, {"until": snooze.until})

    def remove(self, *, recipient: str | None = None, nct_id: str | None = None) -> bool:
        """End a snooze early; return True if there was one."""
        table = tables.snooze
        own = (table.c.recipient == (recipient or "")) & (table.c.nct_id == (nct_id or ""))
        with self._database.write() as connection:
            return connection.execute(delete(table).where(own)).rowcount > 0

    def active(self, now: datetime) -> tuple[Snooze, ...]:
        """Return the active snoozes, soonest end first."""
        with self._database.read() as connection:
            return _snoozes(connection, tables.snooze.c.until > now)

    def expire(self, now: datetime) -> tuple[Snooze, ...]:
        """Remove and return the snoozes that have ended."""
        ended = tables.snooze.c.until <= now
        with self._database.write() as connection:
            expired = _snoozes(connection, ended)
            connection.execute(delete(tables.snooze).where(ended))
        return expired


def _milestone(row: Row[*tuple[Any, ...]]) -> Milestone:
    return Milestone(nct_id=row.nct_id, kind=row.kind, due_on=row.due_on, seq=row.seq)


def _snoozes(connection: Connection, which: ColumnElement[bool]) -> tuple[Snooze, ...]:
    table = tables.snooze
    rows = connection.execute(select(table).where(which).order_by(table.c.until, table.c.recipient, table.c.nct_id))
    return tuple(Snooze(until=r.until, recipient=r.recipient or None, nct_id=r.nct_id or None) for r in rows)
