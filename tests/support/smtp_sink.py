"""An SMTP relay to rehearse with: takes mail on loopback, keeps it in order, and misbehaves when told to.

Does not relay and does not write to disk. How it talks is `smtp_conversation`.
"""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from tests.support.fault_script import FaultScript, Hold, Loopback, ScriptedFault
from tests.support.smtp_conversation import Conversation, ReceivedMail, SmtpStage

__all__ = ["ReceivedMail", "SmtpSink", "SmtpStage"]


class SmtpSink:
    """A relay on 127.0.0.1; a context manager, serving as long as it is open.

    Args:
        port: Port to listen on; 0 picks a free one.
        tls: Server context with certificate; offers STARTTLS, or speaks TLS from the first byte with `implicit`.
        implicit: TLS from the first byte.
        accounts: Passwords by user name; offers AUTH and insists on it. None: anybody may send.
        tokens: Access tokens by mailbox; offers AUTH XOAUTH2 and insists on a log-in.
        size_limit: Largest message in octets.
        smtputf8: Whether mailboxes beyond ASCII are taken.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        implicit: bool = False,
        accounts: Mapping[str, str] | None = None,
        tokens: Mapping[str, str] | None = None,
        size_limit: int = 36_700_160,
        smtputf8: bool = True,
    ) -> None:
        if implicit and tls is None:
            raise ValueError("implicit TLS needs a context with a certificate")
        self.tls = tls
        self.implicit = implicit
        self.accounts = accounts
        self.tokens = tokens
        self.size_limit = size_limit
        self.smtputf8 = smtputf8
        self.script = FaultScript()
        self._wanted_port = port
        self._server: Loopback | None = None
        self._news = threading.Condition()
        self._mails: list[ReceivedMail] = []
        self._said: list[str] = []
        self._connections = 0

    def __enter__(self) -> Self:
        """Listen and serve."""
        sink = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                Conversation(sink, server).talk(self.request)

        server = Loopback(self._wanted_port, Handler)
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
    def host(self) -> str:
        """Return the address it listens on."""
        return "127.0.0.1"

    @property
    def port(self) -> int:
        """Return the port it listens on; the wanted one while it is closed."""
        return self._wanted_port if self._server is None else self._server.port

    @property
    def mails(self) -> tuple[ReceivedMail, ...]:
        """Return what was accepted, oldest first."""
        with self._news:
            return tuple(self._mails)

    @property
    def said(self) -> tuple[str, ...]:
        """Return every command heard, oldest first, over all conversations; log-ins without their secrets."""
        with self._news:
            return tuple(self._said)

    @property
    def connections(self) -> int:
        """Return how many conversations were begun."""
        with self._news:
            return self._connections

    def wait_for(self, count: int, seconds: float = 10.0) -> tuple[ReceivedMail, ...]:
        """Wait until that many messages were accepted and give them all.

        Raises:
            TimeoutError: Fewer came in time.
        """
        with self._news:
            if not self._news.wait_for(lambda: len(self._mails) >= count, seconds):
                raise TimeoutError(f"{len(self._mails)} of {count} messages came within {seconds:g} s")
            return tuple(self._mails)

    def arm(
        self,
        stage: SmtpStage,
        *,
        reply: str = "",
        drop: bool = False,
        delay: float = 0.0,
        address: str = "",
        hide: tuple[str, ...] = (),
        times: int | None = 1,
    ) -> None:
        """Misbehave at a stage.

        Args:
            stage: Where.
            reply: Answer instead, such as `"450 4.2.1 mailbox busy"`; "421 …" also ends the conversation.
            drop: Close the connection there, after `reply` when there is one.
            delay: Seconds to wait before that.
            address: Only for this mailbox; at MAIL and RCPT.
            hide: Extensions not to offer; at EHLO.
            times: How often; None for always, until `clear`.
        """
        self.script.arm(stage, ScriptedFault(reply=reply, drop=drop, delay=delay, address=address, hide=hide), times)

    def hold(self, stage: SmtpStage, *, reply: str = "", drop: bool = False, address: str = "") -> Hold:
        """Hold the next answer at a stage back until released; at MAIL and RCPT for one mailbox alone if given.

        Returns:
            The hold; wait for it to be reached, act, release it. The answer is then the ordinary one, or `reply`,
            or a closed connection.
        """
        hold = Hold()
        self.script.arm(stage, ScriptedFault(reply=reply, drop=drop, address=address, hold=hold), 1)
        return hold

    def clear(self) -> None:
        """Behave again; let go of what is held."""
        self.script.clear()

    def begun(self) -> None:
        """Count a conversation; called by it."""
        with self._news:
            self._connections += 1

    def heard(self, command: str) -> None:
        """Keep a command; called by the conversation."""
        with self._news:
            self._said.append(command)

    def accept(self, mail: ReceivedMail) -> None:
        """Keep a message; called by the conversation."""
        with self._news:
            self._mails.append(mail)
            self._news.notify_all()
