from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.changes.builders import CRITERIA
from tests.changes.real import load, needs_records, pair_paths
from tests.changes.telling import changes, compared, design, eligibility, only, said
from watcher.changes.compare import compare_records
from watcher.changes.model import Change, MarkKind, Severity, Verb
from watcher.changes.wording.say import phrase

BACK_PAIN = (
    "Inclusion Criteria:\n\n* Adults\n* Back pain for weeks\n\nExclusion Criteria:\n\n* Pregnancy\n* Surgery\n* Fever"
)


def criteria(old: str, new: str) -> list[Change]:
    return changes(eligibility(eligibilityCriteria=old), eligibility(eligibilityCriteria=new))


def edited(old: str, new: str) -> list[Change]:
    assert old in CRITERIA
    return changes({}, eligibility(eligibilityCriteria=CRITERIA.replace(old, new)))


def told(change: Change) -> tuple[str, str, str, str]:
    return change.kind.removeprefix("eligibility."), change.severity.value, change.path, change.verb.value


def test_a_text_in_place_of_another_is_rewritten_and_both_are_shown():
    old = BACK_PAIN
    new = "Critères d'inclusion :\n\n* Majeurs\n* Lombalgie\n\nCritères d'exclusion :\n\n* Grossesse\n* Opération"
    (change,) = criteria(old, new)
    assert (change.kind, change.severity.value) == ("eligibility.text", "major")
    words = phrase(change)
    assert words.sentence == (
        "Eligibility criteria rewritten: 5 criteria before, 4 criteria now, none of them word for word the same."
    )
    assert words.items[:3] == (
        "Now: inclusion, “Majeurs”",
        "Now: inclusion, “Lombalgie”",
        "Now: exclusion, “Grossesse”",
    )
    assert "Before: exclusion, “Fever”" in words.items


def test_one_criterion_that_stays_keeps_the_others_told_one_by_one():
    old = BACK_PAIN
    new = "Inclusion Criteria:\n\n* Majeurs\n* Lombalgie\n\nExclusion Criteria:\n\n* Pregnancy\n* Opération"
    assert {one.kind for one in criteria(old, new)} <= {
        "eligibility.criterion.added",
        "eligibility.criterion.removed",
        "eligibility.criterion.changed",
    }


def test_an_added_criterion_is_major_at_its_place_in_the_newer_text():
    (change,) = edited("* Able to give", "* Life expectancy of a year\n* Able to give")
    assert told(change) == ("criterion.added", "major", "eligibility.criteria.inclusion[2]", "added")
    assert (change.before, change.after, change.rule) == (
        None,
        "Life expectancy of a year",
        "inclusion criterion added",
    )
    words = phrase(change)
    assert (words.label, words.heading, words.now) == ("Inclusion criterion", "Inclusion", "Life expectancy of a year")
    assert words.sentence == "Inclusion criterion added: “Life expectancy of a year”."


def test_a_removed_criterion_is_major_at_its_place_in_the_older_text():
    (change,) = edited("* Pregnant or breastfeeding women\n", "")
    assert told(change) == ("criterion.removed", "major", "eligibility.criteria.exclusion[1]", "removed")
    assert phrase(change).sentence == "Exclusion criterion removed: “Pregnant or breastfeeding women”."
    assert phrase(change).was == "Pregnant or breastfeeding women"


def test_a_reworded_criterion_marks_the_words():
    (change,) = edited("Previous surgery of the lumbar spine", "Previous surgery or infection of the spine")
    assert told(change) == ("criterion.changed", "major", "eligibility.criteria.exclusion[0]", "changed")
    words = phrase(change)
    assert [mark.text for mark in words.marks if mark.kind is MarkKind.ADDED] == ["or infection "]
    assert words.sentence == (
        "Exclusion criterion reworded: now “Previous surgery or infection of the spine”,"
        " before “Previous surgery of the lumbar spine”."
    )


