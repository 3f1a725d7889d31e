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
    ("have", "has"),
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
)
_CLASS = {word: number for number, words in enumerate(_ALIKE) for word in words}
_PHRASE = re.compile(rf"(?<!\S)(?:{'|'.join(sorted(map(re.escape, _CLASS), key=len, reverse=True))})(?!\S)")
_BRITISH = (
    (re.compile(r"ae|oe"), "e"),
    (re.compile(r"(?<=\w{3})our(?=\b|s|ed|ing|al)"), "or"),
    (re.compile(r"is(?=e[sd]?\b|ing\b|ation)"), "iz"),
    (re.compile(r"ys(?=e[sd]?\b|ing\b)"), "yz"),
    (re.compile(r"(?<=[bt])re\b"), "er"),
    (re.compile(r"ph(?=\w*ur)"), "f"),
    (re.compile(r"(?<=ic)al\b"), ""),
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
    one, other = _telling(gone), _telling(come)
    if "".join(one) == "".join(other) and not any(word.isdigit() for word in one):
        return True
    return len(one) == len(other) and all(map(_is_one_word, one, other))


def _telling(words: Sequence[str]) -> list[str]:
    """Return words without fillers and hyphens, phrases that say the same replaced by one word."""
    is_hyphened = any(word.isalpha() for word in words) and not any(word[0].isdigit() for word in words)
    text = " ".join(word for word in words if not (is_hyphened and word == "-"))
    shown = _PHRASE.sub(lambda match: _ALIKE[_CLASS[match[0]]][0].replace(" ", ""), text)
    return [word for word in shown.split() if word not in FILLERS]


def _is_one_word(one: str, other: str) -> bool:
    """Whether two words are one: British and American spelling, singular and plural, two letters swapped."""
    if one == other:
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
