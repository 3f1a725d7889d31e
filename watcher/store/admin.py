"""The database as a file: its path and state; create, migrate, check, back up, restore.

`prepare` imports Alembic only to create or migrate a database.
"""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from watcher.errors import StoreError, StorePermissionError
from watcher.ownership import give_to_owner_of_folder
from watcher.store import database
from watcher.store.damage import find_damage
from watcher.store.database import BUSY_TIMEOUT, PRESENT, Database, Schema, Standing, connect, in_words
from watcher.store.identity import renew_id
from watcher.store.lock import RunLock, make_folder
from watcher.store.recipient_rename import rename

_SCHEME = "sqlite:///"


def database_path(url: str, folder: Path) -> Path:
    """Return the database file of a `[store] url`.

    Args:
        url: `sqlite:///watcher.db` (relative to the state folder) or `sqlite:////absolute/path.db`.
        folder: The state folder.

    Raises:
        StoreError: Any other kind of URL.
    """
    if not url.startswith(_SCHEME) or len(url) == len(_SCHEME):
        scheme = url.partition(":")[0]
        raise StoreError(f'[store] url must be "sqlite:///FILE"; one that begins with "{scheme}:" is not supported.')
    return folder / url.removeprefix(_SCHEME)


def standing(path: Path, schema: Schema = PRESENT) -> Standing:
    """Return whether a database is absent, older than this program, or current; changes nothing.

    Raises:
        StoreError: It is corrupt, of another program, or newer than this program.
        StorePermissionError: It may not be read.
    """
    with closing(Database(path)) as found:
        return database.standing(found, schema)


def prepare(path: Path, lock: RunLock, now: datetime, *, schema: Schema = PRESENT) -> Path | None:
    """Bring a database to the present revision: create it if absent, back it up and migrate it if older.

    Costs one SELECT if there is nothing to do. A new database is created under another name and renamed; a migration is
    one transaction. Neither is ever half done.

    Args:
        path: The database file.
        lock: The held run lock of the state folder.
        now: The time, part of the backup's name.
        schema: What to bring it to.

    Returns:
        The backup made before migrating, or None when none was needed.

    Raises:
        ValueError: The lock was released: a bug of the caller.
        StoreError: It is corrupt, of another program, or newer; or the migration failed. It is as it was.
        StorePermissionError: The folder or the file may not be written.
    """
    if not lock.is_held:
        raise ValueError("A database is prepared under the run lock.")
    found = standing(path, schema)
    if found is Standing.CURRENT:
        return None
    from watcher.store import migrate  # Alembic costs 100 ms, and a run with nothing to migrate should not pay it

    if found is Standing.ABSENT:
        make_folder(path.parent)
        migrate.make(path, schema)
        give_to_owner_of_folder(path)
        return None
    copy = path.with_name(f"{path.name}.before-{schema.revisions[-1]}-{now:%Y%m%dT%H%M%SZ}")
    backup(path, copy)
    give_to_owner_of_folder(copy)
    migrate.upgrade(path, schema)
    return copy


def check(path: Path) -> tuple[str, ...]:
    """Check a database: integrity, foreign keys, packed bytes, application, revision. Changes nothing.

    Returns:
        One sentence per problem; empty if there is none. A file that cannot be opened is a problem too.
    """
    try:
        found = standing(path)
        if found is Standing.ABSENT:
            return (f"There is no database at {path}.",)
        with in_words(path), closing(connect(path, BUSY_TIMEOUT, mode="ro")) as connection:
            damage = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
            dangling = connection.execute("PRAGMA foreign_key_check").fetchall()
            unreadable = [] if damage else list(find_damage(connection))
    except StoreError as error:
        return (str(error),)
    problems = [f"{path} is damaged: {text}." for text in damage]
    problems += [f"{path}: row {row[1]} of {row[0]} points at a row of {row[2]} that is not there." for row in dangling]
    problems += [f"{path}: {text}" for text in unreadable]
    if found is Standing.OLDER:
        problems.append(f"{path} is older than this program; run `watcher db migrate`.")
    return tuple(problems)


