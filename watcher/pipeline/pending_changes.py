"""What one recipient has not been told yet: windows of the ledger, compared and made into stories.

Recipients with the same filters share results (`ComparisonCache`). The compare is the one used everywhere else,
applied to the base and the newest version.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias, TypeVar

from watcher.archive import decode, decode_comparison, quietened, read_history
from watcher.changes.compare import compare_records
from watcher.changes.families.search_changes import ENTERED, LEFT, last_move
from watcher.changes.model import Change, Comparison, Record, Severity, Story
from watcher.changes.net_changes import net_effect
from watcher.changes.serialize import to_bytes
from watcher.changes.story import tell
from watcher.changes.wording import values
from watcher.config.config_model import Least
from watcher.digests.levels import Audience, for_audience
from watcher.digests.new_trials import profile_of
from watcher.errors import DamagedError
from watcher.store.delivery_model import Window
from watcher.store.store import Store
from watcher.store.trial_model import LogEntry

_VERIFIED = "admin.verified"
_AT_ONCE = 20
_MOST_COMPARED = 20_000_000
"""Bytes of comparisons over several versions that are held, in their stored form."""

_MOST_LINES = 20_000
"""Stories held for readers who hear alike, each counted by its lines and marks."""

_FATES = frozenset({"record.gone", "record.merged", "record.returned"})

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_Pair: TypeAlias = tuple[int, int]
_StoryKey: TypeAlias = tuple[Window, str | None, Severity, str, Audience]


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingStory:
    """One window, compared and told to one reader. Holds no comparison: there may be ten thousand of these.

    Attributes:
        window: The window.
        since: Data version of its older end, or None.
        story: What it tells this reader; None when nothing reaches their level.
        below: How many changes lie below their level, where there is no story; noise is not counted.
        is_reverified: The sponsor verified the record anew, and nothing else of note happened to it.
        has_entered: The trial entered a search that the reader follows, or left it, whether they are told or not.
        is_of_others: All that happened is that the trial moved in searches this reader does not follow.
        damage: Why what is stored of the window cannot be read back; empty if it can.
    """

    window: Window
    since: str | None
    story: Story | None
    below: int = 0
    is_reverified: bool = False
    has_entered: bool = False
    is_of_others: bool = False
    damage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowDiff:
    """One window and what lies in it: the comparison of its ends, with the base levels, and the newest record."""

    window: Window
    comparison: Comparison
    record: Record


@dataclass(slots=True)
class ComparisonCache:
    """The comparisons of one run, shared by its readers; thrown away with the run.

    Held are what was told to readers who hear alike, and comparisons over several versions, which take time to make;
    others are read again, for there may be many.

    Attributes:
        store: Only read.
        damaged: Windows that were left out because something stored of them is damaged, with the reason.
    """

    store: Store
    damaged: dict[Window, str] = field(default_factory=dict)
    _over_several: dict[_Pair, bytes] = field(default_factory=dict)
    _stories: dict[_StoryKey, PendingStory] = field(default_factory=dict)
    _bytes_held: int = 0
    _lines_held: int = 0

    def each(self, windows: Sequence[Window]) -> Iterator[WindowDiff]:
        """Return what lies in each window, in their order; holds twenty records in memory at a time.

        Args:
            windows: Of different trials; those without a base are left out, and so are damaged ones.

        Raises:
            LookupError: The newest record of a window is not kept any more.
        """
        based = [window for window in windows if window.base is not None]
        for start in range(0, len(based), _AT_ONCE):
            yield from self._read(based[start : start + _AT_ONCE])

    def _read(self, windows: Sequence[Window]) -> Iterator[WindowDiff]:
        versions = self.store.versions
        try:
            entries = versions.between({one.nct_id: (one.base or 0, one.newest) for one in windows})
            bodies = versions.bodies({one.nct_id: one.newest for one in windows})
        except DamagedError as error:
            if len(windows) == 1:
                self.damaged[windows[0]] = str(error)
                return
            for window in windows:
                yield from self._read((window,))
            return
        for window in windows:
            if window.nct_id not in bodies:
                raise LookupError(f"Version {window.newest} of {window.nct_id} has no record behind it.")
            try:
                record = decode(bodies[window.nct_id])
                compared = self._compared(window, entries[window.nct_id], record)
            except DamagedError as error:
                self.damaged[window] = str(error)
                continue
            yield WindowDiff(window=window, comparison=compared, record=record)

    def _compared(self, window: Window, entries: Sequence[LogEntry], newest: Record) -> Comparison:
        """Compare the two ends of a window, and add what changed and went back, or happened, in between."""
        steps = [entry.compared for entry in entries if entry.compared is not None]
        if len(entries) == 1 and steps:
            return decode_comparison(steps[0])
        assert window.base is not None  # noqa: S101 — `each` leaves windows without a base out
        pair = (window.base, window.newest)
        if (known := self._over_several.get(pair)) is not None:
            return decode_comparison(known)
        found = self._over(window.nct_id, window.base, newest, [*map(decode_comparison, steps)])
        self._over_several[pair] = stored = to_bytes(found)
        self._bytes_held += len(stored)
        while self._bytes_held > _MOST_COMPARED:
            self._bytes_held -= len(_drop_oldest(self._over_several))
        return found

    def _over(self, nct_id: str, base: int, newest: Record, steps: Sequence[Comparison]) -> Comparison:
        older = decode(self.store.versions.body(base))
        net = compare_records(older, newest, history=read_history(nct_id, base, older, newest, self.store))
        return quietened(_joined(net_effect(net, steps), steps), self.store)

    def stories(
        self, windows: Sequence[Window], *, short_names: Mapping[str, str | None], least: Severity, audience: Audience
    ) -> tuple[PendingStory, ...]:
        """Make the stories of windows, once for all readers who hear alike; see `pending_stories`."""
        preset = "" if audience.preset is None else audience.preset.name
        hears = replace(audience, preset=None)  # named beside it: a preset is not hashable
        keys = {window: (window, short_names.get(window.nct_id), least, preset, hears) for window in windows}
        found = {window: self._stories[key] for window, key in keys.items() if key in self._stories}
        for diff in self.each([window for window in windows if window not in found]):
            key = keys[diff.window]
            found[diff.window] = _pending_story(diff, key[1], least, audience)
            self._stories[key] = found[diff.window]
            self._lines_held += _lines_of(found[diff.window])
            while self._lines_held > _MOST_LINES:
                self._lines_held -= _lines_of(_drop_oldest(self._stories))
        told = (found.get(window) or self._unread(window) for window in windows)
        return tuple(entry for entry in told if not entry.is_of_others)

    def _unread(self, window: Window) -> PendingStory:
        return PendingStory(window=window, since=None, story=None, damage=self.damaged[window])


def _drop_oldest(cache: dict[_Key, _Value]) -> _Value:
    """Remove what was put in first, and return it."""
    return cache.pop(next(iter(cache)))


def _lines_of(stories: PendingStory) -> int:
    """Count what makes a story large: its lines, and the marks in them."""
    if stories.story is None:
        return 1
    profile = stories.story.profile.lines if stories.story.profile is not None else ()
    return 1 + sum(1 + len(phrase.marks) for phrase in (*stories.story.lines, *stories.story.minor, *profile))


def _joined(net: Comparison, steps: Sequence[Comparison]) -> Comparison:
    """Add what happened on the way and stands in no record: gone, returned, merged, a date that passed."""
    happened = [change for step in steps for change in step.changes if not change.edits]
    if not happened:
        return net
    changes = sorted((*_last_moves(_last_fate(happened)), *net.changes), key=lambda change: change.severity.rank)
    return replace(net, changes=tuple(changes))


def _last_fate(happened: Sequence[Change]) -> Iterator[Change]:
    """Leave out a record's earlier fates: one that is back is not told as gone. The highest level of all stands."""
    fates = [change for change in happened if change.kind in _FATES]
    for change in happened:
        if change.kind not in _FATES:
            yield change
        elif change is fates[-1]:
            yield replace(change, severity=min((one.severity for one in fates), key=lambda level: level.rank))


