"""Minor changes by name: a few words each, the same ones counted. Does not choose what is minor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from watcher.changes.model import Phrase, Verb
from watcher.rendering.escape import cut, plain

MOST_NAMES = 10
"""Names in one story's last line; the others are counted."""

LONGEST_NAME = 85
"""Characters of one name; what is longer is told by label and verb alone."""

LONGEST_PLACE = 110
"""The same for a site: a reader looks for its name and town."""

_ALIKE = 2
_VERBS = {
    Verb.ADDED: "added",
    Verb.REMOVED: "removed",
    Verb.CHANGED: "changed",
    Verb.MOVED: "moved",
    Verb.REVERTED: "changed and changed back",
}


def short_names(phrases: Sequence[Phrase]) -> tuple[tuple[str, ...], int]:
    """Name changes: `study title reworded`, `organisation renamed A → B`, `keyword added (3)`.

    Args:
        phrases: Changes in the order of telling; may be empty.

    Returns:
        At most `MOST_NAMES` names without full stops, in that order, and how many are left out.
    """
    alike = Counter(_label_and_verb(phrase) for phrase in phrases)
    names: dict[str, int] = {}
    for phrase in phrases:
        common = _label_and_verb(phrase)
        name = (common if alike[common] > _ALIKE else _name(phrase)).replace("; ", ", ")
        names[name] = names.get(name, 0) + 1  # joined by semicolons: none inside a name
    counted = tuple(f"{name} ({times})" if times > 1 else name for name, times in names.items())
    return counted[:MOST_NAMES], max(0, len(counted) - MOST_NAMES)


def lower_first(text: str) -> str:
    """Return a text with a small first letter, unless it opens with an abbreviation."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _name(phrase: Phrase) -> str:
    if phrase.kind.startswith(("date.", "enrollment.")) and phrase.was and phrase.now:
        return f"{lower_first(plain(phrase.label))} {plain(phrase.was)} → {plain(phrase.now)}"
    sentence = _without_stop(phrase)
    if len(sentence) <= (LONGEST_PLACE if phrase.kind.startswith("site.") else LONGEST_NAME):
        return sentence
    if phrase.kind == "text.title" and phrase.now and phrase.verb is Verb.CHANGED:
        return f"{lower_first(plain(phrase.label))} now “{cut(plain(phrase.now), LONGEST_NAME)}”"
    return next((name for name in _names(phrase) if len(name) <= LONGEST_NAME), _label_and_verb(phrase))


def _without_stop(phrase: Phrase) -> str:
    whole = plain(phrase.sentence)
    ends = tuple(value for value in (phrase.was, phrase.now) if value and value.endswith("."))
    return lower_first(whole if ends and whole.endswith(ends) else whole.removesuffix("."))  # `Personalis Inc.`


def _names(phrase: Phrase) -> Iterator[str]:
    """Yield what names a change whose sentence is too long, the best first."""
    label, was, now = (plain(text or "") for text in (phrase.label, phrase.was, phrase.now))
    label = lower_first(label)
    shift = f"{label} {was} → {now}" if was and now else ""
    head = lower_first(plain(phrase.head or ""))
    if len(head.split()) > len(label.split()):
        yield head  # `arm “Observation” reworded`, `2 sites added in France`: what follows is detail
    if shift and not phrase.marks:
        yield shift
    value = {Verb.ADDED: now, Verb.REMOVED: was}.get(phrase.verb)
    if value:
        yield f"{_label_and_verb(phrase)}: {value}"


def _label_and_verb(phrase: Phrase) -> str:
    verb = "reworded" if phrase.marks and phrase.verb is Verb.CHANGED else _VERBS[phrase.verb]
    return f"{lower_first(cut(plain(phrase.label), LONGEST_NAME - 10))} {verb}"
