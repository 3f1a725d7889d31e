"""Data out: the log of changes and the newest records, as values to be written line by line; reads only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from watcher.archive import decode
from watcher.config.watchlist import Watchlist
from watcher.context import RunContext
from watcher.pages import tables
from watcher.pages.loader import steps_of


def change_rows(context: RunContext, *, since: datetime | None = None) -> Iterator[Mapping[str, Any]]:
    """Return a row per change of every trial ever watched, newest version first.

    Args:
        context: What the command works with.
        since: Only what was seen at or after; None for all.
    """
    for entry in context.store.versions.log(since=since):
        version = entry.version
        (step,) = steps_of((entry,))
        yield from tables.rows(step.comparison, title=version.title, seq=version.seq, seen_at=version.seen_at)


def newest_records(context: RunContext, watchlist: Watchlist) -> Iterator[Mapping[str, Any]]:
    """Return the newest record of every watched trial that was read, by id, as the registry sent it."""
    for _, body in context.store.versions.each_newest_body(watchlist.trials):
        yield decode(body)
