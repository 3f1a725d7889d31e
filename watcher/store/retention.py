"""Removes old raw records and measures the store.

Removes only raw records of old versions, never a version or its comparison. Always keeps the last two records of every
trial, its baselines, and every record from the oldest one that a recipient's window may still start at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Connection, delete, func, select

from watcher.store import tables
from watcher.store.database import Database, chunks
from watcher.store.trial_model import VersionKind

LAST_KEPT = 2
"""Number of a trial's newest records that always stay."""

_TRIALS_AT_ONCE = 200
_PAGES_AT_ONCE = 1000
_WORTH_IT = 0.2
"""Free pages are reused; they are returned to the disk only above this share of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """Number of removed records, and their compressed bytes."""

    records: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """Size of the store; in compressed bytes.

    Attributes:
        file_size: The database file, without its write-ahead log.
        free_size: Its free pages, in bytes.
        trials: Trials ever watched.
        versions: Versions and events.
        records: Raw records kept.
        records_size: Their size.
        comparisons: Comparisons kept.
        comparisons_size: Their size.
        messages: Messages in any state.
        messages_size: Their size.
        polls: Records of polls.
        oldest: When the oldest version was seen, or None.
        newest: When the newest version was seen, or None.
        behind: The reader who was told least far, and the version; None without readers.
    """

    file_size: int
    free_size: int
    trials: int
    versions: int
    records: int
    records_size: int
    comparisons: int
    comparisons_size: int
    messages: int
    messages_size: int
    polls: int
    oldest: datetime | None
    newest: datetime | None
    behind: tuple[str, int] | None


class Retention:
    """Measure the store and remove old raw records."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def removable(self, before: datetime) -> Removed:
        """Return what `prune` would remove now; changes nothing."""
        found = Removed()
        with self._database.read() as connection:
            for trials in chunks(_with_old_records(connection, before)):
                found = _sum(connection, _dispensable(connection, trials, before), found)
        return found

    def prune(self, before: datetime) -> Removed:
        """Remove raw records that were seen before a time and that no recipient needs.

        Each transaction is short and checks again what recipients need. Returns free pages to the disk afterwards if
        there are enough of them.

        Raises:
            StoreError: The database cannot be written; earlier removals stand.
        """
        gone = Removed()
        with self._database.write() as connection:
            trials = _with_old_records(connection, before)
        for start in range(0, len(trials), _TRIALS_AT_ONCE):
            with self._database.write() as connection:
                seqs = _dispensable(connection, trials[start : start + _TRIALS_AT_ONCE], before)
                gone = _sum(connection, seqs, gone)
                for piece in chunks(seqs):
                    connection.execute(delete(tables.body).where(tables.body.c.seq.in_(piece)))
        self._give_back()
        return gone

    def _give_back(self) -> None:
        """Shorten the file in steps (Source: https://www.sqlite.org/pragma.html#pragma_incremental_vacuum)."""
        before = None
        while True:
            with self._database.read() as connection:
                pages, free = _pragma(connection, "page_count"), _pragma(connection, "freelist_count")
            if free <= pages * _WORTH_IT or free == before:  # no progress: a file made without auto_vacuum
                return
            before = free
            with self._database.write() as connection:
                driver = connection.connection.driver_connection
                assert driver is not None  # noqa: S101 — the connection was opened on the line before
                driver.execute(f"PRAGMA incremental_vacuum({_PAGES_AT_ONCE})").fetchall()  # a step per page

    def stats(self) -> Stats:
        """Measure the store; reads the length of every row, which is slow for a large store."""
        version, body, comparison, payload = tables.version, tables.body, tables.comparison, tables.payload
        with self._database.read() as connection:
            page = _pragma(connection, "page_size")
            seen = connection.execute(select(func.min(version.c.seen_at), func.max(version.c.seen_at))).one()
            least = connection.execute(
                select(tables.reader.c.name, tables.reader.c.cursor).order_by(tables.reader.c.cursor).limit(1)
            ).first()
            records, records_size = connection.execute(select(func.count(), _length(body.c.data))).one()
            compared, compared_size = connection.execute(select(func.count(), _length(comparison.c.data))).one()
            messages, messages_size = connection.execute(select(func.count(), _length(payload.c.data))).one()
            return Stats(
                file_size=page * _pragma(connection, "page_count"),
                free_size=page * _pragma(connection, "freelist_count"),
                trials=connection.scalar(select(func.count()).select_from(tables.trial)) or 0,
                versions=connection.scalar(select(func.count()).select_from(version)) or 0,
                records=records,
                records_size=records_size,
                comparisons=compared,
                comparisons_size=compared_size,
                messages=messages,
                messages_size=messages_size,
                polls=connection.scalar(select(func.count()).select_from(tables.poll)) or 0,
                oldest=seen[0],
                newest=seen[1],
                behind=(least.name, least.cursor) if least is not None else None,
            )


