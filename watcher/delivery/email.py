"""Email by SMTP: one mail per recipient, all by one relay.

Does not speak SMTP (`delivery.relay`) and does not build the mail's bytes (`delivery.mime`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from watcher.config.model import EmailConfig
from watcher.delivery import mime, refusals
from watcher.delivery.contract import OnStep, Receipt
from watcher.delivery.headers import Mailbox, parse_mailbox
from watcher.delivery.mime import Letterhead
from watcher.delivery.oauth import Tokens
from watcher.delivery.refusals import Relay
from watcher.delivery.relay import RelayLine
from watcher.rendering.message import Message


class EmailChannel:
    """The one relay.

    Args:
        config: `[email]`.
        password: The secret it names, already read; None when it names none.
        tokens: Gives access tokens where `oauth` takes the place of the password; else None.
    """

    def __init__(self, config: EmailConfig, password: str | None = None, tokens: Tokens | None = None) -> None:
        self._config = config
        self._password = password
        self._tokens = tokens

    @asynccontextmanager
    async def open(self) -> AsyncIterator[EmailSession]:
        """Open a session; says goodbye to the relay at its end."""
        session = EmailSession(self._config, self._password, self._tokens)
        try:
            yield session
            await session.line.say_goodbye()
        finally:
            session.line.hang_up()

    async def check(self) -> str:
        """Connect, encrypt and log in as for a mail, and send none.

        Returns:
            The relay's greeting.

        Raises:
            DeliveryError: What would stop a mail, too.
        """
        async with self.open() as session:
            return await session.check()


class EmailSession:
    """Mails over one line to the relay."""

    def __init__(self, config: EmailConfig, password: str | None, tokens: Tokens | None = None) -> None:
        self.line = RelayLine(config, password, tokens)
        self._config = config

    async def deliver(self, message: Message, address: str, on_step: OnStep) -> Receipt:
        """Send one mail to one mailbox (contract: `Session.deliver`)."""
        head = self._letterhead()
        to, mail = _prepare(message, head, address)
        return Receipt(reply=await self.line.hand_over(head.sender, to, mail, on_step))

    async def check(self) -> str:
        """Do everything short of a mail (`EmailChannel.check`)."""
        self._letterhead()
        return await self.line.greet()

    def _letterhead(self) -> Letterhead:
        config = self._config
        try:
            return mime.letterhead(config.sender, config.reply_to, config.unsubscribe)
        except ValueError as error:
            failure = refusals.misconfigured(Relay(host=config.host, port=config.port), str(error))
        raise failure


def _prepare(message: Message, head: Letterhead, address: str) -> tuple[Mailbox, bytes]:
    what = "the recipient's address is "
    try:
        to = parse_mailbox(address)
        what = ""
        return to, mime.build(message, head, to)
    except ValueError as error:
        failure = refusals.unsendable(f"{what}{error}")
    raise failure
