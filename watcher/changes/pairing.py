"""Which item of an older list is which item of a newer one.

Lists are multisets: their order says nothing, and equal items may repeat. Equal items are paired first, then items with
the same key (the catalogue says which keys, strongest first), then items that share enough words. The work grows
near-linearly: a guess looks at no more than 20 candidates, those that share the rarest words.

Does not compare the paired items and does not decide what a pair means.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from watcher.changes.fields.row import Identity, Key
from watcher.changes.model import Json
from watcher.changes.normalise import canonical_text

MOST_CANDIDATES = 20
"""How many items a guess looks at."""

_ROUNDS = 4
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """Items of two lists, matched.

    Attributes:
        pairs: (old position, new position), in the order of the newer list; equal items included.
        removed: Old positions without a partner, ascending.
        added: New positions without a partner, ascending.
    """

    pairs: tuple[tuple[int, int], ...]
    removed: tuple[int, ...]
    added: tuple[int, ...]


class _Open:
    """What is still unpaired on both sides, in ascending positions; shrinks while pairs are found."""

    def __init__(self, old: int, new: int) -> None:
        self.old = dict.fromkeys(range(old))
        self.new = dict.fromkeys(range(new))
        self.pairs: list[tuple[int, int]] = []

    def pair(self, old: int, new: int) -> None:
        del self.old[old], self.new[new]
        self.pairs.append((old, new))

    def done(self) -> Pairing:
        return Pairing(
            pairs=tuple(sorted(self.pairs, key=lambda pair: pair[1])), removed=tuple(self.old), added=tuple(self.new)
        )


def pair_items(old: Sequence[Json], new: Sequence[Json], identity: Identity) -> Pairing:
    """Pair the items of two lists: equal ones, then by key, then by shared words.

    Args:
        old: Items of the older list; objects, texts or anything else.
        new: Items of the newer list.
        identity: How items of this list are told apart (the catalogue's row of the list). Texts and numbers are paired
            only when equal.

    Returns:
        Every position of both lists exactly once.
    """
    left = _Open(len(old), len(new))
    _pair_ends(old, new, left)
    _pair_equal_and_by_first_key(old, new, identity.keys[:1], left)
    for key in identity.keys[1:]:
        if not left.old or not left.new:
            break
        olds = _grouped(left.old, {at: _key(key, old[at]) for at in left.old}.__getitem__)
        news = _grouped(left.new, {at: _key(key, new[at]) for at in left.new}.__getitem__)
        _pair_by_key(old, new, olds, news, key, left)
    if identity.similar and left.old and left.new:
        _pair_similar(
            {index: _words_at(old[index], identity.similar) for index in left.old if isinstance(old[index], Mapping)},
            {index: _words_at(new[index], identity.similar) for index in left.new if isinstance(new[index], Mapping)},
            identity.least,
            left,
        )
    return left.done()


def pair_texts(old: Sequence[str], new: Sequence[str], *, least: float = 0.5) -> Pairing:
    """Pair texts: equal ones first, then the most similar by shared words.

    Args:
        old: Older texts.
        new: Newer texts.
        least: Least share of common words (0 to 1) for two texts to be one reworded.

    Returns:
        Every position of both lists exactly once.
    """
    left = _Open(len(old), len(new))
    _pair_ends(old, new, left)
    _pair_equal(old, new, list(left.old), list(left.new), left)
    _pair_similar(
        {index: words_of(old[index]) for index in left.old},
        {index: words_of(new[index]) for index in left.new},
        least,
        left,
    )
    return left.done()


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text: case-folded runs of letters and digits, each once."""
    return frozenset(_WORD.findall(text.casefold()))


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of common words of two sets, 0 to 1: twice the common ones by the sum of both (Dice)."""
    total = len(one) + len(other)
    return 2 * len(one & other) / total if total else 1.0


def _pair_ends(old: Sequence[Json], new: Sequence[Json], left: _Open) -> None:
    """Pair what is equal at the beginning and at the end: most of a list that changed in one place."""
    first, most = 0, min(len(old), len(new))
    while first < most and _is_equal(old[first], new[first]):
        left.pair(first, first)
        first += 1
    shift = len(new) - len(old)
    last = len(old) - 1
    while last >= first and last + shift >= first and _is_equal(old[last], new[last + shift]):
        left.pair(last, last + shift)
        last -= 1


def _is_equal(one: Json, other: Json) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _pair_equal_and_by_first_key(old: Sequence[Json], new: Sequence[Json], first: Sequence[Key], left: _Open) -> None:
    """Pair items that say the same, the nth with the nth, then those with the same strongest key.

    Equal items have equal keys. So where the strongest key leaves one item on each side, it will pair them anyway, and
    printing them in full, which is the dear part of pairing a large list, is spared.
    """
    if not left.old or not left.new:
        return
    old_keys = {at: _key(first[0], old[at]) if first else None for at in left.old}
    new_keys = {at: _key(first[0], new[at]) if first else None for at in left.new}
    olds, news = _grouped(old_keys, old_keys.__getitem__), _grouped(new_keys, new_keys.__getitem__)
    crowded = {key for groups in (olds, news) for key, group in groups.items() if len(group) > 1}
    _pair_equal(
        old,
        new,
        [at for at, key in old_keys.items() if key is None or key in crowded],
        [at for at, key in new_keys.items() if key is None or key in crowded],
        left,
    )
    for groups, still in ((olds, left.old), (news, left.new)):
        for key in crowded & groups.keys():
            groups[key] = [at for at in groups[key] if at in still]
    if first:
        _pair_by_key(old, new, olds, news, first[0], left)


def _pair_equal(
    old: Sequence[Json], new: Sequence[Json], olds: Iterable[int], news: Iterable[int], left: _Open
) -> None:
    _pair_groups(
        _grouped(olds, lambda at: canonical_text(old[at])), _grouped(news, lambda at: canonical_text(new[at])), left
    )


def _pair_by_key(
    old: Sequence[Json],
    new: Sequence[Json],
    olds: Mapping[Hashable, list[int]],
    news: Mapping[Hashable, list[int]],
    key: Key,
    left: _Open,
) -> None:
    """Pair what shares a key: one on each side at once, several by their words, the rest in order."""
    alone: list[Hashable] = []
    several: list[Hashable] = []
    for of, group in olds.items():
        if group and news.get(of):
            (alone if len(group) == len(news[of]) == 1 else several).append(of)
    for of in alone:
        left.pair(olds[of][0], news[of][0])
    for of in () if key.alone else several:
        _pair_similar(
            {at: _words_at(old[at], ("",)) for at in olds[of]},
            {at: _words_at(new[at], ("",)) for at in news[of]},
            0.0,
            left,
        )
        rest = [at for at in olds[of] if at in left.old], [at for at in news[of] if at in left.new]
        for one, other in zip(*rest, strict=False):
            left.pair(one, other)


def _key(key: Key, item: Json) -> Hashable | None:
    return key.of(item) if isinstance(item, Mapping) else None


def _grouped(positions: Iterable[int], of: Callable[[int], Hashable | None]) -> dict[Hashable, list[int]]:
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for position in positions:
        key = of(position)
        if key is not None:
            groups[key].append(position)
    return groups


def _pair_groups(olds: Mapping[Hashable, list[int]], news: Mapping[Hashable, list[int]], left: _Open) -> None:
    for of, group in olds.items():
        for one, other in zip(group, news.get(of, ()), strict=False):
            left.pair(one, other)


def _pair_similar(
    olds: Mapping[int, frozenset[str]], news: Mapping[int, frozenset[str]], least: float, left: _Open
) -> None:
    """Pair the most similar first. Candidates of an item are those that share its rarest words.

    What lost its best partners to others is asked again among what is left, a few times at most.
    """
    for _ in range(_ROUNDS):
        count = len(left.pairs)
        _pair_most_similar(
            {at: words for at, words in olds.items() if at in left.old},
            {at: words for at, words in news.items() if at in left.new},
            least,
            left,
        )
        if len(left.pairs) == count:
            return


def _pair_most_similar(
    olds: Mapping[int, frozenset[str]], news: Mapping[int, frozenset[str]], least: float, left: _Open
) -> None:
    having: dict[str, list[int]] = defaultdict(list)
    for position, words in news.items():
        for word in words:
            having[word].append(position)
    scored = []
    for position, words in olds.items():
        for other in _candidates(words, having):
            score = overlap(words, news[other])
            if score >= least:
                scored.append((-score, position, other))
    for _, position, other in sorted(scored):
        if position in left.old and other in left.new:
            left.pair(position, other)


def _candidates(words: frozenset[str], having: Mapping[str, list[int]]) -> list[int]:
    found: dict[int, None] = {}
    for word in sorted((word for word in words if word in having), key=lambda word: (len(having[word]), word)):
        for position in having[word]:
            found[position] = None
            if len(found) == MOST_CANDIDATES:
                return list(found)
    return list(found)


def _words_at(item: Json, paths: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for path in paths for text in _texts(item, path) for word in words_of(text))


def _texts(item: Json, path: str) -> Iterable[str]:
    if path and isinstance(item, Mapping):
        head, _, rest = path.partition(".")
        yield from _texts(item.get(head), rest)
    elif isinstance(item, str):
        yield item
    elif isinstance(item, Mapping):
        for part in item.values():
            yield from _texts(part, path)
    elif isinstance(item, Sequence):
        for part in item:
            yield from _texts(part, path)
    elif item is not None:
        yield repr(item)