def test_a_number_that_proves_it_gives_the_direction():
    (change,) = edited("Pain intensity \\>= 4", "Pain intensity \\>= 3")
    assert (change.severity, change.facts["direction"]) == (Severity.MAJOR, "relaxed")
    assert phrase(change).sentence.startswith("Inclusion criterion relaxed: now “Pain intensity >= 3")
    assert phrase(change).note == "relaxed"


def test_a_small_rewording_is_minor():
    (change,) = edited("Able to give written informed consent", "Capable to give written informed consent")
    assert told(change)[:2] == ("criterion.changed", "minor")
    assert "only words that mean the same differ" in change.rule


def test_a_listed_condition_is_never_a_small_rewording():
    old = "Inclusion Criteria:\n\n* Severe lumbar trouble\n* Consent given in writing"
    (change,) = criteria(old, old.replace("lumbar trouble", "pain trouble"))
    assert (change.severity, change.rule.endswith("a listed condition changed")) == (Severity.MAJOR, True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\\>= 4", "≥4"),
        ("veridoxan \\[any grade\\]", "veridoxan [any grade]."),
        ("Previous surgery", "previous  surgery"),
        ("women", "women;"),
    ],
)
def test_form_alone_is_noise_and_claimed(old, new):
    (change,) = edited(old, new)
    assert told(change)[:2] == ("criterion.changed", "noise")
    assert "with the same words" in phrase(change).sentence
    assert not phrase(change).marks


def test_another_order_or_layout_is_noise_and_claimed():
    old = "Inclusion Criteria:\n\n* Adults\n* Consent given"
    for new in (
        "Inclusion Criteria:\n\n1. Consent given\n2. Adults",
        "INCLUSION CRITERIA:\n\n* Adults\n* Consent given\n",
    ):
        (change,) = criteria(old, new)
        assert told(change)[:2] == ("text", "noise")
        assert phrase(change).sentence == "Eligibility text laid out in another way; its criteria are the same."


def test_a_criterion_that_goes_over_is_moved():
    old = "Inclusion Criteria:\n\n* Adults\n* Prior brain surgery\n\nExclusion Criteria:\n\n* Pregnancy"
    new = "Inclusion Criteria:\n\n* Adults\n\nExclusion Criteria:\n\n* Pregnancy\n* Prior brain surgery"
    (change,) = criteria(old, new)
    assert told(change) == ("criterion.moved", "major", "eligibility.criteria.exclusion[1]", "moved")
    assert change.rule == "inclusion → exclusion"
    assert phrase(change).sentence == "Criterion moved from inclusion to exclusion: “Prior brain surgery”."
    (change,) = criteria(old, new.replace("Prior brain surgery", "Prior major brain surgery"))
    assert phrase(change).sentence.startswith("Criterion moved from inclusion to exclusion, with other words")


def test_headings_given_to_an_open_list_move_nothing():
    old = "* Adults with pain\n* Consent given"
    (change,) = criteria(old, "Inclusion Criteria:\n\n* Adults with pain\n* Consent given")
    assert told(change)[:2] == ("text", "noise")
    changed = criteria(old, old.replace("pain", "severe neck pain of any cause"))
    assert [told(change) for change in changed] == [
        ("criterion.changed", "major", "eligibility.criteria[0]", "changed")
    ]
    assert phrase(changed[0]).label == "Criterion"


def test_cohorts_are_named_and_their_headings_told():
    old = "Inclusion Criteria:\n\nCohort A:\n\n* Adults\n\nCohort B:\n\n* Children"
    (added,) = criteria(old, old.replace("* Children", "* Children\n* Assent of the child"))
    assert phrase(added).sentence == "Inclusion criterion added (under “Cohort B”): “Assent of the child”."
    (heading,) = criteria(old, old.replace("Cohort B", "Cohort C"))
    assert told(heading) == ("text", "minor", "eligibility.criteria.headings", "changed")
    assert phrase(heading).sentence == "Headings of the eligibility text changed from Cohort B to Cohort C."
    gone = "Inclusion Criteria:\n\n* Adults\n\nCohort B:\n\n* Children"
    assert told(criteria(old, gone)[0])[3] == "removed"
    assert told(criteria(gone, old)[0])[3] == "added"


