"""Killed at moments chosen from outside: no change is lost, and at most one message repeats, the same to the byte."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.pipeline.house import ANA, BOB, DAYS, FILES, ONE, QUIET, ROOM, TWO, Time, repeats, trial
from tests.pipeline.process import PATIENCE, manager, program, until
from tests.support.smtp_sink import SmtpStage
from watcher.app import database_of, watchlist_reader
from watcher.daemon.single_run import run_once
from watcher.errors import StoreError, StoreLockedError
from watcher.sandbox.registry_faults import FaultKind, RegistryFault
from watcher.store.database import Database
from watcher.store.store import Store

STATES = {
    ONE: {DAYS[0]: trial(ONE), DAYS[1]: trial(ONE, "TERMINATED")},
    TWO: {DAYS[0]: trial(TWO), DAYS[1]: trial(TWO, count=99)},
}
pytestmark = pytest.mark.usefixtures("uncounted_processes")

EVERYBODY = ANA + QUIET + BOB + QUIET + ROOM + QUIET + FILES + QUIET
LOCKED, STORE = 75, 74


@pytest.fixture
def home(house):
    """A house by the real time, with two trials that both change in the next data version."""
    return house(STATES, settings=EVERYBODY, time=Time(datetime.now(UTC)))


def hold_registry(at, match):
    def arm(home):
        home.registry.arm(RegistryFault(kind=FaultKind.HOLD, at=at, match=match))
        return home.registry.wait_held, home.registry.release

    return arm


def hold_mail(stage):
    def arm(home):
        hold = home.smtp.hold(stage)
        return hold.wait_reached, hold.release

    return arm


def hold_post(home):
    hold = home.hook.hold()
    return hold.wait_reached, hold.release


# What repeats of mails and posts: the number, or None where that channel may have been in mid-send as well.
MOMENTS = {
    "before the answer of version": (hold_registry("before", "/version"), 0, 0),
    "after version": (hold_registry("before", "/studies"), 0, 0),
    "in mid-body": (hold_registry("body", "/studies"), 0, 0),
    "at MAIL": (hold_mail(SmtpStage.MAIL), 0, None),
    "after RCPT": (hold_mail(SmtpStage.RCPT), 0, None),
    "after the final dot": (hold_mail(SmtpStage.BODY), 1, None),
    "before the hook's answer": (hold_post, None, 1),
}


def all_told(home):
    """Check that everybody was told both changes; give how many mails and how many posts came twice."""
    twice = 0
    for name in ("ana", "bob"):
        ids = [str(mail["Message-ID"]) for mail in home.mails_to(name)]
        assert len(set(ids)) == 1
        twice += len(ids) - 1
        assert "Recruiting → Terminated" in home.bodies(name)[0]
        assert "240 planned → 99 planned" in home.bodies(name)[0]
    bodies = {mail.body for mail in home.smtp.mails}
    assert len(bodies) == 2  # a repeat is the same bytes
    posts = [post.body for post in home.hook.accepted]
    assert len(set(posts)) == 1
    assert b"Terminated" in posts[0]
    assert len(list((home.state / "told").glob("*.eml"))) == 1
    assert home.outbox() == ()
    return twice, len(posts) - 1


@pytest.mark.parametrize("moment", MOMENTS)
async def test_killed_run_is_made_good_by_the_next(home, moment):
    arm, *expected = MOMENTS[moment]
    await home.run()
    home.registry.next()
    wait_reached, release = arm(home)
    with program(home, "run", "--once") as run:
        wait_reached(PATIENCE)
        run.kill()
    release()
    home.time.now = datetime.now(UTC)
    await home.run()
    for came_twice, wanted in zip(all_told(home), expected, strict=True):
        assert came_twice == wanted or (wanted is None and came_twice <= 1)
    assert [len(home.versions(nct_id)) for nct_id in (ONE, TWO)] == [2, 2]


@pytest.mark.parametrize("moment", MOMENTS)
async def test_killed_daemon_is_made_good_by_the_next(home, moment):
    arm, *expected = MOMENTS[moment]
    await home.run()
    home.registry.next()
    wait_reached, release = arm(home)
    with manager() as systemd:
        environ = {"NOTIFY_SOCKET": str(systemd.path)}
        with program(home, "run", environ=environ) as first:
            wait_reached(PATIENCE)
            first.kill()
        release()
        with program(home, "run", environ=environ) as second:
            until(lambda: len(home.hook.accepted) > 0 and len(home.mails_to("bob")) > 0 and home.outbox() == ())
            second.terminate()
            assert second.wait() == 0
    came_twice = all_told(home)
    for number, wanted in zip(came_twice, expected, strict=True):
        assert number == wanted or (wanted is None and number <= 1)
    assert len(repeats(home.smtp.mails)) == came_twice[0]


async def test_message_whose_sending_kills_the_program_twice_lets_the_others_pass(home):
    home.settings = ANA + QUIET + BOB + QUIET
    await home.run()
    home.registry.next()
    for _ in range(2):
        hold = home.smtp.hold(SmtpStage.RCPT, address="ana@example.org")
        with program(home, "run", "--once") as run:
            hold.wait_reached(PATIENCE)
            run.kill()
        hold.release()
    home.time.now = datetime.now(UTC)
    await home.run()
    assert (home.subjects("ana"), len(home.subjects("bob"))) == ([], 1)
    home.time.pass_by(timedelta(minutes=30))
    await home.run()
    assert len(home.subjects("ana")) == 1


async def test_terminated_in_mid_send_says_so_and_loses_nothing(home):
    await home.run()
    home.registry.next()
    hold = home.smtp.hold(SmtpStage.RCPT)
    with program(home, "run", "--once") as run:
        hold.wait_reached(PATIENCE)
        run.terminate()
        assert run.wait() == 143
    hold.release()
    home.time.now = datetime.now(UTC)
    await home.run()
    mails, posts = all_told(home)
    assert mails == 0
    assert posts <= 1


async def test_second_run_on_one_store_is_refused_and_says_who_holds_it(home):
    with home.open(), program(home, "run") as daemon, program(home, "run", "--once") as once:
        assert (daemon.wait(), once.wait()) == (LOCKED, LOCKED)
        assert "Another run holds" in once.errors
        with pytest.raises(StoreLockedError, match="process"), home.open():
            pass
    assert home.registry.requests == ()


async def test_store_locked_by_another_process_fails_in_words_and_loses_nothing(home):
    await home.run()
    home.registry.next()
    path = database_of(home.load(), home.state)
    with home.open() as context, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with Store.open(path, busy_timeout=timedelta(milliseconds=10)) as store:
            hurried = replace(context, store=store)
            with pytest.raises(StoreError, match="locked by another process"):
                await run_once(hurried, watchlist_reader(context.loaded))
        other.execute("ROLLBACK")
    assert home.smtp.mails == ()
    home.time.now = datetime.now(UTC)
    await home.run()
    assert all_told(home) == (0, 0)


@pytest.mark.parametrize("pages", [0, 1, 2, 3])
async def test_full_disk_fails_in_words_and_loses_nothing(home, pages):
    await home.run()
    home.registry.next()
    path = database_of(home.load(), home.state)
    with home.open() as context, Store(database := Database(path, timedelta(seconds=5))) as store:
        with database.write() as connection:
            used = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {used + pages}")
        with pytest.raises(StoreError, match="no room left"):
            await run_once(replace(context, store=store), watchlist_reader(context.loaded))
    home.time.pass_by(timedelta(minutes=2))
    await home.run()
    mails, posts = all_told(home)
    assert mails <= 1
    assert posts <= 1
