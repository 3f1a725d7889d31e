"""What each recipient was told: cursor, slot, exempts; windows of what was not; composing made durable."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from watcher.store.database import Database
from watcher.store.telling import Composed, Exempt, Reader, Window


class Ledger:
    """The recipients and how far each has been told."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reader(self, name: str) -> Reader | None:
        """Give one recipient, or None when never started."""
        raise NotImplementedError

    def readers(self) -> tuple[Reader, ...]:
        """Give all recipients ever started, by name, also those no longer configured."""
        raise NotImplementedError

    def start_reader(
        self, name: str, *, send: str, slot: str | None, channels: Collection[str], now: datetime
    ) -> Reader:
        """Meet a configured recipient; may be called at every run and writes only what is new.

        An unknown name starts at the newest version. A channel not known before begins at the newest version, one no
        longer there is forgotten. An edited `send` sets `last_slot` to `slot`: it starts at now.

        Args:
            name: The recipient's name in the configuration.
            send: Its `send`, as the configuration spells it.
            slot: The newest slot not after now, or None for `immediate`.
            channels: Its channel keys.
            now: The time.

        Returns:
            The recipient as now kept.
        """
        raise NotImplementedError

    def forget_reader(self, name: str) -> None:
        """Remove a recipient, its channels and its exempts; an unknown name is fine. Messages stay in the outbox."""
        raise NotImplementedError

    def exempts(self, name: str) -> tuple[Exempt, ...]:
        """Give the trials that do not follow a recipient's cursor, by id."""
        raise NotImplementedError

    def windows(self, name: str, ids: Collection[str]) -> tuple[Window, ...]:
        """Give what a recipient has not been told of, per trial.

        The base of a trial is its exempt, else the newest version not after the cursor, but never older than the
        trial's newest baseline. A trial whose newest version is a baseline after the cursor comes with base None.

        Args:
            name: A started recipient.
            ids: The trials this recipient watches.

        Returns:
            One window per trial whose newest version lies after its base, by id; empty when there is nothing.

        Raises:
            LookupError: The recipient was never started.
        """
        raise NotImplementedError

    def commit_composed(self, composed: Composed, now: datetime) -> tuple[int, ...]:
        """Store messages, cursor, exempts and slot of one composing in one transaction: all of it, or nothing.

        Exempts ahead of the cursor that the new cursor has reached end by themselves.

        Args:
            composed: What composing did.
            now: The time; messages are due at once.

        Returns:
            The outbox numbers of the messages, in their order.

        Raises:
            LookupError: The recipient was never started.
            ValueError: The cursor would go back, or past the newest version, or a Message-ID exists already: a bug of
                the caller; nothing is stored.
        """
        raise NotImplementedError
