"""The sample registry: a loopback HTTP server for API v2 with scripted faults.

Moves bytes; what they say is `sandbox.api_answers`, what is armed is `sandbox.state`.
"""

from __future__ import annotations

import gzip
import hashlib
import socket
import socketserver
import sys
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Self
from urllib.parse import parse_qs, unquote, urlsplit

from watcher.sandbox.api_answers import JSON_TYPE, ApiAnswer, answer, not_found
from watcher.sandbox.controls import control
from watcher.sandbox.registry_faults import FaultKind, RegistryFault
from watcher.sandbox.state import ResponsePlan, SandboxState, SeenRequest
from watcher.sandbox.timeline import Timeline

HOST = "127.0.0.1"
_IDLE_SECONDS = 120.0
_LONGEST_CONTROL_BODY = 1_000_000
_DRIP_PIECES = 10
_SLOW_DEFAULT_SECONDS = 0.2


class Sandbox:
    """A registry on loopback; runs in threads inside a `with` block.

    ::

        with Sandbox(Timeline.of({...})) as sandbox:
            sandbox.arm(RegistryFault(kind=FaultKind.RATE_LIMITED, times=2, retry_after=1, match="/studies"))
            get(sandbox.base_url + "/version")
            sandbox.next()

    Leaving the block closes all connections, ends holds and joins the threads.

    Args:
        timeline: What to serve.
        port: TCP port on 127.0.0.1; 0 picks a free one.
        base_path: Path of the API; starts with a slash, ends without; empty for none.

    Raises:
        OSError: On entering: the port is taken or may not be used.
    """

    def __init__(self, timeline: Timeline, port: int = 0, *, base_path: str = "/api/v2") -> None:
        self._state = SandboxState(timeline)
        self._asked_port = port
        self._base_path = base_path
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def root_url(self) -> str:
        """Return the address without the API's base path; the controls are at `/sandbox` below it."""
        if self._server is None:
            raise RuntimeError("The sandbox has an address only inside its with block.")
        return f"http://{HOST}:{self._server.server_port}"

    @property
    def base_url(self) -> str:
        """Return the base address of the API: `http://127.0.0.1:PORT/api/v2`."""
        return self.root_url + self._base_path

    @property
    def data_version(self) -> str:
        """Return the present data version."""
        return self._state.data_version

    @property
    def requests(self) -> tuple[SeenRequest, ...]:
        """Return the API requests since the start or the last reset, oldest first; at most the newest 100,000."""
        return self._state.requests

    def next(self) -> bool:
        """Move to the next data version; return False at the last one."""
        return self._state.next()

    def arm(self, *faults: RegistryFault) -> None:
        """Arm faults; they fire in the order armed."""
        self._state.arm(*faults)

    def disarm(self) -> None:
        """Remove the armed faults; keep the data version and held requests."""
        self._state.disarm()

    def reset(self) -> None:
        """Return to the first data version and remove faults, holds and recorded requests."""
        self._state.reset()

    def wait_held(self, seconds: float = 10.0) -> bool:
        """Wait until a `hold` fault holds a request; return False on a timeout."""
        return self._state.wait_held(seconds)

    def release(self) -> None:
        """Release every held request."""
        self._state.release()

    def __enter__(self) -> Self:
        self._server = _Server((HOST, self._asked_port), partial(_Handler, self._state, self._base_path))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="sandbox")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is None or self._thread is None:
            return
        self._state.close()
        self._server.shutdown()
        self._server.hang_up()
        self._server.server_close()
        self._thread.join()
        self._server = None


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that closing joins them: nothing outlives the with block
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: partial[_Handler]) -> None:
        self._connections: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(address, handler)

    def server_bind(self) -> None:
        # The name look-up HTTPServer makes here can take seconds on a machine without a resolver.
        socketserver.TCPServer.server_bind(self)
        self.server_name = HOST
        self.server_port = self.socket.getsockname()[1]

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        with self._guard:
            self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        if isinstance(request, socket.socket):
            with self._guard:
                self._connections.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Close every open connection, so that threads waiting for another request end."""
        with self._guard:
            for connection in self._connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # the client was quicker

    def handle_error(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        # A client that went away is what half of the faults are about; anything else is a bug of ours.
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "trial-watcher-sandbox"
    sys_version = ""
    timeout: ClassVar[float] = _IDLE_SECONDS
    disable_nagle_algorithm = True

    def __init__(self, state: SandboxState, base_path: str, *rest: Any) -> None:
        self._state = state
        self._base_path = base_path
        super().__init__(*rest)

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — the signature of http.server
        """Log nothing; `GET /sandbox/requests` lists the requests."""

    def _serve(self) -> None:
        url = urlsplit(self.path)
        body = self._body()
        if url.path == "/sandbox" or url.path.startswith("/sandbox/"):
            wait = parse_qs(url.query).get("wait", ["0"])[0]
            seconds = float(wait) if wait.isdigit() else 0.0
            self._send(control(self._state, self.command, url.path, body, seconds), ())
            return
        agent = self.headers.get("User-Agent", "")
        is_api = url.path.startswith(self._base_path + "/")
        plan = self._state.plan_response(self.path, agent) if is_api else None
        found = self._answer(plan, url.path, url.query)
        self._state.note(
            SeenRequest(method=self.command, path=url.path, query=url.query, user_agent=agent, status=found.status)
        )
        self._send(found, plan.transfer if plan else ())

    def _body(self) -> bytes:
        announced = self.headers.get("Content-Length", "0")
        length = int(announced) if announced.isdigit() else _LONGEST_CONTROL_BODY + 1
        if length > _LONGEST_CONTROL_BODY:
            self.close_connection = True  # nobody knows where the next request begins
            return b""
        return self.rfile.read(length)

    def _answer(self, plan: ResponsePlan | None, path: str, query: str) -> ApiAnswer:
        if plan is None or self.command != "GET":
            return not_found()
        below = unquote(path.removeprefix(self._base_path))
        return answer(self._state.timeline, plan, below, query, base_path=self._base_path)

    def _send(self, found: ApiAnswer, transfer: tuple[RegistryFault, ...]) -> None:
        faults = {fault.kind: fault for fault in transfer}
        held = faults.get(FaultKind.HOLD)
        if held is not None and held.at == "before":
            self._state.hold(held)
        if found.status is None:
            self.close_connection = True
            return
        body = found.body
        if (oversized := faults.get(FaultKind.OVERSIZED)) is not None:
            body = b" " * max(oversized.size - len(body), 0) + body
        body = self._head(found, body, is_chunked=FaultKind.CUT_CHUNKED in faults)
        self._write_body(body, faults)

    def _head(self, found: ApiAnswer, body: bytes, *, is_chunked: bool) -> bytes:
        """Buffer status and headers; return the encoded body."""
        assert found.status is not None  # noqa: S101 — the caller looked
        self.send_response(found.status)
        self.send_header("Content-Type", found.content_type)
        if found.content_type == JSON_TYPE:
            build = hashlib.sha256(self._state.data_version.encode()).hexdigest()[:8]
            self.send_header("ETag", f'"sandbox/2.0.5/{build}"')  # encodes the build, says nothing of the record
        if "gzip" in self.headers.get("Accept-Encoding", "") and body:
            body = gzip.compress(body, 1, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        for name, value in found.headers.items():
            self.send_header(name, value)
        if is_chunked:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(len(body)))
        return body

    def _cut(self, body: bytes, faults: dict[FaultKind, RegistryFault]) -> bytes:
        """Leave out the end of a body where a fault cuts it."""
        cut = faults.get(FaultKind.CUT) or faults.get(FaultKind.CUT_CHUNKED)
        if cut is not None:
            body = body[: min(cut.size or len(body) // 2, max(len(body) - 1, 0))]
            self.close_connection = True
        if FaultKind.CUT_CHUNKED in faults:
            body = b"%x\r\n%s\r\n" % (len(body), body) if body else b""
        return body

    def _write_body(self, body: bytes, faults: dict[FaultKind, RegistryFault]) -> None:
        body = self._cut(body, faults)
        slow, held = faults.get(FaultKind.SLOW), faults.get(FaultKind.HOLD)
        held = held if held is not None and held.at == "body" else None
        self.end_headers()
        if held is not None:
            self.wfile.write(body[: len(body) // 2])
            self._state.hold(held)
            body = body[len(body) // 2 :]
        step = max(len(body) // _DRIP_PIECES, 1) if slow is not None else max(len(body), 1)
        for start in range(0, len(body), step):
            self.wfile.write(body[start : start + step])
            if slow is not None and start + step < len(body):
                self._state.pause(slow.seconds or _SLOW_DEFAULT_SECONDS)
