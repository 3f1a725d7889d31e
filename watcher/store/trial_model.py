"""The values of watching: trials, versions, pages, polls; all frozen. Those of telling are in `telling`.

Holds data only. Bodies and comparisons are bytes here: what is in them is the business of other rooms.
Every time is aware and in UTC; every `seq` is the sequence number of a version, across all trials and never reused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from watcher.changes.model import Severity


class Presence(StrEnum):
    """Where a trial stands."""

    NEW = "new"
    PRESENT = "present"
    QUARANTINED = "quarantined"
    ABSENT = "absent"
    GONE = "gone"
    MERGED = "merged"
    UNKNOWN = "unknown"


class VersionKind(StrEnum):
    """What a version is: a real state of the record, or an event that has no record (gone, merged, a day that came)."""

    RECORD = "record"
    GONE = "gone"
    MERGED = "merged"
    CLOCK = "clock"


ABSENCE = "absent"
"""In place of a fingerprint: the answer left out this trial and too many others. The data version is then a token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantine:
    """An implausible record kept aside, or the absence of one.

    Attributes:
        reason: What was implausible, in words.
        data_version: The record's own `versionHolder`, or None when it had none.
        fingerprint: Masked raw fingerprint of the body kept aside, to see the same thing come again; `ABSENCE` when
            there is none.
        since: When this trial was first put aside, without a plausible answer since.
        asked_at: When it was last asked for.
    """

    reason: str
    data_version: str | None
    fingerprint: str
    since: datetime
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is known of a watched trial, enough for a poll to judge its record without parsing it.

    Attributes:
        nct_id: The trial.
        life: Where it stands; NEW when nothing was ever stored.
        fingerprint: Masked raw fingerprint of the newest believed answer, or None.
        canonical_hash: Hash of the newest version's canonical record, or None.
        data_version: `versionHolder` of the newest believed answer (newer than the version's own when only the
            stamp moved), or None.
        newest_seq: The newest version, an event included, or None.
        starts_anew: It was out of all watches for long: its next new version is a baseline, not compared.
        checked_token: The token it was last checked at, or None.
        checked_at: When that was, or None.
        missing_since: Data version at which it was first absent, with presence ABSENT, GONE and UNKNOWN; else None.
        merged_into: The canonical id, with presence MERGED; else None.
        quarantine: What is kept aside, with presence QUARANTINED; else None.
        behind_token: The token at which its record came from an older data version last, or None.
        behind_polls: In how many polls at that token it did.
    """

    nct_id: str
    presence: Presence
    fingerprint: str | None = None
    canonical_hash: str | None = None
    data_version: str | None = None
    newest_seq: int | None = None
    starts_anew: bool = False
    checked_token: str | None = None
    checked_at: datetime | None = None
    missing_since: str | None = None
    merged_into: str | None = None
    quarantine: Quarantine | None = None
    behind_token: str | None = None
    behind_polls: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """One trial in one watch, as the watchlists were read last.

    Attributes:
        nct_id: The trial.
        watch: Name of the watch; empty when only a recipient's own list names the trial.
        short_name: The operator's own name for it, or None.
        missing_since: When a complete reading first lacked it, or None.
    """

    nct_id: str
    watch: str
    short_name: str | None = None
    missing_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The stored comparison of a version with the one before it.

    Attributes:
        body: JSON bytes, as `changes.json` writes them.
        severity: Its loudest base level.
        catalogue_revision: Revision of the catalogue that made it.
    """

    body: bytes
    severity: Severity
    catalogue_revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """A date on which something falls due though no record changes (results due, …).

    Attributes:
        nct_id: The trial.
        kind: Kind of the change to tell when the day has passed.
        due_on: The day.
        seq: The version it follows from; 0 in values not yet stored.
    """

    nct_id: str
    kind: str
    due_on: date
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersion:
    """A new version to keep: the canonical record differs from the one before, or it is the first.

    Attributes:
        nct_id: The trial.
        body: The raw record as it came; not compressed.
        canonical_hash: Hash of the canonical record.
        fingerprint: Masked raw fingerprint of the body.
        data_version: The record's own `versionHolder`, or None when it had none.
        last_update_posted: As the record spells it, or None.
        title: Brief title, for lists.
        previous: `Kept.newest_seq` it was judged against; None makes it a baseline. It must be None exactly
            when the trial has no version yet or `Kept.starts_anew`; anything else is refused.
        compared: Comparison with the previous record, or None (baselines have none).
        milestones: The trial's dated rows; they replace the ones it had.
        short_name: The name made from the record, for telling trials apart without reading their records.
    """

    nct_id: str
    body: bytes
    canonical_hash: str
    fingerprint: str
    data_version: str | None
    last_update_posted: str | None
    title: str
    previous: int | None
    compared: Compared | None = None
    milestones: tuple[Milestone, ...] = ()
    short_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """A believed answer without a new version. Not for a trial that was gone: its return is a `NewVersion`.

    Attributes:
        nct_id: The trial.
        fingerprint: Masked raw fingerprint as it is now (new when only noise moved).
        data_version: `versionHolder` as it is now.
        is_stamp_only: The fingerprint is the kept one: nothing but the data version moved.
    """

    nct_id: str
    fingerprint: str
    data_version: str | None
    is_stamp_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """An implausible record to put aside; the trial's versions stay as they are."""

    nct_id: str
    reason: str
    data_version: str | None
    fingerprint: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """A trial missing from a good answer. The first data version that misses it is the one remembered.

    Attributes:
        nct_id: The trial.
        data_version: The registry's data version (or token) at which it was missing.
        is_unknown: It was never read, and a second data version misses it: the registry has no such trial.
    """

    nct_id: str
    data_version: str
    is_unknown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a trial without a record: it is gone, merged into another id, or a milestone passed.

    It gets a version row (and a seq) so that readers hear of it like of any version; its body is the last record's.

    Attributes:
        nct_id: The trial.
        kind: GONE, MERGED or CLOCK; CLOCK leaves the trial's life and milestones as they are.
        data_version: The registry's data version at which it was confirmed.
        previous: `Kept.newest_seq` it was judged against, by the rule of `NewVersion.previous`.
        compared: The change to tell, or None.
        merged_into: The canonical id, for MERGED only.
    """

    nct_id: str
    kind: VersionKind
    data_version: str | None
    previous: int | None
    compared: Compared | None = None
    merged_into: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCommit:
    """The judged records of one answer, to be committed in one transaction. Each trial occurs at most once.

    Stale records are not stored and so are not here; they are counted in `PollCounts`.
    """

    new: tuple[NewVersion, ...] = ()
    unchanged: tuple[Unchanged, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()
    absent: tuple[Absent, ...] = ()
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One stored version, without its body.

    Attributes:
        seq: Its number.
        nct_id: The trial.
        kind: A record, or an event without one.
        baseline: First sight, or first after a gap in watching: never compared with what came before.
        canonical_hash: Hash of the canonical record; None for events.
        data_version: `versionHolder` when it was stored.
        last_update_posted: As the record spells it.
        title: Brief title (of the last record, for events).
        seen_at: When it was stored.
        severity: Loudest base level of its comparison; None when it has none.
    """

    seq: int
    nct_id: str
    kind: VersionKind
    baseline: bool
    canonical_hash: str | None
    data_version: str | None
    last_update_posted: str | None
    title: str
    seen_at: datetime
    severity: Severity | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One line of the log: a version and its comparison with the one before (None for baselines)."""

    version: Version
    compared: bytes | None


class PollOutcome(StrEnum):
    """How a poll ended."""

    NO_NEWS = "no_news"
    COMPLETE = "complete"
    PARTIAL = "partial"
    MOVED = "moved"
    FAILED = "failed"

    @property
    def is_complete(self) -> bool:
        """Everything watched is checked at the registry's current token."""
        return self in (PollOutcome.NO_NEWS, PollOutcome.COMPLETE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PollCounts:
    """How many trials a poll put where."""

    read: int = 0
    unchanged: int = 0
    changed: int = 0
    stale: int = 0
    quarantined: int = 0
    missing: int = 0
    not_reached: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """The record of one poll.

    Attributes:
        started: When it began.
        finished: When it ended.
        token: The registry's `dataTimestamp`, or None when it gave none.
        outcome: How it ended.
        counts: How many trials went where.
        note: One sentence about what failed; empty when nothing did.
    """

    started: datetime
    finished: datetime
    token: str | None
    outcome: PollOutcome
    counts: PollCounts = PollCounts()
    note: str = ""
