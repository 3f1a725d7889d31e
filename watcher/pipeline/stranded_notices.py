"""Notices that wait for a channel which was taken out of the configuration: they go to the channels that are there.

A notice follows from no version, so it cannot be composed anew; its frozen words are sent instead.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from watcher.context import RunContext
from watcher.errors import DamagedError
from watcher.pipeline.destinations import Destination, destinations_of, message_domain
from watcher.rendering.message import Message
from watcher.store.compression import pack_pieces
from watcher.store.delivery_model import NewMessage, OutboxEntry, State
from watcher.store.takeover import NOT_CONFIGURED

log = structlog.get_logger()

_RECENT = timedelta(days=1)
"""A notice that ended longer ago is old news; a run that broke off in between is made up for within a day."""


def carry_over(context: RunContext, now: datetime) -> None:
    """Queue each stranded notice for the channels its recipient has now, and forget the old one."""
    recipients = {recipient.name: recipient for recipient in context.loaded.config.recipient}
    outbox = context.store.outbox
    for entry in outbox.list(states=[State.DEAD]):
        if entry.last_reply != NOT_CONFIGURED or entry.recipient not in recipients:
            continue
        if entry.ended_at is None or now - entry.ended_at > _RECENT:
            continue
        message = _notice(context, entry)
        if message is None:
            continue
        destinations = [one for one in destinations_of(recipients[entry.recipient]) if one.key != entry.channel]
        try:
            outbox.add([_message_for(context, message, one) for one in destinations], now)
        except ValueError:  # a run that broke off here queued them already
            log.info("notice_queued_before", id=entry.id)
        outbox.drop([entry.id])
        log.info("notice_carried_over", id=entry.id, channels=[one.key for one in destinations])


def _notice(context: RunContext, entry: OutboxEntry) -> Message | None:
    """Return the words of a stranded message; None when they cannot be read, or it is no notice."""
    try:
        message = Message.from_json(context.store.outbox.payload(entry.id))
    except DamagedError:
        return None
    return message if message.kind == "notice" else None


def _message_for(context: RunContext, message: Message, destination: Destination) -> NewMessage:
    identity = f"{message.message_id}\x1f{destination.key}"
    message_id = f"<{hashlib.sha256(identity.encode()).hexdigest()[:32]}@{message_domain(context.loaded.config)}>"
    carried = replace(message, message_id=message_id, slack=None, thread="", part=1, parts=1)
    return NewMessage(
        recipient=destination.recipient.name,
        channel=destination.key,
        subject=message.subject,
        message_id=message_id,
        payload=pack_pieces(carried.json_pieces()),
    )
