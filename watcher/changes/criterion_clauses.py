"""The clause of a headline about who may take part: one criterion by its words, several by number, limits first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from watcher.changes.clauses import LONGEST_CLAUSE, Clause, lowered
from watcher.changes.fact_shapes import EligibilityFacts, facts_of
from watcher.changes.families.eligibility.eligibility_words import moved_between
from watcher.changes.model import Change, MarkKind, Verb
from watcher.changes.word_diff import shorten, side
from watcher.changes.wording import values
from watcher.changes.wording.say import phrase

_SHORT_CRITERION = 60
_SHORT_CRITERIA = (60, 45, 30)
_CRITERION = "eligibility.criterion."
_CRITERION_VERBS: Mapping[Verb, str] = {
    Verb.ADDED: "added",
    Verb.REMOVED: "removed",
    Verb.CHANGED: "reworded",
    Verb.MOVED: "moved",
    Verb.REVERTED: "reverted",
}


def eligibility_clause(changes: Sequence[Change]) -> Clause:
    """Return who may take part now: sex, ages and volunteers as facts, one criterion by its text, several by number."""
    told = [change for change in changes if not facts_of(change, EligibilityFacts).headings]
    changes = told or changes  # a heading is told with its criteria, on its own line
    tag = f"Eligibility {_effect(changes)}"
    if any(_is_sex(change) for change in changes):
        changes = [change for change in changes if change.kind != "eligibility.sex" or _is_sex(change)]
    facts = sorted((change for change in changes if _is_limit(change)), key=_comes_late)
    if facts:
        brief = values.without_end(phrase(facts[0]).sentence)
        more = f", {values.counted(len(changes) - 1, 'more change')} of eligibility" if len(changes) > 1 else ""
        return Clause(_limits(facts, [one for one in changes if not _is_limit(one)]), tag, brief=brief + more)
    if len(changes) == 1:
        return Clause(_criterion_clause(changes[0]), tag)
    criteria = [change for change in changes if change.kind.startswith(_CRITERION)]
    verbs = [_happened(change) for change in criteria]
    if len(criteria) == len(changes) and len(set(verbs)) == 1:
        directions = {facts_of(change, EligibilityFacts).direction for change in criteria}
        only = next(iter(directions)) if len(directions) == 1 else None
        return Clause(f"{len(criteria)} eligibility criteria {only or verbs[0]}", tag)
    return Clause(f"Eligibility changed: {values.listed(_parts(changes), 3)}", tag)


def _parts(changes: Sequence[Change]) -> list[str]:
    """Return changes of eligibility in a few words each, criteria counted by what happened to them."""
    done = [
        facts_of(change, EligibilityFacts).direction or _happened(change)
        for change in changes
        if change.kind.startswith(_CRITERION)
    ]
    criteria: list[str] = []
    for verb in values.distinct(done):
        count = done.count(verb)
        criteria.append(f"{count if criteria else values.counted(count, 'criterion', 'criteria')} {verb}")
    parts = [values.listed(criteria, len(criteria))] if criteria else []
    return parts + [lowered(_field_part(change)) for change in changes if not change.kind.startswith(_CRITERION)]


def _is_sex(change: Change) -> bool:
    """Whether a change is of the sex itself; texts about gender explain it on their own lines."""
    return change.kind == "eligibility.sex" and facts_of(change, EligibilityFacts).field == "sex"


def _is_limit(change: Change) -> bool:
    """Whether a change is of sex, age or volunteers: a coded fact, no text about it."""
    if change.kind in ("eligibility.age", "eligibility.healthy_volunteers"):
        return True
    return change.kind == "eligibility.sex" and facts_of(change, EligibilityFacts).field in ("sex", "genderBased")


def _comes_late(change: Change) -> int:
    """Return the place of a fact: sex, minimum age, maximum age and volunteers, gender."""
    facts = facts_of(change, EligibilityFacts)
    if facts.field == "genderBased":
        return 2
    return int(facts.limit == "maximum" or change.kind == "eligibility.healthy_volunteers")


def _limits(facts: Sequence[Change], others: Sequence[Change]) -> str:
    """Describe the first two facts in plain words, and name or count the rest."""
    pieces = [phrase(change).sentence.rstrip(".") for change in facts[:2]]
    rest = _parts([*facts[2:], *others])
    return "; ".join([pieces[0], *map(lowered, pieces[1:]), *([values.listed(rest, 2)] if rest else [])])


def _criterion_clause(change: Change) -> str:
    """Describe one criterion by its sentence when that is short, else by what differs in it, else by what happened."""
    words = phrase(change)
    sentence = words.sentence.rstrip(".")
    if len(sentence) <= LONGEST_CLAUSE:
        return sentence
    label = words.label
    facts = facts_of(change, EligibilityFacts)
    happened = facts.direction or _happened(change)
    if change.kind == f"{_CRITERION}moved":
        return _moved(change)
    if change.kind == f"{_CRITERION}split":
        return f"{label} {words.note}: “{_first_text(facts.old_texts)}”"
    if change.kind == f"{_CRITERION}merged":
        count, _, rest = (words.note or "").partition(" ")
        several = f"{values.capitalised(count)} {lowered(label).replace('criterion', 'criteria')} {rest}"
        return f"{several}: “{_first_text(facts.new_texts)}”"
    if change.kind.startswith(_CRITERION) and not words.marks:
        return f"{label} {happened}: “{values.short((words.now or words.was or '').rstrip('.'), _SHORT_CRITERION)}”"
    if change.kind == f"{_CRITERION}changed":
        for most in _SHORT_CRITERIA:
            near = shorten(words.marks, limit=most, around=most // 3)
            was, now = side(near, MarkKind.REMOVED), side(near, MarkKind.ADDED)
            said = f"{label} {happened}: “{was}” → “{now}”"
            if was != now and len(said) <= LONGEST_CLAUSE:
                return said
    return f"{label} {happened}" if change.kind.startswith(_CRITERION) or words.marks else f"{label} {change.verb}"


def _first_text(texts: Sequence[str]) -> str:
    return values.short(values.plain(texts[0] if texts else "").rstrip(".;, "), _SHORT_CRITERION)


def _moved(change: Change) -> str:
    """Describe that a criterion moved, with its words; with both texts when they differ."""
    facts = facts_of(change, EligibilityFacts)
    came_from, section = moved_between(facts)
    old, new = values.plain(facts.old_text), values.plain(facts.text)
    if old and facts.is_reworded:
        for most in (LONGEST_CLAUSE, *_SHORT_CRITERIA):
            was, now = (values.short(text.rstrip("."), most) for text in (old, new))
            both = f"Moved from {came_from} (“{was}”) to {section} (“{now}”)"
            if len(both) <= LONGEST_CLAUSE and was != now:
                return both
        return f"Criterion moved from {came_from} to {section}, with other words"
    return f"Criterion moved from {came_from} to {section}: “{values.short(new.rstrip('.'), _SHORT_CRITERION)}”"


def _happened(change: Change) -> str:
    """Return what happened to a criterion, in one word."""
    what = change.kind.removeprefix(_CRITERION)
    if change.verb is not Verb.REVERTED and what in ("split", "merged"):
        return what
    return _CRITERION_VERBS[change.verb]


def _field_part(change: Change) -> str:
    words, facts = phrase(change), facts_of(change, EligibilityFacts)
    if facts.field == "genderBased":
        return words.sentence.rstrip(".")
    if change.verb is Verb.REMOVED and change.kind != "eligibility.text":
        return f"{words.label} no longer given"
    return f"{words.label} {facts.effect if facts.effect in ('widened', 'narrowed') else change.verb}"


def _effect(changes: Sequence[Change]) -> str:
    effects = {one.effect or one.direction for one in (facts_of(change, EligibilityFacts) for change in changes)}
    if effects <= {"widened", "relaxed"}:
        return "widened"
    if effects <= {"narrowed", "tightened"}:
        return "narrowed"
    is_reworded = all(change.kind in ("eligibility.criterion.changed", "eligibility.text") for change in changes)
    return "reworded" if is_reworded else "changed"
