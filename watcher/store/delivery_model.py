"""Values for recipients, windows, messages, faults and snoozes; all frozen. Trials are in `trial_model`.

Holds data only. A message is opaque bytes here.
Every time is aware and in UTC; every `seq` is the sequence number of a version, across all trials and never reused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from watcher.store.compression import Packed


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientState:
    """The stored state of one recipient.

    Attributes:
        name: The recipient's name in the configuration.
        cursor: Every version up to this one was composed or passed over.
        last_slot: The last slot served, in nominal local time; None for `immediate`.
        send: The `send` of that slot, as the configuration spells it.
        channels: Channel key → the version after which the channel begins.
        started_at: When the recipient was first registered.
        welcomed_at: When the welcome was composed, or None.
    """

    name: str
    cursor: int
    last_slot: str | None
    send: str
    channels: Mapping[str, int]
    started_at: datetime
    welcomed_at: datetime | None


class OverrideDirection(StrEnum):
    """Why a trial does not follow a recipient's cursor: sent early (urgent), or held back (snoozed)."""

    AHEAD = "ahead"
    BEHIND = "behind"


@dataclass(frozen=True, slots=True, kw_only=True)
class CursorOverride:
    """One trial that does not follow a recipient's cursor.

    Attributes:
        nct_id: The trial.
        direction: Ahead of the cursor or behind it.
        base: The trial's last composed version; 0 for none.
    """

    nct_id: str
    direction: OverrideDirection
    base: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The pending versions of one trial for one recipient.

    Attributes:
        nct_id: The trial.
        base: The version to compare from; None if the newest is a baseline, with nothing to report.
        newest: The newest version.
        steps: Number of versions after the base, the newest included, moves in searches apart, at least 1; 0 without
            a base.
        is_event: True if the newest is not a record (gone, merged): use its stored comparison.
        from_baseline: True if the base is a baseline after the last composed version: the trial was added, or added
            again, since.
    """

    nct_id: str
    base: int | None
    newest: int
    steps: int
    is_event: bool = False
    from_baseline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A finished message for the outbox.

    Attributes:
        recipient: Name in the configuration.
        channel: Channel key (`email`, one webhook, one folder); a channel has one message in flight.
        part: 1-based number of the part.
        subject: One line, for lists.
        message_id: Unique; the same on every attempt.
        payload: What `Message.to_json` gives, compressed: a run may make a thousand messages before it stores them.
    """

    recipient: str
    channel: str
    subject: str
    message_id: str
    payload: Packed
    part: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeResult:
    """The result of composing for one recipient; stored whole or not at all.

    Attributes:
        recipient: Name of a registered recipient.
        cursor: New cursor; never lower than the present one.
        slot: The slot served; None does not change `last_slot`.
        messages: Zero or more, in the order to send.
        overrides: Cursor overrides to set or replace, one per trial.
        cleared: Trials whose override ends.
        welcomed: True if the messages include the welcome.
        notes: Notes of this recipient by name; they replace older ones.
    """

    recipient: str
    cursor: int
    slot: str | None = None
    messages: tuple[NewMessage, ...] = ()
    overrides: tuple[CursorOverride, ...] = ()
    cleared: tuple[str, ...] = ()
    welcomed: bool = False
    notes: Mapping[str, str] = field(default_factory=dict)


RECIPIENT_NOTES = "reader:"
"""Prefix of the names of all notes of recipients."""


def recipient_note(recipient: str, what: str = "") -> str:
    """Return the name of a recipient's note; it changes when the recipient is renamed."""
    return f"{RECIPIENT_NOTES}{recipient}:{what}"


class State(StrEnum):
    """State of a message."""

    PENDING = "pending"
    SENDING = "sending"
    DELIVERED = "delivered"
    UNKNOWN = "unknown"
    DEAD = "dead"
    REJECTED = "rejected"


ENDED_IN_VAIN = (State.DEAD, State.REJECTED)
"""States of messages that are kept for the operator and not retried."""


