"""Edited pairs of real records: sites, countries and organisations told as what they are."""

from __future__ import annotations

import pytest

from tests.changes.real import case, needs_cases
from tests.changes.telling import story
from watcher.changes.compare import compare_records
from watcher.changes.model import Severity


def heard(name):
    """What a reader of everything but noise is told: the headline and every line."""
    comparison = compare_records(*case(name))
    found = story(comparison, record=case(name)[1])
    lines = () if found is None else (found.headline, *(line.sentence for line in (*found.lines, *found.minor)))
    return comparison, "\n".join(lines)


@needs_cases
def test_sites_that_never_recruited_do_not_recruit_any_more_nowhere():
    _, lines = heard("Belgium_sites_were_suspended_before_opening_suspended_again_")
    assert "is recruiting any more" not in lines
    assert "No site in Belgium is planned to recruit any longer; 1 site remains listed, as withdrawn." in lines


@needs_cases
def test_a_country_listed_only_as_withdrawn_has_no_first_site():
    _, lines = heard("new_country_added_as_withdrawn")
    assert lines == ""


@needs_cases
def test_a_site_that_had_closed_is_no_first_recruiting_one():
    comparison, lines = heard("one_site_COMPLETED_RECRUITING_only_in_Canada_")
    assert "irst recruiting" not in lines
    assert [change.kind for change in comparison.changes if change.severity is not Severity.NOISE] == ["site.activated"]


@needs_cases
@pytest.mark.parametrize(
    ("name", "gone", "came"),
    [
        ("collaborator_swapped_Providence_Healthcare_Kaiser_Permanente", "Providence Healthcare", "Kaiser Permanente"),
        (
            "collaborator_swapped_U_Toronto_University_of_British_Columbi",
            "University of Toronto",
            "University of British Columbia",
        ),
    ],
)
def test_one_collaborator_for_another_is_removed_and_added(name, gone, came):
    _, lines = heard(name)
    assert f"Collaborator removed: {gone}." in lines
    assert f"Collaborator added: {came}." in lines
    assert "renamed" not in lines


@needs_cases
@pytest.mark.parametrize(
    ("name", "level", "how"),
    [
        ("lead_sponsor_University_of_Washington_Washington_University", Severity.MAJOR, "changed"),
        ("lead_sponsor_acquired_Seagen_Pfizer", Severity.MAJOR, "changed"),
        ("lead_sponsor_legal_form", Severity.MINOR, "renamed"),
    ],
)
def test_a_lead_sponsor_is_renamed_only_where_its_name_proves_it(name, level, how):
    comparison, lines = heard(name)
    (change,) = [change for change in comparison.changes if change.severity is not Severity.NOISE]
    assert (change.kind, change.severity) == ("sponsor.lead", level)
    assert f"Lead sponsor {how} from " in lines
