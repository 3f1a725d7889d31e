"""Which site of the older list is which of the newer one, where key and address do not say so.

Works round by round, the strongest proof first: the same address, the same name in one town, the sponsor's number, like
names in one town, one postal code, as many hidden names as shown ones in a town, a town spelt another way. What cannot
be decided is a list of a town that was rewritten. The work grows nearly linearly: names are compared only within a
town, and one name with at most 20 others.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from watcher.changes.families.sites.places import Site, are_near, has_other_number, is_town_spelt_longer, point
from watcher.changes.families.sites.site_names import (
    ALIKE,
    SiteName,
    likeness,
    place_words,
    plain_text,
    share_a_word,
    site_name,
)
from watcher.changes.meaning.parts import Item

MOST_CANDIDATES = 20
"""With as many others one name is compared."""

_NEAR_DEGREES = 0.3  # about 30 km: one town under two names
_SAME_DEGREES = 0.05  # about 5 km
_UNMISTAKABLE = 3  # so many telling words no two facilities of a country share
_ALIKE_ELSEWHERE = 0.75  # names in towns spelt two ways: all telling words of one stand in the other


@dataclass(frozen=True, slots=True, eq=False)
class Half:
    """One row of one list that has no partner yet.

    Attributes:
        site: The row.
        item: The edits that touch it.
        is_masked: Whether its name tells it from no other.
        number: The sponsor's number of the site, where known.
    """

    site: Site
    item: Item
    is_masked: bool
    number: str | None


@dataclass(frozen=True, slots=True)
class Town:
    """Rows of one town of which it cannot be decided which is which."""

    gone: tuple[Half, ...]
    came: tuple[Half, ...]


@dataclass(slots=True)
class Matching:
    """What is matched so far, and what is left on both sides."""

    gone: dict[Half, None]
    came: dict[Half, None]
    pairs: list[tuple[Half, Half]] = field(default_factory=list)
    towns: list[Town] = field(default_factory=list)
    names: dict[Half, SiteName] = field(default_factory=dict)
    places: dict[str, frozenset[str]] = field(default_factory=dict)

    def pair(self, old: Half, new: Half) -> None:
        """Note that two rows are one site."""
        del self.gone[old], self.came[new]
        self.pairs.append((old, new))

    def name(self, half: Half) -> SiteName:
        """Return the words of a row's name, read once."""
        found = self.names.get(half)
        if found is None:
            site = half.site
            around = frozenset().union(*(self._place(text) for text in (site.city, site.state, site.country)))
            found = self.names[half] = site_name(site.facility, around)
        return found

    def _place(self, text: str) -> frozenset[str]:
        found = self.places.get(text)
        if found is None:
            found = self.places[text] = place_words(text)
        return found

    def groups(self, key: Callable[[Site], Hashable | None]) -> Iterator[tuple[list[Half], list[Half]]]:
        """Yield what is left on both sides under each key that both have."""
        sides: list[dict[Hashable, list[Half]]] = [{}, {}]
        for side, halves in zip(sides, (self.gone, self.came), strict=True):
            for half in halves:
                found = key(half.site)
                if found is not None:
                    side.setdefault(found, []).append(half)
        for found, ours in sides[0].items():
            if found in sides[1]:
                yield ours, sides[1][found]


def match(gone: Iterable[Half], came: Iterable[Half]) -> Matching:
    """Match rows of the older list with those of the newer one.

    Args:
        gone: Rows of the older list without a partner.
        came: Rows of the newer list without one.

    Returns:
        Pairs that are one site each, towns whose lists were rewritten, and what was removed and added.
    """
    left = Matching(dict.fromkeys(gone), dict.fromkeys(came))
    for step in _ROUNDS:
        if not left.gone or not left.came:
            break
        step(left)
    return left


def _same_address(left: Matching) -> None:
    for ours, theirs in left.groups(lambda site: site.identity):
        _pair_in_order(left, ours, theirs)


