"""Values for trials, versions, pages and polls; all frozen. Recipients and messages are in `delivery_model`.

Holds data only. Bodies and comparisons are opaque bytes here.
Every time is aware and in UTC; every `seq` is the sequence number of a version, across all trials and never reused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from watcher.changes.model import Severity


class Presence(StrEnum):
    """Presence of a trial in the registry."""

    NEW = "new"
    PRESENT = "present"
    QUARANTINED = "quarantined"
    ABSENT = "absent"
    GONE = "gone"
    MERGED = "merged"
    UNKNOWN = "unknown"


class VersionKind(StrEnum):
    """Kind of a version: a state of the record, or an event without one.

    Events: gone, merged, a milestone passed, moved into a search or out of one.
    """

    RECORD = "record"
    GONE = "gone"
    MERGED = "merged"
    CLOCK = "clock"
    SEARCH = "search"


ABSENCE = "absent"
"""Stands for a fingerprint if a response left out this trial and too many others. The data version is then a token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantine:
    """A quarantined record, or the absence of one.

    Attributes:
        reason: One sentence on what was implausible.
        data_version: The record's `versionHolder`, or None.
        fingerprint: Fingerprint of the quarantined body, to recognise the same record; `ABSENCE` without a body.
        since: When this trial was first quarantined, without a plausible answer since.
        asked_at: When it was last requested.
    """

    reason: str
    data_version: str | None
    fingerprint: str
    since: datetime
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The stored state of a watched trial; enough to ingest its record without parsing it.

    Attributes:
        nct_id: The trial.
        life: Where it stands; NEW when nothing was ever stored.
        fingerprint: Fingerprint of the newest plausible record, or None.
        canonical_hash: Hash of the newest version's canonical record, or None.
        data_version: `versionHolder` of the newest plausible record, or None. Newer than the version's own if only the
            stamp changed.
        newest_seq: The newest version, an event included, or None.
        starts_anew: It was unwatched for long: its next version is a baseline and is not compared.
        checked_token: Token of the last check, or None.
        checked_at: Time of the last check, or None.
        missing_since: Data version at which it was first absent, with presence ABSENT, GONE and UNKNOWN; else None.
        merged_into: The canonical id, with presence MERGED; else None.
        quarantine: The quarantined record, with presence QUARANTINED; else None.
        behind_token: Token at which its record last came from an older data version, or None.
        behind_polls: Number of polls at that token in which it did.
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
    """One trial in one watch, by the last reading of the watchlists.

    Attributes:
        nct_id: The trial.
        watch: Name of the watch; empty if only a recipient's own `ids` name the trial.
        short_name: The operator's own name for it, or None.
        missing_since: Time of the first complete reading without it, or None.
    """

    nct_id: str
    watch: str
    short_name: str | None = None
    missing_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The stored comparison of a version with its predecessor.

    Attributes:
        body: JSON bytes, as `changes.json` writes them.
        severity: Its highest base level.
        catalogue_revision: Revision of the catalogue that it was made with.
    """

    body: bytes
    severity: Severity
    catalogue_revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """A date on which something falls due without a change of the record, such as posting results.

    Attributes:
        nct_id: The trial.
        kind: Kind of the change to report once the day has passed.
        due_on: The day.
        seq: The version it comes from; 0 before it is stored.
    """

    nct_id: str
    kind: str
    due_on: date
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersion:
    """A new version: the canonical record differs from the previous one, or is the first.

    Attributes:
        nct_id: The trial.
        body: The raw record, not compressed.
        canonical_hash: Hash of the canonical record.
        fingerprint: Fingerprint of the body.
        data_version: The record's `versionHolder`, or None.
        last_update_posted: As the record spells it, or None.
        title: Brief title, for lists.
        previous: The `Kept.newest_seq` it was compared with; None for a baseline. Must be None if and only if the trial
            has no version yet, or `Kept.starts_anew`.
        compared: Comparison with the previous record, or None (baselines have none).
        milestones: The trial's milestones; they replace the stored ones.
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
    """A plausible record without a new version. The return of a gone trial is a `NewVersion` instead.

    Attributes:
        nct_id: The trial.
        fingerprint: Present fingerprint; new if only noise changed.
        data_version: Present `versionHolder`.
        is_stamp_only: True if only the data version changed.
    """

    nct_id: str
    fingerprint: str
    data_version: str | None
    is_stamp_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """An implausible record to quarantine; the trial's versions do not change."""

    nct_id: str
    reason: str
    data_version: str | None
    fingerprint: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """A trial missing from a good response. The store keeps the first data version without it.

    Attributes:
        nct_id: The trial.
        data_version: The registry's data version (or token) without it.
        is_unknown: True if it was never read and a second data version lacks it too: there is no such trial.
    """

    nct_id: str
    data_version: str
    is_unknown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event without a record: the trial is gone, merged, in a search or out of it, or a milestone passed.

    It gets a version row and a seq, so that recipients are notified as of any version; its body is the last record's.

    Attributes:
        nct_id: The trial.
        kind: Any but RECORD; CLOCK and SEARCH do not change the trial's presence and milestones.
        data_version: The registry's data version that confirmed it.
        previous: The `Kept.newest_seq` it follows, as in `NewVersion.previous`.
        compared: The change to report, or None.
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
    """The outcomes of one response, to be committed in one transaction. Each trial occurs at most once.

    Stale records are not stored; `PollCounts` counts them.
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
        baseline: True for the first version, also after a gap in watching; it is not compared.
        canonical_hash: Hash of the canonical record; None for events.
        data_version: `versionHolder` when it was stored.
        last_update_posted: As the record spells it.
        title: Brief title (of the last record, for events).
        seen_at: When it was stored.
        severity: Highest base level of its comparison, or None.
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
    """A version and its comparison with its predecessor (None for baselines)."""

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
        """Return True if every watched trial was checked at the registry's present token."""
        return self in (PollOutcome.NO_NEWS, PollOutcome.COMPLETE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PollCounts:
    """Number of trials by outcome of a poll."""

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
        token: The registry's `dataTimestamp`, or None.
        outcome: How it ended.
        counts: Number of trials by outcome.
        note: One sentence about what failed; empty if nothing did.
        requests: Number of requests it sent, retries included.
    """

    started: datetime
    finished: datetime
    token: str | None
    outcome: PollOutcome
    counts: PollCounts = PollCounts()
    note: str = ""
    requests: int = 0
