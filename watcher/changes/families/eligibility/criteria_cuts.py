"""What it means that a criterion was cut in two or more, or that several were put together.

Also the place and the facts by which every criterion is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from watcher.changes.families.eligibility import rewording
from watcher.changes.families.eligibility.criteria import Criterion
from watcher.changes.families.eligibility.harmless import FILLERS
from watcher.changes.families.eligibility.headings import Section
from watcher.changes.model import Change, Json, Severity, Verb

_TEXT_PATH = "eligibility.criteria"
_JOINERS = frozenset({"and", "or", "both", "either", "as", "well", "also", "any", "all", "have", "has", "had"})
_SAME = "nothing else differs"
_LAYOUT = "points nested under a criterion became criteria of their own, or the reverse"
_NESTED = " • "


def split(whole: Criterion, parts: Sequence[Criterion], edits: tuple[int, ...]) -> Change:
    """Return the change of one criterion that became several."""
    why = _difference(whole, parts)
    return _change("split", [whole], parts, parts[0], why, edits)


def merged(parts: Sequence[Criterion], whole: Criterion, edits: tuple[int, ...]) -> Change:
    """Return the change of several criteria that became one."""
    why = _difference(whole, parts)
    return _change("merged", parts, [whole], whole, why, edits)


def facts_of(criterion: Criterion) -> dict[str, Json]:
    """Return what the words of a criterion need: its section, its text, its cohort."""
    facts: dict[str, Json] = {"section": str(criterion.section), "text": criterion.text}
    if criterion.cohort is not None:
        facts["cohort"] = criterion.cohort
    return facts


def where(criterion: Criterion) -> str:
    """Return `inclusion criterion`, or `criterion` when it has no section."""
    return "criterion" if criterion.section is Section.OPEN else f"{criterion.section} criterion"


def path_of(criterion: Criterion) -> str:
    """Name a criterion; its position is that of the newer text, of the older one for removed criteria."""
    place = "" if criterion.section is Section.OPEN else f".{criterion.section}"
    return f"{_TEXT_PATH}{place}[{criterion.position}]"


def _change(
    what: str, old: Sequence[Criterion], new: Sequence[Criterion], shown: Criterion, why: str, edits: tuple[int, ...]
) -> Change:
    old_texts, new_texts = [one.text for one in old], [one.text for one in new]
    level = Severity.MINOR if why == _SAME else Severity.NOISE if why == _LAYOUT else Severity.MAJOR
    facts: Mapping[str, Json] = {**facts_of(shown), "old_texts": old_texts, "new_texts": new_texts}
    return Change(
        kind=f"eligibility.criterion.{what}",
        severity=level,
        rule=f"{where(shown)} {what}: {why}",
        path=path_of(shown),
        verb=Verb.CHANGED,
        before="\n".join(one.raw for one in old),
        after="\n".join(one.raw for one in new),
        edits=edits,
        facts=facts,
    )


def _difference(whole: Criterion, parts: Sequence[Criterion]) -> str:
    """Return what differs between a criterion and its parts besides the cut, in words.

    Words that join (`and`, `or`) go with a cut, and words that all parts share are repeated in each. A negation must
    stand before every part, unless the words stand in the same order; `or` between criteria that are all required, as
    those of inclusion are, means something else.
    """
    one = whole.key.split()
    other = [word for part in parts for word in part.key.split()]
    if one == other and _NESTED in whole.text:
        return _LAYOUT
    is_denial = any(map(rewording.is_negation, one))
    joined = _SAME
    if whole.section is Section.INCLUSION and not is_denial and one.count("or") > other.count("or"):
        joined = "“or” no longer joins them"
    if _without(one) == _without(other):
        return joined
    left = set(_without(one)) ^ set(_without(other))
    if left:
        return "a number differs too" if any(word[0].isdigit() for word in left) else "other words differ too"
    if is_denial and not all(map(_denies, parts)):
        return "a negation stands before some parts only"
    return joined


def _denies(part: Criterion) -> bool:
    return any(map(rewording.is_negation, part.key.split()))


def _without(words: Sequence[str]) -> list[str]:
    return [word for word in words if word not in _JOINERS and word not in FILLERS]
