"""Fields told as they are: one kind for one field (or a few that belong together), no pairing, no reading of meaning.

A row says which; the function makes the change. Families whose kinds are no more than this are tables of such rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from watcher.changes.kinds import kind_of
from watcher.changes.meaning.parts import Part, merged
from watcher.changes.meaning.text_equality import is_same_in_form
from watcher.changes.model import Change, Json, Origin, Severity, Verb
from watcher.study.read import as_text


@dataclass(frozen=True, slots=True, kw_only=True)
class SimpleField:
    """One field and its kind.

    Attributes:
        keys: Path below the part; the value there is before and after.
        kind: Kind of the taxonomy.
        path: Seed-style path.
        field: Name of the field for people, in lower case.
        also: Further paths below the part whose edits belong to it, and which alone make it a change too.
        is_text: Whether a difference in case, punctuation or markup alone is noise.
        is_registry_made: Whether the registry writes the field.
    """

    keys: tuple[str, ...]
    kind: str
    path: str
    field: str
    also: tuple[tuple[str, ...], ...] = ()
    is_text: bool = False
    is_registry_made: bool = False


def verb_of(before: Json, after: Json) -> Verb:
    """Describe what happened to a value: added, removed or changed."""
    if before is None:
        return Verb.ADDED
    return Verb.REMOVED if after is None else Verb.CHANGED


def told(part: Part, rows: Iterable[SimpleField]) -> list[Change]:
    """Make a change for each row whose field differs.

    Args:
        part: The module the rows' paths lie in.
        rows: Fields and their kinds.

    Returns:
        Changes in the order of the rows; none for a field that is the same in both records.
    """
    changes = []
    for row in rows:
        edits = merged(part.differs(*row.keys), *(part.differs(*keys) for keys in row.also))
        if edits:
            changes.append(_change(part, row, edits))
    return changes


def _change(part: Part, row: SimpleField, edits: tuple[int, ...]) -> Change:
    before, after = part.before(*row.keys), part.after(*row.keys)
    verb = verb_of(before, after) if part.differs(*row.keys) else Verb.CHANGED
    level, rule = kind_of(row.kind).level, f"{row.field} {verb.value}"
    if row.is_text and verb is Verb.CHANGED and is_same_in_form(as_text(before), as_text(after)):
        level, rule = Severity.NOISE, f"{row.field}: only case, punctuation or markup differs"
    return Change(
        kind=row.kind,
        severity=level,
        rule=rule,
        path=row.path,
        verb=verb,
        before=before,
        after=after,
        edits=edits,
        facts={"field": row.field},
        origin=Origin.REGISTRY if row.is_registry_made else Origin.SPONSOR,
    )
