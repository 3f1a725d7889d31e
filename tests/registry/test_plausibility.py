"""What an answer about a trial is worth."""

import pytest

from tests.registry.scripted import study
from watcher.registry.plausibility import (
    SOUND,
    Plausibility,
    assess_age,
    assess_content,
    assess_identity_facts,
    assess_posting,
    data_day,
    is_behind,
    is_too_far_ahead,
)
from watcher.registry.registry_model import RawRecord


def raw(nct_id="NCT99000001", data_version="2026-03-13", aliases=()):
    return RawRecord(nct_id=nct_id, body=b"{}", fingerprint="0", data_version=data_version, aliases=aliases)


def record(*modules, status="RECRUITING"):
    status_module = {"overallStatus": status} if status else {}
    return {"protocolSection": {"statusModule": status_module} | {module: {} for module in modules}}


@pytest.mark.parametrize(
    ("new", "kept", "stale"),
    [
        ("2026-03-12", "2026-03-13", True),
        ("2025-12-31", "2026-01-01", True),
        ("2026-03-13", "2026-03-13", False),
        ("2026-03-14", "2026-03-13", False),
        (None, "2026-03-13", False),
        ("2026-03-13", None, False),
        ("12 March", "2026-03-13", False),
        ("2026-03-12", "tomorrow", False),
    ],
)
def test_only_an_older_date_is_stale(new, kept, stale):
    found = assess_age(raw(data_version=new), kept)
    assert (found.verdict is Plausibility.STALE) == stale
    assert not stale or (str(new) in found.reason and str(kept) in found.reason)


def test_a_whole_record_is_sound_at_first_sight_and_later():
    assert assess_content(study("NCT99000001"), None) == SOUND
    assert assess_content(study("NCT99000001"), study("NCT99000001")) == SOUND


@pytest.mark.parametrize(
    "new", [{}, {"protocolSection": []}, {"protocolSection": {"statusModule": 3}}, record(status="")]
)
def test_without_a_status_a_record_is_hollow(new):
    assert assess_content(new, None).verdict is Plausibility.HOLLOW
    assert assess_content(new, record()).verdict is Plausibility.HOLLOW


def test_a_status_already_missing_in_the_accepted_version_is_no_news():
    assert assess_content(record("a", status=""), record("a", status="")) == SOUND


@pytest.mark.parametrize(("lost", "hollow"), [(0, False), (1, False), (2, True), (3, True)])
def test_half_or_more_modules_lost_is_hollow(lost, hollow):
    kept = record("a", "b", "c")  # four with the status module
    new = record(*"abc"[lost:])
    found = assess_content(new, kept)
    assert (found.verdict is Plausibility.HOLLOW) == hollow
    assert not hollow or f"{lost} of its 4" in found.reason


def test_modules_exchanged_for_others_are_lost_all_the_same():
    assert assess_content(record("x", "y", "z"), record("a", "b", "c")).verdict is Plausibility.HOLLOW


@pytest.mark.parametrize(
    ("token", "day"),
    [("2026-03-13T09:00:05", "2026-03-13"), ("2026-03-13", "2026-03-13"), ("2026-13-45T09", None), ("v7", None),
     ("", None), (None, None)],
)  # fmt: skip
def test_a_token_is_read_as_a_day_only_where_it_begins_with_one(token, day):
    assert data_day(token) == day


@pytest.mark.parametrize(
    ("version", "day", "behind", "ahead"),
    [
        ("2026-03-12", "2026-03-13", True, False),
        ("2026-03-13", "2026-03-13", False, False),
        ("2026-03-16", "2026-03-13", False, False),
        ("2026-03-21", "2026-03-13", False, True),
        ("9999-12-31", "2026-03-13", False, True),
        ("tomorrow", "2026-03-13", False, True),
        (None, "2026-03-13", False, False),
        ("2026-03-12", None, False, False),
    ],
)
def test_a_record_is_behind_or_far_ahead_of_the_day_of_the_data(version, day, behind, ahead):
    record = raw(data_version=version)
    assert (is_behind(record, day), is_too_far_ahead(record, day)) == (behind, ahead)


def posted(day):
    status = {"overallStatus": "RECRUITING", "lastUpdatePostDateStruct": {"date": day}}
    return {"protocolSection": {"statusModule": status}}


@pytest.mark.parametrize(
    ("new", "kept", "stale"),
    [
        (posted("2026-03-12"), posted("2026-03-13"), True),
        (posted("2026-03-13"), posted("2026-03-13"), False),
        (posted("2026-03-14"), posted("2026-03-13"), False),
        (record(), posted("2026-03-13"), False),
        (posted("2026-03-12"), record(), False),
        (posted("2026-03-12"), None, False),
    ],
)
def test_an_earlier_posting_is_stale(new, kept, stale):
    assert (assess_posting(new, kept).verdict is Plausibility.STALE) == stale


def facts(number="A-1", title="One", first="2020-01-01"):
    identification = {"orgStudyIdInfo": {"id": number}, "briefTitle": title}
    return {
        "protocolSection": {"identificationModule": identification, "statusModule": {"studyFirstSubmitDate": first}}
    }


@pytest.mark.parametrize(
    ("new", "doubtful"),
    [
        (facts(), False),
        (facts(number="B-2", title="Two"), False),
        (facts(title="Two", first="2021-01-01"), False),
        (facts(number="B-2", first="2021-01-01"), False),
        (facts(number="B-2", title="Two", first="2021-01-01"), True),
        (facts(number="B-2", title="Two", first=None), True),
        (facts(number="B-2", title=None, first=None), False),
    ],
)
def test_a_record_that_agrees_in_nothing_is_another_study(new, doubtful):
    assert (assess_identity_facts(new, facts()).verdict is Plausibility.DOUBTFUL) == doubtful
    assert assess_identity_facts(new, None) == SOUND
