"""Find out who is due what, and put their messages into the outbox.

Message, cursor and slot move in one transaction; a recipient who fails harms nobody else. Sends nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from watcher.config.watchlist import Watchlist
from watcher.context import DIGEST_PART, FaultReport, RunContext
from watcher.errors import DamagedError, StoreError, WatcherError
from watcher.pipeline.due import (
    compose_context,
    due,
)

if TYPE_CHECKING:
    from watcher.pipeline.pending_changes import ComparisonCache

log = structlog.get_logger()


def compose_due(
    context: RunContext,
    watchlist: Watchlist,
    faults: FaultReport,
    *,
    is_complete: bool,
    is_settled: bool = False,
    send_all: bool = False,
) -> int:
    """Compose for every recipient who is due and put the messages into the outbox.

    Args:
        context: What the run works with.
        watchlist: What is watched, merged ids followed; while a part of it cannot be read nobody is told anything.
        faults: Hears which recipients could not be composed for, and which templates were replaced.
        is_complete: Whether a complete poll has just ended: only then are newcomers greeted.
        is_settled: Whether all it brought is of one data version, as that of a complete poll is, though some did not
            come: only then are immediate recipients told.
        send_all: Tell everybody now, also those whose slot lies ahead.

    Returns:
        How many messages were put into the outbox.
    """
    if not watchlist.is_whole:
        log.warning("digest_skipped", reason="a watchlist cannot be read")
        return 0  # a cursor that moved on would pass over the trials in it
    composing = compose_context(
        context, context.clock(), is_complete=is_complete, is_settled=is_settled or is_complete, send_all=send_all
    )
    comparisons: ComparisonCache | None = None
    count = 0
    for recipient in context.loaded.config.recipient:
        part = f"{DIGEST_PART}{recipient.name}"
        try:
            plan = due(context, recipient, watchlist, composing)
            if plan is None:
                continue
            if comparisons is None:
                from watcher.pipeline.compose_digest import compose_plan  # most runs compose nothing
                from watcher.pipeline.pending_changes import ComparisonCache

                comparisons = ComparisonCache(store=context.store)
            composed = compose_plan(context, plan, comparisons, faults, composing)
            context.store.ledger.commit_composed(composed, composing.now)
        except DamagedError as error:  # concerns the readers of one trial, and no other
            faults.damaged(part, f"{part} could not be made: {error}")
            log.warning("digest_failed", recipient=recipient.name, reason=str(error))
            continue
        except StoreError:
            raise
        except WatcherError as error:
            faults.failing(part, f"{part} could not be made: {error}")
            log.warning("digest_failed", recipient=recipient.name, reason=str(error))
            continue
        except Exception as error:  # the boundary of one recipient: a bug met by one must not stop the others
            faults.tripped(part, f"the program tripped over {part} ({type(error).__name__}); please report it")
            log.exception("digest_failed", recipient=recipient.name)
            continue
        faults.well(part)
        count += len(composed.messages)
        log.info("digest_composed", recipient=recipient.name, messages=len(composed.messages), slot=plan.slot)
    return count
