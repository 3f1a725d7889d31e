"""Edited pairs of real records: who may take part, told as what it is."""

from __future__ import annotations

import pytest

from tests.changes.real import case, needs_cases
from tests.changes.telling import story
from watcher.changes.compare import compare_records
from watcher.changes.model import Change, Severity, Story
from watcher.changes.wording.say import phrase

HEADS = (
    "abbr",
    "ascii",
    "bare",
    "bold",
    "colondash",
    "dot",
    "fr",
    "fullwidth",
    "include",
    "keywith",
    "numbered",
    "one",
)


def told(name: str) -> list[Change]:
    """Return what is told of eligibility, noise left out."""
    changes = compare_records(*case(name)).changes
    return [one for one in changes if one.kind.startswith("eligibility.") and one.severity is not Severity.NOISE]


def the_story(name: str) -> Story:
    found = story(compare_records(*case(name)), record=case(name)[1])
    assert found is not None
    return found


@needs_cases
@pytest.mark.parametrize("head", HEADS)
def test_what_is_added_under_any_spelling_of_the_heading_is_an_exclusion(head):
    (change,) = told(f"head_{head}")
    assert (change.kind, change.facts["section"]) == ("eligibility.criterion.added", "exclusion")
    assert the_story(f"head_{head}").headline.startswith("Exclusion criterion added")


@needs_cases
@pytest.mark.parametrize("name", ["heading_only_colon", "heading_only_dash"])
def test_a_heading_respelt_is_noise_and_claimed(name):
    comparison = compare_records(*case(name))
    assert told(name) == []
    assert {index for change in comparison.changes for index in change.edits} == set(range(len(comparison.edits)))


@needs_cases
def test_a_criterion_cut_in_two_is_told_as_split_and_is_not_critical():
    (change,) = told("criterion_split_in_two")
    assert (change.kind, change.severity) == ("eligibility.criterion.split", Severity.MINOR)
    said = phrase(change).sentence
    assert "split into two" in said
    assert "cerebrovascular accident or transient ischemic attack" in said


@needs_cases
def test_a_criterion_moved_with_other_words_shows_what_it_was_and_what_it_is():
    name = "criterion_moved_exclusion_to_inclusion_negated"
    (change,) = told(name)
    assert phrase(change).sentence == (
        "Criterion moved from exclusion to inclusion, with other words: as exclusion “Body mass index <20 kg/m2”, now"
        " as inclusion “Body mass index ≥20 kg/m2”."
    )
    assert the_story(name).headline == (
        "Moved from exclusion (“Body mass index <20 kg/m2”) to inclusion (“Body mass index ≥20 kg/m2”)"
    )


@needs_cases
def test_sex_leads_and_a_sex_that_vanished_is_no_longer_given():
    found = the_story("sex_ALL_to_FEMALE_healthy_false_to_true")
    assert found.headline.startswith("Sex changed from All to Female (narrowed); healthy volunteers are now accepted")
    assert [line.label for line in found.lines][:2] == ["Sex", "Gender"]
    assert the_story("sex_removed").headline == "Sex no longer given; it was All"


@needs_cases
def test_a_table_belongs_to_the_criterion_before_it():
    (change,) = told("table_in_criteria")
    assert change.facts["text"] == (
        "Diabetes duration per table: Age: 18-30, Duration: ≥5 years; Age: >30, Duration: ≥10 years"
    )


@needs_cases
def test_headings_in_spanish_are_no_criteria():
    (change,) = told("whole_criteria_in_Spanish")
    assert (change.kind, change.severity, change.facts["rewritten"]) == ("eligibility.text", Severity.MAJOR, True)
    words = phrase(change)
    assert [item.split(",")[0] for item in words.items[:4]] == [
        "Now: inclusion",
        "Now: inclusion",
        "Now: exclusion",
        "Now: exclusion",
    ]
    assert not [item for item in words.items if "riterios" in item]
    assert words.items[0] == "Now: inclusion, “Adultos (≥18 años) con diabetes tipo 1”"
    assert the_story("whole_criteria_in_Spanish").headline == (
        "Eligibility criteria rewritten: 27 criteria before, 4 criteria now, none of them word for word the same"
    )
