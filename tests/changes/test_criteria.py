from __future__ import annotations

import time

import pytest

from tests.changes.real import all_paths, load, needs_records
from watcher.changes.families.eligibility.criteria import key, split, split_alike
from watcher.changes.families.eligibility.criteria_pairs import likeness, pair, stems
from watcher.changes.families.eligibility.headings import Section
from watcher.changes.wording.values import plain


def read(text: str) -> list[tuple[str, str]]:
    return [(criterion.section.value, criterion.text) for criterion in split(text)]


def test_a_text_is_cut_under_its_two_headings():
    assert read("Inclusion Criteria:\n\n* Adults\n* Signed consent\n\nExclusion Criteria:\n\n* Pregnancy") == [
        ("inclusion", "Adults"),
        ("inclusion", "Signed consent"),
        ("exclusion", "Pregnancy"),
    ]


@pytest.mark.parametrize(
    "heading",
    [
        "Inclusion Criteria:",
        "Key Inclusion Criteria:",
        "Inclusion criteria",
        "* INCLUSION CRITERIA:",
        "Main Inclusion Criteria:",
        "Inclusion:",
        "List of inclusion criteria:",
        "Inclusion criteria include:",
        "Inclusion Criterion",
    ],
)
def test_headings_come_in_many_forms(heading):
    assert read(f"{heading}\n\n* Adults") == [("inclusion", "Adults")]


def test_non_inclusion_is_exclusion():
    assert read("Non-Inclusion Criteria:\n\n* Pregnancy") == [("exclusion", "Pregnancy")]


@pytest.mark.parametrize(
    "line",
    [
        "Not meeting the inclusion criteria",
        "Subjects not meeting inclusion criteria:",
        "Other protocol-defined inclusion/exclusion criteria apply.",
        "Further exclusion criteria apply.",
        "Diabetes for more than 6 months prior to inclusion.",
        "Pregnancy is not a criterion for exclusion.",
        "Unwilling to fulfil any exclusion criteria",
    ],
)
def test_a_sentence_that_names_the_criteria_is_no_heading(line):
    assert read(f"Inclusion Criteria:\n\n* Adults\n* {line}")[1:] == [("inclusion", line)]


@pytest.mark.parametrize("sign", ["*", "-", "•", "1.", "1)", "(1)", "a.", "\\*", "1\\.", "i)", "* •", "– "])
def test_list_signs_are_no_part_of_a_criterion(sign):
    assert read(f"Inclusion Criteria:\n\n{sign} Adults aged 18")[0] == ("inclusion", "Adults aged 18")


def test_nested_points_and_paragraphs_belong_to_their_bullet():
    text = """Inclusion Criteria:

* Adequate organ function:

  * ANC \\>= 1.5
  * Platelets \\> 100

  measured at screening
* Consent

Exclusion Criteria:

1. Prior surgery
   of any kind
"""
    assert read(text) == [
        ("inclusion", "Adequate organ function: • ANC >= 1.5 • Platelets > 100 measured at screening"),
        ("inclusion", "Consent"),
        ("exclusion", "Prior surgery of any kind"),
    ]


def test_paragraphs_are_criteria_where_there_are_no_bullets():
    text = "INCLUSION CRITERIA:\n\nAge of 5 to 80 years.\n\nAbility to consent.\n\nEXCLUSION CRITERIA:\n\nPregnancy."
    assert read(text) == [
        ("inclusion", "Age of 5 to 80 years."),
        ("inclusion", "Ability to consent."),
        ("exclusion", "Pregnancy."),
    ]


def test_cohort_headings_stay_with_their_criteria():
    text = """Inclusion Criteria:

Cohort A:

* Adults

Inclusion criteria for patients with asthma

* Wheeze

Part 2 Key Exclusion Criteria:

* Pregnancy

DISEASE CHARACTERISTICS:

* Stage II
"""
    assert [(c.section.value, c.cohort, c.text) for c in split(text)] == [
        ("inclusion", "Cohort A", "Adults"),
        ("inclusion", "Inclusion criteria for patients with asthma", "Wheeze"),
        ("exclusion", "Part 2 Key Exclusion Criteria", "Pregnancy"),
        ("exclusion", "DISEASE CHARACTERISTICS", "Stage II"),
    ]


