"""Processes of their own: measured ones that come to an end, and servers that stay while a block lasts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
_LAUNCH = Path(__file__).parent / "launch.py"


class BenchError(Exception):
    """Something that was to be measured did not work; the text is for the person at the terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What one process used.

    Attributes:
        cpu: CPU seconds, its own and the kernel's for it.
        wall: Seconds from its start to its end.
        peak: Peak of its resident memory, in MB of 10^6 bytes.
        output: What it printed.
    """

    cpu: float
    wall: float
    peak: float
    output: str = ""


def measured(command: Sequence[str], *, timeout: float | None = None) -> Usage:
    """Run a command to its end and say what it used.

    Args:
        command: Absolute path of the program, and its arguments; it runs in the checkout.
        timeout: Seconds after which it is ended.

    Raises:
        BenchError: It did not end well.
        TimeoutError: It took too long.
    """
    with TemporaryDirectory() as folder:
        used = Path(folder) / "usage"
        launched = [sys.executable, "-IS", str(_LAUNCH), str(used), *command]
        with subprocess.Popen(
            launched,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                output, trouble = process.communicate(timeout=timeout)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)  # the launcher and what it launched
                process.wait()
                raise TimeoutError(f"{command[0]} took more than {timeout:g} s") from None
        if process.returncode != 0:
            raise BenchError(f"{' '.join(command)} could not be started: {trouble.strip()}")
        wall, cpu, peak, code = used.read_text(encoding="ascii").split()
    if code != "0":
        raise BenchError(f"{' '.join(command)} ended with {code}: {trouble.strip()[-2000:]}")
    return Usage(cpu=float(cpu), wall=float(wall), peak=int(peak) * 1024 / 1e6, output=output)


def middle(usages: Sequence[Usage]) -> Usage:
    """Return the median of each figure."""
    return Usage(
        cpu=median(one.cpu for one in usages),
        wall=median(one.wall for one in usages),
        peak=median(one.peak for one in usages),
        output=usages[-1].output,
    )


def own(module: str, *arguments: object) -> list[str]:
    """Return the command that runs a module of this package."""
    return [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]


def watcher(*arguments: object) -> list[str]:
    """Return the command that runs the watcher."""
    return [sys.executable, "-m", "watcher", *map(str, arguments)]


@contextmanager
def serving(command: Sequence[str]) -> Iterator[str]:
    """Keep a server running; give the first line it prints: its address.

    Raises:
        BenchError: It ended before it printed one.
    """
    with running(command) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        if not address:
            raise BenchError(f"{' '.join(command)} ended with {process.wait()} and served nothing")
        yield address


@contextmanager
def running(command: Sequence[str], *, seconds: float = 20.0) -> Iterator[subprocess.Popen[str]]:
    """Keep a process running while the block lasts, then end it: politely, and after so many seconds without asking."""
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    with process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
