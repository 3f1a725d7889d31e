"""A loopback HTTP server that answers from a script, for what the sandbox does not play; and a clock to tell by."""

from __future__ import annotations

import json
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from watcher.config.config_model import RegistryConfig
from watcher.registry.registry_model import TransportMemory
from watcher.registry.transport_choice import open_registry

NOW = datetime(2026, 3, 13, 14, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Request:
    target: str
    headers: dict[str, str]

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def params(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.target).query).items()}

    @property
    def ids(self) -> list[str]:
        return self.params["filter.ids"].split(",")


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: bytes = b""
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None  # what Content-Length claims; None: the truth
    drop: bool = False  # close without a word
    hold: bool = False  # say nothing until the server is closed


def text(status: int, words: str, **headers: str) -> Reply:
    return Reply(status=status, body=words.encode(), kind="text/plain; charset=UTF-8", headers=headers)


def data(value: object, **headers: str) -> Reply:
    return Reply(body=json.dumps(value).encode(), headers=headers)


Answering = Callable[[Request], Reply]


def each(replies: Iterable[Reply]) -> Answering:
    """Answer by a list, one reply a request; another request than listed is a 599."""
    rest = iter(replies)
    return lambda _: next(rest, Reply(status=599))


class Scripted:
    def __init__(self, answer: Answering, *, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self.answer = answer
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self._server.socket.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}/api/v2"

    def __enter__(self) -> Scripted:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.005,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def server_bind(self) -> None:
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", 0

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is part of the play."""


def _handler(scripted: Scripted) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.close_connection = True
            request = Request(self.path, {name.lower(): value for name, value in self.headers.items()})
            scripted.requests.append(request)
            reply = scripted.answer(request)
            if reply.hold:
                scripted.closing.wait(60)
            if reply.drop or reply.hold:
                return
            self.send_response_only(reply.status)
            headers = {"Content-Type": reply.kind, "Connection": "close"} | reply.headers
            if "Transfer-Encoding" not in headers:
                headers["Content-Length"] = str(len(reply.body) if reply.length is None else reply.length)
            for name, value in headers.items():
                if value:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


class Clock:
    """A clock that only sleeping moves; remembers every sleep."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.at += seconds

    def monotonic(self) -> float:
        return self.at


def talking_to(
    url: str,
    *,
    clock: Clock | None = None,
    memory: TransportMemory | None = None,
    transport: str = "httpx",
    now: datetime = NOW,
    **settings: object,
):
    """Open the registry at `url`; as fast as it goes unless told otherwise."""
    settings = {"requests_per_second": 1000, "timeout": "5s", "contact": "trials@example.org"} | settings
    config = RegistryConfig.model_validate({"base_url": url, "transport": transport} | settings)
    clock = clock or Clock()
    return open_registry(config, memory=memory, now=now, sleep=clock.sleep, monotonic=clock.monotonic)


def study(nct_id: str, *, version: str | None = "2026-03-13", aliases: tuple[str, ...] = (), **rest: object):
    """A small record in API v2 shape."""
    identification = {"nctId": nct_id} | ({"nctIdAliases": list(aliases)} if aliases else {}) | rest
    misc = {} if version is None else {"versionHolder": version}
    return {
        "protocolSection": {
            "identificationModule": identification,
            "statusModule": {"overallStatus": "RECRUITING"},
        },
        "derivedSection": {"miscInfoModule": misc},
        "hasResults": False,
    }


def ids(count: int, start: int = 1) -> list[str]:
    return [f"NCT{number:08}" for number in range(start, start + count)]


def registry(known: Iterable[str], *, spoilt: Iterable[str] = ()) -> Answering:
    """A small registry: it knows some ids, and some spoil a whole batch."""
    known, spoilt = set(known), set(spoilt)

    def answer(request: Request) -> Reply:
        if request.path.endswith("/version"):
            return data({"apiVersion": "2.0.5", "dataTimestamp": "2026-03-13T09:00:00"})
        for position, one in enumerate(request.ids, 1):
            if one in spoilt:
                return text(400, f"Item {position} in parameter `filter.ids` has incorrect format")
        return data({"studies": [study(one) for one in request.ids if one in known]})

    return answer


@contextmanager
def served(answer: Answering | Iterable[Reply]):
    with Scripted(answer if callable(answer) else each(answer)) as server:
        yield server
