"""Empties the outbox: one message in flight per channel, channels side by side.

A message leaves the outbox only after the provider accepted it for its recipient. What a failure means for the message
and its channel is decided here (design: Message); making it durable is the store's business, carrying is delivery's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from watcher.delivery.backoff import GIVE_UP_AFTER, next_attempt
from watcher.delivery.words import without_promise
from watcher.digests.quiet import quiet_until
from watcher.errors import ConfigError, DamagedError, DeliveryError, DeliveryReason, StoreError
from watcher.rendering.message import Message
from watcher.service.channels import Line, address_of, all_lines, carrier, fingerprint, part_of
from watcher.service.faults import failing
from watcher.service.meeting import settle_places
from watcher.service.parts import Parts, Signals
from watcher.store.telling import Claim, Entry, State, Step, Suspension

if TYPE_CHECKING:
    from watcher.delivery.contract import Session
    from watcher.delivery.contract import Step as Reached

log = structlog.get_logger()

ONCE_MORE_AFTER = timedelta(minutes=1)
"""When a message nobody knows the fate of is sent once more (design: Message)."""

_MESSAGE = "message "
"""Beginning of a lost message's name in the fault table."""

_LINE_IS_DOWN = frozenset(
    {DeliveryReason.CONNECTION, DeliveryReason.TIMEOUT, DeliveryReason.AUTH, DeliveryReason.RATE_LIMITED}
)
"""Failures that the next message on the same channel would meet as well: the channel waits for the next run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What one emptying of the outbox came to.

    Attributes:
        delivered: How many messages were accepted.
        failed: How many tries were not.
        has_config_fault: Whether a secret did not resolve.
        down: Keys of channels that nothing can go out by now.
    """

    delivered: int = 0
    failed: int = 0
    has_config_fault: bool = False
    down: frozenset[str] = frozenset()

    def __add__(self, other: Sent) -> Sent:
        return Sent(
            delivered=self.delivered + other.delivered,
            failed=self.failed + other.failed,
            has_config_fault=self.has_config_fault or other.has_config_fault,
            down=self.down | other.down,
        )


async def send_due(parts: Parts, signals: Signals, *, but: Collection[str] = ()) -> Sent:
    """Send every message that is due, on all channels at once; give what came of it.

    Args:
        parts: What the run works with.
        signals: Hears which channels and recipients work and which do not.
        but: Keys of channels to leave alone, since they were found down a moment ago.

    Raises:
        StoreError: The store cannot be written; the other channels came to their end, and what is left in mid-send is
            settled the next time.
    """
    lines = {(line.recipient.name, line.key): line for line in all_lines(parts.loaded.config)}
    _resume_changed(parts, lines)
    _signal_suspended(parts, lines, signals)
    _signal_lost(parts, signals)
    _settle_left(parts, signals)
    if not parts.store.outbox.destinations() <= lines.keys():
        settle_places(parts, parts.clock())  # one was in mid-send when its channel was replaced
    if (brought := parts.store.outbox.bring_forward(parts.clock(), GIVE_UP_AFTER)) > 0:
        log.warning("messages_brought_forward", messages=brought, reason="the clock was set back")
    channels = parts.store.outbox.due_channels(parts.clock())
    by_key = {line.key: line for line in lines.values()}
    closed = {*but, *parts.sending}
    open_ones = [by_key[key] for key in channels if key in by_key and key not in closed]
    parts.sending.update(line.key for line in open_ones)
    work = (_empty(parts, line, lines, signals) for line in open_ones)
    results = await asyncio.gather(*work, return_exceptions=True)
    return sum((_result(line, result, signals) for line, result in zip(open_ones, results, strict=True)), Sent())


def _result(line: Line, result: Sent | BaseException, signals: Signals) -> Sent:
    """Take what came of one channel; a bug met there is told and harms no other."""
    if isinstance(result, Sent):
        return result
    if isinstance(result, StoreError) or not isinstance(result, Exception):
        raise result
    log.error("channel_failed", channel=line.key, exc_info=result)
    signals.tripped(line.key, f"the program tripped over {line.key} ({type(result).__name__}); please report it")
    return Sent(failed=1, down=frozenset({line.key}))