@pytest.mark.parametrize(
    ("old", "new", "level", "verb", "start"),
    [
        (
            "Adults with back pain.",
            "Adults with neck pain.",
            "major",
            "changed",
            "Eligibility text reworded; it cannot be split into criteria: now “Adults with neck pain”",
        ),
        ("Adults with back pain", "Adults with back pain.", "noise", "changed", "Eligibility text reworded"),
        (None, CRITERIA, "major", "added", "Eligibility text added: “Inclusion Criteria:"),
        (CRITERIA, None, "major", "removed", "Eligibility text removed: “Inclusion Criteria:"),
        ("Adults.", "Inclusion Criteria:\n\n* Adults", "major", "changed", "Eligibility text reworded"),
    ],
)
def test_a_text_that_cannot_be_split_is_one_change_and_says_so(old, new, level, verb, start):
    change = only(eligibility(eligibilityCriteria=old), eligibility(eligibilityCriteria=new))
    assert told(change) == ("text", level, "eligibility.criteria", verb)
    assert phrase(change).sentence.startswith(start)


@pytest.mark.parametrize(
    ("field", "old", "new", "level", "verb", "sentence"),
    [
        (
            "minimumAge",
            "18 Years",
            "12 Years",
            "major",
            "changed",
            "Minimum age changed from 18 years to 12 years (widened).",
        ),
        (
            "minimumAge",
            "18 Years",
            "21 Years",
            "major",
            "changed",
            "Minimum age changed from 18 years to 21 years (narrowed).",
        ),
        ("minimumAge", "18 Years", None, "major", "removed", "Minimum age no longer given; it was 18 years."),
        ("minimumAge", None, "6 Months", "major", "added", "Minimum age added: 6 months (narrowed)."),
        (
            "maximumAge",
            "75 Years",
            "80 Years",
            "major",
            "changed",
            "Maximum age changed from 75 years to 80 years (widened).",
        ),
        ("maximumAge", "75 Years", None, "major", "removed", "Maximum age no longer given; it was 75 years."),
        ("maximumAge", None, "75 Years", "major", "added", "Maximum age added: 75 years (narrowed)."),
        ("minimumAge", "12 Months", "1 Year", "noise", "changed", "Minimum age changed from 12 months to 1 year."),
        (
            "minimumAge",
            "18 Years",
            "of legal age",
            "major",
            "changed",
            "Minimum age changed from 18 years to of legal age.",
        ),
        ("minimumAge", None, "0 Days", "major", "added", "Minimum age added: 0 days."),
    ],
)
def test_ages_say_whether_more_or_fewer_may_join(field, old, new, level, verb, sentence):
    change = only(eligibility(**{field: old}), eligibility(**{field: new}))
    assert (change.kind, change.severity.value, change.verb.value) == ("eligibility.age", level, verb)
    assert change.path == f"eligibility.{field[:3]}Age"
    assert phrase(change).sentence == sentence


def test_age_groups_follow_the_ages():
    both = only({}, eligibility(minimumAge="12 Years", stdAges=["CHILD", "ADULT", "OLDER_ADULT"]))
    assert any("eligibilityModule.stdAges" in path for path in both.record_paths)
    alone = only({}, eligibility(stdAges=["ADULT"]))
    assert (alone.kind, alone.severity, alone.path) == ("eligibility.age", Severity.NOISE, "eligibility.stdAges")
    assert phrase(alone).sentence == (
        "Age groups, derived by the registry, changed from Adult and Older adult to Adult."
    )


