"""A wall clock that is set back or ahead under the daemon: the jobs run on by elapsed time."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic

import apscheduler.schedulers.base
import pytest

from tests.pipeline.house import ANA, DAYS, ONE, QUIET, TWO, trial
from tests.pipeline.process import PATIENCE, until
from watcher import app
from watcher.app import watchlist_reader
from watcher.daemon.schedule import Interval, Schedule
from watcher.daemon.service import Daemon
from watcher.daemon.shutdown import Shutdown
from watcher.ops.clock_watch import LARGEST_DRIFT, ClockWatch

HOUR = timedelta(hours=1)
STATES = {nct_id: {day: trial(nct_id) for day in DAYS[:2]} for nct_id in (ONE, TWO)}


class MovedTime:
    """The real time, with a wall clock that can be moved; APScheduler reads the same one."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def wall(monkeypatch):
    moved = MovedTime()

    class Moved(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + moved.ahead

    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", Moved)
    return moved


def test_clocks_that_agree_are_left_alone_and_a_move_is_noticed_once():
    wall, seconds = [datetime(2026, 6, 1, tzinfo=UTC)], [0.0]
    watch = ClockWatch(clock=lambda: wall[0], monotonic=lambda: seconds[0])

    def go_on(elapsed, moved=timedelta(0)):
        seconds[0] += elapsed
        wall[0] += timedelta(seconds=elapsed) + moved
        return watch.moved()

    assert go_on(3600) == timedelta(0)
    assert go_on(1, LARGEST_DRIFT) == timedelta(0)
    for moved in (-HOUR, -48 * HOUR, 960 * HOUR, -960 * HOUR, timedelta(seconds=5.5), timedelta(seconds=-11)):
        assert go_on(1, moved) != timedelta(0)
        assert go_on(1) == timedelta(0)


@pytest.mark.parametrize(
    "moves",
    [(-HOUR,), (-48 * HOUR,), (960 * HOUR, timedelta(0))],
    ids=["back by an hour", "back by two days", "ahead by 40 days and back"],
)
async def test_jobs_run_on_whatever_becomes_of_the_wall_clock(wall, moves):
    ran = []

    async def job() -> None:
        ran.append(monotonic())

    schedule, watch = Schedule(), ClockWatch(clock=wall.clock, monotonic=monotonic)
    often = timedelta(milliseconds=50)
    schedule.start((Interval(name="job", job=job, every=often),), wall.clock())

    async def runs(number):
        goal = len(ran) + number
        async with asyncio.timeout(PATIENCE):
            while len(ran) < goal:
                await asyncio.sleep(0.01)

    await runs(2)
    for ahead in moves:
        wall.ahead = ahead
        schedule.clock_moved(watch.moved())
        await runs(3)
    assert await schedule.drain(timedelta(seconds=60))


async def test_job_that_an_hour_lies_before_keeps_its_distance_after_a_clock_set_back(wall):
    async def job() -> None:
        pass

    schedule = Schedule()
    schedule.start((Interval(name="job", job=job, every=HOUR),), wall.clock() + HOUR)
    before = schedule.next_of("job")
    assert before is not None
    wall.ahead = -48 * HOUR
    schedule.clock_moved(-48 * HOUR)
    assert schedule.next_of("job") == before - 48 * HOUR
    schedule.clock_moved(2 * HOUR)  # never later than it was: what has become due begins at once
    assert schedule.next_of("job") == before - 48 * HOUR
    await schedule.drain(timedelta(0))


@asynccontextmanager
async def running(home, wall):
    """Run a daemon in this process by a wall clock that can be moved."""
    with home.open() as context:
        real = replace(context, clock=wall.clock, monotonic=monotonic, sleep=asyncio.sleep)
        ending = Shutdown()
        daemon = Daemon(
            context=real,
            read=watchlist_reader(context.loaded),
            reread=app.reread,
            tick_every=timedelta(seconds=0.1),
            watch_every=timedelta(seconds=0.05),
        )
        work = asyncio.create_task(daemon.run(ending))
        try:
            yield daemon
        finally:
            ending.asked.set()
            assert await work


async def test_daemon_polls_on_after_its_clock_was_set_back_and_forth(house, wall):
    home = house(STATES, settings=ANA + QUIET)
    home.poll_every = "1s"
    async with running(home, wall):

        async def polled():
            goal = len(home.registry.requests) + 3
            await asyncio.to_thread(until, lambda: len(home.registry.requests) >= goal)

        await polled()
        for ahead in (-HOUR, -48 * HOUR, 960 * HOUR, timedelta(0)):
            wall.ahead = ahead
            await polled()
            with home.look() as context:
                last = context.store.polls.last()
            assert last is not None
            assert abs(wall.clock() - last.started) < HOUR / 2  # by the clock as it was moved
