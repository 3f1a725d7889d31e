"""Outcome measures: every row of the taxonomy, the timing, the pairing across lists."""

from __future__ import annotations

from typing import Any

import pytest

from tests.changes.builders import a_posted, field, get, put
from tests.changes.told import POSTED, changes, news, of_kind, quiet_record, said, the
from watcher.changes.compare import compare_records
from watcher.changes.families.outcomes.outcome_identity import is_one_outcome
from watcher.changes.meaning.text_equality import is_same_in_form
from watcher.changes.model import Severity, Verb
from watcher.changes.story import tell
from watcher.changes.wording.say import phrase

PRIMARY = field("outcomesModule", "primaryOutcomes")
SECONDARY = field("outcomesModule", "secondaryOutcomes")
OTHER = field("outcomesModule", "otherOutcomes")
ARMS = field("armsInterventionsModule", "armGroups")
SURVIVAL = {"measure": "Overall survival", "timeFrame": "5 years"}

BEFORE = {"startDateStruct": {"date": "2026-09", "type": "ESTIMATED"}, "overallStatus": "NOT_YET_RECRUITING"}
AFTER = {"startDateStruct": {"date": "2025-03-03", "type": "ACTUAL"}}
COMPLETED = {"primaryCompletionDateStruct": {"date": "2026-02", "type": "ACTUAL"}}


def added(record: dict[str, Any], path: Any, outcome: Any) -> dict[str, Any]:
    return put(record, path, [*get(record, path), outcome])


@pytest.mark.parametrize(
    ("path", "name", "level", "rule"),
    [
        (PRIMARY, "primary", Severity.CRITICAL, "primary outcome added"),
        (SECONDARY, "secondary", Severity.MINOR, "secondary outcome added"),
        (OTHER, "other", Severity.MINOR, "other outcome added"),
    ],
)
def test_outcome_added_and_removed_has_the_level_of_its_list(path, name, level, rule):
    old = quiet_record()
    new = added(old, path, SURVIVAL)
    came = the(changes(old, new), f"outcome.{name}.added")
    assert (came.severity, came.rule, came.verb) == (level, rule, Verb.ADDED)
    assert came.path == f"outcomes.{name}.Overall survival"
    assert (came.before, came.after) == (None, SURVIVAL)
    assert said(came) == (
        f"{name.capitalize()} outcome added (after the start of the trial): “Overall survival” (time frame: 5 years)."
    )
    went = the(changes(new, old), f"outcome.{name}.removed")
    assert (went.severity, went.verb, went.before) == (level, Verb.REMOVED, SURVIVAL)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (BEFORE, "before the start of the trial"),
        (AFTER, "after the start of the trial"),
        (COMPLETED, "after primary completion"),
        ({"startDateStruct": None}, "the record gives no start date"),
        ({"startDateStruct": {"date": "2026-03", "type": "ACTUAL"}}, "before the start of the trial"),
        ({"startDateStruct": {"date": "2026-01", "type": "ESTIMATED"}}, "after the start of the trial"),
        (
            {"primaryCompletionDateStruct": {"date": "2026-02", "type": "ESTIMATED"}},
            "after the start of the trial",
        ),
    ],
)
def test_timing_is_always_said(status, words):
    old = quiet_record(**status)
    change = the(changes(old, added(old, PRIMARY, SURVIVAL)), "outcome.primary.added")
    assert f"({words})" in said(change)


def test_without_any_day_the_timing_stays_open():
    old = quiet_record(lastUpdatePostDateStruct=None)
    old = put(old, ("derivedSection", "miscInfoModule", "versionHolder"), None)
    change = the(changes(old, added(old, PRIMARY, SURVIVAL), posted=None), "outcome.primary.added")
    assert change.facts["timing"] == "no start date given"


@pytest.mark.parametrize(
    ("status", "fields", "level", "rule", "part"),
    [
        (AFTER, {"measure": "Change in worst pain intensity"}, Severity.MAJOR, "measure edited", "measure"),
        (AFTER, {"timeFrame": "Baseline and 12 weeks"}, Severity.MAJOR, "time frame edited", "time frame"),
        (AFTER, {"description": "Visual scale"}, Severity.MAJOR, "description edited", "description"),
        (AFTER, {"description": None}, Severity.MAJOR, "description edited", "description"),
        (
            COMPLETED,
            {"timeFrame": "Baseline and 12 weeks"},
            Severity.CRITICAL,
            "· major → critical: after primary completion",
            "time frame",
        ),
        (AFTER, {"measure": "change in pain-intensity."}, Severity.NOISE, "only case, punctuation or markup", None),
    ],
)
def test_modified_primary_outcome(status, fields, level, rule, part):
    old = quiet_record(**status)
    new = old
    for key, value in fields.items():
        new = put(new, (*PRIMARY, 0, key), value)
    change = the(changes(old, new), "outcome.primary.modified")
    assert change.severity is level
    assert rule in change.rule
    assert change.facts["parts"] == ([part] if part else [])
    sentence = said(change)
    assert (part is None) == ("in punctuation or case alone" in sentence)