def test_positions_run_on_within_a_section():
    text = "Inclusion Criteria:\n\n* A1\n\nExclusion Criteria:\n\n* B1\n\nCohort 2 Inclusion Criteria:\n\n* A2"
    assert [(c.section.value, c.position) for c in split(text)] == [
        ("inclusion", 0),
        ("exclusion", 0),
        ("inclusion", 1),
    ]


def test_a_heading_may_run_into_its_first_criterion_or_stand_in_mid_line():
    assert read("Inclusion Criteria: Adults with pain. Exclusion Criteria: Pregnancy") == [
        ("inclusion", "Adults with pain."),
        ("exclusion", "Pregnancy"),
    ]
    assert read("Exclusion Criteria:1. Pregnancy\n2. Surgery") == [("exclusion", "Pregnancy"), ("exclusion", "Surgery")]


def test_an_introduction_that_holds_a_whole_section_is_unfolded():
    text = "Inclusion Criteria:\n\n* Participants must have all of these:\n\n  1. Adults\n  2. Consent\n     in writing"
    assert read(text) == [
        ("inclusion", "Participants must have all of these:"),
        ("inclusion", "Adults"),
        ("inclusion", "Consent in writing"),
    ]


def test_an_introduction_with_one_nested_point_stays_one_criterion():
    assert read("Inclusion Criteria:\n\n* Must have:\n\n  * Consent") == [("inclusion", "Must have: • Consent")]


def test_bullets_before_any_heading_are_neither():
    assert read("* Adults\n* Consent") == [("open", "Adults"), ("open", "Consent")]


@pytest.mark.parametrize("text", ["", "Adults with back pain who can consent.", "Two paragraphs.\n\nWithout any list."])
def test_a_text_without_heading_and_list_cannot_be_cut(text):
    assert split(text) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Age \\>= 18 years", "Age ≥18 years."),
        ("Age => 18", "age ≥ 18"),
        ("HbA1c < = 7", "HbA1c ≤ 7"),
        ("Weight \\[kg\\]; stable", "weight [kg], stable"),
        ("1,000 cells", "1000 cells"),
        ("7–10 %", "7-10%"),
        ("kg/m²", "kg/m2"),
        ("Patient’s consent", "patient's consent"),
        ("a  b\n c", "A b c"),
        ("&gt; 3", "> 3"),
    ],
)
def test_form_is_left_out_of_the_key(one, other):
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("≥ 18", "> 18"),
        ("1.5", "15"),
        ("T-score -2.5", "T-score 2.5"),
        ("7-10", "7 10"),
        ("10⁹", "109"),
        ("not able", "able"),
        ("5 %", "5"),
    ],
)
def test_meaning_stays_in_the_key(one, other):
    assert key(one) != key(other)


INCLUSION = "Inclusion Criteria:\n\n"


def paired(old: str, new: str) -> tuple[list[tuple[str, str]], list[str], list[str]]:
    found = pair(split(old), split(new))
    return (
        [(one.text, other.text) for one, other in found.pairs if one.raw != other.raw],
        [criterion.text for criterion in found.removed],
        [criterion.text for criterion in found.added],
    )


def test_equal_criteria_are_paired_wherever_they_stand():
    old = INCLUSION + "* Adults\n* Consent given\n* Pain"
    assert paired(old, INCLUSION + "* Pain\n* Adults\n* Consent given") == ([], [], [])


def test_repeated_criteria_are_paired_one_by_one():
    assert paired(INCLUSION + "* Consent\n* Consent", INCLUSION + "* Consent\n* Consent\n* Consent")[1:] == (
        [],
        ["Consent"],
    )


def test_a_reworded_criterion_between_equal_neighbours_is_paired():
    old = INCLUSION + "* Adults\n* Patients diagnosed with asthma by spirometry\n* Consent"
    new = INCLUSION + "* Adults\n* Asthma, with a diagnosis by lung function\n* Consent"
    pairs, removed, added = paired(old, new)
    assert (len(pairs), removed, added) == (1, [], [])


def test_unrelated_criteria_in_one_place_are_removed_and_added():
    old = INCLUSION + "* Adults\n* Life expectancy of a year\n* Consent"
    new = INCLUSION + "* Adults\n* Measurable tumour lesion\n* Consent"
    assert paired(old, new) == ([], ["Life expectancy of a year"], ["Measurable tumour lesion"])


