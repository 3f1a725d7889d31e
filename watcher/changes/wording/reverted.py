"""Words for what changed and went back within a window of several versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from watcher.changes.model import Change, Json, Phrase
from watcher.changes.wording import values
from watcher.changes.wording.say import phrase


def phrase_of(change: Change) -> Phrase:
    """Word a change, also one that went back in between and so has no difference to show."""
    words = phrase(change)
    note = reverted_note(change)
    if note is None:
        return words
    between = _in_between(change.facts.get("between"))
    in_between = f"; in between it was {between}" if between else ""
    if between and (again := _in_between(change.after)) and again != between:
        in_between += f", now it is {again} again"
    return replace(
        words,
        sentence=f"{words.label} {note.replace('and reverted', 'and was reverted', 1)}{in_between}.",
        head=None,
        was=None,
        now=None,
        note=None,
        quote=None,
        marks=(),
        items=(),
    )


def reverted_note(change: Change) -> str | None:
    """Word a reverted change, such as `changed and reverted after 4 days`; None for any other change."""
    if "reverted_after_days" not in change.facts:
        return None
    days = change.facts["reverted_after_days"]
    if not isinstance(days, int) or days < 1:
        return "changed and reverted"
    return f"changed and reverted after {values.counted(days, 'day')}"


def said_reverted(changes: Sequence[Change]) -> str:
    """Describe several reverted changes as one: `Status and enrollment changed and reverted after 4 days`."""
    labels = values.distinct(phrase(change).label for change in changes)
    names = values.listed([labels[0], *(label[:1].lower() + label[1:] for label in labels[1:])], 3)
    notes = values.distinct(note for change in changes if (note := reverted_note(change)) is not None)
    return f"{names} {notes[0] if len(notes) == 1 else 'changed and reverted'}"


def _in_between(value: Json) -> str | None:
    return None if value is None or isinstance(value, list | tuple | dict) else values.show(value, 80)
