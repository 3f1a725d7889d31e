"""The versions of each trial: committing a page, reading bodies, comparisons and the log."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from watcher.changes.model import Severity
from watcher.store import tables
from watcher.store.compression import CODEC, pack, unpack
from watcher.store.database import Database, chunks
from watcher.store.page_commit import PackedPage, write_page
from watcher.store.trial_model import Compared, LogEntry, PageCommit, Version, VersionKind
from watcher.store.trials import write_behind, write_checked

_AT_ONCE = 100


class Versions:
    """The versions of every trial ever watched."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def commit_page(
        self,
        page: PageCommit,
        now: datetime,
        *,
        checked: Collection[str] = (),
        behind: Collection[str] = (),
        token: str | None = None,
    ) -> Mapping[str, int]:
        """Store the outcomes of one response in one transaction.

        Compresses bodies before the transaction starts. Writes an unchanged trial only if its fingerprint, data version
        or presence differs from the stored ones.

        Args:
            page: The outcomes; each trial at most once.
            now: The time, kept as `seen_at`.
            checked: Trials of this answer that went somewhere: marked as by `Trials.mark_checked`.
            behind: Trials of this answer whose record came from an older data version: they stay due, and are counted.
            token: What they were checked at; None marks none.

        Returns:
            The seq given to each new version and event, by id; empty when there were none.

        Raises:
            ValueError: A version was judged against another than the newest one, a baseline has a comparison, a trial
                occurs twice, or one without a version, or that was gone, is called unchanged: a bug of the caller;
                nothing is stored.
            StoreError: The database cannot be written; nothing is stored.
        """
        packed = PackedPage.of(page)
        with self._database.write() as connection:
            seqs = write_page(connection, packed, now)
            if token is not None:
                write_checked(connection, checked, token, now)
                write_behind(connection, behind, token)
            return seqs

    def newest_body(self, nct_id: str) -> bytes | None:
        """Return the newest raw record of a trial, or None."""
        return self.newest_bodies((nct_id,)).get(nct_id)

    def newest_bodies(self, ids: Collection[str]) -> Mapping[str, bytes]:
        """Return the newest raw record of each of these trials, if any.

        For the trials of one page; for a whole watchlist use `each_newest_body`.
        """
        return dict(self.each_newest_body(ids))

    def body(self, seq: int) -> bytes:
        """Return the raw record of a version; for an event, the record before it.

        Raises:
            LookupError: There is no such version, or it has no record.
        """
        record = tables.version.c.kind == VersionKind.RECORD.value
        with self._database.read() as connection:
            own = _version(connection, seq)
            row = connection.execute(
                select(tables.body.c.codec, tables.body.c.data)
                .outerjoin_from(tables.version, tables.body, tables.body.c.seq == tables.version.c.seq)
                .where(tables.version.c.nct_id == own.nct_id, tables.version.c.seq <= seq, record)
                .order_by(tables.version.c.seq.desc())
                .limit(1)
            ).first()
        if row is None or row.data is None:  # never an older body in place of one that is not kept any more
            raise LookupError(f"Version {seq} of {own.nct_id} has no record behind it.")
        return unpack(row.codec, row.data, _record(own.nct_id, seq))

    def each_newest_body(self, ids: Collection[str]) -> Iterator[tuple[str, bytes]]:
        """Yield id and newest raw record of these trials, by id; trials without one are left out.

        Holds at most 100 compressed bodies in memory, and no transaction between them.
        """
        every = sorted(set(ids))
        for start in range(0, len(every), _AT_ONCE):
            with self._database.read() as connection:
                rows = _newest_bodies(connection, every[start : start + _AT_ONCE])
            for row in rows:
                yield row.nct_id, unpack(row.codec, row.data, _record(row.nct_id, row.seq))

    def version(self, seq: int) -> Version:
        """Return one version.

        Raises:
            LookupError: There is no such version.
        """
        with self._database.read() as connection:
            return _version(connection, seq)

    def of_trial(self, nct_id: str) -> tuple[Version, ...]:
        """Return all versions of a trial, oldest first."""
        own = select(tables.version).where(tables.version.c.nct_id == nct_id)
        with self._database.read() as connection:
            return tuple(_read(row) for row in connection.execute(own.order_by(tables.version.c.seq)))

    def between(self, spans: Mapping[str, tuple[int, int]]) -> Mapping[str, tuple[LogEntry, ...]]:
        """Return the versions of several trials, each with its stored comparison.

        For the trials of one page, not for a whole watchlist.

        Args:
            spans: By trial, `after` and `upto`: those with `after < seq <= upto`.

        Returns:
            By trial, oldest first; empty where there are none.
        """
        table = tables.version
        found: dict[str, list[LogEntry]] = {nct_id: [] for nct_id in spans}
        earliest = min((after for after, _ in spans.values()), default=0)
        later = select(table.c.nct_id, table.c.seq).where(table.c.nct_id.in_(sorted(spans)), table.c.seq > earliest)
        with self._database.read() as connection:
            # Select numbers first: one trial with an old start must not load the comparisons of all others.
            within = [row.seq for row in connection.execute(later) if _is_within(row.seq, spans[row.nct_id])]
            for piece in chunks(sorted(within)):
                for row in connection.execute(_with_comparison().where(table.c.seq.in_(piece)).order_by(table.c.seq)):
                    found[row.nct_id].append(_entry(row))
        return {nct_id: tuple(entries) for nct_id, entries in found.items()}

    def entries(self, seqs: Collection[int]) -> tuple[LogEntry, ...]:
        """Return versions by number, each with its stored comparison, newest first; unknown numbers are left out.

        For what one page shows, not for the whole store.
        """
        table, found = tables.version, list[LogEntry]()
        with self._database.read() as connection:
            for piece in chunks(sorted(set(seqs), reverse=True)):
                wanted = _with_comparison().where(table.c.seq.in_(piece)).order_by(table.c.seq.desc())
                found += map(_entry, connection.execute(wanted))
        return tuple(found)

    def seen(self, seqs: Collection[int]) -> Mapping[int, datetime]:
        """Return when versions were seen, by number; unknown numbers are left out."""
        table, found = tables.version, dict[int, datetime]()
        with self._database.read() as connection:
            for piece in chunks(sorted(set(seqs))):
                rows = connection.execute(select(table.c.seq, table.c.seen_at).where(table.c.seq.in_(piece)))
                found.update((row.seq, row.seen_at) for row in rows)
        return found

    def bodies(self, seqs: Mapping[str, int]) -> Mapping[str, bytes]:
        """Return the raw record of one version per trial; for an event, the record before it.

        For the trials of one page, not for a whole watchlist.

        Args:
            seqs: By trial, the version.

        Returns:
            By trial; those whose record is not kept any more are left out.
        """
        table, body = tables.version, tables.body
        records = table.c.kind == VersionKind.RECORD.value
        own = select(table.c.nct_id, table.c.seq).where(table.c.nct_id.in_(sorted(seqs)), records)
        with self._database.read() as connection:
            newest: dict[str, int] = {}
            for row in connection.execute(own.order_by(table.c.seq)):
                if row.seq <= seqs[row.nct_id]:
                    newest[row.nct_id] = row.seq
            by_seq = {seq: nct_id for nct_id, seq in newest.items()}
            rows = connection.execute(select(body).where(body.c.seq.in_(sorted(by_seq)))).all()
        return {nct: unpack(row.codec, row.data, _record(nct, row.seq)) for row in rows if (nct := by_seq[row.seq])}

    def comparison(self, seq: int) -> bytes | None:
        """Return the stored comparison of a version with its predecessor, or None."""
        table = tables.comparison
        with self._database.read() as connection:
            row = connection.execute(select(table.c.codec, table.c.data).where(table.c.seq == seq)).first()
        return None if row is None else unpack(row.codec, row.data, f"the comparison of version {seq}")

    def log(
        self, nct_id: str | None = None, *, since: datetime | None = None, limit: int | None = None
    ) -> tuple[LogEntry, ...]:
        """Return versions with their comparisons, newest first.

        Args:
            nct_id: Only this trial; None for all.
            since: Only those seen at or after; None for all.
            limit: At most so many; None for all.

        Returns:
            Newest first; empty when nothing matches. Baselines are among them.
        """
        table, found = tables.version, _with_comparison()
        if nct_id is not None:
            found = found.where(table.c.nct_id == nct_id)
        if since is not None:
            found = found.where(table.c.seen_at >= since)
        with self._database.read() as connection:
            rows = connection.execute(found.order_by(table.c.seq.desc()).limit(limit)).all()
        return tuple(map(_entry, rows))

    def of_data_version(self, data_version: str) -> tuple[Version, ...]:
        """Return the versions with this data version and a comparison, oldest first."""
        table = tables.version
        found = select(table).join(tables.comparison, tables.comparison.c.seq == table.c.seq)
        with self._database.read() as connection:
            rows = connection.execute(found.where(table.c.data_version == data_version).order_by(table.c.seq))
            return tuple(_read(row) for row in rows)

    def replace_comparisons(self, comparisons: Mapping[int, Compared]) -> None:
        """Replace stored comparisons in one transaction; the records do not change.

        Args:
            comparisons: By seq; versions without a stored comparison are passed over.

        Raises:
            StoreError: The database cannot be written; nothing is replaced.
        """
        if not comparisons:
            return
        table, version = tables.comparison, tables.version
        packed = {seq: pack(one.body) for seq, one in comparisons.items()}
        with self._database.write() as connection:
            for seq, one in comparisons.items():
                new = {"catalogue_revision": one.catalogue_revision, "codec": CODEC, "data": packed[seq]}
                if connection.execute(update(table).where(table.c.seq == seq).values(new)).rowcount:
                    level = {"severity": one.severity.value}
                    connection.execute(update(version).where(version.c.seq == seq).values(level))

    def newest_seqs(self, ids: Collection[str]) -> Mapping[str, int]:
        """Return the newest seq of each of these trials; those without a version are left out."""
        table = tables.trial
        found: dict[str, int] = {}
        with self._database.read() as connection:
            for piece in chunks(sorted(set(ids))):
                rows = connection.execute(
                    select(table.c.nct_id, table.c.newest_seq).where(
                        table.c.nct_id.in_(piece), table.c.newest_seq.is_not(None)
                    )
                )
                found.update((row.nct_id, row.newest_seq) for row in rows)
        return found

    def short_names(self, ids: Collection[str]) -> Mapping[str, str | None]:
        """Return the short name kept beside the newest version of each trial; None where none was kept yet.

        Trials without a version are left out.
        """
        table, trial = tables.version, tables.trial
        newest = select(table.c.nct_id, table.c.short_name).join(trial, trial.c.newest_seq == table.c.seq)
        found: dict[str, str | None] = {}
        with self._database.read() as connection:
            for piece in chunks(sorted(set(ids))):
                rows = connection.execute(newest.where(trial.c.nct_id.in_(piece)))
                found.update((row.nct_id, row.short_name) for row in rows)
        return found

    def keep_short_names(self, names: Mapping[str, str]) -> None:
        """Keep short names beside the newest versions of trials, in one transaction.

        Raises:
            StoreError: The database cannot be written; nothing is kept.
        """
        if not names:
            return
        table, trial = tables.version, tables.trial
        with self._database.write() as connection:
            for nct_id, name in names.items():
                newest = select(trial.c.newest_seq).where(trial.c.nct_id == nct_id).scalar_subquery()
                connection.execute(update(table).where(table.c.seq == newest).values(short_name=name))

    def max_seq(self) -> int:
        """Return the newest seq of all; 0 when there is no version."""
        with self._database.read() as connection:
            return read_max_seq(connection)


