"""One change in words: sends a change to the module that knows its family.

The family is the part of the kind before the first dot. A family nobody speaks for is worded from the catalogue alone
(`wording.other`), so every change can be said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from watcher.changes.model import Change, Phrase
from watcher.changes.wording import (
    arms,
    countries,
    date,
    design,
    documents,
    eligibility,
    enrollment,
    other,
    outcomes,
    oversight,
    record,
    references,
    results,
    sites,
    sponsors,
    status,
    texts,
    values,
)
from watcher.text import visible

Say = Callable[[Change], Phrase]

FAMILIES: Mapping[str, Say] = MappingProxyType(
    {
        "field": other.say,
        "status": status.say,
        "why_stopped": status.say,
        "date": date.say,
        "enrollment": enrollment.say,
        "eligibility": eligibility.say,
        "outcome": outcomes.say,
        "arm": arms.say,
        "intervention": arms.say,
        "design": design.say,
        "site": sites.say,
        "country": countries.say,
        "results": results.say,
        "reference": references.say,
        "link": references.say,
        "document": documents.say,
        "sponsor": sponsors.say,
        "oversight": oversight.say,
        "violation": oversight.say,
        "ipd": oversight.say,
        "expanded_access": oversight.say,
        "text": texts.say,
        "conditions": texts.say,
        "identifier": texts.say,
        "contact": texts.say,
        "trial": record.say,
        "record": record.say,
        "admin": record.say,
        "registry": record.say,
    }
)
"""Family of kinds → who words it."""


_LONGEST = 1000
_TEXTS = ("label", "sentence", "heading", "was", "now", "note", "quote")


def phrase(change: Change) -> Phrase:
    """Word a change.

    Args:
        change: A change of any kind, known or not.

    Returns:
        Its words; `severity` is the change's own, to be lifted per recipient by the caller.
    """
    return _visible(FAMILIES.get(change.kind.partition(".")[0], other.say)(change))


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
