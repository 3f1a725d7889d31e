from __future__ import annotations

import pytest

from tests.changes.headings import REAL, REAL_LISTED, REAL_SENTENCES, SPELT
from watcher.changes.families.eligibility.criteria import split
from watcher.changes.families.eligibility.headings import Section, residue

FLAT = [(line, said) for said, lines in REAL.items() for line in lines]
FLAT_LISTED = [(line, said) for said, lines in REAL_LISTED.items() for line in lines]


def sections(line: str, before: str, between: str = "\n\n") -> list[tuple[str, str]]:
    """Cut a text in which a line stands between the criteria of a section and one more criterion."""
    text = f"{before} Criteria:\n\n* Known before\n* Known again{between}{line}\n\n* Prior therapy"
    return [(criterion.section.value, criterion.text) for criterion in split(text)]


@pytest.mark.parametrize("before", ["Inclusion", "Exclusion"])
@pytest.mark.parametrize(("line", "said"), [*FLAT, *SPELT])
def test_an_unlisted_line_is_read_by_its_words(line, said, before):
    found = sections(line, before)
    expected = before.lower() if said in ("keep", "item") else said
    assert found[-1] == (expected, "Prior therapy")
    assert len(found) == (4 if said == "item" else 3)


@pytest.mark.parametrize("before", ["Inclusion", "Exclusion"])
@pytest.mark.parametrize(("line", "said"), FLAT_LISTED)
def test_a_listed_line_is_a_heading_only_where_it_says_no_more(line, said, before):
    found = sections(line, before, "\n")
    assert found[-1] == (before.lower() if said == "item" else said, "Prior therapy")
    assert len(found) == (4 if said == "item" else 3)


@pytest.mark.parametrize(("line", "said"), REAL_SENTENCES)
def test_a_sentence_in_front_of_a_list_is_read_by_what_it_says_of_everybody(line, said):
    before = "Inclusion" if said == "exclusion" else "Exclusion"
    assert sections(line, before)[2:] == [(said, "Prior therapy")]
    assert sections(line, said.capitalize())[2:] == [(said, "Prior therapy")]


@pytest.mark.parametrize(
    "line",
    [
        "Women of childbearing potential must not be:",
        "Participant must:",
        "To participate, subjects must meet all of the following criteria:",
        "Patients with treated brain metastases are eligible if:",
        "Participants who are not eligible for surgery must have had:",
        "The following are exceptions to this criterion:",
    ],
)
@pytest.mark.parametrize("before", ["Inclusion", "Exclusion"])
def test_a_sentence_that_could_be_read_either_way_never_turns_the_section(line, before):
    other = {"Inclusion": "exclusion", "Exclusion": "inclusion"}[before]
    assert sections(line, before)[-1][0] != other


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Participants will be excluded if they meet any of the following:", "exclusion"),
        ("Patients with any of the following are not eligible:", "exclusion"),
        ("Withdrawal criteria:", "open"),
        ("You cannot take part if:", "open"),
    ],
)
def test_an_introduction_right_below_a_list_is_no_part_of_the_criterion_above_it(line, said):
    text = f"Inclusion Criteria:\n\n* Adults\n* Consent\n{line}\n\n* Pregnant"
    assert [(one.text, str(one.section)) for one in split(text)][1:] == [("Consent", "inclusion"), ("Pregnant", said)]


def test_a_heading_may_hold_its_first_criterion():
    assert [
        (one.section.value, one.text) for one in split("Inclusión: Adultos\n\nCriterios de exclusión： Embarazo")
    ] == [
        ("inclusion", "Adultos"),
        ("exclusion", "Embarazo"),
    ]
    assert [(one.section.value, one.text) for one in split("**Exclusion Criteria:** Pregnancy \\> 12 weeks")] == [
        ("exclusion", "Pregnancy > 12 weeks")
    ]


@pytest.mark.parametrize(
    ("title", "rest"),
    [
        ("Key Exclusion Criteria", ""),
        ("Exclusion Criteria include, but are not limited to", ""),
        ("Exclusion Criteria (abbreviated)", ""),
        ("2. Ausschlusskriterien", ""),
        ("Exclusion Criteria, Phase 1b", "phase 1 b"),
        ("Phase 1b: Exclusion Criteria", "phase 1 b"),
    ],
)
def test_what_a_heading_says_beside_its_section_is_told_apart(title, rest):
    assert residue(title) == rest


def test_a_line_without_words_is_neither_heading_nor_criterion():
    text = "Inclusion Criteria\n------\n\n* Adults\n\n\\-\n\n* Consent\n\n***"
    assert [(one.section, one.text) for one in split(text)] == [
        (Section.INCLUSION, "Adults"),
        (Section.INCLUSION, "Consent"),
    ]
