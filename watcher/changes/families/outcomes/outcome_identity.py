"""Which outcome measures of two records are proved to be one: by the words of the measure alone.

A like description or time frame proves nothing. Words that most measures share (change from baseline, number of
participants) say nothing about which outcome is meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from watcher.changes.meaning.amounts import without_amounts
from watcher.changes.meaning.naming import is_one_thing, is_spelt_alike
from watcher.changes.meaning.parts import Item, merged
from watcher.changes.meaning.text_equality import essence, words
from watcher.study.read import as_object, as_text

_GENERIC = words(
    "the a an of in and or for to by at from with on per as is be was will who are than that this during over between "
    "after before until through up within using assessed measured evaluated determined defined according based via "
    "change changes changed baseline mean median average number numbers count percentage percent proportion rate rates "
    "incidence occurrence frequency level levels score scores scale value values total absolute relative relation "
    "participants participant patients patient subjects subject people individuals all any each both "
    "time times day days week weeks month months year years hour hours minute minutes end study trial treatment visit "
    "visits primary secondary outcome outcomes endpoint endpoints measure measures measurement measurements assessment "
    "evaluation analysis comparison compared experiencing having achieving undergoing undergo achieve experience"
)
_QUALIFYING = words("in at by per as using among from on within during according assessed measured")
_LEAST_TELLING = 3
_LEAST_SHARE = 0.5
_MOST_SPELT = 12  # words without a partner that are compared letter by letter
_ACRONYM = re.compile(r"\b(?=\w*[A-Z]\w*[A-Z])[A-Za-z]{2,8}\b")
_MOST_CANDIDATES = 20
_RAREST = 4


@dataclass(frozen=True, slots=True)
class Outcome:
    """A differing outcome measure and the list it is in (`primary`, `secondary`, `other`)."""

    list: str
    item: Item

    @property
    def measure(self) -> str:
        """Its measure, the newer one of two."""
        return as_text(as_object(self.item.new if self.item.new is not None else self.item.old).get("measure"))

    @property
    def is_pair(self) -> bool:
        """Whether it stands in both records."""
        return self.item.old is not None and self.item.new is not None


def is_one_outcome(old: str, new: str, *, is_restated: bool = False) -> bool:
    """Decide whether two measures are proved to name one outcome.

    Args:
        old: Older measure.
        new: Newer measure.
        is_restated: Whether results were posted with the newer one: measures are then worded anew as a rule, and half
            of the telling words in common is enough.

    Returns:
        True when the telling words of one all stand in the other, or one is the abbreviation of the other.
    """
    if is_one_thing(old, new) or _is_abbreviated(old, new) or _is_abbreviated(new, old):
        return True
    if _is_qualified(old, new) or _is_qualified(new, old):
        return True
    before, after = _telling(old), _telling(new)
    if not before or not after:
        return False
    gone, came = _without_partner(before - after, after - before)
    common = len(before) - len(gone)
    if is_restated:
        return 2 * common >= _LEAST_SHARE * (len(before) + len(after))
    if gone and came:
        return False
    return common >= _LEAST_TELLING or common >= _LEAST_SHARE * max(len(before), len(after))


def taken_apart(outcome: Outcome, *, is_restated: bool) -> tuple[Outcome, ...]:
    """Leave a pair together that is proved to be one outcome; else give what went and what came."""
    item = outcome.item
    if not outcome.is_pair:
        return (outcome,)
    before, after = (as_text(as_object(side).get("measure")) for side in (item.old, item.new))
    if essence(before) == essence(after) or is_one_outcome(before, after, is_restated=is_restated):
        return (outcome,)
    return (
        Outcome(outcome.list, Item(item.old, None, item.edits, {})),
        Outcome(outcome.list, Item(None, item.new, item.edits, {})),
    )


@dataclass(frozen=True, slots=True)
class Matches:
    """What became of the differing outcomes.

    Attributes:
        moves: What left one list with what came into another.
        rest: All others; what was found in the same list is one pair.
    """

    moves: tuple[tuple[Outcome, Outcome], ...]
    rest: tuple[Outcome, ...]


def matched(found: Sequence[Outcome], *, is_restated: bool) -> Matches:
    """Pair what left one list with what came into it or another: equal measures first, then what is proved."""
    left = [one for one in found if one.item.new is None]
    came = [one for one in found if one.item.old is None]
    pairs = _equal(left, came)
    used = {id(one) for pair in pairs for one in pair}
    pairs += _proved(
        [one for one in left if id(one) not in used], [one for one in came if id(one) not in used], is_restated
    )
    used = {id(one) for pair in pairs for one in pair}
    joined = [Outcome(gone.list, _joined(gone, new)) for gone, new in pairs if gone.list == new.list]
    return Matches(
        moves=tuple(pair for pair in pairs if pair[0].list != pair[1].list),
        rest=(*(one for one in found if id(one) not in used), *joined),
    )


def _joined(gone: Outcome, came: Outcome) -> Item:
    return Item(gone.item.old, came.item.new, merged(gone.item.edits, came.item.edits), {})


def _equal(left: Sequence[Outcome], came: Sequence[Outcome]) -> list[tuple[Outcome, Outcome]]:
    by_measure: dict[tuple[str, ...], list[Outcome]] = {}
    for one in came:
        by_measure.setdefault(essence(one.measure), []).append(one)
    pairs = []
    for gone in left:
        same = by_measure.get(essence(gone.measure), [])
        if same:
            pairs.append((gone, same.pop(0)))
    return pairs


def _proved(left: Sequence[Outcome], came: Sequence[Outcome], is_restated: bool) -> list[tuple[Outcome, Outcome]]:
    """Pair what is proved to be one, most alike first; each looks only at those that share its rarest words."""
    bags = {id(one): words(one.measure) for one in (*left, *came)}
    holders: dict[str, list[int]] = {}
    for position, one in enumerate(came):
        for word in bags[id(one)]:
            holders.setdefault(word, []).append(position)
    ranked: list[tuple[float, bool, int, int]] = []
    for position, gone in enumerate(left):
        bag = bags[id(gone)]
        rare = sorted(bag & set(holders), key=lambda word: (len(holders[word]), word))[:_RAREST]
        for other in sorted({at for word in rare for at in holders[word][:_MOST_CANDIDATES]}):
            new = came[other]
            if is_one_outcome(gone.measure, new.measure, is_restated=is_restated):
                share = 2 * len(bag & bags[id(new)]) / (len(bag) + len(bags[id(new)]))
                ranked.append((-share, gone.list != new.list, position, other))
    pairs: list[tuple[Outcome, Outcome]] = []
    used_left: set[int] = set()
    used_came: set[int] = set()
    for _, _, position, other in sorted(ranked):
        if position not in used_left and other not in used_came:
            used_left.add(position)
            used_came.add(other)
            pairs.append((left[position], came[other]))
    return pairs


def _telling(measure: str) -> frozenset[str]:
    plain = words(without_amounts(measure))
    return (plain - _GENERIC) or plain


def _without_partner(gone: frozenset[str], came: frozenset[str]) -> tuple[set[str], set[str]]:
    """Take out the words that are one word in two spellings."""
    left, right = set(gone), set(came)
    if max(len(left), len(right)) > _MOST_SPELT:
        return left, right
    for word in sorted(gone):
        twin = next((one for one in sorted(right) if is_spelt_alike(word, one)), None)
        if twin is not None:
            left.discard(word)
            right.discard(twin)
    return left, right


def _is_qualified(bare: str, qualified: str) -> bool:
    """Decide whether a measure is another one with where, how or in whom behind it: `ORR`, `ORR by blinded review`."""
    before, after = essence(bare), essence(qualified)
    is_start = after[: len(before)] == before and len(after) > len(before) and after[len(before)] in _QUALIFYING
    return is_start and bool(set(before) - _GENERIC)


def _is_abbreviated(short: str, long: str) -> bool:
    """Decide whether a measure is the other one's initials: `PFS`, `Progression-Free Survival`."""
    tokens = [word for word in essence(long) if word[0].isalpha()]
    initials = "".join(word[0] for word in tokens if word not in _GENERIC)
    telling = _telling(short)
    acronyms = {word.casefold() for word in _ACRONYM.findall(short)} & telling
    return len(telling) <= _LEAST_TELLING and any(initials.startswith(word) for word in acronyms)
