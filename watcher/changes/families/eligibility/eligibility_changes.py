"""What a change of the eligibility module means: criteria one by one, ages, sex, healthy volunteers, population.

Claims every edit of the fields it knows, also when only markup changed (noise). The text is compared criterion by
criterion; where it cannot be cut into criteria it is one change of the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest

from watcher.changes.families.eligibility import criteria_cuts as cuts
from watcher.changes.families.eligibility import criterion_direction, rewording
from watcher.changes.families.eligibility.ages import ages
from watcher.changes.families.eligibility.criteria import Criterion, split, split_alike
from watcher.changes.families.eligibility.criteria_cuts import facts_of, path_of, where
from watcher.changes.families.eligibility.criteria_pairs import Paired, pair
from watcher.changes.families.eligibility.headings import Section, residue
from watcher.changes.meaning.evidence import Evidence
from watcher.changes.meaning.parts import Part, protocol
from watcher.changes.meaning.text_equality import is_same_in_form
from watcher.changes.model import Change, Severity, Verb
from watcher.study.read import as_text, texts

_CRITERIA = "eligibilityCriteria"
_LEAST_REWRITTEN = 4
_MOST_ALIKE = 0.25
_TEXT_PATH = "eligibility.criteria"


def explain(evidence: Evidence) -> Iterator[Change]:
    """Describe who may take part now.

    Yields:
        Changes for every field of the eligibility module that differs; criteria in the order of the newer text, removed
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


def _criteria(part: Part, conditions: frozenset[str]) -> Iterator[Change]:
    before, after = as_text(part.before(_CRITERIA)), as_text(part.after(_CRITERIA))
    edits = part.differs(_CRITERIA)
    old, new = split_alike(before, after)
    if not (old and new):
        yield _whole_text(before, after, edits, conditions)
        return
    paired = pair(old, new)
    if _is_rewritten(old, new, paired):
        yield _rewritten(before, after, old, new, edits)
        return
    changes = [_criterion(Verb.REMOVED, gone, None, edits) for gone in paired.removed]
    are_headed_alike = _headed(old) == _headed(new)
    for one, other in paired.pairs:
        changes.extend(_pair(one, other, edits, conditions, are_headed_alike=are_headed_alike))
    changes.extend(cuts.split(whole, parts, edits) for whole, parts in paired.split)
    changes.extend(cuts.merged(parts, whole, edits) for parts, whole in paired.merged)
    changes.extend(_criterion(Verb.ADDED, None, come, edits) for come in paired.added)
    changes.extend(_lead_ins(old, new, edits, conditions))
    kept_old, kept_new = _without_all(old, paired.removed), _without_all(new, paired.added)
    changes.extend(_headings(kept_old, kept_new, _residues(old), _residues(new), edits))
    yield from changes or [_layout_only(before, after, edits)]


def _is_rewritten(old: Sequence[Criterion], new: Sequence[Criterion], paired: Paired) -> bool:
    """Whether another text stands in place of the older one: no criterion is kept, few are alike, and many differ.

    So it is with a text in another language: that it asks for something else is not proved.
    """
    if min(len(old), len(new)) < _LEAST_REWRITTEN or paired.split or paired.merged:
        return False
    most = max(len(old), len(new))
    is_kept = any(one.key == other.key for one, other in paired.pairs)
    return not is_kept and most > _LEAST_REWRITTEN and len(paired.pairs) <= _MOST_ALIKE * most


def _rewritten(
    before: str, after: str, old: Sequence[Criterion], new: Sequence[Criterion], edits: tuple[int, ...]
) -> Change:
    return Change(
        kind="eligibility.text",
        severity=Severity.MAJOR,
        rule=f"no criterion of {len(old)} is kept word for word, {len(new)} stand in their place: told as rewritten",
        path=_TEXT_PATH,
        verb=Verb.CHANGED,
        before=before,
        after=after,
        edits=edits,
        facts={
            "rewritten": True,
            **{name: [[str(one.section), one.text] for one in side] for name, side in (("old", old), ("new", new))},
        },
        takes_context=True,
    )


def _criterion(verb: Verb, old: Criterion | None, new: Criterion | None, edits: tuple[int, ...]) -> Change:
    shown = new or old
    assert shown is not None  # noqa: S101 — every call names at least one of the two
    return Change(
        kind=f"eligibility.criterion.{verb}",
        severity=Severity.MAJOR,
        rule=f"{where(shown)} {verb}",
        path=path_of(shown),
        verb=verb,
        before=old.raw if old else None,
        after=new.raw if new else None,
        edits=edits,
        facts=facts_of(shown),
    )


