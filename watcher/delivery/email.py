"""Email by SMTP: one mail per recipient, through one relay.

Does not speak SMTP (`delivery.smtp`) and does not build the mail's bytes (`delivery.mime`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from watcher.config.config_model import EmailConfig
from watcher.delivery import mime, smtp_errors
from watcher.delivery.contract import OnStep, Receipt
from watcher.delivery.headers import Mailbox, parse_mailbox
from watcher.delivery.mime import Letterhead
from watcher.delivery.oauth import Tokens
from watcher.delivery.smtp import SmtpConnection
from watcher.delivery.smtp_errors import Relay
from watcher.errors import DeliveryError
from watcher.rendering.message import Message


class EmailChannel:
    """Deliver through the relay of `[email]`.

    Args:
        config: `[email]`.
        password: The password of `[email]`, or None.
        tokens: Source of access tokens if `oauth` is configured, else None.
    """

    def __init__(self, config: EmailConfig, password: str | None = None, tokens: Tokens | None = None) -> None:
        self._config = config
        self._password = password
        self._tokens = tokens

    @asynccontextmanager
    async def open(self) -> AsyncIterator[EmailSession]:
        """Open a session; it sends QUIT on exit."""
        session = EmailSession(self._config, self._password, self._tokens)
        try:
            yield session
            await session.connection.say_goodbye()
        finally:
            session.connection.hang_up()

    async def check(self) -> str:
        """Connect, encrypt and log in without sending a mail; return the relay's greeting.

        Raises:
            DeliveryError: Anything that would also stop a mail.
        """
        async with self.open() as session:
            return await session.check()


class EmailSession:
    """Sends mails over one connection to the relay."""

    def __init__(self, config: EmailConfig, password: str | None, tokens: Tokens | None = None) -> None:
        self.connection = SmtpConnection(config, password, tokens)
        self._config = config

    async def deliver(self, message: Message, address: str, on_step: OnStep) -> Receipt:
        """Send one mail to one mailbox (contract: `Session.deliver`)."""
        head = self._letterhead()
        to = _mailbox(address)
        try:
            return Receipt(reply=await self.connection.send(head.sender, to, _mail(message, head, to), on_step))
        except DeliveryError as error:
            plain = plainer(message)
            if not error.is_about_content or plain is None:
                raise
            refused = str(error)
        reply = await self.connection.send(head.sender, to, _mail(plain, head, to), on_step)
        return Receipt(reply=f"{reply}, as plain text: the whole mail was refused ({refused})")

    async def check(self) -> str:
        """Do everything but send a mail (`EmailChannel.check`)."""
        self._letterhead()
        return await self.connection.greet()

    def _letterhead(self) -> Letterhead:
        config = self._config
        try:
            return mime.letterhead(config.sender, config.reply_to, config.unsubscribe)
        except ValueError as error:
            failure = smtp_errors.misconfigured(Relay(host=config.host, port=config.port), str(error))
        raise failure


def plainer(message: Message) -> Message | None:
    """Return a mail as plain text without attachments; None if it is already that."""
    if message.html is None and not message.attachments:
        return None
    names = ", ".join(one.name for one in message.attachments)
    left_out = f"\nThis mail was refused with its attachment ({names}) and is sent without it.\n" if names else ""
    return replace(message, text=message.text + left_out, html=None, attachments=())


def _mailbox(address: str) -> Mailbox:
    try:
        return parse_mailbox(address)
    except ValueError as error:
        failure = smtp_errors.unreachable(f"the recipient's address is {error}")
    raise failure


def _mail(message: Message, head: Letterhead, to: Mailbox) -> bytes:
    try:
        return mime.build(message, head, to)
    except ValueError as error:
        failure = smtp_errors.unsendable(str(error))
    raise failure
