"""The versions of each trial: committing a page, reading bodies, comparisons and the log."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from watcher.store.database import Database
from watcher.store.model import LogEntry, Page, Version


class Versions:
    """Every real version of every trial ever watched."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def commit_page(self, page: Page, now: datetime) -> Mapping[str, int]:
        """Store the judged records of one answer in one transaction: all of it, or nothing.

        Does not mark anything checked. Compresses bodies before the transaction begins. An unchanged trial is written
        only when its fingerprint, data version or life differs from what is kept.

        Args:
            page: The judged records; each trial at most once.
            now: The time, kept as `seen_at`.

        Returns:
            The seq given to each new version and event, by id; empty when there were none.

        Raises:
            ValueError: A version was judged against another than the newest one, a trial occurs twice, or a trial that
                was gone is called unchanged: a bug of the caller; nothing is stored.
            StoreError: The database cannot be written; nothing is stored.
        """
        raise NotImplementedError

    def newest_body(self, nct_id: str) -> bytes | None:
        """Give the raw record of the newest version that has one, or None when there is none."""
        raise NotImplementedError

    def newest_bodies(self, ids: Collection[str]) -> Mapping[str, bytes]:
        """Give the raw records of the newest versions of these trials; those without one are left out."""
        raise NotImplementedError

    def body(self, seq: int) -> bytes:
        """Give the raw record of a version; for an event, the record before it.

        Raises:
            LookupError: There is no such version, or no record behind it.
        """
        raise NotImplementedError

    def version(self, seq: int) -> Version:
        """Give one version.

        Raises:
            LookupError: There is no such version.
        """
        raise NotImplementedError

    def of_trial(self, nct_id: str) -> tuple[Version, ...]:
        """Give all versions of a trial, oldest first; empty when it has none."""
        raise NotImplementedError

    def steps(self, nct_id: str, after: int, upto: int) -> tuple[Version, ...]:
        """Give a trial's versions with `after < seq <= upto`, oldest first."""
        raise NotImplementedError

    def comparison(self, seq: int) -> bytes | None:
        """Give the stored comparison of a version with its predecessor, or None when it has none."""
        raise NotImplementedError

    def log(
        self, nct_id: str | None = None, *, since: datetime | None = None, limit: int | None = None
    ) -> tuple[LogEntry, ...]:
        """Give versions with their comparisons, newest first.

        Args:
            nct_id: Only this trial; None for all.
            since: Only those seen at or after; None for all.
            limit: At most so many; None for all.

        Returns:
            Newest first; empty when nothing matches. Baselines are among them.
        """
        raise NotImplementedError

    def newest_seqs(self, ids: Collection[str]) -> Mapping[str, int]:
        """Give the newest seq of each of these trials; those without a version are left out."""
        raise NotImplementedError

    def max_seq(self) -> int:
        """Give the newest seq of all; 0 when there is no version."""
        raise NotImplementedError
