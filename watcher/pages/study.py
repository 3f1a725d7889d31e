"""What a trial studies, for its page: design, groups, interventions, outcomes, who may take part.

In people's words, in the record's order; empty where the record says nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from watcher.changes.families.eligibility import criteria
from watcher.changes.model import Json, Record
from watcher.changes.wording import values
from watcher.pages.prose import Block, blocks
from watcher.pages.record_text import day, enrollment, joined, line, lines, module, objects, raw, word
from watcher.rendering.escape import plain, verbatim
from watcher.study.read import as_object, as_text

Facts = tuple[tuple[str, str], ...]
"""Labels and values, without empty values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervention:
    """One thing given or done.

    Attributes:
        name: Its name.
        kind: `Drug`, `Procedure`, …; may be empty.
        text: What it is.
        others: Other names, joined; may be empty.
        groups: Labels of the groups that get it; may be empty.
    """

    name: str
    kind: str
    text: tuple[Block, ...]
    others: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One arm or cohort with the interventions it gets, as far as they are known by name."""

    label: str
    kind: str
    text: tuple[Block, ...]
    interventions: tuple[Intervention, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One outcome measure."""

    measure: str
    frame: str
    text: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """Who may take part.

    Attributes:
        facts: Ages, sex, healthy volunteers.
        parts: Heading and criteria; empty when the text cannot be cut into criteria.
        text: The whole text as the registry has it.
    """

    facts: Facts
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    text: str


def basics(record: Record) -> Facts:
    """Return recruitment status, phase, study type, enrollment and the key dates."""
    return _filled(_basics(record))


def _basics(record: Record) -> Iterator[tuple[str, str]]:
    status, design = module(record, "statusModule"), module(record, "designModule")
    yield "Recruitment status", word(status.get("overallStatus"))
    yield "Why it stopped", line(status.get("whyStopped"))
    yield "Last known status", word(status.get("lastKnownStatus"))
    yield "Phase", joined([word(phase) for phase in lines(design.get("phases"))], "/")
    yield "Study type", word(design.get("studyType"))
    yield "Enrollment", enrollment(design.get("enrollmentInfo"))
    yield "Start", day(status.get("startDateStruct"))
    yield "Primary completion", day(status.get("primaryCompletionDateStruct"))
    yield "Completion", day(status.get("completionDateStruct"))
    yield "First posted", day({"date": raw(as_object(status.get("studyFirstPostDateStruct")).get("date"))})
    yield "Last verified by the sponsor", day({"date": raw(status.get("statusVerifiedDate"))})


def design_of(record: Record) -> Facts:
    """Return allocation, model, purpose, masking; time perspective and registry for observational studies."""
    return _filled(_design(module(record, "designModule")))


def _design(design: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    info = as_object(design.get("designInfo"))
    masking = as_object(info.get("maskingInfo"))
    yield "Allocation", word(info.get("allocation"))
    yield "Intervention model", word(info.get("interventionModel"))
    yield "About the model", line(info.get("interventionModelDescription"))
    yield "Observational model", word(info.get("observationalModel"))
    yield "Time perspective", word(info.get("timePerspective"))
    yield "Primary purpose", word(info.get("primaryPurpose"))
    yield "Masking", word(masking.get("masking"))
    yield "Who is masked", joined([word(who) for who in lines(masking.get("whoMasked"))])
    yield "About the masking", line(masking.get("maskingDescription"))
    yield "Patient registry", "yes" if design.get("patientRegistry") is True else ""
    yield "Follow-up", line(design.get("targetDuration"))


def interventions_of(record: Record) -> tuple[Intervention, ...]:
    """Return the interventions."""
    return tuple(
        Intervention(
            name=line(one.get("name")),
            kind=word(one.get("type")),
            text=blocks(one.get("description")),
            others=joined(lines(one.get("otherNames"))),
            groups=lines(one.get("armGroupLabels")),
        )
        for one in objects(module(record, "armsInterventionsModule").get("interventions"))
    )


def groups_of(record: Record) -> tuple[Group, ...]:
    """Return the arms or cohorts, each with its interventions."""
    known = interventions_of(record)
    shared = {name for name, count in Counter(one.name for one in known).items() if count > 1}
    return tuple(
        Group(
            label=line(arm.get("label")),
            kind=word(arm.get("type")),
            text=blocks(arm.get("description")),
            interventions=tuple(one for one in known if _has(arm, one, shared)),
        )
        for arm in objects(module(record, "armsInterventionsModule").get("armGroups"))
    )


def _has(arm: Mapping[str, Json], one: Intervention, shared: Collection[str]) -> bool:
    """Whether a group gets an intervention: either of the two names the other (`Drug: Velmirastat`).

    Of several of one name (the same drug in two doses) those go with a group that name it.
    """
    if line(arm.get("label")) in one.groups:
        return True
    named = {name.partition(": ")[2] or name for name in lines(arm.get("interventionNames"))}
    return one.name in named and not (one.groups and one.name in shared)


def outcomes_of(record: Record) -> tuple[tuple[str, tuple[Outcome, ...]], ...]:
    """Return the outcomes under `Primary`, `Secondary` and `Other`; headings without outcomes are left out."""
    held = module(record, "outcomesModule")
    found = (
        (heading, tuple(_outcome(one) for one in objects(held.get(key))))
        for heading, key in (
            ("Primary", "primaryOutcomes"),
            ("Secondary", "secondaryOutcomes"),
            ("Other", "otherOutcomes"),
        )
    )
    return tuple((heading, outcomes) for heading, outcomes in found if outcomes)


def _outcome(one: Mapping[str, Json]) -> Outcome:
    return Outcome(
        measure=line(one.get("measure")), frame=line(one.get("timeFrame")), text=blocks(one.get("description"))
    )


def criteria_of(record: Record) -> Criteria:
    """Return who may take part."""
    held = module(record, "eligibilityModule")
    text = as_text(held.get("eligibilityCriteria"))
    parts: dict[str, list[str]] = {}
    for one in criteria.split(text):
        heading = {"inclusion": "Inclusion", "exclusion": "Exclusion"}.get(one.section.value, "Criteria")
        cohort = f": {plain(one.cohort)}" if one.cohort else ""
        parts.setdefault(heading + cohort, []).append(plain(one.text))
    shown = "\n".join(raw_line[: _indent(raw_line)] + values.plain(raw_line) for raw_line in text.splitlines())
    return Criteria(
        facts=_filled(_who(held)),
        parts=tuple((heading, tuple(points)) for heading, points in parts.items()),
        text=verbatim(shown),
    )


def _who(held: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    yield "Minimum age", values.age(raw(held.get("minimumAge")))
    yield "Maximum age", values.age(raw(held.get("maximumAge")))
    yield "Sex", word(held.get("sex"))
    yield "About gender", line(held.get("genderDescription"))
    healthy = held.get("healthyVolunteers")
    yield "Healthy volunteers", values.boolean(healthy).capitalize() if isinstance(healthy, bool) else ""
    yield "Population", line(held.get("studyPopulation"))
    yield "Sampling", word(held.get("samplingMethod"))


def conditions_of(record: Record) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return conditions and keywords."""
    held = module(record, "conditionsModule")
    return lines(held.get("conditions")), lines(held.get("keywords"))


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _filled(pairs: Iterator[tuple[str, str]]) -> Facts:
    return tuple((label, value) for label, value in pairs if value)
