"""The connection to the mail relay.

One connection carries many mails, each to one recipient. `mail`, `rcpt` and `data` are called one by one, so that we
know how far a failed mail came. Does not build mails, does not retry, and never sends a password or token over an
unencrypted connection, except on loopback.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager
from typing import TypeVar

import aiosmtplib

from watcher.config.config_model import EmailConfig, Tls
from watcher.delivery import smtp_errors
from watcher.delivery.contract import DeliveryStep, OnStep
from watcher.delivery.headers import Mailbox
from watcher.delivery.oauth import Tokens
from watcher.delivery.reply_text import one_line
from watcher.delivery.smtp_errors import Relay
from watcher.delivery.verdicts import Stage
from watcher.errors import DeliveryError
from watcher.network import certificate_sentence, mail_context

# The reply to the final dot may take ten times as long as any other (RFC 5321 section 4.5.3.2.6: ten minutes), and
# giving up early means sending twice. We allow five times the configured timeout, and six times in all.
_BODY_PATIENCE = 5
_WHOLE_PATIENCE = 6
_GOODBYE_SECONDS = 5.0

_FULL_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+")

_T = TypeVar("_T")


class SmtpConnection:
    """Hold one connection to the relay; opened on first use, and again after a failure.

    Args:
        config: `[email]`.
        password: The password of `[email]`, or None.
        tokens: Source of access tokens if `oauth` is configured, else None.
    """

    def __init__(self, config: EmailConfig, password: str | None, tokens: Tokens | None = None) -> None:
        self._config = config
        self._password = password
        self._tokens = tokens
        self._token: str | None = None
        self._relay = Relay(host=config.host, port=config.port)
        self._timeout = config.timeout.total_seconds()
        self._client: aiosmtplib.SMTP | None = None
        self._has_envelope = False
        self._stage = Stage.CONNECT

    async def send(self, sender: Mailbox, to: Mailbox, mail: bytes, on_step: OnStep) -> str:
        """Send one mail.

        Args:
            sender: Sender's mailbox.
            to: Recipient's mailbox.
            mail: The mail's bytes.
            on_step: Called at each step (contract: `Session.deliver`).

        Returns:
            The relay's reply as one safe line.

        Raises:
            DeliveryError: It was not accepted, or may have been (`in_doubt`).
        """
        async with self._deadline(_WHOLE_PATIENCE * self._timeout):
            client = await self._begin(sender, to, len(mail), on_step)
            encoding = "utf-8" if to.needs_smtputf8 else "ascii"
            await self._ask(Stage.RECIPIENT, client.rcpt(to.address, encoding=encoding))
            on_step(DeliveryStep.ENVELOPE_ACCEPTED)
            on_step(DeliveryStep.BODY_HANDED_OVER)
            answer = await self._ask(Stage.BODY, client.data(mail, timeout=_BODY_PATIENCE * self._timeout))
            self._has_envelope = False
        return self._fit(f"{answer.code} {answer.message}")

    async def greet(self) -> str:
        """Connect, encrypt and log in; return the relay's reply.

        Raises:
            DeliveryError: Anything that would also stop a mail.
        """
        async with self._deadline(_WHOLE_PATIENCE * self._timeout):
            client = await self._ready()
            answer = await self._ask(Stage.HELLO, client.noop())
        return self._fit(f"{answer.code} {answer.message}")

    async def say_goodbye(self) -> None:
        """Send QUIT (RFC 5321 section 4.1.1.10); never fails."""
        if self._client is not None and self._client.is_connected:
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await self._client.quit(timeout=_GOODBYE_SECONDS)

    def hang_up(self) -> None:
        """Close the connection at once."""
        if self._client is not None:
            self._client.close()
        self._client = None
        self._has_envelope = False

    @asynccontextmanager
    async def _deadline(self, seconds: float) -> AsyncIterator[None]:
        """Limit the time of the block; close the connection on a timeout or a cancel."""
        deadline = asyncio.timeout(seconds)
        try:
            async with deadline:
                yield
        except TimeoutError:
            if not deadline.expired():
                raise
        except asyncio.CancelledError:
            self.hang_up()
            raise
        if deadline.expired():
            self.hang_up()
            raise smtp_errors.silent(self._relay, self._stage, seconds)

    async def _begin(self, sender: Mailbox, to: Mailbox, size: int, on_step: OnStep) -> aiosmtplib.SMTP:
        """Name the sender. Reconnect if the relay has closed a reused connection."""
        while True:
            was_kept = self._is_connected()
            try:
                client = await self._ready()
                on_step(DeliveryStep.CONNECTED)
                await self._name_sender(client, sender, to, size)
            except DeliveryError:
                if not was_kept or self._is_connected():
                    raise
            else:
                return client

    async def _name_sender(self, client: aiosmtplib.SMTP, sender: Mailbox, to: Mailbox, size: int) -> None:
        options = [f"SIZE={size}"] if client.supports_extension("size") else []
        encoding = "ascii"
        if sender.needs_smtputf8 or to.needs_smtputf8:
            if not client.supports_extension("smtputf8"):
                if sender.needs_smtputf8:
                    raise smtp_errors.misconfigured(
                        self._relay, "it takes no letters beyond ASCII before the @ of from"
                    )
                raise smtp_errors.unreachable(f"the address has letters before the @ that {self._relay} does not take")
            options += ["BODY=8BITMIME", "SMTPUTF8"]
            encoding = "utf-8"
        self._has_envelope = True
        await self._ask(Stage.SENDER, client.mail(sender.address, options=options, encoding=encoding))

    def _is_connected(self) -> bool:
        return self._client is not None and self._client.is_connected

    async def _ready(self) -> aiosmtplib.SMTP:
        """Return a connection without an envelope: the open one if it still answers, else a new one."""
        if self._client is not None and self._client.is_connected and await self._is_clear(self._client):
            return self._client
        self.hang_up()
        return await self._connect()

    async def _is_clear(self, client: aiosmtplib.SMTP) -> bool:
        """Reset the envelope of a failed mail; return False if the relay refuses."""
        if not self._has_envelope:
            return True
        try:
            await self._ask(Stage.HELLO, client.rset())
        except DeliveryError:
            return False
        self._has_envelope = False
        return True

    async def _connect(self) -> aiosmtplib.SMTP:
        config = self._config
        has_secret = self._password is not None or self._tokens is not None
        if config.tls is Tls.NONE and has_secret and not _is_loopback(config.host):
            raise smtp_errors.misconfigured(
                self._relay, 'tls = "none" would send the password in clear; use "implicit" or "starttls"'
            )
        if self._tokens is not None:
            self._token = await self._tokens.token()  # before connecting: a relay would not wait
        client = aiosmtplib.SMTP(
            hostname=config.host,
            port=config.port,
            use_tls=config.tls is Tls.IMPLICIT,
            start_tls=False,  # done below, to distinguish "not offered" from "failed"
            tls_context=self._tls_context(),
            local_hostname="localhost",  # never sent; avoids a look-up of our own name
            timeout=self._timeout,
        )
        self._client = client
        try:
            await self._ask(Stage.CONNECT, client.connect())
            await self._ask(Stage.HELLO, client.ehlo(hostname=_own_name(client)))
            if config.tls is Tls.STARTTLS:
                await self._start_tls(client)
            if self._tokens is not None and self._token is not None:
                await self._show_token(client, self._tokens, self._token)
            elif config.username is not None:
                await self._log_in(client, config.username)
        except BaseException:  # also when cancelled: no connection may stay open
            self.hang_up()
            raise
        return client

    def _tls_context(self) -> ssl.SSLContext | None:
        if self._config.tls is Tls.NONE:
            return None
        try:
            return mail_context(self._config.ca_file)
        except ValueError as error:
            raise smtp_errors.misconfigured(self._relay, str(error)) from error

    async def _start_tls(self, client: aiosmtplib.SMTP) -> None:
        if not client.supports_extension("starttls"):
            raise smtp_errors.misconfigured(
                self._relay, 'it does not offer STARTTLS; check port, or set tls = "implicit" (port 465 as a rule)'
            )
        await self._ask(Stage.TLS, client.starttls())
        await self._ask(Stage.HELLO, client.ehlo(hostname=_own_name(client)))

    async def _show_token(self, client: aiosmtplib.SMTP, tokens: Tokens, token: str) -> None:
        """Log in by XOAUTH2 (https://developers.google.com/gmail/imap/xoauth2-protocol)."""
        if "xoauth2" not in client.server_auth_methods:
            raise self._no_mechanism(client, "with a token (XOAUTH2)")
        try:
            await self._ask(Stage.LOGIN, client.auth_xoauth2(tokens.user, token))
        except DeliveryError:
            tokens.forget()
            raise

    def _no_mechanism(self, client: aiosmtplib.SMTP, wanted: str) -> DeliveryError:
        offered = one_line(", ".join(client.server_auth_methods).upper()) or "none"
        return smtp_errors.misconfigured(
            self._relay, f"it offers no log-in {wanted} here (ways offered: {offered}); check port and tls"
        )

    async def _log_in(self, client: aiosmtplib.SMTP, username: str) -> None:
        """Log in once: a second attempt with the same password could lock the account."""
        if self._password is None:
            raise smtp_errors.misconfigured(self._relay, "there is a username and no password")
        offered = client.server_auth_methods
        if "plain" in offered:
            await self._ask(Stage.LOGIN, client.auth_plain(username, self._password))
        elif "login" in offered:
            await self._ask(Stage.LOGIN, client.auth_login(username, self._password))
        else:
            raise self._no_mechanism(client, "with a password")

    async def _ask(self, stage: Stage, call: Awaitable[_T]) -> _T:
        """Await one exchange with the relay; turn every failure into a `DeliveryError` without a cause."""
        self._stage = stage
        try:
            return await call
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            failure = self._explain(error, stage)
            if not (isinstance(error, aiosmtplib.SMTPResponseException) and 400 <= error.code <= 599):
                self.hang_up()
        raise failure

    def _explain(self, error: Exception, stage: Stage) -> DeliveryError:
        chain = tuple(_chain(error))
        if isinstance(error, aiosmtplib.SMTPRecipientsRefused) and error.recipients:
            error = error.recipients[0]
        if isinstance(error, aiosmtplib.SMTPResponseException):
            return smtp_errors.refused(self._relay, stage, error.code, self._fit(error.message))
        if isinstance(error, ValueError) and not isinstance(error, OSError):
            return smtp_errors.unreachable("an address holds characters that SMTP does not allow")
        if any(isinstance(one, ssl.SSLError) for one in chain):
            return self._explain_tls(chain, stage)
        if any(isinstance(one, TimeoutError) for one in chain):
            seconds = self._timeout * (_BODY_PATIENCE if stage is Stage.BODY else 1)
            return smtp_errors.silent(self._relay, stage, seconds)
        if isinstance(error, ConnectionError | OSError):
            return smtp_errors.dropped(self._relay, stage, _cause(chain))
        if isinstance(error, aiosmtplib.SMTPNotSupported):
            return smtp_errors.unsendable(self._fit(error.message))
        return smtp_errors.misconfigured(self._relay, self._fit(str(error)))

    def _explain_tls(self, chain: tuple[BaseException, ...], stage: Stage) -> DeliveryError:
        for one in chain:
            if isinstance(one, ssl.SSLCertVerificationError):
                return smtp_errors.misconfigured(self._relay, certificate_sentence(one, "the relay", "ca_file"))
        if any(isinstance(one, ssl.SSLEOFError | ssl.SSLZeroReturnError) for one in chain):
            return smtp_errors.dropped(self._relay, stage, "closed in mid-TLS")
        return smtp_errors.misconfigured(
            self._relay,
            'TLS could not be agreed on; check port and tls: "implicit" is port 465 as a rule, "starttls" 587',
        )

    def _fit(self, reply: str) -> str:
        if self._token is not None and self._tokens is not None:
            shown = f"user={self._tokens.user}\1auth=Bearer {self._token}\1\1"  # as AUTH XOAUTH2 sends it
            return one_line(reply, secrets=(shown, self._token))
        if self._password is None:
            return one_line(reply)
        both = f"\0{self._config.username}\0{self._password}"  # as AUTH PLAIN sends it
        return one_line(reply, secrets=(both, self._password))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _own_name(client: aiosmtplib.SMTP) -> str:
    """Return our name for EHLO: the full host name, or our address in brackets (RFC 5321 section 4.1.1.1)."""
    name = socket.gethostname()
    if _FULL_NAME.fullmatch(name):
        return name
    address = str(client.get_transport_info("sockname")[0])
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _cause(chain: tuple[BaseException, ...]) -> str:
    """Return the cause in a few words; the library's own would repeat host, port and address families."""
    for one in chain:
        if isinstance(one, socket.gaierror):
            return "its name cannot be resolved"
        if isinstance(one, ConnectionRefusedError):
            return "connection refused"
    return "closed by the other side"
