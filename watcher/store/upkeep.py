"""The database as a file: where it lies, what state it is in, making it, migrating, checking, backing up.

Alembic is imported only inside `prepare`, and only when there is something to make or migrate.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from watcher.store.database import Standing
from watcher.store.lock import RunLock


def database_path(url: str, folder: Path) -> Path:
    """Give the database file a `[store] url` means.

    Args:
        url: `sqlite:///watcher.db` (relative to the state folder) or `sqlite:////absolute/path.db`.
        folder: The state folder.

    Raises:
        StoreError: Any other kind of URL.
    """
    raise NotImplementedError


def standing(path: Path) -> Standing:
    """Say whether a database is absent, older than this program, or current. Changes nothing.

    Raises:
        StoreError: It is corrupt, of another program, or newer than this program.
        StorePermissionError: It may not be read.
    """
    raise NotImplementedError


def prepare(path: Path, lock: RunLock, now: datetime) -> Path | None:
    """Bring a database to the present revision: make it when absent, back it up and migrate it when older.

    Fast when there is nothing to do: one SELECT, Alembic is not imported. A new database is made aside and renamed into
    place, a migration is one transaction: there is never half of either.

    Args:
        path: The database file.
        lock: The held run lock of the state folder.
        now: The time, part of the backup's name.

    Returns:
        The backup made before migrating, or None when none was needed.

    Raises:
        StoreError: It is corrupt, of another program, or newer; or the migration failed. It is as it was.
        StorePermissionError: The folder or the file may not be written.
    """
    raise NotImplementedError


def check(path: Path) -> tuple[str, ...]:
    """Examine a database: integrity, foreign keys, whose it is, its revision. Changes nothing.

    Returns:
        One sentence per problem; empty when it is sound. A file that cannot even be opened is a problem too.
    """
    raise NotImplementedError


def backup(path: Path, target: Path, *, progress: Callable[[int, int], None] | None = None) -> None:
    """Copy a database to a file with SQLite's online backup; other processes may go on writing.

    Args:
        path: The database file.
        target: The copy, mode 0600; must not exist.
        progress: Called with pages done and pages in all.

    Raises:
        StoreError: The target exists, or one of the two cannot be used.
        StorePermissionError: The target may not be written.
    """
    raise NotImplementedError


def rename_recipient(path: Path, old: str, new: str) -> None:
    """Rename a recipient in the ledger, the outbox, snoozes and suspensions, in one transaction.

    Raises:
        UsageError: The old name is unknown, or the new one is taken.
    """
    raise NotImplementedError