def _same_name(left: Matching) -> None:
    for ours, theirs in left.groups(lambda site: (*site.town, plain_text(site.facility)) if site.facility else None):
        if not ours[0].is_masked:
            _pair_in_order(left, ours, theirs)


def _same_number(left: Matching) -> None:
    sides: list[dict[Hashable, list[Half]]] = [{}, {}]
    for side, halves in zip(sides, (left.gone, left.came), strict=True):
        for half in halves:
            if half.number is not None:
                side.setdefault((half.site.country, half.number), []).append(half)
    for key, ours in sides[0].items():
        theirs = sides[1].get(key, [])
        if len(ours) == len(theirs) == 1 and _is_in_one_place(ours[0].site, theirs[0].site):
            left.pair(ours[0], theirs[0])


def _is_in_one_place(old: Site, new: Site) -> bool:
    return old.town == new.town or are_near(old, new, _NEAR_DEGREES) or is_town_spelt_longer(old, new)


def _alike_in_town(left: Matching) -> None:
    for ours, theirs in left.groups(lambda site: site.town):
        _pair_alike(left, ours, theirs, ALIKE)


def _same_code(left: Matching) -> None:
    for ours, theirs in left.groups(_code):
        if len(ours) == len(theirs) and _is_uniform(ours) and _is_uniform(theirs):
            _pair_in_order(left, ours, theirs)


def _one_in_town(left: Matching) -> None:
    """Pair the only two rows left in a town where their names share a telling word."""
    for ours, theirs in left.groups(lambda site: site.town):
        is_alone = len(ours) == len(theirs) == 1 and not ours[0].is_masked and not theirs[0].is_masked
        if is_alone and share_a_word(left.name(ours[0]), left.name(theirs[0])):
            _pair_in_order(left, ours, theirs)


def _hidden_in_town(left: Matching) -> None:
    """Pair as many hidden names with as many shown ones, or other hidden ones, in one town."""
    for ours, theirs in left.groups(lambda site: site.town):
        if not _is_uniform(ours) or not _is_uniform(theirs):
            continue
        both = ours[0].is_masked and theirs[0].is_masked
        one = ours[0].is_masked or theirs[0].is_masked
        if both or (one and len(ours) == len(theirs)):
            _pair_in_order(left, ours, theirs)


def _town_respelt(left: Matching) -> None:
    """Pair what has one name in a country, or a like name at one place, where the town is spelt another way."""
    for ours, theirs in left.groups(_named):
        is_alone = len(ours) == len(theirs) == 1 and not ours[0].is_masked
        is_unmistakable = is_alone and len(left.name(ours[0]).telling) >= _UNMISTAKABLE
        if is_alone and (is_unmistakable or _is_in_one_place(ours[0].site, theirs[0].site)):
            left.pair(ours[0], theirs[0])
    for shift in (0.0, _NEAR_DEGREES / 2):
        for ours, theirs in left.groups(partial(_spot, shift=shift)):
            _pair_alike(left, ours, theirs, _ALIKE_ELSEWHERE)
            _pair_hidden(
                left, [half for half in ours if half in left.gone], [one for one in theirs if one in left.came]
            )


def _pair_hidden(left: Matching, ours: list[Half], theirs: list[Half]) -> None:
    """Pair as many hidden names with as many at one spot."""
    if len(ours) != len(theirs) or not ours or not all(half.is_masked for half in (*ours, *theirs)):
        return
    if all(are_near(ours[0].site, half.site, _SAME_DEGREES) for half in (*ours, *theirs)):
        _pair_in_order(left, ours, theirs)


def _is_mixed(ours: Sequence[Half], theirs: Sequence[Half]) -> bool:
    """Whether names are hidden on one side alone, or on both beside shown ones."""
    hides, hid = (any(half.is_masked for half in side) for side in (ours, theirs))
    return hides != hid or (hides and not (_is_uniform(ours) and _is_uniform(theirs)))


