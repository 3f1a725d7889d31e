"""Words for the number of participants, always read with its type."""

from __future__ import annotations

from collections.abc import Mapping

from watcher.changes.model import Change, Json, Phrase, Verb
from watcher.changes.wording import values
from watcher.changes.wording.origin import origin_note


def say(change: Change) -> Phrase:
    """Word a change of the family `enrollment`.

    Args:
        change: Its facts are those of the enrollment explainer.

    Returns:
        The words; `was` and `now` carry the type, `note` the size.
    """
    facts = change.facts
    note = _note(change)
    return Phrase(
        kind=change.kind,
        severity=change.severity,
        verb=change.verb,
        label="Enrollment",
        sentence=f"{_sentence(change)}.",
        was=_side(facts.get("old"), facts.get("old_type")),
        now=_side(facts.get("new"), facts.get("new_type")),
        note=note,
        origin_note=origin_note(change),
    )


def _sentence(change: Change) -> str:
    facts = change.facts
    old, new = _count(facts.get("old")), _count(facts.get("new"))
    old_type, new_type = _type(facts.get("old_type")), _type(facts.get("new_type"))
    lead = values.capitalised(f"{new_type} enrollment".strip())
    if new is None:
        return "Enrollment is no longer given" + (
            f"; it was {values.counted(old, 'participant')} {old_type}".rstrip() if old is not None else ""
        )
    people = values.counted(new, "participant")
    if change.kind == "enrollment.final":
        return f"Enrollment is given as actual: {people}" + _of_target(facts.get("share"), old)
    if old is None:
        return f"{lead} is now given: {people}"
    if old == new:
        return f"Enrollment stays at {people}, now {new_type or 'without a type'}"
    size = facts.get("percent")
    in_brackets = f" ({size})" if isinstance(size, str) else ""
    if is_taken_back(facts):
        return f"Enrollment planned again: {people}, after an actual count of {values.number(old)}"
    if old_type != new_type:
        was, now = (f"{values.number(count)} {type_}".rstrip() for count, type_ in ((old, old_type), (new, new_type)))
        return f"Enrollment changed from {was} to {now}{in_brackets}"
    verb = "corrected" if change.kind == "enrollment.corrected" else "cut" if new < old else "raised"
    verb = "set back" if change.verb is Verb.REVERTED else verb
    late = ", together with a later primary completion" if facts.get("is_late_expansion") else ""
    return f"{lead} {verb} from {values.number(old)} to {people}{in_brackets}{late}"


def is_taken_back(facts: Mapping[str, Json]) -> bool:
    """Return whether an actual count gave way to a plan: the old number was never a target."""
    return facts.get("old_type") == "actual" and facts.get("new_type") != "actual"


def _of_target(share: Json, target: int | None) -> str:
    if target is None or not isinstance(share, str):
        return ""
    return f" of {values.number(target)} planned ({share} %)"


def _note(change: Change) -> str | None:
    name = "share" if change.kind == "enrollment.final" else "percent"
    size = change.facts.get(name)
    if not isinstance(size, str) or change.facts.get("old") == change.facts.get("new") or is_taken_back(change.facts):
        return None
    return f"{size} % of the target" if name == "share" else size


def _side(count: Json, type_: Json) -> str | None:
    number = _count(count)
    return None if number is None else f"{values.number(number)} {_type(type_)}".rstrip()


def _count(value: Json) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _type(value: Json) -> str:
    return value if isinstance(value, str) and value != "untyped" else ""
