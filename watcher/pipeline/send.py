"""Empty the outbox: one message in flight per channel, channels side by side.

A message leaves the outbox only after the provider accepted it for its recipient. What a failure means is
`pipeline.settle`; making it durable is the store's business, carrying is delivery's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from watcher.context import FaultReport, RunContext
from watcher.delivery.backoff import LONGEST_WAIT
from watcher.digests.quiet_hours import quiet_until
from watcher.errors import ConfigError, DamagedError, DeliveryError, StoreError
from watcher.pipeline.delivery_faults import Destinations, signal_standing
from watcher.pipeline.destinations import (
    Destination,
    address_of,
    all_destinations,
    carrier,
    fingerprint,
    part_of,
    place_of,
)
from watcher.pipeline.recipient_sync import reroute_messages
from watcher.pipeline.settle import Streak, part_of_message, settle_failure
from watcher.rendering.message import Message
from watcher.store.delivery_model import Claim, OutboxEntry, State, Step

if TYPE_CHECKING:
    from watcher.delivery.contract import DeliveryStep as Reached
    from watcher.delivery.contract import Session

log = structlog.get_logger()

SECRET_AGAIN_AFTER = timedelta(minutes=5)
"""When a message is looked at again whose address names a secret that does not resolve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What one emptying of the outbox came to.

    Attributes:
        places: Recipient and place (`place_of`) of each message that was accepted.
        failed: How many tries were not.
        has_config_fault: Whether a secret did not resolve.
        down: Keys of channels that nothing can go out by now.
    """

    places: tuple[tuple[str, str], ...] = ()
    failed: int = 0
    has_config_fault: bool = False
    down: frozenset[str] = frozenset()

    @property
    def delivered(self) -> int:
        """How many messages were accepted."""
        return len(self.places)

    def __add__(self, other: Sent) -> Sent:
        return Sent(
            places=self.places + other.places,
            failed=self.failed + other.failed,
            has_config_fault=self.has_config_fault or other.has_config_fault,
            down=self.down | other.down,
        )


async def send_due(context: RunContext, faults: FaultReport, *, but: Collection[str] = ()) -> Sent:
    """Send every message that is due, on all channels at once, and return what came of it.

    Args:
        context: What the run works with.
        faults: Hears which channels and recipients work and which do not.
        but: Keys of channels to leave alone, since they were found down a moment ago.

    Raises:
        StoreError: The store cannot be written; the other channels came to their end, and what is left in mid-send is
            settled the next time.
    """
    destinations = {
        (destination.recipient.name, destination.key): destination
        for destination in all_destinations(context.loaded.config)
    }
    _resume_changed(context, destinations)
    _settle_left(context)
    if not context.store.outbox.destinations() <= destinations.keys():
        reroute_messages(context, context.clock())  # one was in mid-send when its channel was replaced
    if (brought := context.store.outbox.reset_retry_times(context.clock(), LONGEST_WAIT)) > 0:
        log.warning("retry_times_reset", messages=brought, reason="the clock was set back")
    channels = context.store.outbox.due_channels(context.clock())
    by_key = {destination.key: destination for destination in destinations.values()}
    closed = {*but, *context.sending}
    open_ones = [by_key[key] for key in channels if key in by_key and key not in closed]
    context.sending.update(destination.key for destination in open_ones)
    work = (_empty(context, destination, destinations, faults) for destination in open_ones)
    results = await asyncio.gather(*work, return_exceptions=True)
    signal_standing(context, destinations, faults)
    return sum(
        (_result(destination, result, faults) for destination, result in zip(open_ones, results, strict=True)), Sent()
    )


def _result(destination: Destination, result: Sent | BaseException, faults: FaultReport) -> Sent:
    """Take what came of one channel; a bug met there is told and harms no other."""
    if isinstance(result, Sent):
        return result
    if isinstance(result, StoreError) or not isinstance(result, Exception):
        raise result
    log.error("channel_failed", channel=destination.key, exc_info=result)
    faults.tripped(
        destination.key, f"the program tripped over {destination.key} ({type(result).__name__}); please report it"
    )
    return Sent(failed=1, down=frozenset({destination.key}))


def settle_left(context: RunContext, channel: str | None = None) -> None:
    """Settle messages that are in mid-send though nobody is sending them: a run, or a try, ended there."""
    recovered = context.store.outbox.recover(context.clock(), channel=channel)
    for entry in (*recovered.pending, *recovered.unknown, *recovered.dead):
        log.warning("delivery_interrupted", id=entry.id, recipient=entry.recipient, state=entry.state.value)


def _settle_left(context: RunContext) -> None:
    left = {entry.channel for entry in context.store.outbox.list(states=[State.SENDING])}
    for channel in sorted(left - context.sending):
        settle_left(context, channel)


def _resume_changed(context: RunContext, destinations: Destinations) -> None:
    """Try a suspended channel again when its address or credential is another one than it failed with."""
    for suspension in context.store.outbox.suspensions():
        fitting = (
            destination
            for (name, key), destination in destinations.items()
            if key == suspension.channel and suspension.recipient in (None, name)
        )
        destination = next(fitting, None)
        if destination is None:
            continue
        try:
            present = fingerprint(destination, context, is_everyones=suspension.recipient is None)
        except ConfigError:
            continue
        if present != suspension.fingerprint:
            context.store.outbox.resume(suspension.channel, context.clock(), recipient=suspension.recipient)
            log.info("channel_resumed", channel=suspension.channel, recipient=suspension.recipient)


async def _empty(
    context: RunContext, destination: Destination, destinations: Destinations, faults: FaultReport
) -> Sent:
    try:
        return await _send_all(context, destination, destinations, faults)
    finally:
        context.sending.discard(destination.key)


async def _send_all(
    context: RunContext, destination: Destination, destinations: Destinations, faults: FaultReport
) -> Sent:
    outbox = context.store.outbox
    try:
        channel = carrier(destination, context)
    except ConfigError as error:
        faults.failing(part_of(destination.key), str(error))
        return Sent(failed=1, has_config_fault=True, down=frozenset({destination.key}))
    sent, streak = Sent(), Streak()
    async with channel.open() as session:
        while not context.superseded.is_set():
            claim = outbox.claim(destination.key, context.clock())
            if claim is None:
                break
            entry = claim.entry
            target = destinations.get((entry.recipient, entry.channel))
            if target is None:  # never given up here: a newer configuration may know whose it is
                outbox.put_back(entry.id, context.clock(), entry.last_reply)
                break
            if (until := _quiet_until(context, target)) is not None:
                outbox.put_back(entry.id, until, "held until the quiet hours end")
                continue
            message = _opened(context, claim)
            del claim  # its bytes may be many, and the message holds them again
            if message is None:
                sent += Sent(failed=1)
                continue
            result, goes_on = await _send(context, entry, message, target, session, faults, streak)
            sent += result
            if not goes_on:
                sent += Sent(down=frozenset({destination.key}))
                break
    return sent


def _opened(context: RunContext, claim: Claim) -> Message | None:
    """Return the message of a claim; one that cannot be read back is given up, and None."""
    why = claim.damage
    if not why:
        try:
            return Message.from_json(claim.payload)
        except DamagedError as error:
            why = str(error)
    context.store.outbox.dead(claim.entry.id, why, context.clock())  # told from the store (`delivery_faults`)
    log.error("message_damaged", id=claim.entry.id, recipient=claim.entry.recipient, reason=why)
    return None


def _quiet_until(context: RunContext, destination: Destination) -> datetime | None:
    zone = context.loaded.config.zone(destination.recipient)
    return quiet_until(destination.recipient.quiet, zone, context.clock())


async def _send(
    context: RunContext,
    entry: OutboxEntry,
    message: Message,
    destination: Destination,
    session: Session,
    faults: FaultReport,
    streak: Streak,
) -> tuple[Sent, bool]:
    """Try one message; return what came of it and whether the channel goes on with the next."""
    outbox = context.store.outbox

    def on_step(reached: Reached) -> None:
        outbox.step(entry.id, Step(reached.value))

    try:
        address = address_of(destination, context)
        receipt = await session.deliver(message, address, on_step)
    except ConfigError as error:
        outbox.put_back(entry.id, context.clock() + SECRET_AGAIN_AFTER, str(error))
        faults.failing(part_of(destination.key, destination.recipient.name), str(error))
        return Sent(failed=1, has_config_fault=True), True
    except DeliveryError as error:
        return Sent(failed=1), settle_failure(context, entry, destination, error, faults, streak)
    outbox.delivered(entry.id, receipt.reply, context.clock())
    streak.messages.clear()
    for part in (
        part_of(destination.key),
        part_of(destination.key, destination.recipient.name),
        part_of_message(entry.id),
    ):
        faults.well(part)
    log.info("message_delivered", id=entry.id, recipient=entry.recipient, channel=destination.key, status="sent")
    return Sent(places=((entry.recipient, place_of(destination, context.state_dir)),)), True