def _last_moves(happened: Iterable[Change]) -> Iterator[Change]:
    """Join the moves of a trial in each search into one."""
    moves: defaultdict[str, list[Change]] = defaultdict(list)
    for change in happened:
        if change.kind in (ENTERED, LEFT):
            moves[change.path].append(change)
        else:
            yield change
    yield from map(last_move, moves.values())


def pending_stories(
    windows: Sequence[Window],
    comparisons: ComparisonCache,
    *,
    short_names: Mapping[str, str | None],
    least: Least,
    audience: Audience,
) -> tuple[PendingStory, ...]:
    """Make the stories of a reader's windows.

    Args:
        windows: As the ledger gives them; those without a base are left out.
        comparisons: The run's comparisons.
        short_names: The operator's own names, by id; ids may be missing.
        least: The reader's level.
        audience: How the reader hears.

    Returns:
        One per window with a base, in their order; those that concern others alone are left out.
    """
    based = tuple(window for window in windows if window.base is not None)
    return comparisons.stories(based, short_names=short_names, least=Severity(least.value), audience=audience)


def _pending_story(diff: WindowDiff, short_name: str | None, least: Severity, audience: Audience) -> PendingStory:
    adjusted = for_audience(diff.comparison, audience)
    story = tell(
        adjusted,
        record=diff.record,
        short_name=short_name,
        level_of=base_level,
        least=least,
        steps=diff.window.steps,
        step_note=_step_note(diff.comparison, diff.window.steps),
    )
    has_entered = any(change.kind in (ENTERED, LEFT) for change in adjusted.changes)
    if story is not None and any(phrase.kind == ENTERED for phrase in (*story.lines, *story.minor)):
        story = replace(story, profile=profile_of(diff.record, audience.near))
    return PendingStory(
        window=diff.window,
        since=diff.comparison.older.data_version,
        story=story,
        has_entered=has_entered,
        below=0 if story is not None else sum(change.severity is not Severity.NOISE for change in adjusted.changes),
        is_reverified=any(change.kind == _VERIFIED for change in adjusted.changes),
        is_of_others=bool(diff.comparison.changes) and not adjusted.changes,
    )


def _step_note(comparison: Comparison, steps: int) -> str | None:
    """Return the note that several updates are told as one; None for a single update."""
    since = comparison.older.data_version
    if steps < 2:
        return None
    return f"in {steps} updates" + (f" since {values.date(since)}" if since is not None else "")


def headline_of(comparison: Comparison, record: Record) -> str:
    """Return the one line that carries a comparison's most important fact; says so when nothing of note changed."""
    story = tell(comparison, record=record, short_name=None, level_of=base_level, least=Severity.MINOR)
    if story is not None:
        return story.headline
    return "Nothing of note changed" if comparison.edits else "Nothing changed"


def base_level(change: Change) -> Severity:
    """Return the level a change has: the stored one, or what `digests.levels` made of it for a reader."""
    return change.severity
