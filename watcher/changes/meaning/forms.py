"""Whether two texts say the same in another form: case, punctuation, blanks, markup; and the numbers in a text.

Decides no level; compares two texts at a time and keeps no memory of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

_ESCAPE = re.compile(r"\\(?=[^\w\s])")
_SAME_SIGNS = str.maketrans({"−": "-", "–": "-", "—": "-", "’": "'", "μ": "µ"})
# Signs that carry meaning: comparisons, per cent, a sign before a number, and plus or minus closing a word (ER+, PD-).
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|[<>]=?|=|%|±|(?<![\w)])[-+](?=\d)|(?<=\w)[-+](?![\w])")
_ORDINAL = re.compile(r"\b(?:part|arm|cohort|group|stage|phase|step|period|cycle|day|visit|section|table)s? ?\d+", re.I)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def essence(text: str) -> tuple[str, ...]:
    """Give what is left of a text without case, punctuation, blanks and markup: words, numbers, telling signs."""
    plain = _ESCAPE.sub("", text).replace("≥", ">=").replace("≤", "<=").translate(_SAME_SIGNS)
    return tuple(_TOKEN.findall(unicodedata.normalize("NFKC", plain).casefold()))


def is_same_in_form(old: str, new: str) -> bool:
    """Whether two texts differ at most in case, punctuation, blanks and markup."""
    return old == new or essence(old) == essence(new)


def numbers(text: str) -> Counter[str]:
    """Give the numbers in a text with their counts; the order says nothing."""
    return Counter(_NUMBER.findall(text))


def has_other_amounts(old: str, new: str) -> bool:
    """Whether both texts are there and name other amounts; `Part 1` and `Cohort 2` are names, no amounts.

    An amount said once more or once less is no other amount.
    """
    return bool(old and new) and _amounts(old) != _amounts(new)


def _amounts(text: str) -> frozenset[str]:
    return frozenset(numbers(_ORDINAL.sub("", text)))


def words(text: str) -> frozenset[str]:
    """Give the words and numbers of a text, case-folded, each once."""
    return frozenset(token for token in essence(text) if token[0].isalnum())


def likeness(old: str, new: str) -> float:
    """Give the share of common words of two texts, 0 to 1 (twice the common ones by the sum of both)."""
    one, other = words(old), words(new)
    total = len(one) + len(other)
    return 2 * len(one & other) / total if total else float(old == new)


def stands_for(old: str, new: str) -> bool:
    """Whether a word of one text is spelt by the first letters of the other: `PFS`, `Progression-Free Survival`."""
    one, other = essence(old), essence(new)
    initials, others = ("".join(word[0] for word in side if word[0].isalnum()) for side in (one, other))
    return any(len(word) > 2 and word in others for word in one) or any(
        len(word) > 2 and word in initials for word in other
    )
