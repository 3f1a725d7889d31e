"""Word by word: what was inserted into and deleted from a text, as marks, and marks shortened to what matters.

Compares one chosen pair of texts; choosing the pair is not done here. The work is bounded: equal ends are cut off
first, long texts are compared sentence by sentence, and only sentences that replaced each other word by word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher

from watcher.changes.model import Mark, MarkKind

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|\s+|.", re.DOTALL)
_SENTENCE = re.compile(r"[^.;\n]*[.;\n]*\s*")
_MOST_TOKENS = 500
_LONGEST_ISLAND = 16
_LONGEST_IN_BRACKETS = 40
_MOST_PIECE = (240, 160, 110, 70, 40, 24)
_LAST_GAP = re.compile(r"[\s.,;:–-]+…$")
_GAP = Mark(MarkKind.GAP, "…")


def tokens(text: str) -> list[str]:
    """Cut a text into numbers, words, runs of blanks and single signs; joined they are the text again."""
    return _TOKEN.findall(text)


def diff(old: str, new: str) -> tuple[Mark, ...]:
    """Compare two texts word by word.

    Args:
        old: Older text, as it is to be shown.
        new: Newer text.

    Returns:
        Marks in reading order, no two neighbours of one kind: SAME and REMOVED joined are the older text, SAME and
        ADDED joined the newer one. Empty for two empty texts; no GAP.
    """
    return _merged(_whole_brackets(_merged(_joined(_compare(tokens(old), tokens(new))))))


def shorten(marks: Sequence[Mark], *, limit: int = 320, around: int = 40) -> tuple[Mark, ...]:
    """Leave out unchanged words so that the change stays in sight.

    Args:
        marks: What `diff` gave.
        limit: Most characters in all; what is over is cut, the changed words last.
        around: About how many unchanged characters stay beside each change.

    Returns:
        Marks with a GAP (`…`) for every stretch left out; as they came when they are short enough.
    """
    if sum(len(mark.text) for mark in marks) <= limit:
        return tuple(marks)
    kept: list[Mark] = []
    for index, mark in enumerate(marks):
        if mark.kind is MarkKind.SAME:
            kept.extend(_without_middle(mark.text, around, index == 0, index == len(marks) - 1))
        else:
            kept.append(mark)
    return _within(kept, limit)


def changed_tokens(marks: Iterable[Mark]) -> tuple[list[str], list[str]]:
    """Return the deleted and the inserted words, numbers and signs of a diff, without blanks, in order."""
    removed: list[str] = []
    added: list[str] = []
    for mark in marks:
        if mark.kind in (MarkKind.REMOVED, MarkKind.ADDED):
            side = removed if mark.kind is MarkKind.REMOVED else added
            side.extend(token for token in tokens(mark.text) if not token.isspace())
    return removed, added


def side(marks: Iterable[Mark], kind: MarkKind) -> str:
    """Return one side of shortened marks as a text: what is unchanged, left out, and of the given kind."""
    shown = "".join(mark.text for mark in marks if mark.kind in (MarkKind.SAME, MarkKind.GAP, kind))
    joined = re.sub(r"\s+", " ", re.sub(r"…(?:\s*…)+", "…", shown)).strip()
    return _LAST_GAP.sub("…", joined)


def _compare(old: Sequence[str], new: Sequence[str]) -> list[Mark]:
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    middle_old, middle_new = old[head : len(old) - tail], new[head : len(new) - tail]
    inner = _by_words if max(len(middle_old), len(middle_new)) <= _MOST_TOKENS else _by_sentences
    return [
        Mark(MarkKind.SAME, "".join(old[:head])),
        *inner(middle_old, middle_new),
        Mark(MarkKind.SAME, "".join(old[len(old) - tail :])),
    ]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _by_words(old: Sequence[str], new: Sequence[str]) -> list[Mark]:
    return _opcodes(old, new, _replaced)


def _by_sentences(old: Sequence[str], new: Sequence[str]) -> list[Mark]:
    cut_old, cut_new = (_SENTENCE.findall("".join(side)) for side in (old, new))
    if max(len(cut_old), len(cut_new)) > _MOST_TOKENS:
        return _replaced(old, new)
    return _opcodes(cut_old, cut_new, _replaced_sentences)


def _replaced_sentences(old: Sequence[str], new: Sequence[str]) -> list[Mark]:
    words_old, words_new = tokens("".join(old)), tokens("".join(new))
    if max(len(words_old), len(words_new)) > _MOST_TOKENS:
        return _replaced(old, new)
    return _by_words(words_old, words_new)


def _replaced(old: Sequence[str], new: Sequence[str]) -> list[Mark]:
    return [Mark(MarkKind.REMOVED, "".join(old)), Mark(MarkKind.ADDED, "".join(new))]


def _opcodes(
    old: Sequence[str], new: Sequence[str], replaced: Callable[[Sequence[str], Sequence[str]], list[Mark]]
) -> list[Mark]:
    marks: list[Mark] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            marks.append(Mark(MarkKind.SAME, "".join(old[i1:i2])))
        else:
            marks.extend(replaced(old[i1:i2], new[j1:j2]))
    return marks


def _joined(marks: Iterable[Mark]) -> list[Mark]:
    """Take a lone sign or word between two changes into both of them, so that phrases replace phrases."""
    pieces = [mark for mark in marks if mark.text]
    islands = {
        index
        for index in range(1, len(pieces) - 1)
        if pieces[index].kind is MarkKind.SAME and _is_island(pieces, index)
    }
    out: list[Mark] = []
    for index, piece in enumerate(pieces):
        if index in islands:
            out += [Mark(MarkKind.REMOVED, piece.text), Mark(MarkKind.ADDED, piece.text)]
        else:
            out.append(piece)
    return out


def _is_island(pieces: Sequence[Mark], index: int) -> bool:
    """Whether an unchanged piece of at most one word stands between two changes, one of them of words."""
    before, text, after = pieces[index - 1], pieces[index].text, pieces[index + 1]
    if MarkKind.SAME in (before.kind, after.kind):
        return False
    words = sum(token[0].isalnum() for token in tokens(text))
    near = "".join(piece.text for piece in pieces[max(0, index - 2) : index + 3] if piece.kind is not MarkKind.SAME)
    return words == 0 or (words == 1 and len(text) <= _LONGEST_ISLAND and any(sign.isalpha() for sign in near))


def _whole_brackets(marks: Sequence[Mark]) -> list[Mark]:
    """Take a few unchanged words into the changes around them that put them into brackets, or out of them."""
    out: list[Mark] = []
    for index, mark in enumerate(marks):
        before, after = (_halves(marks, index, step) for step in (-1, 1))
        is_inside = mark.kind is MarkKind.SAME and len(mark.text) <= _LONGEST_IN_BRACKETS
        if is_inside and any(
            _depth(one.text) > 0 > _depth(other.text) for one in before for other in after if one.kind is other.kind
        ):
            out += [Mark(MarkKind.REMOVED, mark.text), Mark(MarkKind.ADDED, mark.text)]
        else:
            out.append(mark)
    return out


def _halves(marks: Sequence[Mark], index: int, step: int) -> list[Mark]:
    """Return the one or two halves of the change beside an unchanged piece."""
    near = [marks[at] for at in (index + step, index + 2 * step) if 0 <= at < len(marks)]
    return [
        mark
        for mark in near[: 2 if near and near[0].kind is not MarkKind.SAME else 0]
        if mark.kind is not MarkKind.SAME
    ]


def _depth(text: str) -> int:
    """Return how many brackets a text leaves open; below 0 when it closes more than it opens."""
    return sum((sign in "([") - (sign in ")]") for sign in text)


def _merged(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Join neighbours of one kind; between two unchanged stretches all deletions stand before all insertions."""
    out: list[Mark] = []
    removed = added = ""
    for mark in (*marks, Mark(MarkKind.SAME, "")):
        if mark.kind is MarkKind.REMOVED:
            removed += mark.text
        elif mark.kind is MarkKind.ADDED:
            added += mark.text
        else:
            _append(out, removed, added)
            removed = added = ""
            _append_same(out, mark.text)
    return tuple(out)


