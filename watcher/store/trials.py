"""The state of each trial: due, watched, checked. Versions are in `versions`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, case, func, insert, select, update

from watcher.store import tables
from watcher.store.compression import unpack
from watcher.store.database import Database, chunks
from watcher.store.trial_model import Kept, Presence, Quarantine

SHORT_GAP = timedelta(days=30)
"""How long a trial may be unwatched and still be compared with its last version."""

_PRESENCES = {life.value: life for life in Presence}


class Trials:
    """The trials known to the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sync_watched(self, ids: Collection[str], now: datetime) -> None:
        """Store which trials are watched from now on; writes only differences.

        A trial that left all watches keeps its history. If it returns within `SHORT_GAP`, it continues; later it
        `starts_anew`: its next version is a baseline and is not compared across the gap. Does not change what is due.

        Args:
            ids: Every watched id; all valid, duplicates allowed.
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
            _leave(connection, sorted(watched - wanted), now)
            _join(connection, sorted(wanted - watched), now)

    def join(self, ids: Collection[str], now: datetime, *, keeps_token: bool = False) -> None:
        """Watch trials that a response returned in place of watched ones, or listed; writes only differences.

        A trial that was watched before continues or `starts_anew`, as in `sync_watched`. A trial that was merged itself
        always starts anew.

        Args:
            ids: The trials.
            now: The time.
            keeps_token: Whether one that continues is not due at the token it was checked at: its record is known.

        Raises:
            StoreError: The database cannot be written.
        """
        wanted = set(ids)
        with self._database.read() as connection:
            if wanted <= _watched(connection) - _merged(connection, wanted):
                return
        with self._database.write() as connection:
            followed = _watched(connection) - _merged(connection, wanted)
            _join(connection, sorted(wanted - followed), now, keeps_token=keeps_token)

    def due(self, ids: Collection[str], token: str | None) -> tuple[Kept, ...]:
        """Return the watched trials not checked at this token.

        Args:
            ids: Every watched id.
            token: The registry's `dataTimestamp`; None makes every trial due.

        Returns:
            One `Kept` per due id, ordered by id; unknown ids have presence NEW. Empty when nothing is due.

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
        """Return the state of these trials, due or not, ordered by id; unknown ids have presence NEW."""
        with self._database.read() as connection:
            return read_kept(connection, sorted(set(ids)))

    def merged(self) -> Mapping[str, str]:
        """Return the merged trials: old id → new id."""
        table = tables.trial
        living_on = select(table.c.nct_id, table.c.merged_into).where(table.c.life == Presence.MERGED.value)
        with self._database.read() as connection:
            return {row.nct_id: row.merged_into for row in connection.execute(living_on) if row.merged_into}

    def newest_token(self) -> str | None:
        """Return the newest token of a check of a watched trial, or None."""
        table = tables.trial
        with self._database.read() as connection:
            found: str | None = connection.scalar(select(func.max(table.c.checked_token)).where(table.c.watched))
            return found

    def merged_due(self, ids: Collection[str], token: str | None, before: datetime) -> tuple[Kept, ...]:
        """Return the merged trials among these that are due to be requested again, ordered by id.

        Args:
            ids: Every watched id.
            token: The registry's `dataTimestamp`; a trial checked at it is not due.
            before: Trials last requested at or before this time are due.
        """
        table, wanted = tables.trial, set(ids)
        is_due = (table.c.life == Presence.MERGED.value) & (
            table.c.checked_at.is_(None) | (table.c.checked_at <= before)
        )
        with self._database.read() as connection:
            rows = connection.execute(kept_rows().where(is_due).order_by(table.c.nct_id))
            every = [_kept(row) for row in rows if row[0] in wanted]
        return tuple(kept for kept in every if token is None or kept.checked_token != token)

    def in_presence(self, ids: Collection[str], presences: Collection[Presence]) -> tuple[Kept, ...]:
        """Return the trials among these with one of these presences, ordered by id."""
        wanted, own = set(ids), tables.trial.c
        stand = own.life.in_([presence.value for presence in presences])
        with self._database.read() as connection:
            rows = connection.execute(kept_rows().where(stand).order_by(own.nct_id))
            return tuple(_kept(row) for row in rows if row[0] in wanted)

    def quarantined(self, ids: Collection[str], before: datetime) -> tuple[Kept, ...]:
        """Return the quarantined trials among these, last requested at or before a time, ordered by id."""
        asked = tables.quarantine.c.asked_at <= before
        wanted = set(ids)
        with self._database.read() as connection:
            rows = connection.execute(kept_rows().where(asked).order_by(tables.trial.c.nct_id))
            return tuple(_kept(row) for row in rows if row[0] in wanted)

    def quarantined_body(self, nct_id: str) -> bytes | None:
        """Return the quarantined body of a trial, or None."""
        table = tables.quarantine
        with self._database.read() as connection:
            row = connection.execute(select(table.c.codec, table.c.data).where(table.c.nct_id == nct_id)).first()
        return None if row is None else unpack(row.codec, row.data, f"the record of {nct_id} put aside")

    def mark_checked(self, ids: Collection[str], token: str, now: datetime) -> None:
        """Mark these trials as checked at a token; they are due again when it changes.

        Call it after the second `/version` returned the same token, with every trial that has an outcome: read,
        quarantined, absent, merged. Unknown ids are ignored and stay due.

        Args:
            ids: The checked trials.
            token: The registry's `dataTimestamp` at both ends of the poll.
            now: The time.
        """
        with self._database.write() as connection:
            write_checked(connection, ids, token, now)


