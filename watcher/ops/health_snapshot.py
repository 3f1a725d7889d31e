"""What a monitor may want to know of the watcher, read from the store and the state folder; asks nobody else.

Reads only and takes no lock, so it may run beside a daemon and as often as wished.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from watcher.config.watchlist import Watchlist
from watcher.context import RunContext
from watcher.ops.liveness import read_heartbeat_file
from watcher.pipeline.fault_states import failing
from watcher.pipeline.watchlist_resolution import follow_merged, poll_ids
from watcher.store.admin import database_path
from watcher.store.counters import MESSAGES, POLLS
from watcher.store.delivery_model import Fault, State
from watcher.store.lock import Holder, holder
from watcher.store.trial_model import Poll

UPKEEP_DONE = "upkeep.done"
"""The note that holds when the store was last tidied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthSnapshot:
    """How the watcher is at one moment.

    Attributes:
        now: The moment.
        watched: How many trials are watched.
        overdue: How many of them were not yet checked at the registry's newest known data.
        last: The last poll, or None.
        last_complete: The last poll that checked everything, or None.
        faults: What fails, by part.
        depths: Messages not delivered, by channel key and state.
        oldest_waiting: Since when the oldest of those that are still to be sent waits, or None.
        messages: How often a try ended how, by channel key and outcome.
        polls: How often polls ended how, by outcome.
        last_delivered: When each channel last took a message.
        tidied: When the store was last tidied, or None.
        store_bytes: Size of the database and its write-ahead log.
        beat: When the scheduler of a daemon last moved, by the wall clock of that moment, or None when none runs.
        beat_age: How long ago that was by the monotonic clock, or None when that is unknown.
        run: Who holds the run lock, or None.
    """

    now: datetime
    watched: int
    overdue: int
    last: Poll | None
    last_complete: Poll | None
    faults: tuple[Fault, ...]
    depths: Mapping[tuple[str, State], int]
    oldest_waiting: datetime | None
    messages: Mapping[tuple[str, str], int]
    polls: Mapping[str, int]
    last_delivered: Mapping[str, datetime]
    tidied: datetime | None
    store_bytes: int
    beat: datetime | None
    beat_age: timedelta | None
    run: Holder | None

    @property
    def data_from(self) -> datetime | None:
        """When the registry's data was made that the last answering poll saw, or None."""
        newest = next((poll for poll in (self.last, self.last_complete) if poll is not None and poll.token), None)
        return token_time(newest.token) if newest is not None and newest.token is not None else None


def token_time(token: str) -> datetime | None:
    """Read the registry's `dataTimestamp` as a time; it names no zone and is taken for UTC. None when it is none."""
    try:
        found = datetime.fromisoformat(token)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def read_health_snapshot(context: RunContext, watchlist: Watchlist) -> HealthSnapshot:
    """Look at the store and the state folder.

    Args:
        context: What a run works with; only read.
        watchlist: What is watched.

    Raises:
        StoreError: The store cannot be read.
    """
    store = context.store
    ids = poll_ids(follow_merged(watchlist, store), store)
    last, complete = store.polls.last(), store.polls.last_complete()
    token = next((poll.token for poll in (last, complete) if poll is not None and poll.token), None)
    tidied = store.notes.get(UPKEEP_DONE)
    sign = read_heartbeat_file(context.state_dir, context.monotonic())
    return HealthSnapshot(
        now=context.clock(),
        watched=len(ids),
        overdue=len(store.trials.due(ids, token)) if token is not None else len(ids),
        last=last,
        last_complete=complete,
        faults=failing(store.faults.all()),
        depths=store.tally.depths(),
        oldest_waiting=store.outbox.oldest_waiting(),
        messages=store.tally.totals(MESSAGES),
        polls={outcome: number for (_, outcome), number in store.tally.totals(POLLS).items()},
        last_delivered=store.tally.last_delivered(),
        tidied=datetime.fromisoformat(tidied) if tidied is not None else None,
        store_bytes=_size(database_path(context.loaded.config.store.url, context.state_dir)),
        beat=sign.at if sign is not None else None,
        beat_age=sign.age if sign is not None else None,
        run=holder(context.state_dir),
    )


def _size(database: Path) -> int:
    files = (database, database.with_name(f"{database.name}-wal"))
    return sum(path.stat().st_size for path in files if path.exists())
