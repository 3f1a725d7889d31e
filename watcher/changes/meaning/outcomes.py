"""What edits of the outcome measures mean: added, removed, reworded, promoted, demoted; always with the timing.

Items of one list come paired. Here a removed item of one list is paired with an added one of another by its measure.
Does not say whether a change of outcomes is right or wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from watcher.changes.meaning.evidence import Draft, Evidence
from watcher.changes.meaning.forms import essence, is_same_in_form, likeness, stands_for, words
from watcher.changes.meaning.parts import Item, as_object, as_text, merged, protocol
from watcher.changes.meaning.timing import Timing, timing
from watcher.changes.model import Json, Severity, Verb

_LISTS: Mapping[str, str] = {
    "primaryOutcomes": "primary",
    "secondaryOutcomes": "secondary",
    "otherOutcomes": "other",
}
_PARTS: Mapping[str, str] = {"measure": "measure", "timeFrame": "time frame", "description": "description"}
_LEAST_LIKENESS = 0.75
_LEAST_MEASURE = 0.5
_LEAST_DESCRIPTION = 60  # characters; shorter descriptions fit many outcomes
_DAYS = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "year": 365.25}
_MOST_STEP_DAYS = 3 * _DAYS["month"] + 1
_MOST_STEP_SHARE = 0.10
_SPAN = re.compile(r"(\d+(?:\.\d+)?)[\s-]*(day|week|month|year)s?\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class _Outcome:
    """A differing outcome measure and the list it is in (`primary`, `secondary`, `other`)."""

    list: str
    item: Item

    @property
    def measure(self) -> str:
        return as_text(as_object(self.item.new if self.item.new is not None else self.item.old).get("measure"))


def explain(evidence: Evidence) -> Iterable[Draft]:
    """Explain the edits of the three lists of outcome measures.

    Args:
        evidence: The two records and their edits.

    Returns:
        Drafts of the kinds `outcome.*`; every edit of the lists is claimed.
    """
    module = protocol(evidence, "outcomesModule")
    if not module.edits:
        return []
    found = [
        _Outcome(name, half) for field, name in _LISTS.items() for item in module.items(field) for half in _halves(item)
    ]
    when = timing(evidence)
    moves, rest = _moved(found)
    modified = [one for one in rest if one.item.old is not None and one.item.new is not None]
    step = _shared_step(modified, when)
    drafts = [_move(gone, came, when) for gone, came in moves]
    drafts += [_came_or_went(one, when) for one in rest if one.item.old is None or one.item.new is None]
    if step is not None:
        return [*drafts, _time_frames(modified, step, when)]
    return [*drafts, *(_modified(one, when) for one in modified)]


def _halves(item: Item) -> tuple[Item, ...]:
    """Leave a pair that is one outcome together; take one apart whose measures name different things."""
    if item.old is None or item.new is None:
        return (item,)
    old, new = as_object(item.old), as_object(item.new)
    before, after = as_text(old.get("measure")), as_text(new.get("measure"))
    described = as_text(old.get("description")), as_text(new.get("description"))
    if (
        likeness(before, after) >= _LEAST_MEASURE
        or stands_for(before, after)
        or (min(map(len, described)) >= _LEAST_DESCRIPTION and likeness(*described) >= _LEAST_LIKENESS)
    ):
        return (item,)
    return Item(item.old, None, item.edits, {}), Item(None, item.new, item.edits, {})


def _path(name: str, measure: str) -> str:
    return f"outcomes.{name}.{measure}" if measure else f"outcomes.{name}"


def _facts(one: _Outcome, when: Timing) -> dict[str, Json]:
    return {"list": one.list, "measure": one.measure, "timing": when.value}


def _came_or_went(one: _Outcome, when: Timing) -> Draft:
    verb = Verb.REMOVED if one.item.new is None else Verb.ADDED
    is_primary = one.list == "primary"
    return Draft(
        kind=f"outcome.{one.list}.{verb.value}",
        level=Severity.CRITICAL if is_primary else Severity.MINOR,
        rule=f"{one.list} outcome {verb.value}",
        path=_path(one.list, one.measure),
        verb=verb,
        before=one.item.old,
        after=one.item.new,
        edits=one.item.edits,
        facts=_facts(one, when),
        takes_context=is_primary,
    )


def _modified(one: _Outcome, when: Timing) -> Draft:
    old, new = as_object(one.item.old), as_object(one.item.new)
    differing = [key for key in sorted(set(old) | set(new)) if old.get(key) != new.get(key)]
    telling = [key for key in differing if not is_same_in_form(as_text(old.get(key)), as_text(new.get(key)))]
    is_primary = one.list == "primary"
    parts = [name for key, name in _PARTS.items() if key in telling]
    level = Severity.MAJOR if is_primary else Severity.MINOR
    rule = f"{one.list} outcome: {' and '.join(parts) or 'text'} edited"
    if not telling:
        level, rule = Severity.NOISE, f"{one.list} outcome: only case, punctuation or markup differs"
    elif is_primary and when is Timing.AFTER_PRIMARY_COMPLETION:
        level, rule = Severity.CRITICAL, f"{rule} · major → critical: {when.value}"
    return Draft(
        kind=f"outcome.{one.list}.modified",
        level=level,
        rule=rule,
        path=_path(one.list, one.measure),
        verb=Verb.CHANGED,
        before=one.item.old,
        after=one.item.new,
        edits=one.item.edits,
        facts={**_facts(one, when), "parts": parts},
        takes_context=is_primary,
    )


def _moved(found: Sequence[_Outcome]) -> tuple[list[tuple[_Outcome, _Outcome]], list[_Outcome]]:
    """Pair what left one list with what came into another, the equal measures first; give the rest."""
    left = [one for one in found if one.item.new is None]
    came = [one for one in found if one.item.old is None]
    moves: list[tuple[_Outcome, _Outcome]] = []
    by_measure: dict[tuple[str, ...], list[_Outcome]] = {}
    for one in came:
        by_measure.setdefault(essence(one.measure), []).append(one)
    open_left: list[_Outcome] = []
    for gone in left:
        same = [one for one in by_measure.get(essence(gone.measure), ()) if one.list != gone.list]
        if same:
            moves.append((gone, same[0]))
            by_measure[essence(gone.measure)].remove(same[0])
        else:
            open_left.append(gone)
    taken = {id(one) for _, one in moves}
    moves += _similar(open_left, [one for one in came if id(one) not in taken])
    moved = {id(one) for pair in moves for one in pair}
    return moves, [one for one in found if id(one) not in moved]


def _similar(left: Sequence[_Outcome], came: Sequence[_Outcome]) -> list[tuple[_Outcome, _Outcome]]:
    if not left or not came:
        return []
    bags = {id(one): words(one.measure) for one in (*left, *came)}
    holders: dict[str, list[_Outcome]] = {}
    for one in came:
        for word in bags[id(one)]:
            holders.setdefault(word, []).append(one)
    ranked: list[tuple[float, int, int]] = []
    place = {id(one): position for position, one in enumerate(came)}
    for position, gone in enumerate(left):
        bag = bags[id(gone)]
        rare = sorted(bag & set(holders), key=lambda word: (len(holders[word]), word))[:3]
        candidates = {id(one): one for word in rare for one in holders[word][:20] if one.list != gone.list}
        for key, one in candidates.items():
            share = 2 * len(bag & bags[key]) / (len(bag) + len(bags[key]))
            if share >= _LEAST_LIKENESS:
                ranked.append((-share, position, place[id(one)]))
    pairs: list[tuple[_Outcome, _Outcome]] = []
    used_left: set[int] = set()
    used_came: set[int] = set()
    for _, position, other in sorted(ranked):
        if position not in used_left and other not in used_came:
            used_left.add(position)
            used_came.add(other)
            pairs.append((left[position], came[other]))
    return pairs


def _move(gone: _Outcome, came: _Outcome, when: Timing) -> Draft:
    old, new = as_object(gone.item.old), as_object(came.item.new)
    parts = [name for key, name in _PARTS.items() if not is_same_in_form(as_text(old.get(key)), as_text(new.get(key)))]
    if came.list == "primary":
        kind, level = "outcome.promoted", Severity.CRITICAL
    elif gone.list == "primary":
        kind, level = "outcome.demoted", Severity.CRITICAL
    else:
        kind, level = f"outcome.{came.list}.moved", Severity.MINOR
    return Draft(
        kind=kind,
        level=level,
        rule=f"outcome moved from {gone.list} to {came.list}",
        path=_path(came.list, came.measure),
        verb=Verb.MOVED,
        before=gone.item.old,
        after=came.item.new,
        edits=merged(gone.item.edits, came.item.edits),
        facts={**_facts(came, when), "from": gone.list, "to": came.list, "parts": parts},
    )


@dataclass(frozen=True, slots=True)
class _Step:
    """One number of a time frame moved: by how much and in which unit."""

    size: float
    unit: str


def _shared_step(modified: Sequence[_Outcome], when: Timing) -> _Step | None:
    """Give the step that all modified outcomes share, if it is small and nothing else differs in any of them."""
    if len(modified) < 2:
        return None
    if when is Timing.AFTER_PRIMARY_COMPLETION and any(one.list == "primary" for one in modified):
        return None  # after primary completion a primary outcome's time frame is told by itself
    steps = [_step(one.item) for one in modified]
    first = steps[0]
    return first if first is not None and all(step == first for step in steps) else None


def _step(item: Item) -> _Step | None:
    old, new = as_object(item.old), as_object(item.new)
    if {key for key in {*old, *new} if old.get(key) != new.get(key)} != {"timeFrame"}:
        return None
    before, after = as_text(old.get("timeFrame")), as_text(new.get("timeFrame"))
    numbers = list(zip(_NUMBER.findall(before), _NUMBER.findall(after), strict=False))
    if _NUMBER.sub("#", before) != _NUMBER.sub("#", after):
        return None
    moved = [(float(one), float(other)) for one, other in numbers if float(one) != float(other)]
    units = [span[2].lower() for span in _SPAN.finditer(after) if moved and float(span[1]) == moved[0][1]]
    if len(moved) != 1 or not units:
        return None
    size = moved[0][1] - moved[0][0]
    is_small = abs(size) * _DAYS[units[0]] <= _MOST_STEP_DAYS or abs(size) <= _MOST_STEP_SHARE * moved[0][0]
    return _Step(size, units[0]) if is_small else None


def _time_frames(modified: Sequence[_Outcome], step: _Step, when: Timing) -> Draft:
    lists = sorted({one.list for one in modified}, key=list(_LISTS.values()).index)
    size = int(step.size) if step.size.is_integer() else step.size
    first = modified[0].item
    return Draft(
        kind="outcome.timeframes",
        level=Severity.MINOR,
        rule=f"time frames of {len(modified)} outcomes moved by the same small step",
        path="outcomes.timeFrames",
        verb=Verb.CHANGED,
        before=as_object(first.old).get("timeFrame"),
        after=as_object(first.new).get("timeFrame"),
        edits=merged(*(one.item.edits for one in modified)),
        facts={"count": len(modified), "lists": lists, "step": size, "unit": step.unit, "timing": when.value},
    )
