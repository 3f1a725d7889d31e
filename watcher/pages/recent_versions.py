"""Which versions the lists and feeds show, by number, before anything of them is read; and one line on each.

What a list shows decides what is looked at: the newest for its feed, the loudest of the week, the last of each trial.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from watcher.changes.model import Severity
from watcher.pages.trial_timeline import TimelineEntry

WEEK = timedelta(days=7)
"""What "this week" means: seven days, the last of them that of the registry's newest data."""

MOST_ENTRIES = 50
"""Entries in one feed, newest first."""

MOST_WEEK = 60
"""Changes named under "this week", loudest first; the others are counted."""

MOST_LATE = 20
"""Changes named that were seen this week and posted before it, loudest first; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionNote:
    """One version with something to tell: its trial, its number over all trials, its loudest level."""

    nct_id: str
    seq: int
    level: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """The seven days that lists call this week, and what belongs to them, of any trial.

    Attributes:
        first: Its first day, `yyyy-mm-dd`.
        last: Its last day.
        posted: What was posted, or made by the registry, on these days.
        late: What was posted before them and seen in the last seven days.
    """

    first: str
    last: str
    posted: tuple[VersionNote, ...]
    late: tuple[VersionNote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What one list of trials shows of their changes.

    Attributes:
        week: What was posted this week, loudest first, at most `MOST_WEEK`.
        week_more: How many further ones there are.
        late: What was seen this week and posted before it, loudest first, at most `MOST_LATE`.
        late_more: How many further ones there are.
        feed: The newest, newest first, at most `MOST_ENTRIES`.
    """

    week: tuple[VersionNote, ...]
    week_more: int
    late: tuple[VersionNote, ...]
    late_more: int
    feed: tuple[VersionNote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """What all lists show.

    Attributes:
        week: First and last day of this week, `yyyy-mm-dd`.
        every: The list of all trials.
        watches: By name, in the operator's order, the list of each watch.
        newest: Per trial the newest version with a change for readers; trials may be missing.
        logged: The first version of each trial within the days of its log; trials may be missing.
    """

    week: tuple[str, str]
    every: Listed
    watches: Mapping[str, Listed]
    newest: Mapping[str, int]
    logged: Mapping[str, int]

    def wanted(self) -> Mapping[str, frozenset[int]]:
        """Return the versions that any list shows, by trial."""
        found: dict[str, set[int]] = {nct_id: {seq} for nct_id, seq in self.newest.items()}
        for one in self._noted():
            found.setdefault(one.nct_id, set()).add(one.seq)
        return {nct_id: frozenset(seqs) for nct_id, seqs in found.items()}

    def fed(self) -> frozenset[int]:
        """Return the versions that are an entry of a feed of these lists."""
        return frozenset(one.seq for listed in self._all() for one in listed.feed)

    def _all(self) -> Iterator[Listed]:
        yield self.every
        yield from self.watches.values()

    def _noted(self) -> Iterator[VersionNote]:
        for listed in self._all():
            yield from listed.week
            yield from listed.late
            yield from listed.feed


def listed_of(ids: Collection[str], week: Week, feed: Sequence[VersionNote]) -> Listed:
    """Choose what one list shows.

    Args:
        ids: The trials of the list.
        week: What happened this week, to any trial.
        feed: The newest of these trials, newest first.
    """
    posted, late = _loudest(ids, week.posted), _loudest(ids, week.late)
    return Listed(
        week=posted[:MOST_WEEK],
        week_more=max(0, len(posted) - MOST_WEEK),
        late=late[:MOST_LATE],
        late_more=max(0, len(late) - MOST_LATE),
        feed=tuple(feed[:MOST_ENTRIES]),
    )


def _loudest(ids: Collection[str], noted: Sequence[VersionNote]) -> tuple[VersionNote, ...]:
    return tuple(sorted((one for one in noted if one.nct_id in ids), key=lambda one: (one.level.rank, -one.seq)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One version in one line of a list.

    Attributes:
        nct_id: The trial.
        name: Its short name.
        seq: Number of the version; its anchor on the trial's page is `v<seq>`.
        level: Its loudest level.
        headline: At most two clauses.
        when: `posted 3 Jun 2026`, else `seen 3 Jun 2026`.
        seen: `4 Jun 2026`, in UTC.
    """

    nct_id: str
    name: str
    seq: int
    level: str
    headline: str
    when: str
    seen: str


def mention_of(chapter: TimelineEntry) -> Mention:
    """Return a version that was told in full as one line."""
    return Mention(
        nct_id=chapter.nct_id,
        name=chapter.name,
        seq=chapter.seq,
        level=chapter.level,
        headline=chapter.headline,
        when=chapter.when or f"seen {chapter.seen}",
        seen=chapter.seen,
    )
