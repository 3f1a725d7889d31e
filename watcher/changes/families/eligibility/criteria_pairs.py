"""Which criterion of an older eligibility text is which one of a newer text.

Equal criteria are paired first, wherever they stand; then those that were split or merged are found; then, between two
neighbours that were paired, what was put in place of what; then the most similar; at last across inclusion and
exclusion. A criterion without a section fits one of any section. A criterion is compared with at most 20 others that
share a rare word, so that the work grows near-linearly.

Does not say what a difference means.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product

from watcher.changes.families.eligibility.criteria import Criterion
from watcher.changes.families.eligibility.criteria_splits import Words, cuts, rest_of, splits
from watcher.changes.families.eligibility.headings import Section

_LEAST_IN_PLACE = 0.35
_LEAST_ALONE_IN_PLACE = 0.22
_LEAST_ANYWHERE = 0.5
_LEAST_MOVED = 0.7
_MOST_CANDIDATES = 20
_MOST_IN_PLACE = 400
_MOST_REWORDED = 400
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
        split: (older, its parts in the newer text).
        merged: (parts in the older text, newer).
        removed: Older ones without a partner, in the order of the older text.
        added: Newer ones without a partner, in the order of the newer text.
    """

    pairs: tuple[tuple[Criterion, Criterion], ...]
    split: tuple[tuple[Criterion, tuple[Criterion, ...]], ...] = ()
    merged: tuple[tuple[tuple[Criterion, ...], Criterion], ...] = ()
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
    match.by_sharing_out()
    match.in_place(lambda criterion: criterion.section)
    match.in_place(lambda criterion: None)
    match.by_likeness(_LEAST_ANYWHERE, _is_one_section)
    match.by_likeness(_LEAST_MOVED, lambda one, other: True)
    match.by_rest()
    grouped = match.grouped_new()
    single = [(partner, index) for index, partner in match.partner_of_new.items() if index not in grouped]
    return Paired(
        pairs=tuple((old[one], new[other]) for one, other in sorted(single, key=lambda pair: pair[1])),
        split=tuple((old[one], tuple(new[part] for part in parts)) for one, parts in sorted(match.split.items())),
        merged=tuple((tuple(old[part] for part in parts), new[one]) for one, parts in sorted(match.merged.items())),
        removed=tuple(old[index] for index in match.free_old()),
        added=tuple(new[index] for index in match.free_new()),
    )


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of common words of two sets, 0 to 1: twice the common ones by the sum of both (Dice)."""
    total = len(one) + len(other)
    return 2 * len(one & other) / total if total else 1.0


def stems(text: str) -> frozenset[str]:
    """Return the beginnings of the telling words of a text; of all its words when none is telling."""
    words = _WORD.findall(text.casefold())
    telling = [word for word in words if word not in _EMPTY_WORDS] or words
    return frozenset(word if word[:1].isdigit() else word[:_STEM] for word in telling)


def _is_one_section(one: Criterion, other: Criterion) -> bool:
    """Whether two criteria stand in the same section, or one of them in none."""
    return one.section is other.section or Section.OPEN in (one.section, other.section)


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
    split: dict[int, tuple[int, ...]] = field(default_factory=dict)
    merged: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def free_old(self) -> list[int]:
        """Return the older criteria that have no partner yet."""
        return [index for index in range(len(self.old)) if index not in self.partner_of_old]

    def free_new(self) -> list[int]:
        """Return the newer criteria that have no partner yet."""
        return [index for index in range(len(self.new)) if index not in self.partner_of_new]

    def grouped_new(self) -> set[int]:
        """Return the newer criteria that belong to a split or are a merger."""
        return {*self.merged, *(part for parts in self.split.values() for part in parts)}

    def by_sharing_out(self) -> None:
        """Find the criteria that were split, then those that were merged, among those without an equal partner."""
        for found in cuts(self._keys(self.old, self.free_old()), self._keys(self.new, self.free_new()), self._fits):
            self._set_split(found.whole, found.parts)
        for found in cuts(
            self._keys(self.new, self.free_new()), self._keys(self.old, self.free_old()), self._fits_back
        ):
            self._set_merged(found.parts, found.whole)
        old, new = self._free_words()
        for found in splits(old, new, self._fits):
            self._set_split(found.whole, found.parts)
        old, new = self._free_words()
        for found in splits(new, old, self._fits_back):
            self._set_merged(found.parts, found.whole)

    def _keys(self, criteria: Sequence[Criterion], indices: Iterable[int]) -> dict[int, str]:
        return {index: criteria[index].key for index in indices}

    def _fits_back(self, new: int, old: int) -> bool:
        return self._fits(old, new)

    def by_rest(self) -> None:
        """Take a criterion added or removed into a reworded one when all its words stood, or now stand, in that."""
        if len(self.partner_of_old) > _MOST_REWORDED and len(self.free_new()) + len(self.free_old()) > _MOST_IN_PLACE:
            return
        grouped_new, reworded = self.grouped_new(), self._reworded()
        for one, other in reworded:
            if other in grouped_new:
                continue
            before, after = self._old_stems(one), self._new_stems(other)
            added = {index: self._new_stems(index) for index in self.free_new()}
            parts = rest_of(before, after, added, partial(self._fits, one))
            if parts:
                self._set_split(one, tuple(sorted((other, *parts))))
                continue
            removed = {index: self._old_stems(index) for index in self.free_old()}
            parts = rest_of(after, before, removed, partial(self._fits_back, other))
            if parts:
                self._set_merged(tuple(sorted((one, *parts))), other)

    def _reworded(self) -> list[tuple[int, int]]:
        return [(one, other) for one, other in self.partner_of_old.items() if self.old[one].key != self.new[other].key]

    def _free_words(self) -> tuple[dict[int, Words], dict[int, Words]]:
        return (
            {index: self._old_stems(index) for index in self.free_old()},
            {index: self._new_stems(index) for index in self.free_new()},
        )

    def _fits(self, old: int, new: int) -> bool:
        return _is_one_section(self.old[old], self.new[new])

    def _set_split(self, whole: int, parts: tuple[int, ...]) -> None:
        self.split[whole] = parts
        self.partner_of_old[whole] = parts[0]
        self.partner_of_new.update(dict.fromkeys(parts, whole))

    def _set_merged(self, parts: tuple[int, ...], whole: int) -> None:
        self.merged[whole] = parts
        self.partner_of_new[whole] = parts[0]
        self.partner_of_old.update(dict.fromkeys(parts, whole))

    def by_equality(self, place: Callable[[Criterion], Hashable]) -> None:
        """Pair criteria with equal text at equal places."""
        waiting: dict[Hashable, list[int]] = defaultdict(list)
        for index in reversed(self.free_old()):
            waiting[place(self.old[index]), self.old[index].key].append(index)
        for index in self.free_new():
            found = waiting.get((place(self.new[index]), self.new[index].key))
            if found:
                self._join(found.pop(), index)

    def in_place(self, place: Callable[[Criterion], Section | None]) -> None:
        """Pair criteria that lie between the same two paired neighbours."""
        gaps_old = _gaps(self.old, self.new, self.partner_of_old, place, of_older=True)
        gaps_new = _gaps(self.new, self.old, self.partner_of_new, place, of_older=False)
        for gap, new in gaps_new.items():
            old = gaps_old.get(gap, [])
            if len(old) * len(new) > _MOST_IN_PLACE:
                continue
            least = _LEAST_ALONE_IN_PLACE if len(old) == len(new) == 1 else _LEAST_IN_PLACE
            self._best(((one, other) for one, other in product(old, new) if self._fits(one, other)), least)

    def by_likeness(self, least: float, fits: Callable[[Criterion, Criterion], bool]) -> None:
        """Pair the criteria that share most words, the likest first, if they share at least so many."""
        holders: dict[str, list[int]] = defaultdict(list)
        for index in self.free_old():
            for stem in self._old_stems(index):
                holders[stem].append(index)
        candidates: list[tuple[int, int]] = []
        for index in self.free_new():
            blocks = [held for stem in self._new_stems(index) if (held := holders.get(stem))]
            seen: dict[int, None] = {}
            for held in sorted(blocks, key=len):
                near = self._nearest(held, index)
                seen.update(dict.fromkeys(one for one in near if fits(self.old[one], self.new[index])))
                if len(seen) >= _MOST_CANDIDATES:
                    break
            candidates.extend((candidate, index) for candidate in list(seen)[:_MOST_CANDIDATES])
        self._best(candidates, least)

    def _nearest(self, held: list[int], index: int) -> list[int]:
        if len(held) <= _MOST_CANDIDATES:
            return held
        return sorted(held, key=lambda candidate: abs(candidate - index))[: 2 * _MOST_CANDIDATES]

    def _best(self, candidates: Iterable[tuple[int, int]], least: float) -> None:
        scored = (
            (-likeness(self._old_stems(old), self._new_stems(new)), abs(old - new), new, old) for old, new in candidates
        )
        for score, _, new, old in sorted(scored):
            if -score >= least and old not in self.partner_of_old and new not in self.partner_of_new:
                self._join(old, new)

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


def _gaps(
    criteria: Sequence[Criterion],
    others: Sequence[Criterion],
    partners: Mapping[int, int],
    place: Callable[[Criterion], Section | None],
    *,
    of_older: bool,
) -> dict[Hashable, list[int]]:
    """Return the criteria without a partner by the paired neighbour before them, named by its newer index."""
    gaps: dict[Hashable, list[int]] = defaultdict(list)
    anchors: dict[Section | None, int] = {}
    for index, criterion in enumerate(criteria):
        partner, section = partners.get(index), place(criterion)
        if partner is None:
            gaps[section, anchors.get(section)].append(index)
        elif place(others[partner]) is section:
            anchors[section] = partner if of_older else index
    return gaps
