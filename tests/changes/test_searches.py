"""Why a trial entered or left a search: by its record where that changed, else said to be unchanged."""

from datetime import date
from typing import Any

import pytest

from tests.changes.builders import put
from tests.changes.told import quiet_record
from watcher.changes.compare import compare_records
from watcher.changes.families.search_changes import SearchSight, entered, left
from watcher.changes.model import Record, Severity
from watcher.changes.wording.say import phrase

STATUS = ("protocolSection", "statusModule")
LOCATIONS = ("protocolSection", "contactsLocationsModule", "locations")
BEFORE = date(2026, 3, 12)


def posted(record: Record, first: str, last: str) -> Record:
    dated = put(record, (*STATUS, "studyFirstPostDateStruct", "date"), first)
    return put(dated, (*STATUS, "lastUpdatePostDateStruct", "date"), last)


OLD = posted(put(quiet_record(), (*STATUS, "overallStatus"), "NOT_YET_RECRUITING"), "2024-01-01", "2026-02-02")


def after(*path: str, value: Any, posting: str = "2026-03-13") -> Record:
    return posted(put(OLD, path, value), "2024-01-01", posting)


def sight(new: Record | None = None, **more: Any) -> SearchSight:
    steps = () if new is None else (compare_records(OLD, new),)
    return SearchSight(key="k", watch="pain", since=BEFORE, steps=steps, **more)


RECRUITING = after(*STATUS, "overallStatus", value="RECRUITING")
COMPLETED = after(*STATUS, "overallStatus", value="COMPLETED")
UNKNOWN = after(*STATUS, "overallStatus", value="UNKNOWN", posting="2026-02-02")
MOVED = after(*LOCATIONS, value=[{"facility": "Clinic", "city": "Lyon", "country": "France"}])
LATER = after(*STATUS, "completionDateStruct", value={"date": "2031-01", "type": "ESTIMATED"})
RETITLED = after("protocolSection", "identificationModule", "briefTitle", value="Another title")


@pytest.mark.parametrize(
    ("record", "seen", "level", "said"),
    [
        (
            posted(RECRUITING, "2026-03-13", "2026-03-13"),
            sight(),
            Severity.MAJOR,
            "New in the registry: first posted on 13 Mar 2026 (search “pain”).",
        ),
        (
            posted(OLD, "2026-03-05", "2026-03-05"),
            sight(),
            Severity.MINOR,
            "New in the registry: first posted on 5 Mar 2026 (search “pain”).",
        ),
        (
            RECRUITING,
            sight(RECRUITING, was_known=True),
            Severity.MAJOR,
            "Now matches the search “pain”: its status became Recruiting, posted on 13 Mar 2026.",
        ),
        (
            RECRUITING,
            sight(),
            Severity.MAJOR,
            "Now matches the search “pain”: its record was updated on 13 Mar 2026.",
        ),
        (
            posted(RECRUITING, "2024-01-01", "2025-05-05"),
            sight(),
            Severity.MINOR,
            "Now matches the search “pain”; its record was last updated on 5 May 2025.",
        ),
        (
            RECRUITING,
            sight(was_known=True, is_again=True),
            Severity.MINOR,
            "Matches the search “pain” again; its record did not change.",
        ),
    ],
)
def test_a_trial_that_enters_says_since_when_it_matches(record, seen, level, said):
    change = entered("NCT99000001", record, seen)
    assert (change.kind, change.severity, phrase(change).sentence) == ("search.entered", level, said)


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (COMPLETED, "Left the search “pain”: its status became Completed, posted on 13 Mar 2026."),
        (UNKNOWN, "Left the search “pain”: the registry set its status to Unknown."),
        (MOVED, "Left the search “pain” after its sites changed, posted on 13 Mar 2026."),
        (LATER, "Left the search “pain” after its dates changed, posted on 13 Mar 2026."),
        (RETITLED, "Left the search “pain” after its record was updated on 13 Mar 2026."),
        (None, "No longer matched by the registry’s search “pain”; the record did not change."),
    ],
)
def test_a_trial_that_leaves_says_why_and_never_more_than_the_record_shows(record, said):
    change = left("NCT99000001", record or OLD, sight(record))
    words = phrase(change)
    assert (change.kind, change.severity, words.sentence) == ("search.left", Severity.MINOR, said)
    assert words.origin_note is None


def test_a_move_knows_the_places_of_its_trial():
    facts = entered("NCT99000001", MOVED, sight()).facts
    assert (facts["city"], facts["country"]) == (["Lyon"], ["France"])


def test_only_what_the_search_looks_at_is_named_as_the_reason():
    before = put(OLD, (*STATUS, "overallStatus"), "RECRUITING")
    ended = posted(put(LATER, (*STATUS, "overallStatus"), "SUSPENDED"), "2024-01-01", "2026-03-13")
    steps = (compare_records(before, ended),)
    updated = "Left the search “pain” after its record was updated on 13 Mar 2026."
    by_status = "Left the search “pain”: its status became Suspended, posted on 13 Mar 2026."
    for seen, said in (
        ({"looks_at": frozenset()}, updated),
        ({"looks_at": frozenset({"status"})}, by_status),
        ({"looks_at": frozenset({"status"}), "statuses": frozenset({"RECRUITING"})}, by_status),
        ({"looks_at": frozenset({"status"}), "statuses": frozenset({"RECRUITING", "SUSPENDED"})}, updated),
    ):
        change = left("NCT99000001", ended, SearchSight(key="k", watch="pain", since=BEFORE, steps=steps, **seen))
        assert phrase(change).sentence == said
