"""Words for study documents."""

from __future__ import annotations

from collections.abc import Mapping

from watcher.changes.model import Change, Json, Phrase, Verb
from watcher.changes.wording import values
from watcher.changes.wording.build import names, number, some, text, worded

_DETAILS = {
    "date": "dated",
    "uploadDate": "uploaded",
    "label": "label",
    "filename": "file",
    "size": "size in bytes",
    "hasProtocol": "study protocol",
    "hasSap": "statistical analysis plan",
    "hasIcf": "informed consent form",
}
"""Keys of a document → their names in a sentence, in the order in which they are said."""

_DATES = frozenset({"date", "uploadDate"})
_DONE = {Verb.ADDED: "added", Verb.REMOVED: "removed", Verb.CHANGED: "edited"}


def say(change: Change) -> Phrase:
    """Word a change of the family `document`.

    Args:
        change: One document or several, with the facts of `meaning.documents`.

    Returns:
        Its words.
    """
    count, done = number(change.facts, "count"), _DONE.get(change.verb, "edited")
    if count:
        listed = some(count, names(change.facts))
        return worded(change, "Documents", f"{values.counted(count, 'study document')} {done}: {listed}")
    day, name = values.date(text(change.facts, "date")), text(change.facts, "name")
    if change.verb is Verb.CHANGED:
        return _edited(change, name)
    return worded(change, "Documents", f"study document {done}: {name}{f', dated {day}' if day else ''}")


def _edited(change: Change, name: str) -> Phrase:
    """Describe which details of a document differ, each was → now."""
    before, after = (side if isinstance(side, Mapping) else {} for side in (change.before, change.after))
    shifts = [
        f"{label} {_shown(key, before.get(key))} → {_shown(key, after.get(key))}"
        for key, label in _DETAILS.items()
        if before.get(key) != after.get(key)
    ]
    said = f"study document edited: {name}"
    return worded(change, "Documents", f"{said}, {'; '.join(shifts)}" if shifts else said)


def _shown(key: str, value: Json) -> str:
    if value is None:
        return "not given"
    if key in _DATES and isinstance(value, str):
        return values.date(value)
    return values.quoted(value, 80) if isinstance(value, str) else values.show(value, 80)
