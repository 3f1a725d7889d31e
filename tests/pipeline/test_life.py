"""A trial's life through several data versions: merged, gone, returned, added again, put aside, accepted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.pipeline.house import ANA, DAYS, FIVE, FOUR, ONE, OPS, OPS_ON, QUIET, THREE, TWO, alias_of, trial
from watcher import app
from watcher.daemon.single_run import is_registry_down
from watcher.ops.status_report import log_object, status_of, trial_of, trials_of
from watcher.pipeline.watchlist_resolution import follow_merged, poll_ids
from watcher.sandbox.registry_faults import FaultKind, RegistryFault
from watcher.store.trial_model import Event, PageCommit, Presence, VersionKind

CALM = ANA + QUIET


def only(nct_id, **states):
    """Give a trial's states, by the position of the data version."""
    return {nct_id: {DAYS[int(at[1:])]: record for at, record in states.items()}}


def beside(nct_id=TWO):
    """Give a trial that is always there, so that every data version exists."""
    return {nct_id: {day: trial(nct_id) for day in DAYS[:8]}}


def kinds(home, nct_id):
    """Give the kinds of change the log shows of a trial, oldest version first."""
    with home.look() as context:
        entries = context.store.versions.log(nct_id)
        return [[change["kind"] for change in log_object(context, entry)["changes"]] for entry in reversed(entries)]


async def test_merged_trial_is_told_once_and_lives_on_under_the_other_id(house):
    states = only(ONE, d0=trial(ONE), d1=None) | beside()
    states |= only(FIVE, d0=trial(FIVE), d1=alias_of(trial(FIVE), ONE), d3=alias_of(trial(FIVE, "COMPLETED"), ONE))
    home = house(states, settings=CALM)
    await home.run()
    report = await home.next()
    assert report.composed == 1
    assert ONE in home.bodies("ana")[0]
    assert FIVE in home.bodies("ana")[0]
    assert kinds(home, ONE) == [["record.baseline"], ["record.merged"]]
    assert [(version.baseline, version.kind) for version in home.versions(FIVE)] == [(True, VersionKind.RECORD)]
    assert home.kept(ONE).merged_into == FIVE
    home.asked()
    assert (await home.next()).composed == 0
    assert ONE not in home.registry.requests[-2].query
    assert FIVE in home.registry.requests[-2].query
    await home.next()
    assert home.subjects("ana")[1:] == ["Completed: A Trial Called 5"]


async def test_watches_and_short_name_follow_a_merged_trial(house):
    states = only(ONE, d0=trial(ONE), d1=None) | beside()
    states |= only(
        FIVE, d0=alias_of(trial(FIVE)), d1=alias_of(trial(FIVE), ONE), d2=alias_of(trial(FIVE, "SUSPENDED"), ONE)
    )
    home = house(states, settings=CALM, watched=[f"{ONE}  # our trial", TWO])
    await home.run()
    await home.next()
    await home.next()
    assert home.subjects("ana")[1:] == ["Suspended: our trial"]


async def test_alias_added_to_the_watchlist_begins_with_the_record_it_means(house):
    home = house(only(FIVE, d0=alias_of(trial(FIVE), ONE), d1=alias_of(trial(FIVE, "SUSPENDED"), ONE)) | beside())
    home.watched = [ONE]
    report = await home.run()
    assert report.poll.troubled == ()
    assert kinds(home, ONE) == [["record.merged"]]
    assert kinds(home, FIVE) == [["record.baseline"]]
    assert home.subjects("ana") == ["Now watching 1 trial for you"]
    assert "A Trial Called 5" in home.bodies("ana")[0]
    await home.next()
    assert home.subjects("ana")[1:] == ["Suspended: A Trial Called 5"]


async def test_alias_and_its_record_in_two_batches_are_one_trial(house):
    many = [f"NCT992{number:05}" for number in range(100)][1:]
    states = {nct_id: {DAYS[0]: trial(nct_id)} for nct_id in many}
    last = "NCT99300000"
    states |= only(last, d0=alias_of(trial(last), ONE), d1=alias_of(trial(last, "SUSPENDED"), ONE))
    home = house(states, settings=CALM, watched=[ONE, *many, last])
    await home.run()
    assert len(home.versions(last)) == 1
    await home.next()
    assert [version.baseline for version in home.versions(last)] == [True, False]
    assert home.subjects("ana") == ["Suspended: A Trial Called 0 (NCT99300000)"]


