"""Whether two names are proved to name one thing: a drug, an arm, an outcome.

Proof is: the same words in another order or form, one name among the other names of the other side, a name beside it
in brackets (a code and its INN), or the registry's own subject heading for a drug. A like description proves nothing,
and what is not proved is not claimed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from watcher.changes.meaning.amounts import without_amounts
from watcher.changes.meaning.text_equality import essence, words
from watcher.changes.model import Json, Record
from watcher.study.read import as_list, as_object, as_text, at, texts

_BRACKET = re.compile(r"[(\[]([^()\[\]]{1,200})[)\]]")
_APART = re.compile(r"[,;/|=]|\bor\b|\baka\b|\balso known as\b|\bformerly\b|\bpreviously\b", re.IGNORECASE)
_LONGEST = 600
_LEAST_TYPED = 8
_FIRST_LETTERS = 2
_EMPTY = words(
    "the an of in and or plus with for to by intervention treatment therapy drug product study "
    "investigational arm group cohort programme program course training session regimen administration "
    "experimental comparator dose only alone combined combination"
)
"""Words that say nothing about which thing is meant."""

_SALTS = words(
    "hydrochloride hcl citrate sodium mesylate maleate succinate tartrate sulfate sulphate acetate phosphate "
    "besylate fumarate bromide chloride potassium calcium monohydrate dihydrate tosylate hydrobromide"
)
"""Words that say nothing behind the name of a drug, and are the drug before one: `Potassium chloride`."""

_ROUTES: Mapping[str, str] = {
    "oral": "oral",
    "orally": "oral",
    "po": "oral",
    "intravenous": "iv",
    "intravenously": "iv",
    "iv": "iv",
    "subcutaneous": "sc",
    "subcutaneously": "sc",
    "sc": "sc",
    "intramuscular": "im",
    "im": "im",
    "topical": "topical",
    "inhaled": "inhaled",
    "nasal": "nasal",
    "intranasal": "nasal",
    "tablet": "tablet",
    "capsule": "capsule",
    "pill": "pill",
    "injection": "injection",
    "injectable": "injection",
    "infusion": "infusion",
    "cream": "cream",
    "gel": "gel",
    "solution": "solution",
    "suspension": "suspension",
    "powder": "powder",
}
"""Form and route. A name that gives none may be the same thing; two that give different ones are two."""

_NEGATING = words("placebo sham matching mock vehicle no non without dummy control")
"""Words that make another thing of the same words: a placebo of a drug is not the drug."""

_TURNING = _NEGATING | {"and", "plus", "with", "or"}

_SPELT = (("ph", "f"), ("ae", "e"), ("oe", "e"), ("y", "i"), ("th", "t"), ("sz", "z"), ("our", "or"))


def is_one_thing(
    old: str,
    new: str,
    *,
    old_others: Iterable[str] = (),
    new_others: Iterable[str] = (),
    renamed: Mapping[str, str] | None = None,
) -> bool:
    """Decide whether two names are proved to name one thing.

    Args:
        old: Older name.
        new: Newer name.
        old_others: Other names of the older thing.
        new_others: Other names of the newer thing.
        renamed: Names proved to be one elsewhere in the record, older → newer.

    Returns:
        True when it is proved; False when nothing proves it.
    """
    before, after = essence(old[:_LONGEST]), essence(new[:_LONGEST])
    if not before or not after:
        return False
    if before == after or is_listed(old, new, old_others=old_others, new_others=new_others):
        return True
    for was, now in (renamed or {}).items():
        old = _replaced(old, was, now)
    return _are_same_words(old, new) or _is_explained(old, new) or _is_explained(new, old)


def is_listed(old: str, new: str, *, old_others: Iterable[str] = (), new_others: Iterable[str] = ()) -> bool:
    """Decide whether one name stands among the other names of the other side, or beside its name in brackets."""
    before, after = essence(_without_brackets(old)), essence(_without_brackets(new))
    whole = essence(old[:_LONGEST]), essence(new[:_LONGEST])
    olds = {essence(name[:_LONGEST]) for name in old_others} - {()}
    news = {essence(name[:_LONGEST]) for name in new_others} - {()}
    if whole[0] in news or whole[1] in olds or before in news or after in olds:
        return True
    return (bool(before) and before in _bracketed(new)) or (bool(after) and after in _bracketed(old))


def headings(record: Record) -> frozenset[tuple[str, ...]]:
    """Return the subject headings that the registry itself found for the interventions of a record."""
    meshes = as_list(at(record, "derivedSection", "interventionBrowseModule", "meshes"))
    return frozenset(essence(as_text(as_object(mesh).get("term"))) for mesh in meshes) - {()}


def is_heading_of(old: str, new: str, old_record: Record, new_record: Record) -> bool:
    """Decide whether the registry's headings prove two names of a drug one.

    They do when the newer name is a heading of both records and nothing else in the older one was called so: then the
    registry found that heading by the older name. The reverse proves nothing, for headings are computed late.
    """
    heading = essence(new)
    if not heading or heading not in headings(old_record) & headings(new_record):
        return False
    drugs = [
        as_object(one) for one in as_list(at(old_record, "protocolSection", "armsInterventionsModule", "interventions"))
    ]
    said = {
        essence(name)
        for one in drugs
        if as_text(one.get("name")) != old
        for name in (as_text(one.get("name")), *texts(one.get("otherNames")))
    }
    return not any(_holds(name, heading) for name in said) and len(headings(old_record)) <= len(drugs)


def other_names(item: Json) -> tuple[str, ...]:
    """Return the other names of an intervention."""
    return texts(as_object(item).get("otherNames"))


def _holds(name: Sequence[str], heading: Sequence[str]) -> bool:
    return set(heading) <= set(name)


def _replaced(text: str, was: str, now: str) -> str:
    if len(was) < _FIRST_LETTERS + 1 or was.casefold() == now.casefold():
        return text
    return re.sub(rf"(?<!\w){re.escape(was)}(?!\w)", lambda _: now, text, flags=re.IGNORECASE)


def _without_brackets(name: str) -> str:
    return _BRACKET.sub(" ", name[:_LONGEST])


def _bracketed(name: str) -> set[tuple[str, ...]]:
    """Return the names in brackets: `Levitra (Vardenafil, BAY38-9456)` has two."""
    return {essence(piece) for inside in _BRACKET.findall(name[:_LONGEST]) for piece in _APART.split(inside)} - {()}


def _is_explained(bare: str, explained: str) -> bool:
    """Decide whether a name is another one with an explanation in brackets: `Levitra`, `Levitra (Vardenafil)`."""
    inside = {word for piece in _BRACKET.findall(explained[:_LONGEST]) for word in essence(piece)}
    is_plain = bool(inside) and not _BRACKET.search(bare) and "+" not in explained
    return is_plain and not inside & _TURNING and _are_same_words(bare, _without_brackets(explained))


def _are_same_words(old: str, new: str) -> bool:
    """Decide whether two names hold the same telling words, in any order and spelling."""
    before, after = _tokens(old), _tokens(new)
    routes = [{_ROUTES[_stem(word)] for word in side if _stem(word) in _ROUTES} for side in (before, after)]
    if routes[0] and routes[1] and routes[0] != routes[1]:
        return False
    before, after = _telling(before), _telling(after)
    if not before or len(before) != len(after):
        return False
    left = list(after)
    for word in before:
        match = next((one for one in left if one == word), None) or next(
            (one for one in left if is_spelt_alike(word, one)), None
        )
        if match is None:
            return False
        left.remove(match)
    return True


def _tokens(name: str) -> list[str]:
    """Return the words and bare numbers of a name; a dose is no part of it."""
    return [token for token in essence(without_amounts(name[:_LONGEST])) if token[0].isalnum()]


def _telling(found: Sequence[str]) -> list[str]:
    """Return the words that say which thing is meant; of a name that has none, all of them."""
    telling: list[str] = []
    for word in found:
        is_said_before = word in _SALTS and any(one not in _SALTS and not one[0].isdigit() for one in telling)
        if not (_stem(word) in _EMPTY or word in _EMPTY or _stem(word) in _ROUTES or is_said_before):
            telling.append(word)
    return telling if any(not word[0].isdigit() for word in telling) else list(found)


def _stem(word: str) -> str:
    return word.removesuffix("s") if len(word) > _FIRST_LETTERS + 1 else word


def is_spelt_alike(one: str, other: str) -> bool:
    """Decide whether two words are one in two spellings: plural, British or American, one letter inside a long word.

    Names of drugs that differ in one letter differ at their beginning (afatinib, apatinib), so it must be the same.
    """
    if {one, other} & _NEGATING or one[0].isdigit() or other[0].isdigit():
        return False
    if _stem(one) == _stem(other) or _folded(one) == _folded(other):
        return True
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < _LEAST_TYPED or len(longer) - len(shorter) > 1:
        return False
    head = _common(shorter, longer)
    tail = _common(shorter[head:][::-1], longer[head:][::-1])
    rest = len(shorter) - head - tail, len(longer) - head - tail
    is_swapped = rest == (2, 2) and shorter[head : head + 2] == longer[head : head + 2][::-1]
    return head > _FIRST_LETTERS and (is_swapped or max(rest) <= 1)


def _folded(word: str) -> str:
    for was, now in _SPELT:
        word = word.replace(was, now)
    return re.sub(r"(.)\1", r"\1", word).removesuffix("e")


def _common(one: Collection[str], other: Collection[str]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
