"""Words for study documents."""

from __future__ import annotations

from watcher.changes.model import Change, Phrase, Verb
from watcher.changes.wording import values
from watcher.changes.wording.build import names, number, some, text, worded

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
    day = values.date(text(change.facts, "date"))
    return worded(
        change, "Documents", f"study document {done}: {text(change.facts, 'name')}{f', dated {day}' if day else ''}"
    )
