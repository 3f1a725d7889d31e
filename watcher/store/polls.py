"""The record of polls."""

from __future__ import annotations

from datetime import datetime

from watcher.store.database import Database
from watcher.store.model import Poll


class Polls:
    """What past polls did."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, poll: Poll) -> None:
        """Keep the record of a finished poll."""
        raise NotImplementedError

    def last(self) -> Poll | None:
        """Give the poll recorded last, or None when there was none."""
        raise NotImplementedError

    def last_complete(self) -> Poll | None:
        """Give the last poll whose outcome is complete (no news included), or None when there was none."""
        raise NotImplementedError

    def forget(self, before: datetime) -> int:
        """Remove records of polls finished before a moment, the last complete one excepted; give how many."""
        raise NotImplementedError
