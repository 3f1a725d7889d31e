"""Which trials are like which, and why: words they share, the rare ones counting most.

A trial is a set of words from its conditions, interventions, arms, titles and summary, each weighted by where it
stands and by how few trials have it (idf); likeness is the cosine of two such sets. Candidates are found by an index
from words to trials in which common words are left out, so the work grows near-linearly with the number of trials. A
library would bring numbers of this kind with a matrix package many times the size of this program.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest

from watcher.changes.meaning.parts import as_object, at
from watcher.changes.model import Record
from watcher.changes.wording import values
from watcher.pages.record_text import line, lines, module, objects

MOST = 10
"""Related trials kept for each."""

_LEAST = 0.03
_MOST_HOLDERS = 120
_RAREST = 40
_MOST_WORDS = 160
_WORD = re.compile(r"[^\W\d_]{3,24}|\d*[^\W\d_]+\d+[^\W_]*")
_STOP = frozenset(
    re.findall(
        r"\w+",
        "the and for with from that this into than will are was were has have had not per via use used using study"
        " trial trials clinical patients patient participants subjects comparison compare compared comparative effect"
        " effects effectiveness efficacy evaluation evaluate safety treatment treated therapy group arm control placebo"
        " experimental intervention procedure drug device other standard care between among their which who whether"
        " after before during versus both more most can may aim purpose people disease disorder",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What a trial is compared by.

    Attributes:
        nct_id: The trial.
        conditions: Folded names of conditions → as spelt.
        interventions: The same for interventions.
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
    arms = module(record, "armsInterventionsModule")
    title = module(record, "identificationModule")
    held = [
        (3.0, lines(module(record, "conditionsModule").get("conditions"))),
        (3.0, tuple(line(one.get("name")) for one in objects(arms.get("interventions")))),
        (2.0, _terms(record, "conditionBrowseModule") + _terms(record, "interventionBrowseModule")),
        (2.0, (line(title.get("briefTitle")), line(title.get("officialTitle")))),
        (1.0, tuple(line(arm.get("label")) for arm in objects(arms.get("armGroups")))),
        (1.0, (line(module(record, "descriptionModule").get("briefSummary")),)),
    ]
    words: dict[str, float] = {}
    for weight, texts in held:
        for word in _words(texts):
            words[word] = max(words.get(word, 0.0), weight)
    kept = dict(nlargest(_MOST_WORDS, words.items(), key=lambda item: (item[1], item[0])))
    return Traits(nct_id=nct_id, conditions=_folded(held[0][1]), interventions=_folded(held[1][1]), words=kept)


def related(every: Sequence[Traits]) -> Mapping[str, tuple[Related, ...]]:
    """Find the trials most like each one.

    Args:
        every: All trials, each once.

    Returns:
        By id, most alike first, equal ones by id; at most `MOST`, and none below a least likeness.
    """
    holders: dict[str, list[int]] = defaultdict(list)
    for index, traits in enumerate(every):
        for word in traits.words:
            holders[word].append(index)
    idf = {word: math.log(1 + len(every) / len(held)) for word, held in holders.items()}
    weighted = [_unit({word: weight * idf[word] for word, weight in traits.words.items()}) for traits in every]
    return {traits.nct_id: _related_to(index, every, weighted, holders, idf) for index, traits in enumerate(every)}


def _related_to(
    index: int,
    every: Sequence[Traits],
    weighted: Sequence[Mapping[str, float]],
    holders: Mapping[str, Sequence[int]],
    idf: Mapping[str, float],
) -> tuple[Related, ...]:
    own = weighted[index]
    telling = nlargest(
        _RAREST, (word for word in own if len(holders[word]) <= _MOST_HOLDERS), key=lambda word: own[word]
    )
    scores: dict[int, float] = defaultdict(float)
    for word in telling:
        for other in holders[word]:
            scores[other] += own[word] * weighted[other][word]
    scores.pop(index, None)
    near = nlargest(3 * MOST, scores, key=lambda other: (scores[other], -other))
    exact = [(sum(weight * weighted[other].get(word, 0.0) for word, weight in own.items()), other) for other in near]
    best = sorted(((-score, every[other].nct_id, other) for score, other in exact if score >= _LEAST))[:MOST]
    return tuple(
        Related(nct_id=nct_id, likeness=round(-score, 3), why=_why(every[index], every[other], idf))
        for score, nct_id, other in best
    )


def _why(one: Traits, other: Traits, idf: Mapping[str, float]) -> str:
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
    words = nlargest(4, shared, key=lambda word: (idf[word] * one.words[word] * other.words[word], word))
    if words:
        reasons.append(f"in common: {', '.join(words)}")
    return "; ".join(reasons)


def _terms(record: Record, name: str) -> tuple[str, ...]:
    held = as_object(at(record, "derivedSection", name))
    return tuple(line(term.get("term")) for term in objects(held.get("meshes")))


def _words(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in _WORD.findall(text.casefold()[:20_000]) if word not in _STOP}


def _folded(names: Iterable[str]) -> dict[str, str]:
    return {" ".join(name.casefold().split()): values.short(name, 60) for name in names if name.strip()}


def _unit(weights: Mapping[str, float]) -> Mapping[str, float]:
    length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {word: weight / length for word, weight in weights.items()}
