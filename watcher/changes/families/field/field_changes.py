"""Report every edit that no explainer claims, from the catalogue alone, so that nothing is ever dropped.

One change per field of a module. Known noise carries the rule that made it so; a field the catalogue does not know is
`field.unclassified`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from watcher.changes.country_names import canonical_country
from watcher.changes.fields.catalogue import lookup, row_above
from watcher.changes.fields.key_words import words_of_key
from watcher.changes.fields.row import Row, ValueType
from watcher.changes.meaning.evidence import Evidence
from watcher.changes.model import Change, Edit, Json, Origin, Place, Severity, Verb

MOST_TOLD = 20
"""How many items and parts one change keeps by name; the rest is counted."""

_COUNTRY_RULE = "known registry migration: the registry renamed the country"
_UNKNOWN_RULE = "the catalogue does not know this field"
_DEFAULT_RULE = "a known field without a kind of its own"


def explain(evidence: Evidence, leftover: Sequence[int]) -> Iterator[Change]:
    """Make one change per field of what is left.

    Args:
        evidence: The two records and their edits.
        leftover: Indices of the edits nobody claimed, ascending.

    Returns:
        Changes that together claim every one of them, in path order.
    """
    groups: dict[tuple[str, ...], list[int]] = {}
    renamed: list[int] = []
    for index in leftover:
        edit = evidence.edits[index]
        if _is_renamed_country(edit):
            renamed.append(index)
        else:
            groups.setdefault(_field_of(edit), []).append(index)
    for path, indices in groups.items():
        row = lookup(path)
        yield _unknown(path, indices, evidence) if row is None else _known(row, indices, evidence)
    if renamed:
        yield _countries(renamed, evidence)


def _field_of(edit: Edit) -> tuple[str, ...]:
    """Return the path under which an edit is told: its row's, or down to the first key nobody knows."""
    keys = edit.field_path
    row = lookup(keys)
    if row is not None:
        return row.path
    above = row_above(keys)
    depth = len(above.path) + 1 if above is not None else 3
    while depth < len(keys) and lookup(keys[:depth]) is not None:
        depth += 1
    return keys[:depth]


def _known(row: Row, indices: Sequence[int], evidence: Evidence) -> Change:
    edits = [evidence.edits[index] for index in indices]
    before, after = _sides(row.path, edits, evidence)
    return Change(
        kind=row.kind,
        severity=row.level,
        rule=row.noise or _DEFAULT_RULE,
        path=row.seed,
        verb=_verb(before, after),
        before=before,
        after=after,
        edits=tuple(indices),
        facts=_facts(row, edits, evidence),
        origin=Origin.REGISTRY if row.is_registry_made else Origin.SPONSOR,
    )


def _unknown(path: tuple[str, ...], indices: Sequence[int], evidence: Evidence) -> Change:
    edits = [evidence.edits[index] for index in indices]
    before, after = _sides(path, edits, evidence)
    return Change(
        kind="field.unclassified",
        severity=Severity.MINOR,
        rule=_UNKNOWN_RULE,
        path=".".join(path),
        verb=_verb(before, after),
        before=before,
        after=after,
        edits=tuple(indices),
        facts=_facts(None, edits, evidence),
    )


def _countries(indices: Sequence[int], evidence: Evidence) -> Change:
    edits = [evidence.edits[index] for index in indices]
    names = sorted({(str(edit.before), str(edit.after)) for edit in edits})
    return Change(
        kind="registry.reformatted",
        severity=Severity.NOISE,
        rule=_COUNTRY_RULE,
        path="locations.country",
        verb=Verb.CHANGED,
        before=[old for old, _ in names],
        after=[new for _, new in names],
        edits=tuple(indices),
        origin=Origin.REGISTRY,
    )


def _is_renamed_country(edit: Edit) -> bool:
    return (
        edit.field_path[-2:] == ("locations", "country")
        and isinstance(edit.before, str)
        and isinstance(edit.after, str)
        and canonical_country(edit.before) == canonical_country(edit.after)
    )


