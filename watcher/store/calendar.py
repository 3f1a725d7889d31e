"""What waits for a date: milestones of trials, and snoozes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from watcher.store.database import Database
from watcher.store.model import Milestone
from watcher.store.telling import Snooze


class Milestones:
    """Dates on which something falls due though no record changes; written with each version by `commit_page`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def passed(self, since: date, until: date, ids: Collection[str] | None = None) -> tuple[Milestone, ...]:
        """Give the milestones with `since < due_on <= until`, by day and id.

        Args:
            since: The day up to which they were asked for before.
            until: Today.
            ids: Only these trials; None for all.
        """
        raise NotImplementedError

    def of_trial(self, nct_id: str) -> tuple[Milestone, ...]:
        """Give a trial's milestones, by day."""
        raise NotImplementedError


class Snoozes:
    """What is held back until a moment. Holding back is the business of composing; this remembers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, snooze: Snooze) -> None:
        """Begin or move a snooze.

        Raises:
            ValueError: It names neither a recipient nor a trial.
        """
        raise NotImplementedError

    def remove(self, *, recipient: str | None = None, nct_id: str | None = None) -> bool:
        """End a snooze early; give whether there was one."""
        raise NotImplementedError

    def active(self, now: datetime) -> tuple[Snooze, ...]:
        """Give the snoozes that have not ended, soonest end first."""
        raise NotImplementedError

    def expire(self, now: datetime) -> tuple[Snooze, ...]:
        """Remove the snoozes that have ended and give them."""
        raise NotImplementedError