def read_max_seq(connection: Connection) -> int:
    """Return the newest seq of all; 0 when there is no version."""
    return connection.scalar(select(func.max(tables.version.c.seq))) or 0


def _newest_bodies(connection: Connection, ids: Collection[str]) -> Sequence[Row[*tuple[Any, ...]]]:
    table, body = tables.version, tables.body
    newest = (
        select(func.max(table.c.seq))
        .where(table.c.nct_id.in_(ids), table.c.kind == VersionKind.RECORD.value)
        .group_by(table.c.nct_id)
    )
    return connection.execute(
        select(table.c.nct_id, table.c.seq, body.c.codec, body.c.data)
        .join(body, body.c.seq == table.c.seq)
        .where(table.c.seq.in_(newest))
        .order_by(table.c.nct_id)
    ).all()


def _is_within(seq: int, span: tuple[int, int]) -> bool:
    after, upto = span
    return after < seq <= upto


def _with_comparison() -> Select[*tuple[Any, ...]]:
    table, stored = tables.version, tables.comparison
    return select(table, stored.c.codec, stored.c.data).outerjoin(stored, stored.c.seq == table.c.seq)


def _entry(row: Row[*tuple[Any, ...]]) -> LogEntry:
    what = f"the comparison of {row.nct_id}, version {row.seq},"
    return LogEntry(version=_read(row), compared=None if row.data is None else unpack(row.codec, row.data, what))


def _record(nct_id: str, seq: int) -> str:
    return f"the record of {nct_id}, version {seq},"


def _version(connection: Connection, seq: int) -> Version:
    row = connection.execute(select(tables.version).where(tables.version.c.seq == seq)).first()
    if row is None:
        raise LookupError(f"There is no version {seq}.")
    return _read(row)


def _read(row: Row[*tuple[Any, ...]]) -> Version:
    return Version(
        seq=row.seq,
        nct_id=row.nct_id,
        kind=VersionKind(row.kind),
        baseline=row.baseline,
        canonical_hash=row.canonical_hash,
        data_version=row.data_version,
        last_update_posted=row.last_update_posted,
        title=row.title,
        seen_at=row.seen_at,
        severity=Severity(row.severity) if row.severity else None,
    )
