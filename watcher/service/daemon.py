"""The daemon: polls, tells, sends and tidies by the clock until it is asked to end."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import structlog

from watcher.service.lifecycle import Ending, notify, watchdog_seconds
from watcher.service.notices import settle
from watcher.service.parts import Parts, Signals, WatchlistReader
from watcher.service.run import poll_watched, read_watched, start
from watcher.service.schedule import Interval, Schedule
from watcher.service.sending import send_due
from watcher.service.telling import tell_due
from watcher.service.watching import follow_merged

log = structlog.get_logger()

TICK_EVERY = timedelta(seconds=30)
"""How often slots and the outbox are looked at (design: Scheduler)."""

UPKEEP_EVERY = timedelta(days=1)

DRAIN_WITHIN = timedelta(seconds=40)
"""Below systemd's TimeoutStopSec of the shipped unit, so that the end is always our own."""

KEEP_DELIVERED = timedelta(days=90)
KEEP_POLLS = timedelta(days=90)
STALLED_AFTER = 4
"""Ticks without which the scheduler counts as stalled, and the watchdog is no longer fed."""


@dataclass(slots=True)
class Daemon:
    """One running daemon.

    Attributes:
        parts: What it works with; the run lock is held.
        read: Reads the watchlist anew.
        tick_every: How often slots and the outbox are looked at.
    """

    parts: Parts
    read: WatchlistReader
    tick_every: timedelta = TICK_EVERY
    _last_tick: float = 0.0
    _in_tick: bool = False
    _schedule: Schedule = field(default_factory=Schedule)

    async def run(self, ending: Ending) -> bool:
        """Work until asked to end, then let what runs come to its end.

        Returns:
            Whether everything came to its own end within the deadline.
        """
        start(self.parts)
        every = self.parts.loaded.config.registry.poll_every
        self._last_tick = self.parts.monotonic()
        self._schedule.start(
            (
                Interval(name="poll", job=self.poll, every=every, jitter=min(every / 10, timedelta(minutes=5))),
                Interval(name="tick", job=self.tick, every=min(self.tick_every, max(every, timedelta(seconds=1)))),
                Interval(name="upkeep", job=self.upkeep, every=UPKEEP_EVERY),
            ),
            self.parts.clock(),
        )
        notify(self.parts.environ, "READY=1", "STATUS=started; first poll under way")
        log.info("daemon_ready", poll_every=str(every))
        feeding = asyncio.create_task(self._feed_watchdog())
        await ending.asked.wait()
        notify(self.parts.environ, "STOPPING=1", "STATUS=finishing what is under way")
        log.info("daemon_stopping")
        feeding.cancel()
        is_clean = await self._schedule.drain(DRAIN_WITHIN)
        log.info("daemon_stopped", clean=is_clean)
        return is_clean

    async def poll(self) -> None:
        """Poll, tell whom news reaches at once, and send it."""
        signals = Signals()
        watchlist = read_watched(self.parts, self.read, signals)
        report = await poll_watched(self.parts, watchlist, signals)
        is_complete = report is not None and report.outcome.is_complete
        await self._tell_and_send(signals, is_complete=is_complete)
        outcome = report.outcome.value.replace("_", " ") if report is not None else "nothing is watched"
        notify(self.parts.environ, f"STATUS=last poll {self.parts.clock():%d %b %H:%M} UTC: {outcome}")

    async def tick(self) -> None:
        """Tell those whose slot has come, and send what is due."""
        self._in_tick = True
        try:
            await self._tell_and_send(Signals(), is_complete=False)
        finally:
            self._in_tick = False
            self._last_tick = self.parts.monotonic()

    async def _tell_and_send(self, signals: Signals, *, is_complete: bool) -> None:
        watchlist = follow_merged(self.read(), self.parts.store)
        async with self.parts.turn:
            await asyncio.to_thread(partial(tell_due, self.parts, watchlist, signals, is_complete=is_complete))
        sent = await send_due(self.parts, signals)
        async with self.parts.turn:  # poll and tick may have heard of the same fault: it is told once
            has_told = await asyncio.to_thread(settle, self.parts, signals, self.parts.clock())
        if has_told:
            await send_due(self.parts, Signals(), but=sent.down)

    async def upkeep(self) -> None:
        """Forget what nobody needs any more: long delivered messages, records of old polls, snoozes that ended."""
        now = self.parts.clock()
        store = self.parts.store
        messages = await asyncio.to_thread(store.outbox.forget_delivered, now - KEEP_DELIVERED)
        polls = await asyncio.to_thread(store.polls.forget, now - KEEP_POLLS)
        store.snoozes.expire(now)
        log.info("upkeep_done", messages=messages, polls=polls)

    async def _feed_watchdog(self) -> None:
        """Feed systemd's watchdog from the loop, and only while the ticks come: a stalled daemon is restarted.

        A tick that is under way may take long, a slow relay has minutes for each mail; it ends by itself.
        """
        seconds = watchdog_seconds(self.parts.environ, os.getpid())
        while seconds is not None:
            waited = self.parts.monotonic() - self._last_tick
            if self._in_tick or waited < STALLED_AFTER * self.tick_every.total_seconds():
                notify(self.parts.environ, "WATCHDOG=1")
            await self.parts.sleep(seconds)