def test_a_reworded_criterion_that_moved_is_found_by_its_words():
    old = INCLUSION + "* Adequate renal function with creatinine below 1.5 mg\n* B one\n* C two"
    new = INCLUSION + "* B one\n* C two\n* D three\n* Adequate renal function with creatinine below 2.0 mg"
    pairs, removed, added = paired(old, new)
    assert [other for _, other in pairs] == ["Adequate renal function with creatinine below 2.0 mg"]
    assert (removed, added) == ([], ["D three"])


def test_a_criterion_goes_over_to_the_other_section():
    old = INCLUSION + "* Adults\n* Prior brain surgery with full recovery\n\nExclusion Criteria:\n\n* Pregnancy"
    new = INCLUSION + "* Adults\n\nExclusion Criteria:\n\n* Pregnancy\n* Prior brain surgery with full recovery"
    found = pair(split(old), split(new))
    moved = [(one.section, other.section) for one, other in found.pairs if one.section is not other.section]
    assert moved == [(Section.INCLUSION, Section.EXCLUSION)]
    assert (found.removed, found.added) == ((), ())


def test_criteria_of_two_cohorts_are_kept_apart():
    text = "Inclusion Criteria:\n\nCohort A:\n\n* Consent\n\nCohort B:\n\n* Consent"
    found = pair(split(text), split(text.replace("Cohort A:\n\n* Consent", "Cohort A:\n\n* Assent of the child")))
    assert [one.cohort for one, other in found.pairs if one.key == other.key] == ["Cohort B"]


def test_words_that_tell_nothing_do_not_make_criteria_alike():
    assert likeness(stems("the patients with this"), stems("those patients in that")) < 0.5
    assert likeness(frozenset(), frozenset()) == 1.0
    assert stems("the of") == {"the", "of"}


def reworded(count):
    lines = [
        f"* Condition alpha{n} with value {n} and marker beta{n % 50} measured in week {n % 9}" for n in range(count)
    ]
    old = split(INCLUSION + "\n".join(lines))
    return old, split(INCLUSION + "\n".join(line.replace("measured", "assessed") for line in lines))


@pytest.mark.usefixtures("untraced")
def test_pairing_600_reworded_criteria_is_right_and_grows_with_their_number_and_not_its_square():
    def seconds(count):
        old, new = reworded(count)
        taken = []
        for _ in range(3):
            start = time.process_time()
            pair(old, new)
            taken.append(time.process_time() - start)
        return min(taken)

    assert seconds(1200) < 20 * seconds(200)  # six times as many; the square would be 36 times
    found = pair(*reworded(600))
    assert all(one.position == other.position for one, other in found.pairs)
    assert len(found.pairs) == 600


@needs_records
def test_real_texts_lose_no_word_when_cut():
    for path in all_paths():
        text = load(path)["protocolSection"].get("eligibilityModule", {}).get("eligibilityCriteria", "")
        criteria = split(text)
        if not criteria:
            continue
        kept = sum(len(criterion.text) for criterion in criteria)
        named = {name for criterion in criteria for name in (criterion.cohort, criterion.lead_in) if name}
        headings = sum(len(line) for line in text.split("\n") if "riteri" in line or plain(line).rstrip(":; ") in named)
        assert kept + headings >= 0.85 * len(" ".join(text.split())), path.name


@needs_records
def test_most_real_texts_are_cut_into_inclusion_and_exclusion():
    texts = [
        load(path)["protocolSection"].get("eligibilityModule", {}).get("eligibilityCriteria") for path in all_paths()
    ]
    cut = [{criterion.section for criterion in split(text)} for text in texts if text]
    assert sum({Section.INCLUSION, Section.EXCLUSION} <= sections for sections in cut) >= 0.95 * len(cut)


def test_a_table_belongs_to_the_criterion_before_it_and_stays_readable():
    table = "| Age | Dose |\n|---|:--|\n| 18-30 | 5<br>mg |\n| \\>30 | |"
    rows = table.partition("\n")[2]
    text = f"Inclusion Criteria:\n\n* Dose per table:\n\n{table}\n* Consent\n\n{rows}"
    assert read(text) == [
        ("inclusion", "Dose per table: Age: 18-30, Dose: 5; mg; Age: >30"),
        ("inclusion", "Consent 18-30, 5; mg; >30"),
    ]