FIELDS = [
    ("sex", "ALL", "FEMALE", "sex", "major", "Sex changed from All to Female (narrowed)."),
    ("sex", "FEMALE", "ALL", "sex", "major", "Sex changed from Female to All (widened)."),
    ("sex", "FEMALE", "MALE", "sex", "major", "Sex changed from Female to Male."),
    ("genderBased", False, True, "sex", "major", "Eligibility is now based on gender."),
    ("genderDescription", None, "Women", "sex", "major", "Gender description added: “Women”."),
    (
        "genderDescription",
        "Women.",
        None,
        "sex",
        "major",
        "Gender description no longer given; it was “Women”.",
    ),
    ("genderDescription", "women only", "Women only.", "sex", "noise", None),
    ("healthyVolunteers", False, True, "healthy_volunteers", "major", "Healthy volunteers are now accepted (widened)."),
    (
        "healthyVolunteers",
        True,
        False,
        "healthy_volunteers",
        "major",
        "Healthy volunteers are now not accepted (narrowed).",
    ),
    ("healthyVolunteers", None, False, "healthy_volunteers", "major", None),
    ("healthyVolunteers", False, None, "healthy_volunteers", "major", None),
    (
        "studyPopulation",
        "Clinic",
        "Hospital",
        "population",
        "minor",
        "Study population reworded: now “Hospital”, before “Clinic”.",
    ),
    ("studyPopulation", "Clinic", "clinic.", "population", "noise", None),
    ("studyPopulation", None, "Clinic", "population", "minor", "Study population added: “Clinic”."),
    (
        "samplingMethod",
        "PROBABILITY_SAMPLE",
        "NON_PROBABILITY_SAMPLE",
        "sampling",
        "minor",
        "Sampling method changed from Probability sample to Non-probability sample.",
    ),
]


@pytest.mark.parametrize(("field", "old", "new", "kind", "level", "sentence"), FIELDS)
def test_every_other_field_of_eligibility_has_its_kind(field, old, new, kind, level, sentence):
    change = only(eligibility(**{field: old}), eligibility(**{field: new}))
    assert (change.kind, change.severity.value) == (f"eligibility.{kind}", level)
    assert change.path == f"eligibility.{field}"
    assert sentence is None or phrase(change).sentence == sentence


def test_volunteers_that_were_not_spoken_of_are_said_so():
    assert said(eligibility(healthyVolunteers=None), eligibility(healthyVolunteers=False)).sentence == (
        "The record now says that healthy volunteers are not accepted."
    )
    assert said({}, eligibility(healthyVolunteers=None)).sentence == (
        "The record no longer says whether healthy volunteers are accepted."
    )


def test_context_moves_criteria_but_not_noise():
    large = design(phases=["PHASE3"], enrollmentInfo={"count": 300, "type": "ESTIMATED"})
    loud = only(large, eligibility(minimumAge="12 Years"))
    assert loud.severity is Severity.CRITICAL
    noise = only(large, eligibility(eligibilityCriteria=CRITERIA.replace("women", "women.")))
    assert noise.severity is Severity.NOISE


def test_an_unknown_field_beside_the_text_is_not_swallowed():
    found = changes({}, eligibility(eligibilityCriteria=CRITERIA.replace("4 on", "5 on"), newThing="x"))
    assert {change.kind for change in found} == {"eligibility.criterion.changed", "field.unclassified"}


def test_every_edit_of_the_text_is_claimed():
    comparison = compared({}, eligibility(eligibilityCriteria="Nobody."))
    claimed = {index for change in comparison.changes for index in change.edits}
    assert claimed == set(range(len(comparison.edits)))


TRUE_EDITS: dict[str, list[tuple[str, str]]] = {
    "NCT05827016/2025-07-07": [
        ("inclusion[2]", "changed"),
        ("inclusion[3]", "changed"),
    ],
    "NCT06821503/2026-03-10": [
        ("inclusion[8]", "changed"),
        ("inclusion[9]", "changed"),
    ],
}
"""Which criteria were really added, removed or reworded, read by hand in every pair; all others: none."""

FORM_ONLY: dict[str, int] = {"NCT05827016/2025-07-07": 7}
"""Criteria that only gained a full stop, a capital or a bullet."""


