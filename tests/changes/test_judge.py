from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.changes.builders import a_posted, a_record, a_site, field, put
from watcher.changes.compare import compare_records, edits_between
from watcher.changes.meaning import judge
from watcher.changes.meaning.evidence import Evidence, History
from watcher.changes.model import Change, Json, Origin, Record, Severity, Verb

STATUS = field("statusModule", "overallStatus")
PHASES = field("designModule", "phases")
COUNT = field("designModule", "enrollmentInfo")
PRIMARY = field("statusModule", "primaryCompletionDateStruct")
TYPE = field("designModule", "studyType")


def evidence_of(old: Record, new: Record, *, has_sponsor_update: bool = True) -> Evidence:
    return Evidence(
        nct_id="NCT99000001",
        old=old,
        new=new,
        edits=edits_between(old, new),
        history=History(),
        has_sponsor_update=has_sponsor_update,
        posted="2026-02-01",
        data_version="2026-02-02",
    )


def a_change(kind: str = "eligibility.sex", level: Severity = Severity.MAJOR, **more: Any) -> Change:
    values: dict[str, Any] = {
        "rule": "a rule",
        "path": "eligibility.sex",
        "verb": Verb.CHANGED,
        "before": None,
        "after": None,
        "edits": (0,),
    } | more
    return Change(kind=kind, severity=level, **values)


def a_plain_record(**design: Json) -> dict[str, Any]:
    """Give a record that no context rule lifts."""
    record = put(put(a_record(), PHASES, ["PHASE2"]), COUNT, {"count": 40, "type": "ESTIMATED"})
    for name, value in design.items():
        record = put(record, field("designModule", name), value)
    return record


def judged(
    change: Change, new: Record, old: Record | None = None, *, has_sponsor_update: bool = True
) -> tuple[str, str, str]:
    older = put(new if old is None else old, STATUS, "SUSPENDED")
    evidence = evidence_of(older, new, has_sponsor_update=has_sponsor_update)
    settled = judge.changes_of([change], evidence)[0]
    return settled.severity.value, settled.rule, settled.origin.value


LATE = {"date": "2029-01-01", "type": "ESTIMATED"}


@pytest.mark.parametrize(
    ("new", "kind", "level", "expected", "because"),
    [
        pytest.param(a_plain_record(), "eligibility.sex", "major", "major", "", id="nothing special"),
        pytest.param(
            put(a_plain_record(phases=["PHASE3"]), COUNT, {"count": 300, "type": "ESTIMATED"}),
            "eligibility.sex", "major", "critical",
            "major → critical: Phase 3 with 300 participants", id="large phase 3",
        ),
        pytest.param(
            put(a_plain_record(phases=["PHASE2", "PHASE3"]), COUNT, {"count": 1200, "type": "ESTIMATED"}),
            "eligibility.sex", "minor", "major",
            "minor → major: Phase 2/3 with 1,200 participants", id="large phase 2/3",
        ),
        pytest.param(
            put(a_plain_record(phases=["PHASE3"]), COUNT, {"count": 299, "type": "ESTIMATED"}),
            "eligibility.sex", "major", "major", "", id="phase 3, too small",
        ),
        pytest.param(
            put(a_plain_record(phases=["PHASE3"]), COUNT, {"count": 99999999, "type": "ESTIMATED"}),
            "eligibility.sex", "major", "major", "", id="phase 3, number unknown",
        ),
        pytest.param(
            put(a_plain_record(), PRIMARY, {"date": "2026-07-31", "type": "ESTIMATED"}),
            "date.primary.corrected", "minor", "major",
            "minor → major: primary completion within 180 days of the posting", id="180 days",
        ),
        pytest.param(
            put(a_plain_record(), PRIMARY, {"date": "2026-08-01", "type": "ESTIMATED"}),
            "eligibility.sex", "minor", "minor", "", id="181 days",
        ),
        pytest.param(
            put(a_plain_record(), PRIMARY, {"date": "2026-02", "type": "ESTIMATED"}),
            "eligibility.sex", "minor", "major", "within 180 days", id="month of the posting",
        ),
        pytest.param(
            put(a_plain_record(), PRIMARY, {"date": "2026-01-31", "type": "ESTIMATED"}),
            "eligibility.sex", "minor", "minor", "", id="passed",
        ),
        pytest.param(
            put(a_plain_record(), PRIMARY, {"date": "2026-03-01", "type": "ACTUAL"}),
            "eligibility.sex", "minor", "minor", "", id="actual",
        ),
        pytest.param(
            put(a_plain_record(), PRIMARY, {"date": "soon", "type": "ESTIMATED"}),
            "eligibility.sex", "minor", "minor", "", id="no date",
        ),
        pytest.param(
            put(a_plain_record(), PRIMARY, {"date": "2026", "type": "ESTIMATED"}),
            "eligibility.sex", "minor", "minor", "", id="a year is no day",
        ),
        pytest.param(
            a_plain_record(studyType="OBSERVATIONAL"),
            "eligibility.sex", "major", "minor", "major → minor: observational study", id="observational",
        ),
        pytest.param(
            a_plain_record(studyType="OBSERVATIONAL"),
            "status.stopped", "critical", "critical", "", id="observational status",
        ),
        pytest.param(
            put(a_plain_record(studyType="OBSERVATIONAL"), PRIMARY, {"date": "2026-03-01", "type": "ESTIMATED"}),
            "eligibility.sex", "major", "major", "critical → major: observational study", id="near and observational",
        ),
        pytest.param(
            put(a_plain_record(phases=["PHASE3"]), COUNT, {"count": 500, "type": "ESTIMATED"}),
            "status.stopped", "critical", "critical", "", id="never above critical",
        ),
        pytest.param(
            put(a_plain_record(phases=["PHASE3"]), COUNT, {"count": 500, "type": "ESTIMATED"}),
            "eligibility.criterion.changed", "noise", "noise", "", id="noise stays noise",
        ),
        pytest.param(
            a_plain_record(studyType="OBSERVATIONAL"),
            "eligibility.sex", "minor", "minor", "", id="minor stays minor",
        ),
    ],
)  # fmt: skip
def test_context_moves_the_level_and_says_why(new, kind, level, expected, because):
    severity, rule, _ = judged(a_change(kind, Severity(level)), new)
    assert severity == expected
    assert rule == "a rule" if not because else because in rule


