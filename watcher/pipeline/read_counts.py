"""What was read for a recipient: which trials, when, and at which data version of the registry."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from watcher.digests.model import ReadCounts
from watcher.digests.routing import SubscribedTrial
from watcher.store.store import Store
from watcher.store.trial_model import Kept, Poll, Presence

if TYPE_CHECKING:
    from watcher.pipeline.pending_changes import PendingStory


@dataclass(frozen=True, slots=True, kw_only=True)
class LastDigest:
    """The last digest or welcome of a recipient, or the moment they were met.

    Attributes:
        at: When it was composed.
        data_version: The registry's data version then, or None when it is not known.
    """

    at: datetime
    data_version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency:
    """Which readings of trials still stand.

    Attributes:
        tokens: A trial checked at one of these stands as the registry has it. None among them: the registry gives none.
        confirmed: Token of the last poll that learnt one, and when that poll ended; the trials stood so until then.
        is_running: Whether a poll has read some trials and has not ended.
    """

    tokens: frozenset[str | None]
    confirmed: tuple[str, datetime] | None
    is_running: bool

    def holds(self, kept: Kept) -> bool:
        """Return whether what is kept of a trial stands as the registry has it."""
        return None in self.tokens or kept.checked_token in self.tokens


def currency(kept: Collection[Kept], last: Poll | None, dated: Poll | None) -> Currency:
    """Find out at which tokens trials stand as the registry has them.

    A poll that broke off, or is under way, marked the trials it read with a newer token than any ended poll knows.

    Args:
        kept: The trials of one recipient.
        last: The poll that ended last, or None.
        dated: The last one that learnt the registry's token, or None.
    """
    confirmed = (dated.token, dated.finished) if dated is not None and dated.token is not None else None
    read = [(one.checked_at, one.checked_token) for one in kept if one.checked_at is not None and one.checked_token]
    if not read:
        return Currency(tokens=frozenset({confirmed[0] if confirmed else None}), confirmed=confirmed, is_running=False)
    latest_at, latest = max(read)
    is_running = last is None or latest_at > last.finished
    if confirmed is None or latest_at > confirmed[1]:
        standing = {latest, confirmed[0]} if is_running and confirmed is not None else {latest}
        return Currency(tokens=frozenset(standing), confirmed=confirmed, is_running=is_running)
    return Currency(tokens=frozenset({confirmed[0]}), confirmed=confirmed, is_running=False)


def read_for(
    store: Store,
    subscribed: Sequence[SubscribedTrial],
    pending: Sequence[PendingStory],
    later: Sequence[PendingStory] = (),
    *,
    since: LastDigest | None = None,
    held: Collection[str] = (),
) -> ReadCounts:
    """Count what was read for a recipient and what was not.

    Args:
        store: Only read.
        subscribed: The trials of the recipient.
        pending: What is told now.
        later: What changed as well and is told later.
        since: The recipient's last digest; None where none counts.
        held: Trials whose change was held back longer than that, since they were snoozed.
    """
    kept = store.trials.kept([trial.nct_id for trial in subscribed])
    standing = currency(kept, store.polls.last(), store.polls.last_dated())
    changed = {entry.window.nct_id for entry in (*pending, *later)}
    living = [entry for entry in kept if entry.presence is not Presence.MERGED]
    aside = tuple(entry.nct_id for entry in living if entry.presence is Presence.QUARANTINED)
    unknown = tuple(entry.nct_id for entry in living if entry.presence is Presence.UNKNOWN)
    read = [
        entry
        for entry in living
        if entry.presence in (Presence.PRESENT, Presence.GONE)
        if standing.holds(entry) or _was_read(entry, since, allows_older=standing.is_running or entry.nct_id in changed)
    ]
    ids = {entry.nct_id for entry in read}
    reached = ids | {*aside, *unknown}
    quiet = [entry for entry in (*pending, *later) if entry.story is None and entry.window.nct_id in ids]
    noise = [entry for entry in quiet if entry.below == 0 and not entry.damage]
    reverified = sum(entry.is_reverified for entry in noise)
    versions = sorted({entry.checked_token[:10] for entry in read if entry.checked_token})
    newest = versions[-1] if versions else standing.confirmed[0][:10] if standing.confirmed else None
    return ReadCounts(
        watched=len(living),
        read=len(read),
        unchanged=len(ids - changed) + len(noise),
        reverified=reverified,
        small_print=len(noise) - reverified,
        below_trials=sum(entry.below > 0 for entry in quiet),
        below_changes=sum(entry.below for entry in quiet),
        not_reached=tuple(entry.nct_id for entry in living if entry.nct_id not in reached),
        unknown=unknown,
        quarantined=aside,
        damaged=tuple(entry.window.nct_id for entry in (*pending, *later) if entry.damage),
        read_at=_read_at(read, standing),
        data_version=newest,
        data_from=versions[0] if len(versions) > 1 else None,
        data_since=_since(pending, since, frozenset(held), newest),
    )


def _was_read(kept: Kept, since: LastDigest | None, *, allows_older: bool) -> bool:
    """Return whether an older reading of a trial counts: its change is told, or the newer one is under way."""
    return allows_older and kept.checked_at is not None and (since is None or kept.checked_at >= since.at)


def _read_at(read: Collection[Kept], standing: Currency) -> datetime | None:
    """Return when the trials were last read, or last known not to have moved."""
    moments = [entry.checked_at for entry in read if entry.checked_at is not None]
    if standing.confirmed is not None and any(entry.checked_token == standing.confirmed[0] for entry in read):
        moments.append(standing.confirmed[1])
    return max(moments, default=None)


def _since(
    pending: Sequence[PendingStory], since: LastDigest | None, held: Collection[str], newest: str | None
) -> str | None:
    """Return the data version from which on what is told happened.

    That of the last digest; an older one only where a snoozed trial was held back longer. Where the last digest is not
    known, the oldest version that is compared with.
    """
    stories = [entry for entry in pending if entry.story is not None and entry.since is not None]
    older = [entry.since for entry in stories if entry.since is not None and entry.window.nct_id in held]
    known = since.data_version if since is not None else None
    starts = [known] if known is not None else [entry.since for entry in stories if entry.since is not None]
    first = min((*older, *starts), default=None)
    return first if first is None or newest is None or first <= newest else None
