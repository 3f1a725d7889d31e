"""A new store as the migrations make it, made once per process; each test gets a copy with an id of its own."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from watcher.store import admin
from watcher.store.identity import renew_id
from watcher.store.lock import RunLock, make_folder


@cache
def _migrated() -> bytes:
    """Migrate from nothing, as the first run of an installation does."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "watcher.db"
        with RunLock.acquire(path.parent, pid=os.getpid(), now=now) as lock:
            admin.prepare(path, lock, now)
        return path.read_bytes()


def put_new_store(path: Path) -> Path:
    """Write a new store to a path, in a folder as a run makes it."""
    make_folder(path.parent)
    path.touch(0o600)
    path.write_bytes(_migrated())
    with closing(sqlite3.connect(path)) as connection, connection:
        renew_id(connection)
    return path