@needs_records
def test_the_criteria_of_real_pairs_are_told_without_miss_and_invention():
    found: dict[str, list[tuple[str, str]]] = {}
    form: dict[str, int] = {}
    for old, new in pair_paths():
        name = f"{new.parent.name}/{Path(new).stem}"
        for change in compare_records(load(old), load(new)).changes:
            if not change.path.startswith("eligibility.criteria"):
                continue
            if change.severity is Severity.NOISE:
                form[name] = form.get(name, 0) + 1
            else:
                place = change.path.removeprefix("eligibility.criteria.")
                found.setdefault(name, []).append((place, change.verb.value))
    assert found == TRUE_EDITS
    assert form == FORM_ONLY


@needs_records
def test_no_real_pair_shows_another_change_of_eligibility():
    kinds: dict[str, set[str]] = {}
    for old, new in pair_paths():
        for change in compare_records(load(old), load(new)).changes:
            if change.kind.startswith("eligibility."):
                kinds.setdefault(new.parent.name, set()).add(change.kind)
    assert kinds == {
        "NCT05827016": {"eligibility.criterion.changed"},
        "NCT06821503": {"eligibility.criterion.changed"},
    }


def test_reverted_verbs_do_not_break_the_words():
    (change,) = edited("Pain intensity", "Severe pain intensity")
    values: dict[str, Any] = {name: getattr(change, name) for name in ("kind", "severity", "rule", "path", "before")}
    again = Change(**values, after=change.after, verb=Verb.REVERTED, origin=change.origin, facts=change.facts)
    assert phrase(again).sentence.startswith("Inclusion criterion reworded")


@pytest.mark.parametrize(
    ("section", "whole", "parts", "level", "why"),
    [
        ("Exclusion", "Stroke or heart attack", ("Stroke", "Heart attack"), "minor", "nothing else differs"),
        ("Exclusion", "Stroke and heart attack", ("Stroke", "Heart attack"), "minor", "nothing else differs"),
        ("Inclusion", "Stroke or heart attack", ("Stroke", "Heart attack"), "major", "“or” no longer joins them"),
        (
            "Inclusion",
            "No history of stroke or heart attack",
            ("No history of stroke", "No history of heart attack"),
            "minor",
            "nothing else differs",
        ),
        (
            "Inclusion",
            "No history of stroke or heart attack",
            ("No history of stroke", "History of heart attack"),
            "major",
            "a negation stands before some parts only",
        ),
        (
            "Exclusion",
            "Recent stroke of the brain stem or heart attack in the family",
            ("Stroke of the brain stem", "Heart attack in the family"),
            "major",
            "other words differ too",
        ),
        (
            "Exclusion",
            "Adequate organs: • renal function • hepatic function",
            ("Adequate organs:", "renal function", "hepatic function"),
            "noise",
            "points nested under a criterion became criteria of their own, or the reverse",
        ),
    ],
)
def test_a_split_is_as_loud_as_what_else_differs(section, whole, parts, level, why):
    head = f"{section} Criteria:\n\n* Zeta one\n"
    nested = whole.replace(" • ", "\n  * ")
    old, new = f"{head}* {nested}\n* Eta two", head + "\n".join(f"* {part}" for part in parts) + "\n* Eta two"
    for before, after, kind in ((old, new, "split"), (new, old, "merged")):
        (change,) = criteria(before, after)
        assert (change.kind, change.severity.value) == (f"eligibility.criterion.{kind}", level)
        assert change.rule == f"{section.lower()} criterion {kind}: {why}"


@pytest.mark.parametrize(
    ("now", "level"), [("Has received chemotherapy", "minor"), ("Had received chemotherapy", "major")]
)
def test_a_verb_in_the_singular_is_minor_another_tense_is_not(now, level):
    (change,) = criteria(f"{BACK_PAIN}\n* Have received chemotherapy", f"{BACK_PAIN}\n* {now}")
    assert told(change)[:2] == ("criterion.changed", level)