class Step(StrEnum):
    """How far the present attempt has come; recorded before the provider can see it.

    BODY_HANDED_OVER is recorded before the body is sent: from then on the message may have arrived.
    """

    NONE = "none"
    CONNECTED = "connected"
    ENVELOPE_ACCEPTED = "envelope_accepted"
    BODY_HANDED_OVER = "body_handed_over"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEntry:
    """One message in the outbox, without its payload.

    Attributes:
        id: Its number; lower is older.
        recipient: Name in the configuration.
        channel: Channel key.
        part: 1-based number of the part.
        subject: One line.
        message_id: The same on every attempt.
        state: Its state.
        step: How far the last attempt came.
        attempts: Attempts started, the present one included.
        unclear: Attempts that ended without a readable reply after the body was handed over.
        crashes: Attempts during which the program ended.
        created_at: When it was composed.
        queued_at: Start of its retry period: composed, or last retried by the operator.
        next_attempt_at: When it is due; None in sending, delivered, dead and rejected.
        last_reply: The last reply, or what ended it; empty before the first attempt.
        ended_at: When it was delivered or given up, or None.
    """

    id: int
    recipient: str
    channel: str
    part: int
    subject: str
    message_id: str
    state: State
    step: Step
    attempts: int
    unclear: int
    crashes: int
    created_at: datetime
    queued_at: datetime
    next_attempt_at: datetime | None
    last_reply: str
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A message claimed for sending; the attempt is already counted.

    Attributes:
        entry: The message.
        payload: Its frozen bytes; empty if they are damaged.
        damage: Why it can never be sent; empty for an intact message.
    """

    entry: OutboxEntry
    payload: bytes
    damage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """A suspended channel, or one recipient's suspended address on it.

    Attributes:
        channel: Channel key.
        recipient: The recipient concerned; None for the whole channel.
        since: When it began.
        reason: The last reply.
        fingerprint: Hash of the failing address and credential; if the present one differs, resume.
        probe_at: When one message may probe it; None: not before a person changes something.
        failures: Failures in a row.
    """

    channel: str
    since: datetime
    reason: str
    fingerprint: str
    recipient: str | None = None
    probe_at: datetime | None = None
    failures: int = 1


class FaultState(StrEnum):
    """State of a fault: failing, and whether the operator was notified."""

    OK = "ok"
    FAILING = "failing"
    NOTIFIED = "told"
    REMINDED = "reminded"
    RECOVERED = "recovered"


class FaultGrade(StrEnum):
    """How bad a fault is, mildest first; a fault that gets worse is notified again at once.

    Attributes:
        TEMPORARY: One attempt failed and the next may work; notified only if it lasts.
        LASTING: It fails until something changes.
        SUSPENDED: It is not retried before a person acts.
        LOST: Something was given up.
    """

    TEMPORARY = "temporary"
    LASTING = "lasting"
    SUSPENDED = "suspended"
    LOST = "lost"

    @property
    def rank(self) -> int:
        """Return its rank; 0 is the mildest."""
        return list(FaultGrade).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One root cause in the fault table.

    Attributes:
        part: What fails, e.g. `registry`, `email`; one row each.
        state: Its state.
        since: When it began to fail, or recovered.
        message: One sentence.
        notified_at: When the operator was last told, or None.
        grade: Its worst grade so far.
    """

    part: str
    state: FaultState
    since: datetime
    message: str = ""
    notified_at: datetime | None = None
    grade: FaultGrade = FaultGrade.LASTING


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    """A recipient, a trial, or a trial for one recipient, held back until a time.

    Attributes:
        until: When it ends.
        recipient: Name; None for all recipients.
        nct_id: Trial; None for all trials of the recipient.
    """

    until: datetime
    recipient: str | None = None
    nct_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """Messages whose delivery was interrupted, by their new state.

    Attributes:
        pending: The body was not handed over; due again.
        unknown: May have arrived; due once more, at once.
        dead: In doubt for the second time; given up.
    """

    pending: tuple[OutboxEntry, ...] = ()
    unknown: tuple[OutboxEntry, ...] = ()
    dead: tuple[OutboxEntry, ...] = ()
