from __future__ import annotations

from typing import Any

import pytest

from tests.changes.telling import changes, design, only, said, status
from watcher.changes.families.enrollment import count
from watcher.changes.meaning.evidence import History
from watcher.changes.model import Json, Severity, Verb
from watcher.changes.wording.say import phrase


def people(number: Json, type_: str | None = "ESTIMATED") -> dict[tuple[str, ...], Any]:
    if number is None and type_ is None:
        return design(enrollmentInfo=None)
    info = ({} if number is None else {"count": number}) | ({} if type_ is None else {"type": type_})
    return design(enrollmentInfo=info)


ROWS = [
    (people(200), people(102), "enrollment.target", "major", "planned → planned, −49 %: major"),
    (people(200), people(100), "enrollment.target", "critical", "planned → planned, −50 %: critical"),
    (people(200), people(160), "enrollment.target", "major", "planned → planned, −20 %: major"),
    (people(200), people(161), "enrollment.target", "minor", "planned → planned, −19.5 %: minor"),
    (people(1000), people(1004), "enrollment.target", "minor", "planned → planned, +0.4 %: minor"),
    (people(10000), people(10001), "enrollment.target", "minor", "planned → planned, +0.01 %: minor"),
    (people(100), people(150), "enrollment.target", "critical", "planned → planned, +50 %: critical"),
    (people(0), people(10), "enrollment.target", "critical", "planned → planned, from 0: critical"),
    (people(263), people(99, "ACTUAL"), "enrollment.final", "major", "→ actual, 38 % of the last target: major"),
    (people(100), people(90, "ACTUAL"), "enrollment.final", "minor", "→ actual, 90 % of the last target: minor"),
    (people(1000), people(899, "ACTUAL"), "enrollment.final", "major", "→ actual, 89.9 % of the last target: major"),
    (people(40), people(10, "ACTUAL"), "enrollment.final", "major", "→ actual, 25 % of the last target: major"),
    (people(35), people(4, "ACTUAL"), "enrollment.final", "critical", "→ actual, 11 % of the last target: critical"),
    (people(30), people(0, "ACTUAL"), "enrollment.final", "critical", "→ actual, 0 % of the last target: critical"),
    (people(100), people(120, "ACTUAL"), "enrollment.final", "minor", "→ actual, 120 % of the last target: minor"),
    (people(99999999), people(12, "ACTUAL"), "enrollment.final", "minor", "→ actual, no target known: minor"),
    (people(99, "ACTUAL"), people(101, "ACTUAL"), "enrollment.corrected", "minor", "actual → actual, +2 %: minor"),
    (people(100, "ACTUAL"), people(80, "ACTUAL"), "enrollment.corrected", "major", "actual → actual, −20 %: major"),
    (people(99, "ACTUAL"), people(150), "enrollment.target", "critical", "actual → planned, +52 %: critical"),
    (people(99999999), people(150), "enrollment.target", "minor", "planned → planned, size unknown: minor"),
    (people(None, None), people(150), "enrollment.target", "minor", "untyped → planned, size unknown: minor"),
    (people(150), people(None, None), "enrollment.target", "minor", "planned → untyped, size unknown: minor"),
    (people(150, None), people(150), "enrollment.target", "noise", "type given, the same number"),
]


@pytest.mark.parametrize(("old", "new", "kind", "level", "rule"), ROWS)
def test_count_and_type_are_one_thing(old, new, kind, level, rule):
    change = only(old, new)
    assert (change.kind, change.severity.value, change.rule) == (kind, level, rule)


