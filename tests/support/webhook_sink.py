"""A webhook to rehearse with: takes POSTs on loopback, keeps them in order, and misbehaves when told to.

Answers as an incoming webhook of Slack does: 200 and the text `ok`. Does not look at what is posted.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from http.server import BaseHTTPRequestHandler
from typing import Self

from tests.support.fault_script import Hold, Loopback, ScriptedFault, Sink


class WebhookStage(StrEnum):
    """The moments of a request at which a fault can be armed: before its body is read, and before its answer."""

    REQUEST = "request"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedPost:
    """One POST whose body was read to the end.

    Attributes:
        path: Path and query.
        headers: Names in lower case.
        body: The bytes.
        status: The status it was answered with, also when the answer was held, delayed or dropped.
    """

    path: str
    headers: Mapping[str, str]
    body: bytes
    status: int


class WebhookSink(Sink[ReceivedPost]):
    """A webhook on 127.0.0.1; a context manager, serving as long as it is open.

    Args:
        port: Port to listen on; 0 picks a free one.
        path: Path of the hook; any other path is answered with 404 `no_service`.
        usual: Gives status and text of an ordinary answer to the n-th POST, beginning at 1.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        path: str = "/services/T000/B000/sink",
        usual: Callable[[int], str] = lambda _number: "200 ok",
    ) -> None:
        super().__init__(port)
        self.path = path
        self.usual = usual

    def __enter__(self) -> Self:
        """Listen and serve."""
        sink = self

        class Handler(_Handler):
            def setup(self) -> None:
                self.sink, self.loopback = sink, server
                super().setup()

        server = Loopback(self._wanted_port, Handler)
        return self.serve(server)

    @property
    def url(self) -> str:
        """Return the hook's whole address."""
        return f"http://127.0.0.1:{self.port}{self.path}"

    @property
    def posts(self) -> tuple[ReceivedPost, ...]:
        """Return everything posted, oldest first, refused or not."""
        return self.received

    @property
    def accepted(self) -> tuple[ReceivedPost, ...]:
        """Return what was taken (2xx), oldest first, whether or not the answer reached anybody."""
        return tuple(post for post in self.posts if 200 <= post.status < 300)

    def arm(
        self,
        reply: str = "",
        *,
        stage: WebhookStage = WebhookStage.ANSWER,
        drop: bool = False,
        delay: float = 0.0,
        retry_after: str = "",
        headers: Mapping[str, str] | None = None,
        times: int | None = 1,
    ) -> None:
        """Misbehave.

        Args:
            reply: Status and text, such as `"404 no_service"` or `"429 rate_limited"`; empty for the ordinary one.
            stage: Where; at `REQUEST` the body is neither read nor kept.
            drop: Close the connection there without an answer.
            delay: Seconds to wait before that.
            retry_after: Value of a Retry-After header.
            headers: Further headers of the answer.
            times: How often; None for always, until `clear`.
        """
        extra = dict(headers or {}) | ({"Retry-After": retry_after} if retry_after else {})
        fault = ScriptedFault(reply=reply, drop=drop, delay=delay, headers=tuple(extra.items()))
        self.script.arm(stage, fault, times)

    def hold(self, stage: WebhookStage = WebhookStage.ANSWER, *, reply: str = "", drop: bool = False) -> Hold:
        """Hold the next answer back until released; at `ANSWER` the POST has been taken by then."""
        hold = Hold()
        self.script.arm(stage, ScriptedFault(reply=reply, drop=drop, hold=hold), 1)
        return hold


class _Handler(BaseHTTPRequestHandler):
    """One connection of a webhook's client."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    sink: WebhookSink
    loopback: Loopback

    def handle(self) -> None:
        self.sink.begun()
        if self.loopback.note(self.connection):
            super().handle()

    def finish(self) -> None:
        try:
            super().finish()
        finally:
            self.loopback.forget(self.connection)

    def do_POST(self) -> None:
        """Take a POST as the script says."""
        if not self._meet(self.sink.script.take(WebhookStage.REQUEST)):
            self.close_connection = True  # the body lies unread in the line
            return
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True  # cut off: nothing was taken
            return
        fault = self.sink.script.take(WebhookStage.ANSWER)
        usual = self.sink.usual(len(self.sink.posts) + 1) if self.path == self.sink.path else "404 no_service"
        status = int(((fault and fault.reply) or usual)[:3])
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.sink.keep(ReceivedPost(path=self.path, headers=headers, body=body, status=status))
        if self._meet(fault, usual):
            self._reply(usual)

    def _meet(self, fault: ScriptedFault | None, usual: str = "") -> bool:
        """Do what the fault says; True when the ordinary way goes on."""
        if fault is None:
            return True
        self.sink.script.suffer(fault)
        if fault.drop:
            self.close_connection = True
            return False
        if fault.reply or fault.headers:
            self._reply(fault.reply or usual or "200 ok", fault.headers)
            return False
        return True

    def _reply(self, reply: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        status, _, text = reply.partition(" ")
        body = text.encode()
        self.send_response(int(status), http.client.responses.get(int(status), "odd"))
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — the standard library's name
        """Stay silent."""