async def test_trial_merged_twice_lives_on_under_the_last_id(house):
    states = only(ONE, d0=trial(ONE), d1=None) | beside()
    states |= only(FOUR, d0=trial(FOUR), d1=alias_of(trial(FOUR), ONE), d2=None)
    last = alias_of(trial(FIVE), ONE, FOUR)
    states |= only(FIVE, d0=trial(FIVE), d2=last, d3=alias_of(trial(FIVE, "COMPLETED"), ONE, FOUR))
    home = house(states, settings=CALM, watched=[f"{ONE}  # our trial", TWO])
    await home.run()
    for _ in range(3):
        await home.next()
    assert home.subjects("ana") == [
        "Record merged: our trial",
        "Record merged: our trial",
        "Completed: our trial",
    ]


async def test_trial_watched_once_that_another_is_merged_into_begins_anew_and_is_told_from_then_on(house):
    states = only(ONE, d0=trial(ONE), d1=None) | beside()
    into = alias_of(trial(FIVE), ONE)
    states |= only(FIVE, d0=trial(FIVE, count=100), d1=into, d2=alias_of(trial(FIVE, "TERMINATED"), ONE))
    home = house(states, settings=CALM, watched=[ONE, TWO, FIVE])
    await home.run()
    home.watched = [ONE, TWO]
    await home.run()
    await home.run()  # the second reading without it, an hour later
    home.time.pass_by(timedelta(days=31))
    await home.next()
    await home.next()
    assert [version.baseline for version in home.versions(FIVE)] == [True, True, False]
    assert home.subjects("ana") == ["Record merged: A Trial Called 1", "Terminated: A Trial Called 5"]


async def test_trial_merged_there_and_back_is_told_from_then_on(house):
    back, on = alias_of(trial(ONE), FIVE), alias_of(trial(ONE, "COMPLETED"), FIVE)
    states = only(ONE, d0=trial(ONE), d1=None, d2=back, d3=on) | beside()
    states |= only(FIVE, d0=trial(FIVE), d1=alias_of(trial(FIVE), ONE), d2=None)
    home = house(states, settings=CALM)
    await home.run()
    for _ in range(3):
        await home.next()
    assert home.subjects("ana") == [
        "Record merged: A Trial Called 1",
        "Record merged: A Trial Called 5",
        "Completed: A Trial Called 1",
    ]


async def test_trial_whose_merging_is_undone_while_it_is_polled_harms_no_other(house):
    states = only(ONE, d0=trial(ONE), d1=None, d2=trial(ONE)) | beside()
    states |= only(FIVE, d0=trial(FIVE), d1=alias_of(trial(FIVE), ONE), d2=trial(FIVE))
    home = house(states, settings=CALM)
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.MOVING, match="/studies", times=1))
    report = await home.next()
    assert report.poll.outcome.is_complete
    assert kinds(home, ONE) == [["record.baseline"], ["record.merged"], ["record.returned"]]
    assert home.kept(ONE).presence is Presence.PRESENT


def test_ids_merged_in_a_circle_are_all_asked_for(house):
    home = house(beside(), watched=[ONE, TWO, THREE])
    with home.open() as context:
        events = [
            Event(
                nct_id=old, kind=VersionKind.MERGED, data_version=DAYS[0], previous=None, compared=None, merged_into=to
            )
            for old, to in ((ONE, FIVE), (FIVE, ONE), (THREE, FOUR))
        ]
        context.store.versions.commit_page(PageCommit(events=tuple(events)), home.time.now)
        watchlist = follow_merged(app.watchlist_reader(context.loaded)(), context.store)
        assert set(poll_ids(watchlist, context.store)) == {ONE, FIVE, TWO, FOUR}


async def test_single_answer_that_points_elsewhere_is_a_merge(house):
    states = only(ONE, d0=trial(ONE), d1=None) | beside() | only(FIVE, d0=trial(FIVE), d1=alias_of(trial(FIVE), ONE))
    home = house(states, settings=CALM)
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.MISSING, match="filter.ids", ids=(FIVE,)))
    await home.next()
    assert home.asked()[-3:] == ["/studies", f"/studies/{ONE}", "/version"]
    assert (home.kept(ONE).presence, home.kept(ONE).merged_into) == (Presence.MERGED, FIVE)
    await home.run()
    assert len(home.versions(FIVE)) == 1


async def test_absence_is_confirmed_alone_and_told_when_a_second_data_version_confirms_it(house):
    home = house(only(ONE, d0=trial(ONE), d1=None) | beside(), settings=CALM)
    await home.run()
    home.asked()
    report = await home.next()
    assert home.asked() == ["/version", "/studies", f"/studies/{ONE}", "/version"]
    assert (report.poll.troubled, report.composed) == ((ONE,), 0)
    assert home.kept(ONE).presence is Presence.ABSENT
    assert (await home.run()).composed == 0
    report = await home.next()
    assert (report.composed, home.kept(ONE).presence) == (1, Presence.GONE)
    assert kinds(home, ONE)[-1] == ["record.gone"]
    home.asked()
    report = await home.next()
    assert home.asked() == ["/version", "/studies", "/version"]
    assert ONE in home.registry.requests[-2].query  # it stays in the batch
    assert (report.poll.troubled, report.composed, report.poll.is_empty) == ((), 0, False)


