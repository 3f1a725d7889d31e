from __future__ import annotations

import pytest

from watcher.changes.families.eligibility.criterion_direction import direction
from watcher.changes.families.eligibility.headings import Section
from watcher.changes.families.eligibility.rewording import level

INCLUSION, EXCLUSION = Section.INCLUSION, Section.EXCLUSION


@pytest.mark.parametrize(
    ("old", "new", "section", "expected"),
    [
        ("Age ≥ 18 years", "Age ≥ 12 years", INCLUSION, "relaxed"),
        ("Age \\>= 18 years", "Age \\> 18 years.", INCLUSION, "tightened"),
        ("HbA1c 7-10", "HbA1c 7-11", INCLUSION, "relaxed"),
        ("HbA1c 7 to 10 %", "HbA1c 8 to 10 %", INCLUSION, "tightened"),
        ("HbA1c > 10", "HbA1c > 11", EXCLUSION, "relaxed"),
        ("HbA1c > 10", "HbA1c > 9", EXCLUSION, "tightened"),
        ("Life expectancy of at least 3 months", "Life expectancy of at least 1 year", INCLUSION, "tightened"),
        ("Chemotherapy within 4 weeks", "Chemotherapy within 14 days", EXCLUSION, "relaxed"),
        ("between 18 and 75 years", "between 18 and 80 years", INCLUSION, "relaxed"),
        ("18 years of age or older", "16 years of age or older", INCLUSION, "relaxed"),
        ("Score 10 or below", "Score 12 or below", INCLUSION, "relaxed"),
        ("Stable, at most 2 drugs", "Stable, at most 3 drugs", INCLUSION, "relaxed"),
        ("6 months to 5 years", "3 months to 5 years", INCLUSION, "relaxed"),
        ("BMI ≥ 20 and ECOG ≤ 1", "BMI ≥ 20 and ECOG ≤ 2", INCLUSION, "relaxed"),
        ("≥ 18 years at informed consent", "≥ 16 years at informed consent", INCLUSION, "relaxed"),
        ("QTc ≤ 450 for men and ≤ 470 for women", "QTc ≤ 450 for men and ≤ 480 for women", INCLUSION, "relaxed"),
    ],
)
def test_a_direction_is_given_where_a_number_or_unit_proves_it(old, new, section, expected):
    assert direction(old, new, section) == expected


@pytest.mark.parametrize(
    ("old", "new", "section"),
    [
        ("Age ≥ 18 years", "Age ≥ 12 years", Section.OPEN),
        ("No chemotherapy within 4 weeks", "No chemotherapy within 2 weeks", INCLUSION),
        ("Willing to fast for up to 4 hours", "Willing to fast for up to 8 hours", INCLUSION),
        ("Within 12 months", "Within 12 months (single) or 15 months (tandem)", INCLUSION),
        ("Lesion ≥ 5 cm", "Lesion ≥ 5 mm", INCLUSION),
        ("Stage 2 disease", "Stage 3 disease", INCLUSION),
        ("Score 4-8", "Score 6-10", INCLUSION),
        ("BMI ≥ 20 and ECOG ≤ 1", "BMI ≥ 18 and ECOG ≤ 2", INCLUSION),
        ("Age ≥ 18 years", "Age ≥ 18 years.", INCLUSION),
        ("Interval > 4", "Interval > 4 weeks", INCLUSION),
        ("Age ≥ 12 months", "Age ≥ 1 years", INCLUSION),
        ("Signed assent of participants < 18 years", "Signed assent of participants < 19 years", INCLUSION),
        ("Parental permission, age < 18 years", "Parental permission, age < 19 years", INCLUSION),
        ("Score for new patients > 12 years", "Score for new patients > 16 years", INCLUSION),
        ("Lansky score (for children aged ≤ 12 years)", "Lansky score (for children aged ≤ 16 years)", INCLUSION),
        ("Hemoglobin ≥ 9, or ≥ 8 in those under 6 years", "Hemoglobin ≥ 9, or ≥ 8 in those under 12 years", INCLUSION),
    ],
)
def test_no_direction_is_given_without_proof(old, new, section):
    assert direction(old, new, section) is None


