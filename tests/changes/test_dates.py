from __future__ import annotations

from typing import Any

import pytest

from tests.changes.telling import changes, compared, design, only, said, status
from watcher.changes.meaning.evidence import History
from watcher.changes.model import Severity, Verb
from watcher.changes.wording.say import phrase

FAR = "2030-06-30"


def primary(date: str | None, type_: str | None = "ESTIMATED") -> dict[tuple[str, ...], Any]:
    return status(primaryCompletionDateStruct=struct(date, type_))


def completion(date: str | None, type_: str | None = "ESTIMATED") -> dict[tuple[str, ...], Any]:
    return status(completionDateStruct=struct(date, type_))


def start(date: str | None, type_: str | None = "ESTIMATED") -> dict[tuple[str, ...], Any]:
    return status(startDateStruct=struct(date, type_))


def struct(date: str | None, type_: str | None) -> Any:
    return None if date is None else {"date": date} | ({} if type_ is None else {"type": type_})


SLIPS = [
    ("2028-01-01", "2028-01-31", "minor", "primary completion planned → planned, +30 days"),
    ("2028-01-01", "2028-03-30", "minor", "primary completion planned → planned, +89 days"),
    ("2028-01-01", "2028-03-31", "major", "primary completion planned → planned, +90 days"),
    ("2028-01-01", "2028-05-29", "major", "primary completion planned → planned, +149 days"),
    ("2028-01-01", "2028-05-30", "critical", "primary completion planned → planned, +150 days"),
    ("2028-01", "2028-03", "minor", "primary completion planned → planned, +2 months"),
    ("2028-01", "2028-04", "major", "primary completion planned → planned, +3 months"),
    ("2028-01", "2028-06", "critical", "primary completion planned → planned, +5 months"),
    ("2028-01-15", "2028-02", "minor", "primary completion planned → planned, +1 month"),
    ("2028", "2029-01", "minor", "primary completion planned → planned, size unknown"),
    ("2028", "2030", "critical", "primary completion planned → planned, size unknown"),
]


@pytest.mark.parametrize(("old", "new", "level", "rule"), SLIPS)
def test_a_slip_is_as_loud_as_it_is_long(old, new, level, rule):
    change = only(primary(old) | completion(FAR), primary(new))
    assert (change.kind, change.severity.value, change.rule) == ("date.primary.slip", level, rule)
    assert (change.path, change.before, change.after) == ("status.primaryCompletionDate", old, new)


@pytest.mark.parametrize(
    ("old", "new", "level", "lift"),
    [
        ("2026-08-09", "2026-08-20", "major", "minor → major"),
        ("2026-08-10", "2026-08-20", "minor", None),
        ("2026-08-01", "2026-11-15", "major", None),
        ("2025-08-14", "2026-02-20", "critical", None),
        ("2025-08-14", "2025-09-14", "major", "minor → major"),
        ("2025-08-13", "2025-09-14", "minor", None),
    ],
)
def test_a_slip_of_a_near_date_is_one_louder_but_never_above_major_under_150_days(old, new, level, lift):
    change = only(primary(old) | completion(FAR), primary(new))
    assert change.severity.value == level
    assert ("within 180 days of the posting" in change.rule) is (lift is not None)
    assert lift is None or f" · {lift}: " in change.rule


def test_a_slip_onto_the_unmoved_completion_date_is_never_above_major_and_says_so():
    change = only(primary("2028-01-01") | completion("2029-01-01"), primary("2029-01-01"))
    assert change.severity is Severity.MAJOR
    assert change.rule.endswith(" · critical → major: the new date is the unmoved completion date")
    assert "now the day of study completion, which did not move" in phrase(change).sentence
    assert "now the day of study completion, which did not move" in (phrase(change).note or "")


@pytest.mark.parametrize(
    ("old", "new", "level"),
    [("2028-04-01", "2028-01-02", "major"), ("2028-04-01", "2028-01-03", "minor"), ("2028-04", "2028-01", "major")],
)
def test_an_earlier_date_is_major_from_90_days_and_still_planned(old, new, level):
    change = only(primary(old) | completion(FAR), primary(new))
    assert (change.kind, change.severity.value) == ("date.primary.earlier", level)
    assert phrase(change).sentence.endswith("; still planned.")


