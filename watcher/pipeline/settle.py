"""What one failed try means for its message, its recipient and its channel, and what the operator hears of it.

Whose failure it is decides what waits (design: Message); `delivery.verdicts` says whose it is, `delivery.backoff` how
long to wait, and the store makes it durable. Does not send.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from watcher.context import MESSAGE_PART, FaultReport, RunContext
from watcher.delivery.backoff import ONCE_A_DAY, next_attempt, next_probe
from watcher.delivery.reply_text import without_promise
from watcher.errors import DeliveryError, Lasts, Whose
from watcher.pipeline.destinations import Destination, fingerprint, part_of
from watcher.pipeline.fault_kinds import REFUSED, WAITS
from watcher.store.delivery_model import FaultGrade, OutboxEntry, State, Suspension

log = structlog.get_logger()

ONCE_MORE_AFTER = timedelta(minutes=1)
"""When a message nobody knows the fate of is sent once more (design: Message)."""

IN_A_ROW = 3
"""So many messages that fail one after the other, each for reasons that may be its own, are the channel's failure."""


@dataclass(slots=True)
class Streak:
    """Messages of one channel that failed one after the other, with nothing accepted in between."""

    messages: set[int] = field(default_factory=set)

    def is_the_channels(self, message: int) -> bool:
        """Count a failure that may be the message's own; True when it is the channel's by now."""
        self.messages.add(message)
        return len(self.messages) >= IN_A_ROW


def part_of_message(message: int) -> str:
    """Return the name of a message in the fault table."""
    return f"{MESSAGE_PART}{message}"


def settle_failure(
    context: RunContext,
    entry: OutboxEntry,
    destination: Destination,
    error: DeliveryError,
    faults: FaultReport,
    streak: Streak,
) -> bool:
    """Write down what a failed try means.

    Args:
        context: What the run works with.
        entry: The message, in sending.
        destination: Where it was to go.
        error: Why it was not accepted.
        faults: Hears what fails.
        streak: The failures before it on this channel.

    Returns:
        Whether the channel goes on with the next message now.
    """
    match error.whose:
        case Whose.CHANNEL:
            _hold_channel(context, entry, destination, error, faults)
            status, goes_on = "channel waits", False
        case Whose.RECIPIENT:
            _channel_works(context, destination, faults, streak)
            status, goes_on = _settle_recipient(context, entry, destination, error, faults), True
        case Whose.MESSAGE if error.lasts is Lasts.LASTING:
            _channel_works(context, destination, faults, streak)
            context.store.outbox.reject(entry.id, str(error), context.clock())
            status, goes_on = State.REJECTED.value, True
        case _:
            status = _try_again(context, entry, error, faults)
            goes_on = not _suspect_channel(context, entry, destination, error, faults, streak)
    log.warning(
        "message_failed",
        id=entry.id,
        recipient=entry.recipient,
        channel=destination.key,
        status=status,
        whose=error.whose.value,
        reason=error.reason.value,
        reply=str(error),
    )
    return goes_on


def _hold_channel(
    context: RunContext, entry: OutboxEntry, destination: Destination, error: DeliveryError, faults: FaultReport
) -> None:
    hold = _channel_hold(context, destination, error)
    context.store.outbox.retry_at(entry.id, hold.probe_at or context.clock(), str(error), suspension=hold)
    faults.failing(part_of(destination.key), str(error), _grade(error))


def _channel_hold(context: RunContext, destination: Destination, error: DeliveryError) -> Suspension:
    now, known = context.clock(), channel_suspension(context, destination.key)
    failures = known.failures + 1 if known is not None else 1
    return Suspension(
        channel=destination.key,
        since=known.since if known is not None else now,
        reason=str(error),
        fingerprint=fingerprint(destination, context, is_everyones=True),
        probe_at=next_probe(
            failures, now, context.jitter(), error.retry_after, is_lasting=error.lasts is Lasts.LASTING
        ),
        failures=failures,
    )


