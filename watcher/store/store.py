"""One open store, with all its parts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import TracebackType

from watcher.errors import StoreError
from watcher.store.counters import Counters
from watcher.store.cursors import Ledger
from watcher.store.database import BUSY_TIMEOUT, PRESENT, Database, Schema, Standing, standing
from watcher.store.faults import Faults, Notes
from watcher.store.highlights import Highlights
from watcher.store.identity import read_id
from watcher.store.memberships import Memberships
from watcher.store.milestones import Milestones, Snoozes
from watcher.store.outbox import Outbox
from watcher.store.polls import Polls
from watcher.store.retention import Retention
from watcher.store.searches import Searches
from watcher.store.trials import Trials
from watcher.store.versions import Versions


class Store:
    """An open database of the present revision; may be shared between threads.

    Opening writes nothing. Each call is one short transaction.

    Attributes:
        trials: The state of each trial.
        memberships: Which watch holds which trial, as last read.
        searches: Which trials are and were in which search.
        versions: Their versions, comparisons and the log.
        highlights: Which of them have something to tell, by number.
        polls: The record of polls.
        ledger: What each recipient was told.
        outbox: Messages on their way, suspended channels.
        faults: The fault table.
        notes: Small values by name.
        milestones: Dates that fall due.
        snoozes: What is held back.
        tally: Numbers for monitors.
        retention: What is kept and what may go.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.trials = Trials(database)
        self.memberships = Memberships(database)
        self.searches = Searches(database)
        self.versions = Versions(database)
        self.highlights = Highlights(database)
        self.polls = Polls(database)
        self.ledger = Ledger(database)
        self.outbox = Outbox(database)
        self.faults = Faults(database)
        self.notes = Notes(database)
        self.milestones = Milestones(database)
        self.snoozes = Snoozes(database)
        self.tally = Counters(database)
        self.retention = Retention(database)

    @classmethod
    def open(cls, path: Path, *, busy_timeout: timedelta = BUSY_TIMEOUT, schema: Schema = PRESENT) -> Store:
        """Open a database of the present revision.

        Does not create, migrate or change anything; see `admin.prepare`.

        Args:
            path: The database file, as `admin.database_path` gives it.
            busy_timeout: Longest wait for another process that writes.
            schema: The schema the file must have.

        Raises:
            StoreError: There is none yet, it is corrupt, of another program, older or newer than this program.
            StorePermissionError: It may not be read.
        """
        database = Database(path, busy_timeout)
        try:
            found = standing(database, schema)
        except BaseException:  # nobody else closes it
            database.close()
            raise
        if found is Standing.CURRENT:
            return cls(database)
        database.close()
        if found is Standing.ABSENT:
            raise StoreError(f"There is no database at {path} yet; `watcher run` makes it.")
        raise StoreError(f"{path} is older than this program; run `watcher db migrate`.")

    def identity(self) -> str:
        """Return the random id of this store, part of every Message-ID.

        Raises:
            StoreError: The store has none.
        """
        return read_id(self._database)

    def close(self) -> None:
        """Close all connections; may be called twice."""
        self._database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
