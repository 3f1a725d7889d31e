"""Words for who may take part: criteria one by one with the changed words marked, ages, sex, volunteers, population."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from watcher.changes.fact_shapes import EligibilityFacts, facts_of
from watcher.changes.families.eligibility.criteria import key
from watcher.changes.model import Change, Json, MarkKind, Phrase, Severity, Verb
from watcher.changes.word_diff import diff, shorten, side
from watcher.changes.wording import values
from watcher.changes.wording.build import stated, with_details

_LONGEST = 420
_LAST_SIGNS = ".;, "
_SIGN = " • "
_TWO_MARKS = re.compile(r"([…?!][”)]*)\.$")
_LONGEST_IN_SENTENCE = 220
_HEADINGS = {"inclusion": "Inclusion", "exclusion": "Exclusion"}
_LABELS = {
    "eligibility.sex": "Sex",
    "eligibility.healthy_volunteers": "Healthy volunteers",
    "eligibility.population": "Study population",
    "eligibility.sampling": "Sampling method",
}
_FIELD_LABELS = {"genderBased": "Gender", "genderDescription": "Gender description"}
_COUNTS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight")
_LONGEST_PART = 110


def say(change: Change) -> Phrase:
    """Word a change of the family `eligibility`.

    Criteria carry the heading they belong under; reworded texts carry marks, shortened with gaps.
    """
    if change.kind.startswith("eligibility.criterion."):
        phrase = _criterion(change)
    elif change.kind == "eligibility.text":
        phrase = _text(change)
    elif change.kind == "eligibility.age":
        phrase = _age(change)
    else:
        phrase = _field(change)
    return replace(phrase, sentence=_TWO_MARKS.sub(r"\1", phrase.sentence))


def _criterion(change: Change) -> Phrase:
    facts = facts_of(change, EligibilityFacts)
    heading = _HEADINGS.get(facts.section)
    label = f"{heading} criterion" if heading else "Criterion"
    under = f" (under “{values.short(facts.cohort, 80)}”)" if facts.cohort else ""
    phrase = _phrase(change, label, heading=heading or "Eligibility")
    text = values.plain(facts.text)
    if change.verb is Verb.ADDED:
        return _said(phrase, f"{label} added{under}", _quote(text), now=values.short(text, _LONGEST))
    if change.verb is Verb.REMOVED:
        return _said(phrase, f"{label} removed{under}", _quote(text), was=values.short(text, _LONGEST))
    if change.verb is Verb.MOVED:
        return _moved(phrase, facts, under)
    if change.kind.endswith((".split", ".merged")):
        return _cut(phrase, change, facts, label, under)
    return _reworded(phrase, change, facts, label, under)


def moved_between(facts: EligibilityFacts) -> tuple[str, str]:
    """Return where a moved criterion stood and stands: a section, else the heading it stands under."""
    to = facts.section if facts.section in _HEADINGS else facts.cohort or ""
    came_from, section = (
        name if name in _HEADINGS else f"“{values.short(name, 60)}”" if name else "the other criteria"
        for name in (facts.from_, to)
    )
    return came_from, section


def _moved(phrase: Phrase, facts: EligibilityFacts, under: str) -> Phrase:
    """Word a criterion that moved; with other words, what it said before and what it says now."""
    came_from, section = moved_between(facts)
    old, new = values.plain(facts.old_text), values.plain(facts.text)
    under = under if facts.section in _HEADINGS else ""
    heading = _HEADINGS.get(came_from, came_from)
    moved = replace(phrase, was=heading, now=values.short(new, _LONGEST))
    if not facts.is_reworded or not old:
        return _said(moved, f"Criterion moved from {came_from} to {section}{under}", _quote(new))
    return _said(
        moved,
        f"Criterion moved from {came_from} to {section}, with other words{under}",
        f"as {came_from} {_quote(old)}, now as {section} {_quote(new)}",
        marks=_marked(phrase, old, new).marks,
        note=f"moved from {heading}, with other words",
    )


def _cut(phrase: Phrase, change: Change, facts: EligibilityFacts, label: str, under: str) -> Phrase:
    """Word a criterion that was split, or criteria that were merged: all its parts, and what it was."""
    old, new = (list(map(values.plain, texts)) for texts in (facts.old_texts, facts.new_texts))
    parts, whole = (new, old) if change.kind.endswith(".split") else (old, new)
    count = _COUNTS[len(parts)] if len(parts) < len(_COUNTS) else str(len(parts))
    listed = values.listed([_quote(part, _LONGEST_PART) for part in parts], len(parts))
    first = whole[0] if whole else ""
    if change.kind.endswith(".split"):
        said, details = f"{label} split into {count}{under}", f"{listed}; before {_quote(first, _LONGEST_PART)}"
        note = f"split into {count}"
    else:
        several = f"{values.capitalised(count)} {label.lower().replace('criterion', 'criteria')}"
        said, details = f"{several} merged into one{under}", f"now {_quote(first, _LONGEST_PART)}, before {listed}"
        note = f"{count} merged into one"
    before, after = _SIGN.join(old), _SIGN.join(new)
    cut = _said(phrase, said, details, note=note)
    if key(before) != key(after) and max(len(before), len(after)) <= _LONGEST:  # easier to read in full than by marks
        return replace(cut, was=values.short(before, _LONGEST), now=values.short(after, _LONGEST))
    return replace(cut, marks=_marked(phrase, before, after).marks)


def _reworded(phrase: Phrase, change: Change, facts: EligibilityFacts, label: str, under: str) -> Phrase:
    old, new = values.plain(facts.old_text), values.plain(facts.text)
    if change.severity is Severity.NOISE:
        same = replace(phrase, was=values.short(old, _LONGEST), now=values.short(new, _LONGEST))
        return _said(same, f"{label} written in another way, with the same words{under}", _quote(new))
    marked = _marked(phrase, old, new)
    verb = facts.direction or "reworded"
    return _said_reworded(replace(marked, note=facts.direction or None), f"{label} {verb}{under}")


def _text(change: Change) -> Phrase:
    label = "Eligibility text"
    phrase, facts = _phrase(change, label, heading="Eligibility"), facts_of(change, EligibilityFacts)
    if facts.headings:
        return _headings_in_words(phrase, change)
    if facts.rewritten:
        return _rewritten(phrase, change)
    old, new = _plain(change.before), _plain(change.after)
    if facts.introduction:
        return _introduction(phrase, old, new)
    if not old or not new:
        verb = "added" if new else "removed"
        text = values.short(new or old, _LONGEST)
        shown = replace(phrase, was=text if old else None, now=text if new else None)
        return _said(shown, f"{label} {verb}", _quote(text))
    marked = _marked(phrase, old, new)
    if change.rule.startswith("the same criteria"):
        return _said(phrase, "Eligibility text laid out in another way; its criteria are the same")
    return _said_reworded(marked, "Eligibility text reworded; it cannot be split into criteria")


def _headings_in_words(phrase: Phrase, change: Change) -> Phrase:
    was, now = (values.show(value) if value else None for value in (change.before, change.after))
    said = "Headings of the eligibility text"
    sentence = _was_now(said, was, now) if now else (f"{said} removed", was or "")
    return _said(phrase, *sentence, label="Eligibility headings", was=was, now=now)


def _rewritten(phrase: Phrase, change: Change) -> Phrase:
    """Word a text in whose place another one stands: how many criteria each has, and all of both."""
    old, new = (_sections(change.facts.get(name)) for name in ("old", "new"))
    was, now = (values.counted(len(side), "criterion", "criteria") for side in (old, new))
    items = [f"{lead}: {said}" for lead, side in (("Now", new), ("Before", old)) for said in side]
    return _said(
        phrase,
        "Eligibility criteria rewritten",
        f"{was} before, {now} now, none of them word for word the same",
        label="Eligibility criteria",
        heading=None,
        was=was,
        now=f"{now}, rewritten",
        items=tuple(items),
    )


def _sections(value: Json) -> list[str]:
    """Return criteria with their section: `exclusion, “Pregnancy”`."""
    pairs = [pair for pair in value if isinstance(pair, list | tuple)] if isinstance(value, list | tuple) else []
    named = [(str(section), _plain(text)) for section, text in pairs]
    return [f"{section if section in _HEADINGS else 'criterion'}, {_quote(text)}" for section, text in named]


def _introduction(phrase: Phrase, old: str, new: str) -> Phrase:
    """Word a sentence in front of a list of criteria."""
    label = "Introduction of the criteria"
    named = replace(phrase, label=label)
    if old and new:
        return _said_reworded(_marked(named, old, new), f"{label} reworded")
    said = f"{label} {'added' if new else 'removed'}"
    return _said(named, said, _quote(new or old), was=old or None, now=new or None)


def _said(phrase: Phrase, said: str, details: str = "", **rest: Any) -> Phrase:
    sentence = f"{with_details(said, details)}."
    return replace(phrase, sentence=sentence, head=said if details else None, **rest)


def _said_reworded(marked: Phrase, said: str) -> Phrase:
    return _said(marked, said, f"now {_quote(marked.now or '')}, before {_quote(marked.was or '')}")


def _marked(phrase: Phrase, old: str, new: str) -> Phrase:
    marks = shorten(diff(old.rstrip(_LAST_SIGNS), new.rstrip(_LAST_SIGNS)), limit=_LONGEST)
    return replace(phrase, marks=marks, was=side(marks, MarkKind.REMOVED), now=side(marks, MarkKind.ADDED))


def _age(change: Change) -> Phrase:
    limit = facts_of(change, EligibilityFacts).limit
    if limit == "groups":
        before, after = values.show(change.before), values.show(change.after)
        said = f"Age groups, derived by the registry, changed from {before} to {after}"
        return _said(_phrase(change, "Age groups"), said, was=before, now=after)
    label = f"{values.capitalised(limit)} age"
    was, now = (values.age(value) if isinstance(value, str) else None for value in (change.before, change.after))
    effect = _effect(change)
    sides = {"was": was or "no limit given", "now": now or "no limit given"}
    return _said(_phrase(change, label), *_was_now(label, was, now, effect), note=effect, **sides)


def _field(change: Change) -> Phrase:
    name = facts_of(change, EligibilityFacts).field
    label = _FIELD_LABELS.get(name) or _LABELS.get(change.kind, "Eligibility")
    effect = _effect(change)
    if change.kind == "eligibility.healthy_volunteers":
        was, now = _yes_no(change.before), _yes_no(change.after)
        return _said(_phrase(change, label), _volunteers(change, effect), was=was, now=now, note=effect)
    if change.kind == "eligibility.population" or name == "genderDescription":
        old, new = _plain(change.before), _plain(change.after)
        if old and new:
            return _said_reworded(_marked(_phrase(change, label), old, new), f"{label} reworded")
        sentence = _was_now(label, _quoted(old), _quoted(new))
        return _said(_phrase(change, label), *sentence, was=old or None, now=new or None)
    before, after = _value(change.before), _value(change.after)
    if name == "genderBased":
        based = "now" if change.after else "no longer" if change.before else "not"
        said = f"Eligibility is {based} based on gender"
        unsaid = "The record no longer says whether eligibility is based on gender"
        return _said(_phrase(change, label), unsaid if change.after is None else said)
    sentence = _was_now(label, before, after, effect)
    return _said(_phrase(change, label), *sentence, was=before, now=after, note=effect)


def _value(value: Json) -> str | None:
    return None if value is None else values.show(value, _LONGEST_IN_SENTENCE)


def _volunteers(change: Change, effect: str | None) -> str:
    if change.after is None:
        return "The record no longer says whether healthy volunteers are accepted"
    said = "accepted" if change.after is True else "not accepted"
    if change.before is None:
        return f"The record now says that healthy volunteers are {said}"
    return f"Healthy volunteers are now {said}" + (f" ({effect})" if effect else "")


def _yes_no(value: Json) -> str | None:
    return None if not isinstance(value, bool) else "accepted" if value else "not accepted"


def _was_now(label: str, was: str | None, now: str | None, effect: str | None = None) -> tuple[str, str]:
    in_brackets = f" ({effect})" if effect else ""
    if was is None:
        return f"{label} added", f"{now}{in_brackets}"
    if now is None:
        return f"{label} no longer given; it was {was}{in_brackets}", ""
    return f"{label} changed from {was} to {now}{in_brackets}", ""


def _effect(change: Change) -> str | None:
    effect = facts_of(change, EligibilityFacts).effect
    return effect if effect in ("widened", "narrowed") else None


def _quoted(text: str) -> str | None:
    return _quote(text) if text else None


def _quote(text: str, limit: int = _LONGEST_IN_SENTENCE) -> str:
    return f"“{values.short(text, limit).rstrip('.;, ')}”"


def _plain(value: Json) -> str:
    return values.plain(value) if isinstance(value, str) else ""


def _phrase(change: Change, label: str, *, heading: str | None = None) -> Phrase:
    return stated(change, label, "", heading=heading)
