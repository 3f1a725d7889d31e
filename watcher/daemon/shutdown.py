"""What the daemon says to systemd, and how it hears that it should end or read its configuration anew.

The protocol is sd_notify(3): datagrams to `$NOTIFY_SOCKET`. Without that variable nothing is said and nothing fails.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

END_WITHIN = 9.0
"""Seconds from the first signal to the end of the process; container engines kill after 10."""


def notify(environ: Mapping[str, str], *lines: str) -> bool:
    """Send assignments to the service manager.

    Args:
        environ: Environment variables.
        lines: Assignments such as `READY=1`.

    Returns:
        Whether a manager was there to be told; a manager that went away is none.

    Source:
        sd_notify(3): `$NOTIFY_SOCKET` is a path, or an abstract name when it begins with `@`.
    """
    address = environ.get("NOTIFY_SOCKET", "")
    if address[:1] not in {"/", "@"}:
        return False
    target = "\0" + address[1:] if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
        try:
            line.connect(target)
            line.sendall("\n".join(lines).encode())
        except OSError:
            return False
    return True


def watchdog_seconds(environ: Mapping[str, str], pid: int) -> float | None:
    """Return how often the watchdog wants to be fed: half its time; None when there is none for this process.

    Source:
        sd_watchdog_enabled(3): `$WATCHDOG_USEC`, and `$WATCHDOG_PID` when set must be ours.
    """
    text = environ.get("WATCHDOG_USEC", "")
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        return None
    if environ.get("WATCHDOG_PID", str(pid)) != str(pid):
        return None
    return int(text) / 2e6


def end_within(seconds: float, end: Callable[[int], None], code: int) -> threading.Timer:
    """End the process by force after a while, whatever still runs: a thread that waits for a server cannot be stopped.

    Args:
        seconds: How long it has.
        end: Ends the process; `os._exit`.
        code: The exit code.

    Returns:
        The timer, started; it keeps no process alive.
    """
    timer = threading.Timer(seconds, end, args=(code,))
    timer.daemon = True
    timer.start()
    return timer


@dataclass(slots=True)
class Shutdown:
    """Hears SIGTERM and SIGINT: the first asks to end in good order, the second ends at once; and SIGHUP.

    Attributes:
        asked: Set by the first signal.
        renewal: Set by SIGHUP: the configuration is to be read anew. Several before it is looked at are one.
        signal: Which signal it was, 0 before.
    """

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    renewal: asyncio.Event = field(default_factory=asyncio.Event)
    signal: int = 0

    def listen(self, loop: asyncio.AbstractEventLoop, at_once: Callable[[int], None] = os._exit) -> None:
        """Take the signals over.

        `at_once` ends the process: with 128 + signal at the second one, or when the time after the first one is up.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._heard, number, at_once)
        loop.add_signal_handler(signal.SIGHUP, self.renewal.set)

    def _heard(self, number: int, at_once: Callable[[int], None]) -> None:
        if self.asked.is_set():
            at_once(128 + number)
            return
        self.signal = number
        end_within(END_WITHIN, at_once, 128 + number if number == signal.SIGINT else 0)
        self.asked.set()
