"""What edits of the outcome measures mean: added, removed, reworded, promoted, demoted; always with the timing.

Items of one list come paired by likeness; `outcome_identity` keeps the pairs that are proved and finds others.
Does not say whether a change of outcomes is right or wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from watcher.changes.families.outcomes.outcome_identity import Outcome, matched, taken_apart
from watcher.changes.families.outcomes.timing import Timing, timing
from watcher.changes.meaning.amounts import amount_change
from watcher.changes.meaning.collapse import together
from watcher.changes.meaning.evidence import Evidence
from watcher.changes.meaning.parts import Item, Part, merged, protocol
from watcher.changes.meaning.text_equality import essence, is_same_in_form
from watcher.changes.model import Change, Json, Severity, Verb
from watcher.changes.partial_date import read
from watcher.study.read import as_list, as_object, as_text, at

_LISTS: Mapping[str, str] = {
    "primaryOutcomes": "primary",
    "secondaryOutcomes": "secondary",
    "otherOutcomes": "other",
}
_PARTS: Mapping[str, str] = {"measure": "measure", "timeFrame": "time frame", "description": "description"}
_MOST_DAYS_WITH_RESULTS = 31
_MOST_NAMED = 100
_DAYS = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "year": 365.25}
_MOST_STEP_DAYS = 3 * _DAYS["month"] + 1
_MOST_STEP_SHARE = 0.10
_SPAN = re.compile(r"(\d+(?:\.\d+)?)[\s-]*(day|week|month|year)s?\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def explain(evidence: Evidence) -> Iterable[Change]:
    """Explain the edits of the three lists of outcome measures.

    Returns:
        Changes of the kinds `outcome.*`; every edit of the lists is claimed.
    """
    module = protocol(evidence, "outcomesModule")
    if not module.edits:
        return []
    scene = _Scene(timing(evidence), _comes_with_results(evidence), module)
    found = [
        half
        for field, name in _LISTS.items()
        for item in module.items(field)
        for half in taken_apart(Outcome(name, item), is_restated=scene.is_restated)
    ]
    matches = matched(found, is_restated=scene.is_restated)
    modified = [one for one in matches.rest if one.is_pair]
    step = _shared_step(modified, scene.when)
    changes = [_move(gone, came, scene) for gone, came in matches.moves]
    changes += _whole_lists([_came_or_went(one, scene) for one in matches.rest if not one.is_pair], module)
    if step is not None:
        return [*changes, _time_frames(modified, step, scene.when)]
    return [*changes, *(_modified(one, scene) for one in modified)]


@dataclass(frozen=True, slots=True)
class _Scene:
    """What all outcomes are judged by.

    Attributes:
        when: When in the life of the trial the update was posted.
        is_restated: Whether results were posted in this step or shortly before it.
        module: The outcomes of both records.
    """

    when: Timing
    is_restated: bool
    module: Part


def _comes_with_results(evidence: Evidence) -> bool:
    """Decide whether results are posted in this step, or were posted at most 31 days before it."""
    if at(evidence.new, "hasResults") is not True:
        return False
    if at(evidence.old, "hasResults") is not True:
        return True
    first = read(at(evidence.new, "protocolSection", "statusModule", "resultsFirstPostDateStruct", "date"))
    day = read(evidence.posted)
    return first is not None and day is not None and 0 <= (day.first - first.last).days <= _MOST_DAYS_WITH_RESULTS


def _path(name: str, measure: str) -> str:
    return f"outcomes.{name}.{measure}" if measure else f"outcomes.{name}"


def _facts(one: Outcome, when: Timing) -> dict[str, Json]:
    return {"list": one.list, "measure": one.measure, "timing": when.value}


def _came_or_went(one: Outcome, scene: _Scene) -> Change:
    verb = Verb.REMOVED if one.item.new is None else Verb.ADDED
    is_primary = one.list == "primary"
    return Change(
        kind=f"outcome.{one.list}.{verb.value}",
        severity=Severity.CRITICAL if is_primary else Severity.MINOR,
        rule=f"{one.list} outcome {verb.value}",
        path=_path(one.list, one.measure),
        verb=verb,
        before=one.item.old,
        after=one.item.new,
        edits=one.item.edits,
        facts={**_facts(one, scene.when), **_twins(one, scene.module)},
    )


def _whole_lists(changes: Sequence[Change], module: Part) -> list[Change]:
    """Report a list besides the primary outcomes that came or went with all that is in it as one."""
    result = list(changes)
    for field, name in list(_LISTS.items())[1:]:
        sides = [as_list(side) for side in (module.before(field), module.after(field))]
        same = [change for change in changes if change.facts["list"] == name]
        if any(sides) and not all(sides) and 1 < len(same) == max(map(len, sides)):
            named = [replace(change, facts={**change.facts, "name": change.facts["measure"]}) for change in same]
            whole = together(named, f"outcomes.{name}")
            names: list[Json] = [change.facts["measure"] for change in same[:_MOST_NAMED]]
            whole = replace(whole, facts={**whole.facts, "names": names, "is_whole_list": True})
            result = [*(change for change in result if change not in same), whole]
    return result


def _twins(one: Outcome, module: Part) -> dict[str, Json]:
    """Return the outcomes of the same measure that stay in the list, and the part that tells this one from them."""
    own = as_object(one.item.old if one.item.new is None else one.item.new)
    field = next(field for field, name in _LISTS.items() if name == one.list)
    kept = [
        outcome
        for outcome in map(as_object, as_list(module.after(field)))
        if essence(as_text(outcome.get("measure"))) == essence(one.measure) and outcome is not one.item.new
    ]
    if not kept:
        return {}
    differs = next(
        (key for key in ("timeFrame", "description") if any(outcome.get(key) != own.get(key) for outcome in kept)), ""
    )
    return {"others": len(kept), "told_apart_by": differs, "other": kept[0].get(differs) if differs else None}


def _modified(one: Outcome, scene: _Scene) -> Change:
    old, new = as_object(one.item.old), as_object(one.item.new)
    differing = [key for key in sorted(set(old) | set(new)) if old.get(key) != new.get(key)]
    telling = [key for key in differing if not is_same_in_form(as_text(old.get(key)), as_text(new.get(key)))]
    is_primary = one.list == "primary"
    parts = [name for key, name in _PARTS.items() if key in telling]
    kind, level = f"outcome.{one.list}.modified", Severity.MAJOR if is_primary else Severity.MINOR
    rule = f"{one.list} outcome: {' and '.join(parts) or 'text'} edited"
    if not telling:
        level, rule = Severity.NOISE, f"{one.list} outcome: only case, punctuation or markup differs"
    elif scene.is_restated:
        kind, level = "outcome.restated_with_results", Severity.MINOR
        rule = f"{rule} with the posting of results"
        if is_primary and ("timeFrame" in telling or _has_other_number(old, new, telling)):
            level, rule = Severity.MAJOR, f"{rule} · minor → major: the time frame or a number differs"
    elif is_primary and scene.when is Timing.AFTER_PRIMARY_COMPLETION:
        level, rule = Severity.CRITICAL, f"{rule} · major → critical: {scene.when.value}"
    return Change(
        kind=kind,
        severity=level,
        rule=rule,
        path=_path(one.list, one.measure),
        verb=Verb.CHANGED,
        before=one.item.old,
        after=one.item.new,
        edits=one.item.edits,
        facts={**_facts(one, scene.when), "parts": parts},
    )


def _has_other_number(old: Mapping[str, Json], new: Mapping[str, Json], keys: Iterable[str]) -> bool:
    return any(amount_change(as_text(old.get(key)), as_text(new.get(key))).is_other for key in keys)


def _move(gone: Outcome, came: Outcome, scene: _Scene) -> Change:
    old, new = as_object(gone.item.old), as_object(came.item.new)
    parts = [name for key, name in _PARTS.items() if not is_same_in_form(as_text(old.get(key)), as_text(new.get(key)))]
    if came.list == "primary":
        kind, level = "outcome.promoted", Severity.CRITICAL
    elif gone.list == "primary":
        kind, level = "outcome.demoted", Severity.CRITICAL
    else:
        kind, level = f"outcome.{came.list}.moved", Severity.MINOR
    return Change(
        kind=kind,
        severity=level,
        rule=f"outcome moved from {gone.list} to {came.list}",
        path=_path(came.list, came.measure),
        verb=Verb.MOVED,
        before=gone.item.old,
        after=came.item.new,
        edits=merged(gone.item.edits, came.item.edits),
        facts={**_facts(came, scene.when), "from": gone.list, "to": came.list, "parts": parts},
    )


@dataclass(frozen=True, slots=True)
class _Step:
    """One number of a time frame moved: by how much and in which unit."""

    size: float
    unit: str


def _shared_step(modified: Sequence[Outcome], when: Timing) -> _Step | None:
    """Return the step that all modified outcomes share, if it is small and nothing else differs in any of them."""
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


def _time_frames(modified: Sequence[Outcome], step: _Step, when: Timing) -> Change:
    lists = sorted({one.list for one in modified}, key=list(_LISTS.values()).index)
    size = int(step.size) if step.size.is_integer() else step.size
    first = modified[0].item
    return Change(
        kind="outcome.timeframes",
        severity=Severity.MINOR,
        rule=f"time frames of {len(modified)} outcomes moved by the same small step",
        path="outcomes.timeFrames",
        verb=Verb.CHANGED,
        before=as_object(first.old).get("timeFrame"),
        after=as_object(first.new).get("timeFrame"),
        edits=merged(*(one.item.edits for one in modified)),
        facts={"count": len(modified), "lists": lists, "step": size, "unit": step.unit, "timing": when.value},
    )
