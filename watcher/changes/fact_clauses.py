"""Clauses that hold the fact itself: which outcome took the place of which, from which dose to which, which design.

Each looks at the changes of one topic. Where the fact is too long or there are too many, the caller counts instead.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from watcher.changes.clauses import Clause, came_and_went, near_change
from watcher.changes.fact_shapes import ArmFacts, OutcomeFacts, facts_of
from watcher.changes.kinds import KINDS
from watcher.changes.model import Change, Json, MarkKind, Verb
from watcher.changes.word_diff import diff
from watcher.changes.wording import values
from watcher.changes.wording.build import all_named, field
from watcher.changes.wording.say import phrase

_LONGEST = 110
_LONGEST_NAME = 50
_SHORT_NAMES = (50, 35, 26)
_LONGEST_VALUE = 70
_LONGEST_PIECE = 30
_MOST_FACTS = 2
_LARGEST_GROUP = 3

_MASKING: Mapping[str, str] = {
    "NONE": "open",
    "SINGLE": "single-blind",
    "DOUBLE": "double-blind",
    "TRIPLE": "triple-blind",
    "QUADRUPLE": "quadruple-blind",
}
_MODELS: Mapping[str, str] = {
    "SINGLE_GROUP": "one group",
    "PARALLEL": "parallel groups",
    "CROSSOVER": "crossover",
    "FACTORIAL": "factorial",
    "SEQUENTIAL": "groups in sequence",
}
_CODED = tuple(kind for kind in KINDS if kind.startswith("design.") and kind != "design.purpose")


def outcomes_clause(changes: Sequence[Change]) -> Clause | None:
    """Describe which outcomes came, went or changed, by name; None when counting says it better."""
    whole = [one for one in changes if facts_of(one, OutcomeFacts).is_whole_list]
    if whole and len(whole) == len(changes):
        pieces = values.distinct((phrase(one).head or "").partition(" (")[0] for one in whole)
        said = "; ".join([values.capitalised(pieces[0]), *pieces[1:]])
        return Clause(said, f"{phrase(whole[0]).label} {whole[0].verb.value}")
    if len(changes) == 1 and changes[0].kind == "outcome.timeframes":
        return Clause((phrase(changes[0]).head or "").partition(" (")[0], "Time frames changed")
    gone = [one for one in changes if one.kind in ("outcome.primary.removed", "outcome.demoted")]
    came = [one for one in changes if one.kind in ("outcome.primary.added", "outcome.promoted")]
    if len(gone) == len(came) == 1:
        was, now = (_measure(one) for one in (gone[0], came[0]))
        said = f"{was} dropped as primary outcome, {now} in its place"
        if gone[0].kind == "outcome.demoted":
            said = f"{was} no longer a primary outcome, {now} in its place"
        return Clause(values.capitalised(said), "Primary outcome replaced")
    facts = _joined(changes, _outcome) or _shared_frame(changes) or _first_and_more(changes, _outcome)
    return Clause(facts, _outcome_tag(changes)) if facts else None


def _shared_frame(changes: Sequence[Change]) -> str:
    """Describe one step that the time frames of several outcomes share: `Time frames of 3 outcomes: 54 → 60 months`."""
    modified = [
        one for one in changes if one.verb is Verb.CHANGED and facts_of(one, OutcomeFacts).parts == ("time frame",)
    ]
    if len(modified) < len(changes) or len(changes) < 2:
        return ""
    shifts = {_stretch(field(one.before, "timeFrame"), field(one.after, "timeFrame")) for one in changes}
    lists = {facts_of(one, OutcomeFacts).list for one in changes}
    of = values.counted(len(changes), f"{lists.pop()} outcome" if len(lists) == 1 else "outcome")
    (shift, *others) = shifts
    return f"Time frames of {of}: {shift}" if shift and not others else ""


def arms_clause(changes: Sequence[Change]) -> Clause | None:
    """Describe what changed in the arms and interventions, by name and dose; None when counting says it better."""
    changed = [one for one in changes if not one.kind.endswith(".renamed")]
    if changed and all(_name(one) in {_name(other) for other in changed} for one in changes):
        changes = changed  # a new label that repeats the dose is told with the dose
    shift = _shared_amount(changes)
    if shift:
        of = values.listed(values.distinct(_name(one) for one in changes), _MOST_FACTS)
        label = f"{phrase(changes[0]).label} " if len(changes) == 1 else ""
        same = ", the same amount" if facts_of(changes[0], ArmFacts).is_same_amount else ""
        said = f"{label}{of}: {shift}{same}"
        if len(said) <= _LONGEST:
            return Clause(said, shift if len(shift.split()) <= 4 else "Amount changed")
    arms = [one for one in changes if one.kind.startswith("arm.")]
    facts = _joined(changes, _arm) or _exchanged(arms or changes) or _first_and_more(changes, _arm)
    return Clause(facts, _arms_tag(changes)) if facts else None


def design_clause(changes: Sequence[Change]) -> Clause | None:
    """Describe the design from what to what: `Randomized, double-blind → open, one group`; None for a single change."""
    coded = sorted((one for one in changes if one.kind in _CODED), key=lambda one: _CODED.index(one.kind))
    if len(coded) < 2 or len(coded) < len([one for one in changes if one.kind.startswith("design.")]):
        return None
    sides = [
        values.distinct(filter(None, (_design(side) for side in column)))
        for column in zip(*((one.before, one.after) for one in coded), strict=True)
    ]
    if not all(sides):
        return None
    said = values.capitalised(f"{', '.join(sides[0])} → {', '.join(sides[1])}")
    return Clause(said, "Design changed") if len(said) <= _LONGEST else None


def labelled_clause(changes: Sequence[Change], tag: str) -> Clause | None:
    """Describe one to three fields from what to what, by label, the rest by count; None when it is too long."""
    most = min(len(changes), _LARGEST_GROUP)
    return next(filter(None, (_labelled(changes, shown, tag) for shown in range(most, 0, -1))), None)


def _labelled(changes: Sequence[Change], most: int, tag: str) -> Clause | None:
    """Describe the first fields from what to what and count the rest; None when that is too long."""
    pieces: list[str] = []
    for change in changes[:most]:
        words = phrase(change)
        label = words.label if not pieces else words.label[:1].lower() + words.label[1:]
        if words.was and words.now and len(words.was) + len(words.now) <= _LONGEST_VALUE:
            was, now = (_quoted_text(side) for side in (words.was, words.now))
            pieces.append(f"{label} {was} → {now}")
        elif words.now and not words.was:
            pieces.append(f"{label} now given: {_quoted_text(_cut(words.now))}")
        elif words.was and not words.now:
            pieces.append(f"{label} no longer given, it was {_quoted_text(_cut(words.was))}")
        elif words.now:
            pieces.append(f"{label} now “{_cut(words.now)}”")
        else:
            pieces.append(f"{label} edited")
    if len(changes) > most:
        pieces.append(values.counted(len(changes) - most, "more change"))
    said = "; ".join(pieces)
    return Clause(values.capitalised(said), tag) if len(said) <= _LONGEST + _LONGEST_NAME else None


def _cut(value: str) -> str:
    return values.short(value.strip("“”").rstrip("."), _LONGEST_NAME)


def _quoted_text(value: str) -> str:
    """Quote a text of several words, so that it is told from ours."""
    return f"“{value}”" if len(value.split()) > _MOST_FACTS else value


def _joined(changes: Sequence[Change], fact_of: Callable[[Change], str]) -> str:
    """Join the facts of a few changes; empty when there are too many or they are too long."""
    if len(changes) > _MOST_FACTS:
        return ""
    facts = values.distinct(filter(None, (fact_of(one) for one in changes)))
    if len(facts) < len(changes):
        return ""
    said = "; ".join([facts[0], *(fact[:1].lower() + fact[1:] for fact in facts[1:])])
    if len(changes) == _MOST_FACTS and changes[0].kind.partition(".")[0] == changes[1].kind.partition(".")[0]:
        said = _exchanged(changes) or said
    return said if len(said) <= _LONGEST else ""


def _first_and_more(changes: Sequence[Change], fact_of: Callable[[Change], str]) -> str:
    """Return the fact of the first of several edited things and count the others; empty where a number says as much."""
    if len(changes) < _MOST_FACTS or any(one.verb is not Verb.CHANGED for one in changes):
        return ""
    labels = {phrase(one).label.lower() for one in changes[1:]}
    noun = labels.pop() if len(labels) == 1 else "change"
    fact = fact_of(changes[0])
    said = f"{fact}; {values.counted(len(changes) - 1, f'more {noun}')}{'' if noun == 'change' else ' changed'}"
    return said if fact and len(said) <= _LONGEST + _LONGEST_NAME else ""


def _exchanged(changes: Sequence[Change]) -> str:
    """Describe what went and what came by name: `Intervention “Docetaxel” removed, “Ramucirumab” added`."""
    gone = [one for one in changes if one.kind.endswith(".removed") and one.verb is Verb.REMOVED]
    came = [one for one in changes if one.kind.endswith(".added") and one.verb is Verb.ADDED]
    labels = [{phrase(one).label for one in side} for side in (gone, came)]
    if not (gone and came):
        return _alike(gone or came, labels[0] or labels[1]) if len(gone or came) == len(changes) else ""
    if max(len(gone), len(came)) > _MOST_FACTS or any(len(side) > 1 for side in labels):
        return ""
    (label,), (other,) = labels
    again = "" if label == other else f"{other.lower()}{'s' if len(came) > 1 else ''} "
    was, now = (values.listed([_named(one) for one in side], _MOST_FACTS) for side in (gone, came))
    said = f"{label}{'s' if len(gone) > 1 else ''} {was} removed, {again}{now} added"
    return said if len(said) <= _LONGEST else ""


def _alike(changes: Sequence[Change], labels: Collection[str]) -> str:
    """Describe two things that both came or both went: `Arms “A” and “B” removed`."""
    if len(changes) != _MOST_FACTS or len(labels) > 1:
        return ""
    said = f"{next(iter(labels))}s {values.listed([_named(one) for one in changes])} {changes[0].verb.value}"
    return said if len(said) <= _LONGEST else ""


def _named(change: Change) -> str:
    return _quoted_measure(change) if change.kind.startswith("outcome.") else _name(change)


def _outcome(change: Change) -> str:
    label, measure, facts = phrase(change).label, _quoted_measure(change), facts_of(change, OutcomeFacts)
    match change.kind:
        case "outcome.promoted":
            return f"{measure} is now a primary outcome"
        case "outcome.demoted":
            return f"{measure} is now {_in_list(facts.to)}, no longer primary"
        case "outcome.restated_with_results":
            return f"{label} {measure} restated with the results"
    if change.verb in (Verb.ADDED, Verb.REMOVED):
        stays = "; another one of this name stays" if facts.others and change.verb is Verb.REMOVED else ""
        return f"{label} {measure} {change.verb.value}{stays}"
    if change.verb is Verb.MOVED:
        return f"{measure} is now {_in_list(facts.to)}"
    return _reworded(change, label, measure)


def _in_list(to: str) -> str:
    return "among the other outcomes" if to == "other" else f"a {to} outcome"


def _reworded(change: Change, label: str, measure: str) -> str:
    parts = facts_of(change, OutcomeFacts).parts
    keys = {"measure": "measure", "time frame": "timeFrame", "description": "description"}
    order = [part for part in ("time frame", "measure", "description") if part in parts]
    for part in order:
        was, now = (field(side, keys[part]) for side in (change.before, change.after))
        if bool(was) != bool(now):
            given = f"now given: {now}" if now else f"no longer given; it was {was}"
            name = values.short(_measure(change), _SHORT_NAMES[-1])
            return f"{label} “{name}”: {part} {values.short(given, _LONGEST_PIECE + _SHORT_NAMES[-1])}"
        shift = _shift(was, now)
        if shift:
            return f"{label} reworded: {shift}" if part == "measure" else _of_part(change, label, part, shift)
    if parts == ("measure",):
        said = near_change(
            f"{label} reworded", diff(*(field(side, "measure") for side in (change.before, change.after)))
        )
        if said:
            return said
    return f"{label} {measure}: {values.listed(parts)} reworded" if parts else ""


def _of_part(change: Change, label: str, part: str, shift: str) -> str:
    """Return from what to what a part of an outcome changed, with as much of its name as there is room for."""
    part, label = values.capitalised(part), f"{label[:1].lower()}{label[1:]}"
    for most in _SHORT_NAMES:
        full = f"{part} of {label} “{values.short(_measure(change), most)}”: {shift}"
        if len(full) <= _LONGEST:
            return full
    return f"{part} of the {label}: {shift}"


def _arm(change: Change) -> str:
    label, name, facts = phrase(change).label, _name(change), facts_of(change, ArmFacts)
    if change.kind.endswith(".renamed"):
        return f"{label} renamed: now {name}, before {values.quoted(facts.was, _LONGEST_NAME)}"
    if not change.kind.endswith(".modified"):
        return f"{label} {name} {change.verb.value}"
    if change.verb is not Verb.CHANGED or facts.gained or facts.lost:
        said = phrase(change).sentence.rstrip(".")
        return said if len(said) <= _LONGEST else came_and_went(change, f"{label} {name}", "now with", "no longer with")
    return _modified_arm(change, facts, f"{label} {name}")


def _modified_arm(change: Change, facts: ArmFacts, named: str) -> str:
    if facts.old_type and facts.new_type:
        was, now = (values.enum(type_).lower() for type_ in (facts.old_type, facts.new_type))
        return f"{named}: {was} → {now}"
    was_text, now_text = (_described(side) for side in (change.before, change.after))
    shift = _shift(was_text, now_text)
    if "description" in facts.parts and not (was_text and now_text):
        return f"{named}: description {'added' if now_text else 'removed'}"
    if shift:
        return f"{named}: {shift}"
    if facts.parts == ("description",) and (said := near_change(named, diff(was_text, now_text))):
        return said
    return _other_parts(facts, named)


def _other_parts(facts: ArmFacts, named: str) -> str:
    """Return which other names of an intervention came and went, else what was edited."""
    came, went = all_named(facts.names_added), all_named(facts.names_removed)
    told = [f"{done} {values.listed(of, _MOST_FACTS)}" for done, of in (("added", came), ("removed", went)) if of]
    if told:
        return f"{named}: other names {', '.join(told)}"
    return f"{named}: {values.listed(facts.parts)} edited" if facts.parts else ""


def _described(value: Json) -> str:
    return (
        field(value, "description")
        if isinstance(value, Mapping)
        else values.plain(value)
        if isinstance(value, str)
        else ""
    )


def _shift(before: str, after: str) -> str:
    """Describe from what to what: whole when both are short, else the one stretch that differs.

    Empty when it is long.
    """
    if not before or not after or before == after:
        return ""
    if len(before) + len(after) <= _LONGEST_VALUE:
        return f"{before} → {after}"
    return _stretch(before, after)


def _stretch(before: str, after: str) -> str:
    """Return the one stretch that differs, with the unit behind it; empty when there are several or it is long."""
    changed = [mark for mark in diff(before, after) if mark.kind is not MarkKind.SAME]
    if [mark.kind for mark in changed] != [MarkKind.REMOVED, MarkKind.ADDED]:
        return ""
    was, now = (mark.text.strip() for mark in changed)
    if not was or not now or max(len(was), len(now)) > _LONGEST_PIECE:
        return ""
    unit = after.partition(now)[2].split(" ")[:2] if now[-1:].isdigit() else []
    return f"{was} → {now}{f' {unit[1]}' if len(unit) > 1 and not unit[0] else ''}".rstrip(",.;")


def _shared_amount(changes: Sequence[Change]) -> str:
    """Return the one amount that changed in all of them: `12 → 8 mg/kg`; empty when they differ or there is none."""
    found = [facts_of(one, ArmFacts) for one in changes]
    shifts = {(one.was_amount, one.now_amount) for one in found}
    if len(shifts) != 1 or any(one.kind.endswith(".renamed") for one in changes):
        return ""
    ((was, now),) = shifts
    if not was or not now:
        return ""
    number, _, unit = was.partition(" ")
    return f"{number if unit and now.endswith(f' {unit}') else was} → {now}"


def _design(value: Json) -> str:
    if isinstance(value, str):
        if value == "NA":
            return ""
        return _MASKING.get(value) or _MODELS.get(value) or values.enum(value)[:1].lower() + values.enum(value)[1:]
    if isinstance(value, list | tuple) and all(isinstance(one, str) and one.startswith("PHASE") for one in value):
        return "/".join(values.enum(str(one)) for one in value)
    return ""


def _measure(change: Change) -> str:
    outcome = change.after if change.verb is not Verb.REMOVED else change.before
    return values.short(field(outcome, "measure") or facts_of(change, OutcomeFacts).measure, _LONGEST_NAME)


def _quoted_measure(change: Change) -> str:
    return f"“{_measure(change)}”"


def _name(change: Change) -> str:
    return values.quoted(facts_of(change, ArmFacts).name, _LONGEST_NAME)


def _outcome_tag(changes: Sequence[Change]) -> str:
    label = "Outcome" if len(changes) > 1 else phrase(changes[0]).label
    kind = changes[0].kind
    if len(changes) > 1:
        return "Outcomes changed"
    if kind == "outcome.restated_with_results":
        return f"{label} restated"
    if kind in ("outcome.promoted", "outcome.demoted"):
        return f"Outcome made {facts_of(changes[0], OutcomeFacts).to}"
    if facts_of(changes[0], OutcomeFacts).parts == ("time frame",):
        return "Time frame changed"
    return f"{label} {changes[0].verb.value}"


def _arms_tag(changes: Sequence[Change]) -> str:
    if len(changes) > 1:
        labels = values.distinct(phrase(one).label for one in changes)
        return f"{labels[0]}s changed" if len(labels) == 1 else "Arms changed"
    last = changes[0].kind.rpartition(".")[2]
    return f"{phrase(changes[0]).label} {'changed' if last == 'modified' else last}"