def test_planned_to_actual_is_major_and_starts_the_results_clock():
    change = only(primary("2027-03-31") | completion(FAR), primary("2026-01-27", "ACTUAL"))
    assert (change.kind, change.severity.value, change.rule) == (
        "date.primary.actual",
        "major",
        "primary completion planned → actual",
    )
    assert phrase(change).sentence == (
        "Primary completion is given as actual: 27 Jan 2026 (14 months earlier than the planned 31 Mar 2027);"
        " results would be due by 27 Jan 2027."
    )
    assert (phrase(change).was, phrase(change).now) == ("31 Mar 2027 planned", "27 Jan 2026 actual")


def test_the_same_day_made_actual_is_told_by_its_type():
    change = only(primary("2025-11-02") | completion(FAR), primary("2025-11-02", "ACTUAL"))
    assert (change.path, change.before, change.after) == ("status.primaryCompletionDateType", "ESTIMATED", "ACTUAL")
    assert phrase(change).sentence.startswith("Primary completion 2 Nov 2025, planned until now, is given as actual")


def test_an_untyped_date_made_actual_elsewhere_has_no_planned_date():
    words = said(primary("2025-11-02", None) | completion(FAR), primary("2025-12-02", "ACTUAL"))
    assert "(30 days later than the earlier 2 Nov 2025)" in words.sentence


@pytest.mark.parametrize(
    ("old", "new", "level"),
    [
        ("2025-11-02", "2025-11-20", "minor"),
        ("2025-11-02", "2024-11-11", "major"),
        ("2025-06-01", "2025-08-30", "major"),
    ],
)
def test_a_corrected_actual_date_is_major_from_90_days(old, new, level):
    change = only(primary(old, "ACTUAL") | completion(FAR), primary(new, "ACTUAL"))
    assert (change.kind, change.severity.value) == ("date.primary.corrected", level)
    assert phrase(change).sentence.startswith("Actual primary completion corrected from ")


def test_an_actual_date_taken_back_to_planned_is_told_with_both_types():
    change = only(primary("2025-11-02", "ACTUAL") | completion(FAR), primary("2027-11-02"))
    assert (change.kind, change.severity.value) == ("date.primary.slip", "critical")
    assert phrase(change).sentence == (
        "Primary completion changed from 2 Nov 2025 actual to 2 Nov 2027 planned (24 months later)."
    )
    same_day = only(primary("2025-11-02", "ACTUAL") | completion(FAR), primary("2025-11-02"))
    assert same_day.kind == "date.primary.corrected"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (("2026-07", "ESTIMATED"), ("2026-07-31", "ESTIMATED"), "told more exactly: Jul 2026 → 31 Jul 2026"),
        (("2026-07-31", "ESTIMATED"), ("2026-07", "ESTIMATED"), "told less exactly: 31 Jul 2026 → Jul 2026"),
        (("2026-07-31", None), ("2026-07-31", "ESTIMATED"), "now given as planned: 31 Jul 2026 → 31 Jul 2026"),
    ],
)
@pytest.mark.parametrize("name", ["primaryCompletionDate", "completionDate", "startDate"])
def test_the_same_date_told_otherwise_is_noise(name, old, new, words):
    struct_of = f"{name}Struct"
    change = only(status(**{struct_of: struct(*old)}), status(**{struct_of: struct(*new)}))
    assert (change.kind, change.severity.value) == ("date.precision", "noise")
    assert words in phrase(change).sentence


COMPLETIONS = [
    (completion("2029-01-01"), completion("2029-03-31"), "date.completion.slip", "minor"),
    (completion("2029-01-01"), completion("2029-05-30"), "date.completion.slip", "minor"),
    (completion("2029-01-01"), completion("2029-05-31"), "date.completion.slip", "major"),
    (completion("2029-01-01"), completion("2028-01-01"), "date.completion.earlier", "minor"),
    (completion("2029-01-01"), completion("2026-01-01", "ACTUAL"), "date.completion.actual", "minor"),
    (completion("2025-01-01", "ACTUAL"), completion("2026-01-01", "ACTUAL"), "date.completion.corrected", "minor"),
]


@pytest.mark.parametrize(("old", "new", "kind", "level"), COMPLETIONS)
def test_study_completion_is_one_level_below_never_below_minor_never_above_major(old, new, kind, level):
    change = only(old, new)
    assert (change.kind, change.severity.value, change.path) == (kind, level, "status.completionDate")


@pytest.mark.parametrize(
    ("new_completion", "is_mirrored"),
    [("2028-07-01", True), ("2028-08-15", True), ("2028-08-16", False), ("2028-05-17", True), ("2028-05-16", False)],
)
def test_completion_dates_that_move_within_45_days_of_each_other_are_told_as_one(new_completion, is_mirrored):
    found = changes(
        primary("2028-01-01") | completion("2028-01-01"), primary("2028-07-01") | completion(new_completion)
    )
    mirrored = next(change for change in found if change.kind == "date.completion.slip")
    assert (mirrored.severity is Severity.NOISE) is is_mirrored
    lead = phrase(found[0]).sentence
    assert ("study completion" in lead) is is_mirrored