SENTENCES = [
    (people(200), people(102), "Planned enrollment cut from 200 to 102 participants (−49 %)."),
    (people(200), people(1200), "Planned enrollment raised from 200 to 1,200 participants (+500 %)."),
    (people(263), people(99, "ACTUAL"), "Enrollment is given as actual: 99 participants of 263 planned (38 %)."),
    (people(None, None), people(1, "ACTUAL"), "Enrollment is given as actual: 1 participant."),
    (people(99, "ACTUAL"), people(101, "ACTUAL"), "Actual enrollment corrected from 99 to 101 participants (+2 %)."),
    (people(99, "ACTUAL"), people(150), "Enrollment planned again: 150 participants, after an actual count of 99."),
    (people(99, None), people(150), "Enrollment changed from 99 to 150 planned (+52 %)."),
    (people(99999999), people(150), "Planned enrollment now given: 150 participants."),
    (people(150), people(99999999), "Enrollment no longer given; it was 150 planned."),
    (people(150, None), people(99999999, None), "Enrollment no longer given; it was 150."),
    (people(150, None), people(150), "Enrollment stays at 150 participants, now planned."),
    (people(150), people(150, None), "Enrollment stays at 150 participants, now without a type."),
    (people(0), people(10), "Planned enrollment raised from 0 to 10 participants."),
    (people(99999999), people(None, None), "Enrollment no longer given."),
]


@pytest.mark.parametrize(("old", "new", "sentence"), SENTENCES)
def test_enrollment_is_said_with_its_type(old, new, sentence):
    assert said(old, new).sentence == sentence


def test_sides_and_size_stand_beside_each_other():
    words = said(people(263), people(99, "ACTUAL"))
    assert (words.was, words.now, words.note) == ("263 planned", "99 actual", "38 % of the target")
    words = said(people(18), people(18, "ACTUAL"))
    assert (words.was, words.now, words.note) == ("18 planned", "18 actual", None)
    assert said(people(99999999), people(12)).was is None


def test_the_same_number_made_actual_is_told_by_its_type():
    change = only(people(18), people(18, "ACTUAL"))
    assert (change.path, change.before, change.after) == ("design.enrollmentType", "ESTIMATED", "ACTUAL")
    assert phrase(change).sentence == "Enrollment is given as actual: 18 participants of 18 planned (100 %)."


def test_counts_are_told_as_the_registry_spells_them():
    change = only(people(263), people(99, "ACTUAL"))
    assert (change.path, change.before, change.after) == ("design.enrollmentCount", 263, 99)
    assert all("designModule.enrollmentInfo" in path for path in change.record_paths)


@pytest.mark.parametrize(
    ("date", "type_", "level"),
    [
        ("2028-12", "ESTIMATED", "critical"),
        ("2027-06", "ESTIMATED", "major"),
        ("2028-12", "ACTUAL", "major"),
        (None, None, "major"),
    ],
)
def test_a_target_raised_with_a_later_primary_completion_is_one_louder(date, type_, level):
    moved = status(primaryCompletionDateStruct={"date": date, "type": type_} if date else None)
    found = changes(people(200), people(280) | moved)
    change = next(change for change in found if change.kind == "enrollment.target")
    assert change.severity.value == level
    is_late = level == "critical"
    assert change.rule.endswith(" · major → critical: raised together with a later primary completion") is is_late
    assert ("together with a later primary completion" in phrase(change).sentence) is is_late


def test_a_target_cut_with_a_later_date_is_no_expansion():
    moved = status(primaryCompletionDateStruct={"date": "2028-12", "type": "ESTIMATED"})
    change = next(one for one in changes(people(200), people(150) | moved) if one.kind == "enrollment.target")
    assert (change.severity, "later" in change.rule) == (Severity.MAJOR, False)


@pytest.mark.parametrize("value", [99_999_999, None, "12", True, 3.5])
def test_what_stands_for_unknown_is_no_number(value):
    assert count(value) is None


def test_a_return_to_an_earlier_target_is_a_reversal():
    history = History(values={"design.enrollmentCount": (200, 102)})
    change = only(people(102), people(200), history=history)
    assert change.verb is Verb.REVERTED
    assert phrase(change).sentence == "Planned enrollment set back from 102 to 200 participants (+96 %)."
