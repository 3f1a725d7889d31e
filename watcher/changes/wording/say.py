"""One change in words: sends a change to its family, as the table of kinds names it.

What has no family is worded from the catalogue alone (`families.field`), so every change can be worded.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from watcher.changes.families.field import field_words
from watcher.changes.families.members import FAMILIES
from watcher.changes.kinds import kind_of
from watcher.changes.model import Change, Phrase
from watcher.changes.wording import values
from watcher.text import visible

_LONGEST = 1000
_TEXTS = ("label", "sentence", "head", "heading", "was", "now", "note", "quote")


def phrase(change: Change) -> Phrase:
    """Word a change.

    Args:
        change: A change of any kind, known or not.

    Returns:
        Its words; `severity` is the change's own, to be lifted per recipient by the caller.
    """
    family = FAMILIES.get(kind_of(change.kind).family)
    words = (family.say(change) if family is not None else None) or field_words.say(change)
    return _visible(words)


def _visible(words: Phrase) -> Phrase:
    """Take what nobody sees out of every text of a phrase, and cut a text that no person would read."""
    shown: dict[str, Any] = {
        name: values.short(visible(text), _LONGEST)
        for name in _TEXTS
        if (text := getattr(words, name)) and not (len(text) <= _LONGEST and text.isprintable())
    }
    marks = words.marks
    if not all(mark.text.isprintable() for mark in marks):
        marks = tuple(replace(mark, text=visible(mark.text)) for mark in marks)
    items = tuple(map(visible, words.items))
    if not shown and marks is words.marks and items == words.items:
        return words
    return replace(words, marks=marks, items=items, **shown)
