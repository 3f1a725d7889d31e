"""The order of telling: each kind before the next, so that any two entries that swap places fail a test."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.changes.builders import a_site, put
from tests.changes.telling import story
from tests.changes.told import changes, quiet_record
from watcher.changes.compare import compare_records
from watcher.changes.kinds import kind_of
from watcher.changes.model import Severity

# The taxonomy: status, enrollment, primary dates, eligibility, outcomes, arms, countries, sites, results, the rest.
TAXONOMY = (
    "status.stopped",
    "why_stopped.changed",
    "enrollment.target",
    "date.primary.slip",
    "eligibility.age",
    "outcome.primary.added",
    "arm.added",
    "intervention.added",
    "design.phase",
    "country.added",
    "site.added",
    "results.posted",
    "date.completion.slip",
)
REST = (
    "expanded_access",
    "violation.flagged",
    "sponsor.lead",
    "oversight.dmc",
    "reference.added",
    "link.added",
    "document.added",
    "ipd.sharing",
    "conditions",
    "text.title",
    "identifier.alias",
    "contact.central",
    "record.returned",
    "search.entered",
    "field.changed",
    "registry.reformatted",
    "admin.touched",
)


@pytest.mark.parametrize(("first", "second"), list(pairwise((*TAXONOMY, *REST))))
def test_each_family_is_told_before_the_next(first, second):
    assert kind_of(first).rank < kind_of(second).rank


def test_start_dates_are_of_the_rest_and_the_primary_date_is_not():
    assert kind_of("date.start.moved").rank == kind_of("date.completion.slip").rank > kind_of("results.updated").rank
    assert kind_of("date.primary.actual").rank < kind_of("eligibility.sex").rank


def test_unknown_families_come_last():
    assert kind_of("something.new").rank > kind_of("admin.touched").rank


def _everywhere_edited():
    """Edit a field of each family whose change is major in a quiet record."""
    old = quiet_record()
    module = "protocolSection"
    new = put(old, (module, "designModule", "enrollmentInfo", "count"), 260)
    new = put(new, (module, "statusModule", "overallStatus"), "ACTIVE_NOT_RECRUITING")
    new = put(new, (module, "statusModule", "primaryCompletionDateStruct"), {"date": "2028-04", "type": "ESTIMATED"})
    new = put(new, (module, "eligibilityModule", "minimumAge"), "21 Years")
    new = put(new, (module, "outcomesModule", "primaryOutcomes", 0, "timeFrame"), "Baseline and 52 weeks")
    new = put(new, (module, "armsInterventionsModule", "armGroups", 1, "type"), "NO_INTERVENTION")
    new = put(new, (module, "armsInterventionsModule", "interventions", 0, "description"), "40 mg capsule")
    new = put(new, (module, "designModule", "designInfo", "allocation"), "NON_RANDOMIZED")
    sites = [
        *old[module]["contactsLocationsModule"]["locations"],
        a_site("Clinic", "Oslo", "Norway", status="RECRUITING"),
    ]
    new = put(new, (module, "contactsLocationsModule", "locations"), sites)
    return old, new


def test_changes_of_one_level_are_told_in_this_order():
    old, new = _everywhere_edited()
    told = [one.kind for one in changes(old, new) if one.severity is Severity.MAJOR]
    assert told == [
        "status.closed_to_enrollment",
        "enrollment.target",
        "date.primary.slip",
        "eligibility.age",
        "outcome.primary.modified",
        "arm.modified",
        "intervention.modified",
        "design.allocation",
        "country.added",
    ]


def test_a_story_keeps_the_order_when_a_reader_lifts_all_to_one_level():
    old, new = _everywhere_edited()
    comparison = compare_records(old, new)
    shuffled = sorted(comparison.changes, key=lambda change: change.path)
    told = story(
        type(comparison)(
            nct_id=comparison.nct_id,
            older=comparison.older,
            newer=comparison.newer,
            edits=comparison.edits,
            changes=tuple(shuffled),
            catalogue_revision=comparison.catalogue_revision,
        )
    )
    assert told is not None
    ranks = [(line.severity.rank, kind_of(line.kind).rank) for line in told.lines]
    assert ranks == sorted(ranks)
