"""Whether numbers prove that a reworded criterion lets in more or fewer people.

Never guesses: a direction is given only when two texts are the same word for word but for one limit (a bound or a range
with its unit of time), and nothing in them can turn the limit round.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum

from watcher.changes.families.eligibility.criteria import key
from watcher.changes.families.eligibility.headings import Section


class Direction(StrEnum):
    """Whether a criterion admits more or fewer people than before."""

    RELAXED = "relaxed"
    TIGHTENED = "tightened"


_TURNS_ROUND = re.compile(
    r"\b(?:not|no|non|nor|none|neither|never|without|except\w*|exclud\w*|unless|cannot|absence|lack|free|other than"
    r"|if|when|provided|willing\w*|agree\w*|abstain\w*|refrain\w*|wash ?out|avoid\w*|contracepti\w*|discontinu\w*"
    r"|stop\w*|assent\w*|permission\w*)\b"
    r"|\b(?:for|in) (?:\w+ ){0,2}(?:patients?|participants?|subjects?|people|persons?|individuals|those|adults"
    r"|adolescents|children|infants|men|women|males|females) (?:(?:who|are|aged?|of|between) )*#"  # of whom it is asked
)
_DAYS = {"hour": 1 / 24, "hr": 1 / 24, "day": 1.0, "week": 7.0, "wk": 7.0, "month": 365.25 / 12, "mo": 365.25 / 12}
_DAYS |= {"year": 365.25, "yr": 365.25}
_NUMBER = r"\d+(?:\.\d+)?"
_UNIT = r"(?:\s(?P<{0}>hour|hr|day|week|wk|month|mo|year|yr)s?\b)?"
_LOWER = (
    r"≥|>|greater than or equal to|at least|a minimum of|minimum(?: of)?|(?:not|no) less than|more than|greater than"
    r"|older than|over|above"
)
_UPPER = (
    r"≤|<|less than or equal to|at most|a maximum of|maximum(?: of)?|(?:not|no) more than|not exceeding|less than"
    r"|fewer than|younger than|under|below|up to|within(?: the)?(?: last| past| previous)?"
)
_EXCLUSIVE = frozenset(
    {">", "<", "more than", "greater than", "older than", "over", "above", "less than", "fewer than"}
)
_EXCLUSIVE |= {"younger than", "under", "below"}
_LIMIT = re.compile(
    rf"(?<!\w)(?:(?P<lower>{_LOWER})|(?P<upper>{_UPPER}))\s(?P<bound>{_NUMBER}){_UNIT.format('unit')}"
    rf"|(?P<low>{_NUMBER}){_UNIT.format('low_unit')}\s(?:-|to)\s(?P<high>{_NUMBER}){_UNIT.format('high_unit')}"
    rf"|(?<=\bbetween )(?P<from>{_NUMBER})\sand\s(?P<till>{_NUMBER}){_UNIT.format('span_unit')}"
    rf"|(?P<value>{_NUMBER}){_UNIT.format('value_unit')}(?: old| of age)?\sor\s"
    r"(?:(?P<above>older|more|greater|above|higher)|(?P<below>younger|less|fewer|below|lower))\b"
)


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Which numbers a limit allows; times in days."""

    low: float
    high: float
    is_open: bool
    unit: str

    def contains(self, other: _Bounds) -> bool:
        is_same = self.low == other.low and self.high == other.high
        if is_same:
            return other.is_open or not self.is_open
        return self.low <= other.low and self.high >= other.high


def direction(old: str, new: str, section: Section) -> Direction | None:
    """Return whether a reworded criterion admits more or fewer people, when its numbers prove it.

    Args:
        old: Older text.
        new: Newer text.
        section: Where both stand; outside inclusion and exclusion nothing is proved.

    Returns:
        The direction, or None when anything but one limit changed or something in the text could turn it round.
    """
    before, after = key(old), key(new)
    if section is Section.OPEN or _is_turned(before) or _is_turned(after):
        return None
    if _LIMIT.sub("#", before) != _LIMIT.sub("#", after):
        return None
    pairs = [
        (_bounds(one), _bounds(other))
        for one, other in zip(_LIMIT.finditer(before), _LIMIT.finditer(after), strict=True)
    ]
    differing = [(one, other) for one, other in pairs if one != other]
    if len(differing) != 1:
        return None
    one, other = differing[0]
    is_wider, is_narrower = other.contains(one), one.contains(other)
    if one.unit != other.unit or is_wider == is_narrower:
        return None
    return Direction.RELAXED if is_wider == (section is Section.INCLUSION) else Direction.TIGHTENED


def _is_turned(text: str) -> bool:
    """Whether words outside the limits could turn their sense round."""
    return _TURNS_ROUND.search(_LIMIT.sub("#", text)) is not None


def _bounds(match: re.Match[str]) -> _Bounds:
    low, high, is_open = -math.inf, math.inf, False
    unit = match["unit"] or match["high_unit"] or match["span_unit"] or match["value_unit"] or ""
    factor = _DAYS.get(unit, 1.0)
    if match["bound"]:
        sign = match["lower"] or match["upper"]
        is_open = sign in _EXCLUSIVE
        low, high = (float(match["bound"]), high) if match["lower"] else (low, float(match["bound"]))
    elif match["value"]:
        low, high = (float(match["value"]), high) if match["above"] else (low, float(match["value"]))
    else:
        low, high = float(match["low"] or match["from"]), float(match["high"] or match["till"])
        return _Bounds(
            low * _DAYS.get(match["low_unit"] or unit, factor), high * factor, is_open, "time" if unit else ""
        )
    return _Bounds(low * factor, high * factor, is_open, "time" if unit else "")
