"""What a change of the eligibility module means: criteria one by one, ages, sex, healthy volunteers, population.

Claims every edit of the fields it knows, also when only markup changed (noise). The text is compared criterion by
criterion; where it cannot be cut into criteria it is one change of the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from watcher.changes.criteria import Criterion, Section, key, split
from watcher.changes.criteria_pairs import pair
from watcher.changes.meaning import limits, rewording
from watcher.changes.meaning.ages import ages
from watcher.changes.meaning.evidence import Draft, Evidence
from watcher.changes.meaning.forms import is_same_in_form
from watcher.changes.meaning.parts import Part, as_text, protocol, texts
from watcher.changes.model import Json, Severity, Verb

_CRITERIA = "eligibilityCriteria"
_TEXT_PATH = "eligibility.criteria"


def explain(evidence: Evidence) -> Iterator[Draft]:
    """Tell who may take part now.

    Args:
        evidence: The two records.

    Yields:
        Drafts for every field of the eligibility module that differs; criteria in the order of the newer text, removed
        ones before.
    """
    part = protocol(evidence, "eligibilityModule")
    if not part.edits:
        return
    yield from ages(part)
    yield from _sex(part)
    yield from _healthy_volunteers(part)
    yield from _population(part)
    if part.differs(_CRITERIA):
        yield from _criteria(part, _listed_conditions(evidence))


def _criteria(part: Part, conditions: frozenset[str]) -> Iterator[Draft]:
    before, after = as_text(part.before(_CRITERIA)), as_text(part.after(_CRITERIA))
    edits = part.differs(_CRITERIA)
    old, new = split(before), split(after)
    if not (old and new):
        yield _whole_text(before, after, edits, conditions)
        return
    paired = pair(old, new)
    drafts = [_criterion(Verb.REMOVED, gone, None, edits) for gone in paired.removed]
    for one, other in paired.pairs:
        drafts.extend(_pair(one, other, edits, conditions))
    drafts.extend(_criterion(Verb.ADDED, None, come, edits) for come in paired.added)
    drafts.extend(_headings(old, new, edits))
    yield from drafts or [_layout_only(before, after, edits)]


def _criterion(verb: Verb, old: Criterion | None, new: Criterion | None, edits: tuple[int, ...]) -> Draft:
    shown = new or old
    assert shown is not None  # noqa: S101 — every call names at least one of the two
    return Draft(
        kind=f"eligibility.criterion.{verb}",
        level=Severity.MAJOR,
        rule=f"{_where(shown)} {verb}",
        path=_path(shown),
        verb=verb,
        before=old.raw if old else None,
        after=new.raw if new else None,
        edits=edits,
        facts=_facts(shown),
        takes_context=True,
    )


def _pair(old: Criterion, new: Criterion, edits: tuple[int, ...], conditions: frozenset[str]) -> Iterator[Draft]:
    if old.section is not new.section and Section.OPEN not in (old.section, new.section):
        yield Draft(
            kind="eligibility.criterion.moved",
            level=Severity.MAJOR,
            rule=f"{old.section} → {new.section}",
            path=_path(new),
            verb=Verb.MOVED,
            before=old.raw,
            after=new.raw,
            edits=edits,
            facts={**_facts(new), "from": str(old.section), "is_reworded": old.key != new.key},
            takes_context=True,
        )
        return
    if old.raw == new.raw:
        return
    level, why = rewording.level(old.text, new.text, conditions=conditions)
    proved = limits.direction(old.text, new.text, new.section)
    yield Draft(
        kind="eligibility.criterion.changed",
        level=level,
        rule=f"{_where(new)} reworded: {why}",
        path=_path(new),
        verb=Verb.CHANGED,
        before=old.raw,
        after=new.raw,
        edits=edits,
        facts={**_facts(new), "old_text": old.text, **({"direction": str(proved)} if proved else {})},
        takes_context=True,
    )


def _headings(old: tuple[Criterion, ...], new: tuple[Criterion, ...], edits: tuple[int, ...]) -> Iterator[Draft]:
    """Tell headings of cohorts that were reworded, added or dropped while their criteria stayed."""
    before, after = (
        {key(one.cohort): one.cohort for one in criteria if one.cohort is not None} for criteria in (old, new)
    )
    gone = [name for folded, name in before.items() if folded not in after]
    come = [name for folded, name in after.items() if folded not in before]
    if not (gone or come):
        return
    yield Draft(
        kind="eligibility.text",
        level=Severity.MINOR,
        rule="headings of the eligibility text",
        path=f"{_TEXT_PATH}.headings",
        verb=Verb.CHANGED if gone and come else Verb.ADDED if come else Verb.REMOVED,
        before=gone or None,
        after=come or None,
        edits=edits,
        facts={"headings": True},
        takes_context=True,
    )


def _layout_only(before: str, after: str, edits: tuple[int, ...]) -> Draft:
    return Draft(
        kind="eligibility.text",
        level=Severity.NOISE,
        rule="the same criteria: only order, numbering, headings or layout differ",
        path=_TEXT_PATH,
        verb=Verb.CHANGED,
        before=before,
        after=after,
        edits=edits,
    )


def _whole_text(before: str, after: str, edits: tuple[int, ...], conditions: frozenset[str]) -> Draft:
    verb = Verb.ADDED if not before else Verb.REMOVED if not after else Verb.CHANGED
    level, why = Severity.MAJOR, f"eligibility text {verb}"
    if before and after:
        level, why = rewording.level(before, after, conditions=conditions)
        level = Severity.NOISE if level is Severity.NOISE else Severity.MAJOR
        why = f"text that cannot be cut into criteria: {why}"
    return Draft(
        kind="eligibility.text",
        level=level,
        rule=why,
        path=_TEXT_PATH,
        verb=verb,
        before=before or None,
        after=after or None,
        edits=edits,
        facts={"criteria": len(split(after or before))},
        takes_context=True,
    )


def _sex(part: Part) -> Iterator[Draft]:
    if part.differs("sex"):
        before, after = part.before("sex"), part.after("sex")
        effect = "widened" if after == "ALL" else "narrowed" if before == "ALL" else ""
        yield _field(part, "sex", "eligibility.sex", Severity.MAJOR, effect)
    if part.differs("genderBased"):
        yield _field(part, "genderBased", "eligibility.sex", Severity.MAJOR)
    if part.differs("genderDescription"):
        level = _text_level(part, "genderDescription", Severity.MAJOR)
        yield _field(part, "genderDescription", "eligibility.sex", level)


def _healthy_volunteers(part: Part) -> Iterator[Draft]:
    if part.differs("healthyVolunteers"):
        before, after = part.before("healthyVolunteers"), part.after("healthyVolunteers")
        effect = "widened" if after is True else "narrowed" if before is True else ""
        yield _field(part, "healthyVolunteers", "eligibility.healthy_volunteers", Severity.MAJOR, effect)


def _population(part: Part) -> Iterator[Draft]:
    if part.differs("studyPopulation"):
        level = _text_level(part, "studyPopulation", Severity.MINOR)
        yield _field(part, "studyPopulation", "eligibility.population", level)
    if part.differs("samplingMethod"):
        yield _field(part, "samplingMethod", "eligibility.sampling", Severity.MINOR)


def _text_level(part: Part, name: str, level: Severity) -> Severity:
    before, after = part.before(name), part.after(name)
    is_form_only = before is not None and after is not None and is_same_in_form(as_text(before), as_text(after))
    return Severity.NOISE if is_form_only else level


def _field(part: Part, name: str, kind: str, level: Severity, effect: str = "") -> Draft:
    before, after = part.before(name), part.after(name)
    what = f"{name}, only its form" if level is Severity.NOISE else f"{name}, {effect}" if effect else name
    return Draft(
        kind=kind,
        level=level,
        rule=what,
        path=f"eligibility.{name}",
        verb=Verb.ADDED if before is None else Verb.REMOVED if after is None else Verb.CHANGED,
        before=before,
        after=after,
        edits=part.differs(name),
        facts={"field": name, **({"effect": effect} if effect else {})},
        takes_context=True,
    )


def _listed_conditions(evidence: Evidence) -> frozenset[str]:
    """Give the words of the conditions and keywords both records list."""
    names: list[str] = []
    module = protocol(evidence, "conditionsModule")
    for state in (module.old, module.new):
        names += [*texts(state.get("conditions")), *texts(state.get("keywords"))]
    return frozenset(word for name in names for word in re.findall(r"[^\W\d_]{3,}", name.casefold()))


def _facts(criterion: Criterion) -> dict[str, Json]:
    facts: dict[str, Json] = {"section": str(criterion.section), "text": criterion.text}
    if criterion.cohort is not None:
        facts["cohort"] = criterion.cohort
    return facts


def _where(criterion: Criterion) -> str:
    return "criterion" if criterion.section is Section.OPEN else f"{criterion.section} criterion"


def _path(criterion: Criterion) -> str:
    """Name a criterion; its position is that of the newer text, of the older one for removed criteria."""
    place = "" if criterion.section is Section.OPEN else f".{criterion.section}"
    return f"{_TEXT_PATH}{place}[{criterion.position}]"
