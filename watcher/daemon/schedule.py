"""The clock of the daemon: three interval jobs; the only user of apscheduler.

What is due is computed from the store by the same code as `run --once`; the clock only says when to look (design:
Scheduler). A job that fails is logged and comes again; it never stops the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

log = structlog.get_logger()

_CANCEL_WITHIN = timedelta(seconds=2)
"""How long a cancelled job may take to let go."""

Job = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """One job.

    Attributes:
        name: Name in the log.
        job: What to do.
        every: Time between two beginnings.
        jitter: At most so much is added to each, at random.
    """

    name: str
    job: Job
    every: timedelta
    jitter: timedelta = timedelta(0)


@dataclass(slots=True)
class Schedule:
    """Running jobs, each at most once at a time; a job that is still running when its time comes is not begun again."""

    _scheduler: AsyncIOScheduler = field(default_factory=lambda: AsyncIOScheduler(timezone="UTC"))
    _running: set[asyncio.Task[None]] = field(default_factory=set)
    _again: dict[str, Interval] = field(default_factory=dict)

    def start(self, jobs: tuple[Interval, ...], first_at: datetime) -> None:
        """Begin: every job once at `first_at`, in the order given, then at its interval.

        Misfires have no grace limit and are run once (`misfire_grace_time=None`, `coalesce`): a loop that was busy, or
        a machine that slept, never loses a run. APScheduler's own default would drop one that is a second late.
        """
        for number, interval in enumerate(jobs):
            self._scheduler.add_job(
                self._begin,
                _trigger(interval),
                args=(interval,),
                id=interval.name,
                misfire_grace_time=None,
                coalesce=True,
                max_instances=1,
                next_run_time=first_at + timedelta(milliseconds=number),
            )
        self._scheduler.start()

    def change(self, interval: Interval, next_at: datetime) -> None:
        """Return the job of this name another interval, and begin it at `next_at`.

        One that is under way goes on, and begins once more right after its end: APScheduler would drop what falls due
        while it runs, and the next time would be an interval away.
        """
        self._scheduler.modify_job(interval.name, trigger=_trigger(interval), args=(interval,), next_run_time=next_at)
        if any(task.get_name() == interval.name for task in self._running):
            self._again[interval.name] = interval

    def clock_moved(self, by: timedelta) -> None:
        """Keep the elapsed time between jobs after the wall clock was moved.

        APScheduler computes from wall time: after a clock set back nothing would begin before that time is reached
        again. After a clock set ahead (or a machine that slept) what has become due meanwhile begins at once.

        Args:
            by: How far it was moved; negative when it was set back.
        """
        if by < timedelta(0):
            for job in self._scheduler.get_jobs():
                if job.next_run_time is not None:
                    job.modify(next_run_time=job.next_run_time + by)
        self._scheduler.wakeup()

    def next_of(self, name: str) -> datetime | None:
        """Return when a job begins next; None when there is none of this name, or none will begin any more."""
        job = self._scheduler.get_job(name)
        found: datetime | None = job.next_run_time if job is not None else None
        return found

    async def _begin(self, interval: Interval) -> None:
        """Run a job as a task of ours, since APScheduler cancels its own at shutdown."""
        coming: Interval | None = interval
        while coming is not None:
            task = asyncio.create_task(_guarded(coming), name=coming.name)
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            await asyncio.wait({task})
            coming = self._again.pop(interval.name, None)

    async def drain(self, within: timedelta) -> bool:
        """Begin nothing more, let what runs come to its end, and cancel what has not by the deadline.

        What does not end even then (a relay that does not answer our farewell, a thread) is left behind.

        Returns:
            Whether everything came to its own end.
        """
        self._scheduler.pause()
        self._again.clear()
        running = set(self._running)
        late: set[asyncio.Task[None]] = set()
        if running:
            _, late = await asyncio.wait(running, timeout=within.total_seconds())
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=_CANCEL_WITHIN.total_seconds())
        self._scheduler.shutdown(wait=False)
        return not late


class _Elapsed(BaseTrigger):  # type: ignore[misc]  # the library has no types
    """Fires one interval after the last time, or after now when that has passed already.

    APScheduler's own interval trigger is asked for every single time missed: after a clock that was wrong by years,
    which boards without a battery begin with, that takes minutes in which nothing else runs.
    """

    def __init__(self, every: timedelta, jitter: timedelta) -> None:
        self._every = every
        self._jitter = int(jitter.total_seconds()) or None

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Return when to begin next."""
        coming = (previous_fire_time or now) + self._every
        found: datetime = self._apply_jitter(coming if coming > now else now + self._every, self._jitter, now)
        return found


def _trigger(interval: Interval) -> _Elapsed:
    return _Elapsed(interval.every, interval.jitter)


async def _guarded(interval: Interval) -> None:
    try:
        await interval.job()
    except Exception:  # one failing job never stops the others; it is logged with its traceback
        log.exception("job_failed", job=interval.name)