def test_reworded_outcome_tells_every_part():
    old = quiet_record()
    new = put(old, (*PRIMARY, 0, "measure"), "Change in worst pain intensity")
    new = put(new, (*PRIMARY, 0, "timeFrame"), "Baseline and 48 weeks")
    change = the(changes(old, new), "outcome.primary.modified")
    assert said(change) == (
        "Primary outcome reworded (after the start of the trial), now “Change in worst pain intensity”, before "
        "“Change in pain intensity”; time frame now “Baseline and 48 weeks”, before “Baseline and 24 weeks”."
    )


@pytest.mark.parametrize(("before", "after"), [(None, "A new text"), ("An old text", None)])
def test_description_that_comes_or_goes_is_said(before, after):
    old = put(quiet_record(), SECONDARY, [{"measure": "Days off work", **({"description": before} if before else {})}])
    new = put(old, SECONDARY, [{"measure": "Days off work", **({"description": after} if after else {})}])
    change = the(changes(old, new), "outcome.secondary.modified")
    assert change.severity is Severity.MINOR
    assert ("description added, “A new text”" if after else "description removed, it was “An old text”") in said(change)


def test_another_measure_under_the_same_description_is_another_outcome():
    text = "Assessed by the investigator"
    old = put(quiet_record(), PRIMARY, [{"measure": "Overall survival", "description": text, "timeFrame": "2 years"}])
    new = put(old, PRIMARY, [{"measure": "Pain intensity", "description": text, "timeFrame": "2 years"}])
    kinds = {change.kind for change in news(changes(old, new))}
    assert kinds == {"outcome.primary.added", "outcome.primary.removed"}


def test_abbreviated_measure_is_the_same_outcome():
    old = put(quiet_record(), PRIMARY, [{"measure": "PFS", "description": "Time to progression or death, in months"}])
    new = put(old, (*PRIMARY, 0, "measure"), "Progression Free Survival")
    assert the(changes(old, new), "outcome.primary.modified").severity is Severity.MAJOR


@pytest.mark.parametrize(
    ("source", "target", "kind", "level"),
    [
        (SECONDARY, PRIMARY, "outcome.promoted", Severity.CRITICAL),
        (OTHER, PRIMARY, "outcome.promoted", Severity.CRITICAL),
        (PRIMARY, SECONDARY, "outcome.demoted", Severity.CRITICAL),
        (SECONDARY, OTHER, "outcome.other.moved", Severity.MINOR),
    ],
)
@pytest.mark.parametrize("measure", ["Overall survival", "Overall survival, all randomised patients"])
def test_outcome_that_changes_lists_is_moved(source, target, kind, level, measure):
    base = quiet_record()
    first = {"measure": "Overall survival of all patients", "timeFrame": "5 years"}
    old = added(base, source, first if "randomised" in measure else SURVIVAL)
    new = added(base, target, {"measure": measure, "timeFrame": "5 years"})
    found = news(changes(old, new))
    change = the(found, kind)
    assert [one.kind for one in found] == [kind]
    assert (change.severity, change.verb) == (level, Verb.MOVED)
    assert "Outcome" in said(change)
    assert ("; now “Overall survival, all randomised" in said(change)) == ("randomised" in measure)


def test_outcome_replaced_by_another_is_no_move():
    base = quiet_record()
    old = added(base, SECONDARY, {"measure": "Hospital days", "timeFrame": "1 year"})
    new = added(base, PRIMARY, SURVIVAL)
    assert {one.kind for one in news(changes(old, new))} == {"outcome.primary.added", "outcome.secondary.removed"}


def _frames(record: dict[str, Any], *frames: str) -> dict[str, Any]:
    outcomes = [{"measure": f"Measure {'abc'[at]}", "timeFrame": frame} for at, frame in enumerate(frames)]
    return put(record, SECONDARY, outcomes)


