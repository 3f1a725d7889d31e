"""One view of a change for every medium: its sign, its values, its note, its sentence beside a label.

Mail, Slack, pages and terminal start from here; each leaves out what it has no room for.
"""

from __future__ import annotations

from collections.abc import Iterable

from watcher.changes.model import Phrase, Verb
from watcher.rendering.escape import cut, plain
from watcher.rendering.view import Line, Piece

_SIGNS = {
    Verb.ADDED: ("+", "added"),
    Verb.REMOVED: ("−", "removed"),
    Verb.CHANGED: ("~", "changed"),
    Verb.MOVED: ("~", "moved"),
    Verb.REVERTED: ("~", "changed back"),
}
_LONGEST_TEXT = 600


def line_of(phrase: Phrase, *, label: int, value: int, item: int) -> Line:
    """Show a change with all it has; `label`, `value` and `item` are the most characters of each.

    A reworded text stands in `pieces` and not in `was` and `now`; `sentence` is whole, and so is the list of `items`.
    """
    sign, word = _SIGNS[phrase.verb]
    pieces = pieces_of(((mark.kind.value, mark.text) for mark in phrase.marks), _LONGEST_TEXT)
    was, now, note = values_of(phrase)
    return Line(
        label=cut(plain(phrase.label), label),
        sign=sign,
        word="reworded" if pieces and phrase.verb is Verb.CHANGED else word,
        was="" if pieces else cut(plain(was), value),
        now="" if pieces else cut(plain(now), value),
        note=plain(note),
        sentence=plain(phrase.sentence),
        pieces=pieces,
        quote=cut(plain(phrase.quote or ""), _LONGEST_TEXT),
        items=tuple(cut(plain(name), item) for name in phrase.items),
        origin=plain(phrase.origin_note or ""),
    )


def values_of(phrase: Phrase) -> tuple[str, str, str]:
    """Return what is shown from, to, and beside it; the values are empty where the sentence says more."""
    was, now = ("", "") if phrase.says_more else (phrase.was or "", phrase.now or "")
    if phrase.verb is Verb.MOVED and phrase.heading and was:
        return "", now, f"moved from {was}"  # `was` is the heading it stood under
    return was, now, phrase.note or ""


def beside_label(sentence: str, label: str) -> str:
    """Return a sentence that stands beside its label, without saying the label twice."""
    if sentence.casefold().startswith((f"{label.casefold()} ", f"{label.casefold()}: ")):
        sentence = sentence[len(label) + 1 :].lstrip()
    return sentence[:1].upper() + sentence[1:]


def pieces_of(marks: Iterable[tuple[str, str]], most: int) -> tuple[Piece, ...]:
    """Return the pieces of a reworded text, trimmed, each with a note of the space before it.

    A replaced word and its successor are always kept apart.

    Args:
        marks: Kind (`same`, `added`, `removed`, `gap`) and text of each, in reading order.
        most: Most characters of a piece; a longer one is cut.

    Returns:
        The pieces in reading order; empty ones are left out.
    """
    pieces: list[Piece] = []
    is_apart = False
    for kind, words in marks:
        text = cut(plain(words), most)
        is_apart = is_apart or words[:1].isspace()
        if text:
            is_successor = bool(pieces) and pieces[-1].kind == "removed" and kind == "added"
            pieces.append(Piece(kind=kind, text=text, space=bool(pieces) and (is_apart or is_successor)))
            is_apart = False
        is_apart = is_apart or words[-1:].isspace()
    return tuple(pieces)
