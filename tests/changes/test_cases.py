"""Every edited pair of real records: its level and its headline, or, where nothing of note is told, its sentence."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.changes.real import case, needs_cases
from tests.changes.telling import story
from watcher.changes.compare import compare_records
from watcher.changes.model import Severity
from watcher.changes.wording.say import phrase

_HEADS = ("abbr", "ascii", "bare", "bold", "colondash", "dot", "fr", "fullwidth", "include", "keywith", "numbered")
ROWS: tuple[tuple[str, str, str], ...] = (
    *((f"head_{head}", "major", "Exclusion criterion added: “Prior PD-1 therapy”") for head in _HEADS),
    (
        "Belgium_sites_were_suspended_before_opening_suspended_again_",
        "major",
        "1 site withdrawn in Liege, Belgium; no site planned to recruit any longer in Belgium",
    ),
    (
        "IPD_description_edited",
        "minor",
        "Data sharing statement edited: now “Data not available until 2030”, before “Data on request”",
    ),
    (
        "OS_primary_replaced_by_PFS",
        "critical",
        "Overall Survival (OS) dropped as primary outcome, Progression-free survival (PFS) in its place",
    ),
    ("code_name_to_INN_known_other_name_", "minor", "Intervention renamed: now “Ozempic”, before “Semaglutide”"),
    (
        "collaborator_swapped_Providence_Healthcare_Kaiser_Permanente",
        "minor",
        "Collaborator Kaiser Permanente added, Providence Healthcare removed",
    ),
    (
        "collaborator_swapped_U_Toronto_University_of_British_Columbi",
        "minor",
        "Collaborator University of British Columbia added, University of Toronto removed",
    ),
    (
        "comparator_drug_swapped_Docetaxel_to_Ramucirumab_same_descri",
        "critical",
        "Intervention “Docetaxel” removed, “Ramucirumab” added",
    ),
    (
        "country_renamed_by_registry_Hong_Kong_South_Korea_respelt",
        "noise",
        "Sites, country changed from South Korea to Korea, South.",
    ),
    (
        "criterion_moved_exclusion_to_inclusion_negated",
        "major",
        "Moved from exclusion (“Body mass index <20 kg/m2”) to inclusion (“Body mass index ≥20 kg/m2”)",
    ),
    (
        "criterion_split_in_two",
        "minor",
        "Exclusion criterion split into two: “Has any of the following within the past 6 months…”",
    ),
    ("death_added_to_adverse_events", "major", "Posted results edited: deaths in “Semaglutide” 0 → 3"),
    (
        "department_added_to_facility",
        "noise",
        "A site is listed under another name or address: now “Hospital de la Plana, Allergy Department, Castellon”",
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
        "enrollment_ACTUAL_42_to_ESTIMATED_60_reopening_",
        "major",
        "Enrollment planned again: 60 participants, after an actual count of 42",
    ),
    (
        "facility_suffix_Site_0001_added_to_all_no_zip",
        "noise",
        "18 sites listed under another name or address: “Hospital Vega Baja ( Site 0000), Orihuela”, before “Hospital"
        " Vega Baja, Orihuela”; and 17 more.",
    ),
    ("head_one", "major", "Exclusion criterion added (under “Exclusion Criteria 1”): “Prior PD-1 therapy”"),
    ("heading_only_colon", "noise", "Eligibility text laid out in another way; its criteria are the same."),
    ("heading_only_dash", "noise", "Eligibility text laid out in another way; its criteria are the same."),
    (
        "lead_sponsor_University_of_Washington_Washington_University",
        "major",
        "Lead sponsor changed from University of Washington to Washington University School of Medicine",
    ),
    ("lead_sponsor_acquired_Seagen_Pfizer", "major", "Lead sponsor changed from Seagen Inc. to Pfizer"),
    (
        "lead_sponsor_legal_form",
        "minor",
        "Lead sponsor renamed from Acme Therapeutics to Acme Therapeutics, Inc., a Beta Company",
    ),
    ("mask_all_real_X", "noise", "58 sites now hidden as “Research Site”"),
    (
        "masking_DOUBLE_to_NONE_allocation_randomised_to_NA_model_sin",
        "major",
        "Randomized, double-blind, parallel groups → open, one group",
    ),
    ("new_country_added_as_withdrawn", "noise", "Site added in Belgium: CHU Liège, Liège (listed as withdrawn)."),
    (
        "one_site_COMPLETED_RECRUITING_only_in_Canada_",
        "minor",
        "Site now recruiting in Canada: Toronto General Hospital, University Health Network, Toronto",
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
    ("reference_retraction_notice_appended", "major", "Retraction noted for publication “Semaglutide in T1D”"),
    (
        "restated_with_results",
        "critical",
        "Results posted, primary outcome “Mean Area Under the Curve Change From Baseline…” restated with the results",
    ),
    ("results_outcome_p_value_edited", "major", "Posted results edited: p-value in “R2*” 0.04 → 0.4"),
    (
        "sex_ALL_to_FEMALE_healthy_false_to_true",
        "major",
        "Sex changed from All to Female (narrowed); healthy volunteers are now accepted (widened)",
    ),
    ("sex_removed", "major", "Sex no longer given; it was All"),
    (
        "site_renamed_same_city_no_zip_one_word_shared",
        "noise",
        "A site is listed under another name or address: now “Hospital Vega Baja de Orihuela, Orihuela”",
    ),
    ("start_type_missing_in_old_legacy_estimated_in_new", "minor", "Start 2 months later, now Jun 2024"),
    (
        "swap_Currently_pregnant_Previously_pregnant",
        "major",
        "Exclusion criterion reworded: now “Previously pregnant”, before “Currently pregnant”",
    ),
    (
        "swap_First_line_chemotherapy_Second_line_chemotherapy",
        "major",
        "Exclusion criterion reworded: now “Second-line chemotherapy”, before “First-line chemotherapy”",
    ),
    (
        "swap_Mild_asthma_Severe_asthma",
        "major",
        "Exclusion criterion reworded: now “Severe asthma”, before “Mild asthma”",
    ),
    (
        "swap_Patients_willing_to_comply_Participants_willing_to_comp",
        "minor",
        "Exclusion criterion reworded: now “Participants willing to comply”, before “Patients willing to comply”",
    ),
    (
        "swap_Unable_to_swallow_tablets_Able_to_swallow_tablets",
        "major",
        "Exclusion criterion reworded: now “Able to swallow tablets”, before “Unable to swallow tablets”",
    ),
    (
        "swap_Uncontrolled_hypertension_Controlled_hypertension",
        "major",
        "Exclusion criterion reworded: now “Controlled hypertension”, before “Uncontrolled hypertension”",
    ),
    (
        "swap_Untreated_brain_metastases_Treated_brain_metastases",
        "major",
        "Exclusion criterion reworded: now “Treated brain metastases”, before “Untreated brain metastases”",
    ),
    (
        "table_in_criteria",
        "major",
        "Inclusion criterion reworded: “Diabetes duration of ≥5…” → “Diabetes duration per table: Age: 18-30…”",
    ),
    (
        "whole_criteria_in_Spanish",
        "major",
        "Eligibility criteria rewritten: 27 criteria before, 4 criteria now, none of them word for word the same",
    ),
)
"""Name of the pair, its level, its headline; at noise the beginning of the first quiet sentence."""

_BROKEN = re.compile(r"\bNone\b|\.”\.|\.\.|…\.|  |“”|\b[A-Z]+_[A-Z]+\b|\b(?:edited|changed)$")


def told(name: str) -> tuple[str, str, str]:
    """Return level and headline of a pair, and everything said of it."""
    old, new = case(name)
    comparison = compare_records(old, new)
    claimed = {index for change in comparison.changes for index in change.edits}
    assert claimed == set(range(len(comparison.edits)))
    found = story(comparison, record=new)
    quiet = [one for one in comparison.changes if not one.kind.startswith("admin.")]
    said = "\n".join(phrase(one).sentence for one in quiet)
    if found is not None:
        return found.severity.value, found.headline, said
    return Severity.NOISE.value, phrase(quiet[0]).sentence, said


@needs_cases
@pytest.mark.parametrize(("name", "level", "headline"), ROWS, ids=[name for name, *_ in ROWS])
def test_the_pair_reads_as_asked(name, level, headline):
    found, lead, said = told(name)
    assert found == level
    assert lead.startswith(headline) if level == Severity.NOISE.value else lead == headline
    for line in (lead, *said.split("\n")):
        assert _BROKEN.search(line) is None, line


@needs_cases
def test_no_pair_is_left_out():
    folder = Path(os.environ.get("TRIAL_CASES", "")) / "compare"
    asked = set(re.findall(r"^\| `([^`]+)` \|", (folder / "README.md").read_text("utf-8"), re.MULTILINE))
    assert asked == {name for name, *_ in ROWS}