async def test_watchlist_of_one_gone_trial_is_no_registry_that_gave_nothing(house):
    home = house(only(ONE, d0=trial(ONE), d1=None) | beside(), watched=[ONE])
    await home.run()
    for _ in range(4):
        assert not is_registry_down((await home.next()).poll)


async def test_absence_without_a_data_version_is_not_confirmed(house):
    home = house(only(ONE, d0=trial(ONE), d1=None) | beside(), settings=CALM)
    await home.run()
    home.registry.next()
    home.registry.arm(RegistryFault(kind=FaultKind.NO_TIMESTAMP, times=None))
    for _ in range(3):
        await home.run()
    assert home.kept(ONE).presence is Presence.ABSENT


async def test_trial_that_comes_back_is_told_with_what_changed_meanwhile(house):
    states = only(ONE, d0=trial(ONE), d1=None, d3=trial(ONE, count=100)) | beside()
    home = house(states, settings=CALM)
    await home.run()
    await home.next()
    await home.next()
    report = await home.next()
    assert (report.composed, home.kept(ONE).presence) == (1, Presence.PRESENT)
    assert kinds(home, ONE)[-1][0] == "record.returned"
    assert "enrollment" in kinds(home, ONE)[-1][1]
    assert "240 planned → 100 planned" in home.bodies("ana")[1]


async def test_trial_that_comes_back_as_it_was_is_told_too(house):
    home = house(only(ONE, d0=trial(ONE), d1=None, d3=trial(ONE)) | beside(), settings=CALM)
    for _ in range(3):
        await home.run()
        home.registry.next()
    await home.run()
    assert kinds(home, ONE) == [["record.baseline"], ["record.gone"], ["record.returned"]]
    assert len(home.subjects("ana")) == 2


async def test_absence_that_ends_before_it_is_confirmed_is_never_told(house):
    home = house(only(ONE, d0=trial(ONE), d1=None, d2=trial(ONE)) | beside(), settings=CALM)
    await home.run()
    await home.next()
    await home.next()
    assert home.kept(ONE).presence is Presence.PRESENT
    assert home.smtp.mails == ()


async def test_trial_added_again_after_a_month_starts_anew_and_the_gap_is_never_mailed(house):
    states = only(ONE, d0=trial(ONE), d1=trial(ONE, "TERMINATED"), d3=trial(ONE, "COMPLETED")) | beside()
    home = house(states, settings=CALM)
    await home.run()
    home.watched = [TWO]
    await home.run()
    await home.next()
    assert ONE not in home.registry.requests[-2].query
    home.watched = [ONE, TWO]
    home.time.pass_by(timedelta(days=31))
    await home.next()
    assert home.smtp.mails == ()
    assert [version.baseline for version in home.versions(ONE)] == [True, True]
    assert kinds(home, ONE) == [["record.baseline"], ["record.baseline"]]
    with home.look() as context:
        newer, older = (
            log_object(context, entry)["changes"][0]["sentence"] for entry in context.store.versions.log(ONE)
        )
    assert "gap" not in older
    assert "after a gap in watching; what changed since the data of 1 Jun 2026 was not compared" in newer
    await home.next()
    assert home.subjects("ana") == ["Completed: A Trial Called 1"]
    assert "Terminated → Completed" in home.bodies("ana")[0]


@pytest.mark.parametrize("is_removed", [True, False], ids=["removed", "kept"])
async def test_trial_that_left_while_its_change_was_untold_is_not_told(house, is_removed):
    daily = CALM.replace("immediate", "daily 07:30")
    home = house(only(ONE, d0=trial(ONE), d1=trial(ONE, "TERMINATED")) | beside(), settings=daily)
    await home.run()
    await home.next()
    home.watched = [TWO] if is_removed else [ONE, TWO]
    await home.run()
    home.time.pass_by(timedelta(days=1))
    await home.run()
    assert len(home.smtp.mails) == (0 if is_removed else 1)


async def test_watchlist_that_cannot_be_read_for_a_while_loses_no_change(house):
    states = only(ONE, d0=trial(ONE), d1=trial(ONE, "TERMINATED"), d2=trial(ONE, "TERMINATED", count=100)) | beside()
    second = '[[watch]]\nname = "more"\nids_file = "more.txt"\n'
    home = house(states, settings=CALM.replace("immediate", "daily 07:30") + second, watched=[TWO])
    (home.folder / "more.txt").write_text(f"{ONE}\n")
    await home.run()
    await home.next()
    (home.folder / "more.txt").rename(home.folder / "away.txt")
    home.time.pass_by(timedelta(days=1))
    report = await home.next()
    assert report.has_bad_ids
    assert "more.txt" in report.said[0]
    assert home.smtp.mails == ()
    (home.folder / "away.txt").rename(home.folder / "more.txt")
    home.time.pass_by(timedelta(days=1))
    await home.run()
    assert [version.baseline for version in home.versions(ONE)] == [True, False, False]
    (body,) = home.bodies("ana")
    assert "Recruiting → Terminated" in body
    assert "240 planned → 100 planned" in body