def _append(out: list[Mark], removed: str, added: str) -> None:
    if removed == added:
        _append_same(out, removed)
        return
    out.extend(Mark(kind, text) for kind, text in ((MarkKind.REMOVED, removed), (MarkKind.ADDED, added)) if text)


def _append_same(out: list[Mark], text: str) -> None:
    if text and out and out[-1].kind is MarkKind.SAME:
        out[-1] = Mark(MarkKind.SAME, out[-1].text + text)
    elif text:
        out.append(Mark(MarkKind.SAME, text))


def _without_middle(text: str, around: int, is_first: bool, is_last: bool) -> list[Mark]:
    head = "" if is_first else _cut(text, around, keep_start=True)
    tail = "" if is_last else _cut(text, around, keep_start=False)
    if len(head) + len(tail) + around >= len(text):
        return [Mark(MarkKind.SAME, text)]
    return [mark for mark in (Mark(MarkKind.SAME, head), _GAP, Mark(MarkKind.SAME, tail)) if mark.text]


def _cut(text: str, around: int, *, keep_start: bool) -> str:
    """Return the first or last characters of a text, whole words only, with a blank towards the gap."""
    if keep_start:
        return text[:around].rpartition(" ")[0] + " "
    return " " + text[-around:].partition(" ")[2]


def _within(marks: Sequence[Mark], limit: int) -> tuple[Mark, ...]:
    """Cut marks that are still too long: the longest changed stretches first, what is over at the end is left out."""
    cut = list(marks)
    for most in _MOST_PIECE:
        if sum(len(mark.text) for mark in cut) <= limit:
            break
        cut = [_shortened(mark, most) for mark in marks]
    out: list[Mark] = []
    left = limit
    for mark in cut:
        if len(mark.text) > left:
            out.append(_GAP)
            break
        out.append(mark)
        left -= len(mark.text)
    return tuple(mark for index, mark in enumerate(out) if not (index and mark is _GAP is out[index - 1]))


def _shortened(mark: Mark, most: int) -> Mark:
    if mark.kind not in (MarkKind.REMOVED, MarkKind.ADDED) or len(mark.text) <= most:
        return mark
    return Mark(mark.kind, _cut(mark.text, most, keep_start=True).rstrip(" .,;:–-") + "…")