def test_line_breaks_and_points_in_html_are_lines_and_points():
    assert read("Inclusion Criteria:<br>* Adults<br/>* Consent &lt; 1 day<BR />Exclusion Criteria:<br>* Pregnancy") == [
        ("inclusion", "Adults"),
        ("inclusion", "Consent < 1 day"),
        ("exclusion", "Pregnancy"),
    ]
    assert read("<ul><li>Adults</li><li><b>Consent</b></li></ul>") == [("open", "Adults"), ("open", "Consent")]


def test_headings_of_strata_are_no_criteria():
    text = "Inclusion Criteria:\n\nStratum 1\n\n* Adults\n\nStratum 2\n\n* Children"
    assert [(one.cohort, one.text) for one in split(text)] == [("Stratum 1", "Adults"), ("Stratum 2", "Children")]


def shared_out(old: str, new: str) -> tuple[list[tuple[str, list[str]]], list[tuple[list[str], str]], int]:
    found = pair(split(INCLUSION + old), split(INCLUSION + new))
    return (
        [(whole.text, [part.text for part in parts]) for whole, parts in found.split],
        [([part.text for part in parts], whole.text) for parts, whole in found.merged],
        len(found.removed) + len(found.added),
    )


@pytest.mark.parametrize(
    ("whole", "parts"),
    [
        ("Severe asthma or chronic bronchitis", ["Severe asthma", "Chronic bronchitis"]),
        (
            "Adequate renal function. Platelets above 100. No infection",
            ["Adequate renal function", "Platelets above 100", "No infection"],
        ),
        (
            "Stroke, heart attack or embolism within the past 6 months",
            ["Stroke within the past 6 months", "Heart attack or embolism within the past 6 months"],
        ),
    ],
)
def test_a_criterion_cut_up_is_split_and_the_reverse_is_merged(whole, parts):
    listed = "\n".join(f"* {part}" for part in parts)
    assert shared_out(f"* Adults\n* {whole}", f"* Adults\n{listed}") == ([(whole, parts)], [], 0)
    assert shared_out(f"* Adults\n{listed}", f"* Adults\n* {whole}") == ([], [(parts, whole)], 0)


def test_a_criterion_that_takes_over_the_end_of_a_reworded_one_is_its_part():
    old = "* Documented asthma for one year, stable on inhaled steroids, without exacerbation in the last quarter"
    new = "* Asthma known for at least one year, stable on inhaled steroids\n* Exacerbation in the last quarter"
    assert len(shared_out(old, new)[0]) == 1


def test_a_new_criterion_with_words_of_its_own_is_added_and_not_split_off():
    old = "* Adequate renal function and normal liver enzymes"
    new = f"{old}\n* Adequate cardiac reserve"
    assert shared_out(old, new) == ([], [], 1)
    assert shared_out("* Pregnancy or lactation", "* Pregnancy or lactation\n* Lactation") == ([], [], 1)


@pytest.mark.usefixtures("untraced")
def test_splits_are_found_in_time_that_grows_with_their_number_and_not_its_square():
    def seconds(count):
        lines = [f"* Marker alpha{n} raised in blood and sign beta{n} present in urine" for n in range(count)]
        cut = [line.replace(" and ", "\n* ") for line in lines]
        old, new = split(INCLUSION + "\n".join(lines)), split(INCLUSION + "\n".join(cut))
        taken = []
        for _ in range(3):
            start = time.process_time()
            found = pair(old, new)
            taken.append(time.process_time() - start)
        assert (len(found.split), found.removed, found.added) == (count, (), ())
        return min(taken)

    assert seconds(600) < 20 * seconds(100)  # six times as many; the square would be 36 times


def test_a_line_of_nothing_but_headings_does_not_exhaust_the_stack():
    for line in ("Exclusion Criteria: " * 5000, "x. Exclusion Criteria: " * 5000):
        assert split(line + "Pregnancy")[-1].section is Section.EXCLUSION


def test_a_point_beside_an_introduction_leaves_the_points_under_it_criteria():
    under = "\n".join(f"  {number}. {what}" for number, what in enumerate(("Adults", "Asthma", "Consent"), 1))
    text = f"Inclusion Criteria:\n\n* Subjects must meet all of the following criteria:\n\n{under}\n"
    old, new = split_alike(text, text.replace("\n\n* ", "\n\n* Owns a smartphone\n* "))
    assert [one.text for one in old][1:] == ["Adults", "Asthma", "Consent"]
    assert [one.text for one in new] == ["Owns a smartphone", *(one.text for one in old)]