def settle_left(parts: Parts, signals: Signals, channel: str | None = None) -> None:
    """Settle messages that are in mid-send though nobody is sending them: a run, or a try, ended there."""
    recovered = parts.store.outbox.recover(parts.clock(), channel=channel)
    for entry in (*recovered.pending, *recovered.unknown, *recovered.dead):
        log.warning("message_found_in_mid_send", id=entry.id, recipient=entry.recipient, state=entry.state.value)
    for entry in recovered.dead:
        _tell_dead(signals, entry, "sending it was broken off twice, and it may have arrived")


def _settle_left(parts: Parts, signals: Signals) -> None:
    left = {entry.channel for entry in parts.store.outbox.list(states=[State.SENDING])}
    for channel in sorted(left - parts.sending):
        settle_left(parts, signals, channel)


def _resume_changed(parts: Parts, lines: Mapping[tuple[str, str], Line]) -> None:
    """Try a suspended channel again when its address or credential is another one than it failed with."""
    for suspension in parts.store.outbox.suspensions():
        fitting = (
            line
            for (name, key), line in lines.items()
            if key == suspension.channel and suspension.recipient in (None, name)
        )
        line = next(fitting, None)
        if line is None:
            continue
        try:
            present = fingerprint(line, parts, is_everyones=suspension.recipient is None)
        except ConfigError:
            continue
        if present != suspension.fingerprint:
            parts.store.outbox.resume(suspension.channel, parts.clock(), recipient=suspension.recipient)
            log.info("channel_resumed", channel=suspension.channel, recipient=suspension.recipient)


def _signal_suspended(parts: Parts, lines: Mapping[tuple[str, str], Line], signals: Signals) -> None:
    """Keep saying what is suspended, so that the daily reminder comes and no recovery is told."""
    keys = {(recipient, key) for name, key in lines for recipient in (None, name)}
    for suspension in parts.store.outbox.suspensions():
        if (suspension.recipient, suspension.channel) in keys:
            signals.failing(part_of(suspension.channel, suspension.recipient), suspension.reason)


def _signal_lost(parts: Parts, signals: Signals) -> None:
    """Say of messages told as lost that they are so no longer: sent again, or let go, by the operator."""
    told = [fault.part for fault in failing(parts.store.faults.all()) if fault.part.startswith(_MESSAGE)]
    if told:
        lost = {f"{_MESSAGE}{entry.id}" for entry in parts.store.outbox.list(states=[State.DEAD])}
        for part in told:
            if part not in lost:
                signals.well(part)


async def _empty(parts: Parts, line: Line, lines: Mapping[tuple[str, str], Line], signals: Signals) -> Sent:
    try:
        return await _send_all(parts, line, lines, signals)
    finally:
        parts.sending.discard(line.key)


async def _send_all(parts: Parts, line: Line, lines: Mapping[tuple[str, str], Line], signals: Signals) -> Sent:
    try:
        channel = carrier(line, parts)
    except ConfigError as error:
        signals.failing(part_of(line.key), str(error))
        return Sent(failed=1, has_config_fault=True, down=frozenset({line.key}))
    sent = Sent()
    async with channel.open() as session:
        while not parts.superseded.is_set():
            claim = parts.store.outbox.claim(line.key, parts.clock())
            if claim is None:
                break
            entry = claim.entry
            target = lines.get((entry.recipient, entry.channel))
            if target is None:  # never given up here: a newer configuration may know whose it is
                parts.store.outbox.retry_at(entry.id, parts.clock(), entry.last_reply, refund=True)
                break
            if (until := _quiet_until(parts, target)) is not None:
                parts.store.outbox.retry_at(entry.id, until, "held until the quiet hours end", refund=True)
                continue
            message = _opened(parts, claim, signals)
            if message is None:
                sent += Sent(failed=1)
                continue
            result, goes_on = await _send(parts, claim, message, target, session, signals)
            sent += result
            if not goes_on:
                sent += Sent(down=frozenset({line.key}))
                break
    return sent