def backup(path: Path, target: Path) -> None:
    """Copy a database with SQLite's online backup and check the copy; other processes may write meanwhile.

    Args:
        path: The database file.
        target: The copy, mode 0600; must not exist.

    Raises:
        StoreError: There is no database, the target exists, one of the two cannot be used, or the copy is damaged;
            no copy is left then.
        StorePermissionError: The target may not be written.
    """
    if standing(path) is Standing.ABSENT:
        raise StoreError(f"There is no database at {path}; name one that is there.")
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError as error:
        raise StoreError(f"{target} exists already; name another file for the backup.") from error
    except PermissionError as error:
        raise StorePermissionError(
            f"{target} may not be written by this user; name a file in a folder of its own."
        ) from error
    except OSError as error:
        raise StoreError(
            f"{target} cannot be made ({error.strerror}); name a file in a folder that is there."
        ) from error
    try:
        _copy(path, target)
    except BaseException:  # also at Ctrl-C: half a copy must not be taken for a backup
        target.unlink()
        raise


def backup_dated(path: Path, folder: Path, now: datetime, *, keep: int | None = None) -> tuple[Path, tuple[Path, ...]]:
    """Copy a database into a folder under a dated name, and remove the oldest copies.

    Args:
        path: The database file.
        folder: An existing folder.
        now: The time, part of the name.
        keep: How many copies stay, the new one included; None keeps all. Nothing is removed when the copy failed,
            and no file whose name is not that of a copy.

    Returns:
        The copy, and the copies that were removed, oldest first.

    Raises:
        StoreError: As for `backup`, or an old copy cannot be removed.
    """
    target = folder / f"{path.stem}-{now:%Y%m%dT%H%M%SZ}{path.suffix}"
    backup(path, target)
    if keep is None:
        return target, ()
    own = re.compile(re.escape(path.stem) + r"-\d{8}T\d{6}Z" + re.escape(path.suffix))
    copies = sorted(file for file in folder.iterdir() if own.fullmatch(file.name) and file.is_file())
    old = tuple(copies[: max(0, len(copies) - keep)])
    try:
        for file in old:
            file.unlink()
    except OSError as error:
        raise StoreError(f"{target} was made, but an older copy cannot be removed: {error}.") from error
    return target, old


def _copy(path: Path, target: Path) -> None:
    with (
        in_words(path),
        closing(connect(path, BUSY_TIMEOUT, mode="ro")) as source,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        source.backup(copy)  # in one step: a snapshot, and writers are not held up in WAL mode
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, to carry away; the first writer sets WAL again
        renew_id(copy)  # the copy may take the place of the original, with `db restore` or by hand
        found = [row[0] for row in copy.execute("PRAGMA quick_check")]
    if found != ["ok"]:
        raise StoreError(f"{path} is damaged: {found[0]}; see `watcher db check`.")


def restore(source: Path, path: Path, lock: RunLock, now: datetime) -> Path | None:
    """Replace a database by a backup; keep the present one under another name.

    Checks and copies the backup first, so that a bad one changes nothing. It may have an older revision; the next run
    migrates it.

    Args:
        source: The backup; stays as it is.
        path: The database file.
        lock: The held run lock of the state folder.
        now: The time, part of the name the present database gets.

    Returns:
        Where the present database is now, or None when there was none.

    Raises:
        ValueError: The lock was released: a bug of the caller.
        StoreError: The backup is missing, damaged, of another program or newer; nothing was changed.
        StorePermissionError: The folder may not be written.
    """
    if not lock.is_held:
        raise ValueError("A database is put back under the run lock.")
    make_folder(path.parent)
    new = path.with_name(f"{path.name}.restoring")
    new.unlink(missing_ok=True)  # left by a restore that was ended in the middle
    backup(source, new)
    give_to_owner_of_folder(new)
    aside = path.with_name(f"{path.name}.replaced-{now:%Y%m%dT%H%M%SZ}")
    has_present = path.exists()
    for suffix in ("-wal", "-shm", ""):
        present = path.with_name(path.name + suffix)
        if present.exists():
            present.replace(aside.with_name(aside.name + suffix))
    new.replace(path)
    return aside if has_present else None


def rename_recipient(path: Path, old: str, new: str) -> None:
    """Rename a recipient in the ledger, the outbox, snoozes, suspensions and notes, in one transaction.

    A run that met the new name already has started it at the newest version; as long as nothing but its welcome was
    composed for it, the old one takes its place, so that what lay between is told. Messages given up because the old
    name was no longer configured wait again. Does not change the Message-IDs of messages: they are frozen.

    Raises:
        UsageError: The old name is unknown, or the new one has been told news already.
        StoreError: The database cannot be written.
    """
    with closing(Database(path)) as found, found.write() as connection:
        rename(connection, old, new)