def test_change_that_takes_no_context_keeps_its_level():
    new = put(a_plain_record(phases=["PHASE3"]), COUNT, {"count": 500, "type": "ESTIMATED"})
    assert judged(a_change("site.added", Severity.MINOR, takes_context=False), new)[:2] == ("minor", "a rule")


def test_final_number_does_not_hide_that_the_target_was_large():
    old = put(a_plain_record(phases=["PHASE3"]), COUNT, {"count": 500, "type": "ESTIMATED"})
    new = put(old, COUNT, {"count": 20, "type": "ACTUAL"})
    assert judged(a_change(), new, old)[0] == "critical"


def test_nearness_is_counted_from_the_data_version_when_nothing_was_posted():
    new = put(a_plain_record(), PRIMARY, {"date": "2026-08-01", "type": "ESTIMATED"})
    assert judged(a_change(), new)[0] == "major"
    assert judged(a_change(), new, has_sponsor_update=False)[0] == "critical"


@pytest.mark.parametrize(
    ("found", "has_sponsor_update", "origin"),
    [
        (Origin.SPONSOR, True, "sponsor"),
        (Origin.REGISTRY, True, "registry"),
        (Origin.SPONSOR, False, "registry"),
        (Origin.REGISTRY, False, "registry"),
    ],
)
def test_origin_is_the_sponsor_only_with_a_posted_update(found, has_sponsor_update, origin):
    change = a_change(origin=found)
    assert judged(change, a_plain_record(), has_sponsor_update=has_sponsor_update)[2] == origin


def test_update_posted_between_the_records_makes_the_sponsor_the_author():
    newer = put(a_record(), field("identificationModule", "acronym"), "SPINE-REST")
    assert {change.origin for change in compare_records(a_record(), newer).changes} == {Origin.REGISTRY}
    posted = compare_records(a_record(), a_posted(newer, "2026-02-01"))
    assert {change.origin for change in posted.changes if change.path == "identification.acronym"} == {Origin.SPONSOR}


