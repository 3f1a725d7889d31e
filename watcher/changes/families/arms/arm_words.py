"""Words for arms and interventions."""

from __future__ import annotations

from collections.abc import Mapping

from watcher.changes.fact_shapes import ArmFacts, facts_of
from watcher.changes.model import Change, Json, Mark, Phrase, Verb
from watcher.changes.wording import values
from watcher.changes.wording.build import all_named, edited, named, worded

_LONGEST_HEADING = 60
_LONGEST_TEXT = 300
_SAME_AMOUNT = "the same amount in another unit or spelling"
_DONE = {Verb.ADDED: "added", Verb.REMOVED: "removed"}


def say(change: Change) -> Phrase:
    """Word a change of the families `arm` and `intervention`."""
    label = "Arm" if change.kind.startswith("arm.") else "Intervention"
    facts = facts_of(change, ArmFacts)
    name = named(facts.name)
    if change.kind.endswith(".renamed"):
        was = named(facts.was)
        return worded(change, label, f"{label} renamed", f"now “{name}”, before “{was}”", was=was, now=name)
    if change.verb in _DONE:
        return _came_or_went(change, facts, label, name)
    if facts.gained or facts.lost:
        return _membership(change, facts, label, name)
    return _modified(change, facts, label, name)


def _came_or_went(change: Change, facts: ArmFacts, label: str, name: str) -> Phrase:
    is_new = change.verb is Verb.ADDED
    of_kind = f" ({values.enum(facts.type).lower()})" if facts.type else ""
    done = _DONE[change.verb]
    if change.kind.endswith(".modified"):
        done = "listed once more" if is_new else "listed once less"
    return worded(
        change,
        label,
        f"{label} {done}",
        f"“{name}”{of_kind}",
        was=None if is_new else name,
        now=name if is_new else None,
    )


def _membership(change: Change, facts: ArmFacts, label: str, name: str) -> Phrase:
    gained, lost = all_named(facts.gained), all_named(facts.lost)
    pieces = [f"now with {values.listed(gained)}"] if gained else []
    pieces += [f"no longer with {values.listed(lost)}"] if lost else []
    said = f"{label} “{name}” {' and '.join(pieces) or 'refers to the same interventions'}"
    if not (gained and lost):
        return worded(change, label, said)  # one side alone would not say whether it came or went
    was, now = values.listed(lost), values.listed(gained)
    return worded(change, label, said, heading=_heading(label, name), was=was, now=now)


def _heading(label: str, name: str) -> str:
    return f"{label} “{values.short(name, _LONGEST_HEADING)}”"


def _modified(change: Change, facts: ArmFacts, label: str, name: str) -> Phrase:
    if not name:
        return worded(change, label, "References between arms and interventions spelt anew")
    types = facts.old_type, facts.new_type
    pieces, was, now = [], None, None
    if all(types):
        was, now = (values.enum(kind) for kind in types)
        pieces.append(f"type now {now.lower()}, before {was.lower()}")
    before, after = _described(change.before), _described(change.after)
    marks: tuple[Mark, ...] = ()
    if "description" in facts.parts and before and after:
        marks, was, now = edited(before, after)
        pieces.append(f"description now “{now}”, before “{was}”")
    elif "description" in facts.parts:
        pieces.append(_one_description(before, after))
    also = [f"type: {values.enum(types[0]).lower()} → {values.enum(types[1]).lower()}"] if all(types) and marks else []
    besides = _besides(facts)
    also += besides
    said, details = f"{label} “{name}” edited", "; ".join([*pieces, *besides]) or "details"
    heading = _heading(label, name) if marks or (was and now) else None
    return worded(change, label, said, details, heading=heading, was=was, now=now, marks=marks, items=also)


def _besides(facts: ArmFacts) -> list[str]:
    """Return what is said of other names, and that an amount is the same one in another unit."""
    besides = [_other_names(facts)] if "other names" in facts.parts else []
    return [*besides, _SAME_AMOUNT] if facts.is_same_amount else besides


def _one_description(before: str, after: str) -> str:
    shown = values.short(values.plain(after or before), _LONGEST_TEXT)
    return f"description added: “{shown}”" if after else f"description removed, it was “{shown}”"


def _other_names(facts: ArmFacts) -> str:
    came, went = all_named(facts.names_added), all_named(facts.names_removed)
    pieces = [f"added {values.listed(came)}"] if came else []
    pieces += [f"removed {values.listed(went)}"] if went else []
    return f"other names: {'; '.join(pieces)}" if pieces else "other names in another order"


def _described(value: Json) -> str:
    found = value.get("description") if isinstance(value, Mapping) else value
    return found if isinstance(found, str) else ""
