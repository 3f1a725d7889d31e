"""Another process that does something and then waits to be ended or killed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.leash import leashed

ROOT = Path(__file__).parents[2]


@contextmanager
def child(script: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """Start a script and go on when it has printed `ready`; it should then read its standard input to the end."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    with subprocess.Popen(
        leashed(command), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        end(process)


def end(process: subprocess.Popen[str]) -> None:
    """Let the script come to its end."""
    assert process.stdin is not None
    process.stdin.close()


def kill(process: subprocess.Popen[str]) -> None:
    """End the process as a power cut would end it: at once."""
    process.kill()
    process.wait()


def output(script: str, *arguments: str) -> list[str]:
    """Run a script to its end; give the lines it printed."""
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