def test_changes_are_told_by_level_then_family_then_path():
    found = [
        a_change("field.changed", Severity.MINOR, path="b"),
        a_change("admin.dates", Severity.NOISE, path="c"),
        a_change("site.added", Severity.MAJOR, path="d"),
        a_change("country.added", Severity.MAJOR, path="e"),
        a_change("outcome.secondary.added", Severity.MAJOR, path="f[10]"),
        a_change("outcome.secondary.added", Severity.MAJOR, path="f[2]"),
        a_change("date.completion.slip", Severity.MAJOR, path="g"),
        a_change("date.primary.slip", Severity.MAJOR, path="h"),
        a_change("status.opened", Severity.MAJOR, path="i"),
        a_change("enrollment.final", Severity.CRITICAL, path="j"),
        a_change("never.heard", Severity.MINOR, path="a"),
    ]
    evidence = evidence_of(put(a_plain_record(), STATUS, "SUSPENDED"), a_plain_record())
    told = [change.path for change in judge.changes_of(found, evidence)]
    assert told == ["j", "i", "h", "f[2]", "f[10]", "e", "d", "g", "b", "a", "c"]


def test_paths_are_unique_by_zip_and_then_by_number():
    sites = field("contactsLocationsModule", "locations")
    twins = [a_site("Research Site", "Lyon", "France", zip=code) for code in ("69001", "69002")]
    old = put(a_record(), sites, [a_site("Other", "Paris", "France")])
    new = put(old, sites, [a_site("Other", "Paris", "France"), *twins, a_site("Research Site", "Lyon", "France")])
    evidence = evidence_of(old, new)
    path = "locations.research site|lyon||france"
    found = [a_change("site.added", Severity.MINOR, path=path, edits=(at,)) for at in range(3)]
    assert [change.path for change in judge.changes_of(found, evidence)] == [path, f"{path}|69002", f"{path}#2"]


def test_zip_stands_before_the_status_in_a_sites_path():
    sites = field("contactsLocationsModule", "locations")
    old = put(
        a_record(), sites, [a_site("Research Site", "Lyon", "France", zip=z, status="RECRUITING") for z in ("1", "2")]
    )
    new = put(old, sites, [a_site("Research Site", "Lyon", "France", zip=z, status="COMPLETED") for z in ("1", "2")])
    path = "locations.research site|lyon||france.status"
    found = [a_change("site.closed", Severity.MINOR, path=path, edits=(at,)) for at in range(2)]
    told = [change.path for change in judge.changes_of(found, evidence_of(old, new))]
    assert told == [path, "locations.research site|lyon||france|2.status"]


def test_record_paths_are_those_of_the_claimed_edits_sorted_and_once():
    newer = put(put(a_record(), STATUS, "TERMINATED"), field("statusModule", "whyStopped"), "No money")
    evidence = evidence_of(a_record(), newer)
    (change,) = judge.changes_of([a_change(edits=(1, 0, 1))], evidence)
    assert change.edits == (0, 1)
    assert change.record_paths == (
        "protocolSection.statusModule.overallStatus",
        "protocolSection.statusModule.whyStopped",
    )


def test_edit_that_no_change_claims_is_told_all_the_same():
    newer = put(put(a_record(), STATUS, "TERMINATED"), field("identificationModule", "acronym"), "SPINE-REST")
    evidence = evidence_of(a_record(), newer)
    acronym = next(at for at, edit in enumerate(evidence.edits) if edit.steps[-1] == "acronym")
    changes = judge.changes_of([a_change(edits=(1 - acronym,))], evidence)
    assert [(change.kind, change.edits) for change in changes][1] == ("field.changed", (acronym,))


def test_explainer_that_cannot_read_a_record_keeps_nothing_from_being_told():
    """The registry may change the shape of a field without notice."""

    def trips(evidence: Evidence) -> Iterator[Change]:
        yield a_change(edits=(0,))
        raise TypeError("not the documented shape")

    def reads(evidence: Evidence) -> Iterator[Change]:
        yield a_change("status.stopped", Severity.CRITICAL, path="status.overallStatus", edits=(1,))

    newer = put(put(a_record(), field("identificationModule", "acronym"), "SPINE-REST"), STATUS, "TERMINATED")
    changes = judge.judge(evidence_of(a_record(), newer), (trips, reads))
    assert [(change.kind, change.edits) for change in changes] == [("status.stopped", (1,)), ("field.changed", (0,))]
    assert changes[1].rule.endswith(judge.UNREADABLE)
    assert judge.UNREADABLE not in changes[0].rule
