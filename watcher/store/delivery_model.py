"""The values of telling: readers, windows, messages, faults, snoozes; all frozen. Those of watching are in `model`.

Holds data only. A message is bytes here: what is in it is the business of rendering and delivery.
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
    """One recipient as the ledger knows them.

    Attributes:
        name: The recipient's name in the configuration.
        cursor: Everything up to this version has been told or passed over.
        last_slot: The last slot served, as the caller spells it (nominal local time); None for `immediate`.
        send: The `send` the slot belongs to, as the configuration spells it.
        channels: Channel key → the version after which this channel begins.
        started_at: When the recipient was first met.
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
    """Why a trial does not follow a recipient's cursor: told early (urgent), or held back (snoozed)."""

    AHEAD = "ahead"
    BEHIND = "behind"


@dataclass(frozen=True, slots=True, kw_only=True)
class CursorOverride:
    """One trial that does not follow a recipient's cursor (the ledger's exception).

    Attributes:
        nct_id: The trial.
        direction: Ahead or behind of the cursor.
        base: The version told last of this trial; 0 when none was.
    """

    nct_id: str
    direction: OverrideDirection
    base: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What lies untold between a recipient and the newest version of one trial.

    Attributes:
        nct_id: The trial.
        base: The version to compare from; None when the newest is itself a baseline: nothing to tell.
        newest: The newest version.
        steps: How many versions lie after the base, the newest included; 0 without a base.
        is_event: The newest is not a record (gone, merged): tell its stored comparison.
        from_baseline: The base is a baseline younger than what was told last: the trial was added, or added
            again, since; what came before it is never compared.
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
        channel: Channel key: what may have one message in flight (`email`, one webhook, one folder).
        part: 1-based number of the part.
        subject: One line, for lists.
        message_id: The same on every try; no two messages share it.
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
    """What composing for one recipient did; stored whole or not at all.

    Attributes:
        recipient: Name of a started reader.
        cursor: New cursor; never lower than the present one.
        slot: The slot served; None leaves `last_slot` as it is.
        messages: Zero or more, in the order they should go out.
        overrides: Set or replaced, one per trial.
        cleared: Trials whose exempt ends.
        welcomed: The messages hold the welcome.
        notes: What else is remembered of this recipient, by what it is; replaces older notes of the same name.
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
"""How the names of all notes of recipients begin."""


def recipient_note(recipient: str, what: str = "") -> str:
    """Return the name under which a note of a recipient is kept; it moves along when the recipient is renamed."""
    return f"{RECIPIENT_NOTES}{recipient}:{what}"


class State(StrEnum):
    """Where a message is."""

    PENDING = "pending"
    SENDING = "sending"
    DELIVERED = "delivered"
    UNKNOWN = "unknown"
    DEAD = "dead"
    REJECTED = "rejected"


ENDED_IN_VAIN = (State.DEAD, State.REJECTED)
"""The states of messages that are kept for the operator and not tried again by themselves."""


class Step(StrEnum):
    """How far the present try has come, written down before the provider can see it.

    BODY_HANDED_OVER is recorded before the body is written: from then on the message may have arrived.
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
        message_id: The same on every try.
        state: Where it is.
        step: How far the last try came.
        attempts: Tries begun, the present one included.
        unclear: Tries that ended without a readable answer after the body was handed over.
        crashes: Tries during which the program ended.
        created_at: When it was composed.
        queued_at: When its days of trying began: composed, or last retried by the operator.
        next_attempt_at: When it is due; None in sending, delivered, dead and rejected.
        last_reply: What the provider said last, or what ended it; empty before the first try.
        ended_at: When it was delivered or given up, else None.
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
    """A message taken for sending: the try is already counted.

    Attributes:
        entry: The message.
        payload: Its frozen bytes; empty when they are damaged.
        damage: Why it can never be sent; empty for a sound message.
    """

    entry: OutboxEntry
    payload: bytes
    damage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """A channel, or one recipient's address on it, whose messages wait.

    Attributes:
        channel: Channel key.
        recipient: The one recipient it concerns, or None for the whole channel.
        since: When it began.
        reason: What the provider said last.
        fingerprint: Of the address and credential it failed with; when the present one differs, resume.
        probe_at: When one message may try whether it works again; None: not before a person changes something.
        failures: How often it failed in a row.
    """

    channel: str
    since: datetime
    reason: str
    fingerprint: str
    recipient: str | None = None
    probe_at: datetime | None = None
    failures: int = 1


class FaultState(StrEnum):
    """Where a fault stands between failing and the operator."""

    OK = "ok"
    FAILING = "failing"
    NOTIFIED = "told"
    REMINDED = "reminded"
    RECOVERED = "recovered"


class FaultGrade(StrEnum):
    """How bad a fault is, mildest first; one that becomes worse is told again at once.

    Attributes:
        TEMPORARY: One try failed and the next may work; told only when it lasts.
        LASTING: It fails until something changes.
        SUSPENDED: It is not tried again before a person acts.
        LOST: Something was given up.
    """

    TEMPORARY = "temporary"
    LASTING = "lasting"
    SUSPENDED = "suspended"
    LOST = "lost"

    @property
    def rank(self) -> int:
        """Return how bad it is, 0 for the mildest."""
        return list(FaultGrade).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One root cause in the fault table.

    Attributes:
        part: What fails, e.g. `registry`, `email`; one row each.
        state: Where it stands.
        since: When this state of failing (or being well) began.
        message: One sentence.
        notified_at: When the operator was last told, or None.
        grade: How bad it has been so far.
    """

    part: str
    state: FaultState
    since: datetime
    message: str = ""
    notified_at: datetime | None = None
    grade: FaultGrade = FaultGrade.LASTING


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    """A recipient, a trial, or a trial for one recipient, held back until a moment; never for ever.

    Attributes:
        until: When it ends.
        recipient: Name, or None for everybody.
        nct_id: Trial, or None for all of the recipient's.
    """

    until: datetime
    recipient: str | None = None
    nct_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What became of messages found in mid-send at start.

    Attributes:
        pending: The body was not handed over: due again.
        unknown: May have arrived: due once more, at once.
        dead: In doubt for the second time: given up.
    """

    pending: tuple[OutboxEntry, ...] = ()
    unknown: tuple[OutboxEntry, ...] = ()
    dead: tuple[OutboxEntry, ...] = ()
