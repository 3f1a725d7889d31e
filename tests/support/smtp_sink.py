"""An SMTP relay to rehearse with: takes mail on loopback, keeps it in order, and misbehaves when told to.

Does not relay and does not write to disk. How it talks is `smtp_conversation`.
"""

from __future__ import annotations

import socketserver
import ssl
from collections.abc import Mapping
from typing import Self

from tests.support.fault_script import Hold, Loopback, ScriptedFault, Sink
from tests.support.smtp_conversation import Conversation, ReceivedMail, SmtpStage

__all__ = ["ReceivedMail", "SmtpSink", "SmtpStage"]


class SmtpSink(Sink[ReceivedMail]):
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
        super().__init__(port)
        self._said: list[str] = []

    def __enter__(self) -> Self:
        """Listen and serve."""
        sink = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                Conversation(sink, server).talk(self.request)

        server = Loopback(self._wanted_port, Handler)
        return self.serve(server)

    @property
    def host(self) -> str:
        """Return the address it listens on."""
        return "127.0.0.1"

    @property
    def mails(self) -> tuple[ReceivedMail, ...]:
        """Return what was accepted, oldest first."""
        return self.received

    @property
    def said(self) -> tuple[str, ...]:
        """Return every command heard, oldest first, over all conversations; log-ins without their secrets."""
        with self._news:
            return tuple(self._said)

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

    def heard(self, command: str) -> None:
        """Keep a command; called by the conversation."""
        with self._news:
            self._said.append(command)