@pytest.mark.parametrize(
    ("old", "new", "expected", "why"),
    [
        ("Age \\>= 18 years", "Age ≥18 years.", "noise", "only spacing, markup, punctuation or case differs"),
        ("Patients with asthma", "Participants with asthma", "minor", "only words that mean the same"),
        ("Written consent", "Signed written consent", "major", "words differ that may change who is meant"),
        ("Age ≥ 18", "Age ≥ 16", "major", "a number or a comparison changed"),
        ("Stage II disease", "Stage III disease", "major", "a number or a comparison changed"),
        ("Age ≥ 18", "Age > 18", "major", "a number or a comparison changed"),
        ("Lesion of 5 cm", "Lesion of 5 mm", "major", "what stands beside a number changed"),
        ("Able to swallow", "Not able to swallow", "major", "a negation changed"),
        ("Known asthma or cough", "Known asthma", "major", "a limiting word changed"),
        ("Cancer, asthma, cough", "Cancer, asthma", "major", "an item of a list changed"),
        ("Cancer, asthma, cough", "Cancer, eczema, cough", "major", "an item of a list changed"),
        ("Severe eczema now", "Severe psoriasis now", "major", "a listed condition changed"),
        ("Good general health state", "Poor mental bodily state", "major", "words differ that may change who is meant"),
        ("Fit people", "People who are fit for surgery", "major", "words differ that may change who is meant"),
    ],
)
def test_a_rewording_is_loud_when_it_may_change_who_is_meant(old, new, expected, why):
    severity, reason = level(old, new, conditions=frozenset({"psoriasis"}))
    assert (severity.value, reason.startswith(why)) == (expected, True), reason


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Patients will sign", "Participants must sign"),
        ("Tumours of the colon", "Tumor of colon"),
        ("Haematological disease", "Hematologic disease"),
        ("A breast-feeding woman", "The breastfeeding woman"),
        ("18 years old", "18 years of age"),
        ("Able to consent", "Capable to consent"),
        ("Stabilised disease", "Stabilized diseases"),
        ("Agree to be recieved", "Agrees to be received"),
        ("Biopsies taken", "Biopsy taken"),
        ("Surgery prior to enrolment", "Surgery before enrollment"),
    ],
)
def test_words_that_say_the_same_are_minor(old, new):
    assert level(old, new)[0].value == "minor"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Treated disease", "Untreated disease"),
        ("Symptomatic angina", "Asymptomatic angina"),
        ("Invasive cancer", "Noninvasive cancer"),
        ("Typical features", "Atypical features"),
        ("Hypotension at rest", "Hypertension at rest"),
        ("Hypoglycemia", "Hyperglycemia"),
        ("Able to walk", "Unable to walk"),
        ("Mild asthma", "Severe asthma"),
        ("First line", "Second line"),
        ("Latent tuberculosis", "Active tuberculosis"),
        ("Before surgery", "After surgery"),
        ("Asthma and COPD", "Asthma or COPD"),
        ("Male subjects", "Female subjects"),
        ("Stage II", "Stage III"),
        ("Breast cancer", "Lung cancer"),
        ("Prior docetaxel", "Prior paclitaxel"),
        ("Dysphagia present", "Dysphasia present"),
        ("Prednisone use", "Prednisolone use"),
        ("Four doses", "For doses"),
        ("Systolic pressure", "Diastolic pressure"),
        ("Resectable", "Unresectable"),
        ("Left ventricle", "Right ventricle"),
        ("Current smoker", "Former smoker"),
        ("Consent", "No consent"),
        ("Patients must not smoke", "Patients must smoke"),
        ("Drugs that are allowed", "Drugs that are prohibited"),
    ],
)
def test_a_word_that_may_turn_the_meaning_is_major_however_small(old, new):
    assert level(old, new)[0].value == "major"
    assert level(new, old)[0].value == "major"
