"""A trial leaves the watches when it was taken out, not when a watchlist was empty or torn for a moment."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner

from tests.pipeline.house import ANA, BOB, DAYS, ONE, QUIET, START, THREE, TWO, trial
from watcher import app
from watcher.cli import cli
from watcher.config.watchlist import WatchedTrial, Watchlist
from watcher.pipeline.fault_states import failing
from watcher.pipeline.watchlist_resolution import REMOVED_AFTER, keep_vanished, watched_now

CALM = ANA + QUIET
STOPPED = "Terminated: A Trial Called 1"
SECOND = '[[watch]]\nname = "more"\nids_file = "more.txt"\n'


def stopping(at=1):
    calm = {nct_id: {day: trial(nct_id) for day in DAYS[:8]} for nct_id in (TWO, THREE)}
    return {ONE: {DAYS[0]: trial(ONE), DAYS[at]: trial(ONE, "TERMINATED")}} | calm


@pytest.mark.parametrize("torn", [[], [TWO], [TWO, ONE[:7]]], ids=["empty", "torn at a line", "torn in a line"])
@pytest.mark.parametrize("send", ["immediate", "daily 07:30"])
async def test_watchlist_that_is_torn_at_one_reading_loses_no_change(house, torn, send):
    home = house(stopping(), settings=CALM.replace("immediate", send))
    await home.run()
    home.watched = torn
    home.time.now = START + timedelta(days=1)  # beyond the slot of the day
    await home.next()
    home.watched = [ONE, TWO]
    home.time.now = START + timedelta(days=2)
    await home.run()
    assert home.subjects("ana") == [STOPPED]
    assert [version.baseline for version in home.versions(ONE)] == [True, False]


async def test_change_that_waits_for_its_slot_outlives_a_watchlist_torn_at_the_slot(house):
    home = house(stopping(), settings=CALM.replace("immediate", "daily 07:30"))
    await home.run()
    await home.next()
    home.watched = []
    home.time.now = START + timedelta(days=1)
    report = await home.run()
    assert "nothing is watched" in report.said[0]
    assert home.subjects("ana") == [STOPPED]


async def test_trial_moved_between_watches_with_a_poll_in_between_goes_on(house):
    settings = CALM + 'watches = ["all"]\n' + BOB + QUIET + 'watches = ["more"]\n' + SECOND
    home = house(stopping(at=2), settings=settings)
    (home.folder / "more.txt").write_text(f"{THREE}\n")
    await home.run()
    home.watched = [TWO]
    await home.next()
    (home.folder / "more.txt").write_text(f"{THREE}\n{ONE}  # ours\n")
    await home.next()
    assert [version.baseline for version in home.versions(ONE)] == [True, False]
    assert (home.subjects("ana"), home.subjects("bob")) == ([], ["Terminated: ours"])


async def test_watch_that_lost_a_trial_for_a_moment_hears_of_it_though_another_watch_holds_it(house):
    settings = CALM + 'watches = ["all"]\n' + SECOND
    home = house(stopping(), settings=settings)
    (home.folder / "more.txt").write_text(f"{ONE}\n")
    await home.run()
    home.watched = [TWO]
    await home.next()
    assert home.subjects("ana") == [STOPPED]
    assert "“all”" in home.bodies("ana")[0]


async def test_trial_is_removed_at_the_second_complete_reading_ten_minutes_or_more_after_the_first(house):
    home = house({nct_id: {DAYS[0]: trial(nct_id)} for nct_id in (ONE, TWO)})
    both = Watchlist(trials={nct_id: WatchedTrial(nct_id=nct_id, watches=("all",)) for nct_id in (ONE, TWO)})
    one = Watchlist(trials={TWO: both.trials[TWO]})
    torn = Watchlist(trials=one.trials, is_complete=False)
    with home.open() as context:

        def seen(read, minutes):
            return set(keep_vanished(read, context.store, START + timedelta(minutes=minutes)).trials)

        assert seen(both, 0) == {ONE, TWO}
        assert seen(torn, 20) == {ONE, TWO}  # not complete: does not count
        assert seen(one, 40) == {ONE, TWO}
        assert seen(one, 49) == {ONE, TWO}
        assert seen(torn, 55) == {ONE, TWO}
        assert seen(one, 40 + REMOVED_AFTER.total_seconds() / 60) == {TWO}
        assert seen(one, 51) == {TWO}
        assert seen(both, 60) == {ONE, TWO}
        assert seen(one, 61) == {ONE, TWO}
        assert seen(both, 62) == {ONE, TWO}  # there again: the count begins anew
        assert seen(one, 75) == {ONE, TWO}
        assert seen(one, -900) == {ONE, TWO}  # the clock was set back
        assert seen(one, -889) == {TWO}


async def test_recipient_s_own_trial_that_vanishes_is_polled_on_and_told_to_nobody_else(house):
    home = house(stopping(), settings=CALM + f'ids = ["{ONE}"]\n' + BOB + QUIET, watched=[TWO])
    await home.run()
    home.settings = CALM + 'watches = ["all"]\n' + BOB + QUIET
    await home.next()
    assert ONE in home.registry.requests[-2].query
    assert home.smtp.mails == ()


async def test_removing_by_command_counts_at_once(house):
    home = house(stopping(), settings=CALM)
    await home.run()
    command = ["--config", str(home.config_path), "--state-dir", str(home.state), "remove", ONE]
    assert CliRunner().invoke(cli, command).exit_code == 0
    home.watched = [TWO]
    await home.next()
    assert ONE not in home.registry.requests[-2].query
    assert home.smtp.mails == ()


async def test_removed_trial_is_polled_till_then_and_its_memory_goes(house):
    home = house(stopping(at=3), settings=CALM)
    await home.run()
    home.watched = [TWO]
    await home.next()
    assert ONE in home.registry.requests[-2].query
    await home.next()
    assert ONE not in home.registry.requests[-2].query
    with home.look() as context:
        assert [one.nct_id for one in context.store.memberships.all()] == [TWO]
        assert failing(context.store.faults.all()) == ()


async def test_watchlist_torn_at_the_first_reading_after_the_update_removes_nothing(house):
    """What the store of the earlier release knew as watched counts as known by id alone."""
    home = house(stopping(), settings=CALM)
    await home.run()
    with closing(sqlite3.connect(home.state / "watcher.db")) as connection, connection:
        connection.execute("DELETE FROM membership")
        connection.execute("INSERT INTO membership (nct_id, watch) SELECT nct_id, '' FROM trial WHERE watched")
    home.watched = []
    await home.next()
    home.watched = [ONE, TWO]
    await home.run()
    assert [version.baseline for version in home.versions(ONE)] == [True, False]


async def test_merged_trials_are_followed_after_what_vanished(house):
    home = house({nct_id: {DAYS[0]: trial(nct_id)} for nct_id in (ONE, TWO)})
    await home.run()
    with home.open() as context:
        context.store.trials.join([THREE], datetime(2026, 6, 1, tzinfo=START.tzinfo))
        found = watched_now(app.watchlist_reader(context.loaded)(), context.store, home.time.now)
        assert set(found.trials) == {ONE, TWO}
