"""The daemon's pulse: whether its clock still moves, for systemd's watchdog and for `watcher health`.

The pulse is beaten by a job of the scheduler itself, in its loop. So it stops when the loop hangs, when the scheduler
no longer begins jobs, and when a job has been under way for longer than any work takes.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

BEAT_EVERY = timedelta(seconds=10)
"""How often the scheduler shows that it moves."""

STALLED_AFTER = timedelta(minutes=2)
"""Without a beat for so long the daemon counts as stalled."""

LONGEST_JOB = timedelta(hours=6)
"""A job under way for longer hangs: every wait in it has its own limit, and reading 600,000 records takes two hours."""

SIGN = "watcher.beat"
"""The file in the state folder whose time is that of the last beat; it is there while a daemon runs."""


@dataclass(slots=True)
class Liveness:
    """Beats while the scheduler moves.

    Attributes:
        monotonic: Gives seconds that never go back.
    """

    monotonic: Callable[[], float]
    _last: float | None = None
    _began: dict[str, float] = field(default_factory=dict)

    def beat(self) -> None:
        """Note that the scheduler moves."""
        self._last = self.monotonic()

    @property
    def is_moving(self) -> bool:
        """The last beat is fresh, and no job has been under way for too long."""
        now = self.monotonic()
        if self._last is None or now - self._last >= STALLED_AFTER.total_seconds():
            return False
        return all(now - began < LONGEST_JOB.total_seconds() for began in self._began.values())

    def timed(self, name: str, job: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """Return a job that is watched for how long it is under way."""

        async def watched() -> None:
            self._began[name] = self.monotonic()
            try:
                await job()
            finally:
                del self._began[name]

        return watched


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatFile:
    """The last beat of a daemon, as another process sees it.

    Attributes:
        at: When it was, by the wall clock of that moment; to be shown, not to be judged by.
        age: How long ago it was by the monotonic clock; None when that is unknown.
    """

    at: datetime
    age: timedelta | None


def write_heartbeat_file(folder: Path, now: datetime, monotonic: float) -> None:
    """Leave the time of a beat in the state folder, for other processes; a full or read-only disk is no failure.

    Args:
        folder: The state folder.
        now: The wall time; becomes the file's own time.
        monotonic: Seconds of the system's monotonic clock, which all processes share; becomes its content.
    """
    path = folder / SIGN
    with suppress(OSError):  # whoever asks then finds an old sign: the disk is the matter, and the store will say so
        sign = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.pwrite(sign, f"{monotonic:20.3f}\n".encode(), 0)
            os.utime(sign, (now.timestamp(), now.timestamp()))
        finally:
            os.close(sign)


def remove_heartbeat_file(folder: Path) -> None:
    """Remove the sign: this daemon ends in good order, or another kind of run has begun."""
    with suppress(OSError):
        (folder / SIGN).unlink(missing_ok=True)


def read_heartbeat_file(folder: Path, monotonic: float) -> HeartbeatFile | None:
    """Read the last beat, or None when no daemon runs or it ended in good order.

    Args:
        folder: The state folder.
        monotonic: Seconds of the system's monotonic clock now. A beat that lies ahead of it is of an earlier boot, and
            its age is unknown.
    """
    path = folder / SIGN
    try:
        at, text = datetime.fromtimestamp(path.stat().st_mtime, UTC), path.read_bytes()[:64]
    except OSError:
        return None
    try:
        age = timedelta(seconds=monotonic - float(text))
    except (ValueError, OverflowError):
        age = None
    return HeartbeatFile(at=at, age=age if age is not None and age >= timedelta(0) else None)
