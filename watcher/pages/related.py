"""Which trials are like which, and why: words they share, the rare ones counting most.

A trial is a set of words from its conditions, interventions, arms, titles and summary, each weighted by where it
stands and by how few trials have it (idf); likeness is the cosine of two such sets. Candidates are found by an index
from words to trials in which common words are left out, so the work grows near-linearly with the number of trials. A
library would bring numbers of this kind with a matrix package many times the size of this program.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from heapq import nlargest

from watcher.changes.model import Record
from watcher.changes.wording import values
from watcher.pages.record_text import line, lines
from watcher.study.record_model import (
    Arms,
    Conditions,
    ConditionTerms,
    Description,
    Identification,
    InterventionTerms,
    module_of,
)

MOST = 10
"""Related trials kept for each."""

LEAST_NAMED = 0.05
"""Least likeness of two trials that share a condition or an intervention by name."""

LEAST_WORDED = 0.2
"""Least likeness of two trials that share words only: below it, most pairs of real trials have little in common."""

_MOST_HOLDERS = 120
_RAREST = 40
_MOST_WORDS = 160
_WORD = re.compile(r"[^\W\d_]{3,24}|\d*[^\W\d_]+\d+[^\W_]*")
_STOP = frozenset(
    re.findall(
        r"\w+",
        "the and for with from that this into than will are was were has have had not per via use used using"
        " study trial trials clinical patients patient participants subjects comparison compare compared"
        " comparative effect effects effectiveness efficacy evaluation evaluate safety treatment treated therapy"
        " group arm control placebo experimental intervention procedure drug device other standard care between"
        " among their which who whether after before during versus both more most can may aim purpose people"
        " disease disorder open label double single blind blinded masked randomized randomised controlled"
        " multicenter multicentre multi center centre site phase iii parallel prospective retrospective"
        " observational cohort pilot dose doses prior previously without results outcome outcomes designed clinic"
        " adult adults type out sample samples participant subject",
    )
)


_NOT_TESTED = re.compile(
    r"\b(placebo|sham|standard (of )?care|usual care|no intervention|no treatment|control|vehicle|saline"
    r"|questionnaires?|survey|biospecimen|quality[- ]of[- ]life|computed tomography|magnetic resonance|biopsy"
    r"|laboratory biomarkers?|blood samples?)\b"
)
_NO_CONDITION = re.compile(r"healthy( (adults?|volunteers?|subjects?|participants?|people|controls?))*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What a trial is compared by.

    Attributes:
        nct_id: The trial.
        conditions: Folded names of conditions → as spelt; "healthy volunteers" is none.
        interventions: The same for interventions; placebos and mere examinations are left out.
        words: Word → weight by where it stands.
    """

    nct_id: str
    conditions: Mapping[str, str]
    interventions: Mapping[str, str]
    words: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """One related trial.

    Attributes:
        nct_id: The other trial.
        likeness: 0 to 1.
        why: `same condition: Back Pain; in common: erector, fascia`; never empty.
    """

    nct_id: str
    likeness: float
    why: str


