"""Finds versions with reportable changes by number, for lists and feeds that show a few of many.

Reads only the stored level of each version, never a record or a comparison, so that work and memory depend on what is
shown and not on the size of the store.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select

from watcher.changes.model import Severity
from watcher.store import tables
from watcher.store.database import Database, chunks


@dataclass(frozen=True, slots=True, kw_only=True)
class Highlight:
    """A version with reportable changes: its trial, its number, its highest level."""

    nct_id: str
    seq: int
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedHighlight:
    """A highlight with its days.

    Attributes:
        highlight: The version.
        day: Day it was posted, `yyyy-mm-dd`; else its data version, else the day it was seen.
        seen_at: When it was stored.
    """

    highlight: Highlight
    day: str
    seen_at: datetime


class Highlights:
    """The versions with reportable changes, without baselines and noise."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self, ids: Collection[str]) -> Mapping[str, int]:
        """Return the newest highlight of each of these trials, if any."""
        table, found = tables.version, dict[str, int]()
        with self._database.read() as connection:
            for piece in chunks(sorted(set(ids))):
                own = select(table.c.nct_id, func.max(table.c.seq)).where(table.c.nct_id.in_(piece), _tells())
                found.update((nct_id, seq) for nct_id, seq in connection.execute(own.group_by(table.c.nct_id)))
        return found

    def latest(self, ids: Collection[str], count: int) -> tuple[Highlight, ...]:
        """Return the newest highlights of these trials, newest first, at most `count`."""
        table, found = tables.version, list[Highlight]()
        with self._database.read() as connection:
            for piece in chunks(sorted(set(ids))):
                own = select(table).where(table.c.nct_id.in_(piece), _tells()).order_by(table.c.seq.desc())
                found += map(_read, connection.execute(own.limit(count)))
        return tuple(sorted(found, key=lambda one: one.seq, reverse=True)[:count])

    def posted_or_seen(self, day: str, moment: datetime) -> tuple[DatedHighlight, ...]:
        """Return all, of every trial ever watched, that were posted since a day or seen since a moment, newest first.

        Args:
            day: `yyyy-mm-dd`.
            moment: Aware.
        """
        table, before = tables.version, tables.version.alias()
        posted_before = (
            select(before.c.last_update_posted)
            .where(before.c.nct_id == table.c.nct_id, before.c.seq < table.c.seq)
            .order_by(before.c.seq.desc())
            .limit(1)
            .scalar_subquery()
        )
        days = (table.c.last_update_posted, table.c.data_version)
        own = select(table, posted_before.label("posted_before")).where(
            or_(table.c.seen_at >= moment, *(one >= day for one in days)), _tells()
        )
        with self._database.read() as connection:
            found = [_dated(row) for row in connection.execute(own.order_by(table.c.seq.desc()))]
        return tuple(one for one in found if one.day >= day or one.seen_at >= moment)

    def first_since(self, moment: datetime) -> Mapping[str, int]:
        """Return each trial's first version of any kind seen at a moment or after it.

        Those without one are left out.
        """
        table = tables.version
        own = select(table.c.nct_id, func.min(table.c.seq).label("seq")).where(table.c.seen_at >= moment)
        with self._database.read() as connection:
            return {row.nct_id: row.seq for row in connection.execute(own.group_by(table.c.nct_id))}


_TELLING = [level.value for level in Severity if level is not Severity.NOISE]


def _tells() -> ColumnElement[bool]:
    table = tables.version
    return table.c.severity.in_(_TELLING) & ~table.c.baseline


def _read(row: Row[*tuple[Any, ...]]) -> Highlight:
    return Highlight(nct_id=row.nct_id, seq=row.seq, severity=Severity(row.severity))


def _dated(row: Row[*tuple[Any, ...]]) -> DatedHighlight:
    """Date a version by its posting when that is a new one: what the registry does by itself has no posting."""
    posted = row.last_update_posted if row.last_update_posted != row.posted_before else None
    day = posted or row.data_version or row.seen_at.date().isoformat()
    return DatedHighlight(highlight=_read(row), day=day, seen_at=row.seen_at)
