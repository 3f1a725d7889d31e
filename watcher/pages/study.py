"""What a trial studies, for its page: design, groups, interventions, outcomes, who may take part.

In people's words, in the record's order; empty where the record says nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from watcher.changes.families.eligibility import criteria
from watcher.changes.model import Record
from watcher.changes.wording import values
from watcher.pages.prose import Block, blocks
from watcher.pages.record_text import day, enrollment, joined, line, lines, unescaped, word
from watcher.rendering.escape import plain, verbatim
from watcher.study.record_model import (
    ArmGroup,
    Arms,
    Conditions,
    Design,
    Eligibility,
    Measure,
    Outcomes,
    Status,
    module_of,
)

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
    status, design = module_of(record, Status), module_of(record, Design)
    yield "Recruitment status", word(status.overall_status)
    yield "Why it stopped", line(status.why_stopped)
    yield "Last known status", word(status.last_known_status)
    yield "Phase", joined([word(phase) for phase in lines(design.phases)], "/")
    yield "Study type", word(design.study_type)
    yield "Enrollment", enrollment(design.enrollment_info)
    yield "Start", day(status.start_date_struct)
    yield "Primary completion", day(status.primary_completion_date_struct)
    yield "Completion", day(status.completion_date_struct)
    yield "First posted", day(status.study_first_post_date_struct.date)
    yield "Last verified by the sponsor", day(status.status_verified_date)


def design_of(record: Record) -> Facts:
    """Return allocation, model, purpose, masking; time perspective and registry for observational studies."""
    return _filled(_design(module_of(record, Design)))


def _design(design: Design) -> Iterator[tuple[str, str]]:
    info, masking = design.design_info, design.design_info.masking_info
    yield "Allocation", word(info.allocation)
    yield "Intervention model", word(info.intervention_model)
    yield "About the model", line(info.intervention_model_description)
    yield "Observational model", word(info.observational_model)
    yield "Time perspective", word(info.time_perspective)
    yield "Primary purpose", word(info.primary_purpose)
    yield "Masking", word(masking.masking)
    yield "Who is masked", joined([word(who) for who in lines(masking.who_masked)])
    yield "About the masking", line(masking.masking_description)
    yield "Patient registry", "yes" if design.patient_registry else ""
    yield "Follow-up", line(design.target_duration)


def interventions_of(record: Record) -> tuple[Intervention, ...]:
    """Return the interventions."""
    return tuple(
        Intervention(
            name=line(one.name),
            kind=word(one.type),
            text=blocks(one.description),
            others=joined(lines(one.other_names)),
            groups=lines(one.arm_group_labels),
        )
        for one in module_of(record, Arms).interventions
    )


def groups_of(record: Record) -> tuple[Group, ...]:
    """Return the arms or cohorts, each with its interventions."""
    known = interventions_of(record)
    shared = {name for name, count in Counter(one.name for one in known).items() if count > 1}
    return tuple(
        Group(
            label=line(arm.label),
            kind=word(arm.type),
            text=blocks(arm.description),
            interventions=tuple(one for one in known if _has(arm, one, shared)),
        )
        for arm in module_of(record, Arms).arm_groups
    )


def _has(arm: ArmGroup, one: Intervention, shared: Collection[str]) -> bool:
    """Whether a group gets an intervention: either of the two names the other (`Drug: Velmirastat`).

    Of several of one name (the same drug in two doses) those go with a group that name it.
    """
    if line(arm.label) in one.groups:
        return True
    named = {name.partition(": ")[2] or name for name in lines(arm.intervention_names)}
    return one.name in named and not (one.groups and one.name in shared)


def outcomes_of(record: Record) -> tuple[tuple[str, tuple[Outcome, ...]], ...]:
    """Return the outcomes under `Primary`, `Secondary` and `Other`; headings without outcomes are left out."""
    held = module_of(record, Outcomes)
    found = (
        ("Primary", held.primary_outcomes),
        ("Secondary", held.secondary_outcomes),
        ("Other", held.other_outcomes),
    )
    return tuple((heading, tuple(map(_outcome, measures))) for heading, measures in found if measures)


def _outcome(one: Measure) -> Outcome:
    return Outcome(measure=line(one.measure), frame=line(one.time_frame), text=blocks(one.description))


def criteria_of(record: Record) -> Criteria:
    """Return who may take part."""
    held = module_of(record, Eligibility)
    text = held.eligibility_criteria
    parts: dict[str, list[str]] = {}
    for one in criteria.split(text):
        heading = {"inclusion": "Inclusion", "exclusion": "Exclusion"}.get(one.section.value, "Criteria")
        cohort = f": {plain(one.cohort)}" if one.cohort else ""
        parts.setdefault(heading + cohort, []).append(plain(one.text))
    return Criteria(
        facts=_filled(_who(held)),
        parts=tuple((heading, tuple(points)) for heading, points in parts.items()),
        text=verbatim(unescaped(text)),
    )


def _who(held: Eligibility) -> Iterator[tuple[str, str]]:
    yield "Minimum age", values.age(plain(held.minimum_age))
    yield "Maximum age", values.age(plain(held.maximum_age))
    yield "Sex", word(held.sex)
    yield "About gender", line(held.gender_description)
    healthy = held.healthy_volunteers
    yield "Healthy volunteers", "" if healthy is None else values.boolean(healthy).capitalize()
    yield "Population", line(held.study_population)
    yield "Sampling", word(held.sampling_method)


def conditions_of(record: Record) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return conditions and keywords."""
    held = module_of(record, Conditions)
    return lines(held.conditions), lines(held.keywords)


def _filled(pairs: Iterator[tuple[str, str]]) -> Facts:
    return tuple((label, value) for label, value in pairs if value)