HOLLOW = RegistryFault(kind=FaultKind.HOLLOW, ids=(ONE,))
OPERATED = CALM + OPS + OPS_ON


async def test_hollow_record_is_put_aside_told_to_the_operator_and_asked_for_alone_every_hour(house):
    home = house(only(ONE, d0=trial(ONE)) | beside(), settings=OPERATED)
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.HOLLOW, ids=(ONE,), times=None))
    report = await home.next()
    assert (report.poll.troubled, home.kept(ONE).presence) == ((ONE,), Presence.QUARANTINED)
    assert report.said == (
        f"record {ONE}: the registry's answer for {ONE} is not believed: {home.kept(ONE).quarantine.reason}",
    )
    assert len(list((home.state / "ops").glob("*.eml"))) == 1
    assert len(home.versions(ONE)) == 1
    home.asked()
    home.time.pass_by(timedelta(minutes=-30))
    await home.run()
    assert home.asked() == ["/version"]
    for _ in range(3):
        await home.run()
        assert home.asked() == ["/version", "/studies", "/version"]
        assert home.registry.requests[-2].query.endswith(f"filter.ids={ONE}")
    assert home.smtp.mails == ()
    assert len(list((home.state / "ops").glob("*.eml"))) == 1


async def test_hollow_record_is_dropped_when_a_sound_one_comes(house):
    home = house(only(ONE, d0=trial(ONE)) | beside(), settings=OPERATED)
    await home.run()
    home.registry.arm(HOLLOW)
    await home.next()
    report = await home.run()
    assert home.kept(ONE).presence is Presence.PRESENT
    assert report.said[0].startswith(f"record {ONE}: is believed again")
    assert len(home.versions(ONE)) == 1
    assert home.smtp.mails == ()
    assert len(list((home.state / "ops").glob("*.eml"))) == 2


async def test_hollow_record_is_accepted_when_the_next_data_version_shows_the_same(house):
    home = house(only(ONE, d0=trial(ONE)) | beside(), settings=OPERATED)
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.HOLLOW, ids=(ONE,), times=None))
    await home.next()
    report = await home.next()
    assert home.kept(ONE).presence is Presence.PRESENT
    assert len(home.versions(ONE)) == 2
    assert report.composed >= 1
    home.registry.reset()
    for _ in range(3):
        home.registry.next()
    await home.run()
    assert len(home.versions(ONE)) == 3


async def test_quarantine_at_first_sight_has_no_baseline(house):
    home = house(only(ONE, d0=trial(ONE)) | beside(), settings=CALM)
    home.registry.arm(HOLLOW)
    await home.run()
    assert (home.versions(ONE), home.kept(ONE).presence) == ((), Presence.QUARANTINED)
    await home.run()
    assert [version.baseline for version in home.versions(ONE)] == [True]


async def test_what_is_known_is_reported_as_it_stands(house):
    states = only(ONE, d0=trial(ONE), d1=None) | beside() | only(THREE, d0=trial(THREE))
    states |= only(FOUR, d0=trial(FOUR), d1=trial(FOUR, "COMPLETED"))
    home = house(states, watched=[f"{ONE} # first", TWO, THREE, FOUR, FIVE], settings=OPERATED)
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.HOLLOW, ids=(THREE,), times=None))
    await home.next()
    with home.look() as context:
        from watcher.app import watchlist_reader

        watchlist = watchlist_reader(context.loaded)()
        status = status_of(context, watchlist)
        rows = {row["nct_id"]: row for row in trials_of(context, watchlist)}
        shown = trial_of(context, watchlist, FOUR)
        unread = trial_of(context, watchlist, FIVE)
    assert {nct_id: row["state"] for nct_id, row in rows.items()} == {
        ONE: "absent",
        TWO: "present",
        THREE: "quarantined",
        FOUR: "present",
        FIVE: "unknown",
    }
    assert (rows[ONE]["short_name"], rows[FIVE]["title"]) == ("first", None)
    assert "status" in rows[THREE]["reason"]
    assert shown is not None
    assert (shown["versions"], shown["status"], unread) == (2, "COMPLETED", None)
    assert status["poll"]["data_version"] == f"{DAYS[1]}T09:00:00"
    assert [fault["part"] for fault in status["faults"]] == [f"id {FIVE}", "missing trials", f"record {THREE}"]
    assert [row["name"] for row in status["recipients"]] == ["ana", "ops"]
