"""What a poll came to: gathered while it reads, reported when it ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from watcher.pipeline.ingest_result import IngestResult, IngestStatus
from watcher.registry.plausibility import data_day
from watcher.registry.registry_model import RecordPage as RawPage
from watcher.store.trial_model import Kept, PollCounts, PollOutcome

if TYPE_CHECKING:
    from watcher.pipeline.missing_records import MissingRecords

log = structlog.get_logger()

UNREAD = frozenset({IngestStatus.FAILED, IngestStatus.UNREADABLE, IngestStatus.DAMAGED})
"""What became of records that stay due: nothing of them was stored."""

_UNUSABLE = UNREAD | {IngestStatus.STALE, IngestStatus.QUARANTINED}
_LOUD = UNREAD | {IngestStatus.QUARANTINED, IngestStatus.STALE}


@dataclass(frozen=True, slots=True, kw_only=True)
class PollReport:
    """What a poll came to.

    Attributes:
        outcome: How it ended.
        token: The registry's token, or None when it gave none or was not reached.
        counts: How many trials went where.
        troubled: Ids that were quarantined, stale, missing, refused or not reached in this very poll; sorted.
        tripped: Ids of records our own code tripped over, with the reason.
        damaged: Ids of trials whose stored record cannot be read back, with the reason.
        unreadable: Ids of records that cannot be decoded, with the reason.
        refused: Ids the registry refuses, with its reason.
        unread: Ids for which there was no usable answer, with the reason.
        stale: Ids whose record is older than the one kept, with the reason.
        lagging: Ids whose record is older than the registry's data version, or stale.
        left_behind: Those of `lagging` that are not asked for again before the next data version.
        unasked: How many records came that nobody asked for.
        missing: Ids that are absent, of those whose absence was not known before; sorted.
        aside: How many ids were absent together with too many others to be believed.
        believed: Ids of which the registry gave a state that was believed.
        older: The data version the registry fell back to when all it gave was older than what we have; else None.
        is_empty: `/version` answered, records were due, and nothing usable came.
        is_settled: All that came is of one data version, and what did not come was asked for: it can be told.
        read_of: The token of what was read last, however the poll ended; None when nothing was.
        searches: Searches that were looked at, by name: what fails, None for what is well.
    """

    outcome: PollOutcome
    token: str | None
    counts: PollCounts
    troubled: tuple[str, ...]
    tripped: Mapping[str, str]
    damaged: Mapping[str, str]
    unreadable: Mapping[str, str]
    refused: Mapping[str, str]
    unread: Mapping[str, str]
    stale: Mapping[str, str]
    lagging: frozenset[str]
    left_behind: frozenset[str]
    unasked: int
    missing: tuple[str, ...]
    aside: int
    believed: frozenset[str]
    older: str | None
    is_empty: bool
    is_settled: bool
    read_of: str | None
    searches: Mapping[str, str | None]


@dataclass(slots=True)
class PollTally:
    """What one poll has gathered so far; local to it."""

    statuses: dict[str, IngestStatus] = field(default_factory=dict)
    merged: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    aside: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    tripped: dict[str, str] = field(default_factory=dict)
    damaged: dict[str, str] = field(default_factory=dict)
    stale: dict[str, str] = field(default_factory=dict)
    lagging: set[str] = field(default_factory=set)
    left_behind: set[str] = field(default_factory=set)
    unasked: int = 0
    due: int = 0
    has_answers: bool = False
    is_settled: bool = False
    read_of: str | None = None
    searches: dict[str, str | None] = field(default_factory=dict)

    def counts(self) -> PollCounts:
        """Return the numbers; each trial counts once, by what became of it last."""
        number = dict.fromkeys(IngestStatus, 0)
        for status in self.statuses.values():
            number[status] += 1
        return PollCounts(
            read=len(self.statuses) - number[IngestStatus.UNREADABLE],
            unchanged=number[IngestStatus.UNCHANGED],
            changed=number[IngestStatus.CHANGED] + number[IngestStatus.RETURNED] + number[IngestStatus.BASELINE],
            stale=number[IngestStatus.STALE],
            quarantined=number[IngestStatus.QUARANTINED],
            missing=len(self.missing | self.aside),
            not_reached=len(self.failed.keys() | self.refused.keys()),
        )

    def usable(self) -> int:
        """Return how many records were believed."""
        return sum(status not in _UNUSABLE for status in self.statuses.values())

    def troubled(self) -> tuple[str, ...]:
        """Return the ids an operator should look at."""
        aside = {nct_id for nct_id, status in self.statuses.items() if status in _LOUD}
        return tuple(sorted(aside | self.missing | self.aside | self.refused.keys() | self.failed.keys()))

    def believed(self) -> frozenset[str]:
        """Return the ids whose state was believed, under their own or another id."""
        read = {nct_id for nct_id, status in self.statuses.items() if status not in _UNUSABLE}
        return frozenset(read | self.merged)

    def is_rolled_back(self) -> bool:
        """Return whether all that came was older than what we have."""
        return bool(self.statuses) and all(status is IngestStatus.STALE for status in self.statuses.values())

    def report(self, outcome: PollOutcome, token: str | None) -> PollReport:
        """Return the report of a poll that ended."""
        return PollReport(
            outcome=outcome,
            token=token,
            counts=self.counts(),
            troubled=self.troubled(),
            tripped=self.tripped,
            damaged=self.damaged,
            unreadable=self.unreadable,
            refused=self.refused,
            unread={nct_id: reason for nct_id, reason in self.failed.items() if nct_id not in self.unreadable},
            stale=self.stale,
            lagging=frozenset(self.lagging),
            left_behind=frozenset(self.left_behind),
            unasked=self.unasked,
            missing=tuple(sorted(self.missing)),
            aside=len(self.aside),
            believed=self.believed(),
            older=data_day(self.read_of) or self.read_of if self.is_rolled_back() else None,
            is_empty=self.due > 0 and not self.usable() and not self.has_answers,
            is_settled=self.is_settled,
            read_of=self.read_of,
            searches=self.searches,
        )


def note_page(raw: RawPage, results: Sequence[IngestResult], tally: PollTally) -> None:
    """Gather and log what one answer brought."""
    tally.has_answers |= bool(raw.aliased)
    tally.unasked += raw.unasked
    _note_results(results, tally)
    for nct_id, reason in raw.refused.items():
        tally.refused[nct_id] = reason
        log.warning("trial_checked", nct_id=nct_id, status="refused", reason=reason)
    for nct_id, reason in raw.failed.items():
        if nct_id in raw.unreadable:
            tally.unreadable[nct_id] = reason
        _note_unread(nct_id, reason, tally)
    for old, new in raw.aliased.items():
        tally.merged.add(old)
        log.info("trial_checked", nct_id=old, status="merged", into=new)


def _note_results(results: Sequence[IngestResult], tally: PollTally) -> None:
    bound = log.bind()  # once, not for each of 10,000 events that are mostly not shown
    for entry in results:
        tally.statuses[entry.nct_id] = entry.status
        for earlier in (tally.failed, tally.unreadable, tally.tripped, tally.damaged, tally.stale):
            earlier.pop(entry.nct_id, None)
        for absent in (tally.missing, tally.aside):
            absent.discard(entry.nct_id)
        if entry.status is IngestStatus.FAILED:
            tally.tripped[entry.nct_id] = entry.reason
        elif entry.status is IngestStatus.DAMAGED:
            tally.damaged[entry.nct_id] = entry.reason
        elif entry.status is IngestStatus.STALE:
            tally.stale[entry.nct_id] = entry.reason
        elif entry.status is IngestStatus.UNREADABLE:
            tally.failed[entry.nct_id] = tally.unreadable[entry.nct_id] = entry.reason
        calm = bound.debug if entry.status is IngestStatus.UNCHANGED else bound.info
        level = bound.warning if entry.status in _LOUD else calm
        extra = {"reason": entry.reason} if entry.reason else {}
        level("trial_checked", nct_id=entry.nct_id, status=entry.status.value, **extra)


def note_lagging(results: Sequence[IngestResult], waiting: Collection[str], tally: PollTally) -> None:
    """Gather which records are older than the registry's data version or than ours.

    Args:
        results: What became of the records of an answer.
        waiting: The lagging ones that are asked for again at the next poll.
        tally: What the poll has gathered.
    """
    read = {entry.nct_id for entry in results}
    lagging = {entry.nct_id for entry in results if entry.lags}
    tally.lagging = (tally.lagging - read) | lagging
    tally.left_behind = (tally.left_behind - read) | lagging.difference(waiting)


def note_missing(resolved: MissingRecords, missing: Mapping[str, Kept], tally: PollTally) -> None:
    """Gather and log what became of the trials that the answers left out."""
    tally.has_answers |= len(missing) > len(resolved.failed) + len(resolved.aside)
    _note_results(resolved.found, tally)
    tally.aside.update(resolved.aside)
    for nct_id in (*resolved.missing, *resolved.aside):
        log.warning("trial_checked", nct_id=nct_id, status="missing")
    tally.missing.update(resolved.missing)
    for nct_id, reason in resolved.failed.items():
        _note_unread(nct_id, reason, tally)


def _note_unread(nct_id: str, reason: str, tally: PollTally) -> None:
    tally.failed[nct_id] = reason
    log.warning("trial_checked", nct_id=nct_id, status="not_reached", reason=reason)
