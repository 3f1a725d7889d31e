"""Many lines of one kind made one: sites by number and country, so that a story stays short.

Nothing is lost: the changes themselves stay in the comparison, one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from watcher.changes.model import Change, Phrase, Severity
from watcher.changes.wording import sites
from watcher.changes.wording.reverted import phrase_of, reverted_note

_MOST_LINES = 3
_FOLDED = frozenset({"site.added", "site.activated", "site.closed", "site.withdrawn", "site.suspended", "site.removed"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a story before it is placed: the change that leads it, its level, and its words."""

    change: Change
    level: Severity
    words: Phrase


def lines_of(told: Sequence[Change], level_of: Callable[[Change], Severity]) -> list[Line]:
    """Put changes into lines; more than three of one kind of site change are one line.

    Args:
        told: Changes in the order of telling.
        level_of: Level of a change for this reader.

    Returns:
        Lines in the order of telling, each at the level of the loudest change in it.
    """
    countries = [change for change in told if change.kind.startswith("country.")]
    alike: dict[str, list[Change]] = {}
    for change in told:
        if change.kind in _FOLDED and reverted_note(change) is None:
            alike.setdefault(change.kind, []).append(change)
    lines: list[Line] = []
    for change in told:
        level, same = level_of(change), alike.get(change.kind, [])
        if len(same) <= _MOST_LINES or reverted_note(change) is not None:
            lines.append(Line(change, level, replace(phrase_of(change), severity=level)))
        elif same[0] is change:
            lines.append(Line(change, level, replace(sites.together(same, countries), severity=level)))
    return lines
