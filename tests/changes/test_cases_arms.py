"""Edited pairs of real records: outcomes, arms, drugs and designs told as what they are."""

from __future__ import annotations

import pytest

from tests.changes.real import case, needs_cases
from tests.changes.telling import story
from watcher.changes.compare import compare_records
from watcher.changes.model import Severity
from watcher.changes.wording.say import phrase


def _told(name):
    old, new = case(name)
    comparison = compare_records(old, new)
    found = story(comparison, record=new)
    assert found is not None
    return comparison, found


@needs_cases
@pytest.mark.parametrize(
    ("name", "severity", "headline"),
    [
        (
            "OS_primary_replaced_by_PFS",
            "critical",
            "Overall Survival (OS) dropped as primary outcome, Progression-free survival (PFS) in its place",
        ),
        ("code_name_to_INN_known_other_name_", "minor", "Intervention renamed: now “Ozempic”, before “Semaglutide”"),
        (
            "comparator_drug_swapped_Docetaxel_to_Ramucirumab_same_descri",
            "critical",
            "Intervention “Docetaxel” removed, “Ramucirumab” added",
        ),
        ("dose_12_mg_kg_to_8_mg_kg_in_arm", "critical", "Arm “I-DXd”: 12 → 8 mg/kg"),
        ("dose_1_0_mg_to_1000_ug_same_dose", "minor", "Intervention “Semaglutide”: 1.0 mg → 1000 µg, the same amount"),
        ("dose_1_0_mg_to_1_0_g_unit_", "major", "Intervention “Semaglutide”: 1.0 mg → 1.0 g"),
        (
            "duplicate_measure_names_one_of_two_QoL_removed",
            "minor",
            "Secondary outcome “Quality of Life Questionnaire” removed; another one of this name stays",
        ),
        (
            "masking_DOUBLE_to_NONE_allocation_randomised_to_NA_model_sin",
            "major",
            "Randomized, double-blind, parallel groups → open, one group",
        ),
        (
            "outcomes_module_removed",
            "major",
            "The record no longer has any outcome measures; before, it had 1 primary outcome and 5 secondary outcomes",
        ),
        ("placebo_arm_becomes_no_intervention", "critical", "Arm “Placebo” removed, “Observation” added"),
        (
            "primary_measure_typo_time_frame_26_104_description",
            "major",
            "Time frame of primary outcome “Change in kidney cortical…”: Baseline to 26 weeks → Baseline to 104 weeks",
        ),
        (
            "primary_timeframe_26_to_52_weeks",
            "major",
            "Time frame of primary outcome “Change in kidney cortical…”: Baseline to 26 weeks → Baseline to 52 weeks",
        ),
    ],
)
def test_headline_and_level_of_an_edited_pair(name, severity, headline):
    comparison, found = _told(name)
    assert (found.severity.value, found.headline) == (severity, headline)
    claimed = {index for change in comparison.changes for index in change.edits}
    assert claimed == set(range(len(comparison.edits)))


@needs_cases
def test_results_lead_and_the_restated_outcome_shows_its_time_frame():
    comparison, found = _told("restated_with_results")
    assert found.headline.startswith("Results posted, primary outcome “")
    assert found.headline.endswith("restated with the results")
    (restated,) = [one for one in comparison.changes if one.kind == "outcome.restated_with_results"]
    assert restated.severity is Severity.MAJOR
    assert "time frame: N/A (during cataract surgery) → During cataract surgery" in "\n".join(phrase(restated).items)


@needs_cases
def test_which_of_two_equal_measures_went_is_said_by_its_description():
    _, found = _told("duplicate_measure_names_one_of_two_QoL_removed")
    (line,) = found.lines
    assert "the one described “Measured by EORTC Core QLQ-C30 questionnaire”" in line.sentence


@needs_cases
@pytest.mark.parametrize(
    "name",
    [
        "primary_measure_typo_time_frame_26_104_description",
        "primary_timeframe_26_to_52_weeks",
        "OS_primary_replaced_by_PFS",
    ],
)
def test_the_timing_stands_on_a_line_of_its_own(name):
    _, found = _told(name)
    told = [line for line in found.lines if line.kind.startswith("outcome.")]
    assert told
    assert all(line.note is None for line in told)
    assert {line.items[-1].partition(" ")[2] for line in told} == {"after the start of the trial."}
    assert {line.items[-1].partition(" ")[0] for line in told} <= {"Added", "Changed", "Moved", "Removed"}
