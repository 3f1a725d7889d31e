"""Many drafts of one kind made one: counted, the first of them named.

Does not decide what is worth telling; nothing is lost, since the one draft claims the edits of all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from watcher.changes.meaning.evidence import Draft
from watcher.changes.meaning.parts import merged
from watcher.changes.model import Json

MOST_SINGLE = 5
"""As many of one kind are told one by one; more are counted."""

MOST_NAMED = 12
"""As many names are kept of those that are counted."""


def gathered(drafts: Iterable[Draft], path: str, *, most: int = MOST_SINGLE) -> list[Draft]:
    """Make one draft of many that share kind, level, verb and origin.

    Args:
        drafts: Drafts with a text `name` among their facts.
        path: Path of a draft made of many.
        most: As many of a sort are left as they are.

    Returns:
        Drafts in the order in which their sort first came; one made of many has the facts `count` and `names` (the
        first ones), and as before and after the lists of theirs.
    """
    sorts: dict[tuple[Json, ...], list[Draft]] = {}
    for draft in drafts:
        sort = (draft.kind, draft.level, draft.rule, draft.verb, draft.is_registry_made)
        sorts.setdefault(sort, []).append(draft)
    result: list[Draft] = []
    for same in sorts.values():
        result += [together(same, path)] if len(same) > most else same
    return result


def together(drafts: Sequence[Draft], path: str) -> Draft:
    """Make one draft of several of a sort; the facts that all share are kept."""
    first = drafts[0]
    shared = {
        key: value
        for key, value in first.facts.items()
        if key != "name" and all(draft.facts.get(key) == value for draft in drafts)
    }
    names = [draft.facts["name"] for draft in drafts[:MOST_NAMED]]
    return replace(
        first,
        path=path,
        before=_every(draft.before for draft in drafts),
        after=_every(draft.after for draft in drafts),
        edits=merged(*(draft.edits for draft in drafts)),
        facts={**shared, "count": len(drafts), "names": names},
    )


def _every(values: Iterable[Json]) -> Json:
    """Return the values that are there, None when none is."""
    return [value for value in values if value is not None] or None
