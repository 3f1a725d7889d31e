"""Which item of an older list is which item of a newer one.

Lists are multisets: their order says nothing, and equal items may repeat. Equal items are paired first, then items with
the same key (the catalogue says which keys, strongest first), then items that share enough words. The work grows
near-linearly: a guess looks at no more than 20 candidates that share a rare word.

Does not compare the paired items and does not decide what a pair means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from watcher.changes.fields.row import Identity
from watcher.changes.model import Json


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
    raise NotImplementedError


def pair_texts(old: Sequence[str], new: Sequence[str], *, least: float = 0.5) -> Pairing:
    """Pair texts: equal ones first, then the most similar by shared words.

    Args:
        old: Older texts.
        new: Newer texts.
        least: Least share of common words (0 to 1) for two texts to be one reworded.

    Returns:
        Every position of both lists exactly once.
    """
    raise NotImplementedError


def words_of(text: str) -> frozenset[str]:
    """Give the words of a text: case-folded runs of letters and digits, each once."""
    raise NotImplementedError


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Give the share of common words of two sets, 0 to 1: twice the common ones by the sum of both (Dice)."""
    total = len(one) + len(other)
    return 2 * len(one & other) / total if total else 1.0