def _headed(criteria: Sequence[Criterion]) -> list[tuple[Section, str | None]]:
    """Return the headings that criteria stand under, in the order of the text."""
    return [heading for heading, _ in groupby((one.section, one.cohort) for one in criteria)]


def _pair(
    old: Criterion, new: Criterion, edits: tuple[int, ...], conditions: frozenset[str], *, are_headed_alike: bool
) -> Iterator[Change]:
    is_known = Section.OPEN not in (old.section, new.section)
    if old.section is not new.section and (is_known or are_headed_alike):  # else a heading may only be spelt anew
        yield Change(
            kind="eligibility.criterion.moved",
            severity=Severity.MAJOR,
            rule=f"{old.section} → {new.section}",
            path=path_of(new),
            verb=Verb.MOVED,
            before=old.raw,
            after=new.raw,
            edits=edits,
            facts={
                **facts_of(new),
                "from": str(old.section) if old.section is not Section.OPEN else old.cohort or "",
                "is_reworded": old.key != new.key,
                "old_text": old.text,
            },
        )
        return
    if old.raw == new.raw:
        return
    level, why = rewording.level(old.text, new.text, conditions=conditions)
    proved = criterion_direction.direction(old.text, new.text, new.section)
    yield Change(
        kind="eligibility.criterion.changed",
        severity=level,
        rule=f"{where(new)} reworded: {why}",
        path=path_of(new),
        verb=Verb.CHANGED,
        before=old.raw,
        after=new.raw,
        edits=edits,
        facts={**facts_of(new), "old_text": old.text, **({"direction": str(proved)} if proved else {})},
    )


def _without_all(criteria: tuple[Criterion, ...], others: tuple[Criterion, ...]) -> tuple[Criterion, ...]:
    """Return the criteria that are not among others: a heading is told with those that came or went under it."""
    left_out = set(others)
    return tuple(criterion for criterion in criteria if criterion not in left_out)


def _residues(criteria: tuple[Criterion, ...]) -> frozenset[str]:
    return frozenset(residue(one.cohort) for one in criteria if one.cohort)


def _headings(
    old: tuple[Criterion, ...],
    new: tuple[Criterion, ...],
    all_old: frozenset[str],
    all_new: frozenset[str],
    edits: tuple[int, ...],
) -> Iterator[Change]:
    """Report headings of cohorts that were reworded, added or dropped while criteria under them stayed."""
    gone, come = _cohorts(old, all_new), _cohorts(new, all_old)
    if not (gone or come):
        return
    yield Change(
        kind="eligibility.text",
        severity=Severity.MINOR,
        rule="headings of the eligibility text",
        path=f"{_TEXT_PATH}.headings",
        verb=Verb.CHANGED if gone and come else Verb.ADDED if come else Verb.REMOVED,
        before=gone or None,
        after=come or None,
        edits=edits,
        facts={"headings": True},
    )


def _cohorts(kept: tuple[Criterion, ...], known: frozenset[str]) -> list[str]:
    """Return the headings of criteria that the other text does not have; numbers are none."""
    said = {residue(one.cohort): one.cohort for one in kept if one.cohort}
    return [name for key, name in said.items() if key not in known and not _is_number(key)]


def _is_number(said: str) -> bool:
    """Whether a heading says nothing but a number or letter beside its section."""
    return all(word.isdigit() or len(word) == 1 for word in said.split())


def _lead_ins(
    old: tuple[Criterion, ...], new: tuple[Criterion, ...], edits: tuple[int, ...], conditions: frozenset[str]
) -> Iterator[Change]:
    """Report sentences in front of a list that were reworded: `meet all of the following`, `meet any of …`."""
    before, after = ({one.lead_in: one.section for one in texts_ if one.lead_in} for texts_ in (old, new))
    gone = [said for said in before if said not in after]
    come = [said for said in after if said not in before]
    for number, (was, now) in enumerate(zip_longest(gone, come)):
        level, why = rewording.level(was, now, conditions=conditions) if was and now else (Severity.MINOR, "")
        yield Change(
            kind="eligibility.text",
            severity=level,
            rule=f"introduction of the criteria{f': {why}' if why else ''}",
            path=f"{_TEXT_PATH}.introduction[{number}]",
            verb=Verb.CHANGED if was and now else Verb.ADDED if now else Verb.REMOVED,
            before=was,
            after=now,
            edits=edits,
            facts={"introduction": True},
            takes_context=False,
        )


