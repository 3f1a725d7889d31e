"""Database connections: read-only ones with BEGIN, writing ones with BEGIN IMMEDIATE; errors as sentences.

The driver's own transactions are off. Our BEGIN makes every change atomic, above all a migration (Source: https://docs.python.org/3.11/library/sqlite3.html#transaction-control).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from sqlalchemy import Connection, Engine, QueuePool, Table, and_, create_engine, event, insert, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from watcher.errors import StoreError, StorePermissionError

BUSY_TIMEOUT = timedelta(seconds=10)
"""Longest wait for another process that writes."""

APPLICATION_ID = 0x54524C57
"""Marks the file as ours (`TRLW`); bytes 68 to 71 of the header (Source: https://www.sqlite.org/fileformat2.html)."""


@dataclass(frozen=True, slots=True)
class Schema:
    """The known revisions and their migrations.

    Attributes:
        revisions: Oldest first; the last is the present one. Listed here so that a run need not load Alembic.
        scripts: Folder of the Alembic scripts.
    """

    revisions: tuple[str, ...]
    scripts: Path


PRESENT = Schema(("0001", "0002"), Path(__file__).parent / "migrations")
"""The schema of this program; a test compares its revisions with Alembic's own list."""

CHUNK = 500
"""Ids in one IN list: far below every database's limit on parameters."""

T = TypeVar("T")

_MAGIC = b"SQLite format 3\x00"
_HEADER = 100
_PERMISSION = {sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class Standing(StrEnum):
    """Revision of a database, compared with this program's."""

    ABSENT = "absent"
    OLDER = "older"
    CURRENT = "current"


class Database:
    """Two pools of connections to one file, opened on demand.

    There is one writing connection, so that threads of this process queue here and not at the file.

    Attributes:
        path: The file.
    """

    def __init__(self, path: Path, busy_timeout: timedelta = BUSY_TIMEOUT) -> None:
        self.path = path
        self._busy_timeout = busy_timeout
        self._readers = self._engine(lambda: connect(path, busy_timeout, mode="ro"), "BEGIN", overflow=10)
        self._writers = self._engine(self._open_writer, "BEGIN IMMEDIATE", overflow=0)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a read-only transaction, which sees one consistent state."""
        with in_words(self.path), self._readers.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Connection]:
        """Open a writing transaction; commit on exit, roll back on any exception.

        Args:
            durable: Wait for the disk on commit. Without, the change survives this process but perhaps not a power cut;
                use it only for progress marks that decide nothing (Source: https://www.sqlite.org/pragma.html#pragma_synchronous).
        """
        with in_words(self.path), self._writers.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None  # noqa: S101 — the connection was opened on the line before
            if not durable:
                driver.execute("PRAGMA synchronous=NORMAL")
            try:
                with connection.begin():
                    yield connection
            finally:
                if not durable:
                    driver.execute("PRAGMA synchronous=FULL")

    def close(self) -> None:
        """Close all connections; may be called twice."""
        self._readers.dispose()
        self._writers.dispose()  # last: closing the last writer folds the write-ahead log into the file

    def _open_writer(self) -> sqlite3.Connection:
        connection = connect(self.path, self._busy_timeout, mode="rw")
        connection.execute("PRAGMA journal_mode=WAL")  # already so, except in a backup put back in place
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        return connection

    def _engine(self, creator: Callable[[], sqlite3.Connection], begin: str, overflow: int) -> Engine:
        return engine(creator, begin, overflow=overflow, timeout=self._busy_timeout)


def engine(creator: Callable[[], sqlite3.Connection], begin: str, *, overflow: int, timeout: timedelta) -> Engine:
    """Create a pool of connections whose transactions start with our own BEGIN."""
    made = create_engine(
        "sqlite+pysqlite://",
        creator=creator,
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=overflow,
        pool_timeout=timeout.total_seconds(),
        hide_parameters=True,  # an error's text is shown and logged; what is in the records and messages is not
    )
    event.listen(made, "begin", lambda connection: connection.exec_driver_sql(begin))
    return made


def connect(path: Path, busy_timeout: timedelta, *, mode: str) -> sqlite3.Connection:
    """Open a driver connection without the driver's own transactions.

    On a read-only file system SQLite cannot create the files of its write-ahead log. If there is no log, the database
    cannot change, and we open it as immutable.
    Source: https://www.sqlite.org/wal.html#read_only_databases

    Args:
        path: The file; never created here.
        busy_timeout: How long to wait for a lock.
        mode: `ro` or `rw`.
    """
    is_still = mode == "ro" and is_read_only(path.parent) and not _has_log(path)
    return sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}" + ("&immutable=1" if is_still else ""),
        uri=True,
        timeout=busy_timeout.total_seconds(),
        isolation_level=None,
        check_same_thread=False,
    )


def is_read_only(folder: Path) -> bool:
    """Return True if a folder is on a read-only file system."""
    try:
        return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    except OSError:
        return False


def _has_log(path: Path) -> bool:
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Turn errors that an operator can fix into sentences; let bugs pass.

    Raises:
        StoreError: Locked by another process, damaged, disk full, or not readable as a file.
        StorePermissionError: May not be read or written.
    """
    try:
        yield
    except DBAPIError as error:
        found = _sentence(path, error.orig)
        if found is None:
            raise
        raise found from error
    except sqlite3.Error as error:
        found = _sentence(path, error)
        if found is None:
            raise
        raise found from error
    except PoolTimeoutError as error:
        raise StoreError(f"{path} is busy: another part of this program is still writing; try again.") from error


def _sentence(path: Path, error: BaseException | None) -> StoreError | None:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte is the primary code
    if code in _BUSY:
        return StoreError(f"{path} is locked by another process that is writing; try again when it is done.")
    if code in _DAMAGED:
        return StoreError(f"{path} is damaged ({error}); put a backup in its place: `watcher db restore FILE`.")
    if code == sqlite3.SQLITE_FULL:
        return StoreError(f"There is no room left on the disk to write {path}; nothing was changed.")
    if code == sqlite3.SQLITE_IOERR:
        return StoreError(f"{path} cannot be read or written ({error}); look at the disk.")
    if code in _PERMISSION and is_read_only(path.parent):
        return StoreError(f"{path} lies on a read-only file system; nothing can be stored before it is writable again.")
    if code in _PERMISSION:
        return StorePermissionError(f"{path} may not be opened or written by this user ({error}).")
    return None


def standing(database: Database, schema: Schema = PRESENT) -> Standing:
    """Return the standing of a database, by its header and one SELECT; changes nothing.

    Raises:
        StoreError: It is damaged, of another program, or newer than this program.
        StorePermissionError: It may not be read.
    """
    path = database.path
    header, size = _header(path)
    if size == 0:
        return Standing.ABSENT
    if header[:16] != _MAGIC or len(header) < _HEADER:
        raise StoreError(f"{path} is not a database; move it away, or name another file in [store] url.")
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise StoreError(f"{path} belongs to another program; name another file in [store] url.")
    _refuse_truncated(path, header, size)
    with database.read() as connection:
        revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if revision not in schema.revisions:
        raise StoreError(f"{path} was written by a newer version of this program (revision {revision}); update it.")
    return Standing.CURRENT if revision == schema.revisions[-1] else Standing.OLDER


def _header(path: Path) -> tuple[bytes, int]:
    try:
        with path.open("rb") as file:
            return file.read(_HEADER), os.fstat(file.fileno()).st_size
    except FileNotFoundError:
        return b"", 0
    except PermissionError as error:
        raise StorePermissionError(
            f"{path} may not be read by this user; run the watcher as its owner, or give it to this user."
        ) from error
    except OSError as error:
        raise StoreError(
            f"{path} cannot be read ({error.strerror}); move away what is there, or name another file in [store] url."
        ) from error


def _refuse_truncated(path: Path, header: bytes, size: int) -> None:
    """Refuse a file shorter than its header says, unless a write-ahead log exists."""
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        return
    page = int.from_bytes(header[16:18], "big")
    pages = int.from_bytes(header[28:32], "big")
    if size < pages * (65536 if page == 1 else page):
        raise StoreError(
            f"{path} is cut short: {size} bytes where {pages * page} should be; put a backup in its place."
        )


def chunks(ids: Sequence[T]) -> Iterator[Sequence[T]]:
    """Split ids into chunks that fit one IN list."""
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def put(connection: Connection, table: Table, key: Mapping[str, object], values: Mapping[str, object]) -> None:
    """Set the row of a key: changed when it is there, inserted otherwise."""
    own = and_(*(table.c[name] == value for name, value in key.items()))
    if connection.execute(update(table).where(own).values(**values)).rowcount == 0:
        connection.execute(insert(table).values(**key, **values))


def add_row(connection: Connection, table: Table, row: Mapping[str, object]) -> int:
    """Insert one row into a table numbered by the database; give its number."""
    key = connection.execute(insert(table), row).inserted_primary_key
    assert key is not None  # noqa: S101 — an INSERT of a single row always reports its key
    return int(key[0])
