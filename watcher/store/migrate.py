"""Creates and migrates the database with Alembic; imported only when necessary."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from watcher.errors import StoreError, StorePermissionError
from watcher.store.database import APPLICATION_ID, BUSY_TIMEOUT, Schema, connect, engine, in_words

_SIDE_FILES = ("", "-wal", "-shm", "-journal")


def make(path: Path, schema: Schema) -> None:
    """Create a database under another name and rename it into place.

    Raises:
        StoreError: The database is missing but its write-ahead log exists, or the file cannot be written.
        StorePermissionError: The folder may not be written.
    """
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        raise StoreError(f"{path} is missing, but its write-ahead log {log.name} is there; put the database back.")
    new = path.with_name(path.name + ".new")
    try:
        for suffix in _SIDE_FILES:
            new.with_name(new.name + suffix).unlink(missing_ok=True)
        os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except PermissionError as error:
        raise StorePermissionError(
            f"The state folder {path.parent} may not be written by this user; run the watcher as its owner."
        ) from error
    except OSError as error:
        raise StoreError(f"{new} cannot be made: {error.strerror}.") from error
    with in_words(new):
        connection = connect(new, BUSY_TIMEOUT, mode="rw")
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")  # can only be chosen before the first table
        connection.close()
    # with a rollback journal: a write-ahead log that a full disk does not let be folded in would not be renamed along
    upgrade(new, schema)
    new.replace(path)
    _sync(path.parent)


def upgrade(path: Path, schema: Schema) -> None:
    """Migrate a database to the present revision in one transaction.

    Foreign keys are off, as rebuilding a table requires, and checked before the commit
    (Source: https://www.sqlite.org/lang_altertable.html#otheralter).

    Raises:
        StoreError: A step failed; the database is as it was.
        StorePermissionError: It may not be written.
    """
    made = engine(lambda: _open(path), "BEGIN IMMEDIATE", overflow=0, timeout=BUSY_TIMEOUT)
    try:
        with in_words(path), made.connect() as connection, connection.begin():
            _run(connection, schema.scripts)
            connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
            if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                raise StoreError(f"{path} was not migrated: rows would point at rows that are not there.")
    except SQLAlchemyError as error:
        raise StoreError(f"{path} could not be migrated and is as it was: {error}") from error
    finally:
        made.dispose()


def _open(path: Path) -> sqlite3.Connection:
    connection = connect(path, BUSY_TIMEOUT, mode="rw")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=OFF")
    return connection


def _run(connection: Connection, scripts: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _sync(folder: Path) -> None:
    """Make a rename survive a power cut (Source: fsync(2), on directories)."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
