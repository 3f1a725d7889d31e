"""Render a notification for one channel into messages that are frozen from then on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from watcher.config.config_model import Least, RecipientConfig
from watcher.context import TEMPLATE_PART, FaultReport, RunContext
from watcher.digests import model as digest
from watcher.digests.messages import compose
from watcher.digests.routing import watches_of
from watcher.digests.slots import next_slots
from watcher.pipeline.destinations import Destination, message_domain, stop_address, thread_of
from watcher.pipeline.fault_states import failing
from watcher.store.compression import pack_pieces
from watcher.store.delivery_model import NewMessage


def compose_messages(
    context: RunContext, notification: digest.Notification, destination: Destination, faults: FaultReport
) -> tuple[NewMessage, ...]:
    """Render an occasion for one channel into frozen messages.

    Raises:
        RenderError: A built-in template failed.
    """
    composed = compose(
        notification,
        channel=destination.key,
        medium=destination.medium,
        domain=message_domain(context.loaded.config),
        store_id=context.store.identity(),
        templates=context.templates(),
        thread=thread_of(context.loaded.config),
    )
    for note in composed.notes:
        what = note.problem.rstrip(".")
        faults.failing(f"{TEMPLATE_PART}{note.template}", f"{what}; the built-in one stands in until yours is mended")
    if not composed.notes:
        _signal_mended(context, composed.rendered, faults)
    return tuple(
        NewMessage(
            recipient=destination.recipient.name,
            channel=destination.key,
            subject=message.subject,
            message_id=message.message_id,
            payload=pack_pieces(message.json_pieces()),
            part=message.part,
        )
        for message in composed.messages
    )


def _signal_mended(context: RunContext, rendered: Collection[str], faults: FaultReport) -> None:
    """End the faults of templates that work again.

    They, or what includes them, were rendered without a note.
    """
    for fault in failing(context.store.faults.all()):
        name = fault.part.removeprefix(TEMPLATE_PART)
        if name != fault.part and context.templates().is_part_of(name, rendered):
            faults.well(fault.part)


def addressee_of(context: RunContext, recipient: RecipientConfig, now: datetime) -> digest.Addressee:
    """Return a recipient as messages address them: zone, level, watches, how to stop, the next slot."""
    config = context.loaded.config
    coming = next_slots(recipient.send, config.zone(recipient), now, 1)
    return digest.Addressee(
        name=recipient.name,
        zone=config.zone(recipient),
        least=Least(recipient.least),
        watches=watches_of(recipient, config),
        stop=stop_address(config),
        next_digest=coming[0] if coming else None,
        pages=config.pages.url.rstrip("/") if config.pages.dir and config.pages.url else None,
    )
