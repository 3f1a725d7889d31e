"""Where each trial stands: what is due, what is watched, what was checked. Versions are kept by `versions`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from watcher.store import tables
from watcher.store.database import Database, chunks
from watcher.store.model import Kept, Life, Quarantine
from watcher.store.packing import unpack


class Trials:
    """The trials known to the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sync_watched(self, ids: Collection[str], now: datetime) -> None:
        """Note which trials are watched from now on; writes only what differs.

        A trial that left all watches keeps its history; when it comes back it `starts_anew`: its next new version is a
        baseline, never compared across the gap. Does not make anything due or checked.

        Args:
            ids: Every watched id, all of them valid; repeats are fine.
            now: The time.

        Raises:
            StoreError: The database cannot be written.
        """
        wanted = set(ids)
        with self._database.read() as connection:
            if wanted == _watched(connection):
                return
        with self._database.write() as connection:
            watched = _watched(connection)
            _leave(connection, sorted(watched - wanted))
            _join(connection, sorted(wanted - watched))

    def due(self, ids: Collection[str], token: str | None) -> tuple[Kept, ...]:
        """Give the watched trials not checked at this token.

        Args:
            ids: Every watched id.
            token: The registry's `dataTimestamp`; None makes every trial due.

        Returns:
            One `Kept` per due id, ordered by id; ids never seen come with life NEW. Empty when nothing is due.

        Raises:
            StoreError: The database cannot be read.
        """
        wanted = set(ids)
        with self._database.read() as connection:
            if token is not None:
                wanted.difference_update(
                    connection.scalars(select(tables.trial.c.nct_id).where(tables.trial.c.checked_token == token))
                )
            return read_kept(connection, sorted(wanted))

    def kept(self, ids: Collection[str]) -> tuple[Kept, ...]:
        """Give what is known of these trials, due or not, ordered by id; ids never seen come with life NEW."""
        with self._database.read() as connection:
            return read_kept(connection, sorted(set(ids)))

    def quarantined(self, ids: Collection[str], before: datetime) -> tuple[Kept, ...]:
        """Give the quarantined trials among these, last asked for at or before a moment, ordered by id."""
        asked = tables.quarantine.c.asked_at <= before
        wanted = set(ids)
        with self._database.read() as connection:
            rows = connection.execute(kept_rows().where(asked).order_by(tables.trial.c.nct_id))
            return tuple(_kept(row) for row in rows if row.nct_id in wanted)

    def quarantined_body(self, nct_id: str) -> bytes | None:
        """Give the body kept aside of a quarantined trial, or None when it has none."""
        table = tables.quarantine
        with self._database.read() as connection:
            row = connection.execute(select(table.c.codec, table.c.data).where(table.c.nct_id == nct_id)).first()
        return None if row is None else unpack(row.codec, row.data)

    def mark_checked(self, ids: Collection[str], token: str, now: datetime) -> None:
        """Note that these trials were checked at this token: they are due again when it moves.

        To be called once the second `/version` stood still, with every trial that went somewhere: read, quarantined,
        absent, merged. An id the store has never seen is passed over and stays due.

        Args:
            ids: The checked trials.
            token: The registry's `dataTimestamp` at both ends of the poll.
            now: The time.
        """
        with self._database.write() as connection:
            for piece in chunks(sorted(set(ids))):
                connection.execute(
                    update(tables.trial)
                    .where(tables.trial.c.nct_id.in_(piece))
                    .values(checked_token=token, checked_at=now)
                )


def kept_rows() -> Select[*tuple[Any, ...]]:
    """Give the SELECT behind `Kept`, for others to narrow down."""
    aside = tables.quarantine
    return select(
        tables.trial,
        aside.c.reason,
        aside.c.data_version.label("aside_version"),
        aside.c.fingerprint.label("aside_fingerprint"),
        aside.c.since,
        aside.c.asked_at,
    ).outerjoin(aside, aside.c.nct_id == tables.trial.c.nct_id)


def read_kept(connection: Connection, ids: Sequence[str]) -> tuple[Kept, ...]:
    """Give what is known of these trials, in their order; ids never seen come with life NEW."""
    found: dict[str, Kept] = {}
    for piece in chunks(ids):
        for row in connection.execute(kept_rows().where(tables.trial.c.nct_id.in_(piece))):
            found[row.nct_id] = _kept(row)
    return tuple(found.get(nct_id) or Kept(nct_id=nct_id, life=Life.NEW) for nct_id in ids)


def _kept(row: Row[*tuple[Any, ...]]) -> Kept:
    aside = None
    if row.reason is not None:
        aside = Quarantine(
            reason=row.reason,
            data_version=row.aside_version,
            fingerprint=row.aside_fingerprint,
            since=row.since,
            asked_at=row.asked_at,
        )
    return Kept(
        nct_id=row.nct_id,
        life=Life(row.life),
        fingerprint=row.fingerprint,
        canonical_hash=row.canonical_hash,
        data_version=row.data_version,
        newest_seq=row.newest_seq,
        starts_anew=row.starts_anew,
        checked_token=row.checked_token,
        checked_at=row.checked_at,
        missing_since=row.missing_since,
        merged_into=row.merged_into,
        quarantine=aside,
    )


def _watched(connection: Connection) -> set[str]:
    return set(connection.scalars(select(tables.trial.c.nct_id).where(tables.trial.c.watched)))


def _leave(connection: Connection, ids: Sequence[str]) -> None:
    for piece in chunks(ids):
        connection.execute(update(tables.trial).where(tables.trial.c.nct_id.in_(piece)).values(watched=False))


def _join(connection: Connection, ids: Sequence[str]) -> None:
    """Watch trials: new ones get a row; known ones become due at once, and start anew if they have a past."""
    known = set[str]()
    for piece in chunks(ids):
        known.update(connection.scalars(select(tables.trial.c.nct_id).where(tables.trial.c.nct_id.in_(piece))))
        connection.execute(
            update(tables.trial)
            .where(tables.trial.c.nct_id.in_(piece))
            .values(watched=True, starts_anew=tables.trial.c.newest_seq.is_not(None), checked_token=None)
        )
    add_trials(connection, [nct_id for nct_id in ids if nct_id not in known])


def add_trials(connection: Connection, ids: Sequence[str]) -> None:
    """Give trials their row: watched, nothing known yet."""
    if ids:
        rows = [{"nct_id": i, "life": Life.NEW.value, "watched": True, "starts_anew": False} for i in ids]
        connection.execute(insert(tables.trial), rows)
