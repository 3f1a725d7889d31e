"""What is odd in the registry's answers about single trials: never told as news, always told to the operator."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import timedelta

import pytest

from tests.pipeline.house import ANA, DAYS, FIVE, ONE, OPS, OPS_ON, QUIET, THREE, TWO, alias_of, trial
from tests.pipeline.test_fault_words import mails
from watcher.app import watchlist_reader
from watcher.context import POLL_PART, UNREADABLE_PART
from watcher.daemon.single_run import is_registry_down
from watcher.ops.health import judge
from watcher.ops.health_snapshot import read_health_snapshot
from watcher.ops.status_report import status_of, trials_of
from watcher.pipeline.ingest import ingest_records
from watcher.registry.plausibility import data_day
from watcher.registry.registry_model import RawRecord
from watcher.sandbox.registry_faults import UNDECODABLE, FaultKind, RegistryFault
from watcher.store.damage import find_damage
from watcher.store.trial_model import PollOutcome, Presence, Unchanged

CALM = ANA + QUIET
OPERATED = CALM + OPS + OPS_ON
MANY = [f"NCT992{number:05}" for number in range(1, 13)]


def always(*ids, days=DAYS[:8]):
    """Give trials to which nothing happens, so that every data version exists."""
    return {nct_id: {day: trial(nct_id) for day in days} for nct_id in ids}


def ended(nct_id, at=1):
    """Give a trial that is terminated at the position of a data version."""
    return {nct_id: {DAYS[0]: trial(nct_id), DAYS[at]: trial(nct_id, "TERMINATED")}}


def rows(home):
    """Give what `list` shows, by id."""
    with home.look() as context:
        return {row["nct_id"]: row for row in trials_of(context, watchlist_reader(context.loaded)())}


def faults(home):
    """Give the standing faults as `status` shows them: message by part."""
    with home.look() as context:
        status = status_of(context, watchlist_reader(context.loaded)())
    assert all(fault["since"] and fault["state"] for fault in status["faults"])
    return {fault["part"]: fault["message"] for fault in status["faults"]}


def is_ready(home):
    with home.look() as context:
        return judge(read_health_snapshot(context, watchlist_reader(context.loaded)()), timedelta(hours=2)).is_ready


def notices(home):
    return len(list((home.state / "ops").glob("*.eml")))


# -- a record no decoder takes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", sorted(UNDECODABLE))
async def test_one_unreadable_record_keeps_no_healthy_trial_old_and_is_told(house, kind):
    home = house(ended(ONE) | always(THREE, *MANY), watched=[ONE, THREE, *MANY], settings=OPERATED)
    await home.run()
    home.registry.arm(RegistryFault(kind=kind, ids=(THREE,), times=None))
    report = await home.next()
    assert home.subjects("ana") == ["Terminated: A Trial Called 1 (NCT99100001)"]
    assert report.poll.counts.unchanged == 12
    assert (report.poll.troubled, report.has_bugs, is_registry_down(report.poll)) == ((THREE,), False, False)
    assert list(faults(home)) == [f"record {THREE}"]
    assert "cannot be read" in faults(home)[f"record {THREE}"]
    assert notices(home) == 1
    assert home.kept(THREE).presence is Presence.PRESENT
    home.registry.disarm()
    await home.run()
    assert faults(home) == {}
    assert home.subjects("ana") == ["Terminated: A Trial Called 1 (NCT99100001)"]


@pytest.mark.parametrize("kind", sorted(UNDECODABLE - {FaultKind.DIGITS, FaultKind.UTF8}))
async def test_unreadable_version_is_a_registry_that_gives_nothing_and_no_bug(house, kind):
    home = house(ended(ONE) | always(TWO), settings=OPERATED)
    await home.run()
    home.registry.arm(RegistryFault(kind=kind, match="/version", times=None))
    report = await home.next()
    assert (report.poll.outcome, report.has_bugs) == (PollOutcome.FAILED, False)
    assert list(faults(home)) == ["registry"]
    home.registry.disarm()
    await home.run()
    assert home.subjects("ana") == ["Terminated: A Trial Called 1"]


async def test_watchlist_of_one_unreadable_record_is_told_and_ends(house):
    home = house(always(ONE), watched=[ONE], settings=OPERATED)
    home.registry.arm(RegistryFault(kind=FaultKind.NAN, times=None))
    report = await home.run()
    assert is_registry_down(report.poll)
    assert list(faults(home)) == [f"record {ONE}"]
    home.registry.disarm()
    await home.run()
    assert faults(home) == {}


@pytest.mark.parametrize(
    ("kind", "watched"),
    [(FaultKind.NOT_JSON, 2), (FaultKind.NAN, 7), (FaultKind.CONTROL, 12), (FaultKind.NOT_JSON, 110)],
)
async def test_answers_that_are_garbled_as_a_whole_are_one_fault_from_beginning_to_end(house, kind, watched):
    ids = [f"NCT992{number:05}" for number in range(1, watched + 1)]
    home = house(always(*ids, days=DAYS[:3]), watched=ids, settings=OPERATED)
    await home.run()
    home.registry.arm(RegistryFault(kind=kind, match="/studies", times=None))
    for report in (await home.next(), await home.run(), await home.next()):
        assert is_registry_down(report.poll)
        assert (list(faults(home)), notices(home)) == ([UNREADABLE_PART], 1)
    assert "the registry's answers cannot be read" in faults(home)[UNREADABLE_PART]
    home.registry.disarm()
    await home.run()
    assert (faults(home), notices(home)) == ({}, 2)


@pytest.mark.parametrize("requests", [3, 6, 10])
async def test_garbling_that_ends_in_the_middle_of_a_poll_begins_no_other_fault(house, requests):
    home = house(always(*MANY[:7]), watched=MANY[:7], settings=OPERATED)
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.NOT_JSON, match="/studies", times=None))
    await home.next()
    home.registry.disarm()
    home.registry.arm(RegistryFault(kind=FaultKind.NOT_JSON, match="/studies", times=requests))
    report = await home.run()
    assert report.poll.unreadable
    assert report.poll.counts.unchanged
    assert (list(faults(home)), notices(home)) == ([UNREADABLE_PART], 1)
    await home.run()
    assert (faults(home), notices(home)) == ({}, 2)


async def test_few_unreadable_records_have_a_fault_each_and_more_of_them_one_together(house):
    home = house(always(*MANY), watched=MANY, settings=OPERATED)
    await home.run()
    few = [f"record {nct_id}" for nct_id in MANY[:2]]
    home.registry.arm(RegistryFault(kind=FaultKind.NAN, ids=tuple(MANY[:2]), times=None))
    await home.next()
    await home.run()  # asks for these two alone
    assert (list(faults(home)), notices(home)) == (few, 2)
    home.registry.disarm()
    home.registry.arm(RegistryFault(kind=FaultKind.NAN, ids=tuple(MANY[:6]), times=None))
    await home.next()
    await home.run()
    assert (list(faults(home)), notices(home)) == ([*few, UNREADABLE_PART], 3)
    assert f"({MANY[2]}, {MANY[3]}, {MANY[4]} and 1 more)" in faults(home)[UNREADABLE_PART]
    home.registry.disarm()
    home.registry.arm(RegistryFault(kind=FaultKind.NAN, ids=(MANY[0], MANY[5]), times=None))
    await home.run()
    assert (list(faults(home)), notices(home)) == ([few[0], UNREADABLE_PART], 4)  # the second is over
    home.registry.disarm()
    await home.run()
    assert (faults(home), notices(home)) == ({}, 6)


# -- a data node that lags ---------------------------------------------------------------------------------------------


async def test_record_one_version_behind_is_due_again_at_the_next_poll(house):
    home = house(ended(ONE) | always(TWO), settings=CALM)
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.STALE, ids=(ONE,)))
    await home.next()
    assert home.subjects("ana") == []
    home.asked()
    await home.run()
    assert home.asked() == ["/version", "/studies", "/version"]
    assert home.registry.requests[-2].query.endswith(f"filter.ids={ONE}")
    assert home.subjects("ana") == ["Terminated: A Trial Called 1"]
    home.asked()
    await home.run()
    assert home.asked() == ["/version"]


async def test_record_that_stays_behind_is_asked_for_again_three_times_and_at_the_next_data_version(house):
    home = house(ended(ONE) | always(TWO), settings=CALM)
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.STALE, ids=(ONE,), times=5))
    await home.next()
    home.asked()
    for _ in range(3):
        assert faults(home) == {}
        await home.run()
        assert home.asked() == ["/version", "/studies", "/version"]
    sentence = "in 4 polls it was older than the registry's data of 2 Jun 2026"
    assert faults(home) == {f"record {ONE}": f"the registry's record of {ONE} is out of date: {sentence}"}
    await home.run()
    assert home.asked() == ["/version"]
    assert list(faults(home)) == [f"record {ONE}"]
    await home.next()
    assert home.subjects("ana") == ["Terminated: A Trial Called 1"]
    home.asked()
    await home.run()  # one version behind again: counted anew
    assert home.asked() == ["/version", "/studies", "/version"]
    assert faults(home) == {}


async def test_records_nobody_asked_for_are_a_fault_until_they_no_longer_come(house):
    home = house(ended(ONE) | always(TWO), settings=CALM, watched=[ONE])
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.WRONG_IDS))
    await home.next()
    assert list(faults(home)) == ["unasked records"]
    assert home.kept(TWO).newest_seq is None
    assert home.subjects("ana") == ["Terminated: A Trial Called 1"]
    await home.next()
    assert faults(home) == {}


# -- implausible answers -----------------------------------------------------------------------------------------------


async def test_missing_stamp_does_not_open_the_way_for_an_older_state(house):
    home = house(ended(ONE) | always(TWO), settings=CALM)
    await home.run()
    await home.next()
    assert home.subjects("ana") == ["Terminated: A Trial Called 1"]
    home.registry.arm(RegistryFault(kind=FaultKind.NO_VERSION_HOLDER, times=None))
    await home.next()
    assert home.kept(ONE).data_version == DAYS[1]
    home.registry.reset()  # everything is as of the first data version again
    report = await home.run()
    assert report.poll.counts.stale == 2
    assert len(home.subjects("ana")) == 1


async def test_older_state_without_a_stamp_is_stale_by_its_posting(house):
    newer = trial(ONE, "TERMINATED", lastUpdatePostDateStruct={"date": DAYS[1], "type": "ACTUAL"})
    home = house({ONE: {DAYS[0]: trial(ONE), DAYS[1]: newer}} | always(TWO), settings=CALM)
    await home.run()
    await home.next()
    home.registry.reset()
    home.registry.arm(RegistryFault(kind=FaultKind.NO_VERSION_HOLDER, ids=(ONE,)))
    report = await home.run()
    assert report.poll.counts.stale == 2
    assert home.subjects("ana") == ["Terminated: A Trial Called 1"]


async def test_stamp_far_in_the_future_does_not_make_later_records_stale(house):
    home = house(ended(ONE, at=2) | always(TWO), settings=CALM)
    await home.run()
    with home.open() as context:
        (kept,) = context.store.trials.kept([ONE])
        record = RawRecord(nct_id=ONE, body=b"{}", fingerprint=str(kept.fingerprint), data_version="9999-12-31")
        (judged,) = ingest_records([record], {ONE: kept}, context.store, day=data_day(f"{DAYS[1]}T09:00:00"))
    assert judged.item == Unchanged(nct_id=ONE, fingerprint=record.fingerprint, data_version=None, is_stamp_only=True)


async def test_trial_that_comes_twice_with_two_contents_is_put_aside_and_told(house):
    home = house(always(ONE, TWO), settings=OPERATED)
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.TWICE, ids=(ONE,), times=None))
    await home.next()
    await home.next()
    assert home.kept(ONE).presence is Presence.QUARANTINED
    assert "twice" in faults(home)[f"record {ONE}"]
    assert len(home.versions(ONE)) == 1
    assert home.subjects("ana") == []
    home.registry.disarm()
    await home.next()
    assert (home.kept(ONE).presence, faults(home), home.subjects("ana")) == (Presence.PRESENT, {}, [])


async def test_body_of_another_study_under_an_id_is_put_aside_and_told(house):
    other = trial(TWO, studyFirstSubmitDate="2019-04-01")
    other["protocolSection"]["identificationModule"]["orgStudyIdInfo"]["id"] = "OTHER-7"
    home = house(always(ONE) | {TWO: dict.fromkeys(DAYS[:8], other)}, settings=OPERATED)
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.SWAPPED, ids=(ONE,)))
    await home.next()
    assert home.kept(ONE).presence is Presence.QUARANTINED
    assert "another study" in faults(home)[f"record {ONE}"]
    assert home.subjects("ana") == []
    await home.run()
    assert (home.kept(ONE).presence, len(home.versions(ONE)), faults(home)) == (Presence.PRESENT, 1, {})


async def test_empty_object_is_no_change(house):
    empty = trial(ONE)
    empty["protocolSection"]["oversightModule"] = {}
    first = trial(ONE)
    del first["protocolSection"]["oversightModule"]
    home = house({ONE: {DAYS[0]: first, DAYS[1]: empty}} | always(TWO), settings=CALM)
    await home.run()
    report = await home.next()
    assert report.poll.counts.unchanged == 2
    assert home.subjects("ana") == []


# -- absence -----------------------------------------------------------------------------------------------------------


async def test_mass_absence_is_not_believed_before_the_next_data_version_shows_it_too(house):
    home = house(always(*MANY, days=DAYS[:8]), watched=MANY, settings=OPERATED)
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.MISSING, times=None))
    home.asked()
    report = await home.next()
    assert home.asked() == ["/version", "/studies", "/version"]  # nobody is asked for singly
    assert is_registry_down(report.poll)
    assert {home.kept(nct_id).presence for nct_id in MANY} == {Presence.QUARANTINED}
    assert list(faults(home)) == ["missing trials"]
    assert "12 trials at once" in faults(home)["missing trials"]
    assert not is_ready(home)
    with contextlib.closing(sqlite3.connect(home.state / "watcher.db")) as connection:
        assert list(find_damage(connection)) == []
    assert notices(home) == 1
    await home.run()
    assert {home.kept(nct_id).presence for nct_id in MANY} == {Presence.QUARANTINED}
    await home.next()
    assert {home.kept(nct_id).presence for nct_id in MANY} == {Presence.ABSENT}
    assert home.subjects("ana") == []
    home.registry.disarm()
    await home.next()
    assert {home.kept(nct_id).presence for nct_id in MANY} == {Presence.PRESENT}
    assert faults(home) == {}
    assert home.subjects("ana") == []
    assert {len(home.versions(nct_id)) for nct_id in MANY} == {1}


async def test_mass_absence_that_ends_is_forgotten_within_the_hour(house):
    home = house(always(*MANY), watched=MANY, settings=OPERATED)
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.MISSING, times=1))
    await home.next()
    assert list(faults(home)) == ["missing trials"]
    await home.run()
    assert (faults(home), home.kept(MANY[0]).presence) == ({}, Presence.PRESENT)


async def test_mass_absence_that_lasts_is_told_in_the_end(house):
    home = house(always(*MANY), watched=MANY, settings=CALM)
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.MISSING, times=None))
    for _ in range(3):
        assert home.subjects("ana") == []
        await home.next()
    assert {home.kept(nct_id).presence for nct_id in MANY} == {Presence.GONE}
    assert len(home.subjects("ana")) == 1


async def test_at_most_fifty_absent_trials_are_asked_for_singly(house):
    ids = [f"NCT993{number:05}" for number in range(1, 701)]
    gone = ids[-60:]
    home = house(always(*ids, days=DAYS[:4]), watched=ids, settings=CALM)
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.MISSING, ids=tuple(gone), times=None))
    home.asked()
    await home.next()
    assert len([path for path in home.asked() if path.startswith("/studies/")]) == 50
    await home.next()
    assert len([path for path in home.asked() if path.startswith("/studies/")]) == 50
    lives = [home.kept(nct_id).presence for nct_id in gone]
    assert (lives.count(Presence.GONE), lives.count(Presence.ABSENT)) == (50, 10)
    home.registry.arm(RegistryFault(kind=FaultKind.MISSING, ids=tuple(ids[:45]), times=None))
    home.asked()
    await home.next()  # those whose absence would be confirmed are asked for first
    assert len([path for path in home.asked() if path.startswith("/studies/")]) == 50
    assert {home.kept(nct_id).presence for nct_id in gone} == {Presence.GONE}


async def test_id_the_registry_does_not_have_is_unknown_after_two_data_versions(house):
    home = house(ended(ONE, at=3) | always(TWO), watched=[ONE, TWO, FIVE], settings=OPERATED)
    await home.run()
    assert list(faults(home)) == ["missing trials"]
    await home.next()
    assert faults(home) == {f"id {FIVE}": f"the registry has no {FIVE}; check the id"}
    assert (rows(home)[FIVE]["state"], rows(home)[FIVE]["reason"]) == (
        "unknown",
        f"the registry has no {FIVE}; check the id",
    )
    begun = [mail["Subject"].partition(", since")[0] for mail in mails(home)]
    assert begun == ["Absent: missing trials", f"Unknown: id {FIVE}"]  # the second says what became of the first
    home.asked()
    await home.next()
    assert home.asked() == ["/version", "/studies", "/version"]  # it stays in the batch and is asked for no more singly
    assert FIVE in home.registry.requests[-2].query
    await home.next()
    (body,) = home.bodies("ana")
    assert f"The registry has no {FIVE}" in body
    assert "will be asked for again" not in body
    home.watched = [ONE, TWO]
    await home.run()
    await home.run()
    assert faults(home) == {}


async def test_unknown_id_that_appears_is_a_baseline_and_settles_the_fault(house):
    home = house({ONE: {DAYS[0]: None, DAYS[3]: trial(ONE)}} | always(TWO), settings=OPERATED)
    for _ in range(3):
        await home.run()
        home.registry.next()
    assert list(faults(home)) == [f"id {ONE}"]
    await home.run()
    assert [version.baseline for version in home.versions(ONE)] == [True]
    assert (faults(home), home.subjects("ana")) == ({}, [])


# -- merged and split --------------------------------------------------------------------------------------------------


async def test_trial_split_off_again_lives_on_and_is_compared_with_its_last_version(house):
    states = {
        ONE: {DAYS[0]: trial(ONE), DAYS[1]: None, DAYS[3]: trial(ONE, "TERMINATED"), DAYS[5]: trial(ONE, "COMPLETED")}
    }
    states |= {FIVE: {DAYS[0]: trial(FIVE), DAYS[1]: alias_of(trial(FIVE), ONE), DAYS[3]: trial(FIVE)}} | always(TWO)
    home = house(states, settings=CALM)
    await home.run()
    await home.next()
    assert home.kept(ONE).presence is Presence.MERGED
    await home.next()
    assert ONE not in home.registry.requests[-2].query
    home.time.pass_by(timedelta(days=6))
    await home.run()
    assert home.asked()[-1] == "/version"
    home.time.pass_by(timedelta(days=1))
    await home.next()
    assert ONE in home.registry.requests[-2].query
    assert home.kept(ONE).presence is Presence.PRESENT
    assert [version.baseline for version in home.versions(ONE)] == [True, False, False]
    body = " ".join(home.bodies("ana")[-1].split())
    assert "Recruiting → Terminated" in body
    assert f"split this record off from {FIVE}, into which it was merged before" in body
    assert "serves this record again" not in body
    await home.next()
    await home.next()
    assert home.subjects("ana")[-1] == "Completed: A Trial Called 1"


async def test_merged_trial_is_asked_for_weekly_and_stays_merged(house):
    states = {ONE: {DAYS[0]: trial(ONE), DAYS[1]: None}}
    states |= {FIVE: {DAYS[0]: trial(FIVE), DAYS[1]: alias_of(trial(FIVE), ONE)}} | always(TWO)
    home = house(states, settings=CALM)
    await home.run()
    await home.next()
    for _ in range(2):
        home.time.pass_by(timedelta(days=8))
        report = await home.next()
        assert ONE in home.registry.requests[-2].query
        assert (report.poll.troubled, home.kept(ONE).presence, report.composed) == ((), Presence.MERGED, 0)
        await home.next()
        assert ONE not in home.registry.requests[-2].query
    assert len(home.subjects("ana")) == 1


async def test_merged_trial_whose_other_record_vanishes_too_is_no_trouble(house):
    states = {ONE: {DAYS[0]: trial(ONE), DAYS[1]: None}}
    states |= {FIVE: {DAYS[0]: trial(FIVE), DAYS[1]: alias_of(trial(FIVE), ONE), DAYS[2]: None}} | always(TWO)
    home = house(states, settings=CALM)
    await home.run()
    await home.next()
    home.time.pass_by(timedelta(days=8))
    report = await home.next()
    assert (report.poll.troubled, home.kept(ONE).presence) == ((FIVE,), Presence.MERGED)


# -- the registry as a whole -------------------------------------------------------------------------------------------


async def test_batch_that_fails_for_several_data_versions_is_one_fault_until_it_is_read(house):
    ids = [f"NCT994{number:05}" for number in range(1, 131)]
    home = house(always(*ids, days=DAYS[:6]), watched=ids, settings=OPERATED)
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.HTML, match=ids[-1], times=None))
    for _ in range(4):
        report = await home.next()
        assert report.poll.outcome is PollOutcome.PARTIAL
        assert list(faults(home)) == [POLL_PART]
    assert f"30 of 130 trials were not read ({ids[100]}, " in faults(home)[POLL_PART]
    assert "text/html" in faults(home)[POLL_PART]
    assert notices(home) == 1
    home.registry.disarm()
    await home.run()
    assert faults(home) == {}


async def test_registry_rolled_back_is_a_fault_until_it_is_up_to_date_again(house):
    home = house(ended(ONE) | always(TWO), settings=OPERATED)
    await home.run()
    await home.next()
    home.registry.reset()
    report = await home.run()
    assert is_registry_down(report.poll)
    assert list(faults(home)) == ["registry data"]
    assert "its data of 1 Jun 2026 is older" in faults(home)["registry data"]
    for _ in range(5):
        await home.run()
    home.asked()
    await home.run()
    assert home.asked() == ["/version"]  # what is older is asked for again for a while only
    assert list(faults(home)) == ["registry data"]
    home.registry.next()
    await home.next()
    assert faults(home) == {}
    assert home.subjects("ana") == ["Terminated: A Trial Called 1"]


async def test_refused_id_is_a_fault_that_stands_while_nothing_is_asked(house):
    home = house(always(ONE, TWO), settings=OPERATED)
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.TOKEN, match=ONE, times=None))  # a 400 for whatever asks for this id
    report = await home.next()
    assert report.poll.refused.keys() == {ONE}
    assert list(faults(home)) == [f"id {ONE}"]
    await home.run()
    assert list(faults(home)) == [f"id {ONE}"]
    home.registry.disarm()
    await home.next()
    assert faults(home) == {}


async def test_data_that_keeps_moving_is_a_fault_until_it_stands_still(house):
    home = house(always(ONE, days=DAYS[:6]), watched=[ONE], settings=OPERATED)
    home.registry.arm(RegistryFault(kind=FaultKind.MOVING, match="/studies", times=3))
    await home.run()
    assert list(faults(home)) == [POLL_PART]
    await home.run()
    assert faults(home) == {}
