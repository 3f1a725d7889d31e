"""A trial's life, as a pure rule: where it stands after each outcome of a poll. Writing it down is `pages`."""

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

_NO_RECORD = {Presence.GONE, Presence.MERGED}


def next_presence(kept: Kept, outcome: TrialOutcome, seq: int | None) -> Kept:
    """Describe where a trial stands after one outcome; pure. Quarantine rows, which have times, are written apart.

    A trial that is gone or merged stays so until a new version of it comes.

    Args:
        kept: Where it stood.
        outcome: What the page says of it.
        seq: The seq its new version or event was given, None for the others.

    Raises:
        ValueError: It is called unchanged though it has no version, or though it was gone.
    """
    match outcome:
        case NewVersion():
            return replace(
                kept,
                presence=Presence.PRESENT,
                fingerprint=outcome.fingerprint,
                canonical_hash=outcome.canonical_hash,
                data_version=outcome.data_version
                or kept.data_version,  # one without a stamp proves no older stamp wrong
                newest_seq=seq,
                starts_anew=False,
                missing_since=None,
                merged_into=None,
            )
        case Unchanged():
            if kept.newest_seq is None or kept.presence in _NO_RECORD:
                raise ValueError(f"{outcome.nct_id} is {kept.presence}; it cannot be unchanged.")
            return replace(
                kept,
                presence=Presence.PRESENT,
                fingerprint=outcome.fingerprint,
                data_version=outcome.data_version or kept.data_version,
                starts_anew=False,
                missing_since=None,
            )
        case Event(kind=VersionKind.CLOCK):
            return replace(kept, newest_seq=seq)
        case Event():
            life = Presence.GONE if outcome.kind is VersionKind.GONE else Presence.MERGED
            return replace(kept, presence=life, newest_seq=seq, starts_anew=False, merged_into=outcome.merged_into)
        case Quarantined() if kept.presence not in _NO_RECORD:
            return replace(kept, presence=Presence.QUARANTINED, missing_since=None)
        case Absent() if kept.presence not in _NO_RECORD:
            life = Presence.UNKNOWN if outcome.is_unknown else Presence.ABSENT
            return replace(kept, presence=life, missing_since=kept.missing_since or outcome.data_version)
    return kept


def outcomes(page: PageCommit) -> tuple[TrialOutcome, ...]:
    """Return every outcome of a page."""
    return (*page.new, *page.unchanged, *page.quarantined, *page.absent, *page.events)


def arrivals(page: PageCommit) -> tuple[NewVersion | Event, ...]:
    """Return the outcomes of a page that get a seq, in the order they get it."""
    return (*page.new, *page.events)


def refuse_wrong_base(one: NewVersion | Event, kept: Kept) -> None:
    """Refuse a version that was judged against another than the trial's newest one.

    Raises:
        ValueError: It was, or it is a baseline and yet was compared.
    """
    base = None if kept.starts_anew else kept.newest_seq
    if one.previous != base:
        raise ValueError(f"{one.nct_id} was judged against version {one.previous}; the one to judge against is {base}.")
    if base is None and one.compared is not None and isinstance(one, NewVersion):
        raise ValueError(f"{one.nct_id} is a baseline; there is nothing it can be compared with.")
