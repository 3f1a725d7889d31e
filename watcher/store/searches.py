"""The searches, and which trials are and were in them.

Stores; does not ask the registry and does not decide which members are believed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from watcher.store import tables
from watcher.store.database import Database, chunks, put
from watcher.store.page_commit import PackedPage, write_page
from watcher.store.search_model import Move, SearchCommit, SearchRound, SearchState, Span
from watcher.store.trial_model import PageCommit
from watcher.store.versions import read_max_seq


class Searches:
    """The searches known to the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def states(self) -> Mapping[str, SearchState]:
        """Return every search whose members were ever read or set aside, by key."""
        with self._database.read() as connection:
            return {row.key: SearchState(**row._mapping) for row in connection.execute(select(tables.search))}

    def watched(self, keys: Collection[str], since: datetime) -> Mapping[str, tuple[str, ...]]:
        """Return the members of searches by key, with the trials that left at or after a time; each sorted by id."""
        table = tables.search_member
        own = table.c.search.in_(sorted(keys)) & or_(table.c.left_at.is_(None), table.c.left_at >= since)
        found: dict[str, list[str]] = defaultdict(list)
        with self._database.read() as connection:
            rows = connection.execute(select(table.c.search, table.c.nct_id).where(own).distinct())
            for row in rows.all():
                found[row.search].append(row.nct_id)
        return {key: tuple(sorted(ids)) for key, ids in found.items()}

    def members(self, key: str) -> Mapping[str, Span]:
        """Return the open span of each present member of a search, by id."""
        table = tables.search_member
        return {span.nct_id: span for span in self._spans(table.c.search == key, table.c.left_at.is_(None))}

    def owed(self, key: str) -> tuple[Span, ...]:
        """Return the spans of a search of which something is still to be reported, oldest first."""
        table = tables.search_member
        return self._spans(table.c.search == key, table.c.owed.is_not(None))

    def owed_ids(self) -> frozenset[str]:
        """Return the trials that entered or left any search and are still to be reported."""
        table = tables.search_member
        with self._database.read() as connection:
            return frozenset(connection.scalars(select(table.c.nct_id).where(table.c.owed.is_not(None))))

    def spans(self, key: str) -> tuple[Span, ...]:
        """Return every span of a search, past ones too, oldest first: its membership over time."""
        return self._spans(tables.search_member.c.search == key)

    def past(self, key: str, ids: Collection[str]) -> frozenset[str]:
        """Return those of these trials that were in a search before and left it."""
        table, found = tables.search_member, set[str]()
        with self._database.read() as connection:
            for piece in chunks(sorted(set(ids))):
                own = (table.c.search == key) & table.c.left_at.is_not(None) & table.c.nct_id.in_(piece)
                found.update(connection.scalars(select(table.c.nct_id).where(own)))
        return frozenset(found)

    def commit(self, found: SearchRound, now: datetime) -> Mapping[str, int]:
        """Store the members of searches, and what is to be reported of them, in one transaction.

        Returns:
            The seq given to each event, by trial.

        Raises:
            ValueError: An event does not follow the newest version of its trial: a bug; nothing is stored.
            StoreError: The database cannot be written; nothing is stored.
        """
        packed = PackedPage.of(PageCommit(events=found.events))
        with self._database.write() as connection:
            return write_round(connection, found, packed, now)

    def forget_unread(self, before: datetime, only: Collection[str] | None = None) -> None:
        """Remove the searches that were last read before a time, with their spans; among some keys, or all."""
        search, member = tables.search, tables.search_member
        with self._database.write() as connection:
            old = connection.scalars(select(search.c.key).where(search.c.read_at < before))
            gone = [key for key in old if only is None or key in only]
            connection.execute(delete(member).where(member.c.search.in_(gone)))
            connection.execute(delete(search).where(search.c.key.in_(gone)))

    def _spans(self, *conditions: Any) -> tuple[Span, ...]:
        table = tables.search_member
        with self._database.read() as connection:
            rows = connection.execute(select(table).where(*conditions).order_by(table.c.number))
            return tuple(_span(row) for row in rows)


def write_round(connection: Connection, found: SearchRound, packed: PackedPage, now: datetime) -> Mapping[str, int]:
    """Write what a poll learnt of searches; `packed` holds its events. Call it inside a writing transaction."""
    before = read_max_seq(connection)
    for one in found.searches:
        _write(connection, one, before, now)
    for aside in found.aside:
        values = {"aside_token": aside.token, "aside_count": aside.count}
        connection.execute(update(tables.search).where(tables.search.c.key == aside.key).values(values))
    return write_page(connection, packed, now)


def _span(row: Row[*tuple[Any, ...]]) -> Span:
    return Span(**{**row._mapping, "owed": Move(row.owed) if row.owed else None})


def _write(connection: Connection, one: SearchCommit, seq: int, now: datetime) -> None:
    """Write one search: its row, the spans that begin and end, and what is owed of them."""
    table, search = tables.search_member, tables.search
    known = connection.execute(select(search.c.seq).where(search.c.key == one.key)).first()
    values = {
        "described": one.described,
        "token": one.token,
        "data_version": one.data_version,
        "read_at": now,
        "seq": seq,
        "count": len(one.members),
        "aside_token": None,
        "aside_count": None,
    }
    put(connection, search, {"key": one.key}, values if known else {**values, "since": now})
    is_open = (table.c.search == one.key) & table.c.left_at.is_(None)
    present = set(connection.scalars(select(table.c.nct_id).where(is_open)))
    since = seq if known is None else known.seq
    for piece in chunks(sorted(one.settled)):
        connection.execute(update(table).where(table.c.number.in_(piece)).values(owed=None))
    for is_owed in (False, True):
        left = sorted(nct_id for nct_id in present - one.members if (nct_id in one.owed) is is_owed)
        ended = {"left_at": now, "left_version": one.data_version, "owed": Move.LEFT.value if is_owed else None}
        for piece in chunks(left):
            gone = update(table).where(is_open, table.c.nct_id.in_(piece))
            connection.execute(gone.values(**ended, seq=since))
    rows = [
        {
            "search": one.key,
            "nct_id": nct_id,
            "entered_at": now,
            "entered_version": one.data_version,
            "is_first": known is None,
            "owed": Move.ENTERED.value if nct_id in one.owed else None,
            "seq": since,
        }
        for nct_id in sorted(one.members - present)
    ]
    if rows:
        connection.execute(insert(table), rows)
