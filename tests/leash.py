"""Makes a command end when the process that started it ends, even when that one is killed.

Runs the command in its own place, so that its process id, signals and streams are those of the command. On systems
without prctl(2) the command just runs.

    python -I -S tests/leash.py PARENT COMMAND…
"""

import ctypes
import os
import signal
import sys
from collections.abc import Iterable

PR_SET_PDEATHSIG = 1
"""Source: prctl(2). It is kept by execve(2), and sent when the thread that started the process ends."""


def leashed(command: Iterable[str]) -> list[str]:
    """Return the command that runs another one for as long as this process lives."""
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *command]


def _run(parent: int, command: list[str]) -> None:
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it ended before we asked
            sys.exit("the process that started this one is gone")
    os.execvp(command[0], command)


if __name__ == "__main__":
    _run(int(sys.argv[1]), sys.argv[2:])