def _opened(parts: Parts, claim: Claim, signals: Signals) -> Message | None:
    """Return the message of a claim; one that cannot be read back is given up and told, and None."""
    why = claim.damage
    if not why:
        try:
            return Message.from_json(claim.payload)
        except DamagedError as error:
            why = str(error)
    parts.store.outbox.dead(claim.entry.id, why, parts.clock())
    _tell_dead(signals, claim.entry, why)
    log.error("message_damaged", id=claim.entry.id, recipient=claim.entry.recipient, reason=why)
    return None


def _quiet_until(parts: Parts, line: Line) -> datetime | None:
    zone = parts.loaded.config.zone(line.recipient)
    return quiet_until(line.recipient.quiet, zone, parts.clock())


async def _send(
    parts: Parts, claim: Claim, message: Message, line: Line, session: Session, signals: Signals
) -> tuple[Sent, bool]:
    """Try one message; say what came of it and whether the channel can go on."""
    outbox, entry = parts.store.outbox, claim.entry

    def on_step(reached: Reached) -> None:
        outbox.step(entry.id, Step(reached.value))

    try:
        address = address_of(line, parts)
        receipt = await session.deliver(message, address, on_step)
    except ConfigError as error:
        outbox.retry_at(entry.id, parts.clock() + timedelta(minutes=5), str(error), refund=True)
        signals.failing(part_of(line.key, line.recipient.name), str(error))
        return Sent(failed=1, has_config_fault=True), True
    except DeliveryError as error:
        return Sent(failed=1), _settle(parts, claim, line, error, signals)
    outbox.delivered(entry.id, receipt.reply, parts.clock())
    signals.well(part_of(line.key))
    signals.well(part_of(line.key, line.recipient.name))
    log.info("message_delivered", id=entry.id, recipient=entry.recipient, channel=line.key, status="sent")
    return Sent(delivered=1), True


def _settle(parts: Parts, claim: Claim, line: Line, error: DeliveryError, signals: Signals) -> bool:
    """Write down what a failure means; give whether the channel can go on with the next message."""
    outbox, entry, now = parts.store.outbox, claim.entry, parts.clock()
    is_everyones = error.is_channel_fault or error.reason in _LINE_IS_DOWN
    part = part_of(line.key) if is_everyones else part_of(line.key, line.recipient.name)
    status = "retry"
    if error.in_doubt:
        state = outbox.mark_unknown(entry.id, now + ONCE_MORE_AFTER, str(error), now)
        status = state.value
        if state is State.DEAD:
            _tell_dead(signals, entry, "sent twice, and both times no readable answer came")
    elif error.is_permanent:
        status = "suspended"
        whom = None if error.is_channel_fault else entry.recipient
        mark = fingerprint(line, parts, is_everyones=error.is_channel_fault)
        outbox.retry_at(entry.id, now, str(error), refund=True)
        outbox.suspend(Suspension(channel=line.key, recipient=whom, since=now, reason=str(error), fingerprint=mark))
        signals.failing(part, str(error))
    else:
        when = next_attempt(
            entry.attempts, first_at=entry.queued_at, now=now, jitter=parts.jitter(), retry_after=error.retry_after
        )
        if when is None:
            why = f"given up after four days: {without_promise(str(error))}"
            outbox.dead(entry.id, why, now)
            _tell_dead(signals, entry, why)
            status = "dead"
        else:
            outbox.retry_at(entry.id, when, str(error))
        signals.failing(part, str(error))
    log.warning(
        "message_failed",
        id=entry.id,
        recipient=entry.recipient,
        channel=line.key,
        status=status,
        reason=error.reason.value,
        reply=str(error),
    )
    return not is_everyones


def _tell_dead(signals: Signals, entry: Entry, why: str) -> None:
    signals.failing(
        f"{_MESSAGE}{entry.id}", f'message {entry.id} to {entry.recipient} ("{entry.subject}") is lost: {why}'
    )
