"""Edited pairs of real records: outcomes told as what they are, beyond level and headline (`test_cases`)."""

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
