"""Words for changes without a kind of their own, made from the catalogue alone.

Any change can be worded here, also one whose kind nobody speaks for. Does not judge and needs no record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from watcher.changes.fields.catalogue import keys_of, lookup
from watcher.changes.fields.row import Row, ValueType
from watcher.changes.model import Change, Json, Phrase, Verb
from watcher.changes.wording import values
from watcher.changes.wording.build import stated, with_details

_LONGEST = 160
_NAME = 80
_AROUND = 4  # words kept on each side of a change inside a text

_TEXTS = (ValueType.TEXT, ValueType.MARKUP)


def say(change: Change) -> Phrase:
    """Word any change from its path, verb, before and after.

    The field's label, both values, the items added and removed by name.
    """
    row = _row_of(change)
    label = _label(row, change)
    added, removed, changed = (_list(change.facts.get(key)) for key in ("added", "removed", "changed"))
    if added or removed or changed:
        said, details = label, "; ".join(_of_items(row, change.facts))
        was, now = None, None
        items = tuple(name for name in (_name(row, item) for item in (*added, *removed)) if name)
    else:
        was, now = _both(row, change.before, change.after)
        said, details = _of_values(label, change.verb, was, now)
        if row is None and was is None and isinstance(change.after, bool):
            said, details = label, now or ""  # “added: no” would be a riddle
        if shifts := _of_struct(row, change.before, change.after):
            said, details = label, "; ".join(shifts)
        items = ()
    if change.kind == "field.unclassified":
        is_new = ", in a field that is new in the registry’s records"
        said, details = (said, f"{details}{is_new}") if details else (f"{said}{is_new}", "")
    return stated(change, label, said, details, was=was, now=now, items=items)


def _row_of(change: Change) -> Row | None:
    return lookup(keys_of(change.record_paths[0])) if change.record_paths else None


def _label(row: Row | None, change: Change) -> str:
    if row is not None:
        below = ".".join(keys_of(change.record_paths[0])[len(row.path) :])
        is_part = below in row.parts and not change.facts and not isinstance(change.before or change.after, Mapping)
        return f"{row.label}, {row.parts[below]}" if is_part else row.label
    last = keys_of(change.path)[-1] if change.path else change.kind.rpartition(".")[2]
    said = values.words(last)
    is_yes_or_no = isinstance(change.before if change.after is None else change.after, bool)
    return values.capitalised(said.removeprefix("has ") if is_yes_or_no else said) or "Record"


def _of_values(label: str, verb: Verb, was: str | None, now: str | None) -> tuple[str, str]:
    if verb is Verb.REVERTED and now is not None:
        return f"{label} back to {now}" + (f" from {was}" if was is not None else ""), ""
    if was is None and now is None:
        return f"{label} changed", ""
    if was is None:
        return f"{label} added", now or ""
    if now is None:
        return f"{label} no longer given; it was {'empty' if was == values.NOTHING else was}", ""
    return f"{label} changed from {was} to {now}", ""


def _of_struct(row: Row | None, before: Json, after: Json) -> list[str]:
    """Return the parts of an object that differ, each from what to what; nothing where it is known by a name."""
    if row is None or row.named_by or not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return []
    if row.value is ValueType.DATE:
        return []
    told = []
    for key in values.distinct((*before, *after)):
        if before.get(key) != after.get(key):
            name = row.parts.get(key) or values.words(key)
            was, now = _both(None, before.get(key), after.get(key))
            told.append(
                f"{name} {was} → {now}" if was and now else f"{name} {'added' if now else 'removed'}: {now or was}"
            )
    return told


def _of_items(row: Row | None, facts: Mapping[str, Json]) -> list[str]:
    """Return what was added, removed and changed, by name and, where many, by number."""
    pieces = []
    for key in ("added", "removed"):
        names = [_name(row, name) for name in _list(facts.get(key))]
        if names:
            pieces.append(_named(key, names, _count(facts, key, len(names))))
    parts = [part for part in _list(facts.get("changed")) if isinstance(part, Mapping)]
    if parts:
        count = _count(facts, "changed", len(parts))
        told = [_of_part(row, part) for part in parts[:2]]
        items = values.distinct(_name(row, part.get("item")) for part in parts)
        if count > len(told):
            told = [
                f"changed in {values.counted(count, 'place')}: {values.listed([item for item in items if item], 3)}"
            ]
        pieces.extend(told)
    return pieces


def _named(verb: str, names: Sequence[str], count: int) -> str:
    known = [name for name in names if name]
    if not known:
        return f"{values.number(count)} {verb}"
    return f"{verb} {values.listed(known, 3, count)}"


def _of_part(row: Row | None, part: Mapping[str, Json]) -> str:
    item, name = _name(row, part.get("item")), str(part.get("part") or "")
    was, now = _both(None, part.get("before"), part.get("after"))
    of = ", ".join(piece for piece in (item, name) if piece) or "one item"
    return with_details(*_of_values(of, Verb.CHANGED, was, now))


def _count(facts: Mapping[str, Json], key: str, least: int) -> int:
    count = facts.get(f"{key}_count")
    return count if isinstance(count, int) and not isinstance(count, bool) else least


def _list(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list | tuple) else ()


def _name(row: Row | None, value: Json) -> str:
    if not isinstance(value, str) or not value:
        return ""
    is_free = row is not None and row.value is ValueType.NAMES
    return values.short(values.plain(value), _NAME) if is_free else values.show(value, _NAME)


def _both(row: Row | None, before: Json, after: Json) -> tuple[str | None, str | None]:
    """Return both values in words; of two long texts what lies around the change."""
    kind = row.value if row is not None else None
    if isinstance(before, str) and isinstance(after, str) and (kind in _TEXTS or len(before) + len(after) > _LONGEST):
        one, other = _around_change(values.plain(before), values.plain(after))
        return f"“{one}”", f"“{other}”"
    return _in_words(row, before), _in_words(row, after)


def _in_words(row: Row | None, value: Json) -> str | None:
    """Word a value, None for nothing."""
    if value is None:
        return None
    if row is None:
        return values.show(value, _LONGEST)
    if isinstance(value, str):
        return _text_in_words(row.value, value)
    if isinstance(value, Mapping):
        is_date = row.value is ValueType.DATE and isinstance(value.get("date"), str)
        return _date_in_words(value) if is_date else _struct_in_words(row, value)
    if row.unit and isinstance(value, int | float) and not isinstance(value, bool):
        return f"{values.number(value)} {row.unit}"
    if row.value is ValueType.NAMES and isinstance(value, list | tuple):
        return values.listed([_name(row, name) for name in value], 5) or None
    return values.show(value, _LONGEST)


def _text_in_words(kind: ValueType, text: str) -> str:
    if kind in (ValueType.ENUM, ValueType.ENUMS):
        return values.enum(text)
    if kind is ValueType.DATE:
        return values.date(text)
    if kind is ValueType.AGE:
        return values.age(text)
    if kind in (*_TEXTS, ValueType.NAMES):
        return values.quoted(text, _LONGEST)
    return values.show(text, _LONGEST)


def _date_in_words(struct: Mapping[str, Json]) -> str:
    kind = struct.get("type")
    return values.date(str(struct["date"])) + (f" ({values.enum(kind)})" if isinstance(kind, str) else "")


def _struct_in_words(row: Row, value: Mapping[str, Json]) -> str:
    named = [part for part in (value.get(name) for name in row.named_by) if isinstance(part, str)]
    if named:
        return values.short(", ".join(values.plain(part) for part in named), _LONGEST)
    pieces = [f"{row.parts.get(key) or values.words(key)}: {values.show(part, 80)}" for key, part in value.items()]
    return values.short("; ".join(pieces), _LONGEST) or values.NOTHING


def _around_change(before: str, after: str) -> tuple[str, str]:
    """Cut two texts down to what differs and a few words around it."""
    one, other = before.split(" "), after.split(" ")
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    end = 0
    while end < min(len(one), len(other)) - same and one[-1 - end] == other[-1 - end]:
        end += 1
    return _cut(one, same, end), _cut(other, same, end)


def _cut(words: Sequence[str], same: int, end: int) -> str:
    if len(" ".join(words)) <= _LONGEST // 2:
        return " ".join(words)
    first, last = max(0, same - _AROUND), min(len(words), len(words) - end + _AROUND)
    text = " ".join(words[first:last])
    return ("… " if first else "") + values.short(text, _LONGEST) + (" …" if last < len(words) else "")
