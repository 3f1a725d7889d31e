"""Which criterion of an older eligibility text is which one of a newer text.

Equal criteria are paired first, wherever they stand; then, between two neighbours that were paired, what was put in
place of what; then the most similar; at last across inclusion and exclusion. A criterion is compared with at most 20
others that share a rare word, so that the work grows near-linearly.

Does not say what a difference means.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product

from watcher.changes.criteria import Criterion, Section

_LEAST_IN_PLACE = 0.35
_LEAST_ALONE_IN_PLACE = 0.22
_LEAST_ANYWHERE = 0.5
_LEAST_MOVED = 0.7
_MOST_CANDIDATES = 20
_MOST_IN_PLACE = 400
_STEM = 6
_EMPTY_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an and any are as at be been by can for from had has have in is it its of on or other patient patients"
        " participant participants subject subjects that the their this those to was were who will with within study"
        " trial history",
    )
)
_WORD = re.compile(r"[^\W_]+(?:[.,]\d+)*|[<>≥≤]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """Criteria of two texts, matched; every criterion of both exactly once.

    Attributes:
        pairs: (older, newer), in the order of the newer text.
        removed: Older ones without a partner, in the order of the older text.
        added: Newer ones without a partner, in the order of the newer text.
    """

    pairs: tuple[tuple[Criterion, Criterion], ...]
    removed: tuple[Criterion, ...]
    added: tuple[Criterion, ...]


def pair(old: Sequence[Criterion], new: Sequence[Criterion]) -> Paired:
    """Pair the criteria of two texts.

    Args:
        old: Criteria of the older text, in its order.
        new: Criteria of the newer text, in its order.

    Returns:
        The pairing; a pair may be equal, reworded, or stand under another heading than before.
    """
    match = _Match(old=old, new=new)
    for same in (_place_and_cohort, _place, lambda criterion: ()):
        match.by_equality(same)
    match.in_place()
    match.by_likeness(_LEAST_ANYWHERE, lambda criterion: criterion.section)
    match.by_likeness(_LEAST_MOVED, lambda criterion: None)
    return Paired(
        pairs=tuple((old[match.partner_of_new[index]], new[index]) for index in sorted(match.partner_of_new)),
        removed=tuple(old[index] for index in match.free_old()),
        added=tuple(new[index] for index in match.free_new()),
    )


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Give the share of common words of two sets, 0 to 1: twice the common ones by the sum of both (Dice)."""
    total = len(one) + len(other)
    return 2 * len(one & other) / total if total else 1.0


def stems(text: str) -> frozenset[str]:
    """Give the beginnings of the telling words of a text; of all its words when none is telling."""
    words = _WORD.findall(text.casefold())
    telling = [word for word in words if word not in _EMPTY_WORDS] or words
    return frozenset(word if word[:1].isdigit() else word[:_STEM] for word in telling)


def _place_and_cohort(criterion: Criterion) -> Hashable:
    return criterion.section, (criterion.cohort or "").casefold()


def _place(criterion: Criterion) -> Hashable:
    return criterion.section


@dataclass(slots=True)
class _Match:
    old: Sequence[Criterion]
    new: Sequence[Criterion]
    partner_of_old: dict[int, int] = field(default_factory=dict)
    partner_of_new: dict[int, int] = field(default_factory=dict)
    stems_old: dict[int, frozenset[str]] = field(default_factory=dict)
    stems_new: dict[int, frozenset[str]] = field(default_factory=dict)

    def free_old(self) -> list[int]:
        return [index for index in range(len(self.old)) if index not in self.partner_of_old]

    def free_new(self) -> list[int]:
        return [index for index in range(len(self.new)) if index not in self.partner_of_new]

    def by_equality(self, place: Callable[[Criterion], Hashable]) -> None:
        waiting: dict[Hashable, list[int]] = defaultdict(list)
        for index in reversed(self.free_old()):
            waiting[place(self.old[index]), self.old[index].key].append(index)
        for index in self.free_new():
            found = waiting.get((place(self.new[index]), self.new[index].key))
            if found:
                self._join(found.pop(), index)

    def in_place(self) -> None:
        """Pair what stands between the same two paired neighbours."""
        gaps_old, gaps_new = self._gaps_old(), self._gaps_new()
        for gap, new in gaps_new.items():
            old = gaps_old.get(gap, [])
            if len(old) * len(new) > _MOST_IN_PLACE:
                continue
            least = _LEAST_ALONE_IN_PLACE if len(old) == len(new) == 1 else _LEAST_IN_PLACE
            self._best(product(old, new), least)

    def by_likeness(self, least: float, place: Callable[[Criterion], Section | None]) -> None:
        holders: dict[Hashable, list[int]] = defaultdict(list)
        for index in self.free_old():
            for stem in self._old_stems(index):
                holders[place(self.old[index]), stem].append(index)
        candidates: list[tuple[int, int]] = []
        for index in self.free_new():
            section = place(self.new[index])
            blocks = [held for stem in self._new_stems(index) if (held := holders.get((section, stem)))]
            seen: dict[int, None] = {}
            for held in sorted(blocks, key=len):
                seen.update(dict.fromkeys(self._nearest(held, index)))
                if len(seen) >= _MOST_CANDIDATES:
                    break
            candidates.extend((candidate, index) for candidate in list(seen)[:_MOST_CANDIDATES])
        self._best(candidates, least)

    def _nearest(self, held: list[int], index: int) -> list[int]:
        if len(held) <= _MOST_CANDIDATES:
            return held
        return sorted(held, key=lambda candidate: abs(candidate - index))[:_MOST_CANDIDATES]

    def _best(self, candidates: Iterable[tuple[int, int]], least: float) -> None:
        scored = (
            (-likeness(self._old_stems(old), self._new_stems(new)), abs(old - new), new, old) for old, new in candidates
        )
        for score, _, new, old in sorted(scored):
            if -score >= least and old not in self.partner_of_old and new not in self.partner_of_new:
                self._join(old, new)

    def _gaps_old(self) -> dict[Hashable, list[int]]:
        gaps: dict[Hashable, list[int]] = defaultdict(list)
        anchors: dict[Section, int] = {}
        for index, criterion in enumerate(self.old):
            partner = self.partner_of_old.get(index)
            if partner is None:
                gaps[criterion.section, anchors.get(criterion.section)].append(index)
            elif self.new[partner].section is criterion.section:
                anchors[criterion.section] = partner
        return gaps

    def _gaps_new(self) -> dict[Hashable, list[int]]:
        gaps: dict[Hashable, list[int]] = defaultdict(list)
        anchors: dict[Section, int] = {}
        for index, criterion in enumerate(self.new):
            partner = self.partner_of_new.get(index)
            if partner is None:
                gaps[criterion.section, anchors.get(criterion.section)].append(index)
            elif self.old[partner].section is criterion.section:
                anchors[criterion.section] = index
        return gaps

    def _join(self, old: int, new: int) -> None:
        self.partner_of_old[old] = new
        self.partner_of_new[new] = old

    def _old_stems(self, index: int) -> frozenset[str]:
        if index not in self.stems_old:
            self.stems_old[index] = stems(self.old[index].key)
        return self.stems_old[index]

    def _new_stems(self, index: int) -> frozenset[str]:
        if index not in self.stems_new:
            self.stems_new[index] = stems(self.new[index].key)
        return self.stems_new[index]
