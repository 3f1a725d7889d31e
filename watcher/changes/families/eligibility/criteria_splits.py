"""Criteria that were cut in two or more, or put together: the words stay, the number of points differs.

Works on words alone and near-linearly: a criterion is compared only with others that share a rare word with it. Does
not say how much a split matters; `eligibility_changes` does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

Words = frozenset[str]

_MOST_PARTS = 8
_MOST_HOLDERS = 40
_MOST_CANDIDATES = 40
_LEAST_WHOLE = 3
_LEAST_WITHIN = 0.8
_LEAST_COVERED = 0.75
_LONGEST_CUT = 4000

JOINERS = frozenset({"and", "or", "and/or", "as", "but", "also", "with"})
"""Words that may stand where a criterion is cut."""


@dataclass(frozen=True, slots=True)
class Split:
    """One criterion and the parts it was cut into, all by their index; the parts in the order of their text."""

    whole: int
    parts: tuple[int, ...]


def splits(
    wholes: Mapping[int, Words], parts: Mapping[int, Words], fits: Callable[[int, int], bool]
) -> tuple[Split, ...]:
    """Find criteria whose words are shared out among several criteria of the other text.

    Args:
        wholes: Criteria without an equal partner, by index: their telling words.
        parts: Those of the other text.
        fits: Whether a whole and a part may belong together (their sections agree).

    Returns:
        Splits in which the words of every part stand in the whole, nearly all words of the whole stand in the parts,
        and every part brings words of its own. No index is used twice.
    """
    holders = _holders(parts)
    taken: set[int] = set()
    found: list[Split] = []
    for whole, words in wholes.items():
        if len(words) < _LEAST_WHOLE:
            continue
        within = [
            part
            for part in _candidates(words, holders)
            if part not in taken and fits(whole, part) and _share(parts[part], words) >= _LEAST_WITHIN
        ]
        chosen = _chosen(words, {part: parts[part] & words for part in sorted(within)})
        if chosen:
            taken.update(chosen)
            found.append(Split(whole, chosen))
    return tuple(found)


def cuts(wholes: Mapping[int, str], parts: Mapping[int, str], fits: Callable[[int, int], bool]) -> tuple[Split, ...]:
    """Find criteria that are two others, word for word, one after the other; a joining word between them may be gone.

    Args:
        wholes: Criteria without an equal partner, by index: their keys.
        parts: Those of the other text.
        fits: Whether a whole and a part may belong together.
    """
    by_key: dict[str, list[int]] = defaultdict(list)
    for index, said in sorted(parts.items(), reverse=True):
        by_key[said].append(index)
    longest = max(map(len, by_key), default=0)
    found: list[Split] = []
    for whole, said in wholes.items():
        for first, second in _halves(said, longest):
            one, other = by_key.get(first), by_key.get(second)
            if one and other and one is not other and fits(whole, one[-1]) and fits(whole, other[-1]):
                found.append(Split(whole, tuple(sorted((one.pop(), other.pop())))))
                break
    return tuple(found)


def _halves(said: str, longest: int) -> Iterator[tuple[str, str]]:
    """Cut a key in two at every word; with a joining word at the cut, also without it."""
    if len(said) > _LONGEST_CUT or len(said) > 2 * longest + max(map(len, JOINERS)) + 2:
        return
    at = said.find(" ")
    while at >= 0:
        first, second = said[:at], said[at + 1 :]
        yield first, second
        joiner, _, rest = second.partition(" ")
        if joiner in JOINERS and rest:
            yield first, rest
        at = said.find(" ", at + 1)


def rest_of(
    before: Words, after: Words, others: Mapping[int, Words], fits: Callable[[int], bool], *, most: int = _MOST_PARTS
) -> tuple[int, ...]:
    """Find criteria that hold what a reworded criterion lost.

    Args:
        before: Words of the criterion before it was reworded.
        after: Its words now.
        others: Criteria without a partner, by index.
        fits: Whether one may belong to it.
        most: How many at most.

    Returns:
        Indices, in order: all words of each stand in `before`, most of them no longer in `after`.
    """
    lost = before - after
    found = []
    for index, words in others.items():
        own = words - after
        if own and words <= before and 2 * len(own) >= len(words) and own <= lost and fits(index):
            found.append(index)
    return tuple(found[:most])


def _chosen(words: Words, within: Mapping[int, Words]) -> tuple[int, ...]:
    """Choose parts that cover a whole, the largest first; each must bring something of its own."""
    chosen: list[int] = []
    covered: set[str] = set()
    for part in sorted(within, key=lambda index: (-len(within[index]), index)):
        if len(within[part]) == len(words):
            continue  # a part as large as the whole is the whole reworded
        if len(chosen) < _MOST_PARTS and not within[part] <= covered:
            chosen.append(part)
            covered |= within[part]
    is_whole = len(chosen) > 1 and len(covered) >= _LEAST_COVERED * len(words)
    return tuple(sorted(chosen)) if is_whole else ()


def _holders(parts: Mapping[int, Words]) -> Mapping[str, Sequence[int]]:
    holders: dict[str, list[int]] = defaultdict(list)
    for index, words in parts.items():
        for word in words:
            holders[word].append(index)
    return holders


def _candidates(words: Words, holders: Mapping[str, Sequence[int]]) -> Iterable[int]:
    held = sorted((found for word in words if (found := holders.get(word))), key=len)
    seen: dict[int, None] = {}
    for found in held:
        if len(found) > _MOST_HOLDERS or len(seen) >= _MOST_CANDIDATES:
            break
        seen.update(dict.fromkeys(found))
    return list(seen)


def _share(part: Words, whole: Words) -> float:
    return len(part & whole) / len(part) if part else 0.0
