"""The daemon: polls, composes, sends and tidies by the clock until it is asked to end."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import structlog

from watcher.context import CONFIG_PART, JOB_PART, RUN_PART, FaultReport, RunContext, WatchlistReader
from watcher.daemon.reload import changed_sections
from watcher.daemon.schedule import Interval, Schedule
from watcher.daemon.shutdown import Shutdown, notify, watchdog_seconds
from watcher.daemon.single_run import (
    note_broken_off,
    poll_watched,
    read_watched,
    show_pages,
    signal_mended_templates,
    signal_sending,
    standing_parts,
    start,
)
from watcher.errors import ConfigError, StoreError, StoreLostError
from watcher.ops import maintenance
from watcher.ops.clock_watch import ClockWatch
from watcher.ops.endpoint import Endpoint, open_endpoint
from watcher.ops.liveness import BEAT_EVERY, Liveness, remove_heartbeat_file, write_heartbeat_file
from watcher.ops.status_line import status_line
from watcher.ops.textfile import look_at
from watcher.pipeline.compose import compose_due
from watcher.pipeline.fault_kinds import REPORT_IT
from watcher.pipeline.heartbeat_url import ask_heartbeat
from watcher.pipeline.notices import settle
from watcher.pipeline.poll_report import PollReport
from watcher.pipeline.recipient_sync import sync_recipients
from watcher.pipeline.send import send_due
from watcher.pipeline.watchlist_resolution import follow_merged, poll_ids, watched_now

log = structlog.get_logger()

TICK_EVERY = timedelta(seconds=30)
"""How often slots and the outbox are looked at (design: Scheduler)."""

UPKEEP_EVERY = timedelta(hours=1)
"""How often it is asked whether the store is to be tidied, which is done once a day."""

DRAIN_WITHIN = timedelta(seconds=5)
"""What is under way may come to its end for so long; then it is cut off, and the next start makes it good."""

WATCH_EVERY = timedelta(seconds=1)
"""How often clocks, lock and database are looked at."""


Reread = Callable[[RunContext], tuple[RunContext, WatchlistReader]]
"""Reads the configuration anew and gives the parts of a run with it; ConfigError when it cannot be used."""


@dataclass(slots=True)
class Daemon:
    """One running daemon.

    Attributes:
        context: What it works with; the run lock is held.
        read: Reads the watchlist anew.
        reread: Reads the configuration anew.
        tick_every: How often slots and the outbox are looked at.
        watch_every: How often clocks, lock and database are looked at.
    """

    context: RunContext
    read: WatchlistReader
    reread: Reread
    tick_every: timedelta = TICK_EVERY
    watch_every: timedelta = WATCH_EVERY
    _schedule: Schedule = field(default_factory=Schedule)
    _liveness: Liveness = field(init=False)
    _refused: str | None = None
    _endpoint: Endpoint | None = None
    _broken: set[str] = field(default_factory=set)
    _hindered: set[str] = field(default_factory=set)
    """Those of the broken jobs that the store kept from their work: they are over when any job can write again."""
    _lost: asyncio.Future[StoreLostError] | None = None

    def __post_init__(self) -> None:
        self._liveness = Liveness(monotonic=self.context.monotonic)

    async def run(self, shutdown: Shutdown) -> bool:
        """Work until asked to end, then let what runs come to its end.

        Returns:
            Whether everything came to its own end within the deadline; what did not is made good by the next start.

        Raises:
            StoreLostError: The lock or the database was removed or replaced; everything under way was cut off.
        """
        context = self.context
        self._lost = asyncio.get_running_loop().create_future()
        faults = FaultReport(by_part={CONFIG_PART: None, RUN_PART: None})
        start(context)
        await asyncio.to_thread(signal_mended_templates, context, faults)
        await self._settled(faults)
        self._broken = {part for part in standing_parts(context) if part.startswith(JOB_PART)}
        every = context.loaded.config.registry.poll_every
        self._liveness.beat()
        ticking = min(self.tick_every, max(every, timedelta(seconds=1)))
        self._schedule.start(
            (
                Interval(name="beat", job=self.beat, every=BEAT_EVERY),
                self._polling(),
                Interval(name="tick", job=self._job("tick", self.tick), every=ticking),
                Interval(name="upkeep", job=self._job("upkeep", self.upkeep), every=UPKEEP_EVERY),
            ),
            context.clock(),
        )
        await self._show()
        notify(context.environ, "READY=1", "STATUS=started; first poll under way")
        log.info("daemon_ready", poll_every=str(every))
        works = (self._feed_watchdog(), self._renew_when_asked(shutdown), self._watch_clocks_and_store())
        beside = [asyncio.create_task(work) for work in works]
        asked = asyncio.ensure_future(shutdown.asked.wait())
        lost: asyncio.Future[Any] = self._lost
        await asyncio.wait({asked, lost}, return_when=asyncio.FIRST_COMPLETED)
        notify(context.environ, "STOPPING=1", "STATUS=finishing what is under way")
        log.info("daemon_stopping")
        for task in (*beside, asked):
            task.cancel()
        is_clean = await self._schedule.drain(timedelta(0) if self._lost.done() else DRAIN_WITHIN)
        remove_heartbeat_file(context.state_dir)
        if self._endpoint is not None:
            await asyncio.to_thread(self._endpoint.close)
        log.info("daemon_stopped", clean=is_clean)
        if self._lost.done():
            raise self._lost.result()
        return is_clean

    def _job(self, name: str, work: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """Return a job whose failure stands in the fault table until it does its work again."""
        part = f"{JOB_PART}{name}"
        timed = self._liveness.timed(name, work)

        async def job() -> None:
            try:
                await timed()
            except StoreLostError as error:
                self._lose(error)
            except Exception as error:  # noted as a fault, then raised to the schedule, which goes on
                self._broken.add(part)
                if isinstance(error, StoreError):
                    self._hindered.add(part)
                async with self.context.turn:
                    await asyncio.to_thread(note_broken_off, self.context, part, error)
                raise
            else:
                if over := self._broken & {part, *self._hindered}:
                    await self._settled(FaultReport(by_part=dict.fromkeys(over)))  # which shows that it can be written
                    self._broken -= over
                    self._hindered -= over

        return job

    async def _watch_clocks_and_store(self) -> None:
        """Notice a clock that was moved, and a lock or database that is no longer the one in use."""
        clocks = ClockWatch(clock=self.context.clock, monotonic=self.context.monotonic)
        while True:
            await asyncio.sleep(self.watch_every.total_seconds())
            if by := clocks.moved():
                log.warning("clock_moved", seconds=round(by.total_seconds()))
                self._schedule.clock_moved(by)
            try:
                self.context.check_store()
            except StoreLostError as error:
                self._lose(error)
                return
            except StoreError as error:  # it may be readable again in a moment; the jobs will say so
                log.warning("store_not_checked", reason=str(error))

    def _lose(self, error: StoreLostError) -> None:
        if self._lost is not None and not self._lost.done():
            log.error("store_lost", reason=str(error))
            self._lost.set_result(error)

    def _polling(self) -> Interval:
        every = self.context.loaded.config.registry.poll_every
        jitter = min(every / 10, timedelta(minutes=5))
        return Interval(name="poll", job=self._job("poll", self.poll), every=every, jitter=jitter)

    async def beat(self) -> None:
        """Show that the scheduler moves: to the watchdog, and in the state folder to `watcher health`."""
        self._liveness.beat()
        write_heartbeat_file(self.context.state_dir, self.context.clock(), self.context.monotonic())

    async def _renew_when_asked(self, shutdown: Shutdown) -> None:
        while True:
            await shutdown.renewal.wait()
            shutdown.renewal.clear()
            before = self.context
            try:
                await self.renew()
            except Exception as error:  # a bug in it must not make the daemon deaf to the next one
                log.exception("reload_failed")
                if self.context is before:
                    tripped = f"the program tripped over it ({type(error).__name__}); {REPORT_IT}"
                    self._refused = f"not used at reload, the old one stays in use: {tripped}"  # told by the next poll
                # else who asked for it waits: `systemctl reload` with Type=notify-reload
                notify(self.context.environ, "READY=1", "STATUS=configuration not read to the end; the log says why")

    async def renew(self) -> bool:
        """Read configuration and credentials anew, and use them if they are right; else go on with the old ones.

        The order of lines to systemd is that of sd_notify(3), RELOADING=1.

        Returns:
            Whether the new ones are in use.
        """
        environ = self.context.environ
        notify(environ, "RELOADING=1", f"MONOTONIC_USEC={int(self.context.monotonic() * 1e6)}")
        try:
            context, read = await asyncio.to_thread(self.reread, self.context)
        except ConfigError as error:
            log.warning("reload_rejected", problems=[str(problem) for problem in error.problems])
            self._refused = f"refused at reload, the old one stays in use: {error.problems[0]}"
            await self._settled(FaultReport(by_part={CONFIG_PART: self._refused}))
            notify(environ, "READY=1", f"STATUS=old configuration kept: {error.problems[0]}")
            return False
        changed = changed_sections(self.context.loaded.config, context.loaded.config)
        try:
            await self.take_up(context, read)
        except StoreError as error:
            log.exception("reload_failed")
            self._refused = f"not used at reload, the old one stays in use: {error}"  # told by the next poll
            notify(environ, "READY=1", f"STATUS=old configuration kept: {error}")
            return False
        self._refused = None
        self._schedule.change(self._polling(), context.clock())
        if "health" in changed:
            await self._show()
        faults = FaultReport(by_part={CONFIG_PART: None})
        await asyncio.to_thread(signal_mended_templates, self.context, faults)
        await self._settled(faults)
        log.info("config_reloaded", changed=changed)
        notify(environ, "READY=1", "STATUS=configuration read anew; poll under way")
        return True

    async def take_up(self, context: RunContext, read: WatchlistReader) -> None:
        """Go on with another configuration that is right, from the next message on.

        Raises:
            StoreError: Its recipients could not be met; the present one stays in use.
        """
        async with context.turn:
            await asyncio.to_thread(sync_recipients, context, context.clock())  # first: nobody is told who was not met
            self.context.superseded.set()
            self.context, self.read = context, read

    async def _show(self) -> None:
        """Listen where the configuration says, and no longer where it said before."""
        listen = self.context.loaded.config.health.listen
        if self._endpoint is not None:
            await asyncio.to_thread(self._endpoint.close)
        faults = FaultReport()
        self._endpoint = open_endpoint(listen, lambda: look_at(self.context, self.read()), faults)
        await self._settled(faults)

    async def _settled(self, faults: FaultReport) -> bool:
        """Bring the fault table up to date; poll and tick may have heard of the same fault: it is told once."""
        async with self.context.turn:
            context = self.context  # as it is now: it may have been read anew while this waited
            return bool(await asyncio.to_thread(settle, context, faults, context.clock()))

    async def poll(self) -> None:
        """Poll, tell whom news reaches at once, and send it."""
        context, faults = self.context, FaultReport()
        if self._refused is not None:
            faults.failing(CONFIG_PART, self._refused)
        watchlist = read_watched(context, self.read, faults)
        report = await poll_watched(context, watchlist, faults)
        is_complete = report is not None and report.outcome.is_complete
        await self._compose_and_send(faults, report, context)
        await ask_heartbeat(context, is_complete=is_complete)
        shown = FaultReport()
        await show_pages(context, follow_merged(watchlist, context.store), shown)
        await self._settled(shown)

    async def tick(self) -> None:
        """Compose for those whose slot has come, and send what is due."""
        await self._compose_and_send(FaultReport())

    async def _compose_and_send(
        self, faults: FaultReport, report: PollReport | None = None, polled: RunContext | None = None
    ) -> None:
        """Compose and send with the current configuration; `polled` is the one the poll used, if a poll has just ended.

        When another took its place meanwhile, what that one watches was not all read: its own poll is under way.
        """
        async with self.context.turn:
            context = self.context
            watchlist = watched_now(self.read(), context.store, context.clock())
            own = report if polled is context else None
            is_complete = own is not None and own.outcome.is_complete
            is_settled = own is not None and own.is_settled
            compose = partial(compose_due, context, watchlist, faults, is_complete=is_complete, is_settled=is_settled)
            await asyncio.to_thread(compose)
        context.check_store()
        sent = await send_due(context, faults)
        signal_sending(sent, faults)
        if await self._settled(faults):
            await send_due(self.context, FaultReport(), but=sent.down)
        watched = len(poll_ids(watchlist, context.store))
        line = status_line(context.store, watched=watched, next_poll=self._schedule.next_of("poll"))
        notify(context.environ, f"STATUS={line}")

    async def upkeep(self) -> None:
        """Release what nobody needs any more, once a day whatever the times of starting."""
        if maintenance.is_due(self.context):
            await asyncio.to_thread(maintenance.tidy, self.context)

    async def _feed_watchdog(self) -> None:
        """Feed systemd's watchdog from the loop, and only while the pulse beats: a stalled daemon is restarted."""
        seconds = watchdog_seconds(self.context.environ, os.getpid())
        while seconds is not None:
            if self._liveness.is_moving:
                notify(self.context.environ, "WATCHDOG=1")
            await self.context.sleep(seconds)
