"""How much a reworded criterion matters: form only, harmless words, or more.

Looks at one pair of texts; does not say whether more or fewer people are let in (`meaning.limits` does).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from watcher.changes.families.eligibility.criteria import folded, key
from watcher.changes.families.eligibility.harmless import is_harmless
from watcher.changes.model import Severity
from watcher.changes.word_diff import tokens

_MOST_SIGNS = 600  # as many are aligned; of longer stretches the words are counted, for aligning grows with the square
_NUMBER = re.compile(
    r"\d.*|[ivx]{1,4}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|once|twice|[<>≥≤=±%+×~-]"
)
_NEGATION = re.compile(
    r"non?|not|nor|none|neither|never|without|except|excepting|excluding|excluded?|unless|cannot|ineligible|absence|lack"
    r"|negative|free"
)
_LIMIT = re.compile(
    r"less|more|greater|least|most|fewer|lower|higher|older|younger|above|below|over|under|before|after|within|since"
    r"|until|between|and|or|must|may|minimum|maximum|all|any|only|both|either"
)
_LIST_SIGN = re.compile(r"[,;/()&•]|and|or")


_TURNING = re.compile(
    r"able|unable|capable|incapable|mild|moderate|severe|low|high|early|late|first|second|third|initial|final|newly|prior"
    r"|previous|previously|current|currently|past|present|former|formerly|ever|active|inactive|latent|acute|chronic"
    r"|primary|recurrent|refractory|resistant|sensitive|responsive|naive|pretreated|experienced|controlled|stable"
    r"|treated|positive|male|males|female|females|men|women|man|woman|adult|adults|child|children|pregnant|pre|post"
    r"|premenopausal|postmenopausal|metastatic|localized|localised|resectable|operable|stage|grade|type|during|while"
    r"|if|when|planned|required|allowed|permitted|prohibited|accepted|recent|recently|history|left|right|major|minor"
)
_PREFIX = re.compile(r"^(?:un|in|im|ir|il|non|dis|a|an|anti|hypo|hyper|pre|post|re|de|sub|super|mono|bi|uni|multi)")


@dataclass(frozen=True, slots=True)
class _Hunk:
    """Words in one place that went and came."""

    gone: tuple[str, ...]
    come: tuple[str, ...]
    is_item: bool = False
    is_unit: bool = False


def level(old: str, new: str, *, conditions: frozenset[str] = frozenset()) -> tuple[Severity, str]:
    """Decide how loud a rewording is.

    Args:
        old: Older text.
        new: Newer text.
        conditions: Words of the conditions and keywords the record lists, case-folded.

    Returns:
        NOISE when only form differs, MINOR when every differing word is exchanged for one that says the same (a closed
        list), else MAJOR; and why, printable.
    """
    if key(old) == key(new):
        return Severity.NOISE, "only spacing, markup, punctuation or case differs"
    hunks = [hunk for hunk in _hunks(old, new) if not is_harmless(hunk.gone, hunk.come)]
    if not hunks:
        return Severity.MINOR, "only words that mean the same differ"
    changed = {word for hunk in hunks for word in (*hunk.gone, *hunk.come)}
    for is_heavy, why in (
        (any(map(_NUMBER.fullmatch, changed)), "a number or a comparison changed"),
        (any(hunk.is_unit for hunk in hunks), "what stands beside a number changed"),
        (any(map(_NEGATION.fullmatch, changed)), "a negation changed"),
        (any(map(_LIMIT.fullmatch, changed)), "a limiting word changed"),
        (any((*map(_TURNING.fullmatch, changed), *map(_is_turned, hunks))), "a word that turns the meaning changed"),
        (bool(changed & conditions), "a listed condition changed"),
        (any(hunk.is_item for hunk in hunks), "an item of a list changed"),
    ):
        if is_heavy:
            return Severity.MAJOR, why
    return Severity.MAJOR, "words differ that may change who is meant"


def is_negation(word: str) -> bool:
    """Return whether a folded word denies or excepts something."""
    return _NEGATION.fullmatch(word) is not None


def _is_turned(hunk: _Hunk) -> bool:
    """Whether one word is the other with a syllable before it: `treated`, `untreated`."""
    if len(hunk.gone) != 1 or len(hunk.come) != 1:
        return False
    shorter, longer = sorted((hunk.gone[0], hunk.come[0]), key=len)
    head = longer.removesuffix(shorter)
    if head != longer:
        return _PREFIX.fullmatch(head) is not None
    one, other = (_PREFIX.sub("", word, count=1) for word in (shorter, longer))
    return one == other


def _hunks(old: str, new: str) -> list[_Hunk]:
    """Return the places in which words differ; signs alone are left out."""
    one, other = _without_equal_ends(_signs(old), _signs(new))
    if max(len(one), len(other)) > _MOST_SIGNS:
        return _counted(one, other)
    hunks: list[_Hunk] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        gone, come = _telling(one[i1:i2]), _telling(other[j1:j2])
        if tag == "equal" or not (gone or come):
            continue
        is_item = _is_item(one, i1, i2, bool(come)) or _is_item(other, j1, j2, bool(gone))
        is_unit = i1 > 0 and one[i1 - 1][0].isdigit()
        hunks.append(_Hunk(tuple(gone), tuple(come), is_item, is_unit))
    return hunks


def _without_equal_ends(one: list[str], other: list[str]) -> tuple[list[str], list[str]]:
    """Cut off what two texts begin and end with alike, but for the sign beside the first and the last difference."""
    shorter = min(len(one), len(other))
    head = next((at for at in range(shorter) if one[at] != other[at]), shorter)
    most = shorter - head
    tail = next((at for at in range(most) if one[-1 - at] != other[-1 - at]), most)
    start, end = max(0, head - 1), max(0, tail - 1)
    return one[start : len(one) - end], other[start : len(other) - end]


def _counted(one: Sequence[str], other: Sequence[str]) -> list[_Hunk]:
    """Return the words of two long stretches that have no partner; all of them when only their order differs."""
    was, now = Counter(_telling(one)), Counter(_telling(other))
    removed, added = tuple((was - now).elements()), tuple((now - was).elements())
    return [_Hunk(removed, added)] if removed or added else [_Hunk(tuple(was), ()), _Hunk((), tuple(now))]


def _signs(text: str) -> list[str]:
    return [token for token in tokens(folded(text)) if not token.isspace()]


def _telling(signs: Sequence[str]) -> list[str]:
    return [sign for sign in signs if sign[0].isalnum() or _NUMBER.fullmatch(sign)]


def _is_item(signs: Sequence[str], start: int, end: int, is_replaced: bool) -> bool:
    """Whether a stretch is an item of a list: set off by list signs, on both sides when it replaces another one."""
    if start == end:
        return False
    sides = [signs[start - 1] if start else "", signs[end] if end < len(signs) else ""]
    set_off = [bool(_LIST_SIGN.fullmatch(sign)) for sign in sides]
    if is_replaced:
        return any(set_off) and all(is_set or sign in ("", ".") for is_set, sign in zip(set_off, sides, strict=True))
    return any(set_off) or any(_LIST_SIGN.fullmatch(sign) for sign in signs[start:end])
