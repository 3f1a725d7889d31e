"""Records that are missing, hollow or odd: believed late, asked for politely, and no trouble of any other trial."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.pipeline.house import ANA, BOB, DAYS, ONE, QUIET, TWO, alias_of, trial
from watcher.pipeline.due import DIGESTED
from watcher.pipeline.fault_states import failing
from watcher.pipeline.ingest import ingest_records
from watcher.pipeline.ingest_result import IngestStatus
from watcher.registry.registry_model import RawRecord
from watcher.sandbox.registry_faults import FaultKind, RegistryFault
from watcher.store.delivery_model import recipient_note
from watcher.store.trial_model import Presence

CALM = ANA + QUIET
IDS = [f"NCT994{number:05}" for number in range(1, 13)]


def beside(*ids):
    """Give trials that are always there, so that every data version exists."""
    return {nct_id: {day: trial(nct_id) for day in DAYS[:6]} for nct_id in (*ids, TWO)}


def at(nct_id, *records):
    """Give a trial's states, one a data version; None where it is absent."""
    return {nct_id: dict(zip(DAYS, records, strict=False))}


def missing(home, *ids, **more):
    home.registry.arm(RegistryFault(kind=FaultKind.MISSING, ids=ids, times=None, **more))


def singly(home):
    """Give the ids asked for by themselves since the last call, each once."""
    return list(dict.fromkeys(path.removeprefix("/studies/") for path in home.asked() if path.startswith("/studies/")))


async def test_absence_seen_twice_in_one_data_version_is_not_told(house):
    home = house(at(ONE, trial(ONE), None) | beside(), settings=CALM)
    await home.run()
    await home.next()
    home.watched = [TWO]
    await home.run()
    await home.run()
    home.watched = [ONE, TWO]
    home.asked()
    await home.run()
    assert singly(home) == [ONE]
    assert (home.kept(ONE).presence, home.subjects("ana")) == (Presence.ABSENT, [])
    await home.next()
    assert home.kept(ONE).presence is Presence.GONE


async def test_ten_absent_trials_are_believed(house):
    home = house(beside(*IDS), watched=IDS, settings=CALM)
    await home.run()
    missing(home, *IDS[:10])
    home.asked()
    await home.next()
    assert singly(home) == IDS[:10]
    assert {home.kept(nct_id).presence for nct_id in IDS[:10]} == {Presence.ABSENT}


async def test_registry_that_fails_three_times_in_a_row_is_asked_for_no_other_absent_trial(house):
    home = house(beside(*IDS), watched=IDS, settings=CALM)
    await home.run()
    missing(home, *IDS[:6])
    home.registry.arm(RegistryFault(kind=FaultKind.SERVER_ERROR, match="/studies/NCT", times=None))
    home.asked()
    await home.next()
    assert singly(home) == IDS[:3]
    home.registry.disarm()
    missing(home, *IDS[:6])
    for nct_id in (IDS[0], IDS[1], IDS[3], IDS[4]):  # never three in a row
        home.registry.arm(RegistryFault(kind=FaultKind.SERVER_ERROR, match=f"/studies/{nct_id}", times=None))
    await home.run()
    assert singly(home) == IDS[:6]
    present = {Presence.ABSENT: {IDS[2], IDS[5]}, Presence.PRESENT: {IDS[0], IDS[1], IDS[3], IDS[4]}}
    assert {kind: {one for one in IDS[:6] if home.kept(one).presence is kind} for kind in present} == present


async def test_refusal_of_a_single_request_ends_the_asking(house):
    home = house(beside(*IDS), watched=IDS, settings=CALM)
    await home.run()
    missing(home, *IDS[:4])
    home.registry.arm(RegistryFault(kind=FaultKind.REFUSED, match="/studies/NCT", times=None))
    home.asked()
    await home.next()
    assert singly(home) == IDS[:1]
    await home.run()
    assert home.asked() == []


@pytest.mark.parametrize("fate", [Presence.GONE, Presence.MERGED])
async def test_trial_added_again_after_a_month_that_is_gone_or_merged_is_recorded_so(house, fate):
    other = trial(TWO) if fate is Presence.GONE else alias_of(trial(TWO), ONE)
    home = house(at(ONE, trial(ONE), None) | at(TWO, trial(TWO), other, other, other), settings=CALM)
    await home.run()
    home.watched = [TWO]
    await home.run()
    await home.run()
    home.watched = [ONE, TWO]
    home.time.pass_by(timedelta(days=31))
    for _ in range(2):
        await home.next()
    assert home.kept(ONE).presence is fate


async def test_trial_added_again_after_a_month_that_did_not_change_begins_with_a_baseline(house):
    home = house(at(ONE, *[trial(ONE)] * 3) | beside(), settings=CALM)
    await home.run()
    home.watched = [TWO]
    await home.run()
    await home.run()
    home.watched = [ONE, TWO]
    home.time.pass_by(timedelta(days=31))
    await home.run()
    assert [version.baseline for version in home.versions(ONE)] == [True, True]
    assert home.subjects("ana") == []


async def test_hollow_record_is_not_confirmed_by_another_hollow_one(house):
    home = house(at(ONE, trial(ONE), trial(ONE, title="New"), *[trial(ONE, title="Newer")] * 3) | beside())
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.HOLLOW, ids=(ONE,), times=None))
    for _ in range(2):
        await home.next()
        assert home.kept(ONE).presence is Presence.QUARANTINED
        assert len(home.versions(ONE)) == 1
    await home.next()
    assert len(home.versions(ONE)) == 2


async def test_record_the_program_trips_over_harms_no_other(house):
    home = house(beside(ONE), settings=CALM)
    await home.run()
    with home.open() as context:
        one, two = context.store.trials.kept([ONE, TWO])
        sound = RawRecord(nct_id=TWO, body=b"{}", fingerprint=str(two.fingerprint), data_version=None)
        broken = RawRecord(nct_id=ONE, body=5, fingerprint="", data_version=None)  # type: ignore[arg-type]  # a bug of ours
        found = ingest_records([broken, sound], {ONE: one, TWO: two}, context.store, day=None)
    assert [result.status for result in found] == [IngestStatus.FAILED, IngestStatus.UNCHANGED]


async def test_recipient_the_program_trips_over_harms_no_other_and_is_a_fault(house):
    home = house(at(ONE, trial(ONE), trial(ONE, "TERMINATED")) | beside(), settings=CALM + BOB + QUIET)
    await home.run()
    with home.open() as context:
        context.store.notes.put(recipient_note("ana", DIGESTED), "no JSON")
    report = await home.next()
    assert (report.has_bugs, home.subjects("bob")) == (True, ["Terminated: A Trial Called 1"])
    with home.open() as context:
        assert [fault.part for fault in failing(context.store.faults.all())] == ["digest for ana"]
        context.store.notes.remove(recipient_note("ana", DIGESTED))
    await home.run()
    assert home.subjects("ana") == home.subjects("bob")  # nothing was lost
    with home.look() as context:
        assert failing(context.store.faults.all()) == ()
