"""Presence of a trial after each outcome of a poll, as a pure rule. `page_commit` writes it."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from watcher.store.trial_model import (
    Absent,
    Event,
    Kept,
    NewVersion,
    PageCommit,
    Presence,
    Quarantined,
    Unchanged,
    VersionKind,
)

TrialOutcome: TypeAlias = NewVersion | Unchanged | Quarantined | Absent | Event

_WITHOUT_RECORD = {Presence.GONE, Presence.MERGED}


def next_presence(kept: Kept, outcome: TrialOutcome, seq: int | None) -> Kept:
    """Return the state of a trial after one outcome. Quarantine rows are written separately.

    A trial that is gone or merged stays so until a new version arrives.

    Args:
        kept: Its state before.
        outcome: The outcome.
        seq: The seq of its new version or event, else None.

    Raises:
        ValueError: It is unchanged although it has no version, or was gone.
    """
    match outcome:
        case NewVersion():
            return replace(
                kept,
                presence=Presence.PRESENT,
                fingerprint=outcome.fingerprint,
                canonical_hash=outcome.canonical_hash,
                data_version=outcome.data_version or kept.data_version,  # without a stamp, the older one stands
                newest_seq=seq,
                starts_anew=False,
                missing_since=None,
                merged_into=None,
            )
        case Unchanged():
            if kept.newest_seq is None or kept.presence in _WITHOUT_RECORD:
                raise ValueError(f"{outcome.nct_id} is {kept.presence}; it cannot be unchanged.")
            return replace(
                kept,
                presence=Presence.PRESENT,
                fingerprint=outcome.fingerprint,
                data_version=outcome.data_version or kept.data_version,
                starts_anew=False,
                missing_since=None,
            )
        case Event(kind=VersionKind.CLOCK | VersionKind.SEARCH):
            return replace(kept, newest_seq=seq)
        case Event():
            presence = Presence.GONE if outcome.kind is VersionKind.GONE else Presence.MERGED
            return replace(kept, presence=presence, newest_seq=seq, starts_anew=False, merged_into=outcome.merged_into)
        case Quarantined() if kept.presence not in _WITHOUT_RECORD:
            return replace(kept, presence=Presence.QUARANTINED, missing_since=None)
        case Absent() if kept.presence not in _WITHOUT_RECORD:
            presence = Presence.UNKNOWN if outcome.is_unknown else Presence.ABSENT
            return replace(kept, presence=presence, missing_since=kept.missing_since or outcome.data_version)
    return kept


def outcomes(page: PageCommit) -> tuple[TrialOutcome, ...]:
    """Return every outcome of a page."""
    return (*page.new, *page.unchanged, *page.quarantined, *page.absent, *page.events)


def arrivals(page: PageCommit) -> tuple[NewVersion | Event, ...]:
    """Return the outcomes of a page that get a seq, in that order."""
    return (*page.new, *page.events)


def refuse_wrong_base(one: NewVersion | Event, kept: Kept) -> None:
    """Refuse a version that does not follow the trial's newest one.

    Raises:
        ValueError: It does not, or it is a baseline with a comparison.
    """
    base = None if kept.starts_anew else kept.newest_seq
    if one.previous != base:
        raise ValueError(f"{one.nct_id} follows version {one.previous}; the newest one is {base}.")
    if base is None and one.compared is not None and isinstance(one, NewVersion):
        raise ValueError(f"{one.nct_id} is a baseline and cannot have a comparison.")
