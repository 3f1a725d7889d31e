"""Answers monitors on this machine over HTTP: `/healthz`, `/readyz`, `/metrics`.

Runs in threads of its own and only reads; the daemon does not wait for it, and goes on when it cannot listen. Requests
that name another host than this machine are refused: a page in a browser must not read it by a name of its own making.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import structlog

from watcher.config.operator_rules import listen_address
from watcher.config.rules import is_loopback
from watcher.context import ENDPOINT_PART, FaultReport
from watcher.errors import WatcherError
from watcher.ops.health import Health, Weight
from watcher.ops.health_snapshot import HealthSnapshot

log = structlog.get_logger()

Look = Callable[[], tuple[HealthSnapshot, Health]]

_TEXT = "text/plain; charset=utf-8"
_NO_EXTRA = "metrics need an extra; run in the checkout, by the watcher's own pip: pip install '.[metrics]'\n"


class Endpoint:
    """A listening endpoint.

    Attributes:
        address: Host and port it listens at; the port that was found when 0 was asked for.
    """

    def __init__(self, host: str, port: int, look: Look) -> None:
        """Begin to listen.

        Raises:
            OSError: The address cannot be listened at.
        """
        self._server = (_Server6 if ":" in host else _Server)((host, port), _Handler)
        self._server.look = look
        self.address: tuple[str, int] = (host, self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Listen no longer; answers under way are not waited for."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def open_endpoint(listen: str | None, look: Look, faults: FaultReport) -> Endpoint | None:
    """Begin to listen where the configuration says; an address that is taken is a fault, and nothing else stops."""
    if listen is None:
        faults.well(ENDPOINT_PART)
        return None
    try:
        endpoint = Endpoint(*listen_address(listen), look)
    except OSError as error:
        faults.failing(ENDPOINT_PART, f"cannot listen at {listen}: {error.strerror}")
        return None
    faults.well(ENDPOINT_PART)
    log.info("health_listens", host=endpoint.address[0], port=endpoint.address[1])
    return endpoint


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 16
    look: Look

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore a caller that left early; the base class would print a traceback beside the log."""
        log.debug("health_caller_left", exc_info=True)


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Handler(BaseHTTPRequestHandler):
    timeout = 10  # a caller that says nothing is not waited for
    server_version = "trial-watcher"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer one request; what goes wrong in it is the answer, never the end of anything."""
        if not is_loopback(urlsplit(f"//{self.headers.get('Host', '')}").hostname or ""):
            self._answer(421, "ask by a loopback name or address\n")
            return
        path = urlsplit(self.path).path
        if path not in {"/healthz", "/readyz", "/metrics"}:
            self._answer(404, "there are /healthz, /readyz and /metrics\n")
            return
        try:
            assert isinstance(self.server, _Server)  # noqa: S101 — made together above
            snapshot, health = self.server.look()
        except WatcherError as error:
            self._answer(503, f"{error}\n")
            return
        except Exception:  # the boundary of one request
            log.exception("health_failed")
            self._answer(500, "see the log\n")
            return
        if path == "/metrics":
            self._metrics(snapshot, health)
        else:
            self._judgement(health, is_readiness=path == "/readyz")

    def do_HEAD(self) -> None:
        """Answer as to GET, without the body."""
        self.do_GET()

    def _judgement(self, health: Health, *, is_readiness: bool) -> None:
        is_fine = health.is_ready if is_readiness else health.is_alive
        told = [remark for remark in health.remarks if is_readiness or remark.weight is Weight.DEAD]
        lines = ["ok" if is_fine else "not ok", *(f"{remark.weight.value}: {remark.said}" for remark in told)]
        self._answer(200 if is_fine else 503, "".join(f"{line}\n" for line in lines))

    def _metrics(self, snapshot: HealthSnapshot, health: Health) -> None:
        try:
            from watcher.ops.metrics import CONTENT_TYPE, exposition
        except ImportError:
            self._answer(501, _NO_EXTRA)
            return
        self._answer(200, exposition(snapshot, health), CONTENT_TYPE)

    def _answer(self, status: int, body: str | bytes, content_type: str = _TEXT) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — the name the base class gives it
        """Stay silent: monitors ask every few seconds."""
