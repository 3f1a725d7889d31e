"""Words whose exchange does not change who is meant: a closed list, and spellings and numbers of one word.

Everything that is not on it may change who is meant, however few words differ.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

FILLERS = frozenset(
    re.findall(
        r"\w+",
        "a an the this that these those who which of with patient patients participant participants subject subjects"
        " individual individuals person persons people volunteer volunteers candidate candidates will must shall should"
        " is are be been being do does s he she they his her their them following",
    )
)
"""Words that may come, go or replace each other."""

_ALIKE = (
    ("able", "capable"),
    ("study", "trial", "studies", "trials"),
    ("medication", "medicine", "drug", "medications", "medicines", "drugs"),
    ("lactating", "breastfeeding", "nursing", "breast feeding"),
    ("physician", "doctor", "physicians", "doctors"),
    ("investigator", "researcher", "investigators", "researchers"),
    ("renal", "kidney"),
    ("hepatic", "liver"),
    ("cardiac", "heart"),
    ("old", "of age", "age"),
    ("prior to", "before"),
    ("e g", "eg", "for example", "such as"),
    ("i e", "ie", "that is"),
    ("take part", "participate"),
    ("can not", "cannot"),
    ("greater", "more"),
    ("fewer", "less"),
    ("percent", "%"),
)
_CLASS = {word: number for number, words in enumerate(_ALIKE) for word in words}
_BRITISH = (
    (re.compile(r"ae|oe"), "e"),
    (re.compile(r"(?<=\w{3})our(?=\b|s|ed|ing|al)"), "or"),
    (re.compile(r"is(?=e[sd]?\b|ing\b|ation)"), "iz"),
    (re.compile(r"ys(?=e[sd]?\b|ing\b)"), "yz"),
    (re.compile(r"(?<=[bt])re\b"), "er"),
    (re.compile(r"ph(?=\w*ur)"), "f"),
    (re.compile(r"(.)\1"), r"\1"),
)
_LEAST_SWAPPED = 7
_LEAST_PLURAL = 4


def is_harmless(gone: Sequence[str], come: Sequence[str]) -> bool:
    """Return whether words that were replaced by others say the same; fillers may come and go.

    Args:
        gone: Words and numbers of the older text, folded.
        come: Those of the newer text in their place.
    """
    one, other = ([word for word in words if word not in FILLERS] for words in (gone, come))
    if not one and not other:
        return True
    if "".join(one) == "".join(other) and not any(word.isdigit() for word in one):
        return True
    before, after = " ".join(one), " ".join(other)
    for left, right in ((" ".join(gone), " ".join(come)), (before, after)):
        if left in _CLASS and _CLASS[left] == _CLASS.get(right):
            return True
    return len(one) == len(other) > 0 and all(map(_is_one_word, one, other))


def _is_one_word(one: str, other: str) -> bool:
    """Whether two words are one: British and American spelling, singular and plural, two letters swapped."""
    if one == other or (one in _CLASS and _CLASS[one] == _CLASS.get(other)):
        return True
    if not (one.isalpha() and other.isalpha()):
        return False
    left, right = _spelt(one), _spelt(other)
    if left == right:
        return True
    shorter, longer = sorted((left, right), key=len)
    plurals = (f"{shorter}s", f"{shorter}es", f"{shorter[:-1]}ies")
    if len(shorter) >= _LEAST_PLURAL and longer in plurals:
        return True
    return len(one) == len(other) >= _LEAST_SWAPPED and _is_swapped(one, other)


def _spelt(word: str) -> str:
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", word) if not unicodedata.combining(sign))
    for pattern, spelling in _BRITISH:
        bare = pattern.sub(spelling, bare)
    return bare


def _is_swapped(one: str, other: str) -> bool:
    differing = [index for index, (left, right) in enumerate(zip(one, other, strict=True)) if left != right]
    if len(differing) != 2 or differing[1] != differing[0] + 1:
        return False
    first, second = differing
    return one[first] == other[second] and one[second] == other[first]