def test_mirrored_dates_say_whether_they_are_the_same_or_along():
    same = changes(primary("2028-01") | completion("2028-01"), primary("2028-08") | completion("2028-08"))
    assert phrase(same[0]).sentence == (
        "Planned primary completion moved from Jan 2028 to Aug 2028 (7 months later);"
        " study completion has the same dates."
    )
    along = changes(
        primary("2024-12-02") | completion("2025-03-01"),
        primary("2025-09-02") | completion("2025-11-01"),
        posted="2025-06-13",
    )
    assert phrase(along[0]).sentence.endswith("; study completion along with it, from 1 Mar 2025 to 1 Nov 2025.")


def test_dates_that_do_different_things_are_not_mirrored():
    found = changes(
        primary("2025-11-02") | completion("2025-11-02"), primary("2025-11-02", "ACTUAL") | completion("2025-11-12")
    )
    assert [change.kind for change in found] == ["date.primary.actual", "date.completion.slip"]
    assert Severity.NOISE not in {change.severity for change in found}


def test_a_precision_beside_a_slip_is_not_mirrored():
    found = changes(primary("2028-01-01") | completion("2028-07"), primary("2028-01-11") | completion("2028-07-11"))
    assert {change.kind for change in found} == {"date.primary.slip", "date.precision"}


def test_a_start_that_moves_along_is_told_with_primary_completion():
    found = changes(start("2027-01-01") | primary("2028-01-01"), start("2027-07-01") | primary("2028-07-01"))
    assert "the start along with it, from 1 Jan 2027 to 1 Jul 2027" in phrase(found[0]).sentence
    assert {change.kind for change in found} == {"date.primary.slip", "date.start.moved"}


@pytest.mark.parametrize(
    ("old", "new", "kind", "level"),
    [
        (start("2027-01-01"), start("2027-03-01"), "date.start.moved", "minor"),
        (start("2027-03-01"), start("2027-01-01"), "date.start.moved", "minor"),
        (start("2025-03-01", "ACTUAL"), start("2025-04-01", "ACTUAL"), "date.start.moved", "minor"),
        (start("2027-03-01"), start("2026-02-01", "ACTUAL"), "date.start.actual", "minor"),
        (start("2024-11-01", "ACTUAL"), start("2025-03-01", "ACTUAL"), "date.start.retroactive", "minor"),
        (start("2025-01-09"), start("2025-01-10"), "date.start.retroactive", "minor"),
        (start("2025-01"), start("2025-02"), "date.start.moved", "minor"),
    ],
)
def test_every_move_of_the_start_has_its_kind(old, new, kind, level):
    change = only(old, new)
    assert (change.kind, change.severity.value, change.path) == (kind, level, "status.startDate")


def test_a_start_moved_over_the_registration_says_so():
    words = said(start("2024-11-01", "ACTUAL"), start("2025-03-01", "ACTUAL"))
    assert words.sentence.endswith("; from before to after the first registration on 10 Jan 2025.")


@pytest.mark.parametrize(
    ("day", "text"),
    [
        ("2025-08-15", "posted 179 days later"),
        ("2025-08", "posted 6 months later"),
        ("2026-01-11", None),
        ("2026-03-01", None),
    ],
)
def test_the_lag_of_a_start_is_told_from_31_days(day, text):
    sentence = said(start("2027-11-30"), start(day, "ACTUAL")).sentence
    assert ("posted" in sentence) is (text is not None)
    assert text is None or text in sentence


def test_without_an_update_there_is_no_lag():
    assert "posted" not in said(start("2027-11-30"), start("2025-08-15", "ACTUAL"), posted=None).sentence


def test_an_actual_start_folds_into_the_opening():
    found = changes(
        start("2025-02") | status(overallStatus="NOT_YET_RECRUITING"),
        start("2025-04-11", "ACTUAL") | status(overallStatus="RECRUITING"),
    )
    assert [(change.kind, change.severity.value) for change in found] == [
        ("status.opened", "major"),
        ("date.start.actual", "noise"),
    ]


