"""What the daemon costs while nothing happens: CPU per hour, memory.

Read from /proc of the running daemon, so on Linux only. Its first poll, which finds no news either, is not counted.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.process import BenchError, measured, running, watcher
from benchmarks.scene import Scene, served
from benchmarks.tables import Row, figure, table

_HEADS = ("", "CPU s an hour", "MB at rest", "MB at its peak")
_BUSY_EVERY = 10
"""Seconds between polls of the second daemon, from which the cost of one poll is taken."""

_STARTS_WITHIN = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """A running daemon.

    Attributes:
        pid: Its process.
    """

    pid: int

    def cpu(self) -> float:
        """Return the CPU seconds of all its threads so far (Source: Linux, Documentation/scheduler/sched-stats)."""
        tasks = Path(f"/proc/{self.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text(encoding="ascii").split()[0]) for task in tasks) / 1e9

    def memory(self, what: str) -> float:
        """Return `VmRSS` or `VmHWM` in MB (Source: proc_pid_status(5))."""
        lines = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{what}:")) * 1024 / 1e6


def run(*, is_quick: bool = False, say: Callable[[str], None] = print) -> list[Row]:
    """Measure, print a table, and give all rows."""
    if not Path("/proc/self/schedstat").exists():
        say("REST · needs Linux and its /proc; not measured.\n")
        return []
    count, window = (5, 1.0) if is_quick else (1_000, 60.0)
    with (
        served(count, ("2026-03-02",)) as scene,
        _daemon(scene, _state(scene, "calm"), "1h") as calm,
        _daemon(scene, _state(scene, "busy"), f"{_BUSY_EVERY}s") as busy,
    ):
        time.sleep(window / 20)  # for what the first polls still have to write down
        began, calm_began, busy_began = time.monotonic(), calm.cpu(), busy.cpu()
        time.sleep(window)
        passed = time.monotonic() - began
        at_rest, polling = (calm.cpu() - calm_began) / passed, (busy.cpu() - busy_began) / passed
        poll = max(polling - at_rest, 0) * _BUSY_EVERY
        memory = [figure(daemon.memory(what)) for daemon in (calm, busy) for what in ("VmRSS", "VmHWM")]
    rows = [
        Row(("polling every hour", figure(3600 * at_rest + poll), *memory[:2])),
        Row((f"polling every {_BUSY_EVERY} s", figure(3600 * polling), *memory[2:])),
    ]
    title = f"REST · the daemon watching {count:,} trials, no news; {window:g} s watched"
    notes = ("", f"One poll without news: {figure(1000 * poll)} CPU ms in the running daemon.")
    say(table(title, _HEADS, rows, notes))
    return rows


@contextmanager
def _daemon(scene: Scene, state: Path, poll_every: str) -> Iterator[Daemon]:
    """Keep a daemon running that has made its first poll."""
    before = scene.requests()
    with running(watcher("--config", scene.config(poll_every), "--state-dir", state, "run")) as process:
        deadline = time.monotonic() + _STARTS_WITHIN
        while scene.requests() == before:
            if process.poll() is not None or time.monotonic() > deadline:
                raise BenchError("the daemon did not poll")
            time.sleep(0.1)
        yield Daemon(pid=process.pid)


def _state(scene: Scene, name: str) -> Path:
    """Make a state folder with the baseline of all trials in it, by a process that has ended."""
    first, folder = scene.folder / "first", scene.folder / name
    if not first.exists():
        measured(scene.once(first))
    shutil.copytree(first, folder)
    return folder
