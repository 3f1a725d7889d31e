"""Remove once a day what nobody needs any more; by the daemon's clock, or at the end of a one-shot run.

What is kept whatever its age is the store's rule (`store.retention`); how long the rest is kept, the configuration's.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from watcher.context import RunContext
from watcher.ops.health_snapshot import UPKEEP_DONE

log = structlog.get_logger()

EVERY = timedelta(days=1)

SEARCHES_KEPT = timedelta(days=365)
"""How long the members of a search are kept that no watch has any more, or that could not be read."""


def is_due(context: RunContext) -> bool:
    """Whether a day lies between now and when the store was last tidied, also by a clock set back, or it never was."""
    done = context.store.notes.get(UPKEEP_DONE)
    return done is None or abs(context.clock() - datetime.fromisoformat(done)) >= EVERY


def tidy(context: RunContext) -> None:
    """Forget long delivered messages, records of old polls, snoozes that ended, old searches, records nobody needs.

    Raises:
        StoreError: The store cannot be written; what is left over goes another day.
    """
    now, store, kept = context.clock(), context.store, context.loaded.config.store
    messages = store.outbox.forget_delivered(now - kept.keep_messages)
    polls = store.polls.forget(now - kept.keep_polls)
    store.snoozes.expire(now)
    store.searches.forget_unread(now - SEARCHES_KEPT)
    removed = store.retention.prune(now - kept.keep_records)
    store.notes.put(UPKEEP_DONE, now.isoformat())
    log.info("upkeep_done", messages=messages, polls=polls, records=removed.records, bytes=removed.size)
