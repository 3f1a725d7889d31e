"""Which watch holds which trial, by the last reading of the watchlists."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, insert, select, tuple_

from watcher.store import tables
from watcher.store.database import Database, chunks
from watcher.store.trial_model import Membership


class Memberships:
    """The stored memberships. Does not decide when one ends."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[Membership, ...]:
        """Return every membership, by trial and watch."""
        table = tables.membership
        with self._database.read() as connection:
            rows = connection.execute(select(table).order_by(table.c.nct_id, table.c.watch))
            return tuple(
                Membership(nct_id=r.nct_id, watch=r.watch, short_name=r.short_name, missing_since=r.missing_since)
                for r in rows
            )

    def replace(self, *, ended: Collection[Membership], kept: Collection[Membership]) -> None:
        """Write the differences after a reading in one transaction.

        Args:
            ended: Memberships to remove.
            kept: Memberships to add or replace.
        """
        table = tables.membership
        rows = [
            {"nct_id": m.nct_id, "watch": m.watch, "short_name": m.short_name, "missing_since": m.missing_since}
            for m in kept
        ]
        with self._database.write() as connection:
            for piece in chunks(sorted({(one.nct_id, one.watch) for one in (*ended, *kept)})):
                connection.execute(delete(table).where(tuple_(table.c.nct_id, table.c.watch).in_(piece)))
            if rows:
                connection.execute(insert(table), rows)

    def remove(self, ids: Collection[str], watch: str) -> None:
        """Remove trials from a watch, if they are in it."""
        table = tables.membership
        with self._database.write() as connection:
            for piece in chunks(sorted(set(ids))):
                connection.execute(delete(table).where(table.c.watch == watch, table.c.nct_id.in_(piece)))
