"""How much a reworded criterion matters: form only, a small change of words, or more.

Looks at one pair of texts; does not say whether more or fewer people are let in (`meaning.limits` does).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from watcher.changes.criteria import folded, key
from watcher.changes.model import Severity
from watcher.changes.words import tokens

_MOST_SMALL_WORDS = 2
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


def level(old: str, new: str, *, conditions: frozenset[str] = frozenset()) -> tuple[Severity, str]:
    """Decide how loud a rewording is.

    Args:
        old: Older text.
        new: Newer text.
        conditions: Words of the conditions and keywords the record lists, case-folded.

    Returns:
        NOISE when only form differs, MINOR when at most two words differ and none of them is a number, a limit, a
        negation, a listed condition or an item of a list, else MAJOR; and why, printable.
    """
    if key(old) == key(new):
        return Severity.NOISE, "only spacing, markup, punctuation or case differs"
    removed, added, is_list, is_unit = _differing(old, new)
    changed = {*removed, *added}
    for is_heavy, why in (
        (any(_NUMBER.fullmatch(word) for word in changed), "a number or a comparison changed"),
        (is_unit, "what stands beside a number changed"),
        (any(_NEGATION.fullmatch(word) for word in changed), "a negation changed"),
        (any(_LIMIT.fullmatch(word) for word in changed), "a limiting word changed"),
        (bool(changed & conditions), "a listed condition changed"),
        (is_list, "an item of a list changed"),
        (max(len(removed), len(added)) > _MOST_SMALL_WORDS, "more than two words differ"),
    ):
        if is_heavy:
            return Severity.MAJOR, why
    return Severity.MINOR, "at most two words differ, no number, negation or listed condition"


def _differing(old: str, new: str) -> tuple[list[str], list[str], bool, bool]:
    """Give the words that went and that came, whether an item of a list is among them, and whether a unit may be."""
    one, other = _without_equal_ends(_signs(old), _signs(new))
    if max(len(one), len(other)) > _MOST_SIGNS:
        return _counted(one, other)
    removed: list[str] = []
    added: list[str] = []
    is_list = is_unit = False
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        gone, come = _telling(one[i1:i2]), _telling(other[j1:j2])
        if tag == "equal" or not (gone or come):
            continue
        removed += gone
        added += come
        is_list = is_list or _is_item(one, i1, i2, bool(come)) or _is_item(other, j1, j2, bool(gone))
        is_unit = is_unit or (i1 > 0 and one[i1 - 1][0].isdigit())
    return removed, added, is_list, is_unit


def _without_equal_ends(one: list[str], other: list[str]) -> tuple[list[str], list[str]]:
    """Cut off what two texts begin and end with alike, but for the sign beside the first and the last difference."""
    shorter = min(len(one), len(other))
    head = next((at for at in range(shorter) if one[at] != other[at]), shorter)
    most = shorter - head
    tail = next((at for at in range(most) if one[-1 - at] != other[-1 - at]), most)
    start, end = max(0, head - 1), max(0, tail - 1)
    return one[start : len(one) - end], other[start : len(other) - end]


def _counted(one: Sequence[str], other: Sequence[str]) -> tuple[list[str], list[str], bool, bool]:
    """Give the words of two long stretches that have no partner; all of them when only their order differs."""
    was, now = Counter(_telling(one)), Counter(_telling(other))
    removed, added = list((was - now).elements()), list((now - was).elements())
    if not (removed or added):
        removed, added = list(was), list(now)
    return removed, added, False, False


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
