"""Where each trial stands: what is due, what is watched, what was checked. Versions are kept by `versions`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from watcher.store.database import Database
from watcher.store.model import Kept


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
        raise NotImplementedError

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
        raise NotImplementedError

    def kept(self, ids: Collection[str]) -> tuple[Kept, ...]:
        """Give what is known of these trials, due or not, ordered by id; ids never seen come with life NEW."""
        raise NotImplementedError

    def quarantined(self, ids: Collection[str], before: datetime) -> tuple[Kept, ...]:
        """Give the quarantined trials among these, last asked for at or before a moment, ordered by id."""
        raise NotImplementedError

    def quarantined_body(self, nct_id: str) -> bytes | None:
        """Give the body kept aside of a quarantined trial, or None when it has none."""
        raise NotImplementedError

    def mark_checked(self, ids: Collection[str], token: str, now: datetime) -> None:
        """Note that these trials were checked at this token: they are due again when it moves.

        To be called once the second `/version` stood still, with every trial that went somewhere: read, quarantined,
        absent, merged. An id the store has never seen is passed over and stays due.

        Args:
            ids: The checked trials.
            token: The registry's `dataTimestamp` at both ends of the poll.
            now: The time.
        """
        raise NotImplementedError
