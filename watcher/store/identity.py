"""The random id of a store, part of every Message-ID, so that no two stores reuse an id.

Providers drop a message whose Message-ID they have seen. A new or restored store counts its versions again from an
earlier number and would reuse ids of sent messages. A new store gets its id from the migrations; every copy that may
replace a store gets another one.
"""

from __future__ import annotations

import secrets
import sqlite3

from sqlalchemy import select

from watcher.errors import StoreError
from watcher.store import tables
from watcher.store.database import Database

STORE_ID = "store id"
"""Name of the note with the id."""


def read_id(database: Database) -> str:
    """Return the id of a store.

    Raises:
        StoreError: The store has none.
    """
    with database.read() as connection:
        found: str | None = connection.scalar(select(tables.note.c.value).where(tables.note.c.name == STORE_ID))
    if not found:
        raise StoreError(f"{database.path} has lost its id; put a backup in its place: `watcher db restore FILE`.")
    return found


def renew_id(connection: sqlite3.Connection) -> None:
    """Replace the id of a copied store of any revision."""
    new = secrets.token_hex(16)
    connection.execute("INSERT OR REPLACE INTO note (name, value) VALUES (?, ?)", (STORE_ID, new))