def channel_suspension(context: RunContext, key: str) -> Suspension | None:
    """Return the suspension of a whole channel, or None."""
    found = (one for one in context.store.outbox.suspensions() if one.channel == key and one.recipient is None)
    return next(found, None)


def _channel_works(context: RunContext, destination: Destination, faults: FaultReport, streak: Streak) -> None:
    """Note that the provider answers and judges messages, whatever it said of this one."""
    streak.messages.clear()
    if context.store.outbox.resume(destination.key, context.clock()):
        log.info("channel_resumed", channel=destination.key, recipient=None)
    faults.well(part_of(destination.key))


def _settle_recipient(
    context: RunContext, entry: OutboxEntry, destination: Destination, error: DeliveryError, faults: FaultReport
) -> str:
    part, now, outbox = part_of(destination.key, entry.recipient), context.clock(), context.store.outbox
    if error.lasts is Lasts.PASSING:
        when = _next_attempt(context, entry, error, now)
        faults.failing(part, str(error), FaultGrade.TEMPORARY)
        if when is not None:
            outbox.retry_at(entry.id, when, str(error))
            return "retry"
        outbox.dead(entry.id, _given_up(error), now)
        return State.DEAD.value
    probe_at = now + ONCE_A_DAY if error.lasts is Lasts.DAYS else None
    hold = Suspension(
        channel=destination.key,
        recipient=entry.recipient,
        since=now,
        reason=str(error),
        fingerprint=fingerprint(destination, context, is_everyones=False),
        probe_at=probe_at,
        failures=1,
    )
    outbox.retry_at(entry.id, probe_at or now, str(error), refund=probe_at is None, suspension=hold)
    faults.failing(part, str(error), _grade(error))
    return "suspended"


def _try_again(context: RunContext, entry: OutboxEntry, error: DeliveryError, faults: FaultReport) -> str:
    """Postpone a message whose failure may be its own, or give it up."""
    outbox, now = context.store.outbox, context.clock()
    if error.whose is Whose.UNCLEAR:
        state = outbox.mark_unknown(entry.id, now + ONCE_MORE_AFTER, str(error), now)
    elif (when := _next_attempt(context, entry, error, now)) is not None:
        outbox.retry_at(entry.id, when, str(error))
        state = State.PENDING
    else:
        outbox.dead(entry.id, _given_up(error), now)
        state = State.DEAD
    if state is not State.DEAD:  # what is given up is told from the store (`signal_messages`)
        faults.failing(part_of_message(entry.id), f"{WAITS} {_named(entry)}: {error}", FaultGrade.TEMPORARY)
    return state.value


def _suspect_channel(
    context: RunContext,
    entry: OutboxEntry,
    destination: Destination,
    error: DeliveryError,
    faults: FaultReport,
    streak: Streak,
) -> bool:
    """Hold the channel when too many messages fail in a row, or when this one was its probe."""
    is_probe = channel_suspension(context, destination.key) is not None
    if not streak.is_the_channels(entry.id) and not is_probe:
        return False
    context.store.outbox.suspend(_channel_hold(context, destination, error))
    faults.failing(part_of(destination.key), str(error), _grade(error))
    return True


def _next_attempt(context: RunContext, entry: OutboxEntry, error: DeliveryError, now: datetime) -> datetime | None:
    return next_attempt(
        entry.attempts, first_at=entry.queued_at, now=now, jitter=context.jitter(), retry_after=error.retry_after
    )


def _given_up(error: DeliveryError) -> str:
    return f"given up after four days: {without_promise(str(error))}"


def _grade(error: DeliveryError) -> FaultGrade:
    return FaultGrade.SUSPENDED if error.lasts is Lasts.LASTING else FaultGrade.LASTING


def sentence_of(entry: OutboxEntry) -> str:
    """Return what is said of a message that is not tried again by itself."""
    if entry.state is State.REJECTED:
        return f"{REFUSED} {_named(entry)}: {entry.last_reply}"
    return f"{_named(entry)} is lost: {entry.last_reply}"


def _named(entry: OutboxEntry) -> str:
    return f'message {entry.id} to {entry.recipient} ("{entry.subject}")'
