"""Whether two texts say the same in another form: case, punctuation, blanks, markup.

Decides no level; compares two texts at a time and keeps no memory of them.
"""

from __future__ import annotations

import re
import unicodedata

_ESCAPE = re.compile(r"\\(?=[^\w\s])")
_SAME_SIGNS = str.maketrans({"−": "-", "–": "-", "—": "-", "’": "'", "μ": "µ"})
# Signs that carry meaning: comparisons, per cent, a sign before a number, and plus or minus closing a word (ER+, PD-).
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|[<>]=?|=|%|±|(?<![\w)])[-+](?=\d)|(?<=\w)[-+](?![\w])")


def essence(text: str) -> tuple[str, ...]:
    """Return what is left of a text without case, punctuation, blanks and markup: words, numbers, telling signs."""
    plain = _ESCAPE.sub("", text).replace("≥", ">=").replace("≤", "<=").translate(_SAME_SIGNS)
    return tuple(_TOKEN.findall(unicodedata.normalize("NFKC", plain).casefold()))


def is_same_in_form(old: str, new: str) -> bool:
    """Whether two texts differ at most in case, punctuation, blanks and markup."""
    return old == new or essence(old) == essence(new)


def words(text: str) -> frozenset[str]:
    """Return the words and numbers of a text, case-folded, each once."""
    return frozenset(token for token in essence(text) if token[0].isalnum())
