"""The fault table, and small notes that must outlive the process."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from watcher.store.database import Database
from watcher.store.telling import Fault, NewMessage


class Faults:
    """One row per root cause. Does not decide what follows from what: it makes it durable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, part: str) -> Fault | None:
        """Give the row of a part, or None when it never failed."""
        raise NotImplementedError

    def put(self, fault: Fault, *, messages: Collection[NewMessage] = (), now: datetime | None = None) -> None:
        """Set the row of a part, together with the notices that follow from it, in one transaction.

        Args:
            fault: The new row.
            messages: Notices for the outbox, due at once.
            now: The time; needed with messages.

        Raises:
            ValueError: Messages without `now`, or a Message-ID that exists already; nothing is stored.
        """
        raise NotImplementedError

    def all(self) -> tuple[Fault, ...]:
        """Give all rows, by part."""
        raise NotImplementedError

    def remove(self, part: str) -> None:
        """Forget a part; an unknown one is fine."""
        raise NotImplementedError


class Notes:
    """Small values by name: which transport passed, the breaker, when a fault was printed last."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> str | None:
        """Give a note, or None when there is none."""
        raise NotImplementedError

    def put(self, name: str, value: str) -> None:
        """Set a note."""
        raise NotImplementedError

    def remove(self, name: str) -> None:
        """Remove a note; an unknown one is fine."""
        raise NotImplementedError

    def all(self, prefix: str = "") -> Mapping[str, str]:
        """Give the notes whose name begins so, by name."""
        raise NotImplementedError