def _layout_only(before: str, after: str, edits: tuple[int, ...]) -> Change:
    return Change(
        kind="eligibility.text",
        severity=Severity.NOISE,
        rule="the same criteria: only order, numbering, headings or layout differ",
        path=_TEXT_PATH,
        verb=Verb.CHANGED,
        before=before,
        after=after,
        edits=edits,
    )


def _whole_text(before: str, after: str, edits: tuple[int, ...], conditions: frozenset[str]) -> Change:
    verb = Verb.ADDED if not before else Verb.REMOVED if not after else Verb.CHANGED
    level, why = Severity.MAJOR, f"eligibility text {verb}"
    if before and after:
        level, why = rewording.level(before, after, conditions=conditions)
        level = Severity.NOISE if level is Severity.NOISE else Severity.MAJOR
        why = f"text that cannot be cut into criteria: {why}"
    return Change(
        kind="eligibility.text",
        severity=level,
        rule=why,
        path=_TEXT_PATH,
        verb=verb,
        before=before or None,
        after=after or None,
        edits=edits,
        facts={"criteria": len(split(after or before))},
    )


def _sex(part: Part) -> Iterator[Change]:
    if part.differs("sex"):
        before, after = part.before("sex"), part.after("sex")
        is_given = before is not None and after is not None
        is_known = is_given and {before, after} <= {"ALL", "FEMALE", "MALE"}
        effect = "widened" if is_known and after == "ALL" else "narrowed" if is_known and before == "ALL" else ""
        yield _field(part, "sex", "eligibility.sex", Severity.MAJOR, effect)
    if part.differs("genderBased"):
        yield _field(part, "genderBased", "eligibility.sex", Severity.MAJOR)
    if part.differs("genderDescription"):
        level = _text_level(part, "genderDescription", Severity.MAJOR)
        yield _field(part, "genderDescription", "eligibility.sex", level)


def _healthy_volunteers(part: Part) -> Iterator[Change]:
    if part.differs("healthyVolunteers"):
        before, after = part.before("healthyVolunteers"), part.after("healthyVolunteers")
        is_given = before is not None and after is not None
        effect = "widened" if is_given and after is True else "narrowed" if is_given and before is True else ""
        yield _field(part, "healthyVolunteers", "eligibility.healthy_volunteers", Severity.MAJOR, effect)


def _population(part: Part) -> Iterator[Change]:
    if part.differs("studyPopulation"):
        level = _text_level(part, "studyPopulation", Severity.MINOR)
        yield _field(part, "studyPopulation", "eligibility.population", level)
    if part.differs("samplingMethod"):
        yield _field(part, "samplingMethod", "eligibility.sampling", Severity.MINOR)


def _text_level(part: Part, name: str, level: Severity) -> Severity:
    before, after = part.before(name), part.after(name)
    is_form_only = before is not None and after is not None and is_same_in_form(as_text(before), as_text(after))
    return Severity.NOISE if is_form_only else level


def _field(part: Part, name: str, kind: str, level: Severity, effect: str = "") -> Change:
    before, after = part.before(name), part.after(name)
    what = f"{name}, only its form" if level is Severity.NOISE else f"{name}, {effect}" if effect else name
    return Change(
        kind=kind,
        severity=level,
        rule=what,
        path=f"eligibility.{name}",
        verb=Verb.ADDED if before is None else Verb.REMOVED if after is None else Verb.CHANGED,
        before=before,
        after=after,
        edits=part.differs(name),
        facts={"field": name, **({"effect": effect} if effect else {}), **({"leads": True} if name == "sex" else {})},
    )


def _listed_conditions(evidence: Evidence) -> frozenset[str]:
    """Return the words of the conditions and keywords both records list."""
    names: list[str] = []
    module = protocol(evidence, "conditionsModule")
    for state in (module.old, module.new):
        names += [*texts(state.get("conditions")), *texts(state.get("keywords"))]
    return frozenset(word for name in names for word in re.findall(r"[^\W\d_]{3,}", name.casefold()))
