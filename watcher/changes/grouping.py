"""Many lines of one kind made one: sites by number and country, so that a story stays short.

Nothing is lost: the changes themselves stay in the comparison, one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from watcher.changes.families.sites import site_words as sites
from watcher.changes.families.sites.site_clause import DONE, totals
from watcher.changes.model import Change, Phrase, Severity
from watcher.changes.wording.reverted import phrase_of, reverted_note

_MOST_LINES = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a story before it is placed: the change that leads it, its level, and its words."""

    change: Change
    level: Severity
    words: Phrase


def lines_of(told: Sequence[Change], level_of: Callable[[Change], Severity]) -> list[Line]:
    """Place changes into lines; more than three of one kind of site change, or equal ones, are one line.

    Args:
        told: Changes in the order of telling.
        level_of: Level of a change for this reader.

    Returns:
        Lines in the order of telling, each at the level of the loudest change in it.
    """
    countries = [change for change in told if change.kind.startswith("country.")]
    alike = _alike(told)
    lines: list[Line] = []
    is_all_gone = sites.is_whole_list(alike.get("site.removed", []))
    has_totals = is_all_gone
    for change in told:
        level, same = level_of(change), alike.get(change.kind, [])
        if is_all_gone and change.kind == "country.removed":
            continue  # that all sites are gone says it of every country
        if reverted_note(change) is not None or not (_is_one_line(same) or sites.is_whole_list(same)):
            words = phrase_of(change)
        elif same[0] is change:
            words = sites.together(same, countries)
        else:
            continue
        if change.kind in DONE and not has_totals and reverted_note(change) is None:
            words, has_totals = _with_totals(words, change), True
        lines.append(Line(change, level, replace(words, severity=level)))
    return lines


def _alike(told: Sequence[Change]) -> dict[str, list[Change]]:
    """Return the site changes that can become one line, by kind."""
    alike: dict[str, list[Change]] = {}
    for change in told:
        if change.kind in DONE and reverted_note(change) is None:
            alike.setdefault(change.kind, []).append(change)
    return alike


def _is_one_line(same: Sequence[Change]) -> bool:
    """Return whether changes of one kind become one line: more than three, or two that read the same."""
    names = [change.facts.get("name") for change in same]
    return len(same) > _MOST_LINES or any(name is not None and names.count(name) > 1 for name in names)


def _with_totals(words: Phrase, change: Change) -> Phrase:
    found = totals([change])
    if not found:
        return words
    in_all = f"In all, {', '.join(found)}."
    return replace(words, sentence=f"{words.sentence} {in_all}", totals=in_all)
