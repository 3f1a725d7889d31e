"""The daemon: a process of its own that begins, goes on whatever fails, and ends in good order."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest

from tests.pipeline.house import ANA, DAYS, ONE, QUIET, TWO, Time, repeats, trial
from tests.pipeline.process import PATIENCE, manager, program, until
from tests.pipeline.walk import EVERYBODY, TRIALS, Trouble, Walk, hook, registry, relay, states
from tests.support.smtp_sink import SmtpStage
from watcher import app
from watcher.app import watchlist_reader
from watcher.daemon.schedule import Interval, Schedule
from watcher.daemon.service import Daemon
from watcher.daemon.shutdown import Shutdown
from watcher.sandbox.registry_faults import FaultKind
from watcher.store.database import Database
from watcher.store.store import Store

STATES = {
    ONE: {DAYS[0]: trial(ONE), DAYS[1]: trial(ONE, "TERMINATED")},
    TWO: {day: trial(TWO) for day in DAYS[:3]},
}
STOPPED = "Terminated: A Trial Called 1"


@pytest.fixture
def home(house):
    return house(STATES, settings=ANA + QUIET, time=Time(datetime.now(UTC)))


async def test_daemon_polls_tells_and_ends_in_good_order(home):
    await home.run()
    home.registry.next()
    home.write(poll_every="1s")
    with manager() as systemd:
        with program(home, "run", environ={"NOTIFY_SOCKET": str(systemd.path)}) as daemon:
            systemd.wait_for("READY=1")
            home.smtp.wait_for(1, PATIENCE)
            counted = len(home.registry.requests)
            until(lambda: len(home.registry.requests) >= counted + 2)  # it polls on
            daemon.terminate()
            assert daemon.wait() == 0
        assert systemd.heard.index("READY=1") < systemd.heard.index("STOPPING=1")
    assert home.subjects("ana") == [STOPPED]


async def test_termination_lets_what_is_under_way_come_to_its_end(home):
    await home.run()
    home.registry.next()
    hold = home.smtp.hold(SmtpStage.RCPT)
    with manager() as systemd, program(home, "run", environ={"NOTIFY_SOCKET": str(systemd.path)}) as daemon:
        hold.wait_reached(PATIENCE)
        daemon.terminate()
        systemd.wait_for("STOPPING=1")
        assert daemon.process.poll() is None
        hold.release()
        assert daemon.wait() == 0
    assert home.subjects("ana") == [STOPPED]
    assert home.outbox() == ()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_second_signal_ends_at_once_and_the_next_start_makes_it_good(home, number):
    await home.run()
    home.registry.next()
    hold = home.smtp.hold(SmtpStage.BODY)
    with manager() as systemd, program(home, "run", environ={"NOTIFY_SOCKET": str(systemd.path)}) as daemon:
        hold.wait_reached(PATIENCE)
        daemon.process.send_signal(number)
        systemd.wait_for("STOPPING=1")
        daemon.process.send_signal(number)
        assert daemon.wait() == 128 + number
    hold.release()
    home.time.now = datetime.now(UTC)
    await home.run()
    assert set(home.subjects("ana")) == {STOPPED}
    assert len(repeats(home.smtp.mails)) == 1


async def test_daemon_goes_on_after_a_store_that_was_locked(home):
    await home.run()
    home.poll_every = "1s"
    with home.open() as context:
        impatient = Store.open(app.database_of(context.loaded, home.state), busy_timeout=timedelta(milliseconds=50))
        with impatient as store:
            real = replace(context, store=store, clock=app.utc_now, sleep=asyncio.sleep, monotonic=Time().monotonic)
            ending = Shutdown()
            daemon = Daemon(
                context=real,
                read=watchlist_reader(context.loaded),
                reread=app.reread,
                tick_every=timedelta(seconds=0.1),
            )
            work = asyncio.create_task(daemon.run(ending))
            with closing(sqlite3.connect(app.database_of(context.loaded, home.state), isolation_level=None)) as other:
                await asyncio.to_thread(until, lambda: len(home.registry.requests) >= 4)
                other.execute("BEGIN IMMEDIATE")
                home.registry.next()
                await asyncio.sleep(1.5)
                other.execute("ROLLBACK")
            await asyncio.to_thread(home.smtp.wait_for, 1, PATIENCE)
            ending.asked.set()
            assert await work
    assert home.subjects("ana") == [STOPPED]


def pragma(database, words):
    with database.write() as connection:
        return connection.exec_driver_sql(f"PRAGMA {words}").scalar()


async def test_daemon_goes_on_once_there_is_room_on_the_disk_again(home, events):
    await home.run()
    home.poll_every = "1s"
    with home.open() as context, Store(database := Database(app.database_of(context.loaded, home.state))) as store:
        real = replace(context, store=store, clock=app.utc_now, sleep=asyncio.sleep, monotonic=Time().monotonic)
        ending = Shutdown()
        daemon = Daemon(
            context=real, read=watchlist_reader(context.loaded), reread=app.reread, tick_every=timedelta(seconds=0.1)
        )
        pragma(database, f"max_page_count = {pragma(database, 'page_count')}")
        work = asyncio.create_task(daemon.run(ending))
        home.registry.next()
        await asyncio.to_thread(until, lambda: any(event["event"] == "job_failed" for event in events))
        assert home.smtp.mails == ()
        await asyncio.to_thread(pragma, database, f"max_page_count = {2**30}")
        await asyncio.to_thread(home.smtp.wait_for, 1, PATIENCE)
        await asyncio.to_thread(until, lambda: home.outbox() == ())
        ending.asked.set()
        assert await work
    assert home.subjects("ana") == [STOPPED]


async def test_failing_job_comes_again_and_stops_no_other(events):
    ran: list[str] = []

    async def works() -> None:
        ran.append("works")

    async def fails() -> None:
        ran.append("fails")
        raise RuntimeError("broken")

    schedule = Schedule()
    often = timedelta(milliseconds=20)
    jobs = (Interval(name="fails", job=fails, every=often), Interval(name="works", job=works, every=often))
    schedule.start(jobs, datetime.now(UTC))
    until_both = asyncio.get_running_loop().time() + 60
    while min(ran.count("works"), ran.count("fails")) < 3 and asyncio.get_running_loop().time() < until_both:
        await asyncio.sleep(0.01)
    assert await schedule.drain(timedelta(seconds=60))
    assert min(ran.count("works"), ran.count("fails")) >= 3
    assert any(event["event"] == "job_failed" and event["job"] == "fails" for event in events)


async def test_overdue_work_is_done_once_and_no_job_runs_beside_itself():
    running, most, ran = 0, 0, 0
    going = asyncio.Event()

    async def slow() -> None:
        nonlocal running, most, ran
        running += 1
        ran += 1
        most = max(most, running)
        await going.wait()
        running -= 1

    schedule = Schedule()
    schedule.start(
        (Interval(name="slow", job=slow, every=timedelta(milliseconds=10)),), datetime.now(UTC) - timedelta(seconds=3)
    )
    while not ran:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    assert (most, ran) == (1, 1)
    going.set()
    assert await schedule.drain(timedelta(seconds=60))


async def test_job_changed_while_it_is_under_way_begins_again_at_its_end_and_not_an_interval_later():
    begun, going = asyncio.Event(), asyncio.Event()
    ran: list[str] = []

    async def slow() -> None:
        begun.set()
        await going.wait()
        ran.append("before")

    async def changed() -> None:
        ran.append("after")

    schedule = Schedule()
    schedule.start((Interval(name="poll", job=slow, every=timedelta(hours=1)),), datetime.now(UTC))
    await begun.wait()
    schedule.change(Interval(name="poll", job=changed, every=timedelta(hours=2)), datetime.now(UTC))
    await asyncio.sleep(0.1)  # APScheduler finds it running, and puts it off
    going.set()
    async with asyncio.timeout(60):
        while len(ran) < 2:
            await asyncio.sleep(0.01)
    assert ran == ["before", "after"]
    assert await schedule.drain(timedelta(seconds=60))


async def test_drain_cuts_off_what_has_not_ended_by_the_deadline():
    begun, cut = asyncio.Event(), asyncio.Event()

    async def endless() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cut.set()

    schedule = Schedule()
    schedule.start((Interval(name="endless", job=endless, every=timedelta(hours=1)),), datetime.now(UTC))
    await begun.wait()
    assert not await schedule.drain(timedelta(milliseconds=20))
    assert cut.is_set()


def test_ending_listens_for_one_polite_signal_and_one_that_is_not():
    async def ended() -> tuple[int, list[int]]:
        codes: list[int] = []
        ending = Shutdown()
        ending.listen(asyncio.get_running_loop(), codes.append)
        os.kill(os.getpid(), signal.SIGTERM)
        await ending.asked.wait()
        os.kill(os.getpid(), signal.SIGINT)
        while not codes:
            await asyncio.sleep(0.01)
        return ending.signal, codes

    assert asyncio.run(ended()) == (signal.SIGTERM, [128 + signal.SIGINT])


# Not tried again by the client, so that they are told at the first poll: the others wait for seconds in real time.
IN_REAL_TIME = (
    registry(FaultKind.HTML, match="/version"),
    registry(FaultKind.NOT_JSON, match="/studies"),
    registry(FaultKind.HOLLOW, steps=2),
    registry(FaultKind.MOVING, match="/studies", times=1, notices=0),
    registry(FaultKind.UNAVAILABLE, times=1, notices=0),
    relay(SmtpStage.CONNECT, reply="421 4.3.2 closing"),
    relay(SmtpStage.RCPT, reply="550 5.1.1 no such mailbox"),
    hook("404 no_service"),
)


def test_real_daemon_walks_through_troubles_and_tells_every_change_once(house):
    home = house(states(20), settings=EVERYBODY, watched=TRIALS, time=Time(datetime.now(UTC)))
    home.write(poll_every="1s")
    walk = Walk(home)
    with program(home, "run") as daemon:
        until(lambda: len(home.registry.requests) >= 4)
        walk.go(IN_REAL_TIME)
        daemon.terminate()
        assert daemon.wait() == 0
    walk.check()
    assert home.outbox() == ()
    assert repeats(home.smtp.mails) == []


EVERY_REGISTRY_FAULT = (
    *(
        registry(kind, match="/version")
        for kind in (
            FaultKind.RATE_LIMITED,
            FaultKind.SERVER_ERROR,
            FaultKind.BAD_GATEWAY,
            FaultKind.UNAVAILABLE,
            FaultKind.GATEWAY_TIMEOUT,
            FaultKind.HTML,
            FaultKind.NOT_JSON,
            FaultKind.DROPPED,
            FaultKind.CUT,
            FaultKind.CUT_CHUNKED,
        )
    ),
    *(
        registry(kind, match="/studies")
        for kind in (
            FaultKind.RATE_LIMITED,
            FaultKind.SERVER_ERROR,
            FaultKind.BAD_GATEWAY,
            FaultKind.UNAVAILABLE,
            FaultKind.GATEWAY_TIMEOUT,
            FaultKind.HTML,
            FaultKind.NOT_JSON,
            FaultKind.DROPPED,
            FaultKind.CUT,
            FaultKind.CUT_CHUNKED,
        )
    ),
    registry(FaultKind.REFUSED, user_agent="python-httpx", notices=0),
    registry(FaultKind.HOLLOW, steps=2),
    registry(FaultKind.STALE, steps=2, notices=0),
    registry(FaultKind.MISSING, steps=2, notices=0),
    registry(FaultKind.NO_VERSION_HOLDER, notices=0),
    registry(FaultKind.NO_TIMESTAMP, notices=0),
    registry(FaultKind.WRONG_IDS, notices=0),
    registry(FaultKind.MOVING, match="/studies", times=1, notices=0),
    registry(FaultKind.SLOW, match="/studies", times=3, notices=0),
)
EVERY_SENDING_FAULT = (
    relay(SmtpStage.CONNECT, drop=True),
    relay(SmtpStage.CONNECT, reply="421 4.3.2 closing"),
    relay(SmtpStage.EHLO, drop=True),
    relay(SmtpStage.MAIL, reply="451 4.3.0 later"),
    relay(SmtpStage.RCPT, reply="450 4.2.1 busy"),
    relay(SmtpStage.RCPT, reply="550 5.1.1 no such mailbox"),
    relay(SmtpStage.DATA, drop=True, once=True),
    relay(SmtpStage.BODY, reply="452 4.3.1 no room"),
    relay(SmtpStage.BODY, drop=True, once=True),
    hook("503 busy"),
    hook("500 rollup_error"),
    hook("429 rate_limited", retry_after="5"),
    hook("404 no_service"),
    hook(drop=True, once=True),
)


class Hurried(Time):
    """The real time at first, and many times faster from `hurry` on."""

    SPEED = 120

    def __init__(self) -> None:
        super().__init__(datetime.now(UTC))
        self._start = self._hurried = monotonic()
        self._speed = 1

    def hurry(self) -> None:
        self._hurried, self._speed = monotonic(), self.SPEED

    def monotonic(self) -> float:
        return self._hurried - self._start + (monotonic() - self._hurried) * self._speed

    def clock(self) -> datetime:
        return self.now + timedelta(seconds=self.monotonic())

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.SPEED)


async def walk_hurried(house, troubles: tuple[Trouble, ...]) -> Walk:
    """Walk a daemon of this process, whose waits are short, through troubles."""
    time = Hurried()
    home = house(states(120), settings=EVERYBODY, watched=TRIALS, time=time)
    home.poll_every = "1s"
    walk = Walk(home)
    with home.open() as context:
        ending = Shutdown()
        daemon = Daemon(
            context=context, read=watchlist_reader(context.loaded), reread=app.reread, tick_every=timedelta(seconds=0.2)
        )
        work = asyncio.create_task(daemon.run(ending))
        await asyncio.to_thread(until, lambda: len(home.registry.requests) >= 4)
        time.hurry()
        try:
            await asyncio.to_thread(walk.go, troubles)
        finally:
            ending.asked.set()
            assert await work
    walk.check()
    assert home.outbox() == ()
    return walk


SEVERAL_TRIES = (
    registry(FaultKind.DROPPED, match="/studies"),
    relay(SmtpStage.MAIL, reply="451 4.3.0 later"),
    relay(SmtpStage.BODY, drop=True, once=True),
)


async def test_daemon_overcomes_what_takes_several_tries(house):
    walk = await walk_hurried(house, SEVERAL_TRIES)
    assert len(repeats(walk.home.smtp.mails)) == 1  # the one in doubt


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_daemon_overcomes_every_fault_of_the_registry(house):
    walk = await walk_hurried(house, EVERY_REGISTRY_FAULT)
    assert repeats(walk.home.smtp.mails) == []


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_daemon_overcomes_every_fault_of_relay_and_hook(house):
    walk = await walk_hurried(house, EVERY_SENDING_FAULT)
    assert len(repeats(walk.home.smtp.mails)) == 1