def _sides(path: tuple[str, ...], edits: Sequence[Edit], evidence: Evidence) -> tuple[Json, Json]:
    """Return what stood and stands in the field, as the registry spells it: of a list the items concerned alone."""
    if len(edits) == 1 and (edits[0].before is None or edits[0].after is None or edits[0].field_path == path):
        return edits[0].before, edits[0].after
    if not any(isinstance(step, Place) for edit in edits for step in edit.steps):
        return _value(evidence.old, path), _value(evidence.new, path)
    olds: dict[tuple[object, ...], Json] = {}
    news: dict[tuple[object, ...], Json] = {}
    for edit in edits:
        cut = next((at for at, step in enumerate(edit.steps) if isinstance(step, Place)), len(edit.steps) - 1) + 1
        steps = edit.steps[:cut]
        olds.setdefault(steps, _item(evidence.old, steps, is_new=False))
        news.setdefault(steps, _item(evidence.new, steps, is_new=True))
    return [value for value in olds.values() if value is not None] or None, [
        value for value in news.values() if value is not None
    ] or None


def _item(record: Json, steps: Iterable[object], *, is_new: bool) -> Json:
    value = record
    for step in steps:
        if isinstance(step, Place):
            at = step.new if is_new else step.old
            value = value[at] if at is not None and isinstance(value, list | tuple) else None
        else:
            value = value.get(str(step)) if isinstance(value, Mapping) else None
    return value


def _value(record: Json, path: Sequence[str]) -> Json:
    return _item(record, path, is_new=True)


def _verb(before: Json, after: Json) -> Verb:
    if before is None:
        return Verb.ADDED
    return Verb.REMOVED if after is None else Verb.CHANGED


def _facts(row: Row | None, edits: Sequence[Edit], evidence: Evidence) -> Mapping[str, Json]:
    """Name the items added and removed and the parts changed, the first of them; the rest is counted."""
    added: list[Json] = []
    removed: list[Json] = []
    changed: list[Json] = []
    for edit in edits:
        of = [step for step in edit.steps if isinstance(step, Place)]
        if not of:
            # A list that appears or vanishes as a whole is told by its items all the same.
            removed.extend(name_of(row, item) for item in _items(row, edit, edit.before))
            added.extend(name_of(row, item) for item in _items(row, edit, edit.after))
            continue
        if isinstance(edit.steps[-1], Place) and len(of) == 1 and (edit.before is None or edit.after is None):
            (added if edit.before is None else removed).append(
                name_of(row, edit.after if edit.before is None else edit.before)
            )
        else:
            changed.append(_part(row, edit, evidence))
    facts: dict[str, Json] = {}
    for key, names in (("added", added), ("removed", removed), ("changed", changed)):
        if names:
            facts[key] = names[:MOST_TOLD]
            facts[f"{key}_count"] = len(names)
    return facts


def _items(row: Row | None, edit: Edit, value: Json) -> Sequence[Json]:
    is_own = row is not None and row.path == edit.field_path and row.value in (ValueType.ITEMS, ValueType.NAMES)
    return value if is_own and isinstance(value, list | tuple) and None in (edit.before, edit.after) else ()


def _part(row: Row | None, edit: Edit, evidence: Evidence) -> Json:
    cut = next(at for at, step in enumerate(edit.steps) if isinstance(step, Place)) + 1
    item = _item(evidence.new, edit.steps[:cut], is_new=True)
    if item is None:
        item = _item(evidence.old, edit.steps[:cut], is_new=False)
    listed = tuple(step for step in edit.steps[:cut] if isinstance(step, str))
    below = edit.field_path[len(listed) :]
    label = row.parts.get(".".join(edit.field_path[len(row.path) :])) if row is not None else None
    return {
        "item": name_of(lookup(listed), item),
        "part": label or (words_of_key(below[-1]) if below else ""),
        "before": edit.before,
        "after": edit.after,
    }


def name_of(row: Row | None, item: Json) -> str:
    """Name an item of a list: by the fields the catalogue gives, else by the first text in it; may be empty."""
    if isinstance(item, Mapping):
        names = row.named_by if row is not None and row.value is ValueType.ITEMS else ()
        found = [part for part in (item.get(name) for name in names) if isinstance(part, str)]
        return ", ".join(found) if found else next((part for part in item.values() if isinstance(part, str)), "")
    return item if isinstance(item, str) else ""