def test_what_came_with_a_split_of_long_criteria_is_in_sight():
    drugs = [
        "Omalizumab or another antibody against immunoglobulin within twelve weeks",
        "Dupilumab unless stopped because of conjunctivitis or eosinophilia",
        "Ciclosporin, methotrexate, azathioprine, tacrolimus or mycophenolate by mouth",
        "Prednisone above ten milligrams daily, except short courses for exacerbations",
        "Phototherapy of large areas, such as bath, narrowband or excimer laser",
        "Live attenuated vaccines against measles, mumps, rubella or varicella",
    ]
    head = "Exclusion Criteria:\n\n* "
    first, second = "; ".join(drugs[:3]), "; ".join(drugs[3:])
    (change,) = criteria(f"{head}{first}; {second}", f"{head}{first}\n* Allergy to latex; {second}")
    assert change.kind == "eligibility.criterion.split"
    assert any("Allergy to latex" in mark.text for mark in phrase(change).marks if mark.kind is MarkKind.ADDED)


def test_a_split_is_never_critical_by_its_context():
    large = design(phases=["PHASE3"], enrollmentInfo={"count": 900, "type": "ESTIMATED"})
    old = "Inclusion Criteria:\n\n* Severe asthma or chronic bronchitis\n* Adults"
    new = "Inclusion Criteria:\n\n* Severe asthma\n* Chronic bronchitis\n* Adults"
    change = only({**large, **eligibility(eligibilityCriteria=old)}, eligibility(eligibilityCriteria=new))
    assert (change.kind, change.severity) == ("eligibility.criterion.split", Severity.MAJOR)


def test_a_sentence_in_front_of_the_criteria_is_told_when_it_is_reworded():
    old = "Inclusion Criteria:\n\nParticipants must meet all of the following criteria:\n\n* Adults\n* Consent"
    (change,) = criteria(old, old.replace("meet all", "meet any"))
    assert (change.kind, change.severity) == ("eligibility.text", Severity.MAJOR)
    assert phrase(change).sentence == (
        "Introduction of the criteria reworded: now “Participants must meet any of the following criteria”, before"
        " “Participants must meet all of the following criteria”."
    )
    (gone,) = criteria(old, old.replace("Participants must meet all of the following criteria:\n\n", ""))
    assert (gone.verb, gone.severity) == (Verb.REMOVED, Severity.MINOR)


def test_a_heading_that_came_with_its_criteria_is_told_with_them():
    old = "Inclusion Criteria:\n\n* Adults"
    (change,) = criteria(old, f"{old}\n\nCohort B:\n\n* Children")
    assert phrase(change).sentence == "Inclusion criterion added (under “Cohort B”): “Children”."


def test_a_shortened_quotation_ends_with_one_mark():
    (change,) = edited("* Able to give", f"* {'Asthma. ' * 60}\n* Able to give")
    sentence = phrase(change).sentence
    assert sentence.endswith("Asthma…”")
    assert ".…" not in sentence


def test_a_criterion_that_moves_under_another_heading_is_no_layout_where_the_headings_stay():
    text = (
        "Test cohort:\n\n* Adults\n* Asthma diagnosed by a physician\n\n"
        "Exclusion Criteria:\n\n* Pregnancy\n* Treated with omalizumab\n"
    )
    moved = text.replace("* Asthma diagnosed by a physician\n", "").replace(
        "* Pregnancy\n", "* Pregnancy\n* Asthma diagnosed by a physician\n"
    )
    (change,) = changes(eligibility(eligibilityCriteria=text), eligibility(eligibilityCriteria=moved))
    assert (change.kind, change.severity) == ("eligibility.criterion.moved", Severity.MAJOR)
    assert phrase(change).sentence == (
        "Criterion moved from “Test cohort” to exclusion: “Asthma diagnosed by a physician”."
    )
    (change,) = changes(eligibility(eligibilityCriteria=moved), eligibility(eligibilityCriteria=text))
    assert phrase(change).sentence.startswith("Criterion moved from exclusion to “Test cohort”: ")
