from __future__ import annotations

import itertools

import pytest

from tests.changes.builders import a_posted, put
from tests.changes.telling import a_plain_record, changes, compared, design, only, said, status, story
from watcher.changes.compare import compare_records
from watcher.changes.families.status import kind_of
from watcher.changes.meaning.evidence import History
from watcher.changes.model import Origin, Severity, Verb
from watcher.changes.wording.say import phrase

NOT_YET, OPEN, INVITED, CLOSED = "NOT_YET_RECRUITING", "RECRUITING", "ENROLLING_BY_INVITATION", "ACTIVE_NOT_RECRUITING"
RECRUITING_SITES = "5 of 7 sites are listed as recruiting"
DONE, UNKNOWN = "COMPLETED", "UNKNOWN"
ALL = (NOT_YET, OPEN, INVITED, CLOSED, DONE, "TERMINATED", "WITHDRAWN", "SUSPENDED", UNKNOWN)

STEPS = [
    (NOT_YET, OPEN, "status.opened", "major", "overallStatus NOT_YET_RECRUITING → RECRUITING"),
    (NOT_YET, INVITED, "status.opened", "major", "overallStatus NOT_YET_RECRUITING → ENROLLING_BY_INVITATION"),
    (OPEN, CLOSED, "status.closed_to_enrollment", "major", "overallStatus RECRUITING → ACTIVE_NOT_RECRUITING"),
    (INVITED, CLOSED, "status.closed_to_enrollment", "major", None),
    (NOT_YET, CLOSED, "status.closed_to_enrollment", "major", None),
    (CLOSED, DONE, "status.completed", "major", "overallStatus → COMPLETED"),
    (OPEN, DONE, "status.completed", "major", None),
    (UNKNOWN, DONE, "status.completed", "major", None),
    (OPEN, "TERMINATED", "status.stopped", "critical", "overallStatus → TERMINATED"),
    (NOT_YET, "WITHDRAWN", "status.stopped", "critical", "overallStatus → WITHDRAWN"),
    (OPEN, "SUSPENDED", "status.stopped", "critical", "overallStatus → SUSPENDED"),
    (UNKNOWN, "TERMINATED", "status.stopped", "critical", None),
    ("SUSPENDED", OPEN, "status.resumed", "critical", "overallStatus SUSPENDED → RECRUITING, a step back"),
    ("SUSPENDED", CLOSED, "status.resumed", "critical", None),
    ("SUSPENDED", NOT_YET, "status.resumed", "critical", None),
    (CLOSED, OPEN, "status.resumed", "critical", None),
    (CLOSED, INVITED, "status.resumed", "critical", None),
    (OPEN, NOT_YET, "status.resumed", "critical", None),
    (DONE, OPEN, "status.resumed", "critical", None),
    (DONE, CLOSED, "status.resumed", "critical", None),
    ("TERMINATED", OPEN, "status.resumed", "critical", None),
    ("WITHDRAWN", NOT_YET, "status.resumed", "critical", None),
    (UNKNOWN, OPEN, "status.resumed", "critical", None),
    (UNKNOWN, CLOSED, "status.resumed", "critical", None),
    (
        OPEN,
        INVITED,
        "status.resumed",
        "major",
        "overallStatus RECRUITING → ENROLLING_BY_INVITATION, by invitation or open",
    ),
    (INVITED, OPEN, "status.resumed", "major", None),
    (OPEN, UNKNOWN, "status.unknown", "major", "overallStatus → UNKNOWN"),
    (UNKNOWN, NOT_YET, "status.unknown_cleared", "major", "overallStatus UNKNOWN → NOT_YET_RECRUITING"),
    ("AVAILABLE", "NO_LONGER_AVAILABLE", "status.expanded_access", "major", None),
    ("TEMPORARILY_NOT_AVAILABLE", "APPROVED_FOR_MARKETING", "status.expanded_access", "major", None),
]


@pytest.mark.parametrize(("old", "new", "kind", "level", "rule"), STEPS)
def test_every_step_of_status_has_its_kind_and_level(old, new, kind, level, rule):
    change = only(status(overallStatus=old), status(overallStatus=new))
    assert (change.kind, change.severity.value, change.path) == (kind, level, "status.overallStatus")
    assert (change.before, change.after, change.verb) == (old, new, Verb.CHANGED)
    assert rule is None or change.rule == rule


def test_every_pair_of_statuses_of_a_study_has_a_kind():
    assert all(kind_of(old, new) for old, new in itertools.permutations(ALL, 2))


@pytest.mark.parametrize(
    ("old", "new"), [(OPEN, "WITHHELD"), ("", OPEN), (OPEN, "PAUSED_FOR_LUNCH"), ("AVAILABLE", "")]
)
def test_what_the_taxonomy_does_not_know_is_left_to_the_catalogue(old, new):
    assert kind_of(old, new) is None


