"""What one reader has not been told of: windows of the ledger, compared and made into stories.

One comparison per pair of versions serves all readers of a run (`Comparisons`). Composing decides nothing about
meaning: the same compare as everywhere else is applied to the base and the newest version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from watcher.changes.compare import compare_records
from watcher.changes.exchange import from_bytes
from watcher.changes.model import Change, Comparison, Record, Severity, Story
from watcher.changes.story import tell
from watcher.changes.window import net_effect
from watcher.changes.wording import values
from watcher.config.model import Least
from watcher.digests.levels import Ear, as_heard
from watcher.service.judging import decode, read_history
from watcher.service.registrywide import quietened
from watcher.store.store import Store
from watcher.store.telling import Window

_MOST_COMPARISONS = 2_000
_MOST_RECORDS = 64
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One window, compared.

    Attributes:
        window: The window.
        comparison: Of its base with its newest version; levels are the base levels.
        heard: The same with the levels this reader hears.
        story: What it tells this reader; None when nothing reaches their level.
    """

    window: Window
    comparison: Comparison
    heard: Comparison
    story: Story | None


@dataclass(slots=True)
class Comparisons:
    """The comparisons of one run, shared by its readers; thrown away with the run.

    Only the latest are held, so that a reader of ten thousand trials costs no more memory than a reader of many.
    """

    store: Store
    _made: dict[tuple[int, int], Comparison] = field(default_factory=dict)
    _records: dict[int, Record] = field(default_factory=dict)

    def of(self, window: Window) -> Comparison:
        """Compare the two ends of a window, and add what changed and went back, or happened, in between."""
        assert window.base is not None  # noqa: S101 — windows without a base have nothing to tell and are left out
        pair = (window.base, window.newest)
        if pair not in self._made:
            _make_room(self._made, _MOST_COMPARISONS)
            self._made[pair] = self._make(window, window.base)
        return self._made[pair]

    def record(self, seq: int) -> Record:
        """Give the record of a version."""
        if seq not in self._records:
            _make_room(self._records, _MOST_RECORDS)
            self._records[seq] = decode(self.store.versions.body(seq))
        return self._records[seq]

    def _make(self, window: Window, base: int) -> Comparison:
        versions = self.store.versions.steps(window.nct_id, base, window.newest)
        steps = [from_bytes(stored) for version in versions if (stored := self.store.versions.comparison(version.seq))]
        if len(versions) == 1 and steps:
            return steps[0]
        history = read_history(window.nct_id, base, self.store)
        net = compare_records(self.record(base), self.record(window.newest), history=history)
        return quietened(_joined(net_effect(net, steps), steps), self.store)


def _make_room(cache: dict[_Key, _Value], most: int) -> None:
    """Drop what was put in first from a full cache."""
    if len(cache) >= most:
        del cache[next(iter(cache))]


def _joined(net: Comparison, steps: Sequence[Comparison]) -> Comparison:
    """Add what happened on the way and stands in no record: gone, returned, merged, a date that passed."""
    happened = tuple(change for step in steps for change in step.changes if not change.edits)
    if not happened:
        return net
    changes = sorted((*happened, *net.changes), key=lambda change: change.severity.rank)
    return replace(net, changes=tuple(changes))


def untold(
    windows: Sequence[Window],
    comparisons: Comparisons,
    *,
    short_names: Mapping[str, str | None],
    least: Least,
    ear: Ear,
) -> tuple[Told, ...]:
    """Make the stories of a reader's windows.

    Args:
        windows: As the ledger gives them; those without a base are left out.
        comparisons: The run's comparisons.
        short_names: The operator's own names, by id; ids may be missing.
        least: The reader's level.
        ear: How the reader hears.

    Returns:
        One per window with a base, in their order.
    """
    return tuple(
        _tell(window, comparisons, short_names.get(window.nct_id), Severity(least.value), ear)
        for window in windows
        if window.base is not None
    )


def _tell(window: Window, comparisons: Comparisons, short_name: str | None, least: Severity, ear: Ear) -> Told:
    comparison = comparisons.of(window)
    heard = as_heard(comparison, ear)
    story = tell(
        heard,
        record=comparisons.record(window.newest),
        short_name=short_name,
        level_of=base_level,
        least=least,
        steps=window.steps,
        step_note=_step_note(comparison, window.steps),
    )
    return Told(window=window, comparison=comparison, heard=heard, story=story)


def _step_note(comparison: Comparison, steps: int) -> str | None:
    """Say that several updates are told as one."""
    since = comparison.older.data_version
    if steps < 2:
        return None
    return f"in {steps} updates" + (f" since {values.date(since)}" if since is not None else "")


def headline_of(comparison: Comparison, record: Record) -> str:
    """Give the one line that carries a comparison's most important fact; says so when nothing of note changed."""
    story = tell(comparison, record=record, short_name=None, level_of=base_level, least=Severity.MINOR)
    if story is not None:
        return story.headline
    return "Nothing of note changed" if comparison.edits else "Nothing changed"


def base_level(change: Change) -> Severity:
    """Give the level a change has: the stored one, or what `digests.levels` made of it for a reader."""
    return change.severity