@pytest.mark.parametrize(
    ("old", "new", "is_shared"),
    [
        (("12 months", "24 months"), ("15 months", "27 months"), True),
        (("Up to 12 weeks", "24 weeks"), ("Up to 13 weeks", "25 weeks"), True),
        (("60 months", "60 months"), ("66 months", "66 months"), True),
        (("12 months", "24 months"), ("18 months", "30 months"), False),
        (("12 months", "24 months"), ("15 months", "25 months"), False),
        (("12 months", "24 months"), ("15 months", "27 weeks"), False),
        (("12 months", "24 months"), ("15 months", "about 27 months"), False),
        (("12 visits", "24 visits"), ("13 visits", "25 visits"), False),
        (("12 months",), ("13 months",), False),
    ],
)
def test_small_step_shared_by_all_time_frames_is_one_line(old, new, is_shared):
    found = news(changes(_frames(quiet_record(), *old), _frames(quiet_record(), *new)))
    shared = of_kind(found, "outcome.timeframes")
    assert bool(shared) == is_shared
    assert len(found) == (1 if is_shared else len(old))
    if shared:
        assert shared[0].severity is Severity.MINOR
        assert said(shared[0]).startswith("Time frames of 2 outcomes ")


def test_shared_step_after_primary_completion_still_tells_the_primary_outcome():
    old = put(_frames(quiet_record(**COMPLETED), "12 months"), (*PRIMARY, 0, "timeFrame"), "12 months")
    new = put(_frames(old, "13 months"), (*PRIMARY, 0, "timeFrame"), "13 months")
    assert the(changes(old, new), "outcome.primary.modified").severity is Severity.CRITICAL


def test_context_lifts_primary_outcomes_alone():
    old = put(quiet_record(), ("protocolSection", "designModule", "phases"), ["PHASE3"])
    old = put(old, ("protocolSection", "designModule", "enrollmentInfo", "count"), 400)
    new = put(old, (*PRIMARY, 0, "timeFrame"), "Baseline and 48 weeks")
    new = put(new, (*SECONDARY, 3, "timeFrame"), "48 weeks")
    found = changes(old, new)
    assert the(found, "outcome.primary.modified").severity is Severity.CRITICAL
    assert the(found, "outcome.secondary.modified").severity is Severity.MINOR


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("HbA1c \\>= 7.0 %", "HbA1c ≥ 7.0 %", True),
        ("Double-blind", "double blind", True),
        ("ER+ disease", "ER- disease", False),
        ("at least 1.5 mg", "at least 15 mg", False),
        ("change of -5", "change of 5", False),
        ("age < 18", "age > 18", False),
    ],
)
def test_form_is_not_meaning(old, new, same):
    assert is_same_in_form(old, new) is same


@pytest.mark.parametrize(
    ("old", "new", "is_one"),
    [
        ("PFS", "Progression-Free Survival", True),
        ("Progression-Free Survival", "PFS", True),
        ("Overall Survival (OS)", "OS", True),
        ("Pain intensity", "Change from baseline in pain intensity at 12 weeks", True),
        ("Change in relaxation rates", "Change in relaxation rate", True),
        ("Tumor response", "Tumour response", True),
        ("Pain at 6 months", "Pain at 12 months", True),
        ("Overall survival", "Progression-free survival", False),
        ("Change from baseline in HbA1c", "Change from baseline in body weight", False),
        ("Number of participants with pain", "Number of participants with fever", False),
        ("Cmax of drug A", "AUC of drug A", False),
        ("IL-6 level", "IL-8 level", False),
        ("Pain", "Progression-Free Survival", False),
    ],
)
def test_an_outcome_is_the_same_only_when_its_measure_proves_it(old, new, is_one):
    assert is_one_outcome(old, new) is is_one


def test_another_measure_under_the_same_long_description_and_time_frame_is_another_outcome():
    text = "Assessed by the investigator at every visit on a visual scale from 0 (none) to 10 (the worst that can be)"
    old = put(quiet_record(), PRIMARY, [{"measure": "Change in pain", "description": text, "timeFrame": "2 years"}])
    new = put(old, (*PRIMARY, 0, "measure"), "Change in fatigue")
    assert {one.kind for one in news(changes(old, new))} == {"outcome.primary.added", "outcome.primary.removed"}


def test_every_part_that_differs_is_shown_with_was_and_now():
    old = quiet_record()
    new = put(old, (*PRIMARY, 0, "measure"), "Changes in pain intensity")
    new = put(new, (*PRIMARY, 0, "timeFrame"), "Baseline and 104 weeks")
    words = phrase(the(changes(old, new), "outcome.primary.modified"))
    assert words.note is None
    assert words.heading == "Primary outcome “Changes in pain intensity”"
    assert words.items == (
        "time frame: Baseline and 24 weeks → Baseline and 104 weeks",
        "Changed after the start of the trial.",
    )


