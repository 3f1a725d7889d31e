"""How the rehearsal relay talks: one client, from greeting to goodbye.

Speaks RFC 5321 with STARTTLS (RFC 3207), implicit TLS (RFC 8314), AUTH PLAIN and LOGIN (RFC 4954), SIZE (RFC 1870),
8BITMIME (RFC 6152) and SMTPUTF8 (RFC 6531), and is strict: mail with bare line feeds or lines over 998 octets is
refused. Does not keep anything: the sink does.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import email
import email.policy
import re
import socket
from dataclasses import dataclass
from email.message import EmailMessage
from enum import StrEnum
from typing import TYPE_CHECKING

from tests.support.fault_script import Loopback, ScriptedFault

if TYPE_CHECKING:
    from tests.support.smtp_sink import SmtpSink

_LONGEST_LINE = 998  # without the line end: RFC 5321 section 4.5.3.1.6
_PATH = re.compile(r"(?:FROM|TO):\s*<([^>]*)>((?:\s+\S+)*)\s*", re.IGNORECASE)


class SmtpStage(StrEnum):
    """The moments of a conversation at which a fault can be armed.

    `DATA` is the command before the text, `BODY` the answer after the final dot. A message whose `BODY` is dropped,
    delayed or held was accepted all the same; one that is answered 4xx or 5xx there was not.
    """

    CONNECT = "connect"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    RSET = "rset"
    NOOP = "noop"
    QUIT = "quit"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMail:
    """One message the sink accepted.

    Attributes:
        mail_from: Envelope sender, without brackets.
        rcpt_to: Accepted envelope recipients, in the order given; never empty.
        options: Parameters of MAIL, as sent.
        body: The bytes, dots unstuffed, with CRLF line ends.
        username: Who had logged in; empty for nobody.
        is_encrypted: Whether it came over TLS.
    """

    mail_from: str
    rcpt_to: tuple[str, ...]
    options: tuple[str, ...]
    body: bytes
    username: str
    is_encrypted: bool

    @property
    def message(self) -> EmailMessage:
        """Return the parsed mail."""
        return email.message_from_bytes(self.body, policy=email.policy.default)


class _Over(Exception):  # noqa: N818 — not an error: the conversation has ended
    """The conversation has ended."""


class Conversation:
    """One client, from greeting to goodbye."""

    def __init__(self, sink: SmtpSink, server: Loopback) -> None:
        self._sink = sink
        self._server = server
        self._encrypted = False
        self._username = ""
        self._greeted = False
        self._forget_envelope()

    def talk(self, connection: socket.socket) -> None:
        """Talk until either side ends it."""
        self._sink.begun()
        self._connection = connection
        try:
            if not self._server.note(connection):
                return
            if self._sink.implicit:
                self._encrypt()
            self._lines = self._connection.makefile("rb")
            self._answer(SmtpStage.CONNECT, "220 sink.invalid ESMTP ready")
            while line := self._lines.readline(65_536):
                self._obey(line.rstrip(b"\r\n").decode("utf-8", "replace"))
        except (_Over, OSError):
            pass  # a client that goes away in mid-sentence is part of the rehearsal
        finally:
            if hasattr(self, "_lines"):
                with contextlib.suppress(OSError):
                    self._lines.close()
            self._server.forget(self._connection)

    def _forget_envelope(self) -> None:
        self._mail_from: str | None = None
        self._options: tuple[str, ...] = ()
        self._rcpt_to: list[str] = []

    def _encrypt(self) -> None:
        if self._sink.tls is None:
            raise _Over
        plain = self._connection
        self._connection = self._sink.tls.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        self._server.replace(plain, self._connection)
        self._connection.do_handshake()
        self._encrypted = True

    def _say(self, text: str) -> None:
        self._connection.sendall(text.replace("\n", "\r\n").encode() + b"\r\n")

    def _answer(self, stage: SmtpStage, usual: str, address: str = "") -> bool:
        """Answer as the script wants, else as usual; True when it was the usual answer."""
        return self._act(self._sink.script.take(stage, address), stage, usual)

    def _act(self, fault: ScriptedFault | None, stage: SmtpStage, usual: str) -> bool:
        if fault is None:
            self._say(usual)
            return True
        self._sink.script.suffer(fault)
        if fault.reply or not fault.drop:
            reply = fault.reply or _without(usual, fault.hide)
            self._say(reply)
            if reply.startswith("421") or (stage is SmtpStage.CONNECT and reply.startswith(("4", "5"))):
                raise _Over
        if fault.drop:
            raise _Over
        return not fault.reply

    def _obey(self, line: str) -> None:
        verb, _, rest = line.partition(" ")
        verb = verb.upper()
        self._sink.heard("AUTH " + rest.split(" ")[0] if verb == "AUTH" else line)
        match verb:
            case "EHLO" | "HELO":
                self._forget_envelope()
                self._greeted = self._answer(SmtpStage.EHLO, self._offer() if verb == "EHLO" else "250 sink.invalid")
            case "STARTTLS":
                self._starttls()
            case "AUTH":
                self._auth(rest)
            case "MAIL":
                self._mail(rest)
            case "RCPT":
                self._rcpt(rest)
            case "DATA":
                self._data()
            case "RSET":
                self._forget_envelope()
                self._answer(SmtpStage.RSET, "250 2.0.0 forgotten")
            case "NOOP":
                self._answer(SmtpStage.NOOP, "250 2.0.0 still here")
            case "QUIT":
                self._answer(SmtpStage.QUIT, "221 2.0.0 goodbye")
                raise _Over
            case _:
                self._say("500 5.5.1 not understood")

    def _offer(self) -> str:
        offers = ["sink.invalid", f"SIZE {self._sink.size_limit}", "8BITMIME", "ENHANCEDSTATUSCODES"]
        if self._sink.smtputf8:
            offers.append("SMTPUTF8")
        if self._sink.tls is not None and not self._encrypted:
            offers.append("STARTTLS")
        ways = ["PLAIN LOGIN"] * (self._sink.accounts is not None) + ["XOAUTH2"] * (self._sink.tokens is not None)
        if ways:
            offers.append(f"AUTH {' '.join(ways)}")
        return "\n".join(f"250{'-' if offer is not offers[-1] else ' '}{offer}" for offer in offers)

    def _starttls(self) -> None:
        if self._sink.tls is None or self._encrypted:
            self._say("503 5.5.1 no STARTTLS here")
        elif self._answer(SmtpStage.STARTTLS, "220 2.0.0 go ahead"):
            self._lines.close()
            self._encrypt()
            self._lines = self._connection.makefile("rb")
            self._greeted = False
            self._username = ""

    def _auth(self, rest: str) -> None:
        mechanism, _, initial = rest.partition(" ")
        try:
            if mechanism.upper() == "PLAIN":
                token = initial or self._ask("334 ")
                _, username, password = base64.b64decode(token, validate=True).decode().split("\0")
            elif mechanism.upper() == "XOAUTH2" and self._sink.tokens is not None:
                shown = base64.b64decode(initial or self._ask("334 "), validate=True).decode()
                username, _, token = shown.removeprefix("user=").removesuffix("\1\1").partition("\1auth=Bearer ")
                self._take_token(username, token)
                return
            elif mechanism.upper() == "LOGIN":
                username = base64.b64decode(initial or self._ask("334 VXNlcm5hbWU6"), validate=True).decode()
                password = base64.b64decode(self._ask("334 UGFzc3dvcmQ6"), validate=True).decode()
            else:
                self._say("504 5.5.4 PLAIN or LOGIN")
                return
        except (binascii.Error, ValueError):
            self._say("501 5.5.2 cannot decode")
            return
        accounts = self._sink.accounts
        if accounts is None:
            self._say("503 5.5.1 no AUTH here")
        elif accounts.get(username) != password:
            self._answer(SmtpStage.AUTH, "535 5.7.8 user name or password not accepted")
        elif self._answer(SmtpStage.AUTH, "235 2.7.0 welcome"):
            self._username = username

    def _take_token(self, username: str, token: str) -> None:
        """Answer a token as Gmail and Microsoft 365 do: why not comes first, and is acknowledged by an empty line."""
        tokens = self._sink.tokens or {}
        if tokens.get(username) != token:
            self._ask("334 " + base64.b64encode(b'{"status":"400","schemes":"Bearer"}').decode())
            self._answer(SmtpStage.AUTH, "535 5.7.8 token not accepted")
        elif self._answer(SmtpStage.AUTH, "235 2.7.0 welcome"):
            self._username = username

    def _ask(self, prompt: str) -> str:
        self._say(prompt)
        return self._lines.readline(65_536).strip().decode()

    def _mail(self, rest: str) -> None:
        found = _PATH.fullmatch(rest)
        options = tuple(found[2].upper().split()) if found else ()
        sizes = [int(option[5:]) for option in options if re.fullmatch(r"SIZE=\d{1,20}", option)]
        if not self._greeted:
            self._say("503 5.5.1 say EHLO first")
        elif (self._sink.accounts is not None or self._sink.tokens is not None) and not self._username:
            self._say("530 5.7.0 authentication required")
        elif found is None:
            self._say("501 5.1.7 MAIL FROM:<address>")
        elif not found[1].isascii() and "SMTPUTF8" not in options:
            self._say("553 5.6.7 not without SMTPUTF8")
        elif sizes and sizes[0] > self._sink.size_limit:
            self._say("552 5.3.4 message too big")
        elif self._answer(SmtpStage.MAIL, "250 2.1.0 ok", found[1]):
            self._forget_envelope()
            self._mail_from, self._options = found[1], options

    def _rcpt(self, rest: str) -> None:
        found = _PATH.fullmatch(rest)
        if self._mail_from is None:
            self._say("503 5.5.1 MAIL first")
        elif found is None:
            self._say("501 5.1.3 RCPT TO:<address>")
        elif not found[1].isascii() and "SMTPUTF8" not in self._options:
            self._say("553 5.6.7 not without SMTPUTF8")
        elif self._answer(SmtpStage.RCPT, "250 2.1.5 ok", found[1]):
            self._rcpt_to.append(found[1])

    def _data(self) -> None:
        if self._mail_from is None or not self._rcpt_to:
            self._say("503 5.5.1 RCPT first")
        elif self._answer(SmtpStage.DATA, "354 end with a dot"):
            self._body(self._mail_from)

    def _body(self, mail_from: str) -> None:
        lines: list[bytes] = []
        while (line := self._lines.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        if not line:
            raise _Over  # cut off before the final dot: nothing was accepted
        body = b"".join(lines)
        mail = ReceivedMail(
            mail_from=mail_from,
            rcpt_to=tuple(self._rcpt_to),
            options=self._options,
            body=body,
            username=self._username,
            is_encrypted=self._encrypted,
        )
        self._forget_envelope()
        complaint = _complaint(lines, body, self._sink.size_limit)
        if complaint:
            self._say(complaint)
            return
        fault = self._sink.script.take(SmtpStage.BODY)
        if fault is None or not fault.reply.startswith(("4", "5")):
            self._sink.keep(mail)  # before any wait: whoever is killed in it has been delivered
        self._act(fault, SmtpStage.BODY, f"250 2.0.0 kept as {len(self._sink.mails)}")


def _without(offer: str, hidden: tuple[str, ...]) -> str:
    """Take extensions out of an EHLO answer."""
    kept = [line for line in offer.split("\n") if line[4:].split(" ")[0] not in hidden]
    return "\n".join(line[:3] + ("-" if line is not kept[-1] else " ") + line[4:] for line in kept)


def _complaint(lines: list[bytes], body: bytes, size_limit: int) -> str:
    """Describe what is wrong with a mail's bytes; empty when nothing is."""
    if len(body) > size_limit:
        return "552 5.3.4 message too big"
    if any(not line.endswith(b"\r\n") or b"\r" in line[:-2] for line in lines):
        return "554 5.6.0 bare CR or LF"
    if any(len(line) - 2 > _LONGEST_LINE for line in lines):
        return "554 5.6.0 line too long"
    return ""
