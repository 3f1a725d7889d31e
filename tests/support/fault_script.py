"""What both sinks share: a script of faults, replies held back until a test lets go, a server, and what came.

Does not know SMTP or HTTP. Holds are events, not sleeps: a test waits until the sink has come to the moment it
asked for, does what it wants to do there (kills a process, say), and lets go.
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import sys
import threading
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Generic, Self, TypeVar

_Received = TypeVar("_Received")


class Hold:
    """One moment held back: reached by the sink, released by the test."""

    def __init__(self) -> None:
        self._reached = threading.Event()
        self._released = threading.Event()

    @property
    def reached(self) -> bool:
        """Return whether the sink has come to the moment."""
        return self._reached.is_set()

    def wait_reached(self, seconds: float = 10.0) -> None:
        """Wait until the sink has come to the moment.

        Args:
            seconds: How long at most.

        Raises:
            TimeoutError: It did not come.
        """
        if not self._reached.wait(seconds):
            raise TimeoutError(f"the sink did not come to the held moment within {seconds:g} s")

    def release(self) -> None:
        """Release the sink; also before it has come."""
        self._released.set()

    def pause(self) -> None:
        """Describe that the moment has come and stay in it until released; called by the sink."""
        self._reached.set()
        self._released.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedFault:
    """What a sink does at a stage instead of what it should.

    Attributes:
        reply: What it answers; empty for the ordinary answer.
        drop: It closes the connection, after `reply` when there is one.
        delay: Seconds it waits before it answers or drops.
        hold: It stays until released before it answers or drops.
        address: Only for this address or path; empty for any.
        hide: ESMTP extensions it does not offer.
        headers: Further HTTP headers of the answer.
    """

    reply: str = ""
    drop: bool = False
    delay: float = 0.0
    hold: Hold | None = None
    address: str = ""
    hide: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Armed:
    stage: StrEnum
    fault: ScriptedFault
    left: int | None


class FaultScript:
    """The faults armed on one sink, in the order they were armed. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[_Armed] = []
        self._holds: list[Hold] = []
        self._closed = threading.Event()

    def arm(self, stage: StrEnum, fault: ScriptedFault, times: int | None) -> None:
        """Add a fault for the next `times` passes of the stage; None for every pass until `clear`."""
        with self._lock:
            if fault.hold is not None:
                self._holds.append(fault.hold)
            self._armed.append(_Armed(stage, fault, times))

    def take(self, stage: StrEnum, address: str = "") -> ScriptedFault | None:
        """Return the fault that is due and use up one of its times; None when nothing is armed."""
        with self._lock:
            for armed in self._armed:
                if armed.stage == stage and armed.fault.address in ("", address):
                    if armed.left is not None:
                        armed.left -= 1
                        if armed.left == 0:
                            self._armed.remove(armed)
                    return armed.fault
        return None

    def suffer(self, fault: ScriptedFault) -> None:
        """Wait as long as the fault says; not a moment longer than until the sink closes."""
        if fault.delay:
            self._closed.wait(fault.delay)
        if fault.hold is not None:
            fault.hold.pause()

    def clear(self) -> None:
        """Forget what is armed and let go of everything held."""
        with self._lock:
            self._armed.clear()
            holds, self._holds = self._holds, []
        for hold in holds:
            hold.release()

    def close(self) -> None:
        """End every wait for good."""
        self._closed.set()
        self.clear()


class Loopback(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """A TCP server on 127.0.0.1 whose threads and connections all end with it."""

    allow_reuse_address = True
    daemon_threads = False
    block_on_close = True
    request_queue_size = 64

    def __init__(self, port: int, handler: type[socketserver.BaseRequestHandler]) -> None:
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        self._ending = False
        self._bugs: list[BaseException] = []
        super().__init__(("127.0.0.1", port), handler)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), name="loopback sink")

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        return int(self.server_address[1])

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._thread.start()

    def note(self, connection: socket.socket) -> bool:
        """Remember a connection that `stop` shall end; False when it is ending already."""
        with self._open_lock:
            if not self._ending:
                self._open.add(connection)
            return not self._ending

    def replace(self, plain: socket.socket, encrypted: socket.socket) -> None:
        """Remember the TLS socket that took the place of a plain one."""
        with self._open_lock:
            self._open.discard(plain)
            self._open.add(encrypted)

    def forget(self, connection: socket.socket) -> None:
        """Close a connection, saying goodbye to the other side."""
        with self._open_lock:
            self._open.discard(connection)
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    def stop(self) -> None:
        """End every connection and thread and give the port back.

        Raises:
            ExceptionGroup: The sink itself failed in a conversation.
        """
        self.shutdown()
        self._thread.join()
        with self._open_lock:
            self._ending = True
            still_open = tuple(self._open)
        for connection in still_open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()
        if self._bugs:
            raise BaseExceptionGroup("the sink failed", self._bugs)

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """Leave the closing to the conversation, which may have put TLS round the socket."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent when a client goes away in mid-sentence; keep anything else for `stop` to raise."""
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            self._bugs.append(error)


class Sink(Generic[_Received]):
    """A server to rehearse with, serving as long as it is open; keeps what came, in order."""

    def __init__(self, port: int) -> None:
        self.script = FaultScript()
        self._wanted_port = port
        self._server: Loopback | None = None
        self._news = threading.Condition()
        self._received: list[_Received] = []
        self._connections = 0

    def serve(self, server: Loopback) -> Self:
        """Start the server that `__exit__` stops."""
        server.start()
        self._server = server
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release everything held, end every conversation, give the port back."""
        self.script.close()
        if self._server is not None:
            self._server.stop()

    @property
    def port(self) -> int:
        """Return the port it listens on; the wanted one while it is closed."""
        return self._wanted_port if self._server is None else self._server.port

    @property
    def received(self) -> tuple[_Received, ...]:
        """Return what came, oldest first."""
        with self._news:
            return tuple(self._received)

    @property
    def connections(self) -> int:
        """Return how many connections were made."""
        with self._news:
            return self._connections

    def wait_for(self, count: int, seconds: float = 10.0) -> tuple[_Received, ...]:
        """Wait until so many came and return them all.

        Raises:
            TimeoutError: Fewer came in time.
        """
        with self._news:
            if not self._news.wait_for(lambda: len(self._received) >= count, seconds):
                raise TimeoutError(f"{len(self._received)} of {count} came within {seconds:g} s")
            return tuple(self._received)

    def clear(self) -> None:
        """Behave again; let go of what is held."""
        self.script.clear()

    def begun(self) -> None:
        """Count a connection; called by its handler."""
        with self._news:
            self._connections += 1

    def keep(self, received: _Received) -> None:
        """Keep what came; called by the handler."""
        with self._news:
            self._received.append(received)
            self._news.notify_all()