def test_the_timing_never_stands_behind_a_value():
    old = quiet_record()
    for new in (
        put(old, (*PRIMARY, 0, "timeFrame"), "Baseline and 52 weeks"),
        added(old, PRIMARY, SURVIVAL),
        put(put(old, SECONDARY, []), PRIMARY, [*get(old, PRIMARY), get(old, SECONDARY)[0]]),
    ):
        shown = [phrase(one) for one in news(changes(old, new)) if one.kind.startswith("outcome.")]
        assert shown
        assert [words.note for words in shown] == [None] * len(shown)
        done = {Verb.ADDED: "Added", Verb.CHANGED: "Changed", Verb.MOVED: "Moved", Verb.REMOVED: "Removed"}
        assert [words.items[-1] for words in shown] == [
            f"{done[words.verb]} after the start of the trial." for words in shown
        ]


@pytest.mark.parametrize("count", [2, 12])
def test_a_whole_list_of_outcomes_that_went_or_came_is_one_sentence(count):
    base = quiet_record()
    outcomes = [{"measure": f"Measure {number}", "timeFrame": "1 year"} for number in range(count)]
    full, empty = put(base, SECONDARY, outcomes), put(base, SECONDARY, None)
    (gone,), (came,) = (news(changes(*pair)) for pair in ((full, empty), (empty, full)))
    assert (gone.kind, gone.severity) == ("outcome.secondary.removed", Severity.MINOR)
    shown = "“Measure 0” and “Measure 1”" if count == 2 else "“Measure 0”, “Measure 1”, “Measure 2” and 9 more"
    every = "Both" if count == 2 else f"All {count}"
    assert said(gone) == f"{every} secondary outcomes were removed (after the start of the trial): {shown}."
    assert phrase(gone).items == tuple(one["measure"] for one in outcomes)
    assert said(came).startswith(f"{count} secondary outcomes were added, before there were none (after the start")


def test_a_measure_that_says_where_or_how_beside_what_it_said_is_the_same_one():
    assert is_one_outcome("ORR", "ORR by blinded central review")
    assert is_one_outcome("ORR in the per-protocol population", "ORR")
    assert not is_one_outcome("Pain", "Pain medication taken at home")
    assert not is_one_outcome("Number of participants", "Number of participants with fever")


@pytest.mark.parametrize("posted", ["2026-03-10", "2026-04-09"])
def test_outcome_reworded_with_or_soon_after_the_results_is_restated(posted):
    base = put(quiet_record(), field("statusModule", "resultsFirstPostDateStruct"), {"date": "2026-03-10"})
    old = put(base, ("hasResults",), posted != "2026-03-10")
    new = put(put(old, ("hasResults",), True), (*PRIMARY, 0, "measure"), "Mean change in worst pain intensity")
    new = put(new, (*SECONDARY, 0, "timeFrame"), "26 weeks")
    found = of_kind(changes(old, new, posted=posted), "outcome.restated_with_results")
    assert [(one.facts["list"], one.severity) for one in found] == [
        ("primary", Severity.MINOR),
        ("secondary", Severity.MINOR),
    ]


def test_outcome_reworded_long_after_the_results_is_no_restatement():
    old = put(quiet_record(), field("statusModule", "resultsFirstPostDateStruct"), {"date": "2026-01-10"})
    old = put(old, ("hasResults",), True)
    new = put(old, (*PRIMARY, 0, "measure"), "Mean change in worst pain intensity")
    assert of_kind(changes(old, new), "outcome.primary.modified")


def test_another_outcome_in_the_step_of_the_results_keeps_its_own_kind_and_level():
    old = quiet_record()
    new = put(put(old, ("hasResults",), True), (*PRIMARY, 0, "measure"), "Overall survival")
    found = {one.kind: one.severity for one in news(changes(old, new))}
    assert found["outcome.primary.removed"] is found["outcome.primary.added"] is Severity.CRITICAL


def test_of_two_equal_measures_it_is_said_which_went_and_that_the_other_stays():
    old = quiet_record()
    outcomes = get(old, SECONDARY)
    new = put(old, SECONDARY, [one for one in outcomes if one.get("timeFrame") != "12 weeks"])
    change = the(changes(old, new), "outcome.secondary.removed")
    assert said(change).endswith(
        "“Quality of life” (time frame: 12 weeks); another one of this name stays, with time frame 24 weeks."
    )
    equal = put(old, SECONDARY, [outcomes[0], outcomes[0]])
    twin = the(changes(equal, put(equal, SECONDARY, outcomes[:1])), "outcome.secondary.removed")
    assert said(twin).endswith("listed once less; another one of this name stays.")