def traits_of(nct_id: str, record: Record) -> Traits:
    """Read what a trial is compared by."""
    arms, title = module_of(record, Arms), module_of(record, Identification)
    terms = (*module_of(record, ConditionTerms).meshes, *module_of(record, InterventionTerms).meshes)
    held = [
        (3.0, lines(module_of(record, Conditions).conditions)),
        (3.0, tuple(line(one.name) for one in arms.interventions)),
        (2.0, tuple(line(one.term) for one in terms)),
        (2.0, (line(title.brief_title), line(title.official_title))),
        (1.0, tuple(line(arm.label) for arm in arms.arm_groups)),
        (1.0, (line(module_of(record, Description).brief_summary),)),
    ]
    words: dict[str, float] = {}
    for weight, texts in held:
        for word in _words(texts):
            words[word] = max(words.get(word, 0.0), weight)
    kept = dict(nlargest(_MOST_WORDS, words.items(), key=lambda item: (item[1], item[0])))
    return Traits(
        nct_id=nct_id,
        conditions={key: name for key, name in _folded(held[0][1]).items() if not _NO_CONDITION.fullmatch(key)},
        interventions={key: name for key, name in _folded(held[1][1]).items() if not _NOT_TESTED.search(key)},
        words=kept,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Relations:
    """Which trials are related, and what that was worked out from, so that the next time only the rest is.

    Attributes:
        trials: How many trials there were when words were counted.
        holders: Word → how many of them had it.
        traits: What each trial was compared by.
        found: By id, the related trials: most alike first, equal ones by id; at most `MOST`.
    """

    trials: int
    holders: Mapping[str, int]
    traits: Mapping[str, Traits]
    found: Mapping[str, tuple[Related, ...]]


def related(every: Iterable[Traits]) -> Mapping[str, tuple[Related, ...]]:
    """Find the trials most like each one: by id, most alike first; see `Relations.found`."""
    return relate(every).found


def _anew(traits: Mapping[str, Traits]) -> Relations:
    counts = Counter(word for one in traits.values() for word in one.words)
    corpus = _Corpus(traits, len(traits), counts)
    found = {nct_id: corpus.nearest(nct_id) for nct_id in traits}
    return Relations(trials=len(traits), holders=counts, traits=traits, found=found)


def relate(every: Iterable[Traits], known: Relations | None = None) -> Relations:
    """Find the trials most like each one, again only where something that decides it has changed.

    Args:
        every: All trials, each once.
        known: What was found the last time. Words keep the weights of then until a tenth of the trials has changed;
            then everything is worked out anew.

    Returns:
        The relations; none is below the least likeness.
    """
    traits = {one.nct_id: one for one in every}
    changed, gone = set(traits), set[str]()
    if known is not None:
        changed = {nct_id for nct_id, one in traits.items() if known.traits.get(nct_id) != one}
        gone = known.traits.keys() - traits.keys()
    if known is None or 10 * (len(changed) + len(gone)) > known.trials:
        return _anew(traits)
    if not changed and not gone:
        return known
    corpus = _Corpus(traits, known.trials, known.holders)
    moved = changed | gone
    again = changed | {nct_id for nct_id, near in known.found.items() if any(one.nct_id in moved for one in near)}
    for nct_id in changed:
        again |= corpus.alike(nct_id)
    found = {nct_id: corpus.nearest(nct_id) if nct_id in again else known.found[nct_id] for nct_id in traits}
    return Relations(trials=known.trials, holders=known.holders, traits=traits, found=found)


class _Corpus:
    """All trials with an index from words to trials; weights are made when they are asked for."""

    def __init__(self, traits: Mapping[str, Traits], trials: int, counts: Mapping[str, int]) -> None:
        self._traits, self._trials, self._counts = traits, trials, counts
        self._weights: dict[str, Mapping[str, float]] = {}
        self._idf: dict[str, float] = {}
        self._holders: dict[str, list[str]] = defaultdict(list)
        for nct_id in sorted(traits):
            for word in traits[nct_id].words:
                self._holders[word].append(nct_id)

    def alike(self, nct_id: str) -> set[str]:
        """Return every trial that may count this one among its nearest."""
        own = self._weights_of(nct_id)
        near = {other for word in own if self._is_rare(word) for other in self._holders[word]}
        return {other for other in near if self._is_enough(nct_id, other, self._likeness(own, other))}

    def nearest(self, nct_id: str) -> tuple[Related, ...]:
        """Return the trials most like one, most alike first."""
        own = self._weights_of(nct_id)
        rare = nlargest(_RAREST, (word for word in own if self._is_rare(word)), key=lambda word: (own[word], word))
        scores: dict[str, float] = defaultdict(float)
        for word in rare:
            for other in self._holders[word]:
                scores[other] += own[word] * self._weights_of(other)[word]
        scores.pop(nct_id, None)
        near = sorted(scores, key=lambda other: (-scores[other], other))[: 3 * MOST]
        exact = ((self._likeness(own, other), other) for other in near)
        best = sorted((-score, other) for score, other in exact if self._is_enough(nct_id, other, score))[:MOST]
        mine = self._traits[nct_id]
        return tuple(
            Related(nct_id=other, likeness=round(-score, 3), why=_why(mine, self._traits[other], self._rarity))
            for score, other in best
        )

    def _weights_of(self, nct_id: str) -> Mapping[str, float]:
        if nct_id not in self._weights:
            words = self._traits[nct_id].words
            self._weights[nct_id] = _unit({word: weight * self._rarity(word) for word, weight in words.items()})
        return self._weights[nct_id]

    def _count(self, word: str) -> int:
        return self._counts.get(word) or len(self._holders[word])

    def _rarity(self, word: str) -> float:
        """Return the inverse document frequency of a word."""
        if word not in self._idf:
            self._idf[word] = math.log(1 + self._trials / self._count(word))
        return self._idf[word]

    def _is_rare(self, word: str) -> bool:
        return self._count(word) <= _MOST_HOLDERS

    def _likeness(self, own: Mapping[str, float], other: str) -> float:
        theirs = self._weights_of(other)
        return sum(weight * theirs.get(word, 0.0) for word, weight in own.items())

    def _is_enough(self, nct_id: str, other: str, likeness: float) -> bool:
        one, two = self._traits[nct_id], self._traits[other]
        is_named = _share_name(one.conditions, two.conditions) or _share_name(one.interventions, two.interventions)
        return likeness >= (LEAST_NAMED if is_named else LEAST_WORDED)


def _share_name(some: Iterable[str], others: Collection[str]) -> bool:
    """Whether two lists share a name, or one has a name of several words that another holds: `dry needling`."""
    return any(
        one == other or (" " in one and f" {one} " in f" {other} ") or (" " in other and f" {other} " in f" {one} ")
        for one in some
        for other in others
    )


def _why(one: Traits, other: Traits, rarity: Callable[[str], float]) -> str:
    reasons = []
    told = ""
    for what, mine, theirs in (
        ("condition", one.conditions, other.conditions),
        ("intervention", one.interventions, other.interventions),
    ):
        same = [mine[key] for key in mine if key in theirs]
        if same:
            reasons.append(f"same {what}: {values.listed(same, 2)}")
            told += " ".join(same).casefold()
    shared = (word for word in one.words if word in other.words and word not in told)
    words = nlargest(4, shared, key=lambda word: (rarity(word) * one.words[word] * other.words[word], word))
    if words:
        reasons.append(f"in common: {', '.join(words)}")
    return "; ".join(reasons)


def _words(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in _WORD.findall(text.casefold()[:20_000]) if word not in _STOP}


def _folded(names: Iterable[str]) -> dict[str, str]:
    return {" ".join(name.casefold().split()): values.short(name, 60) for name in names if name.strip()}


def _unit(weights: Mapping[str, float]) -> Mapping[str, float]:
    length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {word: weight / length for word, weight in weights.items()}