def test_running_totals_are_told_from_the_second_delay_on():
    history = History(
        first_seen_on="2026-02-03",
        values={"status.primaryCompletionDate": ("2027-01-01", "2027-06-01", "2027-03-01")},
    )
    words = said(primary("2027-03-01") | completion(FAR), primary("2028-09-03"), history=history)
    assert words.sentence.endswith("; second delay, +611 days since Feb 2026.")
    first = History(first_seen_on="2026-02-03", values={"status.primaryCompletionDate": ("2027-03-01",)})
    assert "delay" not in said(primary("2027-03-01") | completion(FAR), primary("2028-09-03"), history=first).sentence


def test_a_history_that_lacks_the_older_date_is_completed_by_it():
    history = History(values={"status.completionDate": ("2027-01-01", "2027-06-01", "x")})
    words = said(completion("2029-01-01"), completion("2029-12-01"), history=history)
    assert words.sentence.endswith("; third delay, +1,065 days.")


def test_a_return_to_an_earlier_date_is_a_reversal():
    history = History(values={"status.primaryCompletionDate": ("2028-01-01", "2028-07-01")})
    change = only(primary("2028-07-01") | completion(FAR), primary("2028-01-01"), history=history)
    assert change.verb is Verb.REVERTED
    assert phrase(change).sentence.startswith("Planned primary completion moved back from 1 Jul 2028 to 1 Jan 2028")


@pytest.mark.parametrize(("old", "new"), [(None, "2028-01-01"), ("2028-01-01", None), ("2028-01-01", "soon")])
def test_a_date_that_comes_or_goes_is_told_as_a_field(old, new):
    found = changes(primary(old), primary(new))
    assert found
    assert all(change.kind.startswith("field.") for change in found)


def test_slips_take_their_own_nearness_rule_and_no_context():
    observational = {("protocolSection", "designModule", "studyType"): "OBSERVATIONAL"}
    assert only(observational | primary("2028-01") | completion(FAR), primary("2029-01")).severity is Severity.CRITICAL
    assert (
        only(observational | primary("2028-01") | completion(FAR), primary("2026-01", "ACTUAL")).severity
        is Severity.MINOR
    )


def test_a_date_of_the_past_posted_without_a_day_still_has_a_level():
    comparison = compared(primary("2026-03-01") | completion(FAR), primary("2026-03-20"), posted=None)
    assert [change.severity.value for change in comparison.changes] == ["major"]


def test_the_line_of_primary_completion_says_when_results_would_be_due():
    words = said(primary("2027-03-31"), primary("2026-01-27", "ACTUAL"), posted="2026-03-13")
    assert words.note == "14 months earlier; results would be due by 27 Jan 2027"
    assert (words.was, words.now) == ("31 Mar 2027 planned", "27 Jan 2026 actual")


@pytest.mark.parametrize(
    ("before", "kind"), [(("2025-11-02",), "date.primary.actual"), (("2025-11-02", "ACTUAL"), "date.primary.corrected")]
)
def test_a_primary_completion_long_over_says_how_late_it_was_posted_and_that_results_were_due(before, kind):
    change = only(primary(*before), primary("2024-11-11", "ACTUAL"), posted="2026-02-11")
    words = phrase(change)
    assert change.kind == kind
    assert words.note == "12 months earlier; posted 457 days later; results would have been due by 11 Nov 2025"
    assert words.sentence.endswith("; posted 457 days later; results would have been due by 11 Nov 2025.")


def test_the_usual_weeks_until_a_posting_are_not_worth_a_word():
    assert "posted" not in (
        said(primary("2027-03-31"), primary("2026-01-01", "ACTUAL"), posted="2026-03-31").note or ""
    )
    assert "posted 90 days later" in str(
        said(primary("2027-03-31"), primary("2026-01-01", "ACTUAL"), posted="2026-04-01")
    )


@pytest.mark.parametrize(
    "why",
    [design(studyType="OBSERVATIONAL"), status(overallStatus="WITHDRAWN"), status(dispFirstSubmitDate="2025-01-01")],
)
def test_nothing_is_said_to_be_due_where_no_results_are(why):
    base = primary("2027-03-31") | why
    words = said(base, primary("2026-01-27", "ACTUAL"))
    assert "due" not in words.sentence + str(words.note)


def test_the_day_results_are_due_stands_in_one_line_when_the_trial_is_completed_with_it():
    found = changes(primary("2027-03-31"), primary("2026-01-27", "ACTUAL") | status(overallStatus="COMPLETED"))
    notes = {change.kind: phrase(change).note for change in found}
    assert notes["status.completed"] == "results would be due by 27 Jan 2027"
    assert notes["date.primary.actual"] == "14 months earlier"
