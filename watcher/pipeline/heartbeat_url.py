"""The operator's dead-man's switch: an address asked after every complete poll, as long as no message is overdue.

When the asking stops, somebody else's machine calls the operator. A failing answer is logged and harms nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import structlog

from watcher.context import RunContext
from watcher.errors import DeliveryError
from watcher.store.delivery_model import OutboxEntry, State

log = structlog.get_logger()

OVERDUE_AFTER = timedelta(hours=1)
"""How long a message may be on its way, once it was due, before it counts as overdue."""

_WAIT = timedelta(seconds=10)
_WAITING = (State.PENDING, State.SENDING, State.UNKNOWN)


async def ask_heartbeat(context: RunContext, *, is_complete: bool) -> bool:
    """Request the address if one is configured and all is well; return whether it answered well.

    Args:
        context: What the run works with.
        is_complete: Whether the poll just ended was complete.
    """
    url = context.loaded.config.operator.heartbeat_url
    if url is None or not is_complete:
        return False
    late = overdue(context.store.outbox.list(states=_WAITING), context.clock())
    if late:
        log.warning("heartbeat_withheld", overdue=len(late), oldest=late[0].id)
        return False
    from watcher.delivery.http_post import Poster, read_address

    try:
        answer = await Poster(utc_now=context.clock, timeout=_WAIT).ask(read_address(url, "heartbeat"))
    except DeliveryError as error:
        log.warning("heartbeat_failed", reason=error.reason.value)
        return False
    is_well = 200 <= answer.status < 300
    if not is_well:
        log.warning("heartbeat_failed", status=answer.status)
    return is_well


def overdue(entries: Collection[OutboxEntry], now: datetime) -> tuple[OutboxEntry, ...]:
    """Return the waiting messages that should have arrived by now, in their order.

    A message is overdue when it was due over an hour ago (also behind a suspended channel), or when it was tried in
    vain and has been on its way for over an hour. One held until quiet hours end is not.
    """
    return tuple(entry for entry in entries if _is_overdue(entry, now))


def _is_overdue(entry: OutboxEntry, now: datetime) -> bool:
    if entry.next_attempt_at is not None and now - entry.next_attempt_at > OVERDUE_AFTER:
        return True
    return entry.attempts > 0 and now - entry.queued_at > OVERDUE_AFTER
