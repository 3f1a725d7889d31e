"""Words for moved dates: was → now with types, size and running total."""

from __future__ import annotations

from watcher.changes.fact_shapes import DateEnds, DateFacts, facts_of
from watcher.changes.model import Change, Phrase, Verb
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

    `was` and `now` carry the type, `note` the size of the shift.
    """
    facts, name = facts_of(change, DateFacts), name_of(change)
    was, now = _end(facts.old, facts.old_type), _end(facts.new, facts.new_type)
    label, sentence = values.capitalised(name), _head(change, facts, name)
    besides = _pieces(change, facts)
    return stated(change, label, *sentence, besides=besides, was=was, now=now, note=_note(change, facts))


def name_of(change: Change) -> str:
    """Return what the date is of: `primary completion`, `study completion` or `start`."""
    return _NAMES.get(change.path.partition("#")[0].removesuffix("Type"), "date")


def _note(change: Change, facts: DateFacts) -> str | None:
    """Return the size of the shift and what else a reader acts on: running total, posted late, results due."""
    pieces = [facts.said, *_standing(change, facts), running_total(facts)]
    if change.kind.startswith("date.primary."):
        behind = lag(facts)
        pieces.append(f"posted {behind}" if behind else None)
        pieces.append(None if facts.results_due_told_with else results_due(facts))
    return "; ".join(piece for piece in pieces if piece) or None


def _head(change: Change, facts: DateFacts, name: str) -> tuple[str, str]:
    """Return what is said of a date, and its details."""
    old, new = values.date(facts.old), values.date(facts.new)
    old_type, new_type = facts.old_type, facts.new_type
    in_brackets = f" ({facts.said})" if facts.said else ""
    if change.kind == "date.precision":
        return f"{values.capitalised(name)} is the same date, {_more_or_less(facts)}", f"{old} → {new}"
    if new_type == "actual" and old_type != "actual":
        return _given_as_actual(facts, values.capitalised(name), old, new)
    if old_type == new_type:
        lead = f"{values.capitalised(new_type)} {name}" if new_type else values.capitalised(name)
        verb = "corrected" if new_type == "actual" else "moved"
        verb = f"{verb} back" if change.verb is Verb.REVERTED else verb
        return f"{lead} {verb} from {old} to {new}{in_brackets}", ""
    was, now = (" ".join(filter(None, pair)) for pair in ((old, old_type), (new, new_type)))
    return f"{values.capitalised(name)} changed from {was} to {now}{in_brackets}", ""


def _given_as_actual(facts: DateFacts, name: str, old: str, new: str) -> tuple[str, str]:
    if old == new:
        return f"{name} {new}, {facts.old_type or 'so far without a type'} until now, is given as actual", ""
    earlier = facts.old_type or "earlier"
    compared = f"{facts.said} than the {earlier} {old}" if facts.said else f"the {earlier} date was {old}"
    return f"{name} is given as actual", f"{new} ({compared})"


def _pieces(change: Change, facts: DateFacts) -> list[str]:
    found: list[str | None] = [*_standing(change, facts), running_total(facts)]
    found.append(_along("study completion", facts.completion, facts))
    found.append(_along("the start", facts.start, facts))
    if change.kind == "date.start.retroactive":
        found.append(f"from before to after the first registration on {values.date(facts.registered)}")
    behind = lag(facts)
    found.append(f"posted {behind}" if behind else None)
    found.append(results_due(facts))
    return [piece for piece in found if piece]


def _standing(change: Change, facts: DateFacts) -> list[str]:
    """Return what the new date is besides later or earlier: still planned, or the unmoved day of study completion."""
    found = []
    if change.kind.endswith(".earlier") and facts.new_type == "planned":
        found.append("still planned")
    if facts.equals_completion:
        found.append("now the day of study completion, which did not move")
    return found


def _along(name: str, other: DateEnds | None, facts: DateFacts) -> str | None:
    """Describe that another date moved along; on the same dates when they are."""
    if other is None:
        return None
    if facts.are_of(other):
        return f"{name} has the same dates"
    return f"{name} along with it, from {values.date(other.old)} to {values.date(other.new)}"


def _more_or_less(facts: DateFacts) -> str:
    if facts.old == facts.new:
        return f"now given as {facts.new_type or 'untyped'}"
    return "told more exactly" if len(facts.new) > len(facts.old) else "told less exactly"


def _end(day: str, type_: str) -> str | None:
    return " ".join(part for part in (values.date(day), type_) if part) or None
