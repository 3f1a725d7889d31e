"""A changed text at its whole length, for a page that has room: what a phrase shows of it is shortened.

Decides nothing and cuts nothing but texts that no person would read.
"""

from __future__ import annotations

from collections.abc import Sequence

from watcher.changes.fact_shapes import EligibilityFacts, facts_of
from watcher.changes.model import Change, Json, Mark, MarkKind, Phrase, Verb
from watcher.changes.word_diff import diff
from watcher.changes.wording import values
from watcher.text import visible

_MOST = 60_000
_BETWEEN = " • "
_CUT = "…"


def whole_marks(change: Change, phrase: Phrase) -> tuple[Mark, ...]:
    """Return all words of a changed text, what went and what came marked.

    Args:
        change: The change.
        phrase: Its words, which may be shortened.

    Returns:
        Marks without a gap; empty when the phrase shows everything, or when the change is of no text.
    """
    if not _is_shortened(phrase):
        return ()
    old, new = _sides(change)
    if not (old or new):
        return ()
    if not old or not new:
        return (Mark(MarkKind.ADDED if new else MarkKind.REMOVED, new or old),)
    return diff(old, new)


def _is_shortened(phrase: Phrase) -> bool:
    """Whether a phrase leaves words out of what is shown of it: its marks, else its values, else its sentence."""
    if phrase.marks:
        return any(mark.kind is MarkKind.GAP or _CUT in mark.text for mark in phrase.marks)
    shown = [text for text in (phrase.was, phrase.now) if text] or [phrase.sentence]
    return any(_CUT in text for text in shown)


def _sides(change: Change) -> tuple[str, str]:
    """Return a criterion before and after as it is shown, else the values as the registry spells them."""
    facts = facts_of(change, EligibilityFacts)
    if not change.kind.startswith("eligibility.criterion."):
        return _plain(change.before), _plain(change.after)
    if facts.new_texts:
        return _joined(facts.old_texts), _joined(facts.new_texts)
    text = _plain(facts.text)
    if change.verb is Verb.ADDED:
        return "", text
    return (text, "") if change.verb is Verb.REMOVED else (_plain(facts.old_text), text)


def _joined(texts: Sequence[str]) -> str:
    return _BETWEEN.join(map(_plain, texts))


def _plain(value: Json) -> str:
    return visible(values.plain(value))[:_MOST] if isinstance(value, str) else ""