def test_an_unknown_status_is_major():
    (change,) = changes({}, status(overallStatus="PAUSED_FOR_LUNCH"))
    assert (change.kind, change.severity) == ("status.changed", Severity.MAJOR)
    words = said({}, status(overallStatus="PAUSED_FOR_LUNCH"))
    assert words.sentence == "Status changed from Recruiting to Paused for lunch."
    assert said({}, status(overallStatus=None)).sentence == "Status no longer given; it was Recruiting."


@pytest.mark.parametrize("new", ["TERMINATED", "WITHDRAWN", "SUSPENDED"])
def test_a_stop_quotes_the_reason_and_claims_it(new):
    change = only({}, status(overallStatus=new, whyStopped="Slow accrual."))
    words = said({}, status(overallStatus=new, whyStopped="Slow accrual."))
    assert change.record_paths == (
        "protocolSection.statusModule.overallStatus",
        "protocolSection.statusModule.whyStopped",
    )
    assert words.quote == "Slow accrual."
    assert (
        words.sentence == f"Status changed from Recruiting to {new.capitalize()}; the sponsor's reason: “Slow accrual”."
    )


def test_a_stop_without_reason_says_so():
    words = said({}, status(overallStatus="TERMINATED"))
    assert words.quote is None
    assert words.sentence == "Status changed from Recruiting to Terminated; no reason given."


def test_an_opening_gives_start_and_lag_and_sites():
    words = said(
        status(overallStatus=NOT_YET, startDateStruct={"date": "2025-04-11", "type": "ACTUAL"}),
        status(overallStatus=OPEN),
        posted="2026-03-10",
    )
    assert words.note == "since 11 Apr 2025, posted 333 days later; 5 of 7 sites are listed as recruiting"
    assert words.sentence == (
        "Status changed from Not yet recruiting to Recruiting; the study started on 11 Apr 2025, posted 333 days later;"
        " 5 of 7 sites are listed as recruiting."
    )


@pytest.mark.parametrize(
    ("start", "type_", "note"),
    [
        ("2026-01-20", "ACTUAL", "since 20 Jan 2026"),
        ("2025-08", "ACTUAL", "since Aug 2025, posted 6 months later"),
        ("2026-04", "ESTIMATED", "start planned for Apr 2026"),
        ("2026-04", None, ""),
    ],
)
def test_the_lag_of_an_opening_is_told_from_31_days(start, type_, note):
    struct = {"date": start} | ({"type": type_} if type_ else {})
    fields = status(overallStatus=NOT_YET, startDateStruct=struct)
    assert said(fields, status(overallStatus=OPEN)).note == f"{note}; {RECRUITING_SITES}".removeprefix("; ")


def test_an_opening_without_start_date_is_still_told():
    words = said(status(overallStatus=NOT_YET, startDateStruct=None), status(overallStatus=OPEN))
    assert words.note == RECRUITING_SITES


def test_closing_gives_enrollment():
    reached = design(enrollmentInfo={"count": 99, "type": "ACTUAL"})
    found = changes({}, status(overallStatus=CLOSED) | reached)
    assert {change.kind for change in found} == {"status.closed_to_enrollment", "enrollment.final"}
    assert said({}, status(overallStatus=CLOSED)).sentence.endswith("; 240 participants planned.")
    words = said(reached, status(overallStatus=CLOSED)).sentence
    assert words.endswith("; 99 participants enrolled.")


def test_completion_starts_the_results_clock():
    ended = {"date": "2026-01-27", "type": "ACTUAL"}
    words = said(status(overallStatus=CLOSED, primaryCompletionDateStruct=ended), status(overallStatus=DONE))
    assert words.note == "results would be due by 27 Jan 2027"
    assert "results would be due by 27 Jan 2027" in words.sentence


def test_completion_with_posted_results_says_so():
    old = put(a_plain_record(status(overallStatus=CLOSED)), ("hasResults",), True)
    new = a_posted(put(old, ("protocolSection", "statusModule", "overallStatus"), DONE), "2026-02-10")
    assert phrase(compare_records(old, new).changes[0]).note == "results are posted"


def test_unknown_is_made_by_the_registry_even_beside_an_update():
    fields = status(overallStatus=UNKNOWN, lastKnownStatus=NOT_YET)
    for posted in (None, "2026-02-10"):
        change = only(status(overallStatus=NOT_YET), fields, posted=posted)
        assert change.origin is Origin.REGISTRY
        assert "protocolSection.statusModule.lastKnownStatus" in change.record_paths
    words = said(status(overallStatus=NOT_YET), fields, posted=None)
    assert words.sentence == (
        "Status became Unknown; it was Not yet recruiting; last verified in Jan 2026;"
        " set by the registry, not by the sponsor."
    )
    assert words.origin_note == "set by the registry, not by the sponsor"


