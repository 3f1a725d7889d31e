"""The program as a process of its own: started, listened to, ended, killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from tests.leash import leashed
from tests.pipeline.house import House

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0


class Manager:
    """What systemd would be to the daemon: a socket that hears what it says."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self.path))
        self._heard: list[str] = []
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        while (said := self._socket.recv(4096)) != b"end":
            with self._news:
                self._heard += said.decode().splitlines()
                self._news.notify_all()

    @property
    def heard(self) -> tuple[str, ...]:
        with self._news:
            return tuple(self._heard)

    def wait_for(self, line: str, count: int = 1) -> None:
        """Wait until a line was said so often.

        Raises:
            TimeoutError: It was not, in time.
        """
        with self._news:
            if not self._news.wait_for(lambda: self._heard.count(line) >= count, PATIENCE):
                raise TimeoutError(f"{line} was not said {count} times; heard: {self._heard}")

    def close(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.connect(str(self.path))
            line.send(b"end")
        self._thread.join()
        self._socket.close()


@contextmanager
def manager() -> Iterator[Manager]:
    """Listen as systemd does; the path of the socket is short, since the system allows 107 characters."""
    with tempfile.TemporaryDirectory(prefix="watcher-") as folder:
        listening = Manager(Path(folder))
        try:
            yield listening
        finally:
            listening.close()


class Program:
    """One running process of the program; what it writes to standard error is kept in a file."""

    def __init__(self, process: subprocess.Popen[bytes], errors: Path) -> None:
        self.process = process
        self._errors = errors

    @property
    def errors(self) -> str:
        return self._errors.read_text()

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would: at once."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def wait(self) -> int:
        """Wait for its end; give its exit code."""
        return self.process.wait(PATIENCE)


@contextmanager
def program(home: House, *arguments: str, environ: Mapping[str, str] | None = None) -> Iterator[Program]:
    """Run `watcher ARGUMENTS` on a house; whatever is left of it at the end is killed."""
    errors = home.folder / f"errors-{len(list(home.folder.glob('errors-*')))}"
    command = [sys.executable, "-m", "watcher", "--config", str(home.config_path), "--state-dir", str(home.state)]
    with errors.open("wb") as file:
        process = subprocess.Popen(
            leashed([*command, *arguments]),
            cwd=ROOT,
            env={**os.environ, **(environ or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=file,
        )
        try:
            yield Program(process, errors)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


def until(what: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait until something outside can be seen to be so.

    Raises:
        TimeoutError: It was not, in time.
    """
    end, pause = monotonic() + seconds, threading.Event()
    while not what():
        if monotonic() > end:
            raise TimeoutError("it did not come to be")
        pause.wait(0.02)
