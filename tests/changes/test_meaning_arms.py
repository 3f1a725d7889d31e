"""Arms, interventions and design: every row of the taxonomy, references between the two lists, folded texts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.changes.builders import a_posted, field, get, put
from tests.changes.told import POSTED, changes, news, of_kind, quiet_record, said, the
from watcher.changes.compare import compare_records
from watcher.changes.model import Severity, Story, Verb
from watcher.changes.story import tell
from watcher.changes.wording.say import phrase

ARMS = field("armsInterventionsModule", "armGroups")
INTERVENTIONS = field("armsInterventionsModule", "interventions")
PHASES = field("designModule", "phases")
INFO = field("designModule", "designInfo")
THIRD = {"label": "Veridoxan 40 mg", "type": "EXPERIMENTAL", "interventionNames": ["Drug: Veridoxan"]}


def story(old: dict[str, Any], new: dict[str, Any]) -> Story:
    """Tell all of it, to a reader of minor changes too."""
    newer = a_posted(new, POSTED)
    found = tell(
        compare_records(old, newer),
        record=newer,
        short_name=None,
        level_of=lambda change: change.severity,
        least=Severity.MINOR,
    )
    assert found is not None
    return found


def plus(record: dict[str, Any], path: Any, item: Any) -> dict[str, Any]:
    return put(record, path, [*get(record, path), item])


def in_phase(*phases: str) -> dict[str, Any]:
    return put(quiet_record(), PHASES, list(phases))


def with_arms(record: dict[str, Any], count: int) -> dict[str, Any]:
    extra = [{"label": f"Cohort {'abcdefg'[at]}", "type": "EXPERIMENTAL"} for at in range(count - 2)]
    return put(record, ARMS, [*get(record, ARMS), *extra])


@pytest.mark.parametrize(
    ("phases", "arms", "arm", "level"),
    [
        (["PHASE2"], 2, THIRD, Severity.CRITICAL),
        (["PHASE1", "PHASE2"], 3, THIRD, Severity.CRITICAL),
        (["PHASE4"], 2, THIRD, Severity.CRITICAL),
        (["PHASE1"], 2, THIRD, Severity.MAJOR),
        (["NA"], 2, THIRD, Severity.MAJOR),
        (["PHASE2"], 4, THIRD, Severity.MAJOR),
        (["PHASE2"], 4, {**THIRD, "interventionNames": ["Drug: Newdrug"]}, Severity.CRITICAL),
    ],
)
def test_arm_added_or_removed_is_critical_in_late_phases_with_few_arms_or_a_new_intervention(phases, arms, arm, level):
    old = with_arms(in_phase(*phases), arms)
    new = plus(old, ARMS, arm)
    came = the(changes(old, new), "arm.added")
    assert came.severity is level
    assert came.path == "armsInterventions.arms.Veridoxan 40 mg"
    assert said(came) == "Arm added: “Veridoxan 40 mg” (experimental)."
    assert ("· major → critical: Phase 2 or later" in came.rule) == (level is Severity.CRITICAL)
    went = the(changes(new, old), "arm.removed")
    assert (went.severity, went.verb) == (level, Verb.REMOVED)


@pytest.mark.parametrize(
    ("phase", "arms", "level"),
    [("PHASE2", 2, Severity.CRITICAL), ("PHASE2", 6, Severity.CRITICAL), ("PHASE1", 2, Severity.MAJOR)],
)
def test_new_intervention_is_critical_from_phase_2_on(phase, arms, level):
    old = with_arms(in_phase(phase), arms)
    new = plus(old, INTERVENTIONS, {"type": "DRUG", "name": "Newdrug"})
    change = the(changes(old, new), "intervention.added")
    assert change.severity is level
    assert said(change) == "Intervention added: “Newdrug” (drug)."
    assert the(changes(new, old), "intervention.removed").verb is Verb.REMOVED


def test_intervention_listed_once_more_is_not_new():
    old = quiet_record()
    new = plus(old, INTERVENTIONS, {"type": "DRUG", "name": "placebo", "description": "Second bottle"})
    change = the(changes(old, new), "intervention.modified")
    assert change.severity is Severity.MINOR
    assert said(change) == "Intervention listed once more: “placebo” (drug)."


@pytest.mark.parametrize(
    ("label", "level", "rule"),
    [
        ("VERIDOXAN 20 mg", Severity.NOISE, "only case or punctuation"),
        ("Veridoxan 40 mg", Severity.MAJOR, "minor → major: a number in the name changed"),
        ("Treatment 20 mg", Severity.MAJOR, "minor → major: a drug name in it changed"),
        ("VDX, Veridoxan 20 mg", Severity.MINOR, "arm renamed: proved to be the same arm"),
        ("Arm with Veridoxan 20 mg", Severity.MINOR, "arm renamed: proved to be the same arm"),
    ],
)
def test_arm_renamed_with_its_references_is_one_change(label, level, rule):
    old = quiet_record()
    new = put(old, (*ARMS, 0, "label"), label)
    new = put(new, (*INTERVENTIONS, 0, "armGroupLabels"), [label])
    new = put(new, (*INTERVENTIONS, 2, "armGroupLabels"), [label, "Placebo"])
    found = news(changes(old, new))
    change = the(found, "arm.renamed")
    assert [one.kind for one in found] == ["arm.renamed"]
    assert change.severity is level
    assert rule in change.rule
    assert (change.before, change.after) == ("Veridoxan 20 mg", label)
    assert any("armGroupLabels" in path for path in change.record_paths)
    assert said(change) == f"Arm renamed: now “{label}”, before “Veridoxan 20 mg”."


@pytest.mark.parametrize(
    ("at", "name", "level"),
    [
        (0, "Veridoxan hydrochloride", Severity.MINOR),
        (0, "VDX", Severity.MINOR),
        (0, "Veridoxan 20 mg", Severity.MAJOR),
        (2, "Exercise course", Severity.MINOR),
    ],
)
def test_intervention_renamed_claims_the_references_of_the_arms(at, name, level):
    old = put(quiet_record(), (*INTERVENTIONS, 0, "description"), "A capsule taken by mouth in the morning with water")
    new = put(old, (*INTERVENTIONS, at, "name"), name)
    was = get(old, (*INTERVENTIONS, at, "name"))
    for arm in (0, 1):
        names = [one.replace(was, name) for one in get(old, (*ARMS, arm, "interventionNames"))]
        new = put(new, (*ARMS, arm, "interventionNames"), names)
    found = news(changes(old, new))
    assert [one.kind for one in found] == ["intervention.renamed"]
    assert found[0].severity is level


@pytest.mark.parametrize(
    ("path", "value", "level", "rule"),
    [
        (
            (*ARMS, 0, "description"),
            "Veridoxan 40 mg by mouth once a day for 24 weeks",
            Severity.MAJOR,
            "a dose or number",
        ),
        (
            (*ARMS, 0, "description"),
            "Veridoxan 20 mg taken once a day for 24 weeks",
            Severity.MINOR,
            "description edited",
        ),
        ((*ARMS, 0, "description"), "veridoxan 20 mg by mouth, once a day for 24 weeks.", Severity.NOISE, "only case"),
        ((*ARMS, 0, "description"), None, Severity.MINOR, "description edited"),
        ((*ARMS, 0, "type"), "ACTIVE_COMPARATOR", Severity.MAJOR, "a control arm changed its kind"),
        ((*ARMS, 0, "type"), "OTHER", Severity.MINOR, "type edited"),
        ((*INTERVENTIONS, 0, "description"), "40 mg capsule", Severity.MAJOR, "a dose or number"),
        ((*INTERVENTIONS, 0, "type"), "BIOLOGICAL", Severity.MINOR, "type edited"),
        ((*INTERVENTIONS, 0, "otherNames"), ["VDX"], Severity.MINOR, "other names edited"),
    ],
)
def test_modified_arm_or_intervention(path, value, level, rule):
    old = quiet_record()
    found = news(changes(old, put(old, path, value)))
    assert len(found) == 1
    assert found[0].kind == ("arm.modified" if path[2] == "armGroups" else "intervention.modified")
    assert found[0].severity is level
    assert rule in found[0].rule
    assert " edited: " in said(found[0])


def test_type_and_description_are_told_together():
    old = quiet_record()
    new = put(old, (*ARMS, 1, "type"), "NO_INTERVENTION")
    new = put(new, (*ARMS, 1, "description"), "Usual care for 24 weeks, chosen by the family doctor")
    assert said(the(changes(old, new), "arm.modified")).startswith(
        "Arm “Placebo” edited: type now no intervention, before placebo comparator; description now “"
    )


def test_membership_that_both_lists_show_is_told_once_at_the_arm():
    old = quiet_record()
    new = put(old, (*ARMS, 1, "interventionNames"), ["Drug: Placebo"])
    new = put(new, (*INTERVENTIONS, 2, "armGroupLabels"), ["Veridoxan 20 mg"])
    found = news(changes(old, new))
    assert [one.kind for one in found] == ["arm.modified"]
    assert said(found[0]) == "Arm “Placebo” no longer with Exercise programme."
    back = news(changes(new, old))
    assert said(back[0]) == "Arm “Placebo” now with Exercise programme."


def test_intervention_type_in_a_reference_is_no_change_of_membership():
    old = quiet_record()
    new = put(old, (*ARMS, 0, "interventionNames"), ["Biological: Veridoxan", "Behavioral: Exercise programme"])
    found = news(changes(old, new))
    assert [(one.kind, one.severity) for one in found] == [("arm.modified", Severity.NOISE)]
    assert said(found[0]) == "References between arms and interventions spelt anew."


def test_added_arm_claims_the_references_to_it():
    old = quiet_record()
    new = plus(old, ARMS, THIRD)
    new = put(new, (*INTERVENTIONS, 0, "armGroupLabels"), ["Veridoxan 20 mg", "Veridoxan 40 mg"])
    assert [one.kind for one in news(changes(old, new))] == ["arm.added"]


@pytest.mark.parametrize(
    ("path", "value", "kind", "level", "words"),
    [
        (PHASES, ["PHASE2", "PHASE3"], "design.phase", Severity.CRITICAL, "Phase changed from Phase 2 to Phase 2/3."),
        (PHASES, None, "design.phase", Severity.CRITICAL, "Phase is no longer given; it was Phase 2."),
        (
            (*INFO, "allocation"),
            "NON_RANDOMIZED",
            "design.allocation",
            Severity.MAJOR,
            "Allocation changed from Randomized to Non-randomized.",
        ),
        (
            (*INFO, "interventionModel"),
            "CROSSOVER",
            "design.model",
            Severity.MAJOR,
            "Intervention model changed from Parallel to Crossover.",
        ),
        (
            (*INFO, "observationalModel"),
            "COHORT",
            "design.model",
            Severity.MAJOR,
            "Observational model is now given: Cohort.",
        ),
        (
            (*INFO, "primaryPurpose"),
            "PREVENTION",
            "design.purpose",
            Severity.MAJOR,
            "Primary purpose changed from Treatment to Prevention.",
        ),
        (
            (*INFO, "maskingInfo", "masking"),
            "NONE",
            "design.masking",
            Severity.MAJOR,
            "Masking changed from Triple to No masking (open label).",
        ),
        (
            (*INFO, "maskingInfo", "whoMasked"),
            ["PARTICIPANT"],
            "design.masking",
            Severity.MAJOR,
            "Who is masked changed from Participant, Investigator and Outcomes assessor to Participant.",
        ),
        (
            (*INFO, "maskingInfo", "maskingDescription"),
            "Capsules look and taste alike",
            "text.design",
            Severity.MINOR,
            "Description of the masking edited: now “Capsules look and taste alike”, before “Capsules look alike”.",
        ),
        (
            (*INFO, "interventionModelDescription"),
            "Two groups, in parallel.",
            "text.design",
            Severity.NOISE,
            "Description of the design edited in punctuation or case alone.",
        ),
    ],
)
def test_design(path, value, kind, level, words):
    old = quiet_record()
    change = the(changes(old, put(old, path, value)), kind)
    assert change.severity is level
    assert said(change) == words


def test_masking_and_who_is_masked_are_one_change():
    old = quiet_record()
    new = put(old, (*INFO, "maskingInfo", "masking"), "SINGLE")
    new = put(new, (*INFO, "maskingInfo", "whoMasked"), ["PARTICIPANT"])
    change = the(changes(old, new), "design.masking")
    assert len(change.record_paths) == 3


def test_design_takes_context():
    old = put(quiet_record(), ("protocolSection", "statusModule", "primaryCompletionDateStruct", "date"), "2026-05-01")
    change = the(changes(old, put(old, (*INFO, "allocation"), "NON_RANDOMIZED")), "design.allocation")
    assert change.severity is Severity.CRITICAL
    assert "major → critical: primary completion within 180 days" in change.rule


@pytest.mark.parametrize(
    ("path", "value", "because"),
    [
        ((*ARMS, 0, "type"), "OTHER", "arms"),
        (field("designModule", "enrollmentInfo"), {"count": 120, "type": "ESTIMATED"}, "enrollment"),
        ((*INFO, "maskingInfo", "masking"), "DOUBLE", "masking"),
    ],
)
def test_design_text_is_folded_into_the_change_it_describes(path, value, because):
    old = quiet_record()
    new = put(put(old, path, value), (*INFO, "maskingInfo", "maskingDescription"), "Capsules look and taste alike")
    change = the(changes(old, new), "text.design")
    assert change.severity is Severity.NOISE
    assert f"folded, the {because} it describes changed too" in change.rule


def test_dropped_mapped_names_are_not_told_of_the_intervention():
    new = quiet_record()
    old = put(new, (*INTERVENTIONS, 0, "interventionMappedName"), [])
    assert not of_kind(changes(old, new), "intervention.modified")


def test_an_edited_description_stands_under_the_name_of_its_arm():
    old = quiet_record()
    path = (*ARMS, 0, "description")
    new = put(old, path, get(old, path) + " Twice daily.")
    words = phrase(the(changes(old, new), "arm.modified"))
    assert words.heading == f"Arm “{get(old, (*ARMS, 0, 'label'))}”"
    assert words.marks


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("Otherdrug", None),
        ("Otherdrug", ["VDX", "VDX-20"]),
        ("Placebo veridoxan", ["VDX", "VDX-20"]),
        ("Aspirin", ["A"]),
    ],
)
def test_another_drug_under_the_same_description_is_removed_and_added(name, others):
    old = put(quiet_record(), (*INTERVENTIONS, 0, "description"), "A capsule taken by mouth in the morning with water")
    new = put(put(old, (*INTERVENTIONS, 0, "name"), name), (*INTERVENTIONS, 0, "otherNames"), others)
    new = put(new, (*ARMS, 0, "interventionNames"), [f"Drug: {name}", "Behavioral: Exercise programme"])
    found = news(changes(old, new))
    assert {(one.kind, one.severity) for one in found} == {
        ("intervention.removed", Severity.CRITICAL),
        ("intervention.added", Severity.CRITICAL),
    }
    assert story(old, new).headline == f"Intervention “Veridoxan” removed, “{name}” added"


def test_a_drug_whose_older_name_is_kept_among_its_other_names_is_renamed_in_one_line():
    old = quiet_record()
    new = put(
        put(old, (*INTERVENTIONS, 0, "name"), "Spinease"),
        (*INTERVENTIONS, 0, "otherNames"),
        ["Veridoxan", "VDX", "VDX-20"],
    )
    new = put(new, (*ARMS, 0, "interventionNames"), ["Drug: Spinease", "Behavioral: Exercise programme"])
    found = news(changes(old, new))
    assert [(one.kind, one.severity) for one in found] == [("intervention.renamed", Severity.MINOR)]


def test_the_registrys_own_heading_proves_that_a_code_is_the_drug_of_that_name():
    mesh = ("derivedSection", "interventionBrowseModule", "meshes")
    old = put(quiet_record(), mesh, [{"id": "D000001", "term": "Spinease"}])
    old = put(old, (*INTERVENTIONS, 0, "otherNames"), None)
    new = put(old, (*INTERVENTIONS, 0, "name"), "Spinease")
    new = put(new, (*ARMS, 0, "interventionNames"), ["Drug: Spinease", "Behavioral: Exercise programme"])
    assert [one.kind for one in news(changes(old, new))] == ["intervention.renamed"]
    other = put(old, mesh, [{"id": "D000002", "term": "Aspirin"}])
    assert "intervention.removed" in {one.kind for one in news(changes(other, put(new, mesh, get(other, mesh))))}


def test_an_arm_with_another_label_and_other_content_is_removed_and_added():
    old = quiet_record()
    new = put(old, (*ARMS, 1, "label"), "Observation")
    new = put(new, (*ARMS, 1, "type"), "NO_INTERVENTION")
    new = put(new, (*INTERVENTIONS, 1, "armGroupLabels"), ["Observation"])
    new = put(new, (*INTERVENTIONS, 2, "armGroupLabels"), ["Veridoxan 20 mg", "Observation"])
    assert {one.kind for one in news(changes(old, new))} == {"arm.added", "arm.removed"}
    assert story(old, new).headline == "Arm “Placebo” removed, “Observation” added"


@pytest.mark.parametrize(
    ("before", "after", "level", "headline"),
    [
        ("20 mg capsule", "10 mg capsule", Severity.MAJOR, "Intervention “Veridoxan”: 20 → 10 mg"),
        ("20 mg capsule", "20 g capsule", Severity.MAJOR, "Intervention “Veridoxan”: 20 mg → 20 g"),
        ("1.0 mg", "1000 µg", Severity.MINOR, "Intervention “Veridoxan”: 1.0 mg → 1000 µg, the same amount"),
        ("1.0 mg", "1000 mcg", Severity.MINOR, "Intervention “Veridoxan”: 1.0 mg → 1000 mcg, the same amount"),
        ("Once daily", "Twice daily", Severity.MAJOR, "Intervention “Veridoxan”: Once daily → Twice daily"),
    ],
)
def test_headline_holds_the_dose(before, after, level, headline):
    old = put(quiet_record(), (*INTERVENTIONS, 0, "description"), before)
    new = put(old, (*INTERVENTIONS, 0, "description"), after)
    assert the(changes(old, new), "intervention.modified").severity is level
    assert story(old, new).headline == headline


def test_a_placebo_arm_that_also_gets_the_drug_is_major():
    old = quiet_record()
    new = put(old, (*ARMS, 1, "interventionNames"), [*get(old, (*ARMS, 1, "interventionNames")), "Drug: Veridoxan"])
    new = put(new, (*INTERVENTIONS, 0, "armGroupLabels"), ["Veridoxan 20 mg", "Placebo"])
    change = the(changes(old, new), "arm.modified")
    assert (change.severity, said(change)) == (Severity.MAJOR, "Arm “Placebo” now with Veridoxan.")


def test_a_control_arm_that_changes_its_kind_is_major():
    old = quiet_record()
    change = the(changes(old, put(old, (*ARMS, 1, "type"), "NO_INTERVENTION")), "arm.modified")
    assert change.severity is Severity.MAJOR
    assert "a control arm changed its kind" in change.rule


def test_other_names_that_came_and_went_are_shown():
    old = quiet_record()
    change = the(
        changes(old, put(old, (*INTERVENTIONS, 0, "otherNames"), ["VDX", "Spinease"])), "intervention.modified"
    )
    assert said(change) == "Intervention “Veridoxan” edited: other names: added Spinease; removed VDX-20."


def test_headline_gives_the_design_from_what_to_what():
    old = quiet_record()
    new = put(old, (*INFO, "allocation"), "NA")
    new = put(new, (*INFO, "interventionModel"), "SINGLE_GROUP")
    new = put(new, (*INFO, "maskingInfo", "masking"), "NONE")
    assert story(old, new).headline == "Randomized, triple-blind, parallel groups → open, one group"


def test_headline_names_two_drugs_that_went_and_two_that_came():
    old = quiet_record()
    new = put(put(old, (*INTERVENTIONS, 0, "name"), "Otherdrug"), (*INTERVENTIONS, 2, "name"), "Yoga")
    assert story(old, new).headline == (
        "Interventions “Exercise programme” and “Veridoxan” removed, “Otherdrug” and “Yoga” added"
    )


def test_a_new_dose_in_label_and_description_is_said_once_in_the_headline():
    old = quiet_record()
    new = put(old, (*ARMS, 0, "label"), "Veridoxan 40 mg")
    new = put(new, (*ARMS, 0, "description"), "Veridoxan 40 mg by mouth once a day for 24 weeks")
    assert {one.kind for one in news(changes(old, new))} == {"arm.renamed", "arm.modified"}
    assert story(old, new).headline == "Arm “Veridoxan 40 mg”: 20 → 40 mg"


@pytest.mark.parametrize(
    ("before", "after"), [("Two capsules of one colour", None), (None, "Two capsules of one colour")]
)
def test_a_description_that_comes_or_goes_is_shown(before, after):
    old = put(quiet_record(), (*ARMS, 0, "description"), before)
    change = the(changes(old, put(old, (*ARMS, 0, "description"), after)), "arm.modified")
    assert "“Two capsules of one colour”" in said(change)


def test_an_arm_that_shares_its_name_with_its_intervention_is_renamed_alone():
    old = quiet_record()
    arm = {"label": "BC-1 900 mg", "type": "EXPERIMENTAL", "interventionNames": ["Drug: BC-1 900 mg"]}
    drug = {"name": "BC-1 900 mg", "type": "DRUG", "armGroupLabels": ["BC-1 900 mg"]}
    old = put(put(old, ARMS, [arm]), INTERVENTIONS, [drug])
    new = put(old, ARMS, [arm | {"label": "BC-1 1800 mg"}])
    new = put(new, INTERVENTIONS, [drug | {"armGroupLabels": ["BC-1 1800 mg"]}])
    assert [one.kind for one in news(changes(old, new))] == ["arm.renamed"]


def test_an_arm_with_a_number_before_its_label_is_the_same_arm():
    bare = {"label": "Low dose", "type": "EXPERIMENTAL", "description": "Short"}
    twin = {"label": "High dose", "type": "EXPERIMENTAL", "description": "Short"}
    old = put(put(quiet_record(), ARMS, [bare, twin]), INTERVENTIONS, None)
    numbered = [{**one, "label": f"Cohort {at}: {one['label']}"} for at, one in enumerate((bare, twin), 1)]
    assert {one.kind for one in news(changes(old, put(old, ARMS, numbered)))} == {"arm.renamed"}
    other = [{**bare, "label": "Low dose and exercise"}, twin]
    assert {one.kind for one in news(changes(old, put(old, ARMS, other)))} == {"arm.added", "arm.removed"}