def needed(records: Sequence[tuple[int, bool]], told: int) -> set[int]:
    """Return the records of one trial that always stay, as a pure rule.

    Args:
        records: Seq and whether it is a baseline, of all records of the trial, oldest first.
        told: Versions up to this one are pending for no recipient.

    Returns:
        Their seqs.
    """
    last = {seq for seq, _ in records[-LAST_KEPT:]}
    baselines = {seq for seq, is_baseline in records if is_baseline}
    begins = max((seq for seq, _ in records if seq <= told), default=0)
    return last | baselines | {seq for seq, _ in records if seq >= begins}


def _with_old_records(connection: Connection, before: datetime) -> Sequence[str]:
    """Return the trials with a raw record seen before a time, by id."""
    version, body = tables.version, tables.body
    old = select(version.c.nct_id).join(body, body.c.seq == version.c.seq).where(version.c.seen_at < before)
    return list(connection.scalars(old.distinct().order_by(version.c.nct_id)))


def _dispensable(connection: Connection, ids: Collection[str], before: datetime) -> Sequence[int]:
    """Return the seqs of records of these trials that were seen before a time and that no recipient needs."""
    version, body, exempt = tables.version, tables.body, tables.exempt
    told = connection.scalar(select(func.min(tables.reader.c.cursor)))
    own = select(exempt.c.nct_id, func.min(exempt.c.base)).where(exempt.c.nct_id.in_(ids)).group_by(exempt.c.nct_id)
    exempts = {row[0]: row[1] for row in connection.execute(own)}
    found = (
        select(version.c.nct_id, version.c.seq, version.c.baseline, version.c.seen_at, body.c.seq.is_not(None))
        .outerjoin(body, body.c.seq == version.c.seq)
        .where(version.c.nct_id.in_(ids), version.c.kind == VersionKind.RECORD.value)
        .order_by(version.c.seq)
    )
    by_trial = defaultdict(list)
    for row in connection.execute(found):
        by_trial[row[0]].append(row)
    gone: list[int] = []
    for nct_id, rows in by_trial.items():
        newest = rows[-1].seq
        low = min(newest if told is None else told, exempts.get(nct_id, newest))
        stays = needed([(row.seq, row.baseline) for row in rows], low)
        gone += [row.seq for row in rows if row[4] and row.seen_at < before and row.seq not in stays]
    return sorted(gone)


def _sum(connection: Connection, seqs: Sequence[int], so_far: Removed) -> Removed:
    body = tables.body
    size = sum(
        connection.scalar(select(_length(body.c.data)).where(body.c.seq.in_(piece))) or 0 for piece in chunks(seqs)
    )
    return Removed(records=so_far.records + len(seqs), size=so_far.size + size)


def _length(column: Column[bytes]) -> ColumnElement[int]:
    return func.coalesce(func.sum(func.length(column)), 0)


def _pragma(connection: Connection, name: str) -> int:
    return int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
