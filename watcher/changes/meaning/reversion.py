"""Recognise a value that returns to what it was before."""

from __future__ import annotations

from watcher.changes.meaning.evidence import Evidence
from watcher.changes.model import Json, Verb


def verb_of(evidence: Evidence, path: str, before: Json, after: Json) -> Verb:
    """Return what happened to a tracked value.

    Args:
        evidence: Its history holds the values of all versions before the newer one, oldest first.
        path: Seed-style path of the value.
        before: Value in the older record, None for none.
        after: Value in the newer record, None for none.

    Returns:
        REVERTED when a version before the older one said the same as the newer one; else ADDED, REMOVED or CHANGED.
    """
    if before is None:
        return Verb.ADDED
    if after is None:
        return Verb.REMOVED
    values = evidence.history.values.get(path, ())
    earlier = values[:-1] if values and values[-1] == before else values
    return Verb.REVERTED if before != after and after in earlier else Verb.CHANGED
