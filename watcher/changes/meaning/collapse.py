"""Many changes of one kind made one: counted, the first of them named.

Does not decide what is worth telling; nothing is lost, since the one change claims the edits of all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from watcher.changes.meaning.parts import merged
from watcher.changes.model import Change, Json

MOST_SINGLE = 5
"""As many of one kind are told one by one; more are counted."""

MOST_NAMED = 12
"""As many names are kept of those that are counted."""


def gathered(changes: Iterable[Change], path: str, *, most: int = MOST_SINGLE) -> list[Change]:
    """Make one change of many that share kind, level, verb and origin.

    Args:
        changes: Changes with a text `name` among their facts.
        path: Path of a change made of many.
        most: As many of a sort are left as they are.

    Returns:
        Changes in the order in which their sort first came; one made of many has the facts `count` and `names` (the
        first ones), and as before and after the lists of theirs.
    """
    sorts: dict[tuple[Json, ...], list[Change]] = {}
    for change in changes:
        sort = (change.kind, change.severity, change.rule, change.verb, change.origin)
        sorts.setdefault(sort, []).append(change)
    result: list[Change] = []
    for same in sorts.values():
        result += [together(same, path)] if len(same) > most else same
    return result


def together(changes: Sequence[Change], path: str) -> Change:
    """Make one change of several of a sort; the facts that all share are kept."""
    first = changes[0]
    shared = {
        key: value
        for key, value in first.facts.items()
        if key != "name" and all(change.facts.get(key) == value for change in changes)
    }
    names = [change.facts["name"] for change in changes[:MOST_NAMED]]
    return replace(
        first,
        path=path,
        before=_every(change.before for change in changes),
        after=_every(change.after for change in changes),
        edits=merged(*(change.edits for change in changes)),
        facts={**shared, "count": len(changes), "names": names},
    )


def _every(values: Iterable[Json]) -> Json:
    """Return the values that are there, None when none is."""
    return [value for value in values if value is not None] or None
