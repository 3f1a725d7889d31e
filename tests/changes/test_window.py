from __future__ import annotations

import dataclasses
from itertools import pairwise

from tests.changes.builders import CRITERIA, a_posted, put
from tests.changes.telling import a_plain_record, design, eligibility, status, story
from watcher.changes.compare import compare_records
from watcher.changes.model import Comparison, Origin, Severity, Verb
from watcher.changes.net_changes import net_effect, reverted

DAYS = ("2026-02-02", "2026-02-06", "2026-02-10", "2026-02-11")


def window(*states) -> tuple[Comparison, list[Comparison]]:
    """Compare versions posted on different days: base with newest, and every step between."""
    versions = [a_posted(a_plain_record(fields), day) for fields, day in zip(states, DAYS, strict=False)]
    steps = [compare_records(one, other) for one, other in pairwise(versions)]
    return compare_records(versions[0], versions[-1]), steps


def people(count: int):
    return design(enrollmentInfo={"count": count, "type": "ESTIMATED"})


def test_what_changed_and_went_back_is_told_at_the_highest_level_of_the_steps():
    net, steps = window(people(200), people(50), people(200))
    (change,) = reverted(net, steps)
    assert (change.kind, change.severity, change.verb) == ("enrollment.target", Severity.CRITICAL, Verb.REVERTED)
    assert (change.before, change.after, change.facts["between"]) == (200, 200, 50)
    assert change.facts["reverted_after_days"] == 4
    assert change.rule.startswith("changed and reverted · planned → planned, ")
    assert change.edits == ()
    assert change.record_paths == ("protocolSection.designModule.enrollmentInfo.count",)


def test_a_reverted_change_has_words_and_a_headline_of_its_own():
    net, steps = window(people(200), people(50), people(200))
    found = story(net_effect(net, steps), steps=2)
    assert found is not None
    assert (found.headline, found.tag) == ("Enrollment changed and reverted after 4 days", "Changed and reverted")
    assert (
        found.lines[0].sentence
        == "Enrollment changed and was reverted after 4 days; in between it was 50, now it is 200 again."
    )
    assert (found.lines[0].was, found.lines[0].now, found.lines[0].marks) == (None, None, ())


def test_several_reverted_things_are_one_clause():
    between = people(50) | status(overallStatus="SUSPENDED", whyStopped="FDA")
    net, steps = window(people(200), between, people(200))
    found = story(net_effect(net, steps))
    assert found is not None
    assert found.headline == "Status and enrollment changed and reverted after 4 days"
    assert found.lines[0].sentence == (
        "Status changed and was reverted after 4 days; in between it was Suspended, now it is Recruiting again."
    )


def test_what_the_net_comparison_knows_is_not_told_again():
    net, steps = window(people(200), people(150), people(100))
    assert reverted(net, steps) == ()
    assert net_effect(net, steps) is net


def test_a_reversal_beside_a_net_change_follows_in_the_order_of_telling():
    moved = eligibility(minimumAge="12 Years")
    net, steps = window(people(200), people(50) | moved, people(200) | moved)
    found = net_effect(net, steps)
    assert [change.kind for change in found.changes if change.severity is not Severity.NOISE] == [
        "enrollment.target",
        "eligibility.age",
    ]


def test_criteria_that_went_back_are_found_although_positions_moved():
    more = CRITERIA.replace("* Pain intensity", "* One more point\n* Pain intensity")
    net, steps = window({}, eligibility(eligibilityCriteria=more), {})
    assert [change.path for change in reverted(net, steps)] == ["eligibility.criteria.inclusion[1]"]
    words = story(net_effect(net, steps))
    assert words is not None
    assert words.lines[0].sentence.startswith("Inclusion criterion changed and was reverted after 4 days")


def test_noise_is_no_reversal():
    net, steps = window({}, eligibility(eligibilityCriteria=CRITERIA.replace("women", "women.")), {})
    assert reverted(net, steps) == ()


def test_what_a_single_step_changed_is_no_reversal_though_the_ends_are_equal():
    """The step back may be missing: its comparison was not kept, or it was told as something else."""
    net, steps = window(people(200), people(50), people(200))
    assert len(reverted(net, steps)) == 1
    assert reverted(net, steps[:1]) == ()
    assert reverted(net, steps[1:]) == ()


def test_two_changes_of_one_place_in_a_single_step_are_no_reversal():
    net, steps = window(people(200), people(50), people(200))
    (change,) = (one for one in steps[0].changes if one.kind == "enrollment.target")
    twice = dataclasses.replace(steps[0], changes=(change, change))
    assert reverted(net, [twice]) == ()


def test_a_reversal_without_known_days_says_none():
    net, steps = window(people(200), people(50), people(200))
    nameless = [
        dataclasses.replace(step, newer=dataclasses.replace(step.newer, data_version=None, last_update_posted=None))
        for step in steps
    ]
    found = story(net_effect(net, nameless))
    assert found is not None
    assert found.headline == "Enrollment changed and reverted"


def opened(fields):
    return fields | status(overallStatus="RECRUITING", startDateStruct={"date": "2025-04-11", "type": "ACTUAL"})


def test_what_an_earlier_update_posted_has_its_day_and_its_lag():
    before = status(overallStatus="NOT_YET_RECRUITING", startDateStruct={"date": "2025-04-11", "type": "ACTUAL"})
    touched = status(statusVerifiedDate="2026-02")
    net, steps = window(before, opened(before), opened(before) | touched)
    assert steps[0].changes[0].facts["lag_days"] == 301
    found = story(net_effect(net, steps), steps=2)
    assert found is not None
    assert found.when == "posted 6 Feb 2026"
    assert "posted 301 days later" in found.headline


def test_what_several_updates_posted_says_from_when_to_when():
    fewer = people(100)
    stopped = fewer | status(overallStatus="SUSPENDED", whyStopped="FDA")
    net, steps = window(people(200), fewer, stopped, stopped | status(statusVerifiedDate="2026-02"))
    found = story(net_effect(net, steps), steps=3)
    assert found is not None
    assert found.when == "posted 6 – 10 Feb 2026"


def test_what_the_registry_did_alone_is_not_laid_to_a_sponsor_who_updated_later():
    links = ("protocolSection", "referencesModule", "seeAlsoLinks")
    base = a_plain_record({})
    gone = put(put(base, links, None), ("derivedSection", "miscInfoModule", "versionHolder"), "2026-02-06")
    later = a_posted(put(gone, ("protocolSection", "designModule", "enrollmentInfo", "count"), 99), "2026-02-10")
    steps = [compare_records(base, gone), compare_records(gone, later)]
    net = compare_records(base, later)
    assert {change.origin for change in net.changes} == {Origin.SPONSOR}
    origins = {change.kind.partition(".")[0]: change.origin for change in net_effect(net, steps).changes}
    assert (origins["link"], origins["enrollment"]) == (Origin.REGISTRY, Origin.SPONSOR)
