"""Words for moved dates: was → now with types, size and running total."""

from __future__ import annotations

from collections.abc import Mapping

from watcher.changes.model import Change, Json, Phrase, Verb
from watcher.changes.wording import values
from watcher.changes.wording.build import stated
from watcher.changes.wording.sizes import lag, results_due, running_total

_NAMES = {
    "status.primaryCompletionDate": "primary completion",
    "status.completionDate": "study completion",
    "status.startDate": "start",
}


def say(change: Change) -> Phrase:
    """Word a change of the family `date`.

    Args:
        change: Its facts are those of the dates explainer.

    Returns:
        The words; `was` and `now` carry the type, `note` the size of the shift.
    """
    facts, name = change.facts, name_of(change)
    was, now = _end(facts.get("old"), facts.get("old_type")), _end(facts.get("new"), facts.get("new_type"))
    label, sentence = values.capitalised(name), _head(change, name)
    return stated(change, label, *sentence, besides=_pieces(change, name), was=was, now=now, note=_note(change))


def name_of(change: Change) -> str:
    """Return what the date is of: `primary completion`, `study completion` or `start`."""
    return _NAMES.get(change.path.partition("#")[0].removesuffix("Type"), "date")


def _note(change: Change) -> str | None:
    """Return the size of the shift and what else a reader acts on: running total, posted late, results due."""
    facts = change.facts
    pieces = [_text(facts.get("said")), *_standing(change), running_total(facts)]
    if change.kind.startswith("date.primary."):
        behind = lag(facts)
        pieces.append(f"posted {behind}" if behind else None)
        pieces.append(None if facts.get("results_due_told_with") else results_due(facts))
    return "; ".join(piece for piece in pieces if piece) or None


def _head(change: Change, name: str) -> tuple[str, str]:
    """Return what is said of a date, and its details."""
    facts = change.facts
    old, new, size = _day(facts.get("old")), _day(facts.get("new")), _text(facts.get("said"))
    old_type, new_type = _text(facts.get("old_type")), _text(facts.get("new_type"))
    in_brackets = f" ({size})" if size else ""
    if change.kind == "date.precision":
        return f"{values.capitalised(name)} is the same date, {_more_or_less(facts)}", f"{old} → {new}"
    if new_type == "actual" and old_type != "actual":
        if old == new:
            until_now = old_type or "so far without a type"
            return f"{values.capitalised(name)} {new}, {until_now} until now, is given as actual", ""
        compared = (
            f"{size} than the {old_type or 'earlier'} {old}" if size else f"the {old_type or 'earlier'} date was {old}"
        )
        return f"{values.capitalised(name)} is given as actual", f"{new} ({compared})"
    if old_type == new_type:
        lead = f"{values.capitalised(new_type)} {name}" if new_type else values.capitalised(name)
        verb = "corrected" if new_type == "actual" else "moved"
        verb = f"{verb} back" if change.verb is Verb.REVERTED else verb
        return f"{lead} {verb} from {old} to {new}{in_brackets}", ""
    was, now = (" ".join(filter(None, pair)) for pair in ((old, old_type), (new, new_type)))
    return f"{values.capitalised(name)} changed from {was} to {now}{in_brackets}", ""


def _pieces(change: Change, name: str) -> list[str]:
    facts = change.facts
    found: list[str | None] = [*_standing(change), running_total(facts)]
    found.append(_along("study completion", facts.get("completion"), facts))
    found.append(_along("the start", facts.get("start"), facts))
    if change.kind == "date.start.retroactive":
        found.append(f"from before to after the first registration on {_day(facts.get('registered'))}")
    behind = lag(facts)
    found.append(f"posted {behind}" if behind else None)
    found.append(results_due(facts))
    return [piece for piece in found if piece]


def _standing(change: Change) -> list[str]:
    """Return what the new date is besides later or earlier: still planned, or the unmoved day of study completion."""
    facts, found = change.facts, []
    if change.kind.endswith(".earlier") and facts.get("new_type") == "planned":
        found.append("still planned")
    if facts.get("equals_completion"):
        found.append("now the day of study completion, which did not move")
    return found


def _along(name: str, other: Json, facts: Mapping[str, Json]) -> str | None:
    """Describe that another date moved along; on the same dates when they are."""
    if not isinstance(other, Mapping):
        return None
    if all(other.get(end) == facts.get(end) for end in ("old", "new")):
        return f"{name} has the same dates"
    return f"{name} along with it, from {_day(other.get('old'))} to {_day(other.get('new'))}"


def _more_or_less(facts: Mapping[str, Json]) -> str:
    old, new = _text(facts.get("old")) or "", _text(facts.get("new")) or ""
    if old == new:
        return f"now given as {facts.get('new_type') or 'untyped'}"
    return "told more exactly" if len(new) > len(old) else "told less exactly"


def _end(day: Json, type_: Json) -> str | None:
    return " ".join(part for part in (_day(day), _text(type_)) if part) or None


def _day(value: Json) -> str:
    return values.date(value) if isinstance(value, str) else ""


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) and value else None
