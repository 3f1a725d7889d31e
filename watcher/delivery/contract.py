"""The contract of every channel.

A channel delivers finished messages to one kind of provider. It opens a session; a session delivers any number of
messages, one after the other, over as few connections as the provider allows. It does not render, decide, retry or
remember: the outbox does. It raises only `DeliveryError`.

::

    async with channel.open() as session:
        receipt = await session.deliver(message, address, on_step)
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from watcher.rendering.message import Message


class DeliveryStep(StrEnum):
    """How far a delivery has come. Reported before the next bytes go out.

    A message has certainly not arrived unless its last recorded step is `BODY_HANDED_OVER`; then it may have. Only
    that step has to survive a crash.
    """

    CONNECTED = "connected"
    ENVELOPE_ACCEPTED = "envelope_accepted"
    BODY_HANDED_OVER = "body_handed_over"


OnStep = Callable[[DeliveryStep], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The provider accepted the message for this address.

    Attributes:
        reply: Its answer as one line, without addresses and secrets.
    """

    reply: str


class Session(Protocol):
    """A connection to a provider; delivers one message at a time.

    If the provider refuses a message for its content, `deliver` tries a plainer form once, under the same id, where
    there is one.
    """

    async def deliver(self, message: Message, address: str, on_step: OnStep) -> Receipt:
        """Deliver one message.

        Connects if necessary, also after a failure of the previous message.

        Args:
            message: The frozen message.
            address: A mailbox, a webhook's URL (a secret) or a folder; read at the time of sending.
            on_step: Called synchronously at each step, before the next bytes go out. Starts again at `CONNECTED` for a
                second try (dead connection, refused payload). If it raises, nothing more is sent.

        Returns:
            The receipt; the provider is now responsible for the message.

        Raises:
            DeliveryError: The message was not accepted, or may have been (`in_doubt`).
        """
        ...


class Channel(Protocol):
    """One kind of provider."""

    def open(self) -> AbstractAsyncContextManager[Session]:
        """Open a session. The first `deliver` connects."""
        ...
