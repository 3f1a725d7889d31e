"""Unpacks every stored value to find damage, for `db check`.

SQLite's own check covers pages and indexes, not the bytes in a row.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import msgspec

from watcher.errors import DamagedError
from watcher.store.compression import unpack

_PACKED = (
    ("body JOIN version USING (seq)", "'the record of ' || nct_id || ', version ' || seq || ', seen ' || seen_at"),
    ("comparison JOIN version USING (seq)", "'the comparison of ' || nct_id || ', version ' || seq"),
    ("quarantine", "'the record of ' || nct_id || ' put aside'"),
    (
        "payload JOIN message ON payload.message = message.id AND message.state <> 'delivered'",
        "'message ' || id || ' to ' || recipient || ' (' || state || ')'",
    ),
)
"""Tables with packed bytes, and names for their rows."""

_EMPTY = (
    "SELECT id, recipient FROM message WHERE state NOT IN ('delivered') AND id NOT IN (SELECT message FROM payload)"
)


def find_damage(connection: sqlite3.Connection) -> Iterator[str]:
    """Return one sentence per stored record, comparison or message that cannot be read back, oldest first."""
    for source, name in _PACKED:
        for what, codec, data in connection.execute(f"SELECT {name}, codec, data FROM {source} ORDER BY 1"):  # noqa: S608 — no value of anybody's is in it
            if why := _damage(codec, data, what):
                yield f"{what} is damaged: {why}."
    for number, recipient in connection.execute(_EMPTY):
        yield f"message {number} to {recipient} has no content."


def _damage(codec: object, data: object, what: str) -> str:
    """Return why packed bytes cannot be read back; empty if they can."""
    if not isinstance(codec, str) or not isinstance(data, bytes):
        return "not packed bytes"
    try:
        found = msgspec.json.decode(unpack(codec, data, what))
    except DamagedError as error:
        return str(error.__cause__ or "packed in a way this program does not know")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return f"no JSON ({error})"
    return "" if isinstance(found, dict) else "no JSON object"