def _rewritten(left: Matching) -> None:
    """Take out towns in which hidden and shown names, or names of two scripts, leave open which is which."""
    for ours, theirs in list(left.groups(lambda site: site.town)):
        if all(half.number is not None for half in (*ours, *theirs)):
            continue
        scripts = [{left.name(half).is_latin for half in side if not half.is_masked} for side in (ours, theirs)]
        if _is_mixed(ours, theirs) or (all(scripts) and not scripts[0] & scripts[1]):
            left.towns.append(Town(tuple(ours), tuple(theirs)))
            for half in ours:
                del left.gone[half]
            for half in theirs:
                del left.came[half]


_ROUNDS: tuple[Callable[[Matching], None], ...] = (
    _same_address,
    _same_name,
    _same_number,
    _alike_in_town,
    _same_code,
    _one_in_town,
    _hidden_in_town,
    _town_respelt,
    _rewritten,
)


def _code(site: Site) -> Hashable | None:
    """Return country and postal code; a code without a telling digit or letter (`00000`) is none."""
    return (site.country, site.zip.replace(" ", "")) if site.zip.strip("0 -.x") else None


def _named(site: Site) -> Hashable | None:
    return (site.country, plain_text(site.facility)) if site.facility else None


def _spot(site: Site, shift: float) -> Hashable | None:
    """Return the square of about 30 km in which a site lies; a shifted one joins neighbours at its border."""
    where = point(site)
    if where is None:
        return None
    return (site.country, *(math.floor((degrees + shift) / _NEAR_DEGREES) for degrees in where))


def _is_uniform(halves: Sequence[Half]) -> bool:
    return len({half.is_masked for half in halves}) == 1


def _pair_in_order(left: Matching, ours: Sequence[Half], theirs: Sequence[Half]) -> None:
    """Pair rows that nothing tells apart: those of one postal code and status first, so that no change is invented."""
    mine, others = list(ours), list(theirs)
    for feature in _FEATURES:
        waiting: dict[Hashable, deque[Half]] = {}
        for half in others:
            waiting.setdefault(feature(half.site), deque()).append(half)
        rest = []
        for half in mine:
            queue = waiting.get(feature(half.site))
            if queue and not has_other_number(half.site, queue[0].site):
                left.pair(half, queue.popleft())
            else:
                rest.append(half)
        mine, others = rest, [half for half in others if half in left.came]


_FEATURES: tuple[Callable[[Site], Hashable], ...] = (
    lambda site: (site.zip, site.status),
    lambda site: site.status,
    lambda site: site.zip,
    lambda _: None,
)


def _pair_alike(left: Matching, ours: Sequence[Half], theirs: Sequence[Half], least: float) -> None:
    """Pair the most alike names first; of equally alike ones those of one postal code and status."""
    named = {half: left.name(half) for half in theirs if not half.is_masked}
    having: dict[str, list[Half]] = {}
    for half, name in named.items():
        for word in name.words:
            having.setdefault(word, []).append(half)
    scored = []
    for at, half in enumerate(ours):
        if half.is_masked:
            continue
        name = left.name(half)
        for to, other in enumerate(_candidates(name, having)):
            score = likeness(name, named[other])
            if score >= least and not has_other_number(half.site, other.site):
                unlike = (half.site.zip != other.site.zip, half.site.status != other.site.status)
                scored.append((-score, unlike, at, to, half, other))
    for *_, half, other in sorted(scored, key=lambda entry: entry[:4]):
        if half in left.gone and other in left.came:
            left.pair(half, other)


def _candidates(name: SiteName, having: Mapping[str, list[Half]]) -> list[Half]:
    """Return the rows that share the rarest telling words, else those that share the rarest common ones."""
    found: dict[Half, None] = {}
    for words in (name.telling, name.words - name.telling):
        known = (word for word in words if word in having)
        for word in sorted(known, key=lambda word: (len(having[word]), word)):
            for half in having[word]:
                found[half] = None
                if len(found) == MOST_CANDIDATES:
                    return list(found)
        if found:
            break
    return list(found)