def test_a_measure_replaced_is_named_in_the_headline():
    old = quiet_record()
    new = put(old, PRIMARY, [SURVIVAL])
    newer = a_posted(new, POSTED)
    story = tell(
        compare_records(old, newer),
        record=newer,
        short_name=None,
        level_of=lambda change: change.severity,
        least=Severity.MINOR,
    )
    assert story is not None
    assert story.headline == "Change in pain intensity dropped as primary outcome, Overall survival in its place"


@pytest.mark.parametrize(
    ("module", "kinds", "said_of_it"),
    [
        ("outcomesModule", "outcome.", "The record no longer has any outcome measures"),
        ("armsInterventionsModule", "arm.", "The record no longer has any arms or interventions"),
        ("eligibilityModule", "eligibility.", "The record no longer has any eligibility criteria"),
        ("contactsLocationsModule", "site.", "The record no longer has any contacts or sites"),
        ("designModule", "design.", "The record no longer has any design or enrollment"),
    ],
)
def test_a_part_of_the_record_that_is_gone_is_told_once(module, kinds, said_of_it):
    old = quiet_record()
    found = changes(old, put(old, ("protocolSection", module), None))
    change = the(found, "record.part_removed")
    assert change.severity is Severity.MAJOR
    assert said(change).startswith(said_of_it)
    assert not [one.kind for one in found if one.kind.startswith(kinds)]


@pytest.mark.parametrize(
    ("module", "kinds", "said_of_it"),
    [
        (
            "outcomesModule",
            "outcome.",
            "The record now has 1 primary outcome, 4 secondary outcomes and 1 other outcome",
        ),
        ("armsInterventionsModule", "arm.", "The record now has 2 arms and 3 interventions; before, it had none"),
        ("eligibilityModule", "eligibility.", "The record now has eligibility criteria; before, it had none"),
        ("designModule", "design.", "The record now has design or enrollment information; before, it had none"),
    ],
)
def test_a_part_of_the_record_that_comes_back_is_told_once(module, kinds, said_of_it):
    new = quiet_record()
    found = changes(put(new, ("protocolSection", module), None), new)
    change = the(found, "record.part_added")
    assert change.severity is Severity.MAJOR
    assert said(change).startswith(said_of_it)
    assert phrase(change).items
    assert not [one.kind for one in found if one.kind.startswith(kinds)]


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        (PRIMARY, "The record no longer has any primary outcomes; before, it had 2."),
        (ARMS, "The record no longer has any arms; before, it had 2."),
    ],
)
def test_a_list_that_is_gone_from_a_part_that_stays_is_told_once(path, sentence):
    old = quiet_record()
    old = put(old, PRIMARY, [{"measure": "Sleep", "timeFrame": "1 year"}, {"measure": "Pain", "timeFrame": "1 year"}])
    found = news(changes(old, put(old, path, None)))
    assert [(one.kind, one.severity) for one in found] == [("record.part_removed", Severity.MAJOR)]
    assert said(found[0]) == sentence


def test_the_values_of_a_part_that_is_gone_are_named():
    old = quiet_record()
    change = the(changes(old, put(old, ("protocolSection", "eligibilityModule"), None)), "record.part_removed")
    items = phrase(change).items
    assert any(item.startswith("Eligibility criteria: ") for item in items)
    assert any(item.startswith("Minimum age: ") for item in items)
    change = the(changes(old, put(old, ("protocolSection", "oversightModule"), None)), "record.part_removed")
    assert any(item.startswith("Data monitoring committee: ") for item in phrase(change).items)


def test_a_step_that_several_time_frames_share_is_the_headline():
    old = quiet_record()
    frame = "From the first day on which the study drug is taken until the last visit, up to {} months"
    outcomes = [{"measure": measure, "timeFrame": frame.format(54)} for measure in ("Sleep", "Work", "Mood")]
    old = put(old, SECONDARY, outcomes)
    new = put(old, SECONDARY, [one | {"timeFrame": frame.format(60)} for one in outcomes])
    newer = a_posted(new, POSTED)
    story = tell(
        compare_records(old, newer),
        record=newer,
        short_name=None,
        level_of=lambda change: change.severity,
        least=Severity.MINOR,
    )
    assert story is not None
    assert story.headline == "Time frames of 3 secondary outcomes: 54 → 60 months"