def test_unknown_without_verification_date_leaves_it_out():
    words = said(status(statusVerifiedDate=None), status(overallStatus=UNKNOWN))
    assert words.sentence == "Status became Unknown; it was Recruiting."
    assert words.note is None


def test_a_cleared_unknown_names_the_last_known_status():
    words = said(
        status(overallStatus=UNKNOWN, lastKnownStatus=OPEN), status(overallStatus=NOT_YET, lastKnownStatus=None)
    )
    assert words.sentence == (
        "Status changed from Unknown to Not yet recruiting; the last known status before was Recruiting."
    )


def test_a_step_back_is_said_as_one():
    assert said(status(overallStatus=CLOSED), status(overallStatus=OPEN)).sentence.startswith(
        "Status went back from Active, not recruiting to Recruiting"
    )


def test_a_return_to_an_earlier_status_is_a_reversal():
    history = History(values={"status.overallStatus": (OPEN, CLOSED)})
    assert only(status(overallStatus=CLOSED), status(overallStatus=OPEN), history=history).verb is Verb.REVERTED
    words = said(status(overallStatus=CLOSED), status(overallStatus=OPEN), history=history)
    assert words.sentence.startswith("Status went back from")


def test_availability_of_expanded_access_is_worded_as_such():
    words = said(status(overallStatus="AVAILABLE"), status(overallStatus="NO_LONGER_AVAILABLE"))
    assert words.sentence == "Availability changed from Available to No longer available."


@pytest.mark.parametrize(
    ("old", "new", "level", "verb", "sentence"),
    [
        (None, "Slow accrual", "major", "added", "Reason for stopping now given: “Slow accrual”."),
        (
            "Slow accrual",
            None,
            "major",
            "removed",
            "Reason for stopping no longer given; it was “Slow accrual”.",
        ),
        (
            "Slow accrual",
            "Funding",
            "major",
            "changed",
            "Reason for stopping changed from “Slow accrual” to “Funding”.",
        ),
        ("Slow accrual", "slow accrual.", "noise", "changed", None),
    ],
)
def test_the_reason_alone_is_a_change_of_its_own(old, new, level, verb, sentence):
    fields = status(overallStatus="TERMINATED", whyStopped=old)
    change = only(fields, status(whyStopped=new))
    assert (change.kind, change.severity.value, change.verb.value) == ("why_stopped.changed", level, verb)
    assert sentence is None or said(fields, status(whyStopped=new)).sentence == sentence


def test_observational_studies_keep_the_level_of_their_status():
    found = only(design(studyType="OBSERVATIONAL"), status(overallStatus="TERMINATED"))
    assert found.severity is Severity.CRITICAL


def test_status_and_reason_that_leave_together_are_one_change():
    fields = status(overallStatus="SUSPENDED", whyStopped="FDA")
    change = only(fields, status(overallStatus=OPEN, whyStopped=None))
    assert change.kind == "status.resumed"
    assert change.facts["earlier_reason"] == "FDA"


def test_a_status_without_any_sites_says_nothing_of_sites():
    fields = {("protocolSection", "contactsLocationsModule", "locations"): None} | status(overallStatus=NOT_YET)
    assert "site" not in said(fields, status(overallStatus=OPEN)).sentence
    assert story(compared(fields, status(overallStatus=OPEN))) is not None


@pytest.mark.parametrize(
    ("site_status", "text"),
    [
        ("RECRUITING", "its one site is listed as recruiting"),
        ("COMPLETED", "its one site is not listed as recruiting yet"),
    ],
)
def test_a_single_site_is_no_number(site_status, text):
    sites = [{"facility": "Example", "city": "Graz", "country": "Austria", "status": site_status}]
    fields = {("protocolSection", "contactsLocationsModule", "locations"): sites} | status(overallStatus=NOT_YET)
    assert text in said(fields, status(overallStatus=OPEN)).sentence


def test_a_lag_is_a_bound_where_updates_in_between_were_not_seen():
    before, after = status(overallStatus="NOT_YET_RECRUITING"), status(overallStatus="RECRUITING")
    assert "posted 343 days later" in said(before, after, posted="2026-02-09").sentence
    assert "posted up to 524 days later" in said(before, after, posted="2026-08-09").sentence
    looked_on = History(first_seen_on="2025-01-20")
    assert "posted 524 days later" in said(before, after, posted="2026-08-09", history=looked_on).sentence