def write_checked(connection: Connection, ids: Collection[str], token: str, now: datetime) -> None:
    """Mark these trials as checked at a token."""
    for piece in chunks(sorted(set(ids))):
        own = tables.trial.c.nct_id.in_(piece)
        connection.execute(update(tables.trial).where(own).values(checked_token=token, checked_at=now))


def write_behind(connection: Connection, ids: Collection[str], token: str) -> None:
    """Count one more poll at a token with records of these trials from an older data version."""
    table = tables.trial
    number = case((table.c.behind_token == token, table.c.behind_polls + 1), else_=1)
    for piece in chunks(sorted(set(ids))):
        own = table.c.nct_id.in_(piece)
        connection.execute(update(table).where(own).values(behind_polls=number, behind_token=token))


def kept_rows() -> Select[*tuple[Any, ...]]:
    """Return the SELECT behind `Kept`, for further conditions."""
    own, aside = tables.trial.c, tables.quarantine.c
    return select(
        own.nct_id,
        own.life,
        own.starts_anew,
        own.fingerprint,
        own.canonical_hash,
        own.data_version,
        own.newest_seq,
        own.checked_token,
        own.checked_at,
        own.missing_since,
        own.merged_into,
        aside.reason,
        aside.data_version,
        aside.fingerprint,
        aside.since,
        aside.asked_at,
        own.behind_token,
        own.behind_polls,
    ).outerjoin_from(tables.trial, tables.quarantine, aside.nct_id == own.nct_id)


def read_kept(connection: Connection, ids: Sequence[str]) -> tuple[Kept, ...]:
    """Return the state of these trials, in their order; unknown ids have presence NEW."""
    known = read_known(connection, ids)
    return tuple(known.get(nct_id) or Kept(nct_id=nct_id, presence=Presence.NEW) for nct_id in ids)


def read_known(connection: Connection, ids: Sequence[str]) -> dict[str, Kept]:
    """Return the state of these trials by id, without unknown ids."""
    found: dict[str, Kept] = {}
    for piece in chunks(ids):
        for row in connection.execute(kept_rows().where(tables.trial.c.nct_id.in_(piece))).all():
            found[row[0]] = _kept(row)
    return found


def _kept(row: Row[*tuple[Any, ...]]) -> Kept:
    # Unpacked by position for speed: a new data version reads 10,000 of these.
    nct_id, life, starts_anew, fingerprint, canonical_hash, data_version, newest_seq, *rest = row
    checked_token, checked_at, missing_since, merged_into, *aside, behind_token, behind_polls = rest
    return Kept(
        nct_id=nct_id,
        presence=_PRESENCES[life],
        fingerprint=fingerprint,
        canonical_hash=canonical_hash,
        data_version=data_version,
        newest_seq=newest_seq,
        starts_anew=starts_anew,
        checked_token=checked_token,
        checked_at=checked_at,
        missing_since=missing_since,
        merged_into=merged_into,
        quarantine=None if aside[0] is None else _quarantine(*aside),
        behind_token=behind_token,
        behind_polls=behind_polls,
    )


def _quarantine(
    reason: str, data_version: str | None, fingerprint: str, since: datetime, asked_at: datetime
) -> Quarantine:
    return Quarantine(reason=reason, data_version=data_version, fingerprint=fingerprint, since=since, asked_at=asked_at)


def _watched(connection: Connection) -> set[str]:
    return set(connection.scalars(select(tables.trial.c.nct_id).where(tables.trial.c.watched)))


def _merged(connection: Connection, ids: Collection[str]) -> set[str]:
    table, found = tables.trial, set[str]()
    for piece in chunks(sorted(ids)):
        own = table.c.nct_id.in_(piece) & (table.c.life == Presence.MERGED.value)
        found.update(connection.scalars(select(table.c.nct_id).where(own)))
    return found


def _leave(connection: Connection, ids: Sequence[str], now: datetime) -> None:
    for piece in chunks(ids):
        own = tables.trial.c.nct_id.in_(piece)
        connection.execute(update(tables.trial).where(own).values(watched=False, left_at=now))


def _join(connection: Connection, ids: Sequence[str], now: datetime, *, keeps_token: bool = False) -> None:
    """Watch trials: new ones get a row; known ones become due at once, and start anew after a long gap.

    A merged trial always starts anew: what was kept under the other id meanwhile is not its own history.
    """
    trial = tables.trial.c
    is_long = trial.left_at.is_(None) | (trial.left_at < now - SHORT_GAP) | (trial.life == Presence.MERGED.value)
    starts_anew = trial.newest_seq.is_not(None) & (trial.starts_anew | is_long)
    token = case((starts_anew, None), else_=trial.checked_token if keeps_token else None)
    known = set[str]()
    for piece in chunks(ids):
        known.update(connection.scalars(select(tables.trial.c.nct_id).where(tables.trial.c.nct_id.in_(piece))))
        connection.execute(
            update(tables.trial)
            .where(tables.trial.c.nct_id.in_(piece))
            .values(watched=True, starts_anew=starts_anew, checked_token=token, left_at=None)
        )
    add_trials(connection, [nct_id for nct_id in ids if nct_id not in known])


def add_trials(connection: Connection, ids: Sequence[str]) -> None:
    """Return trials their row: watched, nothing known yet."""
    if ids:
        rows = [{"nct_id": i, "life": Presence.NEW.value, "watched": True, "starts_anew": False} for i in ids]
        connection.execute(insert(tables.trial), rows)
